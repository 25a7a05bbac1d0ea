"""Entity tags, by the rules of RFC 9110."""

import re

import pytest
from pydantic import BaseModel, Field

from app.core.errors import PreconditionFailed
from app.core.etag import etag_of, is_current, not_modified, require_match

CURRENT = '"current"'


class Shown(BaseModel):
    name: str
    size: int = Field(default=1, serialization_alias="length")


def test_a_tag_is_a_quoted_string_without_a_weak_mark() -> None:
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag_of(Shown(name="a")))


def test_a_tag_changes_when_and_only_when_what_is_shown_changes() -> None:
    assert etag_of(Shown(name="a")) == etag_of(Shown(name="a"))
    assert etag_of(Shown(name="a")) != etag_of(Shown(name="b"))
    assert etag_of(Shown(name="a")) != etag_of(Shown(name="a", size=2))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("*", True),
        (" * ", True),
        ('"current"', True),
        ('W/"current"', True),
        ('"other", "current"', True),
        ('"other","current"', True),
        ('W/"other" , W/"current"', True),
        ('"other"', False),
        ('"with, comma", "current"', True),
        ('"cur", "rent"', False),
        ("current", False),
        ('w/"current', False),
    ],
)
def test_if_none_match_compares_weakly(header: str | None, expected: bool) -> None:
    assert is_current(CURRENT, header) is expected


@pytest.mark.parametrize(
    "header", [None, "*", " * ", CURRENT, '"other", "current"', 'W/"x","current"']
)
def test_if_match_lets_a_change_go_on(header: str | None) -> None:
    require_match(CURRENT, header)


@pytest.mark.parametrize(
    "header", ["", '"other"', 'W/"current"', 'W/"current", "other"', "current", '"*"', '*, "other"']
)
def test_if_match_compares_strongly_and_refuses_what_it_cannot_read(header: str) -> None:
    with pytest.raises(PreconditionFailed) as refused:
        require_match(CURRENT, header)
    assert refused.value.headers == {"ETag": CURRENT}


def test_not_modified_has_the_tag_and_no_body() -> None:
    response = not_modified(CURRENT)
    assert response.status_code == 304
    assert response.headers["etag"] == CURRENT
    assert response.body == b""
