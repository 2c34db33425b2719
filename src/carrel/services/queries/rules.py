"""Rules for single fields in set queries. A broken one arrives as `FATAL: error setting '<field>' -- Error: <text>`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from carrel.domain.accounts import NAME_LENGTH, USER_NAME_RULE, is_user_name
from carrel.domain.ids import AccountId
from carrel.domain.projects import ProjectAccess
from carrel.domain.queries import QueryRefused
from carrel.kit import timestamps
from carrel.services.queries.fields import Unfit, merged, time_of
from carrel.store.queries import QueryRows

_NAME = re.compile(r"[A-Za-z0-9.-]{1,100}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_ACTION_LENGTH = 32
_JUST = timedelta(minutes=5)
_PERSONAL = ("upgrades", "ssh_keys")


def setting_failed(field: str, text: str) -> QueryRefused:
    return QueryRefused(f"FATAL: error setting '{field}' -- Error: {text}")


async def check_account(rows: QueryRows, account_id: AccountId, values: dict[str, Any]) -> None:
    """First and last names are cut, not empty; user names are nobody else's."""
    for field in ("first_name", "last_name"):
        if field in values:
            if not values[field].strip():
                raise QueryRefused(f"{field} must be nonempty")
            values[field] = values[field][:NAME_LENGTH]
    name = values.get("name")
    if name is None:
        return
    if not is_user_name(name):
        raise setting_failed("name", USER_NAME_RULE)
    if await rows.is_user_name_taken(name, but_by=account_id):
        raise setting_failed("name", f"the name '{name}' is already taken")


async def check_project(rows: QueryRows, access: ProjectAccess, values: Mapping[str, Any]) -> None:
    """Names are unique among the owner's projects, environment variables are texts."""
    if "env" in values and not all(_VARIABLE.fullmatch(key) and isinstance(v, str) for key, v in values["env"].items()):
        raise setting_failed("env", "environment variables must be strings, and their names letters, digits and _")
    name = values.get("name")
    if name is None:
        return
    if not _NAME.fullmatch(name):
        raise setting_failed("name", "a name has 1 to 100 of the characters a-z A-Z 0-9 . -")
    if await rows.is_project_name_taken(access.project_id, name):
        raise setting_failed("name", f"there is already a project with the name '{name}'")


async def check_public_path(rows: QueryRows, access: ProjectAccess, values: Mapping[str, Any]) -> None:
    """Paths stay inside the home; names are unique in the project."""
    path, name = values["path"], values.get("name")
    parts = path.split("/") if path else []
    if any(part in ("", ".", "..") for part in parts):
        raise setting_failed(
            "path", "a public path must be relative to the home directory, without empty parts or dots"
        )
    if not name:
        return
    if not _NAME.fullmatch(name):
        raise setting_failed("name", "a name has 1 to 100 of the characters a-z A-Z 0-9 . -")
    other = await rows.find_public_path_named(access.project_id, name, but=values["id"])
    if other is not None:
        raise QueryRefused(
            f'There is already a public path "{other}" in this project with the name "{name}".  '
            "Names are not case sensitive."
        )


def check_own_entry(caller: AccountId, users: Mapping[str, Any]) -> None:
    """Maps of accounts, in which each sets what is its own."""
    for account_id, entry in users.items():
        if account_id != caller:
            raise setting_failed("users", "users set queries may only change the entry of the requesting account")
        if not isinstance(entry, dict):
            raise setting_failed("users", f"invalid type for user '{account_id}'")


def has_just_used(entry: Mapping[str, Any], now: datetime) -> bool:
    """Whether an entry of `file_use` tells of something that was done in the last minutes."""
    for what in ("edit", "open", "chat"):
        with suppress(Unfit):
            if what in entry and abs(now - time_of(entry[what])) <= _JUST:
                return True
    return False


async def write_people(rows: QueryRows, access: ProjectAccess, people: Mapping[str, Any]) -> None:
    """`projects.users`: `hide` of anybody on the project, `upgrades` and `ssh_keys` of the caller's own entry."""
    for account_id, entry in people.items():
        _check_entry(access.caller, account_id, entry)
    for account_id, entry in people.items():
        before = await rows.find_person(access.project_id, account_id)
        if before is None:
            raise setting_failed("users", f"{account_id} is not on the project")
        if entry:
            values = {key: _merged_entry(before[key], value) for key, value in entry.items()}
            await rows.update_person(access.project_id, account_id, values)


def _check_entry(caller: AccountId, account_id: str, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise setting_failed("users", f"invalid type for user '{account_id}'")
    for key, value in entry.items():
        if key == "group":
            raise setting_failed("users", "changing collaborator group via user_set_query is not allowed")
        if key not in ("hide", *_PERSONAL):
            raise setting_failed("users", f"unknown field '{key}'")
        if not isinstance(value, bool if key == "hide" else dict):
            raise setting_failed("users", f"invalid type for field '{key}'")
        if key in _PERSONAL and account_id != caller:
            raise setting_failed("users", f"users set queries may only change {key} for the requesting account")


def _merged_entry(before: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        return merged(before, value)
    except Unfit as error:
        raise setting_failed("users", f"it {error}") from None


def action_of(request: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The action to carry out, `None` if its time is that of the last one. What else the caller sent is dropped."""
    action, time = request.get("action"), request.get("time")
    if not isinstance(action, str) or not 0 < len(action) <= _ACTION_LENGTH:
        raise setting_failed("action_request", "action must be start, stop or restart")
    moment = timestamps.to_text(_moment(time))
    if before is not None and before.get("time") == moment:
        return None
    return {"action": action, "time": moment}


def _moment(time: Any) -> datetime:
    try:
        return time_of(time)
    except Unfit as error:
        raise setting_failed("action_request", f"time {error}") from None
