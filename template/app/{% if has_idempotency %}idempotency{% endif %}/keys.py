"""The key of a request, and what tells a repetition from another request."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from starlette.types import Scope

from app.core.errors import BadRequest

HEADER = b"idempotency-key"

_QUOTED = re.compile(rb'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BARE = re.compile(rb"[\x21\x23-\x2b\x2d-\x7e]+")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that carries a key.

    Neither the key nor the request can be read from this: `identifier` is a hash of caller
    and key, `fingerprint` one of the request under the key, which itself is not kept. So
    nobody can try out which password a request held, unless the key can be guessed as well.
    """

    identifier: str
    fingerprint: str


def read_key(scope: Scope) -> bytes | None:
    """Return the key that a request carries, if it does.

    The draft has a string of RFC 9651, `"8e03978e-..."`. Most callers send it without the
    quotes, which means the same here.

    Raises:
        BadRequest: It is empty, too long, not well formed, or not the only one.
    """
    values = [value.strip() for name, value in scope["headers"] if name == HEADER]
    if not values:
        return None
    if len(values) > 1:
        raise _refusal("Send one key, not several.")
    quoted = _QUOTED.fullmatch(values[0])
    if quoted:
        key = re.sub(rb"\\(.)", rb"\1", quoted[1])
    elif _BARE.fullmatch(values[0]):
        key = values[0]
    else:
        key = b""
    if not 0 < len(key) <= _LONGEST:
        raise _refusal(f"Send 1 to {_LONGEST} printable ASCII characters, such as a UUID.")
    return key


def keyed_request(caller: str, key: bytes, scope: Scope, body: bytes) -> KeyedRequest:
    """Return what stands for a request of a caller."""
    target = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"]
    digest = hashlib.sha256(body).digest()
    return KeyedRequest(
        identifier=hashlib.sha256(caller.encode() + b"\n" + key).hexdigest(),
        fingerprint=hmac.new(key, target + b"\n" + digest, hashlib.sha256).hexdigest(),
    )


def _refusal(detail: str) -> BadRequest:
    return BadRequest(f"The Idempotency-Key is not valid. {detail}", code="invalid_idempotency_key")
