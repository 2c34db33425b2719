"""Snapshots of documents: made by whoever may save the file, and from then on changed and deleted by nobody.

Their bytes are in the database, and not in files beside the homes: no sandbox can reach them there, they are committed
together with the row that names them and with what webhooks are told of it, several hubs have the same ones, and a
backup of the database is one of what was submitted. For that they are limited, each and for each project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from anyio import to_thread

from carrel.domain.documents import FileAccess
from carrel.domain.embed_sessions import Ability
from carrel.domain.files import FileTooLarge
from carrel.domain.ids import is_uuid
from carrel.domain.principals import Principal
from carrel.domain.projects import Permission, PermissionMissing, ProjectAccess
from carrel.domain.snapshots import (
    MOST_BYTES,
    MOST_BYTES_IN_PROJECT,
    MOST_IN_PROJECT,
    Snapshot,
    SnapshotNotFound,
    SnapshotsFull,
    SnapshotTooLarge,
)
from carrel.domain.webhooks import Occurrence
from carrel.kit.clock import Clock
from carrel.services.access import Access
from carrel.services.documents import Documents
from carrel.services.files import Files
from carrel.store.store import Store


@dataclass(frozen=True, slots=True)
class Snapshots:
    store: Store
    access: Access
    documents: Documents
    files: Files
    clock: Clock

    async def make(self, access: FileAccess, *, submitted: bool) -> Snapshot:
        """Keep what is in the document, with all acknowledged edits; webhooks are told of what is `submitted`.

        Raises `SnapshotTooLarge`, `SnapshotsFull`, what `Documents.save` raises, and the errors of `domain.files`.
        """
        await self.documents.save(access)
        try:
            content = await self.files.read_saved(access, limit_bytes=MOST_BYTES)
        except FileTooLarge as error:
            raise SnapshotTooLarge from error
        snapshot = Snapshot(
            snapshot_id=str(uuid4()),
            project_id=access.project.project_id,
            path=access.path,
            account_id=access.project.caller,
            sha256=await to_thread.run_sync(_sha256, content),
            size_bytes=len(content),
            submitted=submitted,
            created=self.clock.now(),
        )
        async with self.store.begin() as transaction:
            count, size_bytes = await transaction.snapshots.taken(snapshot.project_id)
            if count >= MOST_IN_PROJECT or size_bytes + len(content) > MOST_BYTES_IN_PROJECT:
                raise SnapshotsFull
            await transaction.snapshots.add(snapshot, content)
            if submitted:
                await transaction.webhooks.post(Occurrence.document_submitted(snapshot), at=snapshot.created)
        return snapshot

    async def list_of(self, access: ProjectAccess) -> Sequence[Snapshot]:
        """All of a project, the newest first."""
        access.demand(Permission.READ)
        async with self.store.read() as reading:
            return await reading.snapshots.list_of(access.project_id)

    async def find(self, principal: Principal, snapshot_id: str) -> Snapshot:
        """One of a file that the caller may read. Raises `SnapshotNotFound`."""
        return (await self._find(principal, snapshot_id))[0]

    async def content(self, principal: Principal, snapshot_id: str) -> tuple[Snapshot, bytes]:
        """The same, with its bytes. Raises `SnapshotNotFound`, `AbilityMissing`."""
        snapshot, access = await self._find(principal, snapshot_id)
        access.demand(Ability.EXPORT)
        async with self.store.read() as reading:
            return snapshot, await reading.snapshots.content(snapshot_id)

    async def _find(self, principal: Principal, snapshot_id: str) -> tuple[Snapshot, FileAccess]:
        if not is_uuid(snapshot_id):
            raise SnapshotNotFound
        async with self.store.read() as reading:
            snapshot = await reading.snapshots.find(snapshot_id)
        if snapshot is None:
            raise SnapshotNotFound
        try:
            return snapshot, await self.access.to_file(principal, snapshot.project_id, snapshot.path)
        except PermissionMissing as error:
            raise SnapshotNotFound from error


def _sha256(content: bytes) -> str:
    return sha256(content).hexdigest()
