"""The agent's start: make the process safe from its tenant, then serve hubs on the inherited socket."""

# isort: off
import carrel.agent.no_tls  # noqa: F401 # before anything that would import OpenSSL

# isort: on
import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence

from carrel.agent.activity import Activity
from carrel.agent.commands import Commands
from carrel.agent.connection import Connection
from carrel.agent.documents.requests import Documents
from carrel.agent.evaluations.requests import Evaluations
from carrel.agent.jobs import Jobs
from carrel.agent.kernels.sessions import Kernels
from carrel.agent.notebooks.extension import running_notebooks
from carrel.agent.spawn import Launcher
from carrel.agent.terminals.requests import Terminals

_PR_SET_DUMPABLE = 4
_MOST_HUBS = 16


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until killed; `argv` is `["--listen-fd", "<number>"]`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if len(arguments) != 2 or arguments[0] != "--listen-fd" or not arguments[1].isdigit():
        sys.exit("usage: <agent directory> --listen-fd N")
    file = int(arguments[1])
    os.closerange(3, file)
    os.closerange(max(3, file + 1), os.sysconf("SC_OPEN_MAX"))
    launcher = Launcher(dict(os.environ), _open_oom_score())
    harden()
    os.chdir("/")
    asyncio.run(serve(socket.socket(fileno=file), launcher))


def _open_oom_score() -> int:
    try:
        return os.open("/proc/self/oom_score_adj", os.O_RDWR)
    except OSError:  # a /proc that may not be written: commands and agent are then equals
        return os.open(os.devnull, os.O_RDWR)


def harden() -> None:
    """Close the ways by which a process of the same user could get at this one (ptrace, /proc/<pid>/fd and mem).

    Comes before the first command, so before there is such a process.
    """
    import _ctypes  # the `ctypes` package would cost half a megabyte

    this_process = _ctypes.dlopen(None, 0)  # type: ignore[arg-type] # NULL as in dlopen(3); typeshed knows names only
    prctl = _ctypes.dlsym(this_process, "prctl")
    if _ctypes.call_function(prctl, (_PR_SET_DUMPABLE, 0, 0, 0, 0)) != 0:
        sys.exit("the agent could not make itself undumpable")
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)  # see spawn.py
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def serve(listener: socket.socket, launcher: Launcher) -> None:
    """Accept hubs; whatever they ask for runs in one group of tasks."""
    loop = asyncio.get_running_loop()
    listener.set_inheritable(False)
    listener.setblocking(False)
    open_ones: set[Connection] = set()
    async with asyncio.TaskGroup() as tasks:
        kernels, jobs = Kernels(launcher, tasks), Jobs(launcher, tasks)
        documents = Documents(launcher.home, tasks, [running_notebooks(kernels)])
        terminals = Terminals(launcher, tasks, lambda: activity.note())
        activity = Activity([kernels.is_busy, jobs.is_busy, terminals.is_busy], documents.save)
        parts = (Commands(launcher, tasks), jobs, documents, terminals, Evaluations(kernels, launcher.home, tasks))
        handlers = {**activity.handlers()}
        for part in parts:
            handlers |= activity.counting(part.handlers())
        while True:
            try:
                hub, _ = await loop.sock_accept(listener)
            except OSError:  # out of descriptors: a command that ends gives some back
                await asyncio.sleep(0.1)
                continue
            if len(open_ones) >= _MOST_HUBS:
                hub.close()
                continue
            await loop.connect_accepted_socket(lambda: Connection(handlers, tasks, open_ones), hub)
