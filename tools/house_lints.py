"""Checks of this house that ruff does not know, on the syntax tree of each file: `python tools/house_lints.py`.

They keep the rules that are easy to break by accident: sizes, where `except Exception` may stand, that no task runs
without a parent, that each module tells its story, and that nothing is left undone or switched off.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
BOUNDARIES = frozenset(
    {
        "src/carrel/agent/connection.py",
        "src/carrel/agent/documents/room.py",
        "src/carrel/agent/documents/rooms.py",
        "src/carrel/agent/documents/viewer.py",
        "src/carrel/agent/evaluations/requests.py",
        "src/carrel/agent/jobs.py",
        "src/carrel/agent/notebooks/runner.py",
        "src/carrel/agent/kernels/inside/fork_server.py",
        "src/carrel/agent/terminals/terminal.py",
        "src/carrel/hub/checks.py",
        "src/carrel/hub/api/shell.py",
        "src/carrel/hub/api/once.py",
        "src/carrel/hub/live/channel.py",
        "src/carrel/remote/agents.py",
        "src/carrel/remote/connection.py",
        "src/carrel/runners/bubblewrap/proxy.py",
        "src/carrel/services/aggregation.py",
        "src/carrel/services/audit.py",
        "src/carrel/services/background.py",
        "src/carrel/services/copy_workers.py",
        "src/carrel/services/mail.py",
    }
)
"""Modules that catch whatever comes, report it and go on."""

_WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_ORPHANS = frozenset({"create_task", "ensure_future", "gather"})
_SWITCHES = frozenset({"skip", "skipif", "xfail", "importorskip"})
_ITSELF = frozenset({"tools/house_lints.py", "tests/unit/house/test_house_lints.py"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to check; `path` is relative to the repository."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def is_ours(self) -> bool:
        """Whether the limits of size hold: what we wrote to be run, but no generated migration."""
        return self.path.startswith(("src/", "tools/")) and "/migrations/versions/" not in self.path


@dataclass(frozen=True, slots=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def file_size(source: Source) -> Iterator[Finding]:
    """A file of ours has at most 400 lines."""
    lines = source.text.count("\n")
    if source.is_ours and lines > FILE_LINES:
        yield Finding(source.path, 1, f"{lines} lines, more than {FILE_LINES}: something wants its own module")


def function_size(source: Source) -> Iterator[Finding]:
    """A function of ours has at most 50 lines."""
    if not source.is_ours:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield Finding(source.path, node.lineno, f"{node.name} has {lines} lines, more than {FUNCTION_LINES}")


def module_docstring(source: Source) -> Iterator[Finding]:
    """A module of ours says what lives there."""
    tree = source.tree
    if source.is_ours and tree.body and ast.get_docstring(tree) is None:
        yield Finding(source.path, 1, "the module has no docstring")


def broad_except(source: Source) -> Iterator[Finding]:
    """`except Exception` stands only at the boundaries listed here."""
    if not source.path.startswith("src/") or source.path in BOUNDARIES:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node):
            yield Finding(source.path, node.lineno, "`except Exception` is for the boundaries that house_lints lists")


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    """`BaseException` is fine where it is raised again: that is how cleaning up looks."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    if "BaseException" in names:
        return not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    return handler.type is None or "Exception" in names


def orphan_tasks(source: Source) -> Iterator[Finding]:
    """Tasks belong to a task group, anyio's or in the agent asyncio's."""
    for node in ast.walk(source.tree):
        names: list[str] = []
        if not isinstance(node, ast.Attribute | ast.ImportFrom):
            continue
        if isinstance(node, ast.Attribute):
            names = [node.attr] if _is_asyncio(node.value) else []
        elif node.module == "asyncio":
            names = [alias.name for alias in node.names]
        for name in _ORPHANS.intersection(names):
            yield Finding(source.path, node.lineno, f"asyncio's {name} starts tasks without a parent")


def _is_asyncio(node: ast.expr) -> bool:
    """The module, or an event loop by what it is usually called."""
    return ast.unparse(node) in ("asyncio", "loop", "asyncio.get_running_loop()")


def left_undone(source: Source) -> Iterator[Finding]:
    """Nothing is left for later in a comment."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if source.path not in _ITSELF and (found := _WORDS.search(line)):
            yield Finding(source.path, number, f"{found[1]}: do it, or say elsewhere that it is to be done")


def switched_off(source: Source) -> Iterator[Finding]:
    """No test is skipped or expected to fail."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in _SWITCHES and _is_pytest(node.value):
            yield Finding(source.path, node.lineno, f"{node.attr}: a test that does not run checks nothing")


def _is_pytest(node: ast.expr) -> bool:
    return ast.unparse(node) in ("pytest", "pytest.mark")


Check = Callable[[Source], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    file_size,
    function_size,
    module_docstring,
    broad_except,
    orphan_tasks,
    left_undone,
    switched_off,
)


def check(source: Source) -> list[Finding]:
    """Everything that is wrong with a file."""
    return [finding for one in CHECKS for finding in one(source)]


def sources(top: Path) -> Iterator[Source]:
    """The Python files of a checkout, also those not yet committed."""
    command = ["git", "-C", str(top), "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    for name in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        if (top / name).is_file():
            yield Source(name, (top / name).read_text())


def main() -> int:
    findings = [finding for source in sources(Path(__file__).parents[1]) for finding in check(source)]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
