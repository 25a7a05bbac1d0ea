"""A remote API as a class, as in the documentation, and what its endpoint answers."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any

import pytest
from dirty_equals import IsPartialDict, IsStr
from fastapi import APIRouter, Depends, Request
from httpx2 import AsyncClient
from pydantic import BaseModel

from app.core.feature import Feature, RouterMount
from app.core.openapi import problems
from app.core.registry import Registry
from app.http_client.client import HttpClient
from app.http_client.errors import CircuitOpen, WrongAnswer, tell
from app.http_client.feature import feature as http_client
from app.http_client.remote_api import RemoteApi
from tests.core.serving import serving
from tests.http_client.calling import calling
from tests.http_client.remote import Remote


class Rate(BaseModel):
    currency: str
    rate: Decimal


class RatesApi(RemoteApi):
    """The rates of currencies."""

    async def rate(self, currency: str) -> Rate:
        """Return what a currency is worth today."""
        return await self.ask(Rate, "GET", "rates", currency)

    async def publish(self, rates: list[Rate], key: str) -> list[Rate]:
        """Publish rates; with the same key, once."""
        headers = {"Idempotency-Key": key}
        return await self.ask(list[Rate], "POST", "told", json=rates, headers=headers)

    async def forget(self, currency: str) -> None:
        """Delete a rate."""
        await self.send("DELETE", "rates", currency)


router = APIRouter()


async def get_rates(request: Request, remote: str) -> RatesApi:
    registry: Registry = request.app.state.registry
    return RatesApi(registry.get(HttpClient), remote)


@router.get("/worth/{currency}", responses=problems(502, 503, 504))
async def show_worth(currency: str, rates: Annotated[RatesApi, Depends(get_rates)]) -> Rate:
    return await rates.rate(currency)


@router.get("/ask")
async def ask(remote: str, request: Request) -> Any:
    registry: Registry = request.app.state.registry
    return (await registry.get(HttpClient).request("GET", remote)).json()


TRIAL = Feature(name="trial", routers=(RouterMount(router),))


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    monkeypatch.setenv("HTTP_CLIENT_ALLOWED_PRIVATE", "127.0.0.1")
    monkeypatch.setenv("HTTP_CLIENT_READ_TIMEOUT", "0.2")
    monkeypatch.setenv("HTTP_CLIENT_CONNECT_TIMEOUT", "5")
    monkeypatch.setenv("HTTP_CLIENT_RETRIES", "0")
    monkeypatch.setenv("HTTP_CLIENT_MAX_BODY_SIZE", "1MiB")
    async with serving(http_client, TRIAL) as client:
        yield client


async def test_answers_are_models(remote: Remote) -> None:
    async with calling() as client:
        rates = RatesApi(client, f"{remote.url}/", headers={"Authorization": "Bearer secret"})
        assert await rates.rate("EUR") == Rate(currency="EUR", rate=Decimal("1.25"))
        published = [Rate(currency="CHF", rate=Decimal("1.1"))]
        assert await rates.publish(published, "today") == published
        await rates.forget("EUR")
    for received in remote.received:
        assert received.headers["authorization"] == "Bearer secret"
    assert remote.received[1].headers["content-type"] == "application/json"
    assert remote.received[1].headers["idempotency-key"] == "today"


@pytest.mark.parametrize("part", ["../admin", "a/b", "a?b=c", "a#b", "ä b", "%2e%2e"])
async def test_a_part_of_the_path_stays_one(remote: Remote, part: str) -> None:
    async with calling() as client:
        await RatesApi(client, remote.url).rate(part)
    assert remote.received[0].path.count("/") == 2
    assert not remote.received[0].query


@pytest.mark.parametrize("part", ["", ".", ".."])
async def test_a_part_of_the_path_does_not_lead_elsewhere(remote: Remote, part: str) -> None:
    async with calling() as client:
        with pytest.raises(ValueError, match="segment"):
            await RatesApi(client, remote.url).rate(part)
    assert not remote.received


async def test_an_answer_of_another_form_is_wrong(remote: Remote) -> None:
    async with calling() as client:
        rates = RatesApi(client, remote.url)
        for body in (b'{"currency": "hunter2"}', b"<html>hunter2", b"", b"\xff"):
            with pytest.raises(WrongAnswer) as caught:
                await rates.ask(Rate, "POST", "told", content=body)
            assert "hunter2" not in repr(caught.value)


async def test_an_endpoint_answers_with_the_model(shop: AsyncClient, remote: Remote) -> None:
    answer = await shop.get("/api/v1/worth/EUR", params={"remote": remote.url})
    assert answer.json() == {"currency": "EUR", "rate": "1.25"}


@pytest.mark.parametrize(
    ("doing", "status", "code"),
    [
        ("hanging", 504, "remote_timeout"),
        ("resetting/9", 503, "remote_away"),
        ("status/500", 502, "remote_bad_status"),
        ("status/404", 502, "remote_bad_status"),
        ("torn", 502, "remote_wrong_answer"),
        ("giant", 502, "remote_answer_too_large"),
    ],
)
async def test_a_failure_is_a_problem_that_tells_nothing(
    shop: AsyncClient, remote: Remote, doing: str, status: int, code: str
) -> None:
    answer = await shop.get("/api/v1/ask", params={"remote": f"{remote.url}/{doing}"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == IsPartialDict(status=status, code=code, detail=IsStr())
    assert "127.0.0.1" not in answer.text
    assert "hunter2" not in answer.text


async def test_an_address_that_is_refused_is_a_problem(shop: AsyncClient) -> None:
    answer = await shop.get("/api/v1/ask", params={"remote": "http://10.0.0.1/"})
    assert answer.status_code == 502
    assert answer.json()["code"] == "remote_refused"
    assert "10.0.0.1" not in answer.json()["detail"]


async def test_an_open_breaker_says_when_to_come_back(shop: AsyncClient, remote: Remote) -> None:
    params = {"remote": f"{remote.url}/status/500"}
    answers = [await shop.get("/api/v1/ask", params=params) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [502] * 5 + [503]
    assert answers[-1].json()["code"] == "remote_paused"
    assert 55 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert len(remote.received) == 5


@pytest.mark.parametrize(("seconds", "header"), [(0.0, "1"), (1.2, "2"), (60.0, "60")])
def test_whoever_comes_back_when_told_does_not_come_too_early(seconds: float, header: str) -> None:
    problem = tell(CircuitOpen("shop.example", "has failed", retry_after=seconds))
    assert problem.headers == {"Retry-After": header}


async def test_operators_see_each_host(shop: AsyncClient, remote: Remote) -> None:
    await shop.get("/api/v1/ask", params={"remote": f"{remote.url}/well"})
    await shop.get("/api/v1/ask", params={"remote": f"{remote.url}/status/500"})
    told = (await shop.get("/health/detailed")).json()["features"]["http_client"]
    assert told == {
        "hosts": {
            remote.host: {
                "breaker": "closed",
                "failures": 1,
                "in_flight": 0,
                "retries_left": 10,
            }
        }
    }
