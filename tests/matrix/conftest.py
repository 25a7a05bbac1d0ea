"""The template of this repository, seen by the matrix."""

from pathlib import Path

import pytest

from tests.generate import copy_working_tree
from tests.matrix.space import Space
from tests.matrix.variants import Variants


@pytest.fixture(scope="session")
def plain_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as a plain directory. Not to be changed."""
    return copy_working_tree(tmp_path_factory.mktemp("matrix") / "keelson")


@pytest.fixture(scope="session")
def space(plain_template: Path) -> Space:
    """Every way to answer the questions."""
    return Space(plain_template)


@pytest.fixture(scope="session")
def variants(space: Space) -> Variants:
    """Every file in every form it can take."""
    return Variants(space)
