"""The audit for admins, and for each account what concerns it."""

from typing import Annotated

from msgspec import Meta, Struct

from carrel.domain.audit import AuditFilter, AuditRow
from carrel.domain.ids import AccountId
from carrel.hub.api.v2.embed import Empty
from carrel.hub.api.v2.procedure import Procedures, RowNumber, V2Call
from carrel.hub.routes import RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

PAGE = 100
_Text = Annotated[str, Meta(max_length=100)]


class Row(Struct):
    """A row; `time` in milliseconds since the epoch. Who it was is known by name in the reply's `names`."""

    seq: int
    time: int
    procedure: str
    outcome: str
    account_id: str | None
    impersonator_id: str | None
    credential: str | None
    target_account_id: str | None
    target_project_id: str | None
    ip: str | None
    request_id: str | None

    @classmethod
    def of(cls, row: AuditRow, shown_to: AccountId | None = None) -> "Row":
        """`shown_to`: an account, which does not learn from where others did something, and with which key."""
        entry = row.entry
        hides = shown_to is not None and (entry.account_id != shown_to or entry.impersonator_id is not None)
        return cls(
            row.seq,
            to_milliseconds(entry.time),
            entry.procedure,
            entry.outcome,
            entry.account_id,
            entry.impersonator_id,
            None if hides else entry.credential,
            entry.target_account_id,
            entry.target_project_id,
            None if hides else entry.ip,
            entry.request_id,
        )


class Rows(Struct):
    """The newest first; `more`: there are older ones."""

    rows: list[Row]
    names: dict[str, str]
    more: bool


class ActivityParams(Struct):
    """`procedure`: how its name begins; `by_others`: not what one did oneself; `before`: rows older than that one."""

    procedure: _Text = ""
    failed: bool = False
    by_others: bool = False
    before: RowNumber | None = None


@procedures.post("/settings/activity", access=RouteAccess.ACCOUNT, only_reads=True)
async def activity(params: ActivityParams, call: V2Call) -> Rows:
    """What one's account did, and what was done to it or as it."""
    own = call.account.account_id
    wanted = AuditFilter(
        own,
        procedure=params.procedure or None,
        failed=params.failed,
        before=params.before,
        not_by=own if params.by_others else None,
    )
    return await _rows(wanted, call, shown_to=own)


class AuditParams(Struct):
    """`account`: an id or an e-mail address; `procedure`: how its name begins."""

    account: _Text = ""
    project_id: _Text = ""
    procedure: _Text = ""
    failed: bool = False
    before: RowNumber | None = None


@procedures.post("/admin/audit", access=RouteAccess.ADMIN, only_reads=True)
async def audit(params: AuditParams, call: V2Call) -> Rows:
    """Rows of all accounts."""
    who = params.account.strip()
    account_id = (await call.platform.accounts.find(who)).account_id if who else None
    wanted = AuditFilter(
        account_id, params.project_id.strip() or None, params.procedure.strip() or None, params.failed, params.before
    )
    return await _rows(wanted, call)


async def _rows(wanted: AuditFilter, call: V2Call, shown_to: AccountId | None = None) -> Rows:
    found = await call.platform.audit.list_rows(wanted, limit=PAGE + 1)
    rows = [Row.of(row, shown_to) for row in found[:PAGE]]
    ids = {one for row in rows for one in (row.account_id, row.impersonator_id, row.target_account_id) if one}
    names = await call.platform.accounts.names(sorted(ids))
    return Rows(rows, {one: " ".join(both).strip() for one, both in names.items()}, len(found) > PAGE)


class Verified(Struct):
    """`broken_at`: the number of the first row that is not what was written; `null`: all are good."""

    rows: int
    hash: str
    broken_at: int | None


@procedures.post("/admin/audit/verify", access=RouteAccess.ADMIN, only_reads=True)
async def verify(params: Empty, call: V2Call) -> Verified:
    """Check the whole chain, which takes about ten seconds for a million rows."""
    verdict = await call.platform.audit.verify()
    return Verified(verdict.rows, verdict.hash, verdict.broken_at)
