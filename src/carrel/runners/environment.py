"""The Python environment of the projects: a virtual environment that sandboxes see, read-only, at `/opt/environment`.

It is made of an interpreter that sandboxes have (under /usr) and lies wherever the operator wants; only inside
sandboxes it is where its scripts and byte code say. What a project installs for itself (`pip install --user`) comes
before it on the path.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from carrel.domain.evaluations import KernelSpec
from carrel.kit.kernelspecs import list_kernels

ENVIRONMENT = "/opt/environment"
"""Where sandboxes see it."""
PACKAGES = ("ipykernel", "pip", "numpy", "matplotlib", "pandas", "jinja2", "ipywidgets")
"""What it holds unless somebody asks for something else."""
FONTS = "share/carrel/matplotlib"
"""Where it keeps matplotlib's list of fonts, which takes seconds to make."""
_USER_SITE_FIRST = """\
import os
import site
import sys

# Runs while the last entry is the environment's own packages.
place = site.getusersitepackages()
if not sys.flags.no_user_site and os.path.isdir(place):
    sys.path.insert(-1, place)
"""
_LINES = 20


class EnvironmentFailed(Exception):
    """The environment could not be made; the message says at what, with the last lines of the program that failed."""


def find_environment(configured: Path | None, data_dir: Path) -> Path | None:
    """Where the environment is: where it is configured to be, else in the data directory, if it is there."""
    place = (configured or data_dir / "environment").absolute()
    return place.resolve() if (place / "bin/python").is_symlink() else None


def environment_kernels(configured: Path | None, data_dir: Path) -> list[KernelSpec]:
    """The kernels of the environment, which every project has; none without an environment. Blocking."""
    place = find_environment(configured, data_dir)
    return [
        KernelSpec(name, found.display_name, found.language, found.interrupt_mode, found.env, found.metadata)
        for name, _, found in (list_kernels(f"{place}/share") if place is not None else ())
    ]


def make_environment(directory: Path, python: Path, requirement: Path | None = None) -> None:
    """Make it, or make it anew, with `python` and the packages of a requirements file. Raises `EnvironmentFailed`.

    Takes its place when it is complete. What was there before is kept beside it, for the projects that run.
    """
    new, old = directory.with_name(f"{directory.name}.new"), directory.with_name(f"{directory.name}.old")
    shutil.rmtree(new, ignore_errors=True)
    new.parent.mkdir(parents=True, exist_ok=True)
    _fill(new, python, requirement)
    shutil.rmtree(old, ignore_errors=True)
    if directory.exists():
        directory.rename(old)
    new.rename(directory)


def _fill(new: Path, python: Path, requirement: Path | None) -> None:
    _run([python, "-m", "venv", "--without-pip", new], "make a virtual environment")
    wanted: Sequence[str | Path] = PACKAGES if requirement is None else ("--requirement", requirement)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", new / "bin/python"]
    _run([*pip, "install", "--quiet", "--no-compile", *wanted], "install its packages")
    _settle(new)
    compiling: list[str | Path] = ["-m", "compileall", "-q", "-j", "0", "-s", new, "-p", ENVIRONMENT, "-x", "/tests/"]
    _run([new / "bin/python", *compiling, "--invalidation-mode", "unchecked-hash", new / "lib"], "compile it")
    _run([new / "bin/python", "-c", "import ipykernel.kernelapp"], "import ipykernel in it")
    if any(new.glob("lib/python3*/site-packages/matplotlib")):
        fonts = {"MPLCONFIGDIR": str(new / FONTS)}
        (new / FONTS).mkdir(parents=True)
        _run([new / "bin/python", "-c", "import matplotlib.font_manager"], "list fonts for matplotlib", fonts)
    _open_to_all(new)


def _settle(new: Path) -> None:
    """Make it fit for its place in sandboxes."""
    for script in (new / "bin").iterdir():
        if script.name.lower().startswith("activate"):
            script.unlink()
        elif not script.is_symlink():
            _, separator, rest = script.read_bytes().partition(b"\n")
            script.write_bytes(f"#!{ENVIRONMENT}/bin/python".encode() + separator + rest)
    config = new / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = true"))
    for packages in new.glob("lib/python3*/site-packages"):
        (packages / "_user_site_first.py").write_text(_USER_SITE_FIRST)
        (packages / "_user_site_first.pth").write_text("import _user_site_first\n")


def _open_to_all(directory: Path) -> None:
    for place, _, files in os.walk(directory):
        Path(place).chmod(0o755)
        for path in (Path(place, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _run(command: Sequence[str | Path], what: str, environment: Mapping[str, str] | None = None) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(command, env={**kept, **(environment or {})}, capture_output=True, text=True, check=False)
    if ended.returncode:
        lines = (ended.stderr or ended.stdout).strip().splitlines()[-_LINES:]
        raise EnvironmentFailed("\n  ".join([f"could not {what} (exit status {ended.returncode})", *lines]))
