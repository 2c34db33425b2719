"""Part B of the specification, sentence by sentence: API v2 about accounts, keys, the site, and what is not there."""

from typing import Any

from carrel.hub.api.v2.commercial import AREAS
from support.people import PASSWORD
from support.spec import ANY, TIME, UUID, V2, Covered, Like, Row
from support.spec_rows.rpc import found, query

SIGN_UP = "integration/test_v2_sign_up.py::"
CREDENTIALS = "unit/services/test_credentials.py::"
ACCOUNTS = "integration/test_v2_accounts.py::"
UNSIGNED = "must be signed in"
OK, SUCCESS = {"status": "ok"}, {"status": "success"}
NEW = "nanosecond wire"
ADMIN_NEEDED = "must be logged in and a member of the admin group"


def v2(path: str, params: Any, reply: Any, by: str = "ada", **others: Any) -> Row:
    return Row("B", path, params, reply, by=by, dialect=V2, **others)


def signed_up(reply: Any, by: str = "admin", **params: Any) -> Row:
    draft = {"email": "v2-made@example.com", "password": NEW, "terms": True}
    return v2("auth/sign-up", draft | params, reply, by)


def issues(by: str = "admin", issues: Any = None, **params: Any) -> Row:
    return signed_up({"issues": issues}, by, **params)


def wrong(email: str, why: str) -> Row:
    params = {"email": email, "password": "wrong"}
    return v2("auth/sign-in", params, f"Problem signing into account -- {why}", "")


def address(email: str, password: str, reply: Any) -> Row:
    return v2("accounts/set-email-address", {"email_address": email, "password": password}, reply)


def keys(params: dict[str, Any], reply: Any, by: str = "ada", **others: Any) -> Row:
    return v2("api-keys", params, reply, by, **others)


def everybody(who: str, **more: Any) -> dict[str, Any]:
    told = {"account_id": f"<{who}>", "first_name": who.title(), "last_name": "Test", "name": None}
    return told | {"image": None, "color": None} | more


SIGNING_IN = [
    signed_up({"account_id": UUID}, firstName="V", lastName="Two", tags=["a"], signupReason="r", publicPathId="0" * 40),
    issues(issues={"email": 'Email address "v2-made@example.com" already in use.'}),
    issues(
        email="nobody",
        password="password1",
        terms="no",
        issues={
            "email": "Email address does not appear to be valid.",
            "terms": "You must agree to the terms of usage.",
            "password": ANY,
        },
    ),
    issues(
        email="a@example.com",
        password="x" * 65,
        issues={"password": "Your password must be at most 64 characters long."},
    ),
    issues(email="a@example.com", password="Xq7#zK2", issues={"password": ANY}),
    issues("ada", {"api": "Only users in the group 'admin' are allowed to create new users."}, email="a@example.com"),
    issues("", {"api": "Signing up via email/password is disabled."}, email="a@example.com"),
    signed_up("invalid parameters 'Error: 'terms' must be a boolean'", terms="maybe"),
    Covered("B", SIGN_UP + "test_who_signs_up_is_signed_in_and_verifies_the_address"),
    Covered("B", SIGN_UP + "test_a_program_of_an_admin_makes_accounts_for_others"),
    wrong("Nobody@example.com", "no account with email address 'nobody@example.com'."),
    wrong("<bob_email>", "password for '<bob_email>' is incorrect."),
    v2("auth/sign-in", {"email": "<bob_email>", "password": PASSWORD}, {"account_id": "<bob>"}, ""),
    Covered("B", CREDENTIALS + "test_a_reset_is_good_for_four_hours_and_in_api_v1_for_one"),
    Covered("B", ACCOUNTS + "test_after_five_wrong_passwords_the_right_one_waits_too"),
    Covered("B", ACCOUNTS + "test_a_page_of_another_site_can_neither_sign_in_nor_use_the_cookie"),
    Covered("B", ACCOUNTS + "test_a_key_works_where_there_is_no_cookie_and_a_cookie_wins"),
    Row("B", "auth/requires-token", {}, False, by="", dialect=V2),
    Covered("B", SIGN_UP + "test_a_registration_token_is_asked_for_while_there_are_some"),
    v2("auth/has-password", {}, {"hasPassword": True}),
    v2("auth/password-strength", {"password": NEW}, {"score": ANY}, ""),
    v2("auth/password-strength", {"password": "password1"}, {"score": 0, "help": ANY}, ""),
    v2(
        "auth/password-reset",
        {"email": "nobody@example.com"},
        'There is no account with email "nobody@example.com".',
        "",
    ),
    *(
        v2(
            "auth/password-reset",
            {"email": "<eve_email>"},
            {"success": "Password reset email successfully sent to <eve_email>."},
            "",
            mail_to="<eve_email>",
            mailed={"v2_code": "forgot=([0-9a-f-]{36})"},
        )
        for _ in range(3)
    ),
    v2(
        "auth/password-reset",
        {"email": "<eve_email>"},
        "Too many mails were asked for this address; try again in ten minutes.",
        "",
    ),
    *(
        v2("auth/redeem-password-reset", {"password": NEW, "passwordResetId": "<v2_code>"}, reply, "")
        for reply in ({"account_id": "<eve>"}, "Password reset no longer valid.")
    ),
    v2("auth/redeem-verify-email", {"email_address": "<eve_email>", "token": "x"}, "token is too short", ""),
    v2("auth/redeem-verify-email", {"email_address": "<eve_email>", "token": "x" * 16}, "tokens do not match", ""),
    v2(
        "accounts/send-verification-email",
        {},
        SUCCESS,
        "bob",
    ),
]
ABOUT_PEOPLE = [
    v2("accounts/profile", {"account_id": "<bob>"}, {"profile": everybody("bob")}, ""),
    v2("accounts/profile", {"account_id": "<vic>"}, {"profile": everybody("vic", name="spec-user", color="red")}),
    v2("accounts/profile", {}, {"profile": {}}, ""),
    v2(
        "accounts/profile",
        {},
        {
            "profile": everybody(
                "bob", is_admin=False, is_anonymous=False, email_address="<bob_email>", email_address_verified=False
            )
        },
        "bob",
    ),
    v2(
        "accounts/get-names",
        {"account_ids": ["<bob>", "<nobody>"]},
        {
            "names": {
                "<bob>": {"first_name": "Bob", "last_name": "Test"},
                "<nobody>": {"first_name": "Deleted", "last_name": "User"},
            }
        },
    ),
    v2("accounts/search", {"query": "<bob_email>"}, [found("bob", email_address="<bob_email>")]),
    v2("accounts/search", {"query": "<bob>"}, [found("bob")]),
    v2("accounts/search", {"query": "no-such-name"}, []),
    v2("accounts/set-name", {"username": "v2-user", "first_name": "Rob", "last_name": "Toast"}, SUCCESS, "bob"),
    query(
        {"accounts": {"name": None, "first_name": None, "last_name": None}},
        {"accounts": {"name": "v2-user", "first_name": "Rob", "last_name": "Toast"}},
        "bob",
    ),
    v2("accounts/set-name", {"account_id": "<bob>", "first_name": "Bob", "last_name": "Test"}, SUCCESS, "admin"),
    v2("accounts/set-name", {"account_id": "<bob>", "first_name": "x"}, ADMIN_NEEDED),
    v2("accounts/set-name", {"username": "V2-USER"}, "the name 'V2-USER' is already taken"),
    v2("accounts/set-name", {"username": "spec-org"}, "the name 'spec-org' is already taken"),
    address("nobody", PASSWORD, "email address is not valid"),
    address("v2@example.com", "short", "password must be at least 6 characters"),
    address("v2@example.com", "wrong password", "password is incorrect"),
    address("<bob_email>", PASSWORD, 'email address "<bob_email>" is already in use by another account'),
    address("<ada_email>", PASSWORD, SUCCESS),
    v2(
        "accounts/set-password",
        {"currentPassword": "wrong", "newPassword": NEW},
        "Current password is incorrect.",
    ),
    v2("accounts/set-password", {"currentPassword": NEW, "newPassword": PASSWORD}, SUCCESS, "eve"),
    v2("accounts/get-email-address", {"account_id": "<bob>"}, {"email_address": "<bob_email>"}, "admin"),
    v2("accounts/get-email-address", {"account_id": "<bob>"}, ADMIN_NEEDED),
    *(
        v2(f"accounts/{what}ban", {"account_id": "<bob>"}, text, who)
        for what in ("", "remove-")
        for who, text in [("ada", "only admins can ban users"), ("admin", SUCCESS)]
    ),
    v2("accounts/sign-out", {}, UNSIGNED),
    Covered("B", ACCOUNTS + "test_signing_out_ends_this_browser_or_all"),
    Covered("B", SIGN_UP + "test_an_account_is_deleted_by_itself", ("accounts/delete",)),
    *(
        v2(path, params, UNSIGNED, "")
        for path, params in [
            ("auth/has-password", {}),
            ("accounts/get-names", {"account_ids": []}),
            ("accounts/search", {"query": "a"}),
            ("accounts/set-name", {}),
            ("accounts/set-email-address", {"email_address": "a@example.com", "password": NEW}),
            ("accounts/set-password", {"newPassword": NEW}),
            ("accounts/send-verification-email", {}),
            ("accounts/get-email-address", {"account_id": "<bob>"}),
            ("accounts/delete", {}),
            ("accounts/sign-out", {}),
            ("api-keys", {"action": "get"}),
            ("user-query", {"query": {"accounts": {"first_name": None}}}),
        ]
    ),
]
KEY = {"id": "<v2_key>", "account_id": "<vic>", "name": "n", "trunc": Like("sk-[.]{3}.{6}"), "created": TIME}
OTHERS = [
    keys(
        {"action": "create", "name": "n", "expire": "2999-01-01T00:00:00Z"},
        {"response": [KEY | {"id": ANY, "expire": "2999-01-01T00:00:00.000Z", "secret": Like("sk-[A-Za-z0-9]{22}")}]},
        "vic",
        keep={"v2_key": "response.0.id"},
    ),
    keys({"action": "get", "id": "<v2_key>"}, {"response": [KEY | {"expire": TIME}]}, "vic"),
    keys({"action": "edit", "id": "<v2_key>", "name": "m"}, {}, "vic"),
    keys({"action": "edit", "id": "<v2_key>", "name": "m"}, "no api key with id <v2_key>", "eve"),
    keys({"action": "delete", "id": "<v2_key>"}, {}, "vic"),
    keys(
        {"action": "get", "project_id": "<foreign>"},
        "user must be collaborator on project to manage project_id api keys",
    ),
    Covered("B", SIGN_UP + "test_keys_of_a_project"),
    v2(
        "customize",
        {"fields": ["siteName", "helpEmail", "nothing"]},
        {"siteName": "Carrel", "helpEmail": "help@example.com"},
        "",
    ),
    v2("user-query", {"query": {"accounts": {"first_name": None}}}, {"query": {"accounts": {"first_name": "Ada"}}}),
    v2("user-query", {"query": {"nothing": {"x": None}}}, "FATAL: get queries not allowed for table 'nothing'"),
    Covered("B", "integration/test_v1_query.py::test_a_blank_key_reads_public_tables_while_the_share_server_is_on"),
    *(v2(path, {}, (404, "not available on this server"), "") for path in (*AREAS, "purchases/get-balance")),
]
ROWS = [*SIGNING_IN, *ABOUT_PEOPLE, *OTHERS]
