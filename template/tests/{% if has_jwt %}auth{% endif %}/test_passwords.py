"""Hashing: in threads, a few at a time, and as costly as the settings say."""

import asyncio
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from pwdlib import PasswordHash
from pydantic import SecretStr

from app.auth.passwords import Passwords
from app.auth.settings import AuthSettings
from app.core.errors import ServiceUnavailable
from tests.users.people import PASSWORD

Make = Callable[..., Passwords]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make what hashes passwords: cheaply, but for the settings that are given."""
    with ExitStack() as stack:

        def make(**given: Any) -> Passwords:
            cheap: dict[str, Any] = {"hash_memory_kib": 8, "hash_iterations": 1, **given}
            settings = AuthSettings(secret_key=SecretStr("s" * 32), **cheap)
            return stack.enter_context(closing(Passwords(settings)))

        yield make


async def test_only_the_right_password_matches(make: Make) -> None:
    passwords = make()
    kept = await passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert await passwords.verify(PASSWORD, kept) == (True, None)
    assert await passwords.verify(PASSWORD.title(), kept) == (False, None)


async def test_two_hashes_of_one_password_differ(make: Make) -> None:
    passwords = make()
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


async def test_what_looks_the_same_matches_however_it_is_typed(make: Make) -> None:
    passwords = make()
    kept = await passwords.hash(unicodedata.normalize("NFD", "käse über flüssen"))
    matches, _ = await passwords.verify(unicodedata.normalize("NFC", "käse über flüssen"), kept)
    assert matches


async def test_other_parameters_give_a_better_hash_to_keep(make: Make) -> None:
    kept = await make().hash(PASSWORD)
    costlier = make(hash_memory_kib=16, hash_iterations=2)
    matches, better = await costlier.verify(PASSWORD, kept)
    assert matches
    assert better is not None
    assert better.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert await costlier.verify(PASSWORD, better) == (True, None)


async def test_nobodys_hash_costs_as_much_as_any_and_matches_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = PasswordHash.verify_and_update

    def spy(self: PasswordHash, password: bytes, kept: str) -> tuple[bool, str | None]:
        checked.append(kept)
        return check(self, password, kept)

    monkeypatch.setattr(PasswordHash, "verify_and_update", spy)
    passwords = make(hash_memory_kib=16, hash_iterations=3)
    assert await passwords.verify(PASSWORD, None) == (False, None)
    (kept,) = checked
    assert kept.startswith("$argon2id$v=19$m=16,t=3,p=1$")
    assert len(kept) == len(await passwords.hash(PASSWORD))


class Gate:
    """Holds up everyone who hashes, and knows how many there are at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, places: int) -> None:
        self.busy = threading.Event()
        self.opened = threading.Event()
        self.places = places
        self.inside = self.most = 0
        self.threads: set[int] = set()
        self._lock = threading.Lock()
        monkeypatch.setattr(PasswordHash, "hash", self.hash)

    def hash(self, password: bytes) -> str:
        with self._lock:
            self.threads.add(threading.get_ident())
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == self.places:
                self.busy.set()
        self.opened.wait(timeout=10)
        with self._lock:
            self.inside -= 1
        return password.decode()


async def test_only_so_many_are_hashed_at_a_time_and_none_on_the_event_loop(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, places=3)
    passwords = make(hash_concurrency=3)
    hashing = [asyncio.create_task(passwords.hash(str(number))) for number in range(20)]
    await asyncio.to_thread(gate.busy.wait, 10)
    gate.opened.set()
    assert await asyncio.gather(*hashing) == [str(number) for number in range(20)]
    assert gate.most == 3
    assert len(gate.threads) == 3
    assert threading.get_ident() not in gate.threads


async def test_whoever_comes_after_the_queue_is_full_is_sent_away_at_once(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, places=1)
    passwords = make(hash_concurrency=1, hash_queue=2)
    hashing = [asyncio.create_task(passwords.hash(PASSWORD)) for _ in range(3)]
    await asyncio.to_thread(gate.busy.wait, 10)
    with pytest.raises(ServiceUnavailable) as refusal:
        await passwords.hash(PASSWORD)
    assert int(refusal.value.headers["Retry-After"]) > 0
    gate.opened.set()
    assert await asyncio.gather(*hashing) == [PASSWORD] * 3
