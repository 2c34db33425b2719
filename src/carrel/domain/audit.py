"""The audit: who changed what, in rows that are only ever added, each of which vouches for those before it."""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import datetime

from carrel.domain.ids import AccountId

BEGINNING = "0" * 64
"""What the first row has instead of the hash of one before it."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. It names no parameter of the call but whom and what it was about: others may be secrets."""

    time: datetime
    procedure: str
    """Such as `v1/user_auth` or `v2/accounts/ban`."""
    outcome: str
    """`ok`, or the code of the error."""
    account_id: AccountId | None = None
    """Who did it; `None`: nobody who was signed in."""
    impersonator_id: AccountId | None = None
    """The admin who was signed in as `account_id`."""
    credential: str | None = None
    """What proved it: `key 7`, `browser <id>`, `embed session <id>`."""
    target_account_id: str | None = None
    target_project_id: str | None = None
    ip: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry in its place; places are counted from 1."""

    seq: int
    entry: AuditEntry
    hash: str

    @classmethod
    def after(cls, previous: "AuditRow | None", entry: AuditEntry) -> "AuditRow":
        """The row that follows `previous`."""
        seq = 1 if previous is None else previous.seq + 1
        return cls(seq, entry, chained(BEGINNING if previous is None else previous.hash, seq, entry))


def chained(previous_hash: str, seq: int, entry: AuditEntry) -> str:
    """SHA-256 of the hash before, the place, and everything that the entry says."""
    moment, *others = astuple(entry)
    content = json.dumps([previous_hash, seq, moment.isoformat(), *others], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are wanted: those of which all that is given holds."""

    concerns: str | None = None
    """An account that did it, had it done to it, or did it as another."""
    project_id: str | None = None
    procedure: str | None = None
    """The beginning of its name."""
    failed: bool = False
    before: int | None = None
    """A place: rows older than that one."""
    not_by: str | None = None
    """An account: what it did itself is left out, and what another did as it is not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found: how many rows are as they were written, and the last good one's hash.

    `broken_at`: the place where a row is missing, or is not what was written.
    """

    rows: int
    hash: str
    broken_at: int | None = None
