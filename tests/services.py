"""The real servers that the live tests talk to, and nothing in their place.

Where they are is said by the environment, each with the address of a fresh local
installation as its default:

    KEELSON_POSTGRESQL_URL   postgresql://postgres:postgres@127.0.0.1:5432
    KEELSON_MYSQL_URL        mysql://root@127.0.0.1:3306
    KEELSON_REDIS_URL        redis://127.0.0.1:6379/0

The account must be allowed to create and drop databases. A test that cannot reach its
server fails at once and says how to start it; no test is skipped for that, and no
server is imitated.
"""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import asyncmy
import asyncpg
import redis

SECONDS_TO_CONNECT = 5
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncmy.errors.OperationalError,
)


class ServerAway(Exception):
    """A server that a test needs does not answer."""


@dataclass(frozen=True)
class Server:
    """A database server: where it is, how our drivers and SQLAlchemy call it."""

    database: str
    """The answer to the question `database` that needs it."""
    variable: str
    default: str
    driver: str
    start: str

    @property
    def address(self) -> str:
        """Where it is, without a database."""
        return os.environ.get(self.variable, self.default).rstrip("/")

    def url(self, name: str) -> str:
        """Return the URL of one of its databases, as the generated service takes it."""
        return f"{self.driver}://{self.address.partition('://')[2]}/{name}"

    def check(self) -> None:
        """Connect once.

        Raises:
            ServerAway: It does not answer. The message says how to start it.
        """
        self.names()

    def names(self) -> list[str]:
        """Return the names of its databases."""
        return self._run(NAMES[self.database])

    def create(self, name: str) -> None:
        """Create an empty database."""
        self._run(f"CREATE DATABASE {self._quoted(name)}")

    def drop(self, names: Iterable[str]) -> None:
        """Drop databases, also ones that are in use."""
        force = " WITH (FORCE)" if self.database == "postgresql" else ""
        for name in names:
            self._run(f"DROP DATABASE IF EXISTS {self._quoted(name)}{force}")

    def query(self, name: str, statement: str) -> list[str]:
        """Return the first column of what a statement gives in one of its databases."""
        return self._run(statement, name)

    def _quoted(self, name: str) -> str:
        return f'"{name}"' if self.database == "postgresql" else f"`{name}`"

    def _run(self, statement: str, name: str | None = None) -> list[str]:
        ask = _ask_postgresql if self.database == "postgresql" else _ask_mysql
        try:
            return asyncio.run(ask(self.address, statement, name))
        except AWAY as error:
            raise ServerAway(
                f"The tests need {self.database} at {self.address}, which does not answer "
                f"({type(error).__name__}: {error}). Start it, for example with "
                f"`{self.start}`, or say where it is in {self.variable}."
            ) from error


NAMES = {"postgresql": "SELECT datname FROM pg_database", "mysql": "SHOW DATABASES"}

SERVERS = {
    server.database: server
    for server in (
        Server(
            database="postgresql",
            variable="KEELSON_POSTGRESQL_URL",
            default="postgresql://postgres:postgres@127.0.0.1:5432",
            driver="postgresql+asyncpg",
            start="sudo service postgresql start",
        ),
        Server(
            database="mysql",
            variable="KEELSON_MYSQL_URL",
            default="mysql://root@127.0.0.1:3306",
            driver="mysql+asyncmy",
            start="sudo service mariadb start",
        ),
    )
}


async def _ask_postgresql(address: str, statement: str, name: str | None) -> list[str]:
    connection = await asyncpg.connect(
        f"{address}/{name or 'postgres'}", timeout=SECONDS_TO_CONNECT
    )
    try:
        return [str(row[0]) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def _ask_mysql(address: str, statement: str, name: str | None) -> list[str]:
    where = urlsplit(address)
    connection = await asyncmy.connect(
        host=where.hostname,
        port=where.port or 3306,
        user=unquote(where.username or "root"),
        password=unquote(where.password or ""),
        database=name,
        connect_timeout=SECONDS_TO_CONNECT,
        autocommit=True,
    )
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(statement)
            return [str(row[0]) for row in await cursor.fetchall()]
    finally:
        connection.close()


@dataclass(frozen=True)
class RedisServer:
    """The Redis of the live tests, in which each service has keys of its own."""

    variable: str = "KEELSON_REDIS_URL"
    default: str = "redis://127.0.0.1:6379/0"

    @property
    def url(self) -> str:
        """Where it is, as the generated service takes it."""
        return os.environ.get(self.variable, self.default)

    def check(self) -> None:
        """Ask once.

        Raises:
            ServerAway: It does not answer. The message says how to start it.
        """
        try:
            with self._client() as client:
                client.ping()
        except (redis.RedisError, OSError) as error:
            raise ServerAway(
                f"The tests need Redis at {self.url}, which does not answer ({error}). Start it, "
                "for example with `sudo service redis-server start`, or say where it is in "
                f"{self.variable}."
            ) from error

    def remove(self, prefix: str) -> None:
        """Remove every key whose name begins like this."""
        with self._client() as client:
            for key in client.scan_iter(match=f"{prefix}*", count=1000):
                client.delete(key)

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=SECONDS_TO_CONNECT)


REDIS = RedisServer()
