"""The staged runtime: the little of our own code that runs inside sandboxes, in a directory that everyone may read.

The hub's environment cannot be mounted: it may lie in root's home, and it holds far more than a tenant needs to see.
Copied are the agent with what it may import, and a `__main__` (see `inside`). The directory is named by its contents,
so an upgraded hub stages a new one beside the old, which running sandboxes keep; byte code comes along, because a
sandbox cannot write it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from carrel.kit.unix_users import UnixUser
from carrel.runners.bubblewrap.bytecode import write_bytecode

RUNTIME = "/opt/carrel"
"""Where sandboxes see the runtime."""
_PACKAGES = (
    "anyio", "dateutil", "jupyter_client", "jupyter_core", "jupyter_ydoc", "msgspec", "platformdirs", "pycrdt",
    "tornado", "traitlets", "typing_extensions", "zmq",
)  # fmt: skip
_NEVER_STAGED = {"__pycache__", "py.typed", "test", "tests"}
_NO_CODE = {".pyi", ".pxd", ".pyx", ".h", ".gz"}
_STALE_SECONDS = 3600
_USR = Path("/usr")


class NoRuntime(Exception):
    """There is nothing to run the agent with; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class RuntimeSource:
    """What is staged: files and packages by their place in the runtime, and where each is copied from."""

    parts: tuple[tuple[str, Path], ...]

    @classmethod
    def installed(cls) -> "RuntimeSource":
        """Our own agent and the packages that it may import, from where this program is installed."""
        inside = Path(__file__).parent / "inside"
        package = Path(__file__).parents[2]
        ours = [(f"carrel/{name}", package / name) for name in ("__init__.py", "kit", "protocol", "agent")]
        packages = [part for name in _PACKAGES for part in _package(name)]
        return cls((("__main__.py", inside / "main.py"), ("forward.py", inside / "forward.py"), *ours, *packages))

    def files(self) -> Iterator[tuple[str, Path]]:
        """(place in the runtime, file), in a stable order."""
        for place, source in self.parts:
            if source.is_file():
                yield place, source
                continue
            for path in sorted(source.rglob("*")):
                relative = path.relative_to(source)
                if path.is_file() and not _NEVER_STAGED & set(relative.parts) and path.suffix not in _NO_CODE:
                    yield f"{place}/{relative}", path

    def digest(self) -> str:
        """Names the contents, together with the interpreter's version that they are compiled for."""
        total = hashlib.sha256((sys.implementation.cache_tag or "").encode())
        for place, path in self.files():
            content = path.read_bytes()
            total.update(f"\0{place}\0{len(content)}\0".encode())
            total.update(content)
        return total.hexdigest()[:24]


def _package(name: str) -> Iterator[tuple[str, Path]]:
    """An installed package or module, and the shared libraries that its wheel has brought along."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    origin = Path(spec.origin)
    place = origin.parent if origin.name == "__init__.py" else origin
    yield place.name, place
    for libraries in place.parent.glob(f"*{name}.libs"):
        yield libraries.name, libraries


def stage(source: RuntimeSource, runtimes: Path) -> Path:
    """Make the runtime's directory unless it is there; complete or absent at every moment."""
    target = runtimes / source.digest()
    if target.is_dir():
        return target
    temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=runtimes))
    try:
        for place, path in source.files():
            (temporary / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, temporary / place)
            if path.suffix == ".py":
                write_bytecode(path, temporary / place, f"{RUNTIME}/{place}")
        for directory, _, files in os.walk(temporary):
            Path(directory).chmod(0o755)
            for name in files:
                (Path(directory) / name).chmod(0o644)
        temporary.rename(target)
    except OSError:
        if not target.is_dir():  # else another hub was faster
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def remove_unused(runtimes: Path, used: set[str]) -> None:
    """Remove the runtimes that are not in `used`, and what interrupted hubs left of unfinished ones."""
    for path in runtimes.iterdir():
        if path.name in used:
            continue
        if path.name.startswith(".new-") and time.time() - path.stat().st_mtime < _STALE_SECONDS:
            continue
        shutil.rmtree(path, ignore_errors=True)


def choose_python(configured: Path | None) -> Path:
    """The interpreter for the agent, as its path inside sandboxes. Raises `NoRuntime`."""
    own = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    system = _USR / "bin" / f"python3.{sys.version_info.minor}"
    if configured is not None:
        candidates = [configured]
    else:
        candidates = [path for path in (own, system) if path.is_relative_to(_USR)]
    for path in candidates:
        if path.is_relative_to(_USR) and path.exists():
            _check_version(path)
            return path
    tried = ", ".join(str(path) for path in candidates)
    raise NoRuntime(f"no Python for the agent: sandboxes see /usr only, and there is no {tried} in it")


def _check_version(python: Path) -> None:
    program = "import sys; print(sys.implementation.cache_tag)"
    try:
        ended = subprocess.run(
            [python, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoRuntime(f"{python} does not run: {error}") from error
    if ended.stdout.strip() != sys.implementation.cache_tag:
        raise NoRuntime(
            f"{python} is {ended.stdout.strip()}, the hub {sys.implementation.cache_tag}: they must be equal"
        )


def first_closed_directory(path: Path, user: UnixUser) -> Path | None:
    """The first directory on the way to `path` that `user` may not pass through; `None` if there is none."""
    for directory in [*reversed(path.parents), path]:
        status = directory.stat()
        for_others = 0o010 if status.st_gid == user.gid else 0o001
        bit = 0o100 if status.st_uid == user.uid else for_others
        if not status.st_mode & bit:
            return directory
    return None
