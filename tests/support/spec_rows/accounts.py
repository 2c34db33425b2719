"""§8.1-8.4 of the specification of API v1, sentence by sentence: accounts, passwords, tokens, users."""

from typing import Any

from support.people import PASSWORD
from support.spec import ANY_MS, SUCCESS, TIME, UUID, Covered, Like, Row, answer, missing

SERVICES = "unit/services/test_"
DRAFT: dict[str, Any] = {
    "first_name": "New",
    "last_name": "Person",
    "email_address": "new-person@example.com",
    "password": PASSWORD,
    "agreed_to_terms": True,
}
LENGTH = "Password must be between 6 and 64 characters in length."
TOO_LONG = "x" * 65
CODE = "forgot=([0-9a-f-]{36})"
ADMIN_NEEDED = "must be logged in and a member of the admin group"


def created(by: str = "admin", **fields: Any) -> Row:
    return Row("8.2", "create_account", DRAFT | fields, answer("account_created", account_id=UUID), by=by)


def not_created(reason: dict[str, Any], by: str = "admin", **fields: Any) -> Row:
    return Row("8.2", "create_account", DRAFT | fields, answer("account_creation_failed", reason=reason), by=by)


def deleted(who: str, by: str) -> Row:
    return Row("8.2", "delete_account", {"account_id": who}, answer("account_deleted"), by=by)


def password(old: str, new: str, error: Any = None, account: str = "<ada>") -> Row:
    reply = answer("changed_password") if error is None else answer("changed_password", error=error)
    params = {"account_id": account, "old_password": old, "new_password": new}
    return Row("8.2", "change_password", params, reply)


def address(new: str, error: Any, account: str = "<ada>", password: str = PASSWORD, **others: Any) -> Row:
    params = {"account_id": account, "new_email_address": new, "password": password}
    return Row("8.2", "change_email_address", params, answer("changed_email_address", error=error), **others)


def forgot(address: str, error: Any, **others: Any) -> Row:
    reply = answer("forgot_password_response", error=error)
    return Row("8.2", "forgot_password", {"email_address": address}, reply, **others)


def reset(code: str, new: str, error: Any) -> Row:
    reply = answer("reset_forgot_password_response", error=error)
    return Row("8.2", "reset_forgot_password", {"reset_code": code, "new_password": new}, reply)


def verify(reply: Any, by: str, account: str = "<ada>", **others: Any) -> Row:
    mail = {name: others.pop(name) for name in ("mail_to", "mailed") if name in others}
    return Row("8.2", "send_verification_email", {"account_id": account} | others, reply, by=by, **mail)


def token(account: str, password: str, reply: Any, by: str = "ada") -> Row:
    keep = {"token": "auth_token"} if isinstance(reply, dict) else {}
    return Row("8.3", "user_auth", {"account_id": account, "password": password}, reply, by=by, keep=keep)


def names(ids: list[str], reply: Any, by: str = "ada") -> Row:
    return Row("8.4", "get_usernames", {"account_ids": ids}, reply, by=by)


def searched(query: str, found: list[Any], by: str = "ada", **params: Any) -> Row:
    return Row("8.4", "user_search", {"query": query} | params, answer("user_search_results", results=found), by=by)


def person(name: str, **more: Any) -> dict[str, Any]:
    return {"account_id": f"<{name}>", "first_name": name.title(), "last_name": "Test", "created": ANY_MS} | more


A_TOKEN = answer("user_auth_token", auth_token=Like("[A-Za-z0-9]{24}"))
ACTIVE = {"last_active": ANY_MS}

ROWS = [
    *(Row("8.1", "ping", {}, answer("pong", now=TIME), by=who) for who in ("ada", "blank", "project")),
    *(missing("8.2", "create_account", name, {k: v for k, v in DRAFT.items() if k != name}) for name in DRAFT),
    created(email_address="New-Person@Example.com"),
    created(email_address="cut@example.com", first_name="f" * 300, utm={"a": 1}, referrer="r", usage_intent="u"),
    Row(
        "8.2",
        "create_account",
        DRAFT | {"email_address": "key@example.com", "get_api_key": "my app"},
        answer("account_created", account_id=UUID, api_key=Like("sk-[A-Za-z0-9]{22}")),
        by="admin",
        keep={"made": "account_id"},
        mail_to="key@example.com",
        mailed={"subject": "Welcome to Carrel", "confirmed": "/auth/verify#email=key%40example.com&token=[a-z0-9]{16}"},
    ),
    not_created({"email_address": "This e-mail address is already taken."}),
    not_created(
        {
            "first_name": "Enter your first name.",
            "last_name": "Enter your last name.",
            "email_address": "Email address does not appear to be valid.",
            "password": "Password must be specified.",
            "agreed_to_terms": "Agree to the Terms of Service.",
        },
        **dict.fromkeys(("first_name", "last_name", "email_address", "password"), ""),
        agreed_to_terms=False,
    ),
    not_created({"password": LENGTH}, email_address="a@example.com", password="12345"),
    not_created({"password": LENGTH}, email_address="a@example.com", password=TOO_LONG),
    not_created({"other": "Signing up via email/password is disabled."}, by="ada", email_address="a@example.com"),
    Row("8.2", "create_account", DRAFT, "not available with a project API key", by="project"),
    deleted("<made>", "admin"),
    deleted("<made>", "admin"),
    deleted("<nobody>", "admin"),
    *(
        Row("8.2", "delete_account", {"account_id": who}, text, by="eve")
        for text in ["you may only delete your own account or an account that you created"]
        for who in ("<ada>", "<nobody>")
    ),
    missing("8.2", "delete_account", "account_id"),
    password(PASSWORD, "another one", "invalid old password", account="<bob>"),
    password("wrong", "another one", "invalid old password"),
    password(PASSWORD, "12345", {"new_password": LENGTH}),
    password(PASSWORD, TOO_LONG, {"new_password": LENGTH}),
    password(PASSWORD, "123456"),
    password("123456", PASSWORD),
    missing("8.2", "change_password", "new_password", {"account_id": "<ada>"}),
    missing("8.2", "change_password", "account_id", {"new_password": "123456"}),
    address("moved@example.com", "account_id in mesg is not what user is signed in as", account="<bob>"),
    address("nobody", "email_invalid"),
    address("moved@example.com", "invalid_password", password="wrong"),
    address("<bob_email>", "email_already_taken"),
    address("Moved@Example.com", False, mail_to="moved@example.com", mailed={"subject": "Confirm your e-mail address"}),
    address("<ada_email>", False),
    missing("8.2", "change_email_address", "new_email_address", {"account_id": "<ada>"}),
    forgot("nobody", "Invalid email address."),
    forgot("No-One@example.com", "No account with e-mail address no-one@example.com"),
    forgot("<ada_email>", False, mail_to="<ada_email>", mailed={"subject": "Carrel Password Reset", "code": CODE}),
    missing("8.2", "forgot_password", "email_address"),
    Covered("8.2", SERVICES + "credentials.py::test_a_reset_is_good_for_four_hours_and_in_api_v1_for_one"),
    reset("<code>", "12345", LENGTH),
    reset("<code>", "654321", False),
    reset("<code>", "654321", "Password reset request is no longer valid."),
    reset("<nobody>", "654321", "Password reset request is no longer valid."),
    missing("8.2", "reset_forgot_password", "reset_code", {"new_password": "654321"}),
    password("654321", PASSWORD),
    verify("must be signed in", by="eve"),
    verify(SUCCESS, by="ada"),
    verify(SUCCESS, by="admin", account="<bob>", mail_to="<bob_email>", mailed={"subject": "Confirm your e-mail"}),
    verify(SUCCESS, by="bob", account="<bob>", only_verify=False, mail_to="<bob_email>", mailed={"subject": "Welcome"}),
    missing("8.2", "send_verification_email", "account_id"),
    Covered("8.2", SERVICES + "credentials.py::test_an_address_is_verified_by_the_token_that_was_sent_there"),
    missing("8.2", "unlink_passport", "strategy", {"id": "1"}),
    missing("8.2", "unlink_passport", "id", {"strategy": "google"}),
    token("<ada>", PASSWORD, A_TOKEN),
    token("<ada>", PASSWORD, A_TOKEN, by="bob"),
    token("<ada>", "", A_TOKEN, by="admin"),
    token("<nobody>", "", "incorrect password", by="admin"),
    token("<ada>", "wrong", "incorrect password", by="eve"),
    token("<ada>", PASSWORD, "banned -- please wait at least 60s before trying again", by="eve"),
    token("<bob>", PASSWORD, A_TOKEN, by="eve"),
    missing("8.3", "user_auth", "password", {"account_id": "<ada>"}),
    Covered("8.3", SERVICES + "auth_tokens.py::test_a_token_works_many_times_for_12_hours"),
    Covered("8.3", SERVICES + "credentials.py::test_a_browser_that_a_token_signed_in_is_for_12_hours"),
    Row("8.3", "revoke_auth_token", {"auth_token": "<token>"}, SUCCESS, by="vic"),
    Row("8.3", "revoke_auth_token", {"auth_token": "<token>"}, SUCCESS),
    missing("8.3", "revoke_auth_token", "auth_token"),
    searched("<vic_email>", [person("vic", email_address="<vic_email>")]),
    searched("Vic <<vic_email>>", [person("vic", email_address="<vic_email>")]),
    searched("<vic>", [person("vic")]),
    searched("<nobody>", []),
    searched("no-such-name; nobody@example.com", []),
    searched("vic, <vic_email>", [person("vic", email_address="<vic_email>")], only_email=True, active="6 months"),
    searched("test", [], limit=0),
    searched("<vic>", [person("vic", email_address="<vic_email>", banned=False)], by="admin", admin=True),
    Row("8.4", "user_search", {"query": "vic", "admin": True}, ADMIN_NEEDED),
    Row("8.4", "user_search", {"query": "vic"}, (400, "No account found. Is your API key wrong?"), by="blank"),
    missing("8.4", "user_search", "query"),
    names([], answer("usernames", usernames={})),
    names(
        ["<vic>", "<nobody>"],
        answer("usernames", usernames={"<vic>": {"first_name": "Vic", "last_name": "Test"}, "<nobody>": {}}),
        by="project",
    ),
    names(["<vic>", "x"], 'invalid uuid x in account_ids -- ["<vic>","x"]'),
    missing("8.4", "get_usernames", "account_ids"),
]
