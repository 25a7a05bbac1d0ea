"""The database: sessions and units of work for the features that keep something in it."""

from app.core.feature import Feature, ReadinessCheck
from app.database.failures import PROBLEMS
from app.database.lifespan import check_database, database_lifespan
from app.database.settings import DatabaseSettings

feature = Feature(
    name="database",
    settings=DatabaseSettings,
    lifespan=database_lifespan,
    checks=(ReadinessCheck("database", check_database),),
    problems=PROBLEMS,
    commands=("app.database.commands:commands",),
)
