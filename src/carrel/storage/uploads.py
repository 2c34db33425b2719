"""Files that arrive in pieces: each is in `.carrel/uploads` until it is whole, and its length says how far it is.

So nothing need be remembered but what is in the home: after a cut, or a new hub, one goes on where the file ends.
"""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from carrel.domain.files import FileExists, FileMissing, FileRefused, IsDirectory
from carrel.domain.uploads import OnConflict, Upload, UploadBusy, UploadOffsetWrong
from carrel.kit import safe_paths, safe_trees, safe_writes
from carrel.kit.safe_paths import InnerPath, Place, Root
from carrel.storage.changes import move_to_free, own_directory, place_of_item
from carrel.storage.files import as_domain_error, demand_room, open_home
from carrel.storage.homes import CONTROL_DIRECTORY, Home
from carrel.storage.names import text_of
from carrel.storage.settings import DataSettings

_UPLOADS = (CONTROL_DIRECTORY, "uploads")
_ABANDONED_SECONDS = 24 * 3600
_LOOKED_AT = 10_000
_MODE = 0o644


@dataclass
class Receiver:
    """An upload, open and locked, at its end; whoever holds it closes it."""

    home: Home
    upload: Upload
    fd: int
    offset: int

    def write(self, pieces: Sequence[bytes]) -> None:
        """Add to the end. Raises `DiskFull`, `FileRefused`."""
        rest = [memoryview(piece) for piece in pieces]
        try:
            while rest:
                written = os.pwritev(self.fd, rest[:1000], self.offset)
                os.posix_fadvise(self.fd, self.offset, written, os.POSIX_FADV_DONTNEED)  # to disk, early
                self.offset += written
                while rest and written >= len(rest[0]):
                    written -= len(rest.pop(0))
                if written:
                    rest[0] = rest[0][written:]
        except OSError as error:
            raise as_domain_error(error, self.upload.path) from error

    def finish(self) -> str:
        """Give the whole file its name; the path that it has then. Raises `FileExists`, `IsDirectory`."""
        path = self.upload.path
        with open_home(self.home, path) as root, own_directory(root, _UPLOADS) as uploads:
            os.fsync(self.fd)
            with place_of_item(root, path, makes_parents=True) as target:
                name = _put(_in(uploads, self.upload.id), target, self.fd, self.upload.on_conflict)
                safe_writes.sync_directory(target.dir_fd)
                return text_of((*target.real[:-1], name))

    def close(self) -> None:
        os.close(self.fd)


def _put(source: Place, target: Place, fd: int, on_conflict: OnConflict) -> str:
    found, mode = target.lstat(), _MODE
    if on_conflict is not OnConflict.REPLACE or found is None:
        os.fchmod(fd, mode)
        if on_conflict is OnConflict.KEEP:
            return move_to_free(source, target)
        safe_trees.move(source, target)
        return target.name
    if stat.S_ISDIR(found.st_mode):
        raise IsDirectory
    os.fchmod(fd, stat.S_IMODE(found.st_mode) & 0o777 if stat.S_ISREG(found.st_mode) else mode)
    os.rename(source.name, target.name, src_dir_fd=source.dir_fd, dst_dir_fd=target.dir_fd)
    return target.name


def receive(home: Home, upload: Upload, offset: int, settings: DataSettings) -> Receiver:
    """Open an upload to add to it from `offset`.

    Raises `UploadBusy`, `UploadOffsetWrong`, `DiskFull`, and `FileExists` where nothing good can come of it.
    """
    with open_home(home, upload.path) as root, own_directory(root, _UPLOADS) as uploads:
        demand_room(root, upload.size_bytes - offset, settings)
        if offset == 0:
            _remove_abandoned(root)
            if upload.on_conflict is OnConflict.REFUSE:
                with place_of_item(root, upload.path, makes_parents=True) as target:
                    if target.lstat() is not None:
                        raise FileExists(upload.path)
        fd = _open(_in(uploads, upload.id))
        try:
            size_bytes = _locked_size(fd)
            if size_bytes != offset:
                raise UploadOffsetWrong(size_bytes)
        except BaseException:
            os.close(fd)
            raise
        return Receiver(home, upload, fd, offset)


def _open(place: Place) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(place.name, flags, 0o600, dir_fd=place.dir_fd)


def _locked_size(fd: int) -> int:
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise FileRefused("an upload must be a file of its own")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno != errno.EWOULDBLOCK:
            raise
        raise UploadBusy from error
    return os.fstat(fd).st_size


def offset_of(home: Home, upload_id: str) -> int:
    """How much of an upload is there."""
    with suppress(FileMissing), open_home(home, CONTROL_DIRECTORY) as root:
        path = InnerPath((*_UPLOADS, upload_id), wants_directory=False)
        with safe_paths.walk(root, path, follows_last=False) as place:
            found = place.lstat()
            return found.st_size if found is not None and stat.S_ISREG(found.st_mode) else 0
    return 0


def exists(home: Home, path: str) -> bool:
    """Whether something has that path."""
    try:
        with open_home(home, path) as root, place_of_item(root, path) as place:
            return place.lstat() is not None
    except FileMissing:
        return False


def cancel(home: Home, upload_id: str) -> None:
    """Forget what has arrived of an upload."""
    with suppress(FileMissing), open_home(home, CONTROL_DIRECTORY) as root:
        path = InnerPath((*_UPLOADS, upload_id), wants_directory=False)
        with safe_paths.walk(root, path, follows_last=False) as place:
            safe_trees.remove_tree(place)


def _remove_abandoned(root: Root) -> None:
    long_ago = time.time_ns() - _ABANDONED_SECONDS * 1_000_000_000
    for found in safe_trees.list_level(root, _UPLOADS, limit=_LOOKED_AT):
        if found.mtime_ns < long_ago:
            path = InnerPath(found.way, wants_directory=False)
            with suppress(OSError), safe_paths.walk(root, path, follows_last=False) as place:
                safe_trees.remove_tree(place)


def _in(directory: Place, name: str) -> Place:
    return Place(directory.dir_fd, name, (*directory.real, name))
