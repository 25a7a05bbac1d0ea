"""What the database refuses or cannot do, as errors that a caller can be told about.

The errors of drivers differ, and hold SQL and values. They are turned where they arise,
at the engine, and stay as the cause of what is raised instead.
"""

from typing import Any

import structlog
from sqlalchemy import Delete, Index, Table, event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.schema import ColumnCollectionConstraint
from sqlalchemy.sql.dml import UpdateBase

from app.core.errors import Conflict, Problem, ServiceUnavailable, Unprocessable
from app.core.startup import StartupError
from app.database.diagnosis import Cause, Diagnosis
from app.database.dialect import diagnose
from app.database.engines import Engines

logger = structlog.get_logger(__name__)

UNSTORABLE = (OverflowError, UnicodeEncodeError)
"""What drivers raise for a value that they cannot even send."""

NAMED = (ColumnCollectionConstraint, Index)
"""What has a name and columns in a table."""

RETRY_AFTER = "5"
"""Seconds after which a caller may try again."""


class DatabaseAwayError(Exception):
    """The database cannot be reached."""


class DatabaseRefusedError(DatabaseAwayError):
    """The database does not let us in; waiting will not help."""


class DatabaseBusyError(Exception):
    """A statement took too long, or waited too long for a lock."""


class DatabaseOutdatedError(StartupError):
    """A table or a column is missing, so that commands end, and requests are errors of ours."""


class ConstraintViolated(Conflict):
    """A row contradicts another one. `errors` names the fields, where they are known."""

    code = "already_exists"


class Collision(Conflict):
    """Someone else changed the same rows at the same time."""

    code = "collision"


class ValueRefused(Unprocessable):
    """A value cannot be stored. `errors` names the field, where it is known."""

    code = "value_refused"


REFUSALS: dict[Cause, tuple[type[Problem], str, str, str]] = {
    Cause.UNIQUE: (ConstraintViolated, "This exists already.", "This is taken already", "taken"),
    Cause.FOREIGN_KEY: (
        ValueRefused,
        "What this refers to does not exist.",
        "There is no such thing",
        "not_found",
    ),
    Cause.NOT_NULL: (ValueRefused, "A value is missing.", "Field required", "missing"),
    Cause.CHECK: (ValueRefused, "A value is not allowed.", "Not allowed here", "value_refused"),
    Cause.VALUE: (ValueRefused, "A value cannot be stored.", "Does not fit here", "value_refused"),
}
"""Of each cause: the problem and its detail, and what is said of the fields and its code."""


def translate_failures(engines: Engines) -> None:
    """Let the engines raise the errors of this module."""
    for dialect in {engines.writing.dialect, engines.reading.dialect}:
        event.listen(dialect, "do_connect", _connect)
        event.listen(dialect, "handle_error", _translate)


def unavailable(error: DatabaseAwayError) -> Problem:
    """Tell the caller that the database is away, and the log why."""
    logger.error("database_away", reason=str(error))
    return ServiceUnavailable(
        "The database cannot be reached. Try again in a moment.",
        code="database_away",
        headers={"Retry-After": RETRY_AFTER},
    )


def busy(error: DatabaseBusyError | PoolTimeoutError) -> Problem:
    """Tell the caller that the database is too slow for now, and the log why."""
    logger.error("database_busy", reason=str(error))
    return ServiceUnavailable(
        "The database takes too long. Try again in a moment.",
        code="database_busy",
        headers={"Retry-After": RETRY_AFTER},
    )


def vanished(_error: StaleDataError) -> Problem:
    """Tell the caller that a row was deleted while it was being changed."""
    return Collision("Someone else deleted this at the same time.")


PROBLEMS = (
    (DatabaseAwayError, unavailable),
    (DatabaseBusyError, busy),
    (PoolTimeoutError, busy),
    (StaleDataError, vanished),
)


def _connect(dialect: Dialect, _record: Any, arguments: Any, options: Any) -> Any:
    try:
        return dialect.connect(*arguments, **options)
    except Exception as error:
        reason = str(error) or type(error).__name__
        diagnosis = diagnose(error)
        if diagnosis and diagnosis.cause is Cause.REFUSED:
            raise DatabaseRefusedError(reason) from error
        raise DatabaseAwayError(reason) from error


def _translate(context: ExceptionContext) -> Exception | None:
    error = context.original_exception
    reason = str(error) or type(error).__name__
    if not isinstance(error, Exception):  # but the end of somebody who was waiting
        return None
    if isinstance(error, UNSTORABLE):
        return ValueRefused("A value cannot be stored.")
    diagnosis = diagnose(error)
    cause = diagnosis and diagnosis.cause
    if cause is Cause.TIMEOUT:
        return DatabaseBusyError(reason)
    if cause is Cause.OUTDATED:
        return DatabaseOutdatedError(
            f"The database lacks something: {reason}. "
            "`python -m alembic upgrade heads` brings it up to date."
        )
    if context.is_disconnect or cause is Cause.AWAY:
        context.is_disconnect = True
        return DatabaseAwayError(reason)
    return _refusal(diagnosis, _statement(context)) if diagnosis else None


def _statement(context: ExceptionContext) -> UpdateBase | None:
    execution = context.execution_context
    statement = execution and execution.compiled and execution.compiled.statement
    return statement if isinstance(statement, UpdateBase) else None


def _refusal(diagnosis: Diagnosis, statement: UpdateBase | None) -> Problem | None:
    if diagnosis.cause is Cause.COLLISION:
        return Collision("Someone else changed this at the same time. Try again.")
    if diagnosis.cause is Cause.FOREIGN_KEY and isinstance(statement, Delete):
        return ConstraintViolated("Something else still refers to this.", code="in_use")
    if diagnosis.cause not in REFUSALS:
        return None
    problem, detail, message, code = REFUSALS[diagnosis.cause]
    errors = [
        {"field": f"body.{column}", "message": message, "code": code}
        for column in _columns(diagnosis, statement)
    ]
    return problem(detail, errors=errors) if errors else problem(detail)


def _columns(diagnosis: Diagnosis, statement: UpdateBase | None) -> tuple[str, ...]:
    """Return the columns that a violation is about, in the order of their constraint."""
    if diagnosis.constraint and statement is not None and isinstance(statement.table, Table):
        for one in (*statement.table.constraints, *statement.table.indexes):
            if isinstance(one, NAMED) and one.name == diagnosis.constraint:
                return tuple(column.key for column in one.columns)
    return diagnosis.columns
