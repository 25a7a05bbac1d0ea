"""Items for tests, made over HTTP as any caller makes them."""

from typing import Any

from httpx2 import AsyncClient, Response

URL = "/api/v1/items"


async def add_item(caller: AsyncClient, **fields: Any) -> Response:
    """Make an item, and return the answer."""
    answer = await caller.post(URL, json={"name": "Desk lamp"} | fields)
    assert answer.status_code == 201, answer.text
    return answer


async def names_in(caller: AsyncClient, url: str = URL, **query: Any) -> list[str]:
    """Return the names that a list answers with, in its order."""
    answer = await caller.get(url, params=query)
    assert answer.status_code == 200, answer.text
    return [entry["name"] for entry in answer.json()["items"]]
