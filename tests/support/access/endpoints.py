"""A row for each endpoint of API v2 that takes JSON."""

import os
from typing import Any

from support.access.rules import Right, Row, Rows, fixed, on, on_deleted
from support.access.world import ACCOUNTS, BROWSERS, CALLERS, NOBODY, World

_OWN_PAGES = sorted({*CALLERS} - {"foreign page"})
_KNOWN = (*ACCOUNTS, *BROWSERS)
_CODE = {"input": "1", "kernel": "no-such"}
_UPLOAD = {"upload_id": "0" * 32, "path": "c.txt"}


def _person(who: str, **more: Any) -> Any:
    return lambda world: {"account_id": world.id_of(who), **more}


def _on_with(who: str, **more: Any) -> Any:
    return lambda world: {"project_id": world.project, "account_id": world.id_of(who), **more}


def _copy(world: World) -> dict[str, Any]:
    paths = {"path": "a.txt", "target_path": "copied.txt", "wait_until_done": False}
    return paths | {"src_project_id": world.project, "target_project_id": world.project}


def _token(world: World) -> dict[str, str]:
    return {"auth_token": world.auth_token}


def _sign_up(_world: World) -> dict[str, Any]:
    return {"email": f"{os.urandom(8).hex()}@example.com", "password": "x", "terms": True}


PROJECTS: Rows = {
    "projects/create": Row(),
    "projects/get": Row(),
    "projects/get-one": Row(),
    "projects/list": Row(),
    "projects/states": Row(),
    "projects/start": Row(on(), Right.WRITE),
    "projects/stop": Row(on_deleted(), Right.WRITE, elsewhere=True),
    "projects/restart": Row(on_deleted(), Right.WRITE, elsewhere=True, past="is deleted; undelete it"),
    "projects/touch": Row(on(), Right.WRITE),
    "projects/update": Row(on(title="T"), Right.WRITE),
    "projects/delete": Row(on_deleted(), Right.WRITE, elsewhere=True),
    "projects/restore": Row(on(), Right.WRITE),
    "projects/set-admin-quotas": Row(on_deleted(cpu_limit=1), only=["admin", "admin's browser"]),
    "projects/write-text-file": Row(on(path="b.txt", content=""), Right.WRITE),
    "projects/copy-path": Row(_copy, Right.WRITE),
    "projects/copy-path-status": Row(lambda world: {"copy_id": world.copy_id}, Right.WRITE),
    "projects/copy-url": Row(on(url="file:///"), Right.WRITE, past="unable to fetch|names no file"),
    "projects/call": Row(on(mesg={"event": "project_exec", "command": "true"}), Right.WRITE),
    "projects/filename-search": Row(fixed(search="x")),
    "projects/details": Row(on(), Right.READ),
    "projects/describe": Row(on(title="T"), Right.WRITE),
    "projects/hide": Row(on(hidden=False), Right.READ),
    "projects/usage": Row(on(), Right.READ),
    "projects/terminals": Row(on(), Right.WRITE),
    "projects/terminals/end": Row(on(path="none.term"), Right.WRITE),
    "projects/log": Row(on(), Right.READ),
    "projects/handout": Row(
        lambda world: {"src_project_id": world.project, "path": "a.txt", "target_project_ids": [world.deleted]},
        Right.READ,
    ),
    "projects/collect": Row(
        lambda world: {
            "src_project_ids": [world.deleted],
            "path": "a.txt",
            "target_project_id": world.project,
            "target_path": "collected",
        },
        Right.WRITE,
    ),
    "projects/operations/status": Row(fixed(operation_id=NOBODY), past="there is no operation"),
    "projects/operations/cancel": Row(fixed(operation_id=NOBODY), past="there is no operation"),
    "projects/collaborators/add": Row(_on_with("collaborator"), Right.WRITE),
    "projects/collaborators/remove": Row(on(account_id=NOBODY), Right.WRITE),
    "projects/collaborators/list": Row(on(), Right.READ),
    "projects/collaborators/change-user-type": Row(
        lambda world: {"project_id": world.project, "target_account_id": world.id_of("owner"), "new_group": "owner"},
        Right.OWN,
    ),
    "projects/collaborators/invite": Row(
        lambda world: {"project_id": world.project, "email_address": world.people["collaborator"].email_address},
        Right.WRITE,
    ),
    "projects/collaborators/join": Row(fixed(token="unknown"), past="invite token is not valid"),
    "exec": Row(on(command="true"), Right.WRITE),
    "latex": Row(on(path="a.tex", command="true"), Right.WRITE),
    "jupyter/execute": Row(on(**_CODE), Right.WRITE, past="no-such"),
    "jupyter/kernels": Row(on(), Right.WRITE),
    "public-paths/save": Row(lambda world: {"id": world.public_id}, Right.WRITE),
    "user-query": Row(
        lambda world: {"query": {"projects": {"project_id": world.project, "title": "T"}}},
        Right.WRITE,
    ),
    "file-access": Row(),
    "messages/send": Row(
        lambda world: {"subject": "s", "body": "b", "to_ids": [world.id_of("other")]}, past="too many"
    ),
    "messages/get": Row(past="too many requests"),
}
FILES: Rows = {
    "files/list": Row(on(), Right.READ),
    "files/make": Row(lambda world: {"project_id": world.project, "path": os.urandom(8).hex()}, Right.WRITE),
    "files/move": Row(on(moves=[["none", "other"]]), Right.WRITE, past="ENOENT"),
    "files/search": Row(on(text="x"), Right.READ),
    "files/delete": Row(on(paths=["none"]), Right.WRITE, past="ENOENT"),
    "files/restore": Row(on(ids=["none"]), Right.WRITE, past="ENOENT"),
    "files/trash": Row(on(), Right.READ),
    "files/empty-trash": Row(on(ids=["none"]), Right.WRITE),
    "files/upload/status": Row(on(**_UPLOAD), Right.WRITE),
    "files/upload/cancel": Row(on(**_UPLOAD), Right.WRITE),
    "snapshots/make": Row(on(path="a.txt"), Right.WRITE),
    "snapshots/list": Row(on(), Right.READ),
    "snapshots/get": Row(lambda world: {"snapshot_id": world.snapshot_id}, Right.READ),
    "share/list": Row(only=_KNOWN),
    "share/look": Row(lambda world: {"id": world.public_id}, only=_KNOWN),
    "embed/file-url": Row(on(path="a.txt"), Right.READ),
    "embed/zip-url": Row(on(path="", names=[]), Right.READ),
}
SIGNING_IN: Rows = {
    "embed/session": Row(_token, only=_OWN_PAGES),
    "embed/resume": Row(fixed(eid="x")),
    "embed/refresh": Row(spends=True),
    "embed/ws-ticket": Row(),
    "embed/token": Row(lambda world: {"account_id": world.caller_id}),
    "auth/impersonate": Row(_token, only=_OWN_PAGES),
    "auth/page-session": Row(),
    "auth/sessions": Row(),
    "auth/sessions/end": Row(fixed(id="none")),
    "auth/return": Row(only=(), spends=True),
    "auth/sign-in": Row(
        fixed(email="nobody@example.com", password="x"), past="no account with|Too many attempts", only=_OWN_PAGES
    ),
    "auth/sign-up": Row(_sign_up, past="is disabled|must be at least", only=["nobody", *BROWSERS, "admin"]),
    "auth/requires-token": Row(),
    "auth/password-strength": Row(fixed(password="x")),
    "auth/password-reset": Row(fixed(email="nobody@example.com"), past="There is no account|Too many"),
    "auth/redeem-password-reset": Row(
        fixed(password="x", passwordResetId=NOBODY), past="no longer valid", only=_OWN_PAGES
    ),
    "auth/redeem-verify-email": Row(
        fixed(email_address="nobody@example.com", token="0123456789abcdef"), past="tokens do not match"
    ),
    "auth/has-password": Row(),
    "accounts/sign-out": Row(spends=True),
    "accounts/delete": Row(spends=True),
    "accounts/profile": Row(past="User is BANNED"),
    "accounts/get-names": Row(fixed(account_ids=[])),
    "accounts/search": Row(fixed(query="nobody")),
    "accounts/set-name": Row(fixed(first_name="A")),
    "accounts/set-password": Row(
        fixed(currentPassword="wrong", newPassword="correct horse battery"),
        past="Current password is incorrect|Too many",
        costs=True,
    ),
    "accounts/set-email-address": Row(fixed(email_address="x", password="wrong"), past="email address is not valid"),
    "accounts/send-verification-email": Row(past="^Too many mails"),
    "api-keys": Row(fixed(action="get")),
    "customize": Row(),
    "settings/activity": Row(),
}
ADMIN: Rows = {
    "accounts/ban": Row(_person("banned")),
    "accounts/remove-ban": Row(_person("other")),
    "accounts/get-email-address": Row(_person("other")),
    "admin/accounts/list": Row(),
    "admin/accounts/create": Row(fixed(first_name="A", last_name="B", email_address="x"), past="to be valid"),
    "admin/accounts/set-admin": Row(_person("other", admin=False)),
    "admin/accounts/reset-link": Row(_person("other")),
    "admin/accounts/sign-in-as": Row(_person("other"), only=["admin's browser"]),
    "admin/site": Row(),
    "admin/site/change": Row(fixed(values={})),
    "admin/registration-tokens": Row(),
    "admin/registration-tokens/create": Row(),
    "admin/registration-tokens/disable": Row(fixed(token="none", disabled=True), past="token"),
    "admin/mails": Row(),
    "admin/mails/retry": Row(fixed(id=999_999), past="mail"),
    "admin/mails/delete": Row(fixed(id=999_999), past="mail"),
    "admin/mails/test": Row(fixed(to="a@example.com"), past="no SMTP server"),
    "admin/webhooks": Row(),
    "admin/webhooks/create": Row(fixed(url="https://example.com/", events=["ping"]), past="the events are some of"),
    "admin/webhooks/deliveries": Row(fixed(id=NOBODY)),
    **{
        f"admin/webhooks/{name}": Row(fixed(id=NOBODY, disabled=True), past="no such webhook")
        for name in ("renew-secret", "disable", "delete", "test", "send-again")
    },
    "admin/health": Row(),
    "admin/projects": Row(),
    "admin/copies": Row(),
    "admin/copies/cancel": Row(fixed(copy_id=NOBODY), past="copy|operation"),
    "admin/audit": Row(),
    "admin/audit/verify": Row(),
}
ENDPOINTS: Rows = {**PROJECTS, **FILES, **SIGNING_IN, **ADMIN}
