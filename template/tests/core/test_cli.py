"""The command line."""

import json
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import typer
import uvicorn
from dirty_equals import IsPartialDict
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from app.core.access import Reach, Scope
from app.core.cli import build_cli, registry_of, run_cli, run_started
from app.core.feature import Feature
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.core.startup import StartupError
from tests.core.test_application import lifespan_of

tea = typer.Typer(name="tea", help="Make tea.", no_args_is_help=True)


@tea.command()
def brew(context: typer.Context) -> None:
    """Brew a pot."""

    async def work(registry: Registry) -> str:
        return f"tea for {registry.get(CoreSettings).name}"

    typer.echo(run_started(context, work))


@tea.command()
def smell(context: typer.Context) -> None:
    """Smell at the leaves, without starting anything."""
    typer.echo(f"leaves of {registry_of(context).get(CoreSettings).name}")


async def seed(registry: Registry) -> str:
    return f"seeds of {registry.get(CoreSettings).name}"


@pytest.fixture(autouse=True)
def no_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Run where no `.env` is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_NAME", "shop")


def invoke(arguments: str, *features: Feature) -> Result:
    return CliRunner().invoke(build_cli(features), arguments.split())


def test_without_a_command_there_is_help() -> None:
    result = invoke("", Feature(name="tea", commands=("tests.core.test_cli:tea",)))
    assert "Serve requests." in result.output
    assert "Make tea." in result.output
    assert "seed" not in result.output


def test_commands_of_features_work_with_the_started_service() -> None:
    seen: list[str] = []
    feature = Feature(
        name="tea", commands=("tests.core.test_cli:tea",), lifespan=lifespan_of("tea", seen)
    )
    result = invoke("tea brew", feature)
    assert (result.exit_code, result.stdout) == (0, "tea for shop\n")
    assert seen == ["tea starts", "tea stops"]


def test_a_command_need_not_start_the_service() -> None:
    seen: list[str] = []
    feature = Feature(
        name="tea", commands=("tests.core.test_cli:tea",), lifespan=lifespan_of("tea", seen)
    )
    assert invoke("tea smell", feature).stdout == "leaves of shop\n"
    assert seen == []


def test_seeds_are_those_of_the_features() -> None:
    result = invoke("seed", Feature(name="tea", seed=seed), Feature(name="without"))
    assert (result.exit_code, result.stdout) == (0, "seeds of shop\n")


def test_nothing_is_seeded_where_other_people_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "staging")
    monkeypatch.setenv("APP_ALLOWED_HOSTS", "api.example.com")
    result = invoke("seed", Feature(name="tea", seed=seed))
    assert result.exit_code == 1
    assert "Not in staging" in result.stderr


def test_the_document_is_all_that_openapi_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_MISSPELT", "is logged as a warning")
    result = invoke("openapi")
    assert json.loads(result.stdout)["info"] == IsPartialDict(title="shop")
    assert "APP_MISSPELT" in result.stderr


def test_every_scope_is_listed_with_its_sentence() -> None:
    pour = Scope("tea:pour", "Pour tea for everybody.", Reach.EVERYONE)
    lines = invoke("scopes", Feature(name="tea", scopes=(pour,))).stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["health:read", "service"],
        ["tea:pour", "everyone"],
    ]
    assert lines[1].endswith("  Pour tea for everybody.")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the server was asked to do."""
    asked: dict[str, Any] = {}

    def run(app: object, **settings: Any) -> None:
        asked.update(app=app, **settings)

    monkeypatch.setattr(uvicorn, "run", run)
    return asked


def test_run_serves_by_the_settings(
    served: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_HOST", "0.0.0.0")
    monkeypatch.setenv("APP_PORT", "9000")
    monkeypatch.setenv("APP_GRACEFUL_TIMEOUT", "7")
    assert invoke("run").exit_code == 0
    assert isinstance(served["app"], FastAPI)
    assert served == IsPartialDict(
        host="0.0.0.0",
        port=9000,
        workers=1,
        reload=False,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=7,
    )


def test_options_count_more_than_settings(served: dict[str, Any]) -> None:
    assert invoke("run --host ::1 --port 0 --workers 3").exit_code == 0
    assert served == IsPartialDict(app="app.main:app", host="::1", port=0, workers=3)


def test_reload_watches_the_code(served: dict[str, Any]) -> None:
    assert invoke("run --reload").exit_code == 0
    assert served == IsPartialDict(app="app.main:app", reload=True, reload_dirs=["app"])


def test_reload_is_for_development(served: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "production")
    monkeypatch.setenv("APP_ALLOWED_HOSTS", "api.example.com")
    result = invoke("run --reload")
    assert result.exit_code == 1
    assert "Not in production" in result.stderr
    assert served == {}


@pytest.mark.parametrize(("arguments", "elsewhere"), [("", False), ("--workers 2", True)])
def test_features_prepare_the_server(
    served: dict[str, Any], arguments: str, *, elsewhere: bool
) -> None:
    seen: list[str] = []

    @contextmanager
    def prepare(registry: Registry, others: bool) -> Iterator[None]:
        seen.append(f"{registry.get(CoreSettings).name} by others: {others}")
        yield
        seen.append(str(served["backlog"]))

    feature = Feature(name="trial", serving=prepare, server={"backlog": 7})
    assert invoke(f"run {arguments}", feature).exit_code == 0
    assert seen == [f"shop by others: {elsewhere}", "7"]


@pytest.mark.parametrize(("code", "expected"), [(3, 1), (0, 0)])
def test_a_server_that_fails_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, code: int, expected: int
) -> None:
    def run(app: object, **settings: Any) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(uvicorn, "run", run)
    assert invoke("run").exit_code == expected


def failing(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setattr("sys.argv", ["app", *arguments])
    return pytest.raises(SystemExit)


def test_wrong_settings_are_told_in_plain_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_PORT", "ninety")
    with failing(monkeypatch, "run") as caught:
        run_cli([])
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith("The settings do not allow a start:\n  - APP_PORT:")


def test_so_is_what_keeps_a_command_from_starting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away = StartupError("The archive is away. Start it.")
    feature = Feature(
        name="tea", commands=("tests.core.test_cli:tea",), lifespan=lifespan_of("tea", [], away)
    )
    with failing(monkeypatch, "tea", "brew") as caught:
        run_cli([feature])
    assert caught.value.code == 1
    assert capsys.readouterr().err == "The archive is away. Start it.\n"


def test_the_package_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with failing(monkeypatch, "--help") as caught:
        runpy.run_module("app", run_name="__main__")
    assert caught.value.code == 0
    assert "openapi" in capsys.readouterr().out
