"""What more rows, more connections and a larger pool cost."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx2

from tests.bench import machine, serving
from tests.bench.figures import number, table
from tests.bench.measured import ANSWERS, POSTGRESQL, Program, filled, program_of
from tests.bench.scenarios import Scenario
from tests.generate import TemplateRepository
from tests.service import Service, generated

NAME = "no-cache"
"""Every request asks the database."""

ROWS = (1_000, 10_000, 100_000, 1_000_000)
CONNECTIONS = (1, 2, 8, 32, 128, 512, 1000)
POOLS = (1, 2, 5, 10, 20, 40)
SIZE = 20
FEWEST_REQUESTS = 4
AT_MOST = 1.5
"""Seconds for one question, unless the fewest requests take longer."""

MORE_USERS = """
INSERT INTO users (id, email, username, full_name, role, is_active, created_at, updated_at)
SELECT {id}, 'more' || number || '@example.com', 'more' || number, 'Somebody ' || number,
    CASE WHEN number % 1000 = 0 THEN 'moderator' ELSE 'user' END, true, {moment}, {moment}
FROM generate_series({first}, {last}) AS number
"""
MORE_ITEMS = """
INSERT INTO items (id, name, status, quantity, owner, created_at, updated_at)
SELECT {id}, 'Item ' || number,
    CASE WHEN number % 1000 = 0 THEN 'archived' ELSE 'active' END,
    number % 1000, md5((number % 100)::text), {moment}, {moment}
FROM generate_series({first}, {last}) AS number
"""
MOMENT = "timestamptz '2026-01-01 00:00Z' + number * interval '1 second'"
# As the service makes them: a UUIDv7 begins with the milliseconds.
ID = (
    f"(lpad(to_hex((extract(epoch FROM {MOMENT}) * 1000)::bigint), 12, '0')"
    " || '7' || substr(md5(number::text), 1, 3) || '8' || substr(md5(number::text), 4, 15))::uuid"
)


def measure(template: TemplateRepository, folder: Path, run: str, seconds: int) -> str:
    """Return the tables of what growing costs."""
    database = f"{run}_{NAME}"
    with generated(template.root, folder / NAME, ANSWERS[NAME], database) as service:
        filled(service, users=1)
        program = program_of(NAME, service)
        parts = [
            f"{machine.today()}, production, cache=none",
            "### Rows\n\nMilliseconds of a request, one after the other; the median.",
            _rows(service, program, database, run, folder),
            "### Connections\n\nThe current user, with a pool of 20 connections.",
            _connections(program, run, folder, seconds),
            "### Pool\n\nThe current user, with 32 connections, and pools that do not grow.",
            _pools(program, run, folder, seconds),
        ]
    return "\n\n".join(parts)


def _rows(service: Service, program: Program, database: str, run: str, folder: Path) -> str:
    found: dict[str, list[str]] = {}
    present = 0
    with serving.launched(program, run, folder / "rows.log") as (running, _):
        headers = {"Authorization": f"Bearer {running.token}"}
        with httpx2.Client(base_url=running.url, headers=headers, timeout=120) as client:
            for rows in ROWS:
                for statement in (MORE_USERS, MORE_ITEMS):
                    more = statement.format(id=ID, moment=MOMENT, first=present + 1, last=rows)
                    POSTGRESQL.query(database, more)
                for name in ("users", "items"):
                    POSTGRESQL.query(database, f"VACUUM ANALYZE {name}")
                present = rows
                for title, path in _questions(service, database, rows):
                    milliseconds = _milliseconds(client, path)
                    print(f"{rows:9,} {title:40} {number(milliseconds):>9} ms", flush=True)
                    found.setdefault(title, []).append(number(milliseconds))
    head = ("", *(f"{rows:,} rows" for rows in ROWS))
    return table(head, ((title, *cells) for title, cells in found.items()))


def _questions(service: Service, database: str, rows: int) -> Iterator[tuple[str, str]]:
    last = rows // SIZE
    users = f"/api/v1/users?size={SIZE}"
    yield "users: first page, with the total", users
    yield "users: last page, with the total", f"{users}&page={last}"
    yield "users: filter, 1 in 1,000", f"{users}&role=moderator"
    yield "users: search that one row matches", f"{users}&search=more{rows // 2}@"
    yield "users: search that all rows match", f"{users}&search=example"
    items = f"/api/v2/items?size={SIZE}"
    yield "items: first page, with the total", f"/api/v1/items?size={SIZE}"
    yield "items: last page, with the total", f"/api/v1/items?size={SIZE}&page={last}"
    yield "items: cursor, first stretch", items
    yield "items: cursor, last stretch", f"{items}&cursor={_late_cursor(service, database)}"
    yield "items: cursor, filter, 1 in 1,000", f"{items}&status=archived"


def _late_cursor(service: Service, database: str) -> str:
    """Return the cursor to the stretch of the oldest rows, without reading up to there."""
    row = "SELECT created_at || '#' || id FROM items ORDER BY created_at, id"
    moment, key = POSTGRESQL.query(database, f"{row} OFFSET {SIZE} LIMIT 1")[0].split("#")
    program = (
        "import sys; from datetime import datetime; from uuid import UUID\n"
        "from app.core.listing.cursors import encode_cursor\n"
        "moment, key = datetime.fromisoformat(sys.argv[1]), UUID(sys.argv[2])\n"
        "print(encode_cursor('-created_at', [moment, key]))"
    )
    return service.run(".venv/bin/python", "-c", program, moment, key).strip()


def _milliseconds(client: httpx2.Client, path: str) -> float | None:
    """Return the median of some requests; None when the service gave one up."""
    taken: list[float] = []
    begin = time.perf_counter()
    while len(taken) < FEWEST_REQUESTS or time.perf_counter() - begin < AT_MOST:
        before = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - before) * 1000)
        if answer.status_code != 200:
            return None
    return median(taken[1:])


def _connections(program: Program, run: str, folder: Path, seconds: int) -> str:
    rows = []
    with serving.launched(program, run, folder / "connections.log") as (running, _):
        for connections in CONNECTIONS:
            scenario = Scenario("", "", "me", connections)
            rows.append((f"{connections:,}", *_cells(running, scenario, seconds)))
    return table(("connections", "requests/s", "p50 ms", "p99 ms", "errors"), rows)


def _pools(program: Program, run: str, folder: Path, seconds: int) -> str:
    rows = []
    for size in POOLS:
        pool = {"DATABASE_POOL_SIZE": str(size), "DATABASE_MAX_OVERFLOW": "0"}
        with serving.launched(program.with_variables(pool), run, folder / "pool.log") as (
            running,
            _,
        ):
            rows.append((str(size), *_cells(running, Scenario("", "", "me"), seconds)))
    return table(("connections to PostgreSQL", "requests/s", "p50 ms", "p99 ms", "errors"), rows)


def _cells(running: serving.Running, scenario: Scenario, seconds: int) -> tuple[str, ...]:
    found = serving.undisturbed(running, scenario, seconds).load
    print(f"{scenario.connections:5} {found.rate:9,.0f} requests/s p99 {found.p99_ms:.1f} ms")
    return number(found.rate), number(found.p50_ms), number(found.p99_ms), str(found.errors)
