"""Items to develop with."""

from fastapi import FastAPI
from httpx2 import AsyncClient

from app.items.seed import STOCK, seed
from tests.items.examples import URL


async def test_everybody_gets_items_once(app: FastAPI, signed_in: AsyncClient) -> None:
    for _ in range(2):
        await seed(app.state.registry)

    listed = (await signed_in.get(URL, params={"sort": "created_at"})).json()
    assert listed["total"] == len(STOCK)
    assert listed["items"][0]["created_at"] < listed["items"][-1]["created_at"]
