"""What a trace says of errors: all of those that are the service's fault, and no secrets."""

from dirty_equals import IsPartialDict, IsStr
from fastapi import APIRouter
from opentelemetry import trace

from app.core.errors import NotFound, ServiceUnavailable
from tests.core.serving import routed
from tests.tracing.receiver import Receiver
from tests.tracing.tracing import traced_service

router = APIRouter()

TOKEN = "eyJhbGciOi.secret"


@router.get("/unexpected")
async def fail() -> None:
    try:
        int("amqp://shop:" + TOKEN + "@db/shop")
    except ValueError as error:
        raise ValueError("Refused: Authorization: Bearer " + TOKEN) from error


@router.get("/missing")
async def miss() -> None:
    raise NotFound("No such thing.")


@router.get("/away")
async def be_away() -> None:
    raise ServiceUnavailable("Come back later.")


@router.get("/own")
async def describe() -> None:
    with trace.get_tracer(__name__).start_as_current_span("own") as span:
        span.set_attributes(
            {"api_key": TOKEN, "note": f"token={TOKEN}", "http.url": f"http://[{TOKEN}"}
        )
        span.set_attribute("url.full", f"https://shop:{TOKEN}@example.com/a?b={TOKEN}#{TOKEN}")
        span.add_event("seen", {"password": TOKEN})
        raise RuntimeError("password=" + TOKEN)


shop = routed(router)


async def test_an_unexpected_error_is_in_the_span_of_its_request(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        assert (await client.get("/api/v1/unexpected")).status_code == 500
    [span] = receiver.spans
    assert span.failed
    [(_, exception)] = span.events
    assert exception == IsPartialDict(
        {
            "exception.type": "ValueError",
            "exception.message": "Refused: Authorization: [redacted]",
            "exception.stacktrace": IsStr(regex="(?s)Traceback.*in fail.*"),
        }
    )


async def test_what_is_the_callers_fault_is_no_error(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        assert (await client.get("/api/v1/missing")).status_code == 404
        assert (await client.get("/api/v1/nowhere")).status_code == 404
    assert [(span.failed, span.events) for span in receiver.spans] == [(False, [])] * 2


async def test_a_foreseen_error_of_the_service_is_one(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        assert (await client.get("/api/v1/away")).status_code == 503
    [span] = receiver.spans
    [(_, exception)] = span.events
    assert (span.failed, exception["exception.message"]) == (True, "Come back later.")


async def test_no_secret_leaves_with_a_span(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/unexpected")
        await client.get("/api/v1/own")
    [own] = receiver.named("own")
    assert own.failed
    assert own.attributes == IsPartialDict(
        {"note": "token=[redacted]", "url.full": "https://example.com/a?b=REDACTED"}
    )
    assert TOKEN.encode() not in receiver.raw
