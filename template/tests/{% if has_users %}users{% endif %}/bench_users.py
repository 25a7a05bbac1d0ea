import pytest
from httpx2 import AsyncClient

from tests.bench.fixtures import Bench

ME = "/api/v1/users/me"

pytestmark = pytest.mark.usefixtures("committed")


async def test_the_current_user(bench: Bench, signed_in: AsyncClient) -> None:
    await bench.measure("current user", ME, caller=signed_in)


async def test_many_at_a_time(bench: Bench, signed_in: AsyncClient) -> None:
    await bench.measure("current user, 500 connections", ME, caller=signed_in, connections=500)


async def test_nobody(bench: Bench) -> None:
    await bench.measure("current user, without a token", ME, status=401)


async def test_the_list(bench: Bench, admin: AsyncClient) -> None:
    await bench.measure("list of users", "/api/v1/users", caller=admin)
