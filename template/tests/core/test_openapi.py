"""The OpenAPI document: names that last, problems and access of every operation."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer, OAuth2PasswordBearer
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from app.core.access import Principal, Reach, Requires, Scope, get_caller
from app.core.application import create_app
from app.core.feature import Feature, RouterMount
from app.core.openapi import problems
from app.core.problems import FieldProblem, ProblemDocument, ValidationProblemDocument
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from tests.core.serving import serving

PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}
VALIDATION_PROBLEM = {"$ref": "#/components/schemas/ValidationProblemDocument"}


class Order(BaseModel):
    name: str


router = APIRouter(prefix="/orders", tags=["orders"])


@router.get("")
async def list_orders() -> list[Order]:
    return []


@router.post("", responses=problems(409))
async def create_order(
    order: Order, caller: Annotated[Principal, Requires("orders:write")]
) -> Order:
    return order


def get_own_order(
    number: int, caller: Annotated[Principal, Requires("orders:read", "orders:write")]
) -> int:
    return number


@router.get("/{number}")
async def read_own_order(number: Annotated[int, Depends(get_own_order)]) -> int:
    return number


@router.get("/mine/first", responses=problems(422))
async def read_first(caller: Annotated[Principal, Depends(get_caller)], size: int = 1) -> str:
    return caller.subject


plain = APIRouter()


@plain.get("/ping")
async def ping() -> str:
    return "pong"


@router.put("/mine/first")
async def replace_first(
    caller: Annotated[Principal, Requires("orders:write", via="OAuth2PasswordBearer")],
) -> str:
    return caller.subject


class Token:
    challenge = "Bearer"

    def __init__(self, scheme: Any) -> None:
        self.scheme = scheme
        self.name = type(scheme).__name__

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        return None


SCOPES = (
    Scope("orders:read", "Read orders", Reach.OWN),
    Scope("orders:write", "Change orders", Reach.OWN),
)


def described(*schemes: Any) -> dict[str, Any]:
    feature = Feature(
        name="orders",
        routers=(
            RouterMount(router),
            RouterMount(router, version="v2"),
            RouterMount(plain, version=None),
        ),
        scopes=SCOPES,
        authenticators=tuple(Token(scheme) for scheme in schemes),
    )
    settings = CoreSettings(environment=Environment.TEST, name="shop", version="1.2.3")
    return create_app([feature], settings=[settings], env_file=None).openapi()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }


def schema(response: dict[str, Any]) -> Any:
    return response["content"]["application/problem+json"]["schema"]


def test_the_names_of_operations_last() -> None:
    assert sorted(operations(described())) == [
        "health_alive",
        "health_detailed",
        "health_ready",
        "orders_create",
        "orders_create_v2",
        "orders_list",
        "orders_list_v2",
        "orders_read_first",
        "orders_read_first_v2",
        "orders_read_own",
        "orders_read_own_v2",
        "orders_replace_first",
        "orders_replace_first_v2",
        "ping",
    ]


def test_the_document_names_the_service() -> None:
    assert described()["info"] == {"title": "shop", "version": "1.2.3"}


def test_every_operation_answers_problems() -> None:
    document = described()
    for operation in operations(document).values():
        assert schema(operation["responses"]["default"]) == PROBLEM
        assert operation["summary"]
    schemas = document["components"]["schemas"]
    assert schemas["ProblemDocument"]["required"] == list(ProblemDocument.model_fields)
    assert schemas["FieldProblem"]["required"] == list(FieldProblem.model_fields)
    assert "errors" in schemas["ValidationProblemDocument"]["properties"]
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_what_can_be_invalid_answers_our_validation_problem() -> None:
    found = operations(described())
    assert schema(found["orders_create"]["responses"]["422"]) == VALIDATION_PROBLEM
    assert schema(found["orders_create"]["responses"]["409"]) == PROBLEM
    assert schema(found["orders_read_first"]["responses"]["422"]) == PROBLEM
    assert "422" not in found["orders_list"]["responses"]


async def test_problems_look_as_described() -> None:
    feature = Feature(name="orders", routers=(RouterMount(router),), scopes=SCOPES)
    async with serving(feature) as client:
        missing = await client.get("/nothing")
        invalid = await client.get("/api/v1/orders/mine/first?size=x")
    ProblemDocument.model_validate_json(missing.content, extra="forbid")
    ValidationProblemDocument.model_validate_json(invalid.content, extra="forbid")


def test_operations_say_who_may_call_them() -> None:
    found = operations(described(HTTPBearer()))
    assert found["orders_create"]["security"] == [{"HTTPBearer": ["orders:write"]}]
    assert found["orders_read_own"]["security"] == [{"HTTPBearer": ["orders:read", "orders:write"]}]
    assert schema(found["orders_create"]["responses"]["401"]) == PROBLEM
    assert schema(found["orders_create"]["responses"]["403"]) == PROBLEM
    assert list(found["orders_create"]["responses"]) == [
        *("200", "401", "403", "409", "422", "default")
    ]
    assert found["orders_read_first"]["security"] == [{"HTTPBearer": []}]
    assert "403" not in found["orders_read_first"]["responses"]
    assert "security" not in found["orders_list"]
    assert "401" not in found["orders_list"]["responses"]


def test_every_way_to_sign_in_is_described() -> None:
    document = described(OAuth2PasswordBearer("login"), HTTPBearer())
    schemes = document["components"]["securitySchemes"]
    assert schemes["HTTPBearer"] == {"type": "http", "scheme": "bearer"}
    flow = schemes["OAuth2PasswordBearer"]["flows"]["password"]
    assert flow["tokenUrl"] == "login"
    assert flow["scopes"] == {
        "health:read": "See the state of everything behind the service",
        "orders:read": "Read orders",
        "orders:write": "Change orders",
    }
    assert operations(document)["orders_create"]["security"] == [
        {"OAuth2PasswordBearer": ["orders:write"]},
        {"HTTPBearer": ["orders:write"]},
    ]


def test_an_operation_for_one_way_in_names_no_other() -> None:
    found = operations(described(OAuth2PasswordBearer("login"), HTTPBearer()))
    assert found["orders_replace_first"]["security"] == [{"OAuth2PasswordBearer": ["orders:write"]}]
    assert "403" in found["orders_replace_first"]["responses"]


def test_where_somebody_comes_in_without_signing_in_nothing_has_to_be_sent() -> None:
    found = operations(described(HTTPBearer(), None))
    assert found["orders_create"]["security"] == [{}, {"HTTPBearer": ["orders:write"]}]


def test_without_a_way_to_sign_in_nothing_is_said_of_it() -> None:
    document = described(None)
    assert "securitySchemes" not in document["components"]
    assert not [one for one in operations(document).values() if "security" in one]


def test_two_operations_of_one_name_are_noticed() -> None:
    doubled = APIRouter(tags=["orders"])
    doubled.get("/a")(list_orders)
    doubled.get("/b")(list_orders)
    app = create_app([Feature(name="x", routers=(RouterMount(doubled),))], env_file=None)
    with pytest.warns(UserWarning, match="Duplicate Operation ID orders_list"):
        app.openapi()
