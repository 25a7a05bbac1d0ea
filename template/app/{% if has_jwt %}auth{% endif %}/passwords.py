"""Hashing passwords: Argon2id, in threads of its own, a few at a time."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.auth.password_rules import normalised
from app.auth.settings import AuthSettings
from app.core.errors import ServiceUnavailable

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Passwords:
    """Hashes and checks passwords with the parameters of the settings.

    Each hash takes its memory and one core for some 20 ms, so only a few run side by
    side, and a burst of sign-ins waits in a queue of limited length. The threads are not
    the ones that others share: the allocator keeps the memory of every thread that has
    hashed once.
    """

    def __init__(self, settings: AuthSettings) -> None:
        self._argon2 = PasswordHash(
            (
                Argon2Hasher(
                    memory_cost=settings.hash_memory_kib,
                    time_cost=settings.hash_iterations,
                    parallelism=settings.hash_parallelism,
                ),
            )
        )
        self._nobodys = _unmatchable_hash(settings)
        self._threads = ThreadPoolExecutor(settings.hash_concurrency, "password")
        self._most = settings.hash_concurrency + settings.hash_queue
        self._present = 0

    def close(self) -> None:
        """End the threads. Nobody may be waiting any longer."""
        self._threads.shutdown()

    async def hash(self, password: str) -> str:
        """Return the hash to keep for a password.

        Raises:
            ServiceUnavailable: Too many are waiting already.
        """
        return await self._in_thread(self._argon2.hash, _bytes_of(password))

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Say whether a password is the right one, and give a better hash to keep, if any.

        For None, when there is no such account, it takes the same time and says no. The
        better hash is there when the parameters have changed since the kept one was made.

        Raises:
            ServiceUnavailable: Too many are waiting already.
        """
        return await self._in_thread(
            self._argon2.verify_and_update, _bytes_of(password), kept or self._nobodys
        )

    async def _in_thread(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        if self._present >= self._most:
            raise ServiceUnavailable(
                "Too many people are signing in. Try again in a moment.",
                headers={"Retry-After": "2"},
            )
        self._present += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, function, *args)
        finally:
            self._present -= 1


def _bytes_of(password: str) -> bytes:
    # JSON can hold half of a surrogate pair, which nothing but a password may consist of.
    return normalised(password).encode("utf-8", "surrogatepass")


def _unmatchable_hash(settings: AuthSettings) -> str:
    """Return a hash that costs as much to check as any, and that no password has."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32)
    )
    costs = f"m={settings.hash_memory_kib},t={settings.hash_iterations}"
    return f"$argon2id$v=19${costs},p={settings.hash_parallelism}${salt}${digest}"
