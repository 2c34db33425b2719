"""Webhooks: addresses of other programs that are told what has happened here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from carrel.domain.accounts import Account
from carrel.domain.copies import Copy
from carrel.domain.errors import DomainError
from carrel.domain.ids import ProjectId
from carrel.domain.projects import ProjectState
from carrel.domain.snapshots import Snapshot


class EventType(StrEnum):
    """What a webhook can be told of; `PING` is sent to try one out."""

    ACCOUNT_CREATED = "account.created"
    COPY_FINISHED = "copy.finished"
    DOCUMENT_SUBMITTED = "document.submitted"
    PROJECT_STATE_CHANGED = "project.state_changed"
    PING = "ping"


SUBSCRIBABLE = frozenset(EventType) - {EventType.PING}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that has happened; `data` is JSON."""

    type: EventType
    data: Mapping[str, Any]

    @classmethod
    def account_created(cls, account: Account) -> "Occurrence":
        names = {"first_name": account.first_name, "last_name": account.last_name}
        told = {"account_id": account.account_id, "email_address": account.email_address, **names}
        return cls(EventType.ACCOUNT_CREATED, told)

    @classmethod
    def copy_finished(cls, copy: Copy) -> "Occurrence":
        ends = {
            "src_project_id": copy.source_project_id,
            "src_path": copy.plan.source_path,
            "target_project_id": copy.target_project_id,
            "target_path": copy.plan.target_path,
        }
        return cls(EventType.COPY_FINISHED, {"copy_path_id": copy.copy_id, **ends, "error": copy.error})

    @classmethod
    def document_submitted(cls, snapshot: Snapshot) -> "Occurrence":
        names = ("snapshot_id", "project_id", "path", "account_id", "sha256")
        return cls(EventType.DOCUMENT_SUBMITTED, {name: getattr(snapshot, name) for name in names})

    @classmethod
    def project_state_changed(cls, project_id: ProjectId, state: ProjectState, error: str | None) -> "Occurrence":
        return cls(EventType.PROJECT_STATE_CHANGED, {"project_id": project_id, "state": state, "error": error})


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address and what it is told of; `secret` signs what is sent to it."""

    webhook_id: str
    url: str
    events: tuple[EventType, ...]
    secret: str
    disabled: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that is to be told to a webhook. `due`: when it is tried next; `None` if it is delivered or given up.

    `status`: of the receiver's last answer; `error`: why the last attempt failed.
    """

    delivery_id: str
    webhook_id: str
    type: str
    body: str
    created: datetime
    attempts: int
    due: datetime | None
    delivered: datetime | None
    status: int | None
    error: str | None


class WebhookRefused(DomainError):
    """An address that nothing is sent to, or events that there are not; the message says which."""

    code = "webhook-refused"


class WebhookNotFound(DomainError):
    """There is no such webhook, or no such delivery."""

    code = "webhook-not-found"

    def __init__(self) -> None:
        super().__init__("there is no such webhook")
