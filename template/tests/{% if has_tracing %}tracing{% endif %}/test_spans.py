"""Spans of your own: by the decorator, or by OpenTelemetry's own functions."""

import asyncio

import pytest
from fastapi import APIRouter
from opentelemetry import trace

from app.core.errors import NotFound
from app.core.feature import Feature, RouterMount
from app.tracing.spans import traced
from tests.tracing.receiver import Received, Receiver
from tests.tracing.tracing import TRACE, traced_service

router = APIRouter()
tracer = trace.get_tracer(__name__)


class Prices:
    """What things cost."""

    @traced
    async def total(self, secret: str) -> int:
        """Add them up."""
        return len(secret) + await asyncio.to_thread(tax)

    @traced
    async def find(self, name: str) -> int:
        """Find one, or fail."""
        if name == "nothing":
            raise NotFound("No such price.")
        raise ValueError(name)


@traced
def tax() -> int:
    """Return what is due."""
    return 19


@tracer.start_as_current_span("packing")
async def pack() -> int:
    """Pack it, with a decorator of OpenTelemetry's own."""
    return await Prices().total("hunter2")


@router.get("/total")
async def show_total() -> int:
    return await pack()


@router.get("/price/{name}")
async def show_price(name: str) -> int:
    return await Prices().find(name)


shop = Feature(name="shop", routers=(RouterMount(router),))


def parent_of(span: Received, spans: list[Received]) -> str:
    return next((one.name for one in spans if one.span_id == span.parent_id), "")


async def test_functions_are_spans_within_one_another(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        assert (await client.get("/api/v1/total")).json() == 26
    assert {span.name: parent_of(span, receiver.spans) for span in receiver.spans} == {
        "GET /api/v1/total": "",
        "packing": "GET /api/v1/total",
        "Prices.total": "packing",
        "tax": "Prices.total",
    }
    assert len({span.trace_id for span in receiver.spans}) == 1


async def test_a_span_names_its_function_and_not_what_was_given_to_it(receiver: Receiver) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get("/api/v1/total")
    [span] = receiver.named("Prices.total")
    assert span.attributes == {"code.function.name": f"{__name__}.Prices.total"}
    assert b"hunter2" not in receiver.raw


@pytest.mark.parametrize(("name", "failed"), [("nothing", False), ("broken", True)])
async def test_a_span_is_an_error_unless_it_is_the_callers(
    receiver: Receiver, name: str, *, failed: bool
) -> None:
    async with traced_service(receiver, shop) as client:
        await client.get(f"/api/v1/price/{name}")
    [span] = receiver.named("Prices.find")
    assert span.failed is failed
    assert span.attributes.get("error.type") == ("ValueError" if failed else None)


async def test_a_function_can_begin_a_trace(receiver: Receiver) -> None:
    async with traced_service(receiver, shop):
        assert await Prices().total("") == 19
    assert {span.name for span in receiver.spans} == {"Prices.total", "tax"}
    assert TRACE not in {span.trace_id for span in receiver.spans}


async def test_without_an_application_a_function_is_only_called() -> None:
    assert await Prices().total("") == 19
    with pytest.raises(ValueError, match="broken"):
        await Prices().find("broken")
    assert (Prices.total.__name__, tax.__doc__) == ("total", "Return what is due.")
