"""Events about documents that several people edit at the same time."""

from functools import partial
from typing import Any

import msgspec
from anyio import to_thread

from carrel.domain.documents import DocumentVersion
from carrel.domain.errors import DomainError
from carrel.domain.patches import patch
from carrel.domain.projects import PermissionMissing
from carrel.hub.api.v1.registry import Caller, Events, Failure, FailureReply, Reply
from carrel.hub.call import Call
from carrel.kit import timestamps

events = Events()


def _unable(why: str | None = None) -> FailureReply:
    def reply(error: Any, params: Any, _call: Call) -> Failure:
        return Failure(error=f"unable to get syncdoc history for string_id {params.string_id} -- {why or error}")

    return reply


_FAILURES: dict[type[DomainError], FailureReply] = {
    DomainError: _unable(),
    PermissionMissing: _unable("must have write access"),
}


class HistoryParams(msgspec.Struct):
    """Parameters.

    string_id: the SHA-1, in hexadecimal, of the project's id followed by the path of the file
    patches: also tell what was changed
    """

    string_id: str
    patches: bool = False


class Version(msgspec.Struct, omit_defaults=True):
    """The file as it was saved at a moment; `account_id` is one of those who had edited it since the one before.

    `patch` is in the compressed form of diff-match-patch, and changes what the version before is; the first one begins
    with nothing. `user` counts the accounts of this history.
    """

    time_utc: str
    format: int
    user: int | None = None
    account_id: str | None = None
    patch_length: int | None = None
    patch: str | None = None


class History(Reply, tag_field="event", tag="syncdoc_history"):
    """`history`: the oldest first."""

    history: list[Version]

    @classmethod
    def of(cls, versions: list[DocumentVersion], *, patches: bool) -> "History":
        before, users, found = "", dict[str, int](), list[Version]()
        for version in versions:
            after = version.content.decode(errors="replace")
            text, account_id = patch(before, after), next(iter(version.account_ids), None)
            told = Version(
                time_utc=timestamps.to_text(version.time),
                format=0,
                user=None if account_id is None else users.setdefault(account_id, len(users)),
                account_id=account_id,
                **({"patch": text} if patches else {"patch_length": len(text)}),
            )
            found.append(told)
            before = after
        return cls(history=found)


@events.procedure("get_syncdoc_history", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, failures=_FAILURES, only_reads=True)
async def get_syncdoc_history(params: HistoryParams, call: Call) -> History:
    """Tell how a file came to be what it is, if it was ever opened here. A stopped project is started."""
    access = await call.platform.access.to_document(call.principal, params.string_id)
    versions = await call.platform.documents.history(access)
    return await to_thread.run_sync(partial(History.of, versions, patches=params.patches))
