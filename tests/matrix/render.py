"""Copier's renderer in memory, with its pure steps done once.

What decides about a render is Copier's: the answers, the context, the rendering of
paths, the exclusions, the Jinja environment. Left out is what only costs time: asking
git for its settings before each file, compiling the same source again, building the
same context again, writing to disk. `tests/matrix/test_render.py` holds a sample of its
projects against stock Copier's, byte for byte.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from copier._main import Worker, _operation
from copier._settings import SettingsModel
from copier._tools import scantree
from copier._user_data import AnswersMap
from jinja2 import Template, meta, nodes

from tests.matrix.space import Answers, Space


@dataclass(frozen=True)
class Source:
    """A file of the template: its path below `template/`, its mode, and what it reads."""

    path: str
    mode: int
    path_reads: frozenset[str]
    content_reads: frozenset[str]
    content: bytes

    @property
    def is_template(self) -> bool:
        """Say whether Jinja renders its content."""
        return self.path.endswith(".jinja")

    @property
    def reads(self) -> frozenset[str]:
        """The answers that decide whether and how the file is rendered."""
        return self.path_reads | self.content_reads


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a template that renders by itself: a block that is in or out, or what is between.

    The pieces of a file, one after another, are the file. A file that reads thirty flags in
    thirty blocks has a billion forms, its pieces sixty.
    """

    source: Source
    content_reads: frozenset[str]
    tree: nodes.Template | None
    """None for a file that Jinja does not render: its one piece is itself."""

    @property
    def path(self) -> str:
        """Where the file is below `template/`."""
        return self.source.path

    @property
    def reads(self) -> frozenset[str]:
        """The answers that decide whether and how the piece is rendered."""
        return self.source.path_reads | self.content_reads


@dataclass(frozen=True)
class Rendered:
    """One file of a project, or what a piece adds to one."""

    path: str
    content: bytes
    mode: int


class Renderer:
    """Renders the files of one template, one at a time or as whole projects."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.worker = _MemoryWorker(
            src_path=str(space.root),
            dst_path=space.root / "nowhere",
            settings=SettingsModel(),
            defaults=True,
            quiet=True,
        )
        self.worker.answers = AnswersMap(metadata=self.worker.template.metadata)
        self.env = self.worker.jinja_env
        _operation.set("copy")
        self._compiled: dict[str | Piece, Template] = {}
        self.renders = 0

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every file below `template/`, in the order of its path."""
        return tuple(sorted(self._scan(), key=lambda source: source.path))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Every file in pieces."""
        return tuple(piece for source in self.sources for piece in self.cut(source))

    def render(self, part: Source | Piece, answers: Mapping[str, Any]) -> Rendered | None:
        """Render one file, or a piece of one; None when these answers leave the file out.

        Only the answers that the file is known to read are handed to Jinja, which
        refuses a name it does not have: so a wrong analysis cannot pass unseen.
        """
        source = part.source if isinstance(part, Piece) else part
        context = self.worker.given({name: answers[name] for name in part.reads})
        paths = list(self.worker._render_path(Path(source.path)))
        if not paths or self.worker.match_exclude(paths[0][0]):
            return None
        content = source.content
        if source.is_template:
            self.renders += 1
            content = self._template(part).render(**context).encode()
        return Rendered(paths[0][0].as_posix(), content, source.mode)

    def project(self, answers: Answers) -> dict[str, Rendered]:
        """Render a whole project, except its answers file: path to file."""
        files = (self.render(source, answers) for source in self.sources)
        return {file.path: file for file in files if file}

    def _template(self, part: Source | Piece) -> Template:
        key = part if isinstance(part, Piece) else part.path
        if key not in self._compiled:
            self._compiled[key] = (
                self.env.from_string(part.tree)
                if isinstance(part, Piece) and part.tree
                else self.env.get_template(f"template/{part.path}")
            )
        return self._compiled[key]

    def cut(self, source: Source) -> Iterator[Piece]:
        """Cut a template between its outermost blocks, unless one changes what others see.

        Each call gives trees of its own.
        """
        if not source.is_template:
            yield Piece(source, frozenset(), None)
            return
        tree = self.parse(source)
        alone = all(isinstance(node, nodes.Output | nodes.If) for node in tree.body)
        if not alone or tree.find(nodes.Assign) or not tree.body:
            yield Piece(source, source.content_reads, tree)
            return
        for node in tree.body:
            part = nodes.Template([node], lineno=node.lineno)
            part.set_environment(self.env)
            reads = meta.find_undeclared_variables(part) & set(self.space.names)
            yield Piece(source, frozenset(reads), part)

    def parse(self, source: Source) -> nodes.Template:
        """Return the tree of a template."""
        assert self.env.loader is not None
        return self.env.parse(self.env.loader.get_source(self.env, f"template/{source.path}")[0])

    def _scan(self) -> Iterator[Source]:
        root = self.worker.template_copy_root
        for entry in scantree(str(root), True):
            if entry.is_dir():
                continue
            path = Path(entry.path).relative_to(root).as_posix()
            if "_copier_conf.answers_file" in path:
                continue  # holds every answer and nothing else; see test_render.py
            names = set(self.space.names)
            yield Source(
                path=path,
                mode=Path(entry.path).stat().st_mode & 0o777,
                path_reads=frozenset(self._reads_of_text(path) & names),
                content_reads=frozenset(
                    self._reads_of_file(f"template/{path}") & names
                    if path.endswith(".jinja")
                    else ()
                ),
                content=Path(entry.path).read_bytes(),
            )

    def _reads_of_text(self, text: str) -> set[str]:
        return meta.find_undeclared_variables(self.env.parse(text))

    def _reads_of_file(self, name: str) -> set[str]:
        """Return what a template reads, itself and through what it includes."""
        assert self.env.loader is not None
        text = self.env.loader.get_source(self.env, name)[0]
        tree = self.env.parse(text)
        reads = meta.find_undeclared_variables(tree)
        for included in meta.find_referenced_templates(tree):
            if included is None:
                raise TypeError(f"{name}: an include whose name is computed hides what it reads")
            reads |= self._reads_of_file(included)
        return reads


class _MemoryWorker(Worker):
    """Copier's worker with a context that is set from outside, compiling a path once."""

    @cached_property
    def constants(self) -> dict[str, Any]:
        """What every render may read besides the answers."""
        context = dict(super()._render_context())
        return {name: context[name] for name in ("_copier_conf", "_copier_python")}

    @cached_property
    def compiled(self) -> dict[str, Template]:
        """The paths and patterns compiled so far."""
        return {}

    @property
    def answers_relpath(self) -> Path:
        return Path(self.template.answers_relpath)

    def given(self, answers: Answers) -> Answers:
        """Set the answers that the next renders see, and return the whole context."""
        context = {**self.constants, **answers}
        self.__dict__["context"] = context
        return context

    def _render_context(self) -> Any:
        return self.__dict__.get("context") or super()._render_context()

    def _render_string(self, string: str, extra_context: Any = None) -> str:
        if string not in self.compiled:
            self.compiled[string] = self.jinja_env.from_string(string)
        return self.compiled[string].render(**self._render_context(), **(extra_context or {}))
