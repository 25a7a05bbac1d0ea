"""The matrix finds the faults that it is there for.

All are planted by hand into one copy of the template; none hides another. What is said of
each names the file, and the answers that show the fault where it depends on them, in words
that only this fault can cause: `test_static.py` finds nothing in the template without them.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.matrix import static

Plant = Callable[[Path], None]


def insert(path: Path, before: str, text: str) -> None:
    """Insert text into a file before the first line that starts with `before`."""
    lines = path.read_text().splitlines(keepends=True)
    index = next(i for i, line in enumerate(lines) if line.startswith(before))
    path.write_text("".join([*lines[:index], text, *lines[index:]]))


def ask(root: Path, question: str) -> None:
    """Add a question to copier.yml, before the computed flags."""
    insert(root / "copier.yml", "has_database:", question)


def unused_dependency(root: Path) -> None:
    insert(
        root / "template/pyproject.toml.jinja",
        "    # core",
        '{% if has_mysql and not has_example %}\n    "left-pad>=1",\n{% endif %}\n',
    )


def import_of_what_is_off(root: Path) -> None:
    insert(root / "template/app/main.py", "from app.wiring", "import app.database.session\n")


def name_that_is_not_there(root: Path) -> None:
    insert(
        root / "template/app/main.py", "from app.wiring", "from app.core.registry import Regstry\n"
    )


def misspelt_key(root: Path) -> None:
    ask(root, "surprise:\n  type: bool\n  help: Why?\n  default: true\n  wehn: false\n")


def misspelt_setting(root: Path) -> None:
    insert(root / "copier.yml", "_subdirectory", "_exlude: []\n")


def branch_on_a_deleted_question(root: Path) -> None:
    insert(root / "template/.gitignore.jinja", "#", "{% if has_kafka %}\nkafka\n{% endif %}\n")


def condition_that_never_holds(root: Path) -> None:
    insert(
        root / "template/README.md.jinja",
        "#",
        '{% if database == "postgres" %}\nIt has PostgreSQL.\n{% endif %}\n',
    )


def block_around_others(root: Path) -> None:
    flags = (
        *("metrics", "tracing", "error_tracking", "http_client", "cache", "rate_limit"),
        *("database", "jwt", "oidc", "api_keys", "container", "devcontainer", "ci"),
    )
    blocks = (f"{{% if has_{flag} %}}\nIt is on.\n{{% endif %}}\n" for flag in flags)
    path = root / "template/AROUND.txt.jinja"
    path.write_text(f"All\n{{% if has_metrics or has_ci %}}\n{''.join(blocks)}{{% endif %}}\n")


def unformatted_only_together(root: Path) -> None:
    insert(
        root / "template/app/wiring.py.jinja",
        "FEATURES",
        "{% if has_mysql and has_example %}\nODD = {'a':1}\n{% endif %}\n",
    )


def compose_service_without_its_toggle(root: Path) -> None:
    path = root / "template/compose.toggle.yaml"
    path.write_text("services:\n  db:\n    image: postgres:18.1\n")


def toggle_that_renders_nothing(root: Path) -> None:
    ask(root, "confetti:\n  type: bool\n  help: Throw confetti?\n  default: false\n")


def rendered_timestamp(root: Path) -> None:
    insert(root / "template/README.md.jinja", "#", "{{ '%s' | strftime }}\n\n")


def rendered_chance(root: Path) -> None:
    insert(root / "template/Makefile.jinja", "PYTHON", "# {{ ['heads', 'tails'] | random }}\n")


def file_that_is_never_rendered(root: Path) -> None:
    directory = root / "template/app/{% if has_mysql and has_sqlite %}both{% endif %}"
    directory.mkdir()
    (directory / "__init__.py").touch()


def make_target_that_is_not_there(root: Path) -> None:
    insert(root / "template/README.md.jinja", "#", "Type `make coffee`.\n\n")


def setting_that_nothing_reads(root: Path) -> None:
    insert(
        root / "template/.env.example.jinja",
        "# --- Your own",
        "# How much confetti.\n# APP_CONFETTI=1\n\n",
    )


def broken_link(root: Path) -> None:
    insert(root / "template/README.md.jinja", "#", "See [this](docs/nowhere.md).\n\n")


def broken_toml_only_together(root: Path) -> None:
    insert(
        root / "template/pyproject.toml.jinja",
        "[tool.uv]",
        "{% if has_sqlite and not has_jwt %}\n[broken\n{% endif %}\n",
    )


def toggle_where_uv_adds(root: Path) -> None:
    path = root / "template/pyproject.toml.jinja"
    constant = "    # your own: `uv add <package>` puts them here\n"
    toggled = '{% if has_jwt %}\n    "confetti>=1",\n{% endif %}\n'
    path.write_text(path.read_text().replace(constant, constant + toggled))


def toggle_where_variables_are_added(root: Path) -> None:
    with (root / "template/.env.example.jinja").open("a") as file:
        file.write(
            "{% if has_jwt %}\n# How much confetti there is.\n# APP_CONFETTI=1\n{% endif %}\n"
        )


def migration_after_one_that_is_not_there(root: Path) -> None:
    folder = root / "template/app/{% if has_example %}items{% endif %}/migrations"
    (folder / "later.py").write_text('revision = "later"\ndepends_on = ("confetti_0001",)\n')


def broken_makefile_only_together(root: Path) -> None:
    insert(
        root / "template/Makefile.jinja",
        "setup:",
        "{% if has_mysql and has_example %}\nconfetti\n{% endif %}\n\n",
    )


def open_fence(root: Path) -> None:
    (root / "template/FENCE.md").write_text("# Fence\n\n```sh\nmake dev\n")


def uneven_table(root: Path) -> None:
    (root / "template/TABLE.md").write_text("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n")


def reference_without_definition(root: Path) -> None:
    (root / "template/REFERENCE.md").write_text("See [this][confetti].\n")


def link_to_a_heading_that_is_off(root: Path) -> None:
    path = root / "template/HEADING.md.jinja"
    path.write_text("See [it](#the-party).\n{% if has_example %}\n\n## The party!\n{% endif %}\n")


def unknown_instruction(root: Path) -> None:
    (root / "template/Dockerfile.throw").write_text("FROM python:3.14-slim\nTHROW confetti\n")


def version_that_moves(root: Path) -> None:
    (root / "template/Dockerfile.latest").write_text("FROM python:latest\n")


def packed(root: Path, name: str) -> Path:
    """Return the file of this name that only a project with containers has."""
    (found,) = (root / "template").glob(f"**/*has_container*{name}*")
    return found


def image_of_what_is_not_there(root: Path) -> None:
    path = packed(root, "Dockerfile")
    insert(path, "COPY app app", "COPY confetti confetti\nCOPY scripts scripts\n")
    path.write_text(path.read_text().replace("app.core.probe", "app.core.prob"))


def another_port_by_itself(root: Path) -> None:
    path = root / "template/.env.example.jinja"
    path.write_text(path.read_text().replace("# APP_PORT=8000", "# APP_PORT=8001"))


def proxy_that_cannot_be(root: Path) -> None:
    path = packed(root, "deploy{% endif %}/Caddyfile")
    path.write_text(path.read_text().replace("reverse_proxy app:8000", "throw_confetti app:8002"))


def devcontainer_of_nobody(root: Path) -> None:
    (path,) = (root / "template").glob("*has_devcontainer*/devcontainer.json.jinja")
    text = path.read_text().replace('    "workspace"\n', '    "nobody"\n')
    path.write_text(text.replace('  "service"', '  "imagine": true,\n  "service"'))


def compose_file_with_many_faults(root: Path) -> None:
    (root / "template/compose.faults.yaml").write_text(FAULTY_COMPOSE)


FAULTY_COMPOSE = """\
services:
  app:
    build: .
    ports: ["127.0.0.1:${APP_PORT:-8000}:8003", "8443:8000"]
    environment:
      APP_STREAMERS: "1"
      REDIS_URL: redis://balloon:6379/0
      APP_NAME: ${APP_NAME}
    volumes:
      - confetti_data:/data
    networks: [party]
    depends_on:
      cake:
        condition: service_healthy
      guests:
        condition: service_healthy
  cake:
    image: bakery/cake:latest
"""


def key_that_no_workflow_has(root: Path) -> None:
    folder = root / "template/{% if has_github %}.github{% endif %}/workflows"
    insert(folder / "update.yml", "jobs:", "confetti: true\n")


def service_that_compose_does_not_take(root: Path) -> None:
    path = root / "template/compose.confetti.yaml"
    path.write_text("services:\n  confetti:\n    imagine: a party\n")


def marker_that_is_not_declared(root: Path) -> None:
    (root / "template/tests/test_confetti.py").write_text(
        "import pytest\n\npytestmark = pytest.mark.confetti\n"
    )


def document_that_is_not_formatted(root: Path) -> None:
    (root / "template/form.yaml").write_text("confetti:\n- red\n")
    (root / "template/form.json").write_text('{"confetti": "red"}\n')


def mount_of_what_is_off(root: Path) -> None:
    mount = "services:\n  app:\n    image: app:1\n    volumes:\n      - ./app/cache:/cache\n"
    (root / "template/compose.mount.yaml").write_text(mount)


def broken_dashboard(root: Path) -> None:
    (found,) = (root / "template").glob("*deploy*/observability/*grafana*/dashboards/service.json")
    dashboard = json.loads(found.read_text())
    above, first, second, third = dashboard["panels"][:4]
    first["gridPos"] = above["gridPos"]
    second["datasource"]["uid"] = "confetti"
    third["gridPos"]["w"] = 25
    third["id"] = second["id"]
    found.write_text(json.dumps(dashboard, indent=2, ensure_ascii=False) + "\n")


FAULTS: list[tuple[Plant, tuple[str, ...]]] = [
    (unused_dependency, ("pyproject.toml", "left-pad", "has_mysql=True", "has_example=False")),
    (import_of_what_is_off, ("app/main.py", "app.database.session", "has_database=False")),
    (name_that_is_not_there, ("app/main.py", "app.core.registry:Regstry")),
    (misspelt_key, ("copier.yml", "surprise", "wehn")),
    (misspelt_setting, ("copier.yml", "_exlude")),
    (branch_on_a_deleted_question, (".gitignore.jinja", "has_kafka")),
    (condition_that_never_holds, ("README.md.jinja", "condition true")),
    (block_around_others, ("AROUND.txt.jinja:2", "reads 13 answers")),
    (unformatted_only_together, ("app/wiring.py", "not formatted")),
    (
        compose_service_without_its_toggle,
        ("compose.toggle.yaml", "postgres", "has_postgresql=False"),
    ),
    (toggle_that_renders_nothing, ("copier.yml", "confetti", "render the same projects")),
    (rendered_timestamp, ("README.md.jinja", "another time")),
    (rendered_chance, ("Makefile.jinja", "by chance")),
    (file_that_is_never_rendered, ("both", "no combination renders")),
    (make_target_that_is_not_there, ("README.md", "Make target coffee")),
    (setting_that_nothing_reads, (".env.example", "APP_CONFETTI")),
    (broken_link, ("README.md", "docs/nowhere.md")),
    (toggle_where_uv_adds, ("pyproject.toml", "what an owner adds conflicts", "auth=")),
    (toggle_where_variables_are_added, (".env.example", "what an owner adds conflicts", "auth=")),
    (migration_after_one_that_is_not_there, ("later.py", "revision confetti_0001")),
    (broken_makefile_only_together, ("Makefile", "missing separator", "has_mysql=True")),
    (open_fence, ("FENCE.md", "does not close its fence")),
    (uneven_table, ("TABLE.md", "3 cells in a table of 2")),
    (reference_without_definition, ("REFERENCE.md", "[CONFETTI]")),
    (link_to_a_heading_that_is_off, ("HEADING.md#the-party", "has_example=False")),
    (unknown_instruction, ("Dockerfile.throw", "hadolint: line 2")),
    (version_that_moves, ("Dockerfile.latest", "hadolint: line 1: DL3007")),
    (image_of_what_is_not_there, ("Dockerfile", "file confetti")),
    (image_of_what_is_not_there, ("Dockerfile", "line in .dockerignore for scripts")),
    (image_of_what_is_not_there, ("Dockerfile", "module app.core.prob,")),
    (another_port_by_itself, ("Dockerfile", "default port 8000")),
    (proxy_that_cannot_be, ("Caddyfile", "caddy: ", "throw_confetti")),
    (proxy_that_cannot_be, ("Caddyfile", "exposed port 8002")),
    (devcontainer_of_nobody, ("devcontainer.json", "compose service nobody")),
    (devcontainer_of_nobody, ("devcontainer.json", "breaks its schema", "imagine")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "setting APP_STREAMERS")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "exposed port 8003")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "publishes 8443:8000 for everybody")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "the host balloon, which is no")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "compose service balloon")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "fills in APP_NAME, and does not")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "the volume confetti_data, which")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "the network party, which is not")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "the health of cake, which has no")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "depends on guests, which is no")),
    (compose_file_with_many_faults, ("compose.faults.yaml", "bakery/cake:latest, which is no")),
    (key_that_no_workflow_has, ("update.yml", "breaks its schema", "confetti")),
    (service_that_compose_does_not_take, ("compose.confetti.yaml", "services.confetti")),
    (marker_that_is_not_declared, ("test_confetti.py", "pytest marker confetti")),
    (document_that_is_not_formatted, ("form.yaml", "line 2 is not formatted: '- red'")),
    (document_that_is_not_formatted, ("form.json", "line 1 is not formatted")),
    (mount_of_what_is_off, ("compose.mount.yaml", "app/cache", "has_cache=False")),
    (broken_dashboard, ("service.json", "'The promise' lies upon 'Errors left'")),
    (broken_dashboard, ("service.json", "takes its data from confetti")),
    (broken_dashboard, ("service.json", "does not fit into 24 columns")),
    (broken_dashboard, ("service.json", "has the panel id 3 2 times")),
    (broken_toml_only_together, ("pyproject.toml", "does not parse", "has_sqlite=True")),
]


def test_every_planted_fault_is_found(
    plain_template: Path, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    garden = shutil.copytree(plain_template, tmp_path / "keelson")
    for plant in dict.fromkeys(plant for plant, _ in FAULTS):
        plant(garden)
    problems = static.run(garden).problems
    for plant, said in FAULTS:
        with subtests.test(plant.__name__):
            found = [problem for problem in problems if all(word in problem for word in said)]
            assert found, f"nothing said {said}; it said:\n" + "\n".join(problems)
