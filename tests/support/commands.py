"""Commands of the command line, each in a process of its own."""

import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from carrel.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    arguments: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str


def run(environment: Mapping[str, str], *arguments: str) -> Done:
    """`carrel <arguments>` with these variables; forked from this process, which has the slow imports behind it."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        pid = os.fork()
        if pid == 0:
            _become(environment, arguments, out.fileno(), err.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for file in (out, err):
            file.seek(0)
        return Done(arguments, code, out.read(), err.read())


def _become(environment: Mapping[str, str], arguments: Sequence[str], out: int, err: int) -> NoReturn:
    code: Any = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        for name in [name for name in os.environ if name.startswith("CARREL_")]:
            del os.environ[name]
        os.environ.update(environment)
        main(list(arguments), prog_name="carrel")
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - as Python itself would end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
