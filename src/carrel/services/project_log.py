"""The log of a project, as its people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carrel.domain.documents import FileAccess
from carrel.domain.ids import AccountId, is_uuid
from carrel.domain.projects import LogEntry, Permission, ProjectAccess, RecentFile
from carrel.store.store import Store

_PAGE_AT_MOST = 500
_FILES_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some entries, the newest first; `names`: first and last names of the accounts that they speak of."""

    entries: list[LogEntry]
    names: Mapping[str, tuple[str, str]]
    has_more: bool


@dataclass(frozen=True, slots=True)
class ProjectLog:
    store: Store

    async def page(self, access: ProjectAccess, *, before: tuple[datetime, str] | None, limit: int) -> LogPage:
        """The newest entries, or those before one that is named by its time and id."""
        access.demand(Permission.READ)
        limit = max(1, min(limit, _PAGE_AT_MOST))
        async with self.store.read() as transaction:
            found = await transaction.project_log.page(access.project_id, before=before, limit=limit + 1)
            entries = found[:limit]
            spoken_of = {one for entry in entries for one in _accounts_in(entry)}
            names = await transaction.accounts.names(spoken_of)
        return LogPage(entries, names, len(found) > limit)

    async def files_opened_by(
        self, account_id: AccountId, *, since: datetime | None = None, containing: str = ""
    ) -> list[RecentFile]:
        """Files that an account has opened, with that text in their paths, the last opened first."""
        async with self.store.read() as transaction:
            return await transaction.project_log.files_opened_by(
                account_id, since=since, containing=containing, limit=_FILES_AT_MOST
            )

    async def opened(self, access: FileAccess, account_id: str, *, limit: int) -> list[datetime]:
        """When the account has opened the file, the latest first."""
        async with self.store.read() as transaction:
            return await transaction.project_log.opened(access.project.project_id, access.path, account_id, limit=limit)


def _accounts_in(entry: LogEntry) -> list[str]:
    named = (entry.account_id, entry.event.get("account_id"), entry.event.get("removed_name"))
    return [one for one in named if isinstance(one, str) and is_uuid(one)]
