"""Fixtures that every kind of test shares."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.databases import Databases, PostgresDatabases, SqliteDatabases, postgres_server
from support.leftovers import ended_with_this_run

from carrel.store.store import Store


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=1, metavar="N", help="examples for each call of the API")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _ended() -> Iterator[None]:
    """Nothing that the tests have started without a sandbox outlives them."""
    with ended_with_this_run():
        yield


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A short-named directory that sandboxes of every user can reach (under root, pytest's own base is closed)."""
    path = Path(tempfile.mkdtemp(prefix="crl-", dir="/tmp"))
    os.chmod(path, 0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """A PostgreSQL server of the test session; without the server's programs this fails, it does not skip."""
    with postgres_server() as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Every test that asks for this runs against both databases."""
    name = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    found: Databases = request.getfixturevalue(name)
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a database with today's schema and no rows; the schema must be left alone."""
    url = databases.migrated()
    yield url
    databases.give_back(url)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on a fresh database; one test each for SQLite and PostgreSQL."""
    async with Store.open(database_url) as store:
        yield store
