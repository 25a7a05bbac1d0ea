"""The connections of clients, which only the server knows."""

import asyncio
from collections.abc import Collection
from typing import Any

from prometheus_client import Gauge
from uvicorn import Config
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState

from app.core.registry import Registry
from app.metrics.service import Metrics

SHOWN_TO = "app.metrics"
"""Where the server finds the registry of the application: in the state of its lifespan."""

SERVER = {"http": f"{__name__}:show_connections"}
"""What uvicorn is asked to make the protocol of a connection with."""


class Connections:
    """The connections that are open; none while another server than uvicorn serves."""

    def __init__(self, metrics: Metrics) -> None:
        self.all: Collection[object] = ()
        gauge = Gauge(
            "fastapi_active_connections",
            "Connections of clients that are open, also those at rest.",
            multiprocess_mode="livesum",
            registry=metrics.registry,
        )
        metrics.sample(lambda: gauge.set(len(self.all)))


def show_connections(
    *, config: Config, server_state: ServerState, app_state: dict[str, Any], **options: Any
) -> asyncio.Protocol:
    """Make the protocol that uvicorn would, and show the application all connections."""
    registry: Registry = app_state[SHOWN_TO]
    registry.get(Connections).all = server_state.connections
    make: Any = AutoHTTPProtocol
    protocol: asyncio.Protocol = make(
        config=config, server_state=server_state, app_state=app_state, **options
    )
    return protocol
