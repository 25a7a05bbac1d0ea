"""The generated pages, as Markdown."""

from collections.abc import Iterator

from tests.matrix.space import Answers, Space
from website import costs
from website.choose import Change, Choosing, dependencies
from website.costs import Costs, Microseconds
from website.questions import questions
from website.table import code, codes, row, table

PLACE = "choose"
"""The folder of the generated pages."""

NAMES = ("questions.md", "presets.md", "options.md", "needs.md")


def pages(space: Space) -> dict[str, str]:
    """Return every generated page, by its path below docs/."""
    choosing = Choosing(space)
    made = (
        questions(choosing),
        _presets(choosing),
        _options(choosing, costs.read()),
        _needs(choosing),
    )
    return {
        f"{PLACE}/{name}": "\n".join(lines) + "\n" for name, lines in zip(NAMES, made, strict=True)
    }


def _presets(choosing: Choosing) -> Iterator[str]:
    space = choosing.space
    presets = choosing.values("preset")
    answers = {preset: space.answered({"preset": preset}) for preset in presets}
    yield "# Presets"
    yield ""
    yield (
        "A preset only sets the defaults of the questions after it; an answer that you give always "
        "wins. It is recorded, and not asked again. Each can be tried in the configurator: "
        + ", ".join(f'<a href="../../configurator/#preset={one}">{one}</a>' for one in presets)
        + "."
    )
    yield ""
    yield from table("", *(f"`{preset}`" for preset in presets))
    later = space.choices[space.choices.index("preset") + 1 :]
    for name in later:
        yield row(f"`{name}`", *(_given(space, name, answers[preset]) for preset in presets))
    projects = {preset: choosing.project(answers[preset]) for preset in presets}
    counts = {
        "files": {preset: len(projects[preset]) for preset in presets},
        "of them tests": {
            preset: sum(path.startswith("tests/") for path in projects[preset])
            for preset in presets
        },
        "lines": {
            preset: sum(text.count("\n") for text in projects[preset].values())
            for preset in presets
        },
        "dependencies to run": {preset: len(dependencies(projects[preset])) for preset in presets},
    }
    for what, numbers in counts.items():
        yield row(f"*{what}*", *(f"{numbers[preset]:,}" for preset in presets))
    yield ""
    yield "An empty place is a question that is not asked there. The last rows count renders."


def _given(space: Space, name: str, answers: Answers) -> str:
    return code(answers[name]) if space.options(name, answers)[0] else ""


def _options(choosing: Choosing, measured: Costs) -> Iterator[str]:
    space = choosing.space
    yield "# What each option changes"
    yield ""
    yield (
        "Found by rendering services that differ in one answer only. Besides, they have what the "
        "preset `production` has, as far as it does not need what is compared: so the files that "
        "join two features count too, and what another option brings already, such as Redis, "
        "does not. "
        "[Which option needs which](needs.md) is on a page of its own."
    )
    yield ""
    yield from _method(measured)
    texts = [name for name in space.askable if name not in space.choices]
    yield ""
    yield "Texts, " + ", ".join(f"`{name}`" for name in texts) + ", change only what they say."
    for name in space.choices:
        if name != "preset":
            yield from option(choosing, name, measured)


def _method(measured: Costs) -> Iterator[str]:
    if not measured.was_measured:
        yield "What each costs a request has not been measured yet: `make bench ONLY=options` does."
        return
    whole = ", ".join(
        f"{measured.endpoints[name]} {cost:,.0f} µs" for name, cost in measured.production.items()
    )
    yield (
        "What each costs a request is the CPU time that its process needs more, or less. It was "
        f"measured on {measured.date}, on {measured.machine}, by `make bench ONLY=options`: the "
        "same services, deployed, without a network, all of them in turns, the median of "
        f"{measured.rounds} rounds. In `production` with the example a request takes: {whole}. "
        "Two processes of one and the same service differ by up to "
        f"{max(measured.noise.values()):,.1f} µs: take what is less for nothing."
    )


def option(choosing: Choosing, name: str, measured: Costs) -> Iterator[str]:
    """Yield the lines on one question."""
    least, changes = choosing.changes(name)
    yield ""
    yield f"## `{name}`"
    yield ""
    yield str(choosing.space.details[name]["help"])
    yield ""
    yield f"Compared with {code(least)}:"
    yield ""
    yield from table("answer", "files", "dependencies", "settings", "has to run beside it")
    for change in changes:
        yield row(
            code(change.answer),
            _counts(change),
            codes(change.dependencies),
            f"{len(change.settings)} new" if change.settings else "",
            ", ".join(change.servers),
        )
    yield from _costs(name, changes, measured)
    for change in changes:
        yield from _details(change)


def _costs(name: str, changes: list[Change], measured: Costs) -> Iterator[str]:
    found = {change.answer: measured.of(name, change.answer) for change in changes}
    if any(change.serves for change in changes) and any(
        cost is not None for cost in found.values()
    ):
        yield ""
        yield from table("CPU µs of a request", *measured.endpoints.values())
        for answer, cost in found.items():
            yield row(code(answer), *(_cost(cost or {}, one) for one in measured.endpoints))
    elif not any(change.serves for change in changes):
        yield ""
        yield "It costs a request nothing: what serves requests is the same."


def _cost(cost: Microseconds, endpoint: str) -> str:
    return f"{cost[endpoint]:+,.0f}" if endpoint in cost else ""


def _counts(change: Change) -> str:
    counted = (("added", change.added), ("changed", change.changed), ("removed", change.removed))
    return "<br>".join(f"{len(files)} {what}" for what, files in counted if files)


def _details(change: Change) -> Iterator[str]:
    said = {
        "Added": change.added,
        "Changed": change.changed,
        "Removed": change.removed,
        "Settings": change.settings,
        "Images": change.images,
        "Commands": [f"make {target}" for target in change.targets],
    }
    if any(said.values()):
        yield ""
        answer = code(change.answer).strip("`")
        yield '<details class="kept" markdown="1">'
        yield f"<summary>Files, settings and commands of <code>{answer}</code></summary>"
        for title, names in said.items():
            if names:
                yield ""
                yield f"{title}: {codes(names)}"
        yield ""
        yield "</details>"


def _needs(choosing: Choosing) -> Iterator[str]:
    found = choosing.needs()
    yield "# Which option needs which"
    yield ""
    yield (
        "An arrow leads from an option to what it needs. Where several lead away, any one of them "
        "is enough. Everything else can be combined: the [matrix](../matrix.md) checks all "
        f"{choosing.space.count():,} combinations."
    )
    yield ""
    yield "```mermaid"
    yield "flowchart LR"
    ways = {(name, value): 0 for name, value, _, _ in found}
    for name, value, _, _ in found:
        ways[name, value] += 1
    for name, value, other, enough in found:
        named = name if value is True else f"{name}: {value}"
        target = f"{other}: {' or '.join(map(str, enough))}"
        arrow = "-. or .->" if ways[name, value] > 1 else "-->"
        yield f'    {name}_{value}["{named}"] {arrow} {other}["{target}"]'
    yield "```"
    yield ""
    yield from table("option", "needs")
    for name, value in ways:
        needed = [
            f"`{other}`: {' or '.join(map(code, enough))}"
            for one, which, other, enough in found
            if (one, which) == (name, value)
        ]
        yield row(f"`{name}`: {code(value)}", ", or ".join(needed))
