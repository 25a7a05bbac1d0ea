"""What callers and their browsers are told of the key."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.settings import CoreSettings, Environment
from tests.idempotency.shop import ORDERS, key

ORIGIN = "https://www.example.com"


@pytest.fixture
def core_settings() -> CoreSettings:
    return CoreSettings(environment=Environment.TEST, cors_origins=(ORIGIN,))


async def test_unsafe_operations_describe_the_key(shop_app: FastAPI) -> None:
    paths = shop_app.openapi()["paths"]
    operation = paths[ORDERS]["post"]
    (parameter,) = operation["parameters"]
    assert (parameter["name"], parameter["in"]) == ("Idempotency-Key", "header")
    assert {"400", "409", "422"} <= operation["responses"].keys()
    assert "parameters" not in paths["/health"]["get"]


async def test_pages_of_another_origin_may_send_it_and_see_that_an_answer_is_not_the_first(
    ann: AsyncClient,
) -> None:
    asked = await ann.options(
        ORDERS,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "Idempotency-Key",
        },
    )
    assert asked.status_code == 200
    answer = await ann.post(
        ORDERS, json={"name": "Lamp"}, headers={"Origin": ORIGIN, "Idempotency-Key": key()}
    )
    assert "Idempotency-Replayed" in answer.headers["Access-Control-Expose-Headers"]
