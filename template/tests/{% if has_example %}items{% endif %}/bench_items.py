import pytest
from httpx2 import AsyncClient

from tests.bench.fixtures import Bench
from tests.items.examples import URL, add_item

pytestmark = pytest.mark.usefixtures("committed")


async def test_one_item(bench: Bench, signed_in: AsyncClient) -> None:
    created = await add_item(signed_in)
    await bench.measure("an item", created.headers["Location"], caller=signed_in)


async def test_the_list(bench: Bench, signed_in: AsyncClient) -> None:
    for number in range(40):
        await add_item(signed_in, name=f"Item {number}")
    await bench.measure("list of items", URL, caller=signed_in)


async def test_the_list_with_a_cursor(bench: Bench, signed_in: AsyncClient) -> None:
    for number in range(40):
        await add_item(signed_in, name=f"Item {number}")
    await bench.measure("list of items with a cursor", "/api/v2/items", caller=signed_in)
