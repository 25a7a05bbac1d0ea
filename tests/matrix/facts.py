"""What a rendered file says, and what it relies on others to say.

A file is read piece by piece (see render.py), so each line has to speak for itself.
`test_render.py` holds that the pieces say together what the whole file says.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from packaging.requirements import Requirement

from tests.matrix import container_facts, markdown
from tests.matrix.render import Rendered
from tests.matrix.resolve import Fact, Facts

OWN_PACKAGES = ("app", "tests", "scripts")

DISTRIBUTION_OF = {
    "jwt": "pyjwt",
    "pydantic_core": "pydantic",
    "starlette": "fastapi",
    "uuid_utils": "uuid-utils",
    "_pytest": "pytest",
    "yaml": "pyyaml",
    "opentelemetry": "opentelemetry-api",
    "opentelemetry.exporter.otlp.proto.http": "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry.instrumentation.httpx": "opentelemetry-instrumentation-httpx",
    "opentelemetry.instrumentation.redis": "opentelemetry-instrumentation-redis",
    "opentelemetry.proto": "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry.sdk": "opentelemetry-sdk",
}
"""Where an import is named other than what installs it; `-` and `_` count as the same.

Where several packages share a name, the longest part of it that is here says which one.
"""

BROUGHT_BY_UVX = {"locust"}
"""What runs files of a service without being installed in it."""

SETTINGS_CLASSES = ("Settings", "FeatureSettings")
"""Whoever inherits from one of them says its environment variables in its fields."""

IMAGINED = re.compile(r"\borders\b")
"""What documentation tells the owner to make, and so is not there."""

FIXTURES = re.compile(r"tests(\.\w+)*\.fixtures")
"""What conftest.py names as pytest's plugins."""

REQUIREMENT = re.compile(r'^\s*"([\w.-]+(?:\[[\w,-]+\])?[<>=~!][^"]*)",', re.MULTILINE)
"""A line in a list of dependencies."""

MARKER = re.compile(r'"(\w+)(?:\([^)"]*\))?: [^"]*"')
"""A marker in pyproject.toml, with what it is for."""

MARKERS = {
    "anyio",
    "filterwarnings",
    "hypothesis",
    "parametrize",
    "skip",
    "skipif",
    "usefixtures",
    "xdist_group",
    "xfail",
}
"""The markers of pytest and of its plugins, which they declare themselves."""

USED_THROUGH = {
    "anyio": r"\banyio_mode\b",
    "email-validator": r"\bEmailStr\b",
    "python-multipart": r"\bOAuth2PasswordRequestForm\b|\bForm\(",
    "pytest-xdist": r"pytest -n ",
    "pytest-cov": r"--cov\b",
    "ruff": r"-m ruff\b",
    "mypy": r"-m mypy\b",
    "prek": r"\bprek run\b",
    "typos": r"\bentry: typos\b",
    "types-pyyaml": r"^import yaml$",
}
"""What uses a dependency without importing it."""


def facts_of(file: Rendered) -> Facts:
    """Return what a file provides and needs."""
    path = PurePosixPath(file.path)
    found = Facts(provides=frozenset(_paths(path)))
    text = file.content.decode()
    if path.suffix == ".py":
        found |= _of_python(path, text)
    if path.suffix == ".py" and path.parent.name == "migrations":
        for node in ast.walk(_parse_python(text) or ast.Module([], [])):
            found |= _of_migration(node) if isinstance(node, ast.Assign) else Facts()
    if path.name == "pyproject.toml":
        found |= _of_pyproject(text)
    if path.name == "Makefile":
        found |= _of_makefile(text)
    if path.name == ".env.example":
        found |= _of_env_example(text)
    if path.suffix == ".md":
        found |= _of_markdown(path, text)
    return found | container_facts.of(path, text) | _of_text(text)


def _paths(path: PurePosixPath) -> Iterator[Fact]:
    yield Fact("file", path.as_posix())
    for parent in path.parents:
        yield Fact("file", parent.as_posix())
        yield Fact("file", f"{parent.as_posix()}/")


def _module(path: PurePosixPath) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _of_python(path: PurePosixPath, text: str) -> Facts:
    tree = _parse_python(text)
    if not tree:
        return Facts()
    module = _module(path)
    provides = {Fact("module", module)}
    if path.parts[0] == "scripts":  # run by path, it can import its neighbours by their names
        provides.add(Fact("dependency", path.stem.replace("_", "-")))
    parent, _, name = module.rpartition(".")
    if parent:
        provides.add(Fact("name", f"{parent}:{name}"))
    provides |= {Fact("name", f"{module}:{defined}") for defined in _defined(tree.body)}
    said = list(_of_nodes(tree, is_ours=path.parts[0] == "app"))
    return Facts(
        frozenset(provides).union(*(facts.provides for facts in said)),
        frozenset().union(*(facts.needs for facts in said)),
    )


def _of_nodes(tree: ast.Module, *, is_ours: bool) -> Iterator[Facts]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (_import(alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield _import(module, [alias.name for alias in names])
            case ast.Constant(value=str(value)) if FIXTURES.fullmatch(value):
                yield Facts(needs=frozenset({Fact("module", value)}))
            case ast.ClassDef() if is_ours:
                yield _of_settings(node)
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="pytest"), attr="mark"), attr=name
            ) if name not in MARKERS:
                yield Facts(needs=frozenset({Fact("pytest marker", name)}))


def _parse_python(text: str) -> ast.Module | None:
    """Parse a file, or a piece that may begin or end inside brackets; None when it is broken."""
    for code in (text, f"({text})", f"{text})", f"({text}"):
        try:
            return ast.parse(code)
        except SyntaxError:  # files.py reports it
            continue
    return None


def _import(module: str, names: Iterable[str] = ()) -> Facts:
    top = module.partition(".")[0]
    if top in OWN_PACKAGES:
        needs = {Fact("module", module)} | {Fact("name", f"{module}:{name}") for name in names}
        return Facts(needs=frozenset(needs))
    if top in sys.stdlib_module_names or top in BROUGHT_BY_UVX:
        return Facts()
    distribution = _distribution_of(module).replace("_", "-").lower()
    return Facts(
        provides=frozenset({Fact("use of", distribution)}),
        needs=frozenset({Fact("dependency", distribution)}),
    )


def _distribution_of(module: str) -> str:
    name = module
    while name not in DISTRIBUTION_OF and "." in name:
        name = name.rpartition(".")[0]
    return DISTRIBUTION_OF.get(name, name)


def _defined(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (
                    part.id
                    for target in targets
                    for part in ast.walk(target)
                    if isinstance(part, ast.Name)
                )
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.If(body=inner, orelse=other):
                yield from _defined([*inner, *other])
            case ast.Try(body=inner, handlers=handlers, orelse=other):
                yield from _defined([*inner, *other])
                for handler in handlers:
                    yield from _defined(handler.body)


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _of_migration(node: ast.Assign) -> Facts:
    """Read which revision a migration is, and after which it comes."""
    named = {Fact("revision", name) for name in _strings(node.value)}
    if _assigns(node, "revision"):
        return Facts(provides=frozenset(named))
    if _assigns(node, "down_revision") or _assigns(node, "depends_on"):
        return Facts(needs=frozenset(named))
    return Facts()


def _strings(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _of_settings(node: ast.ClassDef) -> Facts:
    """Read the environment variables of a settings class from its fields."""
    if not any(isinstance(base, ast.Name) and base.id in SETTINGS_CLASSES for base in node.bases):
        return Facts()
    prefix = ""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and _assigns(statement, "model_config"):
            for keyword in getattr(statement.value, "keywords", []):
                if keyword.arg == "env_prefix":
                    prefix = ast.literal_eval(keyword.value)
    names = {
        f"{prefix}{statement.target.id}".upper()
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    return Facts(
        provides=frozenset(Fact("setting", name) for name in names),
        needs=frozenset(Fact("line in .env.example for", name) for name in names),
    )


def _of_pyproject(text: str) -> Facts:
    names = {
        Requirement(entry).name.replace("_", "-").lower() for entry in REQUIREMENT.findall(text)
    }
    folders = re.findall(r'"%\(here\)s/([^"]+)"', text)
    return Facts(
        provides=frozenset(
            {Fact("dependency", name) for name in names}
            | {Fact("pytest marker", name) for name in MARKER.findall(text)}
        ),
        needs=frozenset(
            {Fact("use of", name) for name in names} | {Fact("file", path) for path in folders}
        ),
    )


def _of_makefile(text: str) -> Facts:
    targets = re.findall(r"^([a-z][a-z0-9-]*)\s*:(?!=)", text, re.MULTILINE)
    return Facts(provides=frozenset(Fact("Make target", target) for target in targets))


def _of_env_example(text: str) -> Facts:
    names = re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
    port = re.search(r"^# APP_PORT=(\d+)$", text, re.MULTILINE)
    return Facts(
        provides=frozenset(
            {Fact("line in .env.example for", name) for name in names}
            | ({Fact("default port", port[1])} if port else set())
        ),
        needs=frozenset(Fact("setting", name) for name in names),
    )


def _of_markdown(path: PurePosixPath, text: str) -> Facts:
    prose = re.sub(r"`[^`\n]*`", "", text)
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", prose)
    quoted = re.findall(r"`((?:app|tests|scripts|migrations|docs)/[\w./-]*)`", text)
    targets = {(path.parent / link).as_posix() for link in links} | set(quoted)
    named = {target for target in targets if not IMAGINED.search(target)}
    read = markdown.read(text)
    anchors = (link.partition("#") for link in read.links if "#" in link and ":" not in link)
    headings = {
        f"{(path.parent / to).as_posix() if to else path}#{name}" for to, _, name in anchors
    }
    return Facts(
        provides=frozenset(Fact("heading", f"{path}#{name}") for name in read.headings),
        needs=frozenset(
            {Fact("file", target) for target in named}
            | {Fact("heading", heading) for heading in headings}
        ),
    )


def _of_text(text: str) -> Facts:
    """Read what any text may mention: Make targets, database drivers, tools."""
    targets = re.findall(r"(?:`|\$ |^ *(?:- )?|\brun: )make ([a-z][a-z-]+)", text, re.MULTILINE)
    drivers = re.findall(r"\b(?:sqlite|postgresql|mysql)\+([a-z]+):", text)
    through = (name for name, use in USED_THROUGH.items() if re.search(use, text, re.MULTILINE))
    named = {*drivers, *through}
    return Facts(
        provides=frozenset(Fact("use of", name) for name in named),
        needs=frozenset(Fact("Make target", target) for target in targets),
    )
