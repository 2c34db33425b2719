"""Ends what a run of tests has started and not ended, also when the run itself was killed.

Agents and kernels that run without a sandbox outlive their parents, as they should. Those of tests carry a mark of
their run; a process that notices the end of the run, however it comes, kills all that have it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from support.processes import marked

NAME = "TESTS_OF_CARREL"
MARK = f"{NAME}={os.urandom(8).hex()}"
"""For the environment, or the command line of what hides its environment."""


def marks() -> dict[str, str]:
    """The mark as a variable."""
    name, _, value = MARK.partition("=")
    return {name: value}


@contextmanager
def ended_with_this_run() -> Iterator[None]:
    """When the block ends, or this process does, nothing is left that carries the mark."""
    command = [sys.executable, __file__]
    place = os.path.dirname(os.path.dirname(__file__))
    environment = {"PYTHONPATH": place, "PATH": os.defpath}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True) as keeper:
        assert keeper.stdin is not None
        keeper.stdin.write(f"{MARK}\n".encode())
        keeper.stdin.flush()
        yield
        keeper.stdin.close()


def main() -> None:
    """Wait for the end of the input, whose first line is the mark, then kill."""
    mark, *_ = sys.stdin.read().split()
    while found := marked(mark):
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
