"""A browser for the session, two sites over https, and visitors whose consoles must stay clean."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser
from support.browsers import Visitor, running_browser, visiting
from support.fronts import Front, running_front

COURSE = "course.example.test"
CARREL = "carrel.example.net"

_FAILED = pytest.StashKey[bool]()


NewVisitor = Callable[..., Awaitable[Visitor]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    with running_front("*.example.test", "*.example.net", COURSE, CARREL) as front:
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
