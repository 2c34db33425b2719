"""The house's own lints find what they are for, and leave the rest alone."""

from pathlib import Path

import pytest
from house_lints import BOUNDARIES, CHECKS, Source, check

TOP = Path(__file__).parents[3]
STORY = '"""A story."""\n'


def found(path: str, text: str) -> list[str]:
    return [str(finding) for finding in check(Source(path, text))]


WRONG = {
    "a long file": ("src/carrel/a.py", STORY + "x = 1\n" * 400, "401 lines"),
    "a long function": ("src/carrel/a.py", STORY + "def f():\n" + "    x = 1\n" * 50, "f has 51 lines"),
    "a long coroutine": ("tools/a.py", STORY + "async def f():\n" + "    x = 1\n" * 50, "f has 51 lines"),
    "no story": ("src/carrel/a.py", "x = 1\n", "no docstring"),
    "a broad except": ("src/carrel/a.py", STORY + "try: f()\nexcept Exception: g()\n", "boundaries"),
    "a broad except among others": ("src/carrel/a.py", STORY + "try: f()\nexcept (A, Exception): g()\n", "boundaries"),
    "a bare except": ("src/carrel/a.py", STORY + "try: f()\nexcept: g()\n", "boundaries"),
    "everything swallowed": ("src/carrel/a.py", STORY + "try: f()\nexcept BaseException: g()\n", "boundaries"),
    "an orphan task": ("src/carrel/a.py", STORY + "asyncio.create_task(f())\n", "create_task"),
    "an orphan of the loop": ("tests/test_a.py", "loop.create_task(f())\n", "create_task"),
    "an imported orphan": ("src/carrel/a.py", STORY + "from asyncio import gather\n", "gather"),
    "left undone": ("tests/test_a.py", "x = 1  # TODO: two\n", "TODO"),
    "a skipped test": ("tests/test_a.py", "@pytest.mark.skipif(True)\ndef test(): ...\n", "skipif"),
    "a skip inside": ("tests/test_a.py", "pytest.skip('later')\n", "skip"),
}

RIGHT = {
    "a file of 400 lines": ("src/carrel/a.py", STORY + "x = 1\n" * 399),
    "a function of 50 lines": ("src/carrel/a.py", STORY + "def f():\n" + "    x = 1\n" * 49),
    "a long test": ("tests/test_a.py", "def test():\n" + "    x = 1\n" * 60),
    "a migration": ("src/carrel/store/migrations/versions/1.py", "def upgrade():\n" + "    x = 1\n" * 60),
    "an empty package": ("src/carrel/a/__init__.py", ""),
    "a boundary": (min(BOUNDARIES), STORY + "try: f()\nexcept Exception: g()\n"),
    "cleaning up": ("src/carrel/a.py", STORY + "try: f()\nexcept BaseException:\n    g()\n    raise\n"),
    "a named error": ("src/carrel/a.py", STORY + "try: f()\nexcept OSError: g()\n"),
    "a task group": ("src/carrel/a.py", STORY + "tasks.start_soon(f)\n"),
    "a task group of asyncio": ("src/carrel/agent/a.py", STORY + "self._tasks.create_task(f())\n"),
    "another gather": ("src/carrel/a.py", STORY + "harvest.gather()\n"),
    "a word that contains one": ("src/carrel/a.py", STORY + "METHODOLOGY = 'TODOS'\n"),
}


@pytest.mark.parametrize(("path", "text", "says"), WRONG.values(), ids=WRONG)
def test_it_is_found(path: str, text: str, says: str) -> None:
    assert len(found(path, text)) == 1
    assert says in found(path, text)[0]


@pytest.mark.parametrize(("path", "text"), RIGHT.values(), ids=RIGHT)
def test_it_is_left_alone(path: str, text: str) -> None:
    assert found(path, text) == []


def test_every_check_finds_something_here() -> None:
    for one in CHECKS:
        assert any(list(one(Source(path, text))) for path, text, _ in WRONG.values()), one.__name__


def test_each_listed_boundary_exists_and_needs_its_place() -> None:
    for path in BOUNDARIES:
        text = (TOP / path).read_text()
        assert found(path.replace("src/", "src/other/"), text), f"{path} has no broad except: take it off the list"
