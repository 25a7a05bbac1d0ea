"""What each option changes: two renders that differ in one answer, compared."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement

from tests.matrix.render import Renderer
from tests.matrix.space import Answers, Space

OFF = (False, "none")
"""The answers that leave something out."""

SERVERS = {"postgresql": "PostgreSQL", "mysql": "MySQL or MariaDB", "redis": "Redis"}
"""What has to run beside a service, by the beginning of its URL."""

Project = dict[str, str]


@dataclass(frozen=True)
class Change:
    """What one answer adds to a service that has the answer it is compared with."""

    answer: Any
    added: list[str]
    changed: list[str]
    removed: list[str]
    dependencies: list[str]
    settings: list[str]
    servers: list[str]
    images: list[str]
    targets: list[str]

    @property
    def serves(self) -> bool:
        """Whether what serves requests is another one."""
        files = (*self.added, *self.changed, *self.removed)
        return any(path.startswith("app/") for path in files)


class Choosing:
    """Compares the services of one template."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.renderer = Renderer(space)

    def project(self, answers: Answers) -> Project:
        """Return every file of a service, but for its recorded answers."""
        files = self.renderer.project(answers)
        return {path: file.content.decode() for path, file in files.items()}

    def changes(self, name: str) -> tuple[Any, list[Change]]:
        """Return the answer that the others are compared with, and what each of these changes."""
        before, others = self.compared(name)
        files = self.project(before)
        changes = [_compare(files, self.project(after), after[name]) for after in others]
        return before[name], changes

    def compared(self, name: str) -> tuple[Answers, list[Answers]]:
        """Return the answers of a service with the least of something, and of those with more.

        All have what the preset production has besides, as far as it does not need what is
        compared here.
        """
        values = self.values(name)
        least = next((value for value in OFF if value in values), values[0])
        production = self.space.answered({"preset": "production"})
        before = self.fitting({**self.space.asked(production), name: least})
        kept = self.space.asked(before)
        others = [value for value in values if value != least]
        return before, [self.fitting({**kept, name: value}) for value in others]

    def values(self, name: str) -> list[Any]:
        """Return everything that a question offers after some answers."""
        offered: dict[Any, None] = {}
        for answers in self.space.project(self.space.reads[name]):
            is_asked, values = self.space.options(name, answers)
            offered |= dict.fromkeys(values if is_asked else ())
        question = self.space.question(name, self.space.answered({}))
        order = [choice.value for choice in question._formatted_choices]  # noqa: SLF001, as asked
        return sorted(offered, key=order.index) if order else list(offered)

    def fitting(self, wanted: Mapping[str, Any]) -> Answers:
        """Answer as wanted where that is possible, and leave out what nobody wants."""
        answers: Answers = {}
        for name in self.space.names:
            is_asked, values = self.space.options(name, answers)
            if is_asked and name in self.space.choices:
                least = next((value for value in OFF if value in values), values[0])
                answers[name] = wanted[name] if wanted.get(name) in values else least
            elif values:
                answers[name] = values[0]
        return answers

    def needs(self) -> list[tuple[str, Any, str, list[Any]]]:
        """Return which answers, each by itself, make another one possible.

        Each is the question and its answer, the other question, and the answers to it.
        """
        found = []
        nothing = self.fitting({})
        for name in self.space.choices:
            available = self.space.options(name, nothing)
            for value in self.values(name):
                if value in OFF or (available[0] and value in available[1]):
                    continue
                for other in self.space.choices[: self.space.choices.index(name)]:
                    enough = [
                        choice
                        for choice in self.values(other)
                        if self._offers(name, value, self.fitting({other: choice}))
                    ]
                    if enough:
                        found.append((name, value, other, enough))
        return found

    def _offers(self, name: str, value: Any, answers: Answers) -> bool:
        is_asked, values = self.space.options(name, answers)
        return is_asked and value in values


def _compare(before: Project, after: Project, answer: Any) -> Change:
    both = before.keys() & after.keys()
    return Change(
        answer=answer,
        added=sorted(after.keys() - before.keys()),
        changed=sorted(path for path in both if before[path] != after[path]),
        removed=sorted(before.keys() - after.keys()),
        dependencies=sorted(dependencies(after) - dependencies(before)),
        settings=sorted(_settings(after) - _settings(before)),
        servers=sorted(_servers(after) - _servers(before)),
        images=sorted(_images(after) - _images(before)),
        targets=sorted(_targets(after) - _targets(before)),
    )


def dependencies(project: Project) -> set[str]:
    """Return what a service depends on to run, by name, without what only its tests need."""
    listed = tomllib.loads(project["pyproject.toml"])["project"]["dependencies"]
    return {Requirement(line).name for line in listed}


def _settings(project: Project) -> set[str]:
    return set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", project[".env.example"], re.MULTILINE))


def _servers(project: Project) -> set[str]:
    schemes = re.findall(r"^[A-Z_]+_URL=([a-z]+)", project[".env.example"], re.MULTILINE)
    return {SERVERS[scheme] for scheme in schemes if scheme in SERVERS}


def _images(project: Project) -> set[str]:
    composed = (path for path in project if re.search(r"compose[^/]*\.ya?ml$", path))
    lines = (line for path in composed for line in project[path].splitlines())
    return {line.partition("image: ")[2] for line in lines if line.strip().startswith("image: ")}


def _targets(project: Project) -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):.*## ", project["Makefile"], re.MULTILINE))
