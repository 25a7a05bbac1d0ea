"""Where an answer sends a request instead, for callers who follow."""

import httpx2

_FOLLOWED = frozenset({301, 302, 303, 307, 308})


def redirected(
    client: httpx2.AsyncClient, request: httpx2.Request, answer: httpx2.Response
) -> httpx2.Request | None:
    """Return the next request, or None when there is none to send.

    Only requests that read are sent elsewhere, and never from HTTPS back to HTTP. Another
    host gets neither headers nor body: they may hold a token or a key. Its address is looked
    at like any other.
    """
    location = answer.headers.get("Location")
    if answer.status_code not in _FOLLOWED or not location or request.method not in ("GET", "HEAD"):
        return None
    try:
        url = request.url.join(location)
    except httpx2.InvalidURL:
        return None
    if request.url.scheme == "https" != url.scheme:
        return None
    if (url.scheme, url.netloc) != (request.url.scheme, request.url.netloc):
        return client.build_request(request.method, url)
    return client.build_request(
        request.method, url, headers=request.headers, content=request.content
    )
