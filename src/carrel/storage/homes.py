"""Homes of projects: where they are, and which Unix user owns them.

`<data>/homes/<aa>/<project_id>/` is the home and `<data>/documents/<project_id>/` holds the logs of its documents: the
only places that the project itself can write. What the hub keeps about a project is in `<data>/state/<project_id>/`.
All parents of a home belong to the hub and are closed to listing (0711), so the path to a home is safe to use as it is.
What lies *in* a home is its project's: only `kit.safe_paths` goes there, as its user.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from carrel.domain.ids import ProjectId, is_uuid
from carrel.kit.unix_users import UnixUser, acting_as, current_user
from carrel.storage.settings import DataSettings

MOUNTS = "/projects"
CONTROL_DIRECTORY = ".carrel"
CONTROL_DIRECTORIES = frozenset({CONTROL_DIRECTORY, ".snapshots"})
_PARENT_MODE = 0o711
_HOME_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Home:
    """A project's home directory on this host and the user that all work in it is done as."""

    path: Path
    user: UnixUser
    project_id: ProjectId

    @property
    def mount(self) -> str:
        """The absolute path at which the project itself sees its home."""
        return f"{MOUNTS}/{self.project_id}"


@dataclass(frozen=True, slots=True)
class Homes:
    """Finds and makes homes; blocking, but no more than a few system calls."""

    settings: DataSettings

    def user_of(self, number: int) -> UnixUser:
        """The Unix user of project `number`: its own if the hub is root, else the hub's."""
        if os.geteuid() != 0:
            return current_user()
        if not 0 < number < 100_000_000:
            raise ValueError(f"project numbers are positive and below a hundred million, not {number}")
        uid = self.settings.uid_base + number
        return UnixUser(uid, uid)

    @property
    def copier(self) -> UnixUser:
        """The user that sandboxes of copies are started as; it owns nothing."""
        uid = self.settings.uid_base - 1
        return UnixUser(uid, uid) if os.geteuid() == 0 else current_user()

    def home(self, project_id: ProjectId, number: int) -> Home:
        """The home of a project, whether it is there already or not."""
        if not is_uuid(project_id):
            raise ValueError("a project id is a lower-case uuid")
        return Home(self._dir / "homes" / project_id[:2] / project_id, self.user_of(number), project_id)

    def state_dir(self, project_id: ProjectId) -> Path:
        """What the hub keeps about a project, out of its reach."""
        if not is_uuid(project_id):
            raise ValueError("a project id is a lower-case uuid")
        return self._dir / "state" / project_id

    def documents_dir(self, project_id: ProjectId) -> Path:
        """Where a project's agent keeps the logs of documents."""
        if not is_uuid(project_id):
            raise ValueError("a project id is a lower-case uuid")
        return self._dir / "documents" / project_id

    def ensure(self, project_id: ProjectId, number: int) -> Home:
        """The home and the other directories of a project, made if missing; cheap if they are there."""
        home = self.home(project_id, number)
        state = self.state_dir(project_id)
        theirs = (home.path, self.documents_dir(project_id))
        if not (state.is_dir() and all(_is_ready(path, home.user) for path in theirs)):
            self._make_parents(state.parent)
            state.mkdir(exist_ok=True, mode=0o700)
            for path in theirs:
                self._make_parents(path.parent)
                _make_theirs(path, home.user)
        return home

    @property
    def _dir(self) -> Path:
        return self.settings.dir.absolute()

    def _make_parents(self, path: Path) -> None:
        """Make `path` and what lies between it and the data directory; an existing directory keeps its mode."""
        self._dir.parent.mkdir(parents=True, exist_ok=True)
        for directory in reversed([path, *path.parents]):
            if directory.is_relative_to(self._dir):
                _make_directory(directory, _PARENT_MODE)


def close_to_others(home: Home) -> None:
    """Give the home the mode it was made with; copies take over modes, also that of a directory merged into a home."""
    with acting_as(home.user):
        fd = os.open(home.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fchmod(fd, _HOME_MODE)
        finally:
            os.close(fd)


def _make_directory(path: Path, mode: int) -> None:
    try:
        path.mkdir()
    except FileExistsError:
        return
    path.chmod(mode)  # whatever the umask is


def _is_ready(path: Path, user: UnixUser) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and (found.st_uid, found.st_gid) == (user.uid, user.gid)


def _make_theirs(path: Path, user: UnixUser) -> None:
    """Made under its own name and then handed over: a crash in between is mended by the next `ensure`."""
    path.mkdir(exist_ok=True, mode=_HOME_MODE)
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if user.is_other:
            os.fchown(fd, user.uid, user.gid)
        os.fchmod(fd, _HOME_MODE)
    finally:
        os.close(fd)
