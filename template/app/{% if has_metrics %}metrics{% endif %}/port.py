"""A port of their own for the metrics."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

import structlog
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from app.core.monitors import sends_token
from app.core.startup import StartupError
from app.metrics.service import write
from app.metrics.settings import MetricsSettings

logger = structlog.stdlib.get_logger(__name__)

TEXT = "text/plain; charset=utf-8"


class _Server(ThreadingTCPServer):
    """Answers with what a source has at that moment, to those who know the token."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        source: Callable[[], CollectorRegistry],
        token: SecretStr | None,
    ) -> None:
        self.source = source
        self.token = token
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what went wrong with a connection, such as one that was closed too soon."""
        logger.warning("metrics_not_answered", error=repr(sys.exception()))


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: _Server
    timeout = 10.0

    def do_GET(self) -> None:
        """Tell all metrics."""
        if self.path.partition("?")[0] != "/metrics":
            self._answer(404, b"The metrics are at /metrics.\n")
        elif not self._is_allowed():
            self._answer(401, b"Send the token.\n", ("WWW-Authenticate", "Bearer"))
        else:
            try:
                exposed = self.server.source()
            except LookupError:
                self._answer(503, b"The service is starting.\n")
                return
            body, content_type = write(exposed, self.headers.get("Accept"))
            self._answer(200, body, ("Content-Type", content_type))

    def _is_allowed(self) -> bool:
        token = self.server.token
        return token is None or sends_token(self.headers.get("Authorization"), token)

    def _answer(
        self, status: int, body: bytes, header: tuple[str, str] = ("Content-Type", TEXT)
    ) -> None:
        self.send_response_only(status)
        self.send_header(*header)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, of the base class
        """Log nothing of what is not HTTP."""


@contextmanager
def own_port(
    settings: MetricsSettings, port: int, source: Callable[[], CollectorRegistry]
) -> Iterator[None]:
    """Serve the metrics at a port of their own, from threads: also while the loop is held up.

    `source` raises a LookupError while there are none yet.

    Raises:
        StartupError: The port is taken, or the address not ours.
    """
    try:
        server = _Server((settings.host, port), source, settings.token)
    except OSError as error:
        raise StartupError(
            f"The metrics cannot be served at {settings.host}:{port}: {error}. "
            "Change METRICS_PORT or METRICS_HOST."
        ) from error
    with server:
        thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        thread.start()
        logger.info("metrics_served", host=settings.host, port=server.server_address[1])
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
