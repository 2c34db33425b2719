"""A process that has imported ipykernel and forks kernels when asked, each ready in a tenth of a second.

Standard input is a socket of the agent's, a JSON object a packet:

    → {"id", "arguments", "directory", "environment"}: fork a kernel; ← {"id", "pid"} with its pidfd, or {"id", "again"}
    ← {"ended": pid, "status": exit status, or minus a signal's number}

While nobody asks, it imports what first cells are likely to. What it has imported may become outdated (`pip install`):
then it starts itself anew, keeping its children, and wants the request `again`. It has one thread and no event loop:
both would not survive the fork.
"""

import sys

if __name__ == "__main__":
    sys.path.pop(0)  # this directory, which the kernels' imports must not find

import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import time
from typing import Any, NamedTuple, NoReturn

LATE = (
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "tornado.queues",
    "psutil",
    "sqlite3",
    "traitlets.config.argcomplete_config",
    "argcomplete.completers",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
)
"""What ipykernel imports in every kernel, but only when it starts: most of that time, and memory of each."""
LIBRARIES = (
    "numpy",
    "matplotlib",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "PIL.PngImagePlugin",
    "pandas",
    "jedi",
)
"""What else is imported unless the agent's environment has a list in `CARREL_IMPORTS`, with spaces between."""
_BARE = "bare"
_PACKET = 1 << 20


class Request(NamedTuple):
    """A kernel that is wanted."""

    arguments: list[str]
    directory: str
    environment: dict[str, str]


class Server:
    """Forks on request; `children` are kernels that an earlier program in this process has forked."""

    def __init__(self, control: socket.socket, libraries: list[str], children: list[int]) -> None:
        self._control = control
        self._libraries = libraries
        self._stamp = _stamp()
        self._children: dict[int, int] = {}
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        for pid in children:
            self._watch(pid, os.pidfd_open(pid))

    def serve(self) -> Request:
        """Serve until the agent is gone; returns in each forked child, with its request."""
        while True:
            for file, _ in self._poll.poll(0 if self._libraries else None):
                if file != self._control.fileno():
                    self._reap(file)
                elif (request := self._answer()) is not None:
                    return request
            if self._libraries:
                self._import(self._libraries.pop(0))

    def _answer(self) -> Request | None:
        packet = self._control.recv(_PACKET)
        if not packet:
            os._exit(0)
        message: dict[str, Any] = json.loads(packet)
        if self._stamp != _stamp():
            self._send({"id": message["id"], "again": True})
            self._start_anew()
        pid = os.fork()
        if pid == 0:
            self._forget()
            return Request(message["arguments"], message["directory"], message["environment"])
        file = os.pidfd_open(pid)
        self._watch(pid, file)
        socket.send_fds(self._control, [json.dumps({"id": message["id"], "pid": pid}).encode()], [file])
        return None

    def _watch(self, pid: int, file: int) -> None:
        self._children[file] = pid
        self._poll.register(file, select.POLLIN)

    def _reap(self, file: int) -> None:
        pid = self._children.pop(file)
        self._poll.unregister(file)
        os.close(file)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._send({"ended": pid, "status": status})

    def _send(self, message: dict[str, Any]) -> None:
        self._control.send(json.dumps(message).encode())

    def _import(self, name: str) -> None:
        try:
            importlib.import_module(name)
        except ImportError:
            return
        except Exception:  # noqa: BLE001 -- a package that breaks when imported must break in the kernel, where somebody sees it
            self._start_anew(_BARE)
        gc.freeze()

    def _start_anew(self, *arguments: str) -> NoReturn:
        program = os.path.abspath(__file__)
        os.execv(sys.executable, [sys.executable, program, *arguments, *map(str, self._children.values())])  # noqa: S606

    def _forget(self) -> None:
        """Let go, in a child, of what is the server's."""
        for file in self._children:
            os.close(file)
        self._control.detach()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.close(nothing)


def _stamp() -> list[tuple[int, int] | None]:
    """Changes when what has been imported may be outdated."""
    import site

    places = [site.getusersitepackages(), "~/.config/matplotlib/matplotlibrc"]
    return [_stamp_of(os.path.expanduser(place)) for place in places]


def _stamp_of(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _bring_fonts() -> None:
    """Put the environment's list of fonts where matplotlib looks for one; making it takes seconds."""
    import shutil

    ours = os.path.join(sys.prefix, "share/carrel/matplotlib")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    theirs = os.environ.get("MPLCONFIGDIR") or os.path.join(cache, "matplotlib")
    try:
        os.makedirs(theirs, exist_ok=True)
        for name in os.listdir(ours):
            target = os.path.join(theirs, name)
            if name.startswith("fontlist") and not os.path.exists(target):
                shutil.copyfile(os.path.join(ours, name), f"{target}.{os.getpid()}")
                os.replace(f"{target}.{os.getpid()}", target)
    except OSError:
        return


def become_kernel(request: Request) -> None:
    """Turn this child into a process like any other, then into a kernel; ends with it."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.chdir(request.directory)
    random = sys.modules.get("numpy.random")
    if random is not None:
        random.seed()  # `random` does so by itself
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [launcher.origin if launcher and launcher.origin else "ipykernel_launcher", *request.arguments]
    sys.path.insert(0, "")
    kernel_app.run(request.arguments)


def main(arguments: list[str]) -> None:
    """Serve; `arguments` are those of `_start_anew`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as ipykernel does
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # a warning of the debugger's is no last word of a kernel
    _bring_fonts()
    gc.collect()
    gc.freeze()
    children = [int(pid) for pid in arguments if pid != _BARE]
    listed = os.environ.get("CARREL_IMPORTS")
    libraries = [] if _BARE in arguments else [*LATE, *(LIBRARIES if listed is None else listed.split())]
    become_kernel(Server(socket.socket(fileno=0), libraries, children).serve())


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    kernel_app = importlib.import_module("kernel_app")
    sys.path.pop(0)
    main(sys.argv[1:])
