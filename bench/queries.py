"""Reads by `query` of one hub on one core, with a hundred thousand projects in the table, against the same SQL by hand.

By hand is a bare ASGI application that runs the statement with sqlite3 and encodes what it finds, without asking who
calls or what may be read.
"""

import sqlite3
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from support.hubs import ServedHub

from bench.measure import Row
from bench.throughput import bare_server, cpu_seconds, pinned, rate

_ACCOUNTS = 1000
_GOAL = 1500
_MINE = "project_id IN (SELECT project_id FROM collaborators WHERE account_id = ?) AND last_edited >= '2001-01-01'"
_ONE = f"SELECT project_id, title, state FROM projects WHERE {_MINE} AND project_id = ?"  # ours
_MANY = (
    f"SELECT project_id, title, last_edited FROM projects WHERE {_MINE}"  # ours
    " ORDER BY last_edited DESC, project_id LIMIT 20"
)
_BY_HAND = """
import json, sqlite3
database = sqlite3.connect({path!r})
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    json.loads((await receive())["body"])
    rows = database.execute({sql!r}, {values!r}).fetchall()
    body = json.dumps({{"query": {{"projects": rows}}}}).encode()
    await send({{"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}})
    await send({{"type": "http.response.body", "body": body}})
"""


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    duration, projects = (1, 2_000) if short else (5, 100_000)
    database = hub.data_dir / "carrel.sqlite"
    project = _fill(database, hub.account_id, projects)
    one = {"projects": {"project_id": project, "title": None, "state": None}}
    many = {"projects": [{"project_id": None, "title": None, "last_edited": None}]}
    works: dict[str, tuple[dict[str, object], str, tuple[str, ...]]] = {
        "one project": ({"query": one}, _ONE, (hub.account_id, project)),
        "20 projects": ({"query": many, "options": [{"limit": 20}]}, _MANY, (hub.account_id,)),
    }
    assert hub.process is not None
    rows = []
    with pinned(hub.process.pid):
        for name, (params, sql, values) in works.items():
            source = _BY_HAND.format(path=str(database), sql=sql, values=values)
            with bare_server(source) as bare:
                by_hand = _per_cpu_second(bare.pid, bare.port, "/", params, "", duration)
                ours = _per_cpu_second(hub.process.pid, hub.port, "/api/v1/query", params, hub.key, duration)
            rows.append(
                Row(
                    f"query of {name} among {projects}",
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


def _fill(database: Path, account_id: str, count: int) -> str:
    """Projects of many accounts, a hundred of them of this one; one of these."""
    now = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime())
    accounts = [account_id, *(str(uuid.uuid4()) for _ in range(_ACCOUNTS))]
    projects = [str(uuid.uuid4()) for _ in range(count)]
    connection = sqlite3.connect(database, timeout=30)
    with connection:
        connection.executemany(
            "INSERT INTO accounts (account_id, first_name, last_name, created) VALUES (?, 'A', 'B', ?)",
            ((account, now) for account in accounts[1:]),
        )
        connection.executemany(
            "INSERT INTO projects (project_id, title, created, last_edited, state)"
            " VALUES (?, 'A project', ?, ?, '{\"state\":\"opened\"}')",
            ((project, now, now) for project in projects),
        )
        connection.executemany(
            "INSERT INTO collaborators (account_id, project_id, \"group\") VALUES (?, ?, 'owner')",
            ((accounts[number // 100 % len(accounts)], project) for number, project in enumerate(projects)),
        )
    connection.close()
    return projects[0]
