"""Part A, sentence by sentence: messages, organizations, and the further functions of the hub's endpoint."""

from typing import Any

from support.people import PASSWORD
from support.spec import ANY, TIME, UUID, V2, Among, Covered, Like, Row
from support.spec_rows.rpc import hub, query, refused

FURTHER = "integration/test_rpc_further.py::"
TOKEN = Like("[A-Za-z0-9]{24}")


def got(name: str, frm: str, to: list[str], **more: Any) -> dict[str, Any]:
    flags = dict.fromkeys(("read", "saved", "deleted"), False)
    told = {"id": f"<{name}>", "sent": TIME, "from_id": f"<{frm}>", "to_ids": to, "subject": name, "body": "b"}
    return told | {"thread_id": None} | flags | more


def sent(subject: str, to: list[str], by: str, **more: Any) -> Row:
    params = {"subject": subject, "body": "b", "to_ids": to} | more
    return hub("messages.send", params, ANY_ID, by, keep={subject: ""})


def listed(params: dict[str, Any], reply: Any, by: str = "bob") -> Row:
    return hub("messages.get", params, reply, by)


class Positive:
    """The id of a message."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and other > 0

    __hash__ = None  # type: ignore[assignment]  # it equals many


ANY_ID: Any = Positive()
FIRST, ANSWER = (got("first", "vic", ["<eve>"]), got("answer", "eve", ["<vic>"], thread_id="<first>"))
UNREAD = {"accounts": {"unread_message_count": None}}
MESSAGES = [
    sent("first", ["<eve_email>", "nobody@example.com", "<eve>"], "vic"),
    sent("answer", ["<vic>"], "eve", reply_id="<first>"),
    listed({"limit": 1}, [FIRST], "eve"),
    listed({"type": "received", "limit": 1}, [ANSWER], "vic"),
    listed({"type": "new", "limit": 1}, [ANSWER], "vic"),
    listed({"type": "sent", "limit": 1}, [FIRST], "vic"),
    listed({"limit": 1, "offset": 0, "cutoff": "2999-01-01T00:00:00Z"}, [], "vic"),
    listed({"limit": 500, "offset": 500}, [], "vic"),
    *(listed({"type": what}, [], "vic") for what in ("starred", "liked")),
    query(UNREAD, {"accounts": {"unread_message_count": 1}}, "vic"),
    query({"messages": {"id": "<answer>", "read": True}}, {}, "vic"),
    query(UNREAD, {"accounts": {"unread_message_count": 0}}, "vic"),
    query({"sent_messages": {"id": "<first>", "read": True, "saved": True}}, {}, "vic"),
    listed({"type": "sent"}, [FIRST | {"read": True, "saved": True}], "vic"),
    listed({}, [FIRST], "eve"),
    query({"sent_messages": {"id": "<first>", "deleted": True}}, {}, "vic"),
    listed({"type": "sent"}, [], "vic"),
    query({"sent_messages": {"to_ids": ["<eve>"], "subject": "not sent"}}, {}, "vic"),
    hub(
        "db.userQuery",
        {"query": {"sent_messages": [{"id": None, "subject": "not sent"}]}},
        {"sent_messages": [{"id": ANY_ID, "subject": "not sent"}]},
        "vic",
        keep={"unsent": "sent_messages.0.id"},
    ),
    hub(
        "messages.send",
        {"subject": "s", "body": "b", "to_ids": ["<eve>"], "reply_id": "<unsent>"},
        "Error: there is no message <unsent> to answer",
        "vic",
    ),
    listed({"type": "sent"}, [], "vic"),
    listed({}, [FIRST], "eve"),
    query({"messages": {"id": "<first>", "expire": "2001-01-01"}}, {}, "eve"),
    listed({}, [], "eve"),
    listed({"limit": 501}, "Error: limit must be at most 500"),
    hub("messages.send", {"subject": "s", "body": "b", "to_ids": ["nobody@example.com"]}, None),
    *(
        refused("messages.send", {"subject": "s", "body": "b", "to_ids": [who]}, f"invalid account_id -- {who}")
        for who in ("x", "<nobody>")
    ),
]
ORG, OTHER_ORG = "spec-org", "Other-spec-org-of-39-characters-exactly"
TAKEN = f"name {ORG} is already used by some account or organization"
NO_ADMIN = "user must be an admin of the organization or site-admin"
MEMBER = {"last_name": "Test", "last_active": ANY}


def org(name: str, params: dict[str, Any], reply: Any, by: str = "admin", **others: Any) -> Row:
    return hub(f"org.{name}", params, reply, by, **others)


def of_org(name: str, reply: Any, by: str = "admin", **params: Any) -> Row:
    return org(name, {"name": ORG} | params, reply, by)


def not_by(who: str, name: str, text: str = NO_ADMIN, **params: Any) -> Row:
    return of_org(name, f"Error: {text}", who, **params)


def member(name: str) -> dict[str, Any]:
    return MEMBER | {"account_id": f"<{name}>", "first_name": name.title(), "email_address": f"<{name}_email>"}


def described(**more: Any) -> dict[str, Any]:
    unset = dict.fromkeys(("title", "description", "link", "email_address"))
    return {"name": ORG, "admin_account_ids": []} | unset | more


NEW_MEMBER = {"email": "Member@example.com", "firstName": "New", "lastName": "Member", "password": PASSWORD}
ORGANIZATIONS = [
    org("getAll", {}, "Error: must be a site admin", "ada"),
    not_by("ada", "create", "only admins may create organizations"),
    *(org("create", {"name": name}, UUID) for name in (ORG, OTHER_ORG)),
    of_org("create", f"Error: {TAKEN}"),
    query(
        {"accounts": {"name": ORG}},
        f"Error: FATAL: error setting 'name' -- Error: the name '{ORG}' is already taken",
        "vic",
    ),
    query({"accounts": {"name": "spec-user"}}, {}, "vic"),
    org("create", {"name": "spec-user"}, "Error: name spec-user is already used by some account or organization"),
    *(
        org("create", {"name": name}, "Error: the name of an organization has 1 to 39 letters, digits and dashes")
        for name in (f"{OTHER_ORG}x", "a b", "ä", "")
    ),
    org("getAll", {}, Among(({"name": ORG, "title": None, "admin_account_ids": []},))),
    of_org("get", described()),
    org("get", {"name": "nothing"}, "Error: no org named 'nothing'"),
    org("get", {"name": "nothing"}, f"Error: {NO_ADMIN}", "ada"),
    of_org("getUsers", []),
    *(
        not_by("ada", name, **params)
        for name, params in [
            ("get", {}),
            ("set", {"title": "T"}),
            ("createUser", NEW_MEMBER),
            ("getUsers", {}),
            ("removeUser", {"user": "<bob>"}),
            ("removeAdmin", {"user": "<bob>"}),
            ("message", {"subject": "s", "body": "b"}),
        ]
    ),
    not_by("ada", "addAdmin", "only site admins can make a user an organization admin right now", user="<ada>"),
    not_by("ada", "addUser", "only site admins can add/move a user to an org right now", user="<ada>"),
    *(
        of_org(name, f"Error: {text} '{who}'", user=who)
        for who in ("<nobody>", "nobody@example.com")
        for name, text in [("addAdmin", "no such account"), ("addUser", "cannot find user")]
    ),
    of_org("addAdmin", None, user="<ada_email>"),
    of_org("get", described(admin_account_ids=["<ada>"]), "ada"),
    of_org("set", None, "ada", title="T", description="D", email_address="e@example.com", link="https://l.example"),
    of_org("set", None, "ada"),
    of_org(
        "get",
        described(
            admin_account_ids=["<ada>"],
            title="T",
            description="D",
            email_address="e@example.com",
            link="https://l.example",
        ),
    ),
    query({"accounts": {"org": None}}, {"accounts": {"org": ORG}}),
    org(
        "addAdmin",
        {"name": OTHER_ORG, "user": "<ada>"},
        "Error: User '<ada>' is already member of another organization",
    ),
    org("addUser", {"name": OTHER_ORG, "user": "<bob>"}, None),
    of_org("getUsers", [member("ada")], "ada"),
    of_org("addUser", None, user="<bob_email>"),
    org("getUsers", {"name": OTHER_ORG}, []),
    of_org("getUsers", [member("ada"), member("bob")], "ada"),
    not_by("bob", "getUsers"),
    org("createUser", {"name": ORG} | NEW_MEMBER, UUID, "ada", keep={"member": ""}),
    of_org(
        "createUser",
        "Error: email_address: This e-mail address is already taken.",
        "ada",
        email="member@example.com",
    ),
    org("createUser", {"name": "no-such-org", "email": "lonely@example.com"}, UUID),
    org("createToken", {"user": "member@example.com"}, f"Error: {NO_ADMIN}", "bob"),
    org(
        "createToken",
        {"user": "member@example.com"},
        {"token": TOKEN, "url": Like("http://.*/auth/impersonate[?]auth_token=[A-Za-z0-9]{24}")},
        "ada",
        keep={"member_token": "token"},
    ),
    org("createToken", {"user": "<eve>"}, "Error: user is not in an org", "ada"),
    org("createToken", {"user": "<eve>"}, "Error: user is not in an org"),
    *(
        Row("A2", "auth/impersonate", {"auth_token": "<member_token>"}, {"account_id": "<member>"}, by="", dialect=V2)
        for _ in range(2)
    ),
    org("expireToken", {"token": "<member_token>"}, None, "eve"),
    of_org("message", None, "ada", subject="all", body="b"),
    hub(
        "messages.get",
        {"limit": 1},
        [got("all", "ada", ANY) | {"id": ANY_ID}],
        "bob",
    ),
    of_org(
        "removeUser",
        "Error: admin cannot be removed from org; first remove them from being an admin",
        "ada",
        user="<ada>",
    ),
    of_org("removeUser", None, "ada", user="<bob>"),
    of_org("removeAdmin", None, "ada", user="<ada>"),
    not_by("ada", "get"),
    of_org("getUsers", [member("ada"), ANY]),
    of_org("removeUser", None, user="<ada>"),
    Covered("A2", "integration/test_rpc_organizations.py::test_organizations_are_run_by_their_admins"),
]
RESET = "/auth/password-reset/[0-9a-f-]{36}"
CLIENTS_LAST = "Cannot change the last owner to collaborator. At least one owner is required."


def role(who: str, group: str) -> dict[str, Any]:
    return {"opts": {"project_id": "<other>", "target_account_id": f"<{who}>", "new_group": group}}


FURTHER_ROWS = [
    hub("system.getCustomize", [["siteName"]], {"siteName": "Carrel"}),
    hub(
        "system.manageApiKeys",
        {"action": "create", "name": "rpc key"},
        [{"id": ANY_ID, "account_id": "<vic>", "name": "rpc key", "trunc": ANY, "created": TIME, "secret": ANY}],
        "vic",
        keep={"rpc_key": "0.id"},
    ),
    hub(
        "system.manageApiKeys",
        {"action": "get", "id": "<rpc_key>"},
        [{"id": "<rpc_key>", "account_id": "<vic>", "name": "rpc key", "trunc": ANY, "created": TIME}],
        "vic",
    ),
    hub("system.manageApiKeys", {"action": "delete", "id": "<rpc_key>"}, None, "vic"),
    refused("system.manageApiKeys", {"action": "edit", "id": 0, "name": "n"}, "no api key with id 0"),
    refused(
        "system.manageApiKeys",
        {"action": "get", "project_id": "<foreign>"},
        "user must be collaborator on project to manage project_id api keys",
    ),
    hub(
        "system.generateUserAuthToken",
        {"user_account_id": "<ada>", "password": PASSWORD},
        TOKEN,
        keep={"rpc_token": ""},
    ),
    hub("system.generateUserAuthToken", {"user_account_id": "<ada>"}, TOKEN, "admin"),
    refused("system.generateUserAuthToken", {"user_account_id": "<ada>", "password": "x"}, "incorrect password", "vic"),
    hub("system.revokeUserAuthToken", ["<rpc_token>"], None),
    Covered("A3", FURTHER + "test_what_signs_in_is_managed"),
    Covered("A2", "unit/services/test_auth_tokens.py::test_a_token_works_many_times_for_12_hours"),
    hub("system.adminResetPasswordLink", {"user_account_id": "<vic>"}, Like(RESET), "admin"),
    refused("system.adminResetPasswordLink", {"user_account_id": "<vic>"}, "must be an admin"),
    hub("system.sendEmailVerification", {}, None, "vic", mail_to="<vic_email>", mailed={"v": "Confirm your e-mail"}),
    hub("system.logClientError", {"event": "e", "error": "x"}, None),
    hub("system.webappError", {"name": "n", "message": "m"}, None),
    hub("system.userTracking", {"event": "e", "value": {}}, None),
    hub("system.deletePassport", {"strategy": "s", "id": "1"}, None),
    hub("projects.inviteCollaborator", {"opts": {"project_id": "<other>", "account_id": "<bob>"}}, None),
    hub(
        "projects.inviteCollaboratorWithoutAccount",
        {"opts": {"project_id": "<other>", "to": "<bob_email>", "email": "Come"}},
        None,
    ),
    refused("projects.changeUserType", role("bob", "owner"), "Only project owners can change user types", "bob"),
    refused("projects.changeUserType", role("ada", "collaborator"), CLIENTS_LAST),
    hub("projects.changeUserType", role("bob", "owner"), None),
    hub("projects.changeUserType", role("bob", "collaborator"), None),
    refused("projects.setQuotas", {"project_id": "<other>", "cores": 1}, "must be an admin"),
    hub("projects.setQuotas", {"project_id": "<other>", "cores": 1}, None, "admin"),
    hub("db.touch", {"project_id": "<other>"}, None),
    hub(
        "db.fileUseTimes",
        {"project_id": "<other>", "path": "a.txt"},
        {"target_account_id": "<ada>", "access_times": []},
    ),
    hub("db.removeBlobTtls", {"uuids": []}, None),
    Covered("A3", FURTHER + "test_it_is_told_when_a_file_was_opened_and_edited"),
]
ROWS = [*MESSAGES, *ORGANIZATIONS, *FURTHER_ROWS]
