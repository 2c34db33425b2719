"""Accounts: the own one, those of others as they may be seen, and all of them for admins."""

from collections.abc import Mapping
from dataclasses import replace

from carrel.services.queries.fields import FLAG, ID, LIST, MAP, TEXT, TIME, UNSET, WHOLE, Field, Kind, text
from carrel.services.queries.table import Rows, Table, Target, Writing, names

_BILLING = names(
    "balance min_balance stripe_customer_id stripe_customer stripe_checkout_session stripe_usage_subscription "
    "coupon_history auto_balance purchase_closing_day email_daily_statements"
)
FIELDS: Mapping[str, Field] = {
    "account_id": ID,
    "email_address": text(254),
    "email_address_verified": MAP,
    "email_address_problem": MAP,
    "org": text(39),
    "lti_id": LIST,
    "first_name": text(default=""),
    "last_name": text(default=""),
    "name": text(39),
    "profile": Field(Kind.MAP, {"color": "rgb(170,170,170)"}),
    "groups": Field(Kind.LIST, []),
    "passports": Field(Kind.MAP, {}),
    "ssh_keys": Field(Kind.MAP, {}),
    "created": TIME,
    "last_active": TIME,
    "ephemeral": WHOLE,
    "unlisted": Field(Kind.FLAG, False),
    "tags": LIST,
    "tours": LIST,
    "customize": MAP,
    "unread_message_count": WHOLE,
    "editor_settings": Field(Kind.MAP, {}),
    "other_settings": Field(Kind.MAP, {}),
    "terminal": Field(Kind.MAP, {"font_size": 14, "color_scheme": "default", "font": "monospace"}),
    "autosave": Field(Kind.WHOLE, 45),
    "evaluate_key": text(64, "Shift-Enter"),
    "font_size": Field(Kind.WHOLE, 14),
    "sign_up_usage_intent": TEXT,
    **dict.fromkeys(sorted(_BILLING), UNSET),
}
_FIELDS_OF_ADMINS: Mapping[str, Field] = {
    **FIELDS,
    "owner_id": ID,
    "banned": FLAG,
    "deleted": FLAG,
    "notes": TEXT,
}

ACCOUNTS = Table(
    "accounts",
    "The caller's own account.",
    source="accounts",
    key="account_id",
    fields=FIELDS,
    rows=Rows.OWN_ACCOUNT,
    readable=frozenset(FIELDS) - {"sign_up_usage_intent"},
    writing=Writing(
        Target.OWN_ACCOUNT,
        names(
            "account_id first_name last_name name profile unlisted ssh_keys tags tours editor_settings other_settings "
            "terminal autosave evaluate_key font_size sign_up_usage_intent"
        ),
    ),
)
ACCOUNT_PROFILES = replace(
    ACCOUNTS,
    name="account_profiles",
    summary="The picture or colour of an account.",
    rows=Rows.ANY_ACCOUNT,
    readable=names("account_id profile"),
    writing=None,
    limit=1,
)
COLLABORATORS = replace(
    ACCOUNTS,
    name="collaborators",
    summary="The people with whom the caller works.",
    rows=Rows.ACCOUNTS_AROUND_ME,
    readable=names("account_id first_name last_name name last_active profile"),
    writing=None,
)
COLLABORATORS_ONE_PROJECT = replace(
    COLLABORATORS,
    name="collaborators_one_project",
    summary="The people of one project.",
    fields={**FIELDS, "project_id": Field(Kind.GIVEN, max_length=36)},
    rows=Rows.ACCOUNTS_ON_ONE_PROJECT,
    readable=COLLABORATORS.readable | {"project_id"},
)
CRM_ACCOUNTS = replace(
    ACCOUNTS,
    name="crm_accounts",
    summary="All accounts, for admins. `banned` is set as on the pages: who is banned is signed out everywhere.",
    fields=_FIELDS_OF_ADMINS,
    rows=Rows.ALL,
    readable=frozenset(_FIELDS_OF_ADMINS),
    writing=Writing(Target.ACCOUNT, names("account_id name first_name last_name banned unlisted notes tags")),
    admin=True,
)

TABLES = (ACCOUNTS, ACCOUNT_PROFILES, COLLABORATORS, COLLABORATORS_ONE_PROJECT, CRM_ACCOUNTS)
