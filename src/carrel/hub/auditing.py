"""The one place where calls become rows of the audit: every call that is not marked as one that only reads.

A row names the caller, what the call was and how it ended, and from its parameters only the ids of the account and the
project that it is about. Calls of nobody that were refused leave no row: anybody could fill the disk with them.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from structlog.contextvars import get_contextvars

from carrel.domain.audit import AuditEntry
from carrel.domain.ids import is_uuid
from carrel.domain.principals import AccountPrincipal, Anonymous, Principal
from carrel.hub.platform import Platform

_ACCOUNTS = ("target_account_id", "account_id", "user_account_id")
_PROJECTS = ("target_project_id", "project_id", "src_project_id")


@dataclass(slots=True)
class Trail:
    """What a handler knows better than its parameters: who calls, about whom and what, and how it ended."""

    principal: Principal | None = None
    """Who calls, where only the handler finds that out."""
    target_account_id: str | None = None
    target_project_id: str | None = None
    only_reads: bool = False
    procedure: str | None = None
    """What was done, where that is more than the name of what was called."""
    outcome: str | None = None
    """How it ended, where that is not said by an error."""


class AuditedCall(Protocol):
    """The calls of all dialects."""

    @property
    def platform(self) -> Platform: ...
    @property
    def principal(self) -> Principal | None: ...
    @property
    def client_ip(self) -> str | None: ...
    @property
    def trail(self) -> Trail: ...


@asynccontextmanager
async def audited(procedure: str, params: Any, call: AuditedCall) -> AsyncIterator[None]:
    """The block is what the procedure does; it is answered only after its row is in the database."""
    try:
        yield
    finally:
        if not call.trail.only_reads:
            await _record(procedure, params, call, call.trail.outcome or _outcome(sys.exception()))


async def _record(procedure: str, params: Any, call: AuditedCall, outcome: str) -> None:
    entry = _entry(procedure, params, call, outcome)
    if outcome == "ok" or entry.account_id or entry.target_account_id:
        with suppress(*([] if outcome == "ok" else [Exception])):  # the log has it; the call's own error is told
            await call.platform.audit.record(entry)


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    return str(getattr(error, "code", "internal" if isinstance(error, Exception) else "cancelled"))


def _entry(procedure: str, params: Any, call: AuditedCall, outcome: str) -> AuditEntry:
    trail = call.trail
    principal = call.principal or trail.principal
    known = None if isinstance(principal, Anonymous) else principal
    return AuditEntry(
        time=call.platform.clock.now(),
        procedure=trail.procedure or procedure,
        outcome=outcome,
        account_id=known.account_id if known else None,
        impersonator_id=known.impersonator_id if isinstance(known, AccountPrincipal) else None,
        credential=known.credential if known else None,
        target_account_id=trail.target_account_id or _id_in(params, _ACCOUNTS),
        target_project_id=trail.target_project_id or _id_in(params, _PROJECTS),
        ip=call.client_ip[:64] if call.client_ip else None,
        request_id=get_contextvars().get("request_id"),
    )


def _id_in(params: Any, names: tuple[str, ...]) -> str | None:
    values = (getattr(params, name, None) for name in names)
    return next((value for value in values if isinstance(value, str) and is_uuid(value)), None)
