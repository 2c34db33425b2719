"""What the `query` event knows of a table: whose rows, which fields, what may be written.

Each table is a view: several show the same rows of the database to different people or with other limits. Who that is,
is decided in `reading.py` and `writing.py` by the `Rows` and `Target` named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from carrel.domain.queries import Order
from carrel.services.queries.fields import Field


class Rows(Enum):
    """Whose rows a get query sees; the values are the reference's words."""

    OWN_ACCOUNT = "the caller's own"
    ANY_ACCOUNT = "of the `account_id` that is given, whoever that is"
    ACCOUNTS_AROUND_ME = "everybody with whom the caller shares a project"
    ACCOUNTS_ON_ONE_PROJECT = "everybody on the project `project_id`, which must be given"
    MY_PROJECTS = "of the projects that the caller is on"
    MY_PROJECTS_OR_ONE = "of the projects that the caller is on, or of the one that is given"
    MY_MANAGED_PROJECTS = "of the projects whose people the caller may add to"
    PUBLIC_PROJECT = "the project `project_id`, which must be given, if something of it is public"
    PUBLIC_OF_ONE_PROJECT = "of the project `project_id`, which must be given: for its people all, else what is public"
    PUBLIC_BY_ID = "the one whose `id` is given, if it is public or of a project that the caller is on"
    RECEIVED = "sent to the caller"
    SENT = "sent by the caller"
    SHOWN = "those that are not hidden and whose time has come"
    SETTINGS = "all settings, also those that only the operator can change (`readonly`)"
    ALL = "all"


class Target(Enum):
    """What a set query writes; the values are the reference's words."""

    OWN_ACCOUNT = "the caller's account"
    ACCOUNT = "any account, by `account_id`"
    PROJECT = "a project that there is, on which the caller may write"
    ROW_OF_PROJECT = "a row of a project on which the caller may write"
    MESSAGE_MARKS = "what the caller has done with a message, by its `id`"
    MESSAGE = "a new message; with `id` a draft, or what the caller has done with one that is sent"
    SETTING = "a setting, by its `name`"
    ANY = "any row"


@dataclass(frozen=True, slots=True)
class Writing:
    """The fields that may be written; `owner`: only by the project's owners; `project_key`: also by its own key."""

    target: Target
    fields: frozenset[str]
    owner: frozenset[str] = frozenset()
    project_key: frozenset[str] = frozenset()
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A view of `source`, a table of the database or of `store/query_tables.py`, whose rows `key` identifies.

    Of `order` the first rows are shown unless a query says otherwise, at most `limit`, and none that is older by that
    field than `max_age`.
    """

    name: str
    summary: str
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


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())
