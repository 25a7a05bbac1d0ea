"""The client: sends a request so that a service that fails cannot make this one fail."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

import httpx2
import structlog
from pydantic_core import to_json

from app.core.context import request_id
from app.http_client.errors import (
    AddressRefused,
    AnswerTooLarge,
    BadStatus,
    RemoteAway,
    RemoteError,
    RemoteTimeout,
    WrongAnswer,
)
from app.http_client.hosts import Host, Hosts
from app.http_client.redirects import redirected
from app.http_client.retries import (
    is_transient,
    may_repeat,
    pause_before_retry,
    read_retry_after,
)
from app.http_client.settings import HttpClientSettings

logger = structlog.stdlib.get_logger(__name__)

Parameter = str | int | float | bool | None

_LAST_PORT = 65535

_OF_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")
"""Headers that say how a body was sent; they do not fit one that has been read."""


class RequestOptions(TypedDict, total=False):
    """What a request may have besides its method and its URL."""

    params: Mapping[str, Parameter | Sequence[Parameter]]
    """What stands behind the question mark."""
    headers: Mapping[str, str]
    """With an `Idempotency-Key` among them, a POST or PATCH is repeated as well."""
    json: Any
    """The body: a Pydantic model, or what else Pydantic can write as JSON."""
    content: bytes
    """The body as it is, instead."""
    redirects: int
    """How many redirects to follow; 0 when left out."""


class HttpClient:
    """Sends requests to other services. The application has one: `registry.get(HttpClient)`."""

    def __init__(self, client: httpx2.AsyncClient, settings: HttpClientSettings) -> None:
        self.client = client
        """What it sends with, for those who watch it. Nothing else bounds or repeats requests."""
        self._settings = settings
        self._hosts = Hosts(settings)

    @property
    def state(self) -> Mapping[str, Any]:
        """What operators are told: each host with its breaker."""
        return self._hosts.state

    async def request(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> httpx2.Response:
        """Send a request, and return an answer of status 2xx, all of it.

        It is sent again when it failed, if it is idempotent or has an `Idempotency-Key`.

        Raises:
            RemoteError: There is no such answer; its type says why.
        """
        deadline = asyncio.get_running_loop().time() + self._settings.total_timeout
        request = self._build(method, url, options)
        redirects = options.get("redirects", 0)
        while True:
            try:
                return await self._send(request, deadline)
            except BadStatus as answer:
                following = redirected(self.client, request, answer.response)
                if following is None or redirects <= 0:
                    raise
            request = following
            redirects -= 1

    def _build(self, method: str, url: str, options: RequestOptions) -> httpx2.Request:
        identifier = request_id.get()
        headers = httpx2.Headers({"X-Request-ID": identifier} if identifier else None)
        content = options.get("content")
        if "json" in options:
            content = to_json(options["json"])
            headers["Content-Type"] = "application/json"
        headers.update(options.get("headers"))
        try:
            return self.client.build_request(
                method, url, params=options.get("params"), headers=headers, content=content
            )
        except httpx2.InvalidURL as error:
            raise AddressRefused("?", f"not a URL: {error}") from error

    async def _send(self, request: httpx2.Request, deadline: float) -> httpx2.Response:
        if (
            request.url.scheme not in ("http", "https")
            or not request.url.host
            or (request.url.port or 0) > _LAST_PORT
        ):
            raise AddressRefused(request.url.host, "not a URL of HTTP")
        host = self._hosts.get(request.url.netloc.decode("ascii"))
        host.budget.earn()
        retry = 0
        while True:
            try:
                return await self._attempt(request, host, deadline)
            except RemoteError as error:
                pause = pause_before_retry(retry, self._settings.retry_backoff, error)
                left = deadline - asyncio.get_running_loop().time()
                if pause >= left or not self._may_retry(retry, request, host, error):
                    raise
                logger.warning("remote_retry", reason=str(error), pause=round(pause, 3))
            await asyncio.sleep(pause)
            retry += 1

    def _may_retry(
        self, retry: int, request: httpx2.Request, host: Host, error: RemoteError
    ) -> bool:
        return (
            retry < self._settings.retries
            and may_repeat(request)
            and is_transient(error)
            and host.breaker.state == "closed"
            and host.budget.spend()
        )

    async def _attempt(
        self, request: httpx2.Request, host: Host, deadline: float
    ) -> httpx2.Response:
        async with host.place(deadline):
            with host.breaker.guard():
                response = await self._exchange(request, host.name, deadline)
                if response.is_server_error:
                    raise _bad_status(host, response)
        if not response.is_success:  # of the request: the host itself is well
            raise _bad_status(host, response)
        return response

    async def _exchange(
        self, request: httpx2.Request, host: str, deadline: float
    ) -> httpx2.Response:
        """Send a request once, and turn what the libraries raise into our errors."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._read(request, host)
        except httpx2.TimeoutException as error:
            raise RemoteTimeout(host, type(error).__name__) from error
        except TimeoutError as error:
            raise RemoteTimeout(host, "took too long in all") from error
        except httpx2.DecodingError as error:
            raise WrongAnswer(host, f"cannot be unpacked: {error}") from error
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as error:
            raise RemoteAway(host, f"{type(error).__name__} {error}") from error

    async def _read(self, request: httpx2.Request, host: str) -> httpx2.Response:
        """Return the answer with its body, and read no more of it than is allowed."""
        answer = await self.client.send(request, stream=True)
        body = bytearray()
        try:
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > self._settings.max_body_size:
                    raise AnswerTooLarge(host, f"more than {self._settings.max_body_size} bytes")
        finally:
            await answer.aclose()
        headers = [one for one in answer.headers.multi_items() if one[0] not in _OF_TRANSFER]
        return httpx2.Response(
            answer.status_code, headers=headers, content=bytes(body), request=request
        )


def _bad_status(host: Host, response: httpx2.Response) -> BadStatus:
    return BadStatus(host.name, response, retry_after=read_retry_after(response))
