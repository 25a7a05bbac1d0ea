"""Keys to sign tokens with, good ones and those of somebody else."""

import json
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import Algorithm, get_default_algorithms

CURVES: dict[str, ec.EllipticCurve] = {
    "ES256": ec.SECP256R1(),
    "ES384": ec.SECP384R1(),
    "ES512": ec.SECP521R1(),
}


def encode(value: object) -> str:
    """Return JSON as it stands in a token."""
    return encoded(json.dumps(value).encode())


def encoded(data: bytes) -> str:
    """Return bytes as they stand in a token."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class SigningKey:
    """A new key pair for one algorithm."""

    def __init__(self, key_id: str, algorithm: str = "ES256", *, bits: int = 2048) -> None:
        self.id = key_id
        self.algorithm = algorithm
        self.private: Any
        if algorithm in CURVES:
            self.private = ec.generate_private_key(CURVES[algorithm])
        elif algorithm == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = rsa.generate_private_key(65537, bits)

    def sign(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """Return a token with any header, also one that no library would write."""
        head = {"alg": self.algorithm, "typ": "JWT", "kid": self.id, **header}
        head = {name: value for name, value in head.items() if value is not None}
        signed = f"{encode(head)}.{encode(claims)}"
        kind = get_default_algorithms()[self.algorithm]
        return f"{signed}.{encoded(kind.sign(signed.encode(), self.private))}"

    @property
    def public(self) -> dict[str, Any]:
        """The key as it is published (RFC 7517)."""
        kind: Algorithm = get_default_algorithms()[self.algorithm]
        jwk: dict[str, Any] = json.loads(type(kind).to_jwk(self.private.public_key()))
        return {**jwk, "kid": self.id, "alg": self.algorithm, "use": "sig"}
