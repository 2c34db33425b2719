"""How long the hub takes from its start until it is ready, with many accounts and projects in its database."""

import sqlite3
import statistics
import time
import uuid
from pathlib import Path

from support.hubs import ServedHub

from bench.measure import Row

NOW = "2026-01-01 00:00:00.000000"


def run(place: Path, *, short: bool) -> list[Row]:
    count = 2_000 if short else 100_000
    full, empty = ServedHub(place / "full"), ServedHub(place / "empty")
    for hub in (full, empty):
        hub.make_admin()
    _fill(full.data_dir / "carrel.sqlite", count)
    taken: dict[str, list[float]] = {"full": [], "empty": []}
    for _ in range(2 if short else 7):
        for name, hub in (("full", full), ("empty", empty)):
            started = time.perf_counter()
            hub.start()
            taken[name].append(time.perf_counter() - started)
            hub.stop()
    ours, baseline = statistics.median(taken["full"]), statistics.median(taken["empty"])
    return [
        Row(
            f"hub start-up, {count} accounts and projects",
            f"{ours:.2f} s",
            f"empty database {baseline:.2f} s",
            f"{ours / baseline:.2f}",
            "<= 2 s",
            ours <= 2,
        )
    ]


def _fill(database: Path, count: int) -> None:
    connection = sqlite3.connect(database)
    ids = [(str(uuid.uuid4()), str(uuid.uuid4()), number) for number in range(count)]
    with connection:
        connection.executemany(
            "INSERT INTO accounts (account_id, first_name, last_name, email_address, created)"
            " VALUES (?, 'A', 'B', ?, ?)",
            ((account, f"user{number}@example.com", NOW) for account, _, number in ids),
        )
        connection.executemany(
            'INSERT INTO projects (project_id, created, last_edited, state) VALUES (?, ?, ?, \'{"state":"opened"}\')',
            ((project, NOW, NOW) for _, project, _ in ids),
        )
        connection.executemany(
            "INSERT INTO collaborators (account_id, project_id, \"group\") VALUES (?, ?, 'owner')",
            ((account, project) for account, project, _ in ids),
        )
    connection.close()
