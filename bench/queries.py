"""Reads by `query` of one hub on one core, with a hundred thousand projects in the table, against the same SQL by hand.

By hand is a bare ASGI application that runs the statement with the database's driver and encodes what it finds, without
asking who calls or what may be read. On PostgreSQL the core that counts is the application's, not the server's.
"""

import shutil
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import asyncpg
from sqlalchemy.engine import make_url
from support.databases import postgres_server
from support.hubs import ServedHub, served_hub

from bench.measure import Row
from bench.throughput import bare_server, cpu_seconds, pinned, rate

_ACCOUNTS = 1000
_GOAL = 1500
_MINE = "project_id IN (SELECT project_id FROM collaborators WHERE account_id = $1) AND last_edited >= '2001-01-01'"
_ONE = f"SELECT project_id, title, state FROM projects WHERE {_MINE} AND project_id = $2"
_MANY = (
    f"SELECT project_id, title, last_edited FROM projects WHERE {_MINE} ORDER BY last_edited DESC, project_id LIMIT 20"
)
_INSERTS = {
    "accounts": "INSERT INTO accounts (account_id, first_name, last_name, created) VALUES ($1, 'A', 'B', $2)",
    "projects": "INSERT INTO projects (project_id, title, created, last_edited, state)"
    " VALUES ($1, 'A project', $2, $2, '{\"state\":\"opened\"}')",
    "collaborators": "INSERT INTO collaborators (project_id, account_id, \"group\") VALUES ($1, $2, 'owner')",
}
_BY_HAND = """
import asyncio, json, sqlite3, asyncpg
database, opening = None, asyncio.Lock()
async def rows():
    global database
    if {path!r}:
        database = database or sqlite3.connect({path!r})
        return database.execute({sql!r}, {values!r}).fetchall()
    async with opening:
        where = {{"host": {host!r}, "database": {name!r}, "user": "carrel"}}
        database = database or await asyncpg.create_pool(**where, min_size=1, max_size=8)
    return [list(row) for row in await database.fetch({sql!r}, *{values!r})]
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    json.loads((await receive())["body"])
    body = json.dumps({{"query": {{"projects": await rows()}}}}, default=str).encode()
    await send({{"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}})
    await send({{"type": "http.response.body", "body": body}})
"""


@dataclass(frozen=True)
class _Database:
    """Of a hub: a file of SQLite, or a database of a PostgreSQL that listens in a directory."""

    title: str
    path: str = ""
    host: str = ""
    name: str = ""

    def fill(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        if self.path:
            with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
                for table, values in rows.items():
                    texts = ([str(value).removesuffix("+00:00") for value in row] for row in values)
                    connection.executemany(_INSERTS[table], texts)
        else:
            anyio.run(self._fill, rows)

    async def _fill(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        connection = await asyncpg.connect(host=self.host, user="carrel", database=self.name)
        for table, values in rows.items():
            await connection.executemany(_INSERTS[table], values)
        await connection.execute("ANALYZE")
        await connection.close()


def run(hub: ServedHub, place: Path, *, short: bool) -> list[Row]:
    database = _Database("SQLite", path=str(hub.data_dir / "carrel.sqlite"))
    rows = _measure(hub, database, short=short)
    if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        with _on_postgresql(place) as (other, theirs):
            rows += _measure(other, theirs, short=short)
    return rows


@contextmanager
def _on_postgresql(place: Path) -> Iterator[tuple[ServedHub, _Database]]:
    with postgres_server() as server:
        url = server.migrated()
        with served_hub(place / "postgresql", CARREL_DATABASE_URL=url) as hub:
            yield hub, _Database("PostgreSQL", host=str(server.socket_dir), name=str(make_url(url).database))


def _measure(hub: ServedHub, database: _Database, *, short: bool) -> list[Row]:
    duration, count = (1, 2_000) if short else (5, 100_000)
    project = _fill(database, hub.account_id, count)
    one = {"projects": {"project_id": project, "title": None, "state": None}}
    many = {"projects": [{"project_id": None, "title": None, "last_edited": None}]}
    works: dict[str, tuple[dict[str, object], str, list[str]]] = {
        "one project": ({"query": one}, _ONE, [hub.account_id, project]),
        "20 projects": ({"query": many, "options": [{"limit": 20}]}, _MANY, [hub.account_id]),
    }
    assert hub.process is not None
    rows = []
    with pinned(hub.process.pid):
        for name, (params, sql, values) in works.items():
            source = _BY_HAND.format(path=database.path, host=database.host, name=database.name, sql=sql, values=values)
            with bare_server(source) as bare:
                by_hand = _per_cpu_second(bare.pid, bare.port, "/", params, "", duration)
                ours = _per_cpu_second(hub.process.pid, hub.port, "/api/v1/query", params, hub.key, duration)
            rows.append(
                Row(
                    f"query of {name} among {count}, {database.title}",
                    f"{ours:.0f}/s of a core",
                    f"by hand {by_hand:.0f}/s",
                    f"{ours / by_hand:.2f}",
                    f">= {_GOAL}/s",
                    ours >= _GOAL,
                )
            )
    return rows


def _per_cpu_second(pid: int, port: int, path: str, params: Mapping[str, object], key: str, duration: int) -> float:
    """Answers for each second that the server has a core: what else the machine does then makes no difference."""
    rate(port, path, params, key, 1)
    before = cpu_seconds(pid)
    answered = rate(port, path, params, key, duration) * duration
    return answered / (cpu_seconds(pid) - before)


def _fill(database: _Database, account_id: str, count: int) -> str:
    """Projects of many accounts, a hundred of them of this one; one of these."""
    now = datetime.now(UTC).replace(microsecond=1)
    accounts = [account_id, *(str(uuid.uuid4()) for _ in range(_ACCOUNTS))]
    projects = [str(uuid.uuid4()) for _ in range(count)]
    owners = [accounts[number // 100 % len(accounts)] for number in range(count)]
    database.fill(
        {
            "accounts": [(account, now) for account in accounts[1:]],
            "projects": [(project, now) for project in projects],
            "collaborators": list(zip(projects, owners, strict=True)),
        }
    )
    return projects[0]
