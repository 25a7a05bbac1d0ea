"""What shows how a service does is understood by those who read it, as far as can be said here.

That queries ask for what a service exports is held by its own tests, files one by one by the
matrix. Nothing is started: Prometheus' own promtool checks its part, for the rest their ties.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.generate import Answers

Render = Callable[[Answers], Path]

EVERYTHING = {"preset": "production", "example": True}
METRICS_ONLY = {"preset": "minimal", "metrics": True, "tracing": False}
TRACING_ONLY = {"preset": "minimal", "metrics": False, "tracing": True}


@pytest.fixture(params=[EVERYTHING, METRICS_ONLY], ids=["everything", "metrics only"])
def folder(request: pytest.FixtureRequest, rendered: Render) -> Path:
    """The folder of a service with metrics."""
    return rendered(request.param) / "deploy" / "observability"


def promtool(*arguments: str | Path, folder: Path) -> None:
    """Run promtool, which must be content."""
    tool = shutil.which("promtool")
    assert tool, "promtool is missing: apt-get install --no-install-recommends prometheus"
    done = subprocess.run(
        [tool, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def read(path: Path) -> Any:
    """Return what a YAML document says."""
    return yaml.safe_load(path.read_text())


def test_prometheus_takes_the_configuration_with_its_rules(folder: Path) -> None:
    promtool("check", "config", "prometheus.yaml", folder=folder / "prometheus")


def test_prometheus_takes_the_configuration_with_a_token(folder: Path, tmp_path: Path) -> None:
    """As the comment in it says."""
    copy = shutil.copytree(folder / "prometheus", tmp_path / "prometheus")
    path = copy / "prometheus.yaml"
    text = path.read_text()
    path.write_text(re.sub(r"# (authorization:|  credentials_file:)", r"\1", text))
    (scraped,) = read(path)["scrape_configs"]
    (copy / scraped["authorization"]["credentials_file"]).write_text("secret")
    promtool("check", "config", "prometheus.yaml", folder=copy)
    assert (copy / ".gitignore").read_text().split() == ["metrics_token"]


def test_alerts_fire_when_they_should_and_only_then(rendered: Render) -> None:
    folder = rendered(EVERYTHING) / "deploy" / "observability" / "prometheus" / "rule_tests"
    promtool("test", "rules", *sorted(path.name for path in folder.iterdir()), folder=folder)


def test_every_alert_is_seen_to_fire_and_not_to_fire(folder: Path) -> None:
    rules = [read(path) for path in (folder / "prometheus" / "rules").iterdir()]
    alerts = {
        rule["alert"]
        for one in rules
        for group in one["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    seen = [
        (expected["alertname"], bool(expected.get("exp_alerts")))
        for path in (folder / "prometheus" / "rule_tests").iterdir()
        for test in read(path)["tests"]
        for expected in test["alert_rule_test"]
    ]
    assert set(seen) == {(alert, fires) for alert in alerts for fires in (True, False)}


def test_dashboards_have_names_of_their_own(folder: Path) -> None:
    paths = list((folder / "grafana" / "dashboards").iterdir())
    dashboards = [json.loads(path.read_text()) for path in paths]
    for name in ("uid", "title"):
        assert len({dashboard[name] for dashboard in dashboards}) == len(dashboards)


def test_sources_of_data_that_are_named_are_there(folder: Path) -> None:
    paths = list((folder / "grafana" / "provisioning" / "datasources").iterdir())
    sources = [source for path in paths for source in read(path)["datasources"]]
    named = {uid for path in paths for uid in re.findall(r"datasourceUid: (\w+)", path.read_text())}
    uids = [source["uid"] for source in sources]
    assert named <= set(uids)
    assert len(set(uids)) == len(uids)
    assert [source["uid"] for source in sources if source.get("isDefault")] == ["prometheus"]
    services = read(folder / "compose.yaml")["services"]
    assert {urlsplit(source["url"]).hostname for source in sources} <= set(services)


def test_the_first_page_of_grafana_is_a_dashboard(folder: Path) -> None:
    grafana = read(folder / "compose.yaml")["services"]["grafana"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    (provider,) = read(folder / "grafana/provisioning/dashboards/dashboards.yaml")["providers"]
    (mount,) = (volume for volume in grafana["volumes"] if "/dashboards:" in volume)
    source, inside, mode = mount.split(":")
    assert inside == provider["options"]["path"] == home.rpartition("/")[0]
    assert mode == "ro"
    assert (folder / source / home.rpartition("/")[2]).is_file()


@pytest.mark.parametrize("answers", [EVERYTHING, METRICS_ONLY, TRACING_ONLY], ids=repr)
def test_containers_have_fixed_versions_and_are_for_this_machine_only(
    rendered: Render, answers: Answers
) -> None:
    compose = read(rendered(answers) / "deploy" / "observability" / "compose.yaml")
    for service in compose["services"].values():
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_what_the_collector_takes_goes_to_what_is_there(rendered: Render) -> None:
    for answers in (EVERYTHING, TRACING_ONLY):
        folder = rendered(answers) / "deploy" / "observability"
        collector = read(folder / "collector.yaml")
        services = read(folder / "compose.yaml")["services"]
        for pipeline in collector["service"]["pipelines"].values():
            for part in ("receivers", "processors", "exporters"):
                assert set(pipeline[part]) <= set(collector[part])
        for exporter in collector["exporters"].values():
            host = exporter["endpoint"].removeprefix("http://").partition(":")[0]
            assert host in services


def test_with_traces_alone_there_is_no_more_than_they_need(rendered: Render) -> None:
    folder = rendered(TRACING_ONLY) / "deploy" / "observability"
    assert {path.name for path in folder.iterdir()} == {"compose.yaml", "collector.yaml"}
    assert set(read(folder / "compose.yaml")["services"]) == {"collector", "jaeger"}


def test_with_neither_there_is_nothing(rendered: Render) -> None:
    project = rendered({"preset": "minimal", "metrics": False, "tracing": False})
    assert not (project / "deploy").exists()
