"""A browser for the session, two sites over https, and visitors whose consoles must stay clean.

The course's site is served by the front, Carrel's by a real hub behind it. Each test writes its own files, and its
pages have addresses of their own, so that tests share the hub and the sandbox of one project.
"""

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from support.browsers import Visitor, running_browser, visiting
from support.desks import Desk, SitAt
from support.fronts import Front, running_front
from support.hubs import ServedHub, served_hub
from support.mailboxes import Mailbox, smtp_server
from support.parents import CARREL, COURSE, SERVER, Opener, auth_token
from support.people import Person, new_person

NewVisitor = Callable[..., Awaitable[Visitor]]

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    with running_front("*.example.test", "*.example.net") as front:
        yield front


@pytest.fixture(scope="session")
async def browser(front: Front, anyio_backend: str) -> AsyncIterator[Browser]:
    async with running_browser(front) as browser:
        yield browser


@pytest.fixture
async def new_visitor(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[NewVisitor]:
    """Makes visitors; at the end none of their pages may have complained."""
    visitors: list[Visitor] = []
    async with AsyncExitStack() as stack:

        async def new(**options: Any) -> Visitor:
            visitors.append(await stack.enter_async_context(visiting(browser, **options)))
            return visitors[-1]

        yield new
        if request.node.stash.get(_FAILED, True):
            for number, visitor in enumerate(visitors):
                await visitor.keep_pictures(f"{request.node.name}-{number}")
        assert [text for visitor in visitors for text in visitor.unexpected()] == []


@pytest.fixture
async def visitor(new_visitor: NewVisitor) -> Visitor:
    return await new_visitor()


@pytest.fixture(scope="session")
def mailbox() -> Mailbox:
    """All that the hub mails to anybody."""
    return Mailbox()


@pytest.fixture(scope="session")
def hub(front: Front, mailbox: Mailbox) -> Iterator[ServedHub]:
    """The hub behind Carrel's site, at which everybody may sign up."""
    directory = Path(tempfile.mkdtemp(prefix="crl-", dir="/tmp"))
    os.chmod(directory, 0o711)
    settings = {"CARREL_IFRAME_COMM_HOSTS": COURSE, "CARREL_SITE_URL": SERVER, "CARREL_LIVE_CHECK_S": "1"}
    settings |= {"CARREL_SITE_OPEN_SIGNUP": "true", "CARREL_SITE_SHARE_SERVER": "true"}
    settings |= {"CARREL_WEBHOOKS_ALLOW_PRIVATE": "true"}
    settings |= {"CARREL_MAIL_HOST": "127.0.0.1"}
    with (
        smtp_server(mailbox) as port,
        served_hub(directory / "data", **settings, CARREL_MAIL_PORT=str(port), CARREL_MAIL_START_TLS="false") as hub,
    ):
        front.hubs[CARREL] = hub.port
        yield hub
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def sql(hub: ServedHub) -> Callable[..., list[tuple[object, ...]]]:
    """Runs a statement in the hub's database, for what the API has no call for."""

    def run(statement: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(hub.data_dir / "carrel.sqlite", timeout=15)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    return run


@pytest.fixture(scope="session")
def ada(hub: ServedHub) -> Person:
    return new_person(hub, "Ada")


@pytest.fixture(scope="session")
def eve(hub: ServedHub) -> Person:
    """An account that has nothing to do with Ada's projects."""
    return new_person(hub, "Eve")


@pytest.fixture(scope="session")
def project(ada: Person) -> str:
    return ada.new_project("Ada's project")


@pytest.fixture
def token(hub: ServedHub, ada: Person) -> str:
    """An auth token of Ada, as the first version of the API makes it."""
    return auth_token(hub, ada)


@pytest.fixture
def named(request: pytest.FixtureRequest) -> str:
    """A name for the files of this test alone, with its parameters."""
    return re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")[-60:]


@pytest.fixture
def opener(front: Front, hub: ServedHub, ada: Person, project: str, named: str) -> Opener:
    """Writes and opens a notebook of this test."""
    return Opener(front, hub, ada, project, f"{named}.ipynb")


@pytest.fixture
def sit_at(opener: Opener, new_visitor: NewVisitor) -> SitAt:
    """Write a notebook of these cells, if any, and open it in another browser."""

    async def sit(*cells: dict[str, object]) -> Desk:
        if cells:
            opener.write(*cells)
        desk = Desk(await opener.open(await new_visitor()))
        await expect(desk.cells.first).to_be_visible()
        return desk

    return sit
