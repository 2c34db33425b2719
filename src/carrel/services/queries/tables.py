"""What the `query` event knows of each table: whose rows, which fields, what may be written.

The tables of this module are views: several of them show the same database table to different people or with other
limits. Who that is, is decided in `reading.py` and `writing.py` by the `Rows` and `Target` named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto

from carrel.domain.queries import Order
from carrel.services.queries.fields import Field, Kind
from carrel.services.queries.schema import (
    ACCOUNT_FIELDS,
    INVITE_TOKEN_FIELDS,
    LOG_FIELDS,
    PROJECT_FIELDS,
    PUBLIC_PATH_FIELDS,
    REGISTRATION_TOKEN_FIELDS,
)


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


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
        owner=_names("name manage_users_owner_only"),
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
    PUBLIC_PATH_FIELDS,
    rows=Rows.PUBLIC_OF_ONE_PROJECT,
    readable=frozenset(PUBLIC_PATH_FIELDS),
    writing=Writing(
        Target.ROW_OF_PROJECT,
        frozenset(PUBLIC_PATH_FIELDS) - {"url", "last_saved", "counter"},
    ),
    anonymous=True,
    project_key=True,
)
_PROJECT_LOG = Table(
    "project_log",
    "project_log",
    "id",
    LOG_FIELDS,
    rows=Rows.MY_PROJECTS_OR_ONE,
    readable=frozenset(LOG_FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, frozenset(LOG_FIELDS), project_key=frozenset(LOG_FIELDS)),
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
            INVITE_TOKEN_FIELDS,
            rows=Rows.MY_MANAGED_PROJECTS,
            readable=frozenset(INVITE_TOKEN_FIELDS),
            writing=Writing(Target.ROW_OF_PROJECT, frozenset(INVITE_TOKEN_FIELDS) - {"counter"}),
        ),
        Table(
            "registration_tokens",
            "registration_tokens",
            "token",
            REGISTRATION_TOKEN_FIELDS,
            rows=Rows.ALL,
            readable=frozenset(REGISTRATION_TOKEN_FIELDS),
            writing=Writing(Target.ANY, frozenset(REGISTRATION_TOKEN_FIELDS)),
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
