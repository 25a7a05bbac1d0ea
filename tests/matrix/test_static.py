"""Everything that can be known of every combination without running it."""

from pathlib import Path

from tests.matrix import static


def test_every_combination_renders_a_sound_project(plain_template: Path) -> None:
    report = static.run(plain_template)
    assert not report.problems, "\n".join(["", *report.problems])
