"""One project's sandbox on this machine: starting it, ending it, clearing up after it.

Everything here blocks and runs in a worker thread with the project's lock held for all of it, so two hubs on one data
directory never start a project twice. A hub may die at any line: what it leaves is found by the record, and by the
name of the control group.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from carrel.domain.ids import ProjectId
from carrel.domain.projects import StartFailed
from carrel.kit import bubblewrap
from carrel.kit.cgroups import Group, GroupLimits, Hierarchy
from carrel.kit.processes import Confinement, Process, RootRefused, Streams, find_children, find_process
from carrel.kit.seccomp import UnknownArchitecture
from carrel.runners.base import Network, SandboxSpec
from carrel.runners.bubblewrap.command import Interior
from carrel.runners.bubblewrap.farewell import Farewell
from carrel.runners.bubblewrap.places import Places, short_name
from carrel.runners.bubblewrap.records import SandboxRecord, boot_id, find_record, locked, remove_record, save_record
from carrel.runners.bubblewrap.runtime import first_closed_directory
from carrel.runners.bubblewrap.wires import Wires, open_wires
from carrel.runners.environment import find_environment
from carrel.runners.settings import RunnerSettings

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_LOG, _STATUS = "agent.log", "status.json"
_LINE_LIMIT = 300
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Started:
    """A running sandbox; `child` only if this process has started it just now."""

    record: SandboxRecord
    first: Process
    child: subprocess.Popen[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts and ends sandboxes, one call at a time for each project."""

    settings: RunnerSettings
    places: Places
    hierarchies: tuple[Hierarchy, ...]
    python: Path

    def start(self, spec: SandboxSpec, runtime: Path) -> Started:
        """Start, or find running. Raises `StartFailed`."""
        address = self.places.socket(spec.project_id)
        if not spec.home.is_dir():
            raise StartFailed(spec.project_id, "its home directory is missing")
        state = self.places.state(spec.project_id)
        with locked(state):
            if (running := self._find(state)) is not None:
                return running
            self._clear(spec.project_id, find_record(state))
            remove_record(state)
            try:
                return self._start(spec, runtime, state, address)
            except BaseException as error:
                self._clear(spec.project_id, find_record(state))
                remove_record(state)
                if isinstance(error, OSError | RootRefused | ValueError | UnknownArchitecture):
                    raise StartFailed(spec.project_id, str(error)) from error
                raise

    def find(self, project_id: ProjectId) -> Started | None:
        """The project's running sandbox; clears up after one that has ended, unless somebody is at it."""
        state = self.places.state(project_id)
        running = self._find(state)
        if running is not None:
            self._bound_log(state)
            return running
        with contextlib.suppress(BlockingIOError), locked(state, wait=False):
            running = self._find(state)
            if running is None:
                self._settle(project_id, state)
        return running

    def stop(self, project_id: ProjectId) -> None:
        """Kill every process and return when none is left. Raises `TimeoutError` if the kernel does not manage to."""
        state = self.places.state(project_id)
        if not state.is_dir():
            return
        with locked(state):
            record = find_record(state)
            if not self._clear(project_id, record):
                raise TimeoutError(f"processes of project {project_id} do not end, though killed")
            remove_record(state)

    def farewell(self, project_id: ProjectId) -> Farewell | None:
        """How to ask its processes to end; `None` if it does not run."""
        running = self._find(self.places.state(project_id))
        return Farewell.to(running.first) if running is not None else None

    def settle(self, record: SandboxRecord) -> str:
        """Clear up after the sandbox of `record`, which has ended by itself; returns why."""
        state = self.places.state(record.project_id)
        with locked(state):
            return self._settle(record.project_id, state, record)

    # All below: with the lock held.

    def _find(self, state: Path) -> Started | None:
        record = find_record(state)
        if record is None or (first := record.first) is None:
            return None
        return Started(record, first)

    def _settle(self, project_id: ProjectId, state: Path, expected: SandboxRecord | None = None) -> str:
        record = find_record(state)
        if record is None:
            shutil.rmtree(self.places.socket(project_id).parent, ignore_errors=True)
            return "stopped"
        if expected is not None and record.monitor != expected.monitor:
            return "ended, and was started again"
        if record.ended is not None:
            return record.ended
        reason = self._reason(record, state)
        self._clear(project_id, record)
        save_record(state, msgspec.structs.replace(record, ended=reason))
        return reason

    def _reason(self, record: SandboxRecord, state: Path) -> str:
        if record.boot_id != boot_id():
            return "the machine was restarted"
        record.monitor.wait(self.settings.stop_timeout_seconds)  # it writes the exit status after process 1 has ended
        status = _exit_status(state / _STATUS)
        if status in (None, 128 + signal.SIGKILL) and (reason := _out_of_memory(record)):
            return reason
        if status is None:
            return "killed from outside"
        if status > 128:
            return f"killed by signal {status - 128} ({_signal_name(status - 128)})"
        line = last_line(state / _LOG)
        return f"the agent ended with exit status {status}" + (f": {line}" if line else "")

    def _clear(self, project_id: ProjectId, record: SandboxRecord | None) -> bool:
        """Kill what is left, remove groups and socket; whether all processes are gone."""
        # Without a record there may still be a group, of a hub that died before it wrote one.
        groups = tuple(hierarchy.parent / _group_name(project_id) for hierarchy in self.hierarchies)
        group = Group(tuple(path for path in groups if path.is_dir()))
        victims = []
        if record is not None and record.boot_id == boot_id():
            group = Group(tuple(dict.fromkeys([*group.paths, *record.group.paths])))
            victims = [process for process in (record.first, record.monitor) if process is not None]
        with contextlib.suppress(OSError):
            group.kill()
        for process in victims:
            process.kill()
        ended = all([process.wait(self.settings.stop_timeout_seconds) for process in victims])
        removed = group.remove()
        shutil.rmtree(self.places.socket(project_id).parent, ignore_errors=True)
        return ended and (removed or not group.pids())

    def _bound_log(self, state: Path) -> None:
        log = state / _LOG
        if log.exists() and log.stat().st_size > self.settings.agent_log_kb * 1024:
            os.truncate(log, 0)

    def _start(self, spec: SandboxSpec, runtime: Path, state: Path, address: Path) -> Started:
        group = Group.make(self.hierarchies, _group_name(spec.project_id), _group_limits(spec))
        proxy_directory = self.places.proxy(spec.project_id)
        if spec.network is Network.PROXY:
            _make_proxy_directory(proxy_directory, spec)
        environment = self._environment(spec)
        interior = Interior(spec, runtime, environment, self.python, proxy_directory, limits_inside=not self._bounded())
        with open_wires(address, state / _LOG, state / _STATUS) as wires:
            child = self._spawn(interior, group, wires)
            try:
                record = self._record(interior, address, group, child.pid)
                save_record(state, record)
                wires.let_go()
                wires.close_theirs()
                ready = wires.wait_ready(self.settings.start_timeout_seconds)
                first = record.first if ready else None
                if first is None:
                    _kill(child)
                    status = f"bubblewrap ended with exit status {child.returncode}"
                    reason = _out_of_memory(record) or last_line(state / _LOG) or status
                    raise StartFailed(spec.project_id, reason)
            except BaseException:
                _kill(child)
                raise
        record = msgspec.structs.replace(record, pid=first.pid, start_ticks=first.start_ticks)
        save_record(state, record)
        return Started(record, first, child)

    def _spawn(self, interior: Interior, group: Group, wires: Wires) -> subprocess.Popen[bytes]:
        arguments = interior.arguments(self.settings)
        arguments.add("--json-status-fd", str(wires.status.fileno()))
        spec = interior.spec
        return bubblewrap.spawn(
            arguments,
            interior.command(listen=wires.listener.fileno(), ready=wires.ready_theirs.fileno()),
            Confinement(spec.user, group.paths, self.settings.open_files, spec.resources.file_bytes),
            bwrap=self.settings.bwrap,
            pass_fds=[wires.listener.fileno(), wires.ready_theirs.fileno(), wires.status.fileno()],
            streams=Streams(wires.go_theirs, wires.log, wires.log),
            gated=True,
        )

    def _record(self, interior: Interior, address: Path, group: Group, monitor_pid: int) -> SandboxRecord:
        monitor = find_process(monitor_pid)
        if monitor is None:
            raise StartFailed(interior.spec.project_id, "it could not be spawned")
        return SandboxRecord(
            project_id=interior.spec.project_id,
            boot_id=boot_id(),
            monitor_pid=monitor.pid,
            monitor_start_ticks=monitor.start_ticks,
            address=str(address),
            started_at=datetime.now(UTC),
            runtime=interior.runtime.name,
            cgroups=tuple(str(path) for path in group.paths),
            oom_kills_before=group.oom_kills(),
            memory_bytes=interior.spec.resources.memory_bytes,
            network=interior.spec.network,
        )

    def _environment(self, spec: SandboxSpec) -> Path | None:
        """The Python environment, if there is one that the project's user can reach."""
        place = find_environment(self.settings.environment, self.places.data_dir)
        closed = first_closed_directory(place, spec.user) if place is not None else None
        if closed is not None:
            log.warning("environment_out_of_reach", project_id=spec.project_id, closed=str(closed))
        return place if closed is None else None

    def _bounded(self) -> bool:
        controllers = {name for hierarchy in self.hierarchies for name in hierarchy.controllers}
        return controllers >= {"memory", "pids"}


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill bubblewrap, and first what it has started: without a control group nothing else would lead there."""
    for process in find_children(child.pid):
        process.kill()
    child.kill()
    child.wait()


def _out_of_memory(record: SandboxRecord) -> str | None:
    if record.group.oom_kills() > record.oom_kills_before:
        return f"out of memory (limit {record.memory_bytes // _MB} MB)"
    return None


def _group_name(project_id: ProjectId) -> str:
    return f"carrel-{short_name(project_id)}"


def _group_limits(spec: SandboxSpec) -> GroupLimits:
    resources = spec.resources
    return GroupLimits(
        resources.memory_bytes,
        resources.processes,
        resources.cores,
        resources.memory_request_bytes,
        resources.cpu_shares,
    )


def _make_proxy_directory(path: Path, spec: SandboxSpec) -> None:
    """Ours to change, and of the projects' users only this one's to enter."""
    path.mkdir(mode=0o750, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, 0, spec.user.gid)
    path.chmod(0o750)


def _exit_status(path: Path) -> int | None:
    """The command's exit status as bubblewrap wrote it; `None` if bubblewrap was killed before it could."""
    try:
        documents = path.read_text().splitlines()
        return next((msgspec.json.decode(text, type=_Ended).code for text in documents if "exit-code" in text), None)
    except (OSError, ValueError, msgspec.DecodeError):
        return None


class _Ended(msgspec.Struct):
    code: int = msgspec.field(name="exit-code")


def last_line(log: Path) -> str:
    """The last line of what an agent or bubblewrap wrote, shortened and without control characters."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            text = file.read(4096).decode(errors="replace")
    except OSError:
        return ""
    lines = [line for line in text.splitlines() if line.strip()]
    return "".join(c for c in lines[-1] if c.isprintable())[:_LINE_LIMIT] if lines else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
