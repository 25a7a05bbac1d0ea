"""What is told of a request: one span, which continues the trace of the caller."""

from typing import Annotated, Any

import pytest
from dirty_equals import IsPartialDict, IsStr
from fastapi import APIRouter, Query
from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.errors import NotFound
from app.core.feature import Feature, RouterMount
from app.core.settings import CoreSettings, Environment
from app.tracing.feature import feature as tracing
from app.tracing.settings import TracingSettings
from tests.core.serving import log_lines, routed
from tests.tracing.receiver import Receiver
from tests.tracing.tracing import PARENT, SPAN, TRACE, UNSAMPLED, traced_service

router = APIRouter()


@router.get("/orders/{order}")
async def show_order(order: int, _token: Annotated[str, Query(alias="token")] = "") -> int:
    if order == 404:
        raise NotFound("No such order.")
    return order


shop = routed(router)


async def test_a_request_is_a_span_of_its_route(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/orders/1")
    [span] = receiver.spans
    assert (span.name, span.kind) == ("GET /api/v1/orders/{order}", "SERVER")
    assert (span.parent_id, span.failed, span.path) == ("", False, "/v1/traces")
    assert span.attributes == IsPartialDict(
        {
            "http.request.method": "GET",
            "http.route": "/api/v1/orders/{order}",
            "http.response.status_code": 200,
            "url.path": "/api/v1/orders/1",
        }
    )


async def test_a_span_says_which_service_it_is_of(receiver: Receiver) -> None:
    core = CoreSettings(name="shop", version="1.2.3", environment=Environment.TEST)
    async with traced_service(receiver, shop, core=core) as client:
        await client.get("/api/v1/orders/1")
    assert receiver.spans[0].resource == IsPartialDict(
        {
            "service.name": "shop",
            "service.version": "1.2.3",
            "service.instance.id": IsStr(regex="[0-9a-f-]{36}"),
            "deployment.environment.name": "test",
        }
    )


async def test_the_standard_variables_say_more_of_the_service(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "web shop")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=pod-7,k8s.pod.name=pod-7")
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/orders/1")
    assert receiver.spans[0].resource == IsPartialDict(
        {"service.name": "web shop", "service.instance.id": "pod-7", "k8s.pod.name": "pod-7"}
    )


async def test_the_trace_of_the_caller_is_continued(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/orders/1", headers={"traceparent": PARENT})
    [span] = receiver.spans
    assert (span.trace_id, span.parent_id) == (TRACE, SPAN)


async def test_what_the_caller_does_not_trace_is_not_traced(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/orders/1", headers={"traceparent": UNSAMPLED})
    assert receiver.spans == []


@pytest.mark.parametrize(("ratio", "expected"), [(0, range(1)), (0.5, range(20, 81))])
async def test_a_part_of_the_requests_is_traced(
    receiver: Receiver, ratio: float, expected: range
) -> None:
    async with traced_service(receiver, shop, sample_ratio=ratio) as client:
        for _ in range(100):
            await client.get("/api/v1/orders/1")
    assert len(receiver.spans) in expected


async def test_a_request_that_is_not_traced_has_a_trace_all_the_same(receiver: Receiver) -> None:
    async with traced_service(receiver, shop, sample_ratio=0) as client:
        problem = (await client.get("/nothing")).json()
    assert len(problem["trace_id"]) == 32
    assert receiver.spans == []


async def test_what_the_caller_traces_is_traced_whatever_the_ratio(receiver: Receiver) -> None:
    async with traced_service(receiver, shop, sample_ratio=0) as client:
        await client.get("/api/v1/orders/1", headers={"traceparent": PARENT})
    assert len(receiver.spans) == 1


async def test_probes_are_not_traced(receiver: Receiver) -> None:
    probed = Feature(name="probed", routers=(RouterMount(router, version=None),), probes=("/own",))
    async with traced_service(receiver, probed) as client:
        for path in ("/health", "/ready", "/own"):
            await client.get(path)
    assert receiver.spans == []


async def test_the_trace_is_in_log_lines_and_problems(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    async with traced_service(receiver, shop) as client:
        answer = await client.get("/api/v1/orders/404", headers={"traceparent": PARENT})
        unnamed = await client.get("/ready/404")
    assert answer.json()["trace_id"] == TRACE
    assert {line.get("trace_id") for line in log_lines(capsys) if line["event"] == "request"} == {
        TRACE,
        unnamed.json()["trace_id"],
    }
    assert unnamed.json()["trace_id"] != TRACE


async def test_the_documentation_tells_of_the_trace(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        document = (await client.get("/openapi.json")).json()
    for name in ("ProblemDocument", "ValidationProblemDocument"):
        schema = document["components"]["schemas"][name]
        assert schema["properties"]["trace_id"]["type"] == "string"
        assert "trace_id" not in schema["required"]


async def test_what_is_asked_for_is_told_by_name_only(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/orders/1?token=hunter2&size=hunter3&hunter4")
    assert receiver.spans[0].attributes["url.query"] == "token=REDACTED&size=REDACTED&REDACTED"
    assert b"hunter" not in receiver.raw


async def test_neither_headers_nor_bodies_are_told(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.post(
            "/api/v1/orders/1",
            headers={"Authorization": "Bearer hunter2", "Cookie": "session=hunter2"},
            json={"password": "hunter2"},
        )
    assert len(receiver.spans) == 1
    assert b"hunter2" not in receiver.raw


async def test_pages_of_other_origins_may_send_their_trace(receiver: Receiver) -> None:
    core = CoreSettings(environment=Environment.TEST, cors_origins=("https://shop.example",))
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "traceparent, tracestate",
    }
    async with traced_service(receiver, shop, core=core) as client:
        answer = await client.options("/api/v1/orders/1", headers=asked)
    assert answer.status_code == 200


async def test_two_applications_keep_their_traces_apart(receiver: Receiver) -> None:
    with Receiver() as other:
        async with traced_service(receiver, shop) as one, traced_service(other, shop) as two:
            await one.get("/api/v1/orders/1")
            await two.get("/api/v1/orders/2")
            await one.get("/api/v1/orders/3")
        paths = [[span.attributes["url.path"][-1] for span in r.spans] for r in (receiver, other)]
    assert paths == [["1", "3"], ["2"]]


async def test_an_application_can_start_again(receiver: Receiver) -> None:
    settings = [CoreSettings(environment=Environment.TEST), TracingSettings(endpoint=receiver.url)]
    app = create_app((tracing, shop), settings=settings, env_file=None)
    for order in (1, 2):
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app=app), base_url="http://testserver") as client,
        ):
            await client.get(f"/api/v1/orders/{order}")
        assert len(receiver.spans) == order


async def test_without_an_endpoint_nothing_is_traced(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    async with traced_service(receiver, shop, endpoint=None) as client:
        unnamed = await client.get("/api/v1/orders/404")
        named = await client.get("/api/v1/orders/404", headers={"traceparent": PARENT})
        detailed: dict[str, Any] = (await client.get("/health/detailed")).json()
    assert "trace_id" not in unnamed.json()
    assert named.json()["trace_id"] == TRACE
    assert detailed["features"]["tracing"] == {"on": False}
    assert not receiver.asked
    assert not any("tracing" in line["event"] for line in log_lines(capsys))


async def test_the_standard_variables_can_name_the_endpoint(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{receiver.url}/otlp")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=shop")
    settings = [CoreSettings(environment=Environment.TEST)]
    app = create_app((tracing, shop), settings=settings, env_file=None)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://testserver") as client,
    ):
        await client.get("/api/v1/orders/1")
    [span] = receiver.spans
    assert (span.path, span.headers["x-tenant"]) == ("/otlp/v1/traces", "shop")


async def test_headers_of_the_settings_are_sent(receiver: Receiver) -> None:
    headers = "authorization=Bearer%20abc, x-tenant=shop"
    async with traced_service(receiver, shop, headers=headers) as client:
        await client.get("/api/v1/orders/1")
    sent = receiver.spans[0].headers
    assert (sent["authorization"], sent["x-tenant"]) == ("Bearer abc", "shop")
