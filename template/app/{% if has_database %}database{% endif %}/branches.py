"""Where a new revision goes.

Each feature has a branch of revisions of its own, in its own folder, so that it can come
and go with its tables. What the owner of this service adds is one more branch, `main`, in
the folder `migrations`: a new revision goes there by itself. One for the branch of a
feature says so: `alembic revision --head items@head`.

A revision of the owner that builds on the tables of a feature, by a foreign key or by
altering them, comes after the revisions of that feature. It depends on no other feature:
one that is removed must not take along what has nothing to do with it.
"""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations.ops import MigrateOperation, MigrationScript, OpContainer
from alembic.script import ScriptDirectory

from app.database.base import Base

MAIN = "main"
FOLDER = "migrations"


def place_revision(
    migrations: MigrationContext, _revision: Any, directives: list[MigrationScript]
) -> None:
    """Put a new revision on the owner's branch, unless the command names another place."""
    (new,) = directives
    if migrations.config is None or new.head not in (None, "head"):
        return
    directory = ScriptDirectory.from_config(migrations.config)
    heads = [directory.get_revision(name) for name in directory.get_heads()]
    if any(MAIN in head.branch_labels for head in heads):
        new.head = f"{MAIN}@head"
    else:
        new.head = "base"
        new.branch_label = MAIN
        new.version_path = FOLDER
    folders = set(_folders_of(new.upgrade_ops_list))
    new.depends_on = [head.revision for head in heads if Path(head.path).parent.parent in folders]


def _folders_of(operations: Iterable[MigrateOperation]) -> Iterator[Path]:
    """Find the folders whose models have the tables that operations are about."""
    names = set(_tables_of(operations))
    for name in list(names):
        table = Base.metadata.tables.get(name)
        if table is not None:
            names |= {key.column.table.name for key in table.foreign_keys}
    for mapper in Base.registry.mappers:
        if any(table.name in names for table in mapper.tables):
            yield Path(inspect.getfile(mapper.class_)).parent


def _tables_of(operations: Iterable[MigrateOperation]) -> Iterator[str]:
    for operation in operations:
        if isinstance(operation, OpContainer):
            yield from _tables_of(operation.ops)
        else:
            yield getattr(operation, "table_name", "")
