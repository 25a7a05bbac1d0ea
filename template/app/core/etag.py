"""Entity tags (RFC 9110, section 8.8.3): what lets a caller say which state they have seen.

A tag is made from the representation itself, so it changes when, and only when, what the
caller reads has changed, and it works for any resource without a column of its own:

    shown = OrderResponse.model_validate(order)
    etag = etag_of(shown)
    if is_current(etag, if_none_match):
        return not_modified(etag)
    response.headers["ETag"] = etag
    return shown

Before a change, `require_match(etag, if_match)` refuses to overwrite what somebody else
has changed in the meantime. Lock the row first, so that nobody changes it in between.
"""

import hashlib
import re
from typing import Annotated, Any

from fastapi import Header, Response, status
from pydantic import BaseModel

from app.core.errors import PreconditionFailed

IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="Entity tags of what you hold already: 304 when one of them is current.",
    ),
]
"""The header of a conditional GET."""

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="Entity tags of what you have seen: 412 when none of them is current. "
        "Without this header, the last change wins.",
    ),
]
"""The header of a conditional change."""

ETAG_HEADER: dict[str, Any] = {
    "ETag": {"description": "The tag of this state.", "schema": {"type": "string"}}
}
"""The header of an answer that has a tag, for OpenAPI."""

NOT_MODIFIED: dict[str, Any] = {
    "description": "You hold the current state already.",
    "headers": ETAG_HEADER,
}
"""The answer of `not_modified`, for OpenAPI."""

_ENTITY_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag_of(representation: BaseModel) -> str:
    """Return the strong entity tag of what a caller reads, with its quotes."""
    document = representation.model_dump_json(by_alias=True).encode()
    return f'"{hashlib.blake2b(document, digest_size=16).hexdigest()}"'


def is_current(etag: str, if_none_match: str | None) -> bool:
    """Say whether a caller holds this state already, by weak comparison.

    `*` stands for any state. A header that cannot be read counts as none.
    """
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or any(
        tag == etag for _, tag in _ENTITY_TAG.findall(if_none_match)
    )


def not_modified(etag: str) -> Response:
    """Return the answer for a caller who holds this state already."""
    return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})


def require_match(etag: str, if_match: str | None) -> None:
    """Let a change go on only if the caller has seen this state, by strong comparison.

    `*` stands for any state. A caller who sends no header takes the risk of overwriting
    what they have not seen.

    Raises:
        PreconditionFailed: None of the tags is this one, or the header cannot be read.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if not any(tag == etag and not weak for weak, tag in _ENTITY_TAG.findall(if_match)):
        raise PreconditionFailed(
            "This has changed since you read it. Read it again and repeat your change.",
            headers={"ETag": etag},
        )
