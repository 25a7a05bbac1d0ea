"""What one application reports to Sentry."""

from typing import Any

import sentry_sdk
from sentry_sdk import Client
from sentry_sdk.utils import event_from_exception

from app.error_tracking.repeats import Repeats
from app.error_tracking.scrubbing import is_reported, mark_reported
from app.error_tracking.transport import Transport


class Reports:
    """Reports what nobody foresaw.

    `scope` is what is told with every report. Each request adds to a fork of its own;
    `elsewhere` is the one for what the application does outside of requests.
    """

    def __init__(self, client: Client, scope: sentry_sdk.Scope, repeats: Repeats) -> None:
        self.client = client
        self.scope = scope
        self.elsewhere = scope.fork()
        self._repeats = repeats

    @property
    def lost(self) -> int:
        """How many reports have not arrived."""
        transport = self.client.transport
        return transport.lost if isinstance(transport, Transport) else 0

    def report(self, error: BaseException, *, handled: bool, **about: Any) -> None:
        """Report an exception, unless it was reported before or comes too often.

        Args:
            error: The exception.
            handled: Whether the code went on as it was meant to.
            about: What else to tell, such as `contexts` and `tags`.
        """
        if is_reported(error):
            return
        if not self._repeats.admit(error):
            mark_reported(error)
            return
        mechanism = {"type": "app", "handled": handled}
        event, hint = event_from_exception(error, self.client.options, mechanism)
        sentry_sdk.capture_event(event, hint, **about)
