"""API keys: of one's account, and of projects on which one works."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from carrel.domain.errors import DomainError
from carrel.domain.keys import ApiKey
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import PermissionMissing, ProjectAccess, ProjectIdInvalid
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.auditing import AuditedCall
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess
from carrel.kit import timestamps
from carrel.services.keys import KeyOwner

procedures = CompatibleProcedures()


class ProjectKeysRefused(DomainError):
    code = "project-keys-refused"

    def __init__(self) -> None:
        super().__init__("user must be collaborator on project to manage project_id api keys")


class ApiKeysParams(Struct):
    action: str
    project_id: str | None = None
    name: str | None = None
    expire: datetime | None = None
    id: float | None = None


class ActionUnknown(DomainError):
    code = "action-unknown"

    def __init__(self, action: str) -> None:
        super().__init__(f"unknown action '{action[:50]}'")


@procedures.post("/api-keys", access=RouteAccess.ACCOUNT)
async def api_keys(params: ApiKeysParams, call: V2Call) -> Any:
    """`get`, `create`, `edit` or `delete` keys of the account, or with `project_id` of that project.

    `create` answers the new key with its `secret`, which is shown this once.
    """
    caller = call.account if params.action == "get" else call.own_account
    found = await manage(params, caller, call)
    return {} if found is None else {"response": found}


async def manage(params: ApiKeysParams, caller: AccountPrincipal, call: AuditedCall) -> list[dict[str, Any]] | None:
    """The records that were asked for or made; `None` where there is nothing to tell."""
    keys, owner = call.platform.keys, await _owner(params, caller, call.platform)
    match params.action:
        case "get":
            call.trail.only_reads = True
            return [_record(key) for key in await keys.list_of(owner, only=_id(params.id))]
        case "create":
            key, secret = await keys.issue(
                owner.account_id, params.name or "", project_id=owner.project_id, expire=params.expire
            )
            return [_record(key) | {"secret": secret}]
        case "edit":
            await keys.edit(owner, _id(params.id) or 0, name=params.name, expire=params.expire)
        case "delete":
            await keys.revoke_of(owner, _id(params.id) or 0)
        case _:
            raise ActionUnknown(params.action)
    return None


async def _owner(params: ApiKeysParams, caller: AccountPrincipal, platform: Platform) -> KeyOwner:
    if params.project_id is None:
        return KeyOwner(caller.account_id)
    try:
        access: ProjectAccess = await platform.access.to(caller, params.project_id)
    except (PermissionMissing, ProjectIdInvalid) as error:
        raise ProjectKeysRefused from error
    return KeyOwner.of(access)


def _id(given: float | None) -> int | None:
    return None if given is None else int(given)


def _record(key: ApiKey) -> dict[str, Any]:
    found = {
        "id": key.id,
        "account_id": key.account_id,
        "project_id": key.project_id,
        "name": key.name,
        "trunc": key.trunc,
        "created": timestamps.to_text(key.created),
        "expire": timestamps.to_text(key.expire) if key.expire else None,
        "last_active": timestamps.to_text(key.last_active) if key.last_active else None,
    }
    return {name: value for name, value in found.items() if value is not None}
