"""The fields that the `query` event knows, with their kinds and the defaults that rows are filled up with."""

from collections.abc import Mapping

from carrel.domain.projects import Quota
from carrel.services.queries.fields import Field, Kind

_AVATAR_LENGTH = 10_000_000


def _text(max_length: int | None = None, default: str | None = None) -> Field:
    return Field(Kind.TEXT, default) if max_length is None else Field(Kind.TEXT, default, max_length)


_ID, _TEXT, _WHOLE = _text(36), _text(), Field(Kind.WHOLE)
_FLAG, _TIME, _MAP, _LIST, _UNSET = (
    Field(Kind.FLAG),
    Field(Kind.TIME),
    Field(Kind.MAP),
    Field(Kind.LIST),
    Field(Kind.UNSET),
)

_BILLING = [
    "balance",
    "min_balance",
    "stripe_customer_id",
    "stripe_customer",
    "stripe_checkout_session",
    "stripe_usage_subscription",
    "coupon_history",
    "auto_balance",
    "purchase_closing_day",
    "email_daily_statements",
]

ACCOUNT_FIELDS: Mapping[str, Field] = {
    "account_id": _ID,
    "email_address": _text(254),
    "email_address_verified": _MAP,
    "email_address_problem": _MAP,
    "org": _text(39),
    "lti_id": _LIST,
    "first_name": _text(default=""),
    "last_name": _text(default=""),
    "name": _text(39),
    "profile": Field(Kind.MAP, {"color": "rgb(170,170,170)"}),
    "groups": Field(Kind.LIST, []),
    "passports": Field(Kind.MAP, {}),
    "ssh_keys": Field(Kind.MAP, {}),
    "created": _TIME,
    "last_active": _TIME,
    "ephemeral": _WHOLE,
    "unlisted": Field(Kind.FLAG, False),
    "tags": _LIST,
    "tours": _LIST,
    "customize": _MAP,
    "unread_message_count": _WHOLE,
    "editor_settings": Field(Kind.MAP, {}),
    "other_settings": Field(Kind.MAP, {}),
    "terminal": Field(Kind.MAP, {"font_size": 14, "color_scheme": "default", "font": "monospace"}),
    "autosave": Field(Kind.WHOLE, 45),
    "evaluate_key": _text(64, "Shift-Enter"),
    "font_size": Field(Kind.WHOLE, 14),
    "sign_up_usage_intent": _TEXT,
} | dict.fromkeys(_BILLING, _UNSET)

_QUOTA = Quota()
_SETTINGS = {
    "disk_quota": _QUOTA.disk_mb,
    "cores": _QUOTA.cores,
    "cpu_shares": 0,
    "memory": _QUOTA.memory_mb,
    "memory_request": 0,
    "mintime": 1800,
    "network": 0,
    "member_host": 0,
    "ephemeral_state": 0,
    "ephemeral_disk": 0,
    "always_running": 0,
}
_AVATAR = Field(Kind.TEXT, max_length=_AVATAR_LENGTH)
PROJECT_FIELDS: Mapping[str, Field] = {
    "project_id": _ID,
    "name": _text(100),
    "title": _text(default=""),
    "description": _text(default=""),
    "users": Field(Kind.PEOPLE, {}),
    "invite": _MAP,
    "invite_requests": _MAP,
    "deleted": _FLAG,
    "host": _MAP,
    "settings": Field(Kind.MAP, _SETTINGS),
    "run_quota": _MAP,
    "site_license": _MAP,
    "status": _MAP,
    "state": _MAP,
    "last_edited": _TIME,
    "last_active": _MAP,
    "action_request": _MAP,
    "course": _MAP,
    "compute_image": _text(254, "default"),
    "created": _TIME,
    "ephemeral": _WHOLE,
    "env": _MAP,
    "sandbox": _FLAG,
    "manage_users_owner_only": _FLAG,
    "avatar_image_tiny": _AVATAR,
    "avatar_image_full": _AVATAR,
    "color": _text(64),
    "pay_as_you_go_quotas": _MAP,
    "notes": _TEXT,
    "secret_token": _UNSET,
}
PUBLIC_PATH_FIELDS: Mapping[str, Field] = {
    "id": _text(40),
    "project_id": _ID,
    "path": _text(4096),
    "name": _text(100),
    "url": _TEXT,
    "description": _TEXT,
    "image": _AVATAR,
    "disabled": _FLAG,
    "unlisted": _FLAG,
    "authenticated": _FLAG,
    "license": _TEXT,
    "last_edited": _TIME,
    "created": _TIME,
    "last_saved": _TIME,
    "counter": _WHOLE,
    "compute_image": _text(254, "default"),
    "site_license_id": _TEXT,
    "cross_origin_isolation": _FLAG,
    "redirect": _TEXT,
    "jupyter_api": _FLAG,
}
LOG_FIELDS: Mapping[str, Field] = {
    "id": _ID,
    "project_id": _ID,
    "time": _TIME,
    "account_id": _ID,
    "event": _MAP,
}
INVITE_TOKEN_FIELDS: Mapping[str, Field] = {
    "project_id": _ID,
    "token": _text(64),
    "created": _TIME,
    "expires": _TIME,
    "usage_limit": _WHOLE,
    "counter": _WHOLE,
}
REGISTRATION_TOKEN_FIELDS: Mapping[str, Field] = {
    "token": _text(254),
    "descr": _TEXT,
    "expires": _TIME,
    "counter": _WHOLE,
    "limit": _WHOLE,
    "disabled": _FLAG,
    "ephemeral": _WHOLE,
    "customize": _MAP,
}
