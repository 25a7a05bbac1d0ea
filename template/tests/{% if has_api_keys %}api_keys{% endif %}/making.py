"""Keys for tests, made over HTTP as people make them."""

from typing import Any

from httpx2 import AsyncClient

URL = "/api/v1/api-keys"
CALLER = "/caller"
READ = "keys:read"
WRITE = "keys:write"


async def make_key(person: AsyncClient, **fields: Any) -> dict[str, Any]:
    """Make a key, and return the answer."""
    answer = await person.post(URL, json={"name": "export", "scopes": [READ]} | fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def status_with(client: AsyncClient, key: str, path: str = CALLER) -> int:
    """Call with nothing but a key, and return the status of the answer."""
    headers = {"X-API-Key": key, "Authorization": ""}
    return (await client.get(path, headers=headers)).status_code
