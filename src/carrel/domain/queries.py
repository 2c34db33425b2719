"""Queries over tables as values: what to select, under which conditions, in which order; and how one is refused.

The `query` event reads them from a caller's JSON, the store turns them into SQL. Nothing here knows who may see what.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from carrel.domain.errors import DomainError


class QueryRefused(DomainError):
    """A query is malformed, not allowed, or breaks a rule; the message is exactly what the API answers."""

    code = "query-refused"


class RowConflict(DomainError):
    """A row with this key or name exists already, made by someone else at the same moment."""

    code = "row-conflict"


class Operator(StrEnum):
    """Comparisons; `ANY`: the list has this element; `MINLEN`, `MAXLEN`: lengths of texts and lists."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IS = "IS"
    IS_NOT = "IS NOT"
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    NOT_LIKE = "NOT LIKE"
    NOT_ILIKE = "NOT ILIKE"
    ANY = "ANY"
    MINLEN = "MINLEN"
    MAXLEN = "MAXLEN"


@dataclass(frozen=True, slots=True)
class Condition:
    """`field operator value`. The value has the column's type; moments are compared with a millisecond's precision,
    since that is all that is ever shown of them. `IS` and `IS NOT` take `True`, `False` or `None`."""

    field: str
    operator: Operator
    value: Any

    @property
    def form(self) -> "Condition":
        """Without the value, unless that is a part of the operator."""
        is_fixed = self.operator in (Operator.IS, Operator.IS_NOT)
        return self if is_fixed else Condition(self.field, self.operator, None)


class Group(StrEnum):
    """Sets of ids that depend on who is on which project, or on what is public."""

    PROJECTS_OF_ACCOUNT = "projects-of-account"
    PROJECTS_MANAGED_BY_ACCOUNT = "projects-managed-by-account"
    """Those whose people the account may add to: as owner, or as collaborator unless only owners may."""
    ACCOUNTS_AROUND_ACCOUNT = "accounts-around-account"
    ACCOUNTS_ON_PROJECT = "accounts-on-project"
    PROJECTS_PUBLIC_TO_ACCOUNTS = "projects-public-to-accounts"
    PROJECTS_PUBLIC_TO_ALL = "projects-public-to-all"


@dataclass(frozen=True, slots=True)
class Membership:
    """`field` is in the group that belongs to `of` (an account, a project)."""

    field: str
    group: Group
    of: str = ""

    @property
    def form(self) -> "Membership":
        """Without whom it is about."""
        return Membership(self.field, self.group)


@dataclass(frozen=True, slots=True)
class Order:
    """By a field; rows without a value come last either way."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of one table in which all conditions hold."""

    table: str
    fields: tuple[str, ...]
    conditions: tuple[Condition | Membership, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None

    @property
    def form(self) -> "Selection":
        """What all selections have in common that differ in values only."""
        conditions = tuple(condition.form for condition in self.conditions)
        return replace(self, conditions=conditions, limit=None if self.limit is None else 0)
