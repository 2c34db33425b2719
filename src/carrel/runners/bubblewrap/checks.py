"""What this runner needs of the machine, checked one by one, each with what to do about it (for `carrel doctor`)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from carrel.kit import bubblewrap, seccomp
from carrel.kit.bubblewrap import Arguments
from carrel.kit.cgroups import Hierarchy, find_hierarchies
from carrel.kit.processes import Confinement, Streams
from carrel.kit.unix_users import UnixUser, current_user
from carrel.runners.bubblewrap.runtime import NoRuntime, choose_python, first_closed_directory
from carrel.runners.environment import find_environment
from carrel.runners.settings import RunnerSettings

_SECONDS = 20
_NOBODY = UnixUser(65534, 65534)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `mend` says what to do if it is not `ok`, which need not keep sandboxes from running."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


CheckFunction = Callable[[RunnerSettings, Path], Check]


def check_bwrap(settings: RunnerSettings, _data_dir: Path) -> Check:
    """bubblewrap is installed."""
    path = shutil.which(settings.bwrap)
    if path is None:
        return Check("bubblewrap", False, f"no {settings.bwrap} on the PATH", "apt-get install bubblewrap")
    ended = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    return Check("bubblewrap", ended.returncode == 0, f"{path}: {ended.stdout.strip() or ended.stderr.strip()}")


def check_setpriv(_settings: RunnerSettings, _data_dir: Path) -> Check:
    """A hub that runs as root needs setpriv, one without control groups prlimit; both are in util-linux."""
    missing = [name for name in ("setpriv", "prlimit") if shutil.which(name) is None]
    detail = f"missing: {', '.join(missing)}" if missing else "present"
    return Check("setpriv and prlimit", not missing, detail, "apt-get install util-linux")


def check_user_namespaces(_settings: RunnerSettings, _data_dir: Path) -> Check:
    """The kernel allows user namespaces to ordinary users."""
    problems = []
    for name, forbidding in (("user/max_user_namespaces", "0"), ("kernel/unprivileged_userns_clone", "0")):
        path = Path("/proc/sys", name)
        if path.exists() and path.read_text().strip() == forbidding:
            problems.append(f"{path} is {forbidding}")
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.exists() and restricted.read_text().strip() == "1":
        problems.append(f"{restricted} is 1 (an AppArmor profile for bwrap is needed)")
    mend = "set these with sysctl, or install the distribution's AppArmor profile for bwrap"
    return Check("user namespaces", not problems, "; ".join(problems) or "allowed", mend)


def check_sandbox(settings: RunnerSettings, _data_dir: Path) -> Check:
    """A sandbox with everything that projects get can be started by an ordinary user."""
    name, mend = "a sandbox as an ordinary user", "see the finding on user namespaces, and the message of bwrap"
    user = _project_user()
    arguments = Arguments()
    arguments.namespaces()
    arguments.system()
    arguments.devices_and_proc()
    try:
        arguments.seccomp()
        arguments.seal()
        child = bubblewrap.spawn(
            arguments, ["true"], Confinement(user), bwrap=settings.bwrap, streams=Streams(stderr=subprocess.PIPE)
        )
    except (OSError, seccomp.UnknownArchitecture) as error:
        return Check(name, False, str(error), mend)
    with child:
        try:
            _, errors = child.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return Check(name, False, f"did not end within {_SECONDS} s", mend)
    detail = errors.decode(errors="replace").strip() or "works"
    return Check(name, child.returncode == 0, detail, mend)


def check_cgroups(settings: RunnerSettings, _data_dir: Path) -> Check:
    """Projects' memory, processes and processor time can be bounded by control groups."""
    mountinfo, membership = Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text()
    hierarchies = find_hierarchies(mountinfo, membership, parent=settings.cgroup_parent)
    usable = [hierarchy for hierarchy in hierarchies if _can_make_groups(hierarchy)]
    controllers = {name for hierarchy in usable for name in hierarchy.controllers}
    missing = sorted({"memory", "pids", "cpu"} - controllers)
    mend = "run the hub as root, or under systemd with Delegate=yes; without, each process is bounded, not the project"
    if missing:
        return Check("control groups", False, f"not writable or absent: {', '.join(missing)}", mend)
    versions = ", ".join(sorted({f"version {hierarchy.version}" for hierarchy in usable}))
    return Check("control groups", True, versions, mend)


def _can_make_groups(hierarchy: Hierarchy) -> bool:
    existing = next(path for path in (hierarchy.parent, *hierarchy.parent.parents) if path.exists())
    return os.access(existing, os.W_OK)


def check_python(settings: RunnerSettings, _data_dir: Path) -> Check:
    """There is an interpreter for the agent that sandboxes can see."""
    try:
        return Check("Python for the agent", True, str(choose_python(settings.python)))
    except NoRuntime as error:
        mend = "install the hub in an environment of the system's Python, or set runner.python to one under /usr"
        return Check("Python for the agent", False, str(error), mend)


def check_environment(settings: RunnerSettings, data_dir: Path) -> Check:
    """Notebooks can run: there is a Python environment for them, and the users of projects can get at it."""
    name, place = "Python environment of the projects", find_environment(settings.environment, data_dir)
    if place is None:
        wanted = (settings.environment or data_dir / "environment").absolute()
        detail = f"there is none at {wanted}, so no notebook can run"
        return Check(name, False, detail, f"carrel environment make {wanted} (and then restart projects that run)")
    if not any(place.glob(f"lib/python3.{sys.version_info.minor}/site-packages/ipykernel")):
        mend = "carrel environment make (for a list of packages of your own: with ipykernel in it)"
        return Check(name, False, f"{place} has no ipykernel for Python 3.{sys.version_info.minor}", mend)
    closed = first_closed_directory(place, _project_user())
    if closed is not None:
        return Check(name, False, f"projects cannot pass through {closed}", f"chmod o+x {closed}")
    return Check(name, True, str(place))


def check_data_dir(_settings: RunnerSettings, data_dir: Path) -> Check:
    """The users of projects can get at their homes."""
    existing = next(path for path in (data_dir.absolute(), *data_dir.absolute().parents) if path.exists())
    closed = first_closed_directory(existing, _project_user())
    if closed is None:
        return Check("data directory", True, f"{data_dir} can be reached")
    return Check("data directory", False, f"projects cannot pass through {closed}", f"chmod o+x {closed}")


def _project_user() -> UnixUser:
    return _NOBODY if os.geteuid() == 0 else current_user()


CHECKS: tuple[CheckFunction, ...] = (
    check_bwrap,
    check_setpriv,
    check_user_namespaces,
    check_sandbox,
    check_cgroups,
    check_python,
    check_environment,
    check_data_dir,
)
