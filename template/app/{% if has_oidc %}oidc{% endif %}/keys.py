"""The keys of a provider: which of them may verify what (RFC 7517, RFC 7518)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

FAMILIES = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
}
"""The type of key and the curve of each algorithm that is taken: no symmetric one, nor `none`."""

ALGORITHMS = frozenset({*FAMILIES, "EdDSA"})

RSA_BITS = 2048
"""The shortest RSA key that cannot be factored (NIST SP 800-57)."""

MOST_KEYS = 100
"""How many keys of a provider are read."""

_UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, KeyError)
"""What reading a key raises that is none."""

_READERS: dict[str, Any] = {"RSA": RSAAlgorithm, "EC": ECAlgorithm, "OKP": OKPAlgorithm}


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key, and the algorithms that it verifies."""

    id: str | None
    algorithms: frozenset[str]
    key: Any


class KeySet:
    """The keys that a provider signs tokens with at the moment."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        listed = document.get("keys")
        self._keys = tuple(_readable(listed[:MOST_KEYS])) if isinstance(listed, list) else ()
        if not self._keys:
            raise ValueError("none of its keys can verify a signature")

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, key_id: str | None, algorithm: str) -> VerificationKey | None:
        """Return the key of a token. One that names none is verified where there is no choice."""
        fitting = [
            key for key in self._keys if algorithm in key.algorithms and key_id in (None, key.id)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _readable(listed: list[Any]) -> Iterator[VerificationKey]:
    """Leave out what is for something else, unknown, symmetric or too weak."""
    for jwk in listed:
        if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
            continue
        if "verify" not in jwk.get("key_ops", ("verify",)):
            continue
        algorithms = _algorithms_of(jwk)
        if not algorithms:
            continue
        try:
            key = _READERS[jwk["kty"]].from_jwk({name: jwk[name] for name in jwk if name != "d"})
        except _UNREADABLE:
            continue
        if jwk["kty"] == "RSA" and key.key_size < RSA_BITS:
            continue
        key_id = jwk.get("kid")
        yield VerificationKey(key_id if isinstance(key_id, str) else None, algorithms, key)


def _algorithms_of(jwk: Mapping[str, Any]) -> frozenset[str]:
    """Return what a key may verify: what it says, of what its type can do."""
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519" | "Ed448":
            able = {"EdDSA"}
        case kind, curve:
            able = {name for name, family in FAMILIES.items() if family == (kind, curve)}
    return frozenset(able & {jwk["alg"]} if isinstance(jwk.get("alg"), str) else able)
