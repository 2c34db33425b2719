"""§8.5, §8.6, §8.10 and §8.12-8.14 of the specification of API v1, sentence by sentence."""

from typing import Any

from carrel.hub.api.v1.commercial import UNAVAILABLE
from support.spec import NOBODY, SUCCESS, UUID, Row, answer, missing

ANY_STRANGER = "00000000-0000-4000-8000-000000000001"
SAME_LENGTH = "must be arrays of the same length"
TWO = ["<project>", "<other>"]


def refused(who: str) -> str:
    return f"User <{who}> does not have write access to project <foreign>"


def on_project(section: str, event: str, project: str, reply: Any, by: str = "ada", **params: Any) -> Row:
    return Row(section, event, {"project_id": project} | params, reply, by=by)


def added(reply: Any, by: str = "ada", **params: Any) -> Row:
    return Row("8.6", "add_collaborator", params, reply, by=by)


def invited(reply: Any, by: str = "ada", project: str = "<project>", **params: Any) -> Row:
    given = {"project_id": project, "account_id": "<eve>"} | params
    mail = {name: given.pop(name) for name in ("mail_to", "mailed") if name in given}
    return Row("8.6", "invite_collaborator", given, reply, by=by, **mail)


def invited_by_address(to: str, reply: Any, by: str = "ada", project: str = "<project>", **others: Any) -> Row:
    mail = {name: others.pop(name) for name in ("mail_to", "mailed") if name in others}
    given = {
        "project_id": project,
        "to": to,
        "email": "Come <b>here</b>",
        "title": "T",
        "link2proj": "https://x.example/p",
    }
    return Row("8.6", "invite_noncloud_collaborators", given | others, reply, by=by, **mail)


def removed(who: str, reply: Any, by: str = "ada", project: str = "<project>") -> Row:
    return on_project("8.6", "remove_collaborator", project, reply, by, account_id=who)


def people(*names: str) -> Row:
    """Who is on the project now."""
    rows = [{"account_id": f"<{name}>", "project_id": "<project>"} for name in names]
    asked = {"account_id": None, "project_id": "<project>"}
    options = [{"order_by": "first_name"}]
    reply = answer("query", query={"collaborators_one_project": rows}, multi_response=False, options=options)
    return Row("8.6", "query", {"query": {"collaborators_one_project": [asked]}, "options": options}, reply)


def history(string_id: str, reply: Any, by: str = "ada") -> Row:
    return Row("8.10", "get_syncdoc_history", {"string_id": string_id}, reply, by=by)


PROJECTS = [
    Row("8.5", "create_project", {}, answer("project_created", project_id=UUID)),
    Row(
        "8.5",
        "create_project",
        {"title": "T", "description": "D", "image": "x", "license": "l", "start": False, "noPool": True},
        answer("project_created", project_id=UUID),
        keep={"made": "project_id"},
    ),
    Row("8.5", "create_project", {}, "not available with a project API key", by="project"),
    on_project("8.5", "touch_project", "<foreign>", "unable to touch project <foreign> -- must have write access"),
    on_project("8.5", "touch_project", NOBODY, f"unable to touch project {NOBODY} -- must have write access"),
    on_project("8.5", "touch_project", "x", "unable to touch project x -- project_id must be specified and valid"),
    on_project(
        "8.5", "touch_project", "<project>", "unable to touch project <project> -- must have write access", "vic"
    ),
    missing("8.5", "touch_project", "project_id"),
    *(on_project("8.5", "disconnect_from_project", "<project>", SUCCESS, who) for who in ("ada", "bob", "project")),
    on_project(
        "8.5",
        "disconnect_from_project",
        "<foreign>",
        "unable to disconnect from project <foreign> -- must have write access",
    ),
    *(on_project("8.5", f"{what}_project", "<foreign>", refused("ada")) for what in ("start", "stop", "restart")),
    *(missing("8.5", f"{what}_project", "project_id") for what in ("start", "stop", "restart", "delete")),
    on_project("8.5", "stop_project", "<made>", SUCCESS),
    on_project(
        "8.5", "delete_project", "<project>", "User <bob> does not have owner access to project <project>", "bob"
    ),
    on_project("8.5", "delete_project", "<made>", SUCCESS),
]
COLLABORATORS = [
    added(SUCCESS, project_id="<project>", account_id="<bob>"),
    added(SUCCESS, project_id=TWO, account_id=["<bob>", "<bob>"]),
    added(
        "Error: user <ada> does not have write access to project <foreign>", project_id="<foreign>", account_id="<bob>"
    ),
    added(
        "Error: user <vic> does not have write access to project <project>",
        by="vic",
        project_id="<project>",
        account_id="<eve>",
    ),
    added(
        f"Error: accounts (of length 1) and projects (of length 2) {SAME_LENGTH}", project_id=TWO, account_id="<bob>"
    ),
    added("Error: all account id's must be valid uuid's, but \"x\" is not", project_id="<project>", account_id="x"),
    added(
        "Error: all project id's must be valid uuid's (or empty), but \"x\" is not", project_id="x", account_id="<bob>"
    ),
    added("Error: Project invite token is not valid - no such token", token_id="x" * 8, account_id="<bob>"),
    *(
        Row(
            "8.6",
            "query",
            {"query": {"project_invite_tokens": {"project_id": "<other>"} | token}},
            answer("query", query={}, multi_response=False),
        )
        for token in (
            {"token": "once-only", "usage_limit": 1},
            {"token": "long-gone", "expires": "2001-01-01T00:00:00Z"},
        )
    ),
    added(
        "Error: Project invite token is not valid - the token already expired", token_id="long-gone", account_id="<vic>"
    ),
    added(SUCCESS | {"project_id": ["<other>"]}, by="vic", token_id=["once-only"], account_id=["<vic>"]),
    added(
        "Error: Project invite token is not valid - the token can only be used 1 times",
        by="eve",
        token_id="once-only",
        account_id="<eve>",
    ),
    missing("8.6", "add_collaborator", "account_id"),
    invited(refused("ada"), project="<foreign>"),
    invited("Write access denied -- invalid project_id -- x", project="x"),
    invited(SUCCESS),
    people("ada", "bob", "eve", "vic"),
    removed("<eve>", SUCCESS),
    invited(
        SUCCESS,
        email="Do <i>come</i>",
        mail_to="<eve_email>",
        mailed={"subject": "Invitation to Carrel for collaborating in project 'Ours'", "text": "Do come"},
    ),
    removed("<eve>", SUCCESS),
    invited(SUCCESS, email="Again", mail_to="<eve_email>", mailed={"once_a_day": "Do come"}),
    removed("<eve>", SUCCESS),
    invited_by_address(
        "<bob_email>",
        answer("invite_noncloud_collaborators_resp", mesg="Invited <bob_email> to collaborate on a project."),
    ),
    invited_by_address(
        "<eve_email>, Nobody-Yet@example.com",
        answer(
            "invite_noncloud_collaborators_resp",
            mesg="Invited <eve_email>, Nobody-Yet@example.com to collaborate on a project.",
        ),
        mail_to="nobody-yet@example.com",
        mailed={"subject": "Carrel Invitation", "text": "Come here", "link": "https://x.example/p"},
    ),
    people("ada", "bob", "eve", "vic"),
    removed("<eve>", SUCCESS),
    Row(
        "8.6",
        "create_account",
        {
            "first_name": "Zoe",
            "last_name": "Test",
            "email_address": "nobody-yet@example.com",
            "password": "<password>",
            "agreed_to_terms": True,
        },
        answer("account_created", account_id=UUID),
        by="admin",
        keep={"zoe": "account_id"},
    ),
    people("ada", "bob", "vic", "zoe"),
    removed("<zoe>", SUCCESS),
    invited_by_address("x" * 1025, "Specify less recipients when adding collaborators to project."),
    invited_by_address("a@example.com; nobody", "invalid email address 'nobody'"),
    invited_by_address(
        f"{'a' * 120}@example.com", f"email address must be at most 128 characters: '{'a' * 120}@example.com'"
    ),
    invited_by_address("a@example.com", refused("ada"), project="<foreign>"),
    invited_by_address("a@example.com", "User <vic> does not have write access to project <project>", by="vic"),
    *(
        missing(
            "8.6",
            "invite_noncloud_collaborators",
            name,
            {"project_id": "<project>", "to": "a@b.c", "email": "", "title": "", "link2proj": ""} | {name: None},
        )
        for name in ("to", "email", "title", "link2proj")
    ),
    removed("<ada>", "Cannot remove an owner. Demote to collaborator first.", by="bob"),
    removed(ANY_STRANGER, SUCCESS),
    removed("<bob>", refused("ada"), project="<foreign>"),
    missing("8.6", "remove_collaborator", "account_id", {"project_id": "<project>"}),
    Row(
        "8.6",
        "query",
        {"query": {"projects": {"project_id": "<project>", "manage_users_owner_only": True}}},
        answer("query", query={}, multi_response=False),
    ),
    *(
        Row(
            "8.6",
            event,
            {"project_id": "<project>", "account_id": "<eve>"},
            "Only owners can manage collaborators when this setting is enabled",
            by="bob",
        )
        for event in ("invite_collaborator", "remove_collaborator")
    ),
    Row(
        "8.6",
        "query",
        {"query": {"projects": {"project_id": "<project>", "manage_users_owner_only": False}}},
        answer("query", query={}, multi_response=False),
    ),
    removed("<bob>", SUCCESS),
    added(SUCCESS, project_id="<project>", account_id="<bob>"),
]
UNKNOWN = "0" * 40
OTHERS = [
    history(UNKNOWN, f"unable to get syncdoc history for string_id {UNKNOWN} -- no such syncdoc"),
    history("x", "unable to get syncdoc history for string_id x -- string_id must be specified and valid"),
    Row(
        "8.10",
        "query",
        {"query": {"file_use": {"project_id": "<project>", "path": "never-opened.txt"}}},
        answer("query", query={}, multi_response=False),
    ),
    history(
        "<never_opened>",
        "unable to get syncdoc history for string_id <never_opened> -- must have write access",
        by="eve",
    ),
    missing("8.10", "get_syncdoc_history", "string_id"),
    Row("8.12", "log_client_error", {"error": "x"}, SUCCESS),
    missing("8.12", "log_client_error", "error"),
    Row("8.12", "metrics", {"metrics": {"a": [1]}}, SUCCESS),
    missing("8.12", "metrics", "metrics"),
    Row("8.12", "start_metrics", {"interval_s": 1}, (400, "endpoint 'start_metrics' is not part of the HTTP API")),
    Row(
        "8.13",
        "create_support_ticket",
        {"email_address": "a@b.c", "subject": "s", "body": "b", "tags": ["x"]},
        "deprecated",
    ),
    Row("8.13", "get_support_tickets", {}, "deprecated"),
    missing("8.13", "create_support_ticket", "subject", {"email_address": "a@b.c", "body": "b"}),
    *(Row("8.14", event, {"whatever": 1}, f"{event} is not available on this server") for event in UNAVAILABLE),
    Row("8.14", "get_available_upgrades", {}, answer("available_upgrades", total={}, excess={}, available={})),
    *(
        Row("8.14", f"{what}_project", {"project_id": "<project>", "license_id": "x"}, SUCCESS)
        for what in ("add_license_to", "remove_license_from")
    ),
    Row("8.9", "jupyter_start_pool", {}, (400, "unknown message event type 'jupyter_start_pool'")),
]
ROWS = [*PROJECTS, *COLLABORATORS, *OTHERS]
