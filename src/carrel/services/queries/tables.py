"""What the `query` event knows of each table: whose rows, which fields, what may be written.

The tables of this module are views: several of them show the same database table to different people or with other
limits. Who that is, is decided in `reading.py` and `writing.py` by the `Rows` and `Target` named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto

from carrel.domain.projects import Quota
from carrel.domain.queries import Order
from carrel.services.queries.fields import Field, Kind

_AVATAR_LENGTH = 10_000_000


class Rows(Enum):
    """Whose rows a get query sees."""

    OWN_ACCOUNT = auto()
    ANY_ACCOUNT = auto()
    ACCOUNTS_AROUND_ME = auto()
    ACCOUNTS_ON_ONE_PROJECT = auto()
    MY_PROJECTS = auto()
    MY_PROJECTS_OR_ONE = auto()
    MY_MANAGED_PROJECTS = auto()
    PUBLIC_PROJECT = auto()
    PUBLIC_OF_ONE_PROJECT = auto()
    PUBLIC_BY_ID = auto()
    ALL = auto()


class Target(Enum):
    """What a set query writes: a row that is the caller, a project, one that belongs to a project, or any (admins)."""

    OWN_ACCOUNT = auto()
    PROJECT = auto()
    ROW_OF_PROJECT = auto()
    ANY = auto()


@dataclass(frozen=True, slots=True)
class Writing:
    """The fields that may be written; `owner`: only by the project's owners; `project_key`: also by its own key."""

    target: Target
    fields: frozenset[str]
    owner: frozenset[str] = frozenset()
    project_key: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A view of the database table `source`, whose rows `key` identifies."""

    name: str
    source: str
    key: str
    fields: Mapping[str, Field]
    rows: Rows | None = None
    readable: frozenset[str] = frozenset()
    writing: Writing | None = None
    order: Order | None = None
    limit: int | None = None
    max_age: timedelta | None = None
    anonymous: bool = False
    project_key: bool = False
    admin: bool = False
    can_delete: bool = False


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


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
_PUBLIC_PATH_FIELDS: Mapping[str, Field] = {
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
_LOG_FIELDS: Mapping[str, Field] = {
    "id": _ID,
    "project_id": _ID,
    "time": _TIME,
    "account_id": _ID,
    "event": _MAP,
}
_INVITE_TOKEN_FIELDS: Mapping[str, Field] = {
    "project_id": _ID,
    "token": _text(64),
    "created": _TIME,
    "expires": _TIME,
    "usage_limit": _WHOLE,
    "counter": _WHOLE,
}
_REGISTRATION_TOKEN_FIELDS: Mapping[str, Field] = {
    "token": _text(254),
    "descr": _TEXT,
    "expires": _TIME,
    "counter": _WHOLE,
    "limit": _WHOLE,
    "disabled": _FLAG,
    "ephemeral": _WHOLE,
    "customize": _MAP,
}

_ACCOUNTS = Table(
    "accounts",
    "accounts",
    "account_id",
    ACCOUNT_FIELDS,
    rows=Rows.OWN_ACCOUNT,
    readable=frozenset(ACCOUNT_FIELDS) - {"sign_up_usage_intent"},
    writing=Writing(
        Target.OWN_ACCOUNT,
        _names(
            "account_id first_name last_name name profile unlisted ssh_keys tags tours editor_settings other_settings "
            "terminal autosave evaluate_key font_size sign_up_usage_intent"
        ),
    ),
)
_COLLABORATORS = Table(
    "collaborators",
    "accounts",
    "account_id",
    ACCOUNT_FIELDS,
    rows=Rows.ACCOUNTS_AROUND_ME,
    readable=_names("account_id first_name last_name name last_active profile"),
)
_PROJECTS = Table(
    "projects",
    "projects",
    "project_id",
    PROJECT_FIELDS,
    rows=Rows.MY_PROJECTS,
    readable=frozenset(PROJECT_FIELDS) - {"notes", "avatar_image_full"},
    writing=Writing(
        Target.PROJECT,
        _names(
            "project_id title name description deleted users invite_requests action_request compute_image site_license "
            "env sandbox avatar_image_tiny avatar_image_full color manage_users_owner_only"
        ),
        owner=_names("name deleted manage_users_owner_only"),
        project_key=_names("project_id title description color avatar_image_tiny avatar_image_full"),
    ),
    order=Order("last_edited", descending=True),
    limit=300,
    max_age=timedelta(weeks=6),
    project_key=True,
)
_PUBLIC_PATHS = Table(
    "public_paths",
    "public_paths",
    "id",
    _PUBLIC_PATH_FIELDS,
    rows=Rows.PUBLIC_OF_ONE_PROJECT,
    readable=frozenset(_PUBLIC_PATH_FIELDS),
    writing=Writing(
        Target.ROW_OF_PROJECT,
        frozenset(_PUBLIC_PATH_FIELDS) - {"url", "last_saved", "counter"},
    ),
    anonymous=True,
    project_key=True,
)
_PROJECT_LOG = Table(
    "project_log",
    "project_log",
    "id",
    _LOG_FIELDS,
    rows=Rows.MY_PROJECTS_OR_ONE,
    readable=frozenset(_LOG_FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, frozenset(_LOG_FIELDS), project_key=frozenset(_LOG_FIELDS)),
    order=Order("time", descending=True),
    limit=750,
    max_age=timedelta(days=61),
    project_key=True,
)
_CRM_PROJECTS = replace(
    _PROJECTS,
    name="crm_projects",
    rows=Rows.ALL,
    readable=_PROJECTS.readable | {"notes"},
    writing=Writing(Target.PROJECT, _names("project_id title name description deleted notes")),
    max_age=None,
    project_key=False,
    admin=True,
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        _ACCOUNTS,
        replace(
            _ACCOUNTS,
            name="account_profiles",
            rows=Rows.ANY_ACCOUNT,
            readable=_names("account_id profile"),
            writing=None,
            limit=1,
        ),
        _COLLABORATORS,
        replace(
            _COLLABORATORS,
            name="collaborators_one_project",
            fields=dict(ACCOUNT_FIELDS) | {"project_id": Field(Kind.GIVEN, max_length=36)},
            rows=Rows.ACCOUNTS_ON_ONE_PROJECT,
            readable=_COLLABORATORS.readable | {"project_id"},
        ),
        _PROJECTS,
        replace(_PROJECTS, name="projects_all", limit=None, max_age=None),
        _CRM_PROJECTS,
        replace(_CRM_PROJECTS, name="projects_admin", readable=_PROJECTS.readable, writing=None),
        replace(
            _PROJECTS,
            name="projects_owner",
            rows=None,
            readable=frozenset(),
            writing=Writing(Target.PROJECT, _names("project_id course"), owner=_names("course")),
            project_key=False,
        ),
        replace(
            _PROJECTS,
            name="project_avatar_images",
            readable=_names("project_id avatar_image_full"),
            writing=None,
            max_age=None,
        ),
        replace(
            _PROJECTS,
            name="public_projects",
            rows=Rows.PUBLIC_PROJECT,
            readable=_names("project_id title description name"),
            writing=None,
            max_age=None,
            anonymous=True,
        ),
        _PUBLIC_PATHS,
        replace(_PUBLIC_PATHS, name="public_paths_by_id", rows=Rows.PUBLIC_BY_ID, writing=None),
        replace(
            _PUBLIC_PATHS,
            name="all_public_paths",
            rows=Rows.MY_PROJECTS,
            readable=_names(
                "id project_id path name description disabled unlisted authenticated license last_edited created "
                "last_saved counter compute_image"
            ),
            writing=None,
            anonymous=False,
        ),
        _PROJECT_LOG,
        replace(_PROJECT_LOG, name="project_log_all", limit=7500, max_age=None),
        Table(
            "project_invite_tokens",
            "project_invite_tokens",
            "token",
            _INVITE_TOKEN_FIELDS,
            rows=Rows.MY_MANAGED_PROJECTS,
            readable=frozenset(_INVITE_TOKEN_FIELDS),
            writing=Writing(Target.ROW_OF_PROJECT, frozenset(_INVITE_TOKEN_FIELDS) - {"counter"}),
        ),
        Table(
            "registration_tokens",
            "registration_tokens",
            "token",
            _REGISTRATION_TOKEN_FIELDS,
            rows=Rows.ALL,
            readable=frozenset(_REGISTRATION_TOKEN_FIELDS),
            writing=Writing(Target.ANY, frozenset(_REGISTRATION_TOKEN_FIELDS)),
            admin=True,
            can_delete=True,
        ),
    )
}

NOT_WRITABLE = frozenset(
    [
        "api_keys",
        "copy_paths",
        "auth_tokens",
        "remember_me",
        "blobs",
        "file_use",
        "mentions",
        "messages",
        "sent_messages",
        "system_notifications",
        "news",
        "site_settings",
        "server_settings",
        "client_error_log",
        "file_access_log",
        "crm_accounts",
    ]
)
"""Tables of the compatible API that exist, but cannot be queried here."""
