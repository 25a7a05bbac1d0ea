"""What a key looks like: `<prefix>_<id>_<secret>`.

The prefix belongs to the service, so that secret scanners find keys that got into a
repository. The id is that of the row, the secret is 256 random bits, both in base 62. The
secret ends in a checksum of the whole key: a typo is found without asking the database, and
a scanner can tell a key from what only looks like one.
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from uuid import UUID

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 22
"""Enough for the 128 bits of a UUID."""
SECRET_LENGTH = 43
"""Enough for 256 bits."""
CHECKSUM_LENGTH = 6
"""Enough for the 32 bits of a CRC-32."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that has just been made. Its text is shown once and kept nowhere."""

    text: str
    begins_with: str
    secret_hash: str


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A well-formed key that somebody has sent. Whether it is good is another question."""

    id: UUID
    secret_hash: str


class Keys:
    """Makes and reads the keys of one service."""

    def __init__(self, prefix: str) -> None:
        self._start = f"{prefix}_"
        self._form = re.compile(
            rf"(?P<signed>{prefix}_(?P<id>[0-9A-Za-z]{{{ID_LENGTH}}})"
            rf"_(?P<secret>[0-9A-Za-z]{{{SECRET_LENGTH}}}))"
            rf"(?P<checksum>[0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
        )

    def make(self, key_id: UUID) -> NewKey:
        """Return a new key with a secret that nobody has seen before."""
        begins_with = self._start + _encode(key_id.int, ID_LENGTH)
        secret = _encode(secrets.randbits(256), SECRET_LENGTH)
        signed = f"{begins_with}_{secret}"
        return NewKey(
            text=signed + _checksum(signed),
            begins_with=begins_with,
            secret_hash=_hash(secret),
        )

    def recognises(self, text: str) -> bool:
        """Say whether a text wants to be one of these keys, well formed or not."""
        return text.startswith(self._start)

    def read(self, text: str) -> PresentedKey | None:
        """Return what a key says; None when it is not well formed."""
        found = self._form.fullmatch(text)
        if found is None or found["checksum"] != _checksum(found["signed"]):
            return None
        try:
            key_id = UUID(int=_decode(found["id"]))
        except ValueError:  # more than 128 bits
            return None
        return PresentedKey(id=key_id, secret_hash=_hash(found["secret"]))


def _hash(secret: str) -> str:
    """Return what is kept of a secret: it cannot be guessed, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(text: str) -> str:
    return _encode(zlib.crc32(text.encode()), CHECKSUM_LENGTH)


def _encode(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, value = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[value])
    return "".join(reversed(digits))


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = number * len(ALPHABET) + _VALUES[character]
    return number
