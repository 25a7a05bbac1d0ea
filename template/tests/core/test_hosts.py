"""Which names the service answers to."""

import pytest

from app.core.feature import Feature
from tests.core.serving import serving

HOSTS = ("api.example.com", "*.example.org", "[::1]")


@pytest.mark.parametrize(
    "host", ["api.example.com", "API.example.com:8000", "a.b.example.org", "[::1]:8000"]
)
async def test_a_name_of_ours_is_answered(host: str) -> None:
    async with serving(allowed_hosts=HOSTS) as client:
        assert (await client.get("/openapi.json", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example.net", "example.org", "api.example.com.evil.net", "", "a b"]
)
async def test_any_other_is_refused_with_a_problem(host: str) -> None:
    async with serving(allowed_hosts=HOSTS) as client:
        response = await client.get("/openapi.json", headers={"Host": host})
    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/health", "/ready", "/openapi.json"])
async def test_probes_come_by_address(path: str) -> None:
    feature = Feature(name="described", probes=("/openapi.json",))
    async with serving(feature, allowed_hosts=HOSTS) as client:
        assert (await client.get(path, headers={"Host": "10.0.0.7:8000"})).status_code == 200
