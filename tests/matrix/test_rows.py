"""The services that are brought to life hold every pair of choices, and each only once."""

from itertools import combinations

import pytest

from tests.matrix.cover import feasible
from tests.matrix.rows import NOT_IN_ROWS, STRENGTHS, VARIABLE, asked_for, combined, rows
from tests.matrix.space import Answers, Space, describe
from tests.matrix.suites import shared_out, shown, union
from tests.matrix.variants import Variants


@pytest.mark.parametrize("strength", STRENGTHS.values())
def test_no_feasible_combination_of_so_many_choices_is_left_out(
    space: Space, strength: int
) -> None:
    seen = {
        frozenset(group)
        for row in rows(space, strength).values()
        for group in combinations(row.items(), strength)
    }
    assert feasible(space, combined(space), strength) == seen


def test_every_choice_is_combined_or_has_a_reason_not_to_be(space: Space) -> None:
    assert set(combined(space)) | set(NOT_IN_ROWS) == set(space.choices)
    assert all(NOT_IN_ROWS.values())


def test_the_first_row_is_what_the_defaults_give(space: Space) -> None:
    first = next(iter(rows(space, 2).values()))
    assert space.answered(first) == space.answered({})


@pytest.mark.parametrize("strength", STRENGTHS.values())
def test_no_two_rows_render_the_same_service(variants: Variants, strength: int) -> None:
    found: dict[frozenset[object], str] = {}
    for name, row in rows(variants.space, strength).items():
        project = frozenset(variants.renderer.project(variants.space.answered(row)).values())
        assert project not in found, f"{name} renders the same as {found[project]}"
        found[project] = name


def test_each_folder_of_tests_runs_with_every_choice_that_any_row_has_beside_it(
    variants: Variants,
) -> None:
    """And each of its files runs, in less than all rows that have it."""
    found = rows(variants.space, 2)
    shows = {name: shown(variants.renderer, row, "3.11") for name, row in found.items()}
    chosen = shared_out(shows, whole=[next(iter(found))])
    for folder in {folder for folders in shows.values() for folder in folders}:
        having = {name for name in found if folder in shows[name]}
        running = {name for name in having if folder in chosen[name]}
        assert union(shows[name][folder] for name in running) == union(
            shows[name][folder] for name in having
        )
    assert sum(map(len, chosen.values())) < sum(map(len, shows.values())) * 2 / 3
    assert all("core" in folders for folders in chosen.values())


def test_a_row_can_be_asked_for_by_its_name(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, row in rows(space, 2).items():
        monkeypatch.setenv(VARIABLE, name)
        assert asked_for(space) == {name: row}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour=red", "does not ask for colour"),
        ("database=oracle", "database cannot be oracle, but one of: sqlite"),
        ("database=none auth=jwt", "auth cannot be jwt, but one of: oidc, none"),
        ("database=none example=true", "example is not asked"),
        ("database", "database cannot be"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_what_can(
    space: Space, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ValueError, match=said):
        asked_for(space)


def test_answers_default_like_the_wizard(space: Space) -> None:
    answers: Answers = space.answered({"preset": "production"})
    assert answers["database"] == "postgresql"
    assert describe({"b": 1, "a": True}) == "a=True b=1"
