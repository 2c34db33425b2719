"""API keys: of one's account, and of projects on which one works."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

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


class Key(Struct):
    """A key; `secret` is in the reply that has made it alone, and what is unset is absent."""

    id: int
    account_id: str
    name: str
    trunc: str
    created: str
    project_id: str | UnsetType = UNSET
    expire: str | UnsetType = UNSET
    last_active: str | UnsetType = UNSET
    secret: str | UnsetType = UNSET

    @classmethod
    def of(cls, key: ApiKey, secret: str | UnsetType = UNSET) -> "Key":
        return cls(
            key.id,
            key.account_id,
            key.name,
            key.trunc,
            timestamps.to_text(key.created),
            key.project_id or UNSET,
            timestamps.to_text(key.expire) if key.expire else UNSET,
            timestamps.to_text(key.last_active) if key.last_active else UNSET,
            secret,
        )


class ApiKeysReply(Struct):
    """`response`: the keys that were asked for, or the one that was made."""

    response: list[Key] | UnsetType = UNSET


@procedures.post("/api-keys", access=RouteAccess.ACCOUNT)
async def api_keys(params: ApiKeysParams, call: V2Call) -> ApiKeysReply:
    """`get`, `create`, `edit` or `delete` keys of the account, or with `project_id` of that project.

    `create` answers the new key with its `secret`, which is shown this once.
    """
    caller = call.account if params.action == "get" else call.own_account
    found = await manage(params, caller, call)
    return ApiKeysReply(UNSET if found is None else found)


async def manage(params: ApiKeysParams, caller: AccountPrincipal, call: AuditedCall) -> list[Key] | None:
    """The records that were asked for or made; `None` where there is nothing to tell."""
    keys, owner = call.platform.keys, await _owner(params, caller, call.platform)
    match params.action:
        case "get":
            call.trail.only_reads = True
            return [Key.of(key) for key in await keys.list_of(owner, only=_id(params.id))]
        case "create":
            key, secret = await keys.issue(
                owner.account_id, params.name or "", project_id=owner.project_id, expire=params.expire
            )
            return [Key.of(key, secret)]
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
