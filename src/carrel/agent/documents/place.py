"""Which file a path means, where its log is, and what is in it; what cannot be opened is refused with its reason."""

import hashlib
import os
from contextlib import suppress

from msgspec import Struct

from carrel.agent.connection import Refused
from carrel.agent.documents import disk
from carrel.agent.documents.disk import NotAFile, Signature
from carrel.agent.documents.files import Unsupported
from carrel.protocol.documents import BAD_PATH, FORBIDDEN, NOT_A_FILE, NOT_FOUND, UNSUPPORTED

_UNSEEN = frozenset({"..", ".carrel", ".snapshots"})
"""Out of the home, and what is the hub's there: the trash above all."""


class Place(Struct, frozen=True):
    """Where files are, and where their logs are."""

    home: str
    logs: str

    def resolve(self, path: str) -> str:
        """The real path that a path relative to the home leads to; raises `Refused`."""
        home = os.path.realpath(self.home)
        if not path or "\0" in path:
            raise Refused(BAD_PATH, "The path is not valid.")
        real = os.path.realpath(os.path.join(home, path))
        if not real.startswith(home + "/"):
            raise Refused(BAD_PATH, "The path leads out of the project.")
        return real

    def shown(self, real: str) -> str | None:
        """The path, relative to the home, of a file that people see; None for all else."""
        inner = os.path.relpath(real, os.path.realpath(self.home))
        return None if inner.split("/")[0] in _UNSEEN else inner

    def log_of(self, real: str) -> str:
        """Where the log of a file is."""
        inner = os.path.relpath(real, os.path.realpath(self.home))
        return os.path.join(self.logs, hashlib.sha256(os.fsencode(inner)).hexdigest()[:32] + ".db")


def create_file(real: str, content: bytes) -> None:
    """A new file, unless there is one. Blocks."""
    with suppress(OSError, NotAFile):  # somebody else was faster, or `load_file` says why not
        if disk.signature(real) is None:
            disk.replace(real, content, None, "new")


def load_file(real: str) -> tuple[bytes, Signature]:
    """The file's bytes and the state that they are of; raises `Refused`. Blocks."""
    try:
        return disk.load(real)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused(NOT_FOUND, "There is no such file.") from error
    except (NotAFile, IsADirectoryError) as error:
        raise Refused(NOT_A_FILE, "This is not a regular file.") from error
    except Unsupported as error:
        raise Refused(UNSUPPORTED, str(error)) from error
    except OSError as error:
        raise Refused(FORBIDDEN, f"The file cannot be read: {error.strerror}.") from error
