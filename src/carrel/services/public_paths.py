"""Which files the whole world may read: an enabled public path, and everything below it."""

from dataclasses import dataclass

from carrel.domain.ids import is_uuid
from carrel.store.store import Store

_PATH_LENGTH = 4096


def with_parents(path: str) -> list[str] | None:
    """The path and the directories above it up to the home (`""`); `None` if it may leave them, or is no path."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\x00" in path or len(path) > _PATH_LENGTH:
        return None
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


@dataclass(frozen=True, slots=True)
class PublicPaths:
    """Questions about public paths; they are published and unpublished by `query`."""

    store: Store

    async def is_public(self, project_id: str, path: str, *, signed_in: bool = False) -> bool:
        """Whether an enabled public path equals `path` or is a directory above it. Symbolic links are not followed:
        whoever reads the file must make sure that its real path stays inside."""
        candidates = with_parents(path)
        if candidates is None or not is_uuid(project_id):
            return False
        async with self.store.read() as reading:
            return await reading.public_paths.is_any_enabled(project_id, candidates, signed_in=signed_in)

    async def list_paths(self, project_id: str, *, signed_in: bool = False) -> list[str]:
        """The enabled public paths of a project."""
        if not is_uuid(project_id):
            return []
        async with self.store.read() as reading:
            return await reading.public_paths.list_enabled(project_id, signed_in=signed_in)
