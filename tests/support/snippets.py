"""The code blocks of a documentation page, to be run as a reader would, and the shape of what they print.

A block of `python` or `sh` is code; the `text` or `json` block right after it is what it prints. Only the host and the
`...` in place of ids are replaced.
"""

import ast
import json
import re
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOST = "http://127.0.0.1:8000"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"""(?P<name>\w+_id)(?P<between>['"]?\s*[:=]\s*['"]?)\.\.\.""")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One piece of code, and the page's idea of what it prints."""

    language: str
    code: str
    shown: str = ""

    def filled_in(self, host: str, ids: Mapping[str, str]) -> str:
        """The code with the reader's own host and ids."""
        code = _PLACEHOLDER.sub(lambda found: found["name"] + found["between"] + ids[found["name"]], self.code)
        return code.replace(HOST, host)

    @property
    def shape_shown(self) -> Any:
        return shape(ast.literal_eval(self.shown) if self.language == "python" else json.loads(self.shown))


def snippets_of(page: Path) -> list[Snippet]:
    """The page's pieces of code, in order."""
    blocks = _FENCE.findall(page.read_text())
    return [
        Snippet(language, code, shown if kind in ("text", "json") else "")
        for (language, code), (kind, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True)
        if language in ("python", "sh")
    ]


@dataclass(frozen=True, slots=True)
class PythonPrompt:
    """Runs blocks one after the other, as typed at a prompt: the last expression's value is what it shows."""

    names: dict[str, Any] = field(default_factory=dict)

    def run(self, code: str) -> Any:
        tree = ast.parse(code)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # a page may leave closing a file to the interpreter
            exec(compile(tree, "page", "exec"), self.names)
            if last is None:
                return None
            assert isinstance(last, ast.Expr)
            return eval(compile(ast.Expression(last.value), "page", "eval"), self.names)


def run_shell(code: str, environment: Mapping[str, str]) -> str:
    """What a block of shell commands prints; every command must succeed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def shape(value: Any) -> Any:
    """A value without what differs from run to run: ids and times become words, other texts and numbers stay."""
    if isinstance(value, dict):
        return {name: "<secret>" if name in ("api_key", "auth_token") else shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    if isinstance(value, str) and (_UUID.fullmatch(value) or value == "..."):
        return "<id>"
    return "<time>" if isinstance(value, str) and _TIME.fullmatch(value) else value
