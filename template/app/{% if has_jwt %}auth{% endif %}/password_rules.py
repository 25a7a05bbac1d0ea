"""Which passwords are too easy to guess.

The rules follow NIST SP 800-63B-4: no demand for digits or symbols, which only makes
people append `1!`; a minimum length, and a refusal of what attackers try first. The
minimum is 12. NIST lets a password alone have 8 characters only beside a second factor
and wants 15 without one; 12 is what people accept, and the waiting time after failed
sign-ins and the list of common words make up for the difference.
"""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from string import digits, punctuation, whitespace

from app.core.errors import Unprocessable

MIN_LENGTH = 12
MAX_LENGTH = 128
"""Enough for any sentence; a bound, because the whole of it is hashed."""

_ADDITIONS = 4
"""This many letters beside a common word or a name make another password of it."""

_SHORT_PERIOD = 8
"""A password that repeats so few characters is weak even if the last time is cut short."""

_SUBSTITUTIONS = str.maketrans("@4310!57$", "aaeioists")

_KEYS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "123456789123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)
_RUNS = tuple(run for keys in _KEYS for run in (keys, keys[::-1]))

_COMMON = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
)


class WeakPassword(Unprocessable):
    """The password is one that attackers try early."""

    code = "weak_password"

    def __init__(self, detail: str, field: str) -> None:
        error = {"field": f"body.{field}", "message": detail, "code": self.code}
        super().__init__(detail, errors=[error])


def normalised(password: str) -> str:
    """Return one form for what looks the same but is typed differently (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def refuse_weak(password: str, *, names: Iterable[str], field: str = "password") -> None:
    """Let a password through unless it is easy to guess, however long it is.

    `names` is what the account is known by: an e-mail address, a user name. `field` is
    where the password stands in the request.

    Raises:
        WeakPassword: It says why, and nothing of the password.
    """
    fault = _fault(normalised(password).casefold(), names)
    if fault:
        raise WeakPassword(f"The password is {fault}.", field)


def _fault(plain: str, names: Iterable[str]) -> str | None:
    if _repeats_itself(plain):
        return "a repetition"
    forms = (plain, _core(plain))
    if any(len(form) >= _ADDITIONS and form in run for form in forms for run in _RUNS):
        return "a run of letters, digits or keys"
    if any(_is_little_more(form, word) for form in forms for word in _COMMON):
        return "little more than a very common one"
    known = {part.casefold() for name in names for part in (name, name.partition("@")[0])}
    if any(_is_little_more(form, name) for form in forms for name in {*known, *map(_core, known)}):
        return "little more than the name of the account"
    return None


def _repeats_itself(plain: str) -> bool:
    periods = range(1, max(_SHORT_PERIOD, len(plain) // 2) + 1)
    return any(plain[period:] == plain[:-period] for period in periods)


def _core(plain: str) -> str:
    """Return what is left without the things that people decorate a word with.

    Digits within it stay: without them, one random password in some thousands holds a word.
    """
    word = plain.strip(digits + punctuation + whitespace).translate(_SUBSTITUTIONS)
    return "".join(character for character in word if character.isalnum())


def _is_little_more(form: str, word: str) -> bool:
    return bool(word) and word in form and len(form) - len(word) < min(_ADDITIONS, len(word))
