"""Files of a project, opened once and read piece by piece, so that their size does not matter."""

import os
from dataclasses import dataclass

from anyio import to_thread

from carrel.kit import safe_paths
from carrel.storage.files import open_home
from carrel.storage.homes import Home
from carrel.storage.names import inner_path


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A descriptor and what the file was when it was opened; whoever holds it closes it."""

    fd: int
    size_bytes: int
    mtime_ns: int

    async def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer at the end, or where the file has become shorter."""
        return await to_thread.run_sync(os.pread, self.fd, size, offset)

    def close(self) -> None:
        os.close(self.fd)


async def open_file(home: Home, path: str) -> OpenFile:
    """Raises what `ProjectFiles` raises for paths that cannot be read."""
    return await to_thread.run_sync(_open, home, path)


def _open(home: Home, path: str) -> OpenFile:
    with open_home(home, path) as root, safe_paths.open_for_reading(root, inner_path(root, path)) as fd:
        found = os.fstat(fd)
        return OpenFile(os.dup(fd), found.st_size, found.st_mtime_ns)
