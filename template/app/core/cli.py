"""The command line: `python -m app`."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Annotated, TypeVar

import typer
import uvicorn
from fastapi import FastAPI

from app.core.access import Access, Scope
from app.core.application import create_app
from app.core.configuration import ConfigurationError
from app.core.feature import Feature
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.core.startup import StartupError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Service:
    """What a command works with; `context.obj` of every command."""

    features: Sequence[Feature]

    def app(self) -> FastAPI:
        """Build the application, without starting it."""
        return create_app(self.features)


def registry_of(context: typer.Context) -> Registry:
    """Return the registry of the service with its settings; nothing is started."""
    service: Service = context.obj
    registry: Registry = service.app().state.registry
    return registry


def run_started(context: typer.Context, work: Callable[[Registry], Awaitable[T]]) -> T:
    """Start the features, do the work with their registry, and stop them again."""
    service: Service = context.obj

    async def started() -> T:
        app = service.app()
        async with app.router.lifespan_context(app):
            return await work(app.state.registry)

    return asyncio.run(started())


def build_cli(features: Sequence[Feature]) -> typer.Typer:
    """Put the commands of the service and of its features together."""
    cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    @cli.callback()
    def main(context: typer.Context) -> None:
        """Run and look after the service."""
        context.obj = Service(features)

    cli.command()(run)
    cli.command()(openapi)
    cli.command()(scopes)
    for feature in features:
        for place in feature.commands:
            cli.add_typer(resolve_name(place))
    if any(feature.seed for feature in features):
        cli.command()(seed)
    return cli


def run(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Instead of APP_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of APP_PORT.")] = None,
    workers: Annotated[int | None, typer.Option(help="Instead of APP_WORKERS.")] = None,
    *,
    reload: Annotated[bool, typer.Option("--reload", help="Restart when code changes.")] = False,
) -> None:
    """Serve requests."""
    service: Service = context.obj
    app = service.app()
    core: CoreSettings = app.state.registry.get(CoreSettings)
    if reload and core.environment.is_deployed:
        typer.echo(f"Not in {core.environment}: --reload is for development.", err=True)
        raise typer.Exit(1)
    processes = workers or core.workers
    # Having stopped in good order, uvicorn raises the signal that asked for it once more.
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    elsewhere = reload or processes > 1
    options = {
        name: value for feature in service.features for name, value in feature.server.items()
    }
    try:
        with _serving(service.features, app.state.registry, elsewhere=elsewhere):
            uvicorn.run(
                "app.main:app" if elsewhere else app,
                host=host or core.host,
                port=core.port if port is None else port,
                workers=processes,
                reload=reload,
                reload_dirs=["app"] if reload else None,
                loop="app.core.loop:EventLoop",
                lifespan="on",
                log_config=None,  # core/logging.py has set up the log
                access_log=False,  # core/middleware/request.py logs the requests
                proxy_headers=False,  # core/middleware/client.py knows whom to believe
                server_header=False,
                timeout_graceful_shutdown=core.graceful_timeout,
                **options,
            )
    except SystemExit as stopped:
        raise typer.Exit(1 if stopped.code else 0) from stopped
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _serving(features: Sequence[Feature], registry: Registry, *, elsewhere: bool) -> Iterator[None]:
    with ExitStack() as stack:
        for feature in features:
            if feature.serving:
                stack.enter_context(feature.serving(registry, elsewhere))
        yield


def openapi(context: typer.Context) -> None:
    """Write the OpenAPI document of the service to the standard output."""
    service: Service = context.obj
    with redirect_stdout(sys.stderr):  # for log lines
        document = service.app().openapi()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def scopes(context: typer.Context) -> None:
    """List every scope, with how far it reaches and what it lets its holder do."""
    with redirect_stdout(sys.stderr):  # for log lines
        known = registry_of(context).get(Access).scopes.values()
    widths = [max(map(len, column)) for column in zip(*map(_row, known), strict=True)]
    for scope in sorted(known, key=lambda scope: scope.name):
        cells = zip(_row(scope), widths, strict=True)
        typer.echo("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


def _row(scope: Scope) -> tuple[str, str, str]:
    return scope.name, scope.reach.name.lower(), scope.description


def seed(context: typer.Context) -> None:
    """Fill the service with believable data to develop with; what is there stays."""
    environment = registry_of(context).get(CoreSettings).environment
    if environment.is_deployed:
        typer.echo(f"Not in {environment}: this is for development.", err=True)
        raise typer.Exit(1)

    async def seed_all(registry: Registry) -> None:
        service: Service = context.obj
        for feature in service.features:
            if feature.seed:
                typer.echo(await feature.seed(registry))

    run_started(context, seed_all)


def run_cli(features: Sequence[Feature]) -> None:
    """Run the command that was asked for; why the service cannot start is told in plain text."""
    try:
        build_cli(features)()
    except (ConfigurationError, StartupError) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
