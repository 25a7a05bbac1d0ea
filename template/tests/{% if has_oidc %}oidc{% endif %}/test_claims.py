"""What tokens say of people and of programs: where it stands, and what it means here."""

from typing import Any

import pytest

from app.core.access import Access, Reach, Scope
from app.oidc.claims import (
    Claims,
    find,
    is_program,
    listed,
    scopes_of_person,
    scopes_of_program,
    standing_of,
)
from app.oidc.settings import OidcSettings

SCOPES = (
    Scope("orders:read", "Read one's own orders.", Reach.OWN),
    Scope("orders:all", "Read everybody's orders.", Reach.EVERYONE),
    Scope("prices:write", "Set prices.", Reach.SERVICE),
)
ACCESS = Access((), SCOPES)


def settings(**given: Any) -> OidcSettings:
    return OidcSettings(**{"issuer": "https://login.example.com", "audience": "orders", **given})


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("groups", ["a"]),
        ("realm_access.roles", ["b"]),
        ("https://shop.example.com/roles", ["c"]),
        ("resource_access.shop.web.roles", ["d"]),
        ("urn:zitadel:iam:org:project:roles", {"e": {"7": "shop.example.com"}}),
        ("a.b", "whole"),
        ("nowhere", None),
        ("groups.a", None),
        ("realm_access.", None),
        ("", None),
    ],
)
def test_a_claim_is_found_at_its_path(path: str, found: object) -> None:
    values = {
        "groups": ["a"],
        "realm_access": {"roles": ["b"]},
        "https://shop.example.com/roles": ["c"],
        "resource_access": {"shop.web": {"roles": ["d"]}},
        "urn:zitadel:iam:org:project:roles": {"e": {"7": "shop.example.com"}},
        "a.b": "whole",
        "a": {"b": "part"},
    }
    assert find(values, path) == found


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("one", ("one",)),
        (["one", 2, "three"], ("one", "three")),
        ({"one": {}, "two": 2}, ("one", "two")),
        (7, ()),
        (None, ()),
    ],
)
def test_a_claim_holds_texts_in_several_forms(value: object, texts: tuple[str, ...]) -> None:
    assert listed(value) == texts


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        (["staff"], "moderator"),
        (["staff", "boss"], "admin"),
        (["everybody"], None),
        (["admin"], None),  # is a role here, and no value of the provider's
        ("boss", "admin"),
        (None, None),
    ],
)
def test_the_highest_role_counts_and_unknown_ones_do_not(
    told: object, standing: str | None
) -> None:
    given = settings(role_claim="groups", roles={"staff": "moderator", "boss": "admin"})
    assert standing_of(Claims({"sub": "ada", "groups": told}), given) == standing


def test_without_a_claim_for_them_there_are_no_roles() -> None:
    claims = Claims({"sub": "ada", "": ["boss"]})
    assert standing_of(claims, settings(roles={"boss": "admin"})) is None


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, {"orders:read", "orders:all"}),
        ({"scopes": "token"}, {"orders:read", "prices:write"}),
        ({"scopes": "both"}, {"orders:read"}),
    ],
)
def test_people_may_do_what_role_or_token_or_both_say(
    given: dict[str, Any], names: set[str]
) -> None:
    claims = Claims({"sub": "ada", "scope": "openid orders:read prices:write orders:burn"})
    assert scopes_of_person(claims, settings(**given), ACCESS, Reach.EVERYONE) == names


@pytest.mark.parametrize(
    ("values", "given", "names"),
    [
        ({"scope": "orders:read unheard:of"}, {}, {"orders:read"}),
        ({"scp": ["orders:read", "orders:all"]}, {}, {"orders:read", "orders:all"}),
        ({"scope": "shop/orders:read orders:all"}, {"scope_prefix": "shop/"}, {"orders:read"}),
        ({"permissions": ["orders:all"]}, {"scope_claims": ("permissions",)}, {"orders:all"}),
        ({"scope": 7}, {}, set()),
        (
            {"roles": ["reader"]},
            {"role_claim": "roles", "roles": {"reader": "user"}},
            {"orders:read"},
        ),
        ({}, {}, set()),
    ],
)
def test_programs_may_do_what_their_token_names_and_a_role_reaches(
    values: dict[str, Any], given: dict[str, Any], names: set[str]
) -> None:
    assert scopes_of_program(Claims({"sub": "x", **values}), settings(**given), ACCESS) == names


@pytest.mark.parametrize(
    ("values", "is_one"),
    [
        ({"sub": "ada", "azp": "web"}, False),
        ({"sub": "export", "client_id": "export"}, True),
        ({"sub": "f3", "azp": "export", "preferred_username": "service-account-export"}, True),
        ({"sub": "f3", "azp": "web", "preferred_username": "service-account-export"}, False),
        ({"sub": "export@clients", "azp": "export"}, True),
        ({"sub": "export@clients", "azp": "export", "gty": "client-credentials"}, True),
        ({"sub": "f3", "azp": "export", "idtyp": "app"}, True),
        ({"sub": "f3", "azp": "export", "oid": "f3", "roles": ["reader"]}, True),
        ({"sub": "f3", "azp": "web", "oid": "other", "scp": "orders.read"}, False),
        ({"sub": "robot", "azp": "web"}, True),
    ],
)
def test_a_program_is_told_from_a_person(values: dict[str, Any], is_one: bool) -> None:
    assert is_program(Claims(values), settings(program_subjects=("robot",))) is is_one
