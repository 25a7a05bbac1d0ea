"""Getting an account."""

import json
from typing import Any

import pytest
from dirty_equals import IsDatetime, IsPartialDict, IsUUID
from httpx2 import AsyncClient

from tests.users.people import PASSWORD, People

REGISTER = "/api/v1/auth/register"

ADA = {
    "email": "Ada@Example.com",
    "username": "Ada",
    "full_name": "Ada Lovelace",
    "password": PASSWORD,
    "terms_accepted": True,
}


async def test_a_new_account_is_an_ordinary_active_user(client: AsyncClient) -> None:
    answer = await client.post(REGISTER, json=ADA)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": IsUUID,
        "email": "ada@example.com",
        "username": "ada",
        "full_name": "Ada Lovelace",
        "role": "user",
        "is_active": True,
        "created_at": IsDatetime(iso_string=True),
        "updated_at": IsDatetime(iso_string=True),
    }


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.com", " Ada@Example.COM "])
async def test_the_new_account_signs_in_by_either_name(client: AsyncClient, name: str) -> None:
    await client.post(REGISTER, json=ADA)
    answer = await client.post("/api/v1/auth/login", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "extra",
    [
        {"role": "admin"},
        {"is_active": True},
        {"id": "0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c11"},
        {"scopes": ["users:write"]},
        {"terms_accepted_at": "2020-01-01T00:00:00Z"},
        {"password_hash": "$argon2id$"},
    ],
)
async def test_nobody_chooses_their_own_standing(
    client: AsyncClient, extra: dict[str, Any]
) -> None:
    refused = await client.post(REGISTER, json=ADA | extra)
    assert refused.status_code == 422
    (field,) = extra
    assert refused.json()["errors"] == [
        IsPartialDict(field=f"body.{field}", code="extra_forbidden")
    ]


@pytest.mark.parametrize(
    ("taken", "field"),
    [
        ({"email": "ADA@EXAMPLE.COM", "username": "another"}, "email"),
        ({"email": "another@example.com", "username": "ADA"}, "username"),
    ],
)
async def test_names_are_unique_without_regard_to_case(
    client: AsyncClient, taken: dict[str, str], field: str
) -> None:
    await client.post(REGISTER, json=ADA)
    refused = await client.post(REGISTER, json=ADA | taken)
    assert refused.status_code == 409
    assert refused.json() == IsPartialDict(
        code="already_exists", errors=[IsPartialDict(field=f"body.{field}")]
    )
    assert "SQL" not in refused.text.upper().replace("ALREADY", "")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": f"{'a' * 250}@example.com"}, "email"),
        ({"email": None}, "email"),
        ({"username": "a"}, "username"),
        ({"username": "ada@example.com"}, "username"),
        ({"username": "ada\x00"}, "username"),
        ({"full_name": "Ada\x00"}, "full_name"),
        ({"terms_accepted": False}, "terms_accepted"),
        ({"terms_accepted": None}, "terms_accepted"),
        ({"password": "elevenchars"}, "password"),
        ({"password": "a b " * 33}, "password"),
        ({"password": None}, "password"),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(
    client: AsyncClient, given: dict[str, Any], field: str
) -> None:
    refused = await client.post(REGISTER, json=ADA | given)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [f"body.{field}"]


@pytest.mark.parametrize(
    ("field", "status"), [("email", 422), ("username", 422), ("full_name", 422), ("password", 201)]
)
async def test_half_a_surrogate_pair_is_nothing_but_a_character_of_passwords(
    client: AsyncClient, field: str, status: int
) -> None:
    odd = {field: f"{ADA[field]}\ud800"}
    answer = await client.post(
        REGISTER, content=json.dumps(ADA | odd), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status


@pytest.mark.parametrize("missing", ["email", "username", "password", "terms_accepted"])
async def test_what_is_missing_is_named(client: AsyncClient, missing: str) -> None:
    refused = await client.post(REGISTER, json={k: v for k, v in ADA.items() if k != missing})
    assert refused.json()["errors"] == [IsPartialDict(field=f"body.{missing}", code="missing")]


@pytest.mark.parametrize("password", ["Password12345!", "ada@example.com", "qwertyuiop[]"])
async def test_a_password_that_is_easy_to_guess_is_refused(
    client: AsyncClient, password: str
) -> None:
    refused = await client.post(REGISTER, json=ADA | {"password": password})
    assert refused.status_code == 422
    assert refused.json() == IsPartialDict(
        code="weak_password", errors=[IsPartialDict(field="body.password")]
    )


@pytest.mark.parametrize("length", [64, 128])
async def test_a_password_may_be_long_and_all_of_it_counts(
    client: AsyncClient, length: int
) -> None:
    password = " ".join(str(number) for number in range(99))[:length]
    assert (await client.post(REGISTER, json=ADA | {"password": password})).status_code == 201
    for given, status in [(password[:-1] + "!", 401), (password, 200)]:
        form = {"username": "ada", "password": given}
        assert (await client.post("/api/v1/auth/login", data=form)).status_code == status


@pytest.mark.parametrize("password", ["short-one", "hunter2" * 30, "Password12345!"])
async def test_no_answer_repeats_the_password(client: AsyncClient, password: str) -> None:
    refused = await client.post(REGISTER, json=ADA | {"password": password, "email": "x"})
    assert refused.status_code == 422
    assert password not in refused.text


async def test_administrators_make_accounts_of_any_role(people: People, admin: AsyncClient) -> None:
    account = {
        "email": "Grace@example.com",
        "username": "grace",
        "password": PASSWORD,
        "role": "moderator",
    }
    answer = await admin.post("/api/v1/users", json=account)
    assert answer.status_code == 201
    assert answer.json() == IsPartialDict(email="grace@example.com", role="moderator")
    assert (await admin.get(answer.headers["Location"])).json() == answer.json()
    grace = await people.client()
    signed_in = await grace.post(
        "/api/v1/auth/login", data={"username": "grace", "password": PASSWORD}
    )
    assert signed_in.status_code == 200
    assert (await admin.post("/api/v1/users", json=account)).status_code == 409


async def test_administrators_give_no_weak_passwords_either(admin: AsyncClient) -> None:
    account = {"email": "g@example.com", "username": "grace", "password": "welcome12345"}
    refused = await admin.post("/api/v1/users", json=account)
    assert refused.json()["code"] == "weak_password"
