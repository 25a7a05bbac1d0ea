"""The client of Sentry, with nothing on that was not chosen."""

import platform

import sentry_sdk
from pydantic import SecretStr
from sentry_sdk import Client
from sentry_sdk.scope import ScopeType
from sentry_sdk.scrubber import EventScrubber

from app.core.settings import CoreSettings
from app.error_tracking.scrubbing import scrub
from app.error_tracking.settings import SentrySettings
from app.error_tracking.transport import Transport


def create_client(dsn: SecretStr, core: CoreSettings, settings: SentrySettings) -> Client:
    """Return a client of its own for one application.

    Its integrations stay off: they patch libraries, and would report what the features
    report already. Nor does it trace or profile.
    """
    return Client(
        dsn=dsn.get_secret_value(),
        release=settings.release_of(core),
        environment=str(core.environment),
        transport=Transport,
        before_send=scrub,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,  # any of them may hold a secret
        in_app_include=["app"],
        enable_backpressure_handling=False,
        event_scrubber=EventScrubber(send_default_pii=settings.send_personal_data),
        debug=False,  # whatever the environment says
        spotlight=False,
    )


def create_scope(client: Client) -> sentry_sdk.Scope:
    """Return what is told with every report of one application."""
    scope = sentry_sdk.Scope(ty=ScopeType.ISOLATION, client=client)
    version = platform.python_version()
    scope.set_context("runtime", {"name": platform.python_implementation(), "version": version})
    return scope
