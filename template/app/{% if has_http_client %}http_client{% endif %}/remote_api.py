"""The base of a class that speaks for one remote API."""

from collections.abc import Mapping
from typing import TypeVar, Unpack
from urllib.parse import quote

import httpx2
from pydantic import TypeAdapter, ValidationError

from app.http_client.client import HttpClient, RequestOptions
from app.http_client.errors import WrongAnswer

T = TypeVar("T")


class RemoteApi:
    """A remote API: a base URL, the headers that it wants, and a method for each thing to ask.

    The methods of a subclass return Pydantic models, by `ask`, or send something whose
    answer does not matter, by `send`. Both raise `RemoteError`.
    """

    def __init__(
        self, client: HttpClient, base_url: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})

    async def ask(
        self, answer: type[T], method: str, *path: object, **options: Unpack[RequestOptions]
    ) -> T:
        """Send a request, and return the JSON of its answer as the type `answer`.

        Each part of the path is one segment, whatever is in it: `"orders", number`.

        Raises:
            RemoteError: There is no such answer; `WrongAnswer` for one of another form.
        """
        response = await self.send(method, *path, **options)
        try:
            return TypeAdapter(answer).validate_json(response.content)
        except ValidationError as error:
            # The error itself holds what was sent, which is nothing for the log.
            found = error.errors(include_url=False, include_context=False, include_input=False)
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
        raise WrongAnswer(response.url.host, f"not a {answer!r}: {wrong[:1000]}")

    async def send(
        self, method: str, *path: object, **options: Unpack[RequestOptions]
    ) -> httpx2.Response:
        """Send a request, and return its answer.

        Raises:
            RemoteError: There is none, or not of status 2xx.
            ValueError: A part of the path leads elsewhere.
        """
        url = "/".join([self._base_url, *map(_segment, path)])
        options["headers"] = {**self._headers, **options.get("headers", {})}
        return await self._client.request(method, url, **options)


def _segment(part: object) -> str:
    text = str(part)
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} is no segment of a path")
    return quote(text, safe="")
