"""A row for each event of API v1."""

import os
from hashlib import sha1
from typing import Any

from carrel.hub.api.v1 import all_events
from support.access.rules import Right, Row, Rows, fixed, on, on_deleted
from support.access.world import NOBODY, World

_SOLD = "is not available on this server$"
_PEOPLE = {"account_id": NOBODY}


def _new_account(_world: World) -> dict[str, object]:
    address = f"{os.urandom(8).hex()}@example.com"
    names = {"first_name": "A", "last_name": "B", "password": "short"}
    return names | {"email_address": address, "agreed_to_terms": True}


def _own(**params: str) -> Any:
    return lambda world: {"account_id": world.caller_id, **params}


def _copy(path: str) -> Any:
    return lambda world: {
        "src_project_id": world.project,
        "src_path": path,
        "target_project_id": world.project,
        "target_path": "copied.txt",
    }


EVENTS: Rows = {
    "ping": Row(),
    "log_client_error": Row(fixed(error="e")),
    "metrics": Row(fixed(metrics={})),
    "create_account": Row(_new_account, only=["admin"], past="^{'password': '[^']*'}$"),
    "delete_account": Row(lambda world: {"account_id": world.caller_id}, spends=True),
    "user_search": Row(fixed(query="nobody")),
    "get_usernames": Row(fixed(account_ids=[])),
    "change_password": Row(fixed(account_id=NOBODY, old_password="", new_password="x"), past="^invalid old password"),
    "change_email_address": Row(_own(new_email_address="x", password="wrong"), past="^email_invalid"),
    "forgot_password": Row(fixed(email_address="nobody@example.com"), past="^No account with e-mail|^Too many"),
    "reset_forgot_password": Row(fixed(reset_code=NOBODY, new_password="x"), past="no longer valid"),
    "send_verification_email": Row(_own(), past="^Too many mails"),
    "unlink_passport": Row(fixed(strategy="none", id="1")),
    "user_auth": Row(fixed(account_id=NOBODY, password="x"), past="^(incorrect password|banned -- please wait)"),
    "revoke_auth_token": Row(fixed(auth_token="unknown")),
    "create_project": Row(),
    "touch_project": Row(on(), Right.WRITE),
    "start_project": Row(on(), Right.WRITE),
    "stop_project": Row(on_deleted(), Right.WRITE, elsewhere=True),
    "restart_project": Row(on_deleted(), Right.WRITE, elsewhere=True, past="is deleted; undelete it"),
    "delete_project": Row(on_deleted(), Right.OWN, elsewhere=True),
    "disconnect_from_project": Row(on(), Right.WRITE),
    "add_collaborator": Row(
        lambda world: {"project_id": world.project, "account_id": world.id_of("collaborator")}, Right.WRITE
    ),
    "invite_collaborator": Row(
        lambda world: {"project_id": world.project, "account_id": world.id_of("collaborator")}, Right.WRITE
    ),
    "invite_noncloud_collaborators": Row(on(to="a@example.com", email="Come", title="T", link2proj="l"), Right.WRITE),
    "remove_collaborator": Row(on(**_PEOPLE), Right.WRITE),
    "project_exec": Row(on(command="true"), Right.WRITE),
    "read_text_file_from_project": Row(on(path="a.txt"), Right.READ),
    "write_text_file_to_project": Row(on(path="b.txt", content=""), Right.WRITE),
    "public_get_text_file": Row(on(path="public.txt")),
    "public_get_directory_listing": Row(on(path="")),
    "copy_path_between_projects": Row(_copy("a.txt"), Right.WRITE),
    "copy_public_path_between_projects": Row(_copy("public.txt"), Right.WRITE),
    "copy_path_status": Row(lambda world: {"copy_path_id": world.copy_id}, Right.WRITE),
    "copy_path_delete": Row(
        lambda world: {"copy_path_id": world.copy_id}, Right.WRITE, past="either does not exist or already finished"
    ),
    "jupyter_kernels": Row(on(), Right.WRITE),
    "jupyter_execute": Row(on(input="1", kernel="no-such"), Right.WRITE, past="no-such"),
    "get_syncdoc_history": Row(
        lambda world: {"string_id": sha1(f"{world.project}a.txt".encode(), usedforsecurity=False).hexdigest()},
        Right.WRITE,
    ),
    "query": Row(lambda world: {"query": {"projects": {"project_id": world.project, "title": "T"}}}, Right.WRITE),
    "create_support_ticket": Row(fixed(email_address="a@example.com", subject="s", body="b"), past="^deprecated$"),
    "get_support_tickets": Row(past="^deprecated$"),
    "get_available_upgrades": Row(),
    "add_license_to_project": Row(),
    "remove_license_from_project": Row(),
    **{
        name: Row(past=_SOLD)
        for name in (
            "stripe_get_customer",
            "stripe_customer",
            "stripe_create_source",
            "stripe_delete_source",
            "stripe_set_default_source",
            "stripe_update_source",
            "stripe_get_plans",
            "stripe_plans",
            "stripe_create_subscription",
            "stripe_cancel_subscription",
            "stripe_update_subscription",
            "stripe_get_subscriptions",
            "stripe_get_coupon",
            "stripe_get_charges",
            "stripe_get_invoices",
            "purchase_license",
            "chatgpt",
            "openai_embeddings_search",
            "openai_embeddings_save",
            "openai_embeddings_remove",
        )
    },
}
"""`create_account` is for admins, as the site's sign-up is closed."""

MARKERS = {event.name: event.may_call for event in all_events()}
