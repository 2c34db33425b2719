"""Real databases for tests: SQLite files, and a PostgreSQL server that lives as long as the test session.

Both hand out *empty* databases, and *migrated* ones: copies of one that was migrated once (a file copy, `CREATE
DATABASE … TEMPLATE`), or one that was given back and emptied. The server refuses to run as root, so root starts it as
the user `postgres` of Debian's package.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import anyio
import asyncpg
from sqlalchemy.engine import make_url

from carrel.store.store import Store
from carrel.store.tables import metadata

_MISSING = "PostgreSQL's server programs are missing: install Debian's `postgresql` package (initdb, postgres)"
_TEMPLATE = "carrel_template"


class Databases(Protocol):
    """Where fresh databases come from."""

    def empty(self) -> str:
        """The URL of a new database without any table."""
        ...

    def migrated(self) -> str:
        """The URL of a database with today's schema and no rows."""
        ...

    def give_back(self, url: str) -> None:
        """Allow a migrated database, whose schema was left alone, to be emptied and handed out again."""
        ...


def _run(work: Callable[[], Awaitable[None]]) -> None:
    """Run in a loop and thread of its own: fixtures and tests may be inside a loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, work).result()


def _migrate(url: str) -> None:
    async def open_once() -> None:
        async with Store.open(url):
            pass

    _run(open_once)


@dataclass
class SqliteDatabases:
    """SQLite files in one directory."""

    directory: Path
    numbers: Iterator[int] = field(default_factory=count)

    def _new_path(self) -> Path:
        return self.directory / f"carrel{next(self.numbers)}.db"

    def empty(self) -> str:
        return f"sqlite:///{self._new_path()}"

    def migrated(self) -> str:
        template = self.directory / "template.db"
        if not template.exists():
            _migrate(f"sqlite:///{template}")
        path = self._new_path()
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def give_back(self, url: str) -> None:
        for path in self.directory.glob(Path(url).name + "*"):
            path.unlink()


@dataclass
class PostgresDatabases:
    """Databases of one running server, reached by its Unix socket."""

    socket_dir: Path
    numbers: Iterator[int] = field(default_factory=count)
    has_template: bool = False
    free: list[str] = field(default_factory=list)

    def _url(self, database: str) -> str:
        return f"postgresql://carrel@/{database}?host={self.socket_dir}"

    def _execute(self, database: str, *statements: str) -> None:
        async def execute() -> None:
            connection = await asyncpg.connect(host=str(self.socket_dir), user="carrel", database=database)
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        _run(execute)

    def _create(self, database: str, template: str) -> None:
        self._execute("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')

    def _new(self, template: str) -> str:
        name = f"carrel{next(self.numbers)}"
        self._create(name, template)
        return self._url(name)

    def empty(self) -> str:
        return self._new("template0")

    def migrated(self) -> str:
        if self.free:
            return self._url(self.free.pop())
        if not self.has_template:
            self._create(_TEMPLATE, "template0")
            _migrate(self._url(_TEMPLATE))
            self.has_template = True
        return self._new(_TEMPLATE)

    def give_back(self, url: str) -> None:
        database = str(make_url(url).database)
        emptied = [f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)]
        self._execute(database, "; ".join(["SET session_replication_role = replica", *emptied]))  # without triggers
        self.free.append(database)


def _programs() -> Path:
    """The directory of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise AssertionError(_MISSING)
    return Path(on_path).resolve().parent


def _as_server_user(directory: Path) -> list[str]:
    """A prefix for commands that must not run as root; the server also dies with its parent."""
    prefix = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return prefix
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise AssertionError(f"{_MISSING}; there is no user `postgres`") from None
    os.chown(directory, user.pw_uid, user.pw_gid)
    return [*prefix, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresDatabases]:
    """A private cluster on a Unix socket, without any durability, removed at the end."""
    programs = _programs()
    directory = Path(tempfile.mkdtemp(prefix="crl-pg-", dir="/tmp"))
    try:
        prefix = _as_server_user(directory)
        data = directory / "data"
        initdb = ["-U", "carrel", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        subprocess.run(
            [*prefix, str(programs / "initdb"), "-D", str(data), *initdb],
            check=True,
            cwd=directory,
            stdout=subprocess.DEVNULL,
        )
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(directory),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "log_checkpoints": "off",
            "log_min_messages": "log",
            "max_connections": "60",
            "shared_buffers": "32MB",
        }
        arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        command = [*prefix, str(programs / "postgres"), "-D", str(data), *arguments]
        with subprocess.Popen(command, cwd=directory, stderr=subprocess.PIPE, text=True) as server:
            try:
                _wait_until_ready(server)
                yield PostgresDatabases(directory)
            finally:
                server.send_signal(signal.SIGQUIT)
                server.wait(timeout=20)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _wait_until_ready(server: "subprocess.Popen[str]") -> None:
    said = []
    assert server.stderr is not None
    for line in server.stderr:
        said.append(line)
        if "ready to accept connections" in line:
            return
    raise AssertionError("PostgreSQL did not start:\n" + "".join(said))
