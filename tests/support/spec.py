"""The specification of API v1 as rows: what is called, by whom, and exactly what has to come back.

In parameters and expected replies `<name>` stands for what the world knows under that name; a value of an expected
reply may be a pattern. A row names the section whose sentence it checks, so that a failing row leads to the sentence.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from carrel.domain.ids import path_id
from support.hubs import ServedHub
from support.people import PASSWORD, Person, admin_of, new_person, project_key

NOBODY = "00000000-0000-4000-8000-000000000000"
_NAME = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True)
class Like:
    """Any text that the pattern matches as a whole."""

    pattern: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other, re.DOTALL) is not None

    def __hash__(self) -> int:
        return hash(self.pattern)


UUID = Like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = Like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Row:
    """One sentence of the specification.

    `reply` is the whole reply but its `id`: a text is that of an error event, a status with a text means that the call
    did not reach its handler. Of the reply `keep` gives fields names for later rows, and of the newest mail to
    `mail_to`, which must be there, `mailed` what its pattern finds.
    """

    section: str
    event: str
    params: Mapping[str, Any]
    reply: Any
    by: str = "ada"
    keep: Mapping[str, str] = field(default_factory=dict)
    mail_to: str = ""
    mailed: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.section}-{self.event}-{str(self.reply)[:60]}"


def answer(event: str, **fields: Any) -> dict[str, Any]:
    return {"event": event, **fields}


SUCCESS = answer("success")


@dataclass
class World:
    """Who calls, and what the rows name: Ada owns `project`, Bob collaborates on it, Vic looks; Eve is a stranger.

    Rows of one file may build on each other, from top to bottom.
    """

    hub: ServedHub
    people: dict[str, Person]
    names: dict[str, str]
    connection: requests.Session = field(default_factory=requests.Session)
    """Kept open from row to row."""

    @classmethod
    def build(cls, hub: ServedHub, sql: Callable[..., Any]) -> "World":
        people = {"admin": admin_of(hub)} | {
            name: new_person(hub, name.title()) for name in ("ada", "bob", "vic", "eve")
        }
        ada, bob, vic = people["ada"], people["bob"], people["vic"]
        names = {"nobody": NOBODY, "password": PASSWORD, "project": ada.new_project("Ours")}
        names |= {"other": ada.new_project("Other"), "foreign": people["eve"].new_project("Hers")}
        for person in (bob, vic):
            ada.call("add_collaborator", project_id=names["project"], account_id=person.account_id)
        sql(
            "update collaborators set \"group\" = 'viewer' where account_id = ? and project_id = ?",
            vic.account_id,
            names["project"],
        )
        for name, person in people.items():
            names |= {name: person.account_id, f"{name}_email": person.email_address}
        names["never_opened"] = path_id(names["project"], "never-opened.txt")
        people["project"] = project_key(hub, ada, names["project"])
        return cls(hub, people, names)

    def filled(self, value: Any) -> Any:
        """The value with all names replaced."""
        match value:
            case str():
                return _NAME.sub(lambda found: self.names.get(found[1], found[0]), value)
            case dict():
                return {self.filled(name): self.filled(inner) for name, inner in value.items()}
            case list():
                return [self.filled(inner) for inner in value]
            case tuple():
                return tuple(self.filled(inner) for inner in value)
            case Like():
                return Like(self.filled(value.pattern))
        return value

    def check(self, row: Row) -> None:
        params = self.filled(dict(row.params))
        key = "" if row.by == "blank" else self.people[row.by].key
        url = f"{self.hub.url}/api/v1/{row.event}"
        response = self.connection.post(url, auth=(key, ""), json=params, timeout=120)
        told, wanted = response.json(), self.filled(row.reply)
        if isinstance(wanted, tuple):
            assert (response.status_code, told) == (wanted[0], {"error": wanted[1]}), row
            return
        assert response.status_code == 200, (row, told)
        assert isinstance(told.pop("id"), str)
        expected = wanted if isinstance(wanted, dict) else answer("error", error=wanted)
        assert told == expected, row
        for name, where in row.keep.items():
            found = told
            for part in where.split("."):
                found = found[int(part) if isinstance(found, list) else part]
            self.names[name] = str(found)
        if row.mail_to:
            self._read_mail(row)

    def _read_mail(self, row: Row) -> None:
        """As admins read what is not sent."""
        url = f"{self.hub.url}/api/v2/admin/mails"
        mails = requests.post(url, json={}, auth=(self.hub.key, ""), timeout=30).json()["mails"]
        mail = next(mail for mail in mails if mail["to"] == self.filled(row.mail_to))
        for name, pattern in row.mailed.items():
            found = re.search(self.filled(pattern), f"{mail['subject']}\n\n{mail['body']}")
            assert found is not None, (row, mail)
            self.names[name] = found[1] if found.lastindex else found[0]


def missing(section: str, event: str, name: str, given: Mapping[str, Any] | None = None, by: str = "ada") -> Row:
    """Without a field that is required."""
    text = f"invalid parameters 'Error: misc.defaults -- TypeError: property '{name}' must be specified: '"
    return Row(section, event, given or {}, (400, text), by=by)
