"""Where the runner keeps things below the data directory.

`state/<project id>/` and `run/<short>/` are for the hub alone. `run/<short>/a` is the socket of the project's agent;
its path must fit into 107 bytes, hence the short names: the project's uuid in base 62, which can be read back.
`net/<short>/` holds the proxy's socket and is mounted into the sandbox. `runtime/` is mounted into all of them.
"""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from carrel.domain.ids import ProjectId, is_uuid
from carrel.domain.projects import StartFailed
from carrel.kit.secrets import BASE62, base62

_SHORT_LENGTH = 22
_SOCKET_PATH_LIMIT = 107


@dataclass(frozen=True, slots=True)
class Places:
    """The runner's paths below one data directory."""

    data_dir: Path

    def make(self) -> None:
        """Make the shared directories."""
        for name, mode in (("state", 0o700), ("run", 0o700), ("net", 0o711), ("runtime", 0o755)):
            path = self.data_dir / name
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)

    @property
    def runtimes(self) -> Path:
        return self.data_dir / "runtime"

    def state(self, project_id: ProjectId) -> Path:
        return self.data_dir / "state" / project_id

    def socket(self, project_id: ProjectId) -> Path:
        """The agent's socket. Raises `StartFailed` if no socket can have so long a path."""
        path = self.data_dir / "run" / short_name(project_id) / "a"
        if len(os.fsencode(path)) > _SOCKET_PATH_LIMIT:
            limit = _SOCKET_PATH_LIMIT - len(os.fsencode(path)) + len(os.fsencode(self.data_dir))
            raise StartFailed(
                project_id, f"the path of the data directory {self.data_dir} is longer than {limit} bytes"
            )
        return path

    def proxy(self, project_id: ProjectId) -> Path:
        """The directory of the project's proxy socket."""
        return self.data_dir / "net" / short_name(project_id)

    def projects_with_sockets(self) -> list[ProjectId]:
        """The projects that run, or have run until a hub or the machine ended."""
        names = [path.name for path in (self.data_dir / "run").iterdir()]
        return [project_id for name in names if (project_id := _project_of(name))]


def short_name(project_id: ProjectId) -> str:
    """The project's uuid in base 62, 22 characters."""
    if not is_uuid(project_id):
        raise ValueError(f"not a project id: {project_id!r}")
    return base62(uuid.UUID(project_id).int, _SHORT_LENGTH)


def _project_of(name: str) -> ProjectId | None:
    if len(name) != _SHORT_LENGTH or not set(name) <= set(BASE62):
        return None
    number = 0
    for character in name:
        number = number * len(BASE62) + BASE62.index(character)
    return ProjectId(str(uuid.UUID(int=number))) if number < 1 << 128 else None
