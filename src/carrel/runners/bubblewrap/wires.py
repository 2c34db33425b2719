"""The descriptors of one start: two pipes to keep in step with the new sandbox, its log, its status and its socket."""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from carrel.kit.processes import GO

_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Wires:
    """Ours are `go`, which releases the gated command, and `ready`, on which the agent's program says that it runs."""

    go: IO[bytes]
    ready: IO[bytes]
    go_theirs: IO[bytes]
    ready_theirs: IO[bytes]
    log: IO[bytes]
    status: IO[bytes]
    listener: socket.socket

    def let_go(self) -> None:
        """Let the gated command begin."""
        self.go.write(GO)

    def close_theirs(self) -> None:
        """Drop our copies, so that the other ends of the pipes notice when the sandbox's copies are gone."""
        for file in (self.go_theirs, self.ready_theirs, self.log, self.status, self.listener):
            file.close()

    def wait_ready(self, timeout_seconds: float) -> bool:
        """Whether the agent's program has begun; not if the sandbox ended before. Raises `TimeoutError`."""
        poll = select.poll()
        poll.register(self.ready, select.POLLIN)
        if not poll.poll(timeout_seconds * 1000):
            raise TimeoutError(f"its agent did not begin within {timeout_seconds:g} s")
        return self.ready.read(1) == b"r"


@contextmanager
def open_wires(address: Path, log: Path, status: Path) -> Iterator[Wires]:
    """Open all of them, and close in the end what is still open. `log` and `status` begin empty."""
    with ExitStack() as stack:
        go_theirs, go = _pipe(stack)
        ready, ready_theirs = _pipe(stack)
        log_file, status_file = (
            stack.enter_context(os.fdopen(_empty_file(path), "wb", buffering=0)) for path in (log, status)
        )
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        _listen(listener, address)
        yield Wires(go, ready, go_theirs, ready_theirs, log_file, status_file, listener)


def _pipe(stack: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    reader, writer = os.pipe()
    return (
        stack.enter_context(os.fdopen(reader, "rb", buffering=0)),
        stack.enter_context(os.fdopen(writer, "wb", buffering=0)),
    )


def _empty_file(path: Path) -> int:
    # Appending, so that a log that is emptied while its writer lives begins at its beginning again.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, 0o600)


def _listen(listener: socket.socket, address: Path) -> None:
    address.parent.mkdir(mode=0o700, exist_ok=True)
    address.unlink(missing_ok=True)
    listener.bind(os.fsencode(address))
    listener.listen(_BACKLOG)
