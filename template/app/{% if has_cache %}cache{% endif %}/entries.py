"""What is stored for a key: a document, and what has to be true for it to count."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Entry:
    """A value as JSON.

    `stamps` are those that its key and tags had before the source was asked: the entry
    counts while they are still the same. From `refresh_at` on, in seconds since 1970, it
    is time to ask again, though it is still good.
    """

    stamps: tuple[bytes, ...]
    refresh_at: float
    document: bytes

    def pack(self) -> bytes:
        """Return the bytes to store."""
        return b"%s\n%.6f\n%s" % (b" ".join(self.stamps), self.refresh_at, self.document)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what was stored.

        Raises:
            ValueError: It was none of ours.
        """
        stamps, refresh_at, document = data.split(b"\n", 2)
        return cls(tuple(stamps.split(b" ")), float(refresh_at), document)
