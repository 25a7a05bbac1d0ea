"""`make module` writes a domain folder that fits in at once."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
SCRIPT = runpy.run_path(str(PROJECT / "scripts" / "new_module.py"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this project."""
    unwanted = shutil.ignore_patterns("__pycache__")
    for folder in ("app", "migrations", "scripts", "tests"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=unwanted)
    for file in ("pyproject.toml", ".env.example"):
        shutil.copy(PROJECT / file, tmp_path)
    return tmp_path


def run(project: Path, *arguments: str) -> None:
    """Run a Python program in a project, to its good end."""
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_new_modules_are_clean_and_work(project: Path) -> None:
    for names in (["sample_delivery_notes"], ["sample_taxa", "sample_taxon"]):
        run(project, "scripts/new_module.py", *names)

    new = ("app/wiring.py", "migrations", *map(str, project.glob("*/sample_*")))
    run(project, "-m", "ruff", "check", *new)
    run(project, "-m", "ruff", "format", "--check", *new)
    run(project, "-m", "pytest", "tests/sample_delivery_notes/test_sample_delivery_notes.py")
    (first,) = project.glob("migrations/sample_delivery_notes_0001_*.py")
    (second,) = project.glob("migrations/sample_taxa_0001_*.py")
    assert 'down_revision = "sample_delivery_notes_0001"' in second.read_text(encoding="utf-8")
    assert "Create the table of sample delivery notes." in first.read_text(encoding="utf-8")
    wiring = (project / "app" / "wiring.py").read_text(encoding="utf-8")
    assert wiring.index("    sample_delivery_notes,\n") < wiring.index("    sample_taxa,\n")


@pytest.mark.parametrize(
    ("plural", "singular", "reason"),
    [
        ("Orders", "order", "lower-case"),
        ("my-orders", "order", "lower-case"),
        ("1orders", "order", "lower-case"),
        ("../orders", "order", "lower-case"),
        ("orders", "", "lower-case"),
        ("a_name_of_twenty_eight_chars", "short", "28 characters"),
        ("news", "news", "something else"),
        ("classes", "class", "class means"),
        ("inputs", "input", "input means"),
        ("sessions", "session", "session means"),
        ("warnings", "warning", "Warning means"),
    ],
)
def test_a_name_that_would_not_work_is_refused(plural: str, singular: str, reason: str) -> None:
    names = SCRIPT["Names"](plural, singular)

    assert reason in next(SCRIPT["problems_of"](names))


def test_nothing_is_overwritten(project: Path) -> None:
    (project / "tests" / "sample_taxa").mkdir()
    wiring = (project / "app" / "wiring.py").read_text(encoding="utf-8")

    with pytest.raises(AssertionError, match="tests/sample_taxa is there already"):
        run(project, "scripts/new_module.py", "sample_taxa", "sample_taxon")

    assert not (project / "app" / "sample_taxa").exists()
    assert (project / "app" / "wiring.py").read_text(encoding="utf-8") == wiring


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("orders", "order"),
        ("categories", "category"),
        ("boxes", "box"),
        ("houses", "house"),
        ("addresses", "address"),
        ("purchase_orders", "purchase_order"),
    ],
)
def test_the_singular_is_guessed(plural: str, singular: str) -> None:
    assert SCRIPT["singular_of"](plural) == singular


@pytest.mark.parametrize("plural", ["taxa", "bus", "glass"])
def test_what_looks_like_no_plural_needs_a_singular(plural: str) -> None:
    with pytest.raises(SystemExit, match=f"make module name={plural} singular="):
        SCRIPT["singular_of"](plural)


@pytest.mark.parametrize(
    ("singular", "sentence"),
    [
        ("order", "Create an order. Orders belong to you. `orders:write`"),
        ("customer_invoice", "Create a customer invoice. Customer invoices belong to you."),
        ("user_group", "Create a user group."),
        ("update_task", "Create an update task."),
    ],
)
def test_words_fit_into_sentences(singular: str, sentence: str) -> None:
    names = SCRIPT["Names"](f"{singular}s", singular)
    skeleton = "Create an element. Elements belong to you. `elements:write`"

    assert names.in_prose(skeleton).startswith(sentence)
