"""Events about copies between projects."""

from datetime import datetime
from typing import Any

import msgspec

from carrel.domain.copies import RETENTION, Copy, CopyEndInvalid, CopyPlan, TargetBlocked, WaitedCopyFailed
from carrel.domain.errors import DomainError
from carrel.domain.ids import is_uuid
from carrel.hub.api.v1.registry import Caller, Events, Failure, Reply
from carrel.hub.call import Call
from carrel.kit import timestamps

events = Events()

NOTE = "Query copy_path_status with the copy_path_id to learn if the copy operation was successful."

LONGEST_TIMEOUT = RETENTION.total_seconds()


class CopyRequestInvalid(DomainError):
    """A parameter of a copy call has a value that cannot be used; the message says which."""

    code = "copy-request-invalid"


class CopyParams(msgspec.Struct):
    """Parameters.

    src_project_id: copy out of this project
    src_path: file or directory; "" is the whole home directory
    target_project_id: copy into this project; may be the same
    target_path: where to; default: src_path
    overwrite_newer: also replace files that are newer in the target
    delete_missing: delete in the target directory what the source directory lacks
    backup: keep replaced files as `name~`
    exclude: rsync patterns of what to leave out
    exclude_history: leave out `*.sage-history`
    timeout: give up when no data moves for so many seconds; when waiting, also in total
    bwlimit: rsync's bandwidth limit, in KiB/s (an extension)
    wait_until_done: reply when the copy is done; otherwise at once, with a `copy_path_id`
    scheduled: do not begin before; implies not waiting
    """

    src_project_id: str
    src_path: str
    target_project_id: str
    target_path: str | None = None
    overwrite_newer: bool = False
    delete_missing: bool = False
    backup: bool = False
    exclude: list[str] = msgspec.field(default_factory=list)
    exclude_history: bool = False
    timeout: float | None = None
    bwlimit: str | None = None
    wait_until_done: bool = True
    scheduled: str | None = None

    def plan(self) -> CopyPlan:
        return CopyPlan(
            source_path=self.src_path,
            target_path=self.src_path if self.target_path is None else self.target_path,
            overwrite_newer=self.overwrite_newer,
            delete_missing=self.delete_missing,
            backup=self.backup,
            exclude=tuple(self.exclude),
            exclude_history=self.exclude_history,
            timeout_seconds=min(self.timeout, LONGEST_TIMEOUT) if self.timeout and self.timeout > 0 else None,
            bwlimit=self.bwlimit or None,
        )

    def scheduled_at(self) -> datetime | None:
        if not self.scheduled:
            return None
        try:
            moment = timestamps.from_text(self.scheduled)
            moment + RETENTION  # the record lives longer than that, and the calendar ends
            return moment
        except (ValueError, OverflowError):
            text = f"opts.scheduled = {self.scheduled} is not a valid date. Can't be parsed by Date.parse()"
            raise CopyRequestInvalid(text) from None


class CopyReply(Reply, tag_field="event", tag="copy_path_between_projects_response"):
    """The copy is recorded and will be carried out, whatever happens to this server."""

    copy_path_id: str
    note: str


class CopyDone(Reply, tag_field="event", tag="success"):
    """Everything has arrived."""

    copy_path_id: str


class CopyNotDone(Reply, tag_field="event", tag="error"):
    """The copy failed; `copy_path_status` tells the same."""

    error: str
    copy_path_id: str


def _not_done(error: Any, _params: Any, _call: Call) -> CopyNotDone:
    return CopyNotDone(error=str(error), copy_path_id=error.copy_id)


@events.procedure(
    "copy_path_between_projects",
    may_call=Caller.ACCOUNT_OR_PROJECT_KEY,
    failures={WaitedCopyFailed: _not_done},
)
async def copy_path_between_projects(params: CopyParams, call: Call) -> CopyReply | CopyDone:
    """Copy a file or a directory from one project to another, or within one. Neither is started."""
    copies = call.platform.copies
    source = await copies.source(call.principal, params.src_project_id)
    target = await copies.target(call.principal, params.target_project_id)
    scheduled = params.scheduled_at()
    copy = await copies.request(source, target, params.plan(), scheduled=scheduled)
    if scheduled is not None or not params.wait_until_done:
        return CopyReply(copy_path_id=copy.copy_id, note=NOTE)
    await copies.wait(copy)
    return CopyDone(copy_path_id=copy.copy_id)


class PublicCopyParams(msgspec.Struct):
    """Parameters: as of `copy_path_between_projects`.

    src_project_id: copy out of this project
    src_path: a public file or directory
    target_project_id: copy into this project
    target_path: where to; default: src_path
    overwrite_newer: also replace files that are newer in the target
    delete_missing: delete in the target directory what the source directory lacks
    backup: keep replaced files as `name~`
    exclude_history: leave out `*.sage-history`
    timeout: give up when no data moves for so many seconds, or after so many in total
    bwlimit: rsync's bandwidth limit, in KiB/s (an extension)
    """

    src_project_id: str | None = None
    src_path: str | None = None
    target_project_id: str | None = None
    target_path: str | None = None
    overwrite_newer: bool = False
    delete_missing: bool = False
    backup: bool = False
    exclude_history: bool = False
    timeout: float | None = None
    bwlimit: str | None = None

    def given(self) -> CopyParams:
        """Raises `CopyRequestInvalid` for a missing end."""
        values = msgspec.structs.asdict(self)
        for name in ("src_project_id", "target_project_id", "src_path"):
            if values[name] is None:
                raise CopyRequestInvalid(f"{name} must be defined")
        return CopyParams(**values)


def _not_writable(_error: DomainError, params: Any, _call: Call) -> Failure:
    return Failure(error=f"user must have write access to target project {params.target_project_id}")


@events.procedure(
    "copy_public_path_between_projects",
    may_call=Caller.ACCOUNT_OR_PROJECT_KEY,
    failures={
        WaitedCopyFailed: _not_done,
        TargetBlocked: _not_writable,
        CopyEndInvalid: _not_writable,
    },
)
async def copy_public_path_between_projects(params: PublicCopyParams, call: Call) -> CopyDone:
    """Copy what is public in a project into one of yours, and wait until it is there."""
    given = params.given()
    target = await call.platform.copies.target(call.principal, given.target_project_id)
    source = await call.platform.public_paths.source_of_path(target.caller, given.src_project_id, given.src_path)
    copy = await call.platform.copies.request(source, target, given.plan())
    await call.platform.copies.wait(copy)
    return CopyDone(copy_path_id=copy.copy_id)


class StatusParams(msgspec.Struct):
    """Parameters: `copy_path_id`, or one or both of the project ids for a list.

    copy_path_id: one copy
    src_project_id: copies out of this project
    target_project_id: copies into this project
    src_path: only copies of this path
    limit: at most so many, 0 to 1000
    offset: leave out so many, 0 to 100000
    pending: true: unfinished ones; false: finished ones
    failed: only those that finished with an error
    """

    copy_path_id: str | None = None
    src_project_id: str | None = None
    target_project_id: str | None = None
    src_path: str | None = None
    limit: float = 1000
    offset: float = 0
    pending: bool = True
    failed: bool = False

    def check(self) -> None:
        for name, most in (("limit", 1000), ("offset", 100_000)):
            value = getattr(self, name)
            if not 0 <= value <= most:
                shown = int(value) if value.is_integer() else value
                raise CopyRequestInvalid(f"ILLEGAL VALUE {name}='{shown}' (must be in [0, {most}])")
        for name in ("src_project_id", "target_project_id"):
            value = getattr(self, name)
            if value is not None and not is_uuid(value):
                raise CopyRequestInvalid(f"invalid {name}={value}")


class CopyOut(msgspec.Struct, omit_defaults=True):
    """A copy. `finished` without `error` means success; what is unset is absent."""

    copy_path_id: str
    time: str
    source_project_id: str
    source_path: str
    target_project_id: str
    target_path: str
    overwrite_newer: bool
    delete_missing: bool
    backup: bool
    started: str | None = None
    finished: str | None = None
    scheduled: str | None = None
    error: str | None = None
    exclude: list[str] | None = None

    @classmethod
    def of(cls, copy: Copy) -> "CopyOut":
        plan = copy.plan
        moments: dict[str, Any] = {
            name: timestamps.to_text(moment)
            for name in ("started", "finished", "scheduled")
            if (moment := getattr(copy, name)) is not None
        }
        return cls(
            copy_path_id=copy.copy_id,
            time=timestamps.to_text(copy.time),
            source_project_id=copy.source_project_id,
            source_path=plan.source_path,
            target_project_id=copy.target_project_id,
            target_path=plan.target_path,
            overwrite_newer=plan.overwrite_newer,
            delete_missing=plan.delete_missing,
            backup=plan.backup,
            error=copy.error,
            exclude=list(plan.exclude) or None,
            **moments,
        )


class StatusReply(Reply, tag_field="event", tag="copy_path_status_response"):
    """`data`: one copy, a list of them, or a text."""

    data: CopyOut | list[CopyOut] | str


@events.procedure("copy_path_status", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def copy_path_status(params: StatusParams, call: Call) -> StatusReply:
    """Tell what became of one copy, or list copies, newest first."""
    copies = call.platform.copies
    if params.src_project_id is None and params.target_project_id is None:
        if params.copy_path_id is None:
            raise CopyRequestInvalid(
                "'copy_path_id' (UUID) of a copy operation or 'src_project_id/target_project_id' must be defined"
            )
        return StatusReply(data=CopyOut.of(await copies.status(call.principal, params.copy_path_id)))
    params.check()
    source, target = params.src_project_id, params.target_project_id
    found = await copies.list_copies(
        await copies.source(call.principal, source) if source is not None else None,
        await copies.target(call.principal, target) if target is not None else None,
        source_path=params.src_path,
        pending=params.pending,
        failed=params.failed,
        limit=int(params.limit),
        offset=int(params.offset),
    )
    return StatusReply(data=[CopyOut.of(copy) for copy in found])


class DeleteParams(msgspec.Struct):
    """Parameters.

    copy_path_id: a scheduled copy
    """

    copy_path_id: str | None = None


@events.procedure("copy_path_delete", may_call=Caller.ACCOUNT_OR_PROJECT_KEY)
async def copy_path_delete(params: DeleteParams, call: Call) -> StatusReply:
    """Cancel a scheduled copy that has not begun."""
    if not params.copy_path_id:
        raise CopyRequestInvalid("ERROR: copy_path_id missing")
    await call.platform.copies.cancel(call.principal, params.copy_path_id)
    return StatusReply(data=f"copy_path_id = '{params.copy_path_id}' deleted")
