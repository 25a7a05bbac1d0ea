"""Why a request that carries a key is not served."""

from app.core.errors import Conflict, Unprocessable


class KeyInUse(Conflict):
    """The first request with this key is still being served."""

    code = "idempotency_key_in_use"

    def __init__(self) -> None:
        super().__init__(
            "A request with this Idempotency-Key is being served. Repeat it in a moment.",
            headers={"Retry-After": "1"},
        )


class KeyUsedOtherwise(Unprocessable):
    """The key stands for another request of the same caller."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key stands for another request already. Use a new one for each."
        )
