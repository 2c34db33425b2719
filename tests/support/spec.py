"""The specifications of the API as rows: what is called, by whom, and exactly what has to come back.

In parameters and expected replies `<name>` stands for what the world knows under that name; a value of an expected
reply may be a pattern. A row names the section whose sentence it checks, so that a failing row leads to the sentence:
digits are sections of API v1, `A1` to `A3` those of the RPC endpoints, and `B` is version 2.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from carrel.domain.ids import path_id
from support.hubs import ServedHub
from support.people import PASSWORD, Person, admin_of, new_person, project_key

NOBODY = "00000000-0000-4000-8000-000000000000"
TESTS = Path(__file__).parents[1]
_NAME = re.compile(r"<([a-z0-9_]+)>")


@dataclass(frozen=True)
class Like:
    """Any text that the pattern matches as a whole."""

    pattern: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other, re.DOTALL) is not None

    def __hash__(self) -> int:
        return hash(self.pattern)


class Milliseconds:
    """A time as a number."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and other > 1_500_000_000_000

    __hash__ = None  # type: ignore[assignment]  # it equals many


class Anything:
    """Whatever is there."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]  # it equals many


@dataclass(frozen=True)
class Among:
    """A list in which these are, and maybe others."""

    items: tuple[Any, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and all(item in other for item in self.items)


ANY_MS: Any = Milliseconds()
ANY: Any = Anything()
UUID = Like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = Like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def answer(event: str, **fields: Any) -> dict[str, Any]:
    return {"event": event, **fields}


@dataclass(frozen=True)
class Dialect:
    """Where a call goes, what is sent of it, and what is said when it fails."""

    path: Callable[[str], str]
    body: Callable[[str, Any], Any]
    failure: Callable[[str], Any]
    replies_with_id: bool = False


def _envelope(name: str, params: Any) -> dict[str, Any]:
    """`params` are the object that most functions take, or a list of all arguments."""
    return {"name": name, "args": params if isinstance(params, list) else [params]}


def _failure(text: str) -> dict[str, str]:
    return {"error": text}


V1 = Dialect(lambda event: f"v1/{event}", lambda _, params: params, lambda text: answer("error", error=text), True)
HUB = Dialect(lambda _: "conat/hub", _envelope, _failure)
PROJECT = Dialect(lambda _: "conat/project", _envelope, _failure)
V2 = Dialect(lambda path: f"v2/{path}", lambda _, params: params, _failure)


@dataclass(frozen=True)
class Row:
    """One sentence of the specification.

    `reply` is the whole reply, in API v1 but its `id`: a text is that of an error, a status with a text means that the
    call did not reach its handler. Who calls is a name of the world's people, `blank` for an empty key, or nobody;
    `headers` come in place of that. Of the reply `keep` gives fields (or all of it) names for later rows, and of the
    newest mail to `mail_to`, which must be there, `mailed` what its pattern finds. `beside` is sent beside an RPC
    function's arguments.
    """

    section: str
    call: str
    params: Any
    reply: Any
    by: str = "ada"
    keep: Mapping[str, str] = field(default_factory=dict)
    mail_to: str = ""
    mailed: Mapping[str, str] = field(default_factory=dict)
    dialect: Dialect = field(default=V1, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same in all processes, as a test's name has to be."""
        reply = re.sub(r"<\S*?(\w+) object at \w+>", r"\1", str(self.reply))
        return f"{self.section}-{self.call}-{reply[:60]}"


@dataclass(frozen=True)
class Covered:
    """Sentences about calls that a test of its own checks, because they need more than calls: `tests/` + `test`."""

    section: str
    test: str
    calls: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        file, _, name = self.test.partition("::")
        return re.search(rf"^(async )?def {name}\(", (TESTS / file).read_text(), re.MULTILINE) is not None


SUCCESS = answer("success")


@dataclass
class World:
    """Who calls, and what the rows name: Ada owns `project`, Bob collaborates on it, Vic looks; Eve is a stranger.

    Rows of one file may build on each other, from top to bottom.
    """

    hub: ServedHub
    people: dict[str, Person]
    names: dict[str, Any]
    connection: requests.Session = field(default_factory=requests.Session)
    """Kept open from row to row."""

    @classmethod
    def build(cls, hub: ServedHub, sql: Callable[..., Any]) -> "World":
        people = {"admin": admin_of(hub)} | {
            name: new_person(hub, name.title()) for name in ("ada", "bob", "vic", "eve")
        }
        ada, bob, vic = people["ada"], people["bob"], people["vic"]
        names: dict[str, Any] = {"nobody": NOBODY, "password": PASSWORD, "project": ada.new_project("Ours")}
        names |= {"other": ada.new_project("Other"), "foreign": people["eve"].new_project("Hers")}
        for person in (bob, vic):
            ada.call("add_collaborator", project_id=names["project"], account_id=person.account_id)
        sql(
            "update collaborators set \"group\" = 'viewer' where account_id = ? and project_id = ?",
            vic.account_id,
            names["project"],
        )
        for name, person in people.items():
            names |= {name: person.account_id, f"{name}_email": person.email_address, f"{name}_key": person.key}
        names["never_opened"] = path_id(names["project"], "never-opened.txt")
        people["project"] = project_key(hub, ada, names["project"])
        return cls(hub, people, names)

    def filled(self, value: Any) -> Any:
        """The value with all names replaced."""
        match value:
            case str():
                whole = _NAME.fullmatch(value)
                if whole is not None:
                    return self.names.get(whole[1], value)
                return _NAME.sub(lambda found: str(self.names.get(found[1], found[0])), value)
            case dict():
                return {self.filled(name): self.filled(inner) for name, inner in value.items()}
            case list():
                return [self.filled(inner) for inner in value]
            case tuple():
                return tuple(self.filled(inner) for inner in value)
            case Like():
                return Like(str(self.filled(value.pattern)))
            case Among():
                return Among(tuple(self.filled(inner) for inner in value.items))
        return value

    def check(self, row: Row) -> None:
        response = self._sent(row)
        told, wanted = response.json(), self.filled(row.reply)
        if isinstance(wanted, tuple):
            assert (response.status_code, told) == (wanted[0], {"error": wanted[1]}), (row, told)
            return
        assert response.status_code == 200, (row, told)
        if row.dialect.replies_with_id:
            assert isinstance(told.pop("id"), str)
        expected = row.dialect.failure(wanted) if isinstance(wanted, str) else wanted
        assert told == expected, (row, told)
        for name, where in row.keep.items():
            found = told
            for part in filter(None, where.split(".")):
                found = found[int(part) if isinstance(found, list) else part]
            self.names[name] = found
        if row.mail_to:
            self._read_mail(row)

    def _sent(self, row: Row) -> requests.Response:
        body = row.dialect.body(row.call, self.filled(row.params)) | self.filled(dict(row.beside))
        url = f"{self.hub.url}/api/{row.dialect.path(row.call)}"
        key = "" if row.by in ("blank", "") else self.people[row.by].key
        auth = (key, "") if row.by and not row.headers else None
        return self.connection.post(url, auth=auth, headers=self.filled(dict(row.headers)), json=body, timeout=120)

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
