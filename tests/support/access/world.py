"""A hub with a project, everybody who may have to do with it, and those who may not."""

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import Any

import requests

from support.browsing import signed_in
from support.hubs import DATABASE, ServedHub
from support.live_pages import PageSession, open_session, scoped_token, token_of
from support.people import Person, admin_of, new_person
from support.rpc import reply_of
from support.v2 import ask

NOBODY = "00000000-0000-4000-8000-000000000000"
ACCOUNTS = ("other", "viewer", "collaborator", "owner", "admin")
PROJECTS = ("own key", "other's key")
PAGES = ("page", "reader", "other page")
KEYLESS = ("nobody", "blank", "wrong", "expired", "banned")
BROWSERS = {"browser": "owner", "admin's browser": "admin"}
CALLERS = (*KEYLESS, *ACCOUNTS, *PROJECTS, *BROWSERS, "foreign page", *PAGES)
"""`foreign page` sends the owner's cookie from another site. `page` and `reader` are embed sessions of the owner, the
latter one that may only look."""


@dataclass(frozen=True, slots=True)
class World:
    """What rows name in their parameters; `caller` is for whom these are made."""

    hub: ServedHub
    people: Mapping[str, Person]
    headers: Mapping[str, Mapping[str, str]]
    pages: Mapping[str, PageSession]
    project: str
    deleted: str
    """A second project of the same people, which is deleted."""
    other_project: str
    public_id: str
    copy_id: str
    snapshot_id: str
    auth_token: str
    """Of the owner."""
    org: str
    """An organization of which the owner is an admin."""
    http: HTTPConnection
    caller: str = "owner"

    @property
    def caller_id(self) -> str:
        """The account of the caller, or the owner's."""
        return self.people.get(BROWSERS.get(self.caller, self.caller), self.people["owner"]).account_id

    def id_of(self, who: str) -> str:
        return self.people[who].account_id

    def spending(self) -> "World":
        """The same, but its caller is another account, or another page, that may be lost."""
        if self.caller in PAGES:
            page = open_session(self.hub, token_of(self.people["other" if self.caller == "other page" else "owner"]))
            return replace(self, headers={**self.headers, self.caller: _bearer(page)})
        person = new_person(self.hub, "Spent")
        headers = _browser(person) if self.caller in BROWSERS else _basic(person.key)
        people = {**self.people, self.caller: person}
        return replace(self, people=people, headers={**self.headers, self.caller: headers})


def make_world(hub: ServedHub) -> World:
    """Six requests a caller; the project runs."""
    people = {name: new_person(hub, name.capitalize()) for name in (*ACCOUNTS, "banned")}
    ask(admin_of(hub), "admin/accounts/set-admin", account_id=people["admin"].account_id, admin=True)
    owner, admin = people["owner"], people["admin"]
    project, deleted, other_project = owner.new_project(), owner.new_project(), people["other"].new_project()
    for name in ("a.txt", "public.txt"):
        owner.write(project, name, "text")
    for one in (project, deleted):
        for name in ("viewer", "collaborator", "banned"):
            ask(owner, "projects/collaborators/add", project_id=one, account_id=people[name].account_id)
    with sqlite3.connect(hub.data_dir / DATABASE, timeout=15) as database:  # no call makes somebody a viewer
        change = "update collaborators set \"group\"='viewer' where account_id=?"
        database.execute(change, [people["viewer"].account_id])
    wanted = {"project_id": project, "path": "public.txt"}
    ask(owner, "user-query", query={"public_paths": wanted})
    ask(owner, "user-query", query={"file_use": {"project_id": project, "path": "a.txt", "last_edited": "{now}"}})
    public = ask(owner, "user-query", query={"public_paths": wanted | {"id": None}})["query"]["public_paths"]
    copy = ask(
        owner,
        "projects/copy-path",
        src_project_id=project,
        path="a.txt",
        target_project_id=project,
        target_path="copied.txt",
        wait_until_done=False,
    )
    org = f"org-{os.urandom(6).hex()}"
    for name, argument in (("create", {}), ("addAdmin", {"user": owner.account_id})):
        body = {"name": f"org.{name}", "args": [{"name": org} | argument]}
        assert "error" not in str(reply_of(hub, "hub", body, auth=(admin.key, "")))
    pages = {
        "page": open_session(hub, token := token_of(owner)),
        "reader": open_session(hub, scoped_token(owner, project_id=project, readonly=True)),
        "other page": open_session(hub, token_of(people["other"])),
    }
    headers = {
        "nobody": {},
        "blank": _basic(""),
        "wrong": _basic("sk-" + os.urandom(11).hex()),
        "expired": _basic(_key(owner, expire="2020-01-01T00:00:00Z")),
        **{name: _basic(one.key) for name, one in people.items()},
        "own key": _basic(_key(owner, project_id=project)),
        "other's key": _basic(_key(people["other"], project_id=other_project)),
        **(browsers := {name: _browser(people[who]) for name, who in BROWSERS.items()}),
        "foreign page": browsers["browser"] | {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
        **{name: _bearer(page) for name, page in pages.items()},
    }
    ask(admin, "accounts/ban", account_id=people["banned"].account_id)
    ask(owner, "projects/delete", project_id=deleted)
    ask(owner, "projects/start", project_id=project)
    assert headers.keys() == set(CALLERS)
    return World(
        hub,
        people,
        headers,
        pages,
        project,
        deleted,
        other_project,
        public["id"],
        copy["copy_id"],
        ask(owner, "snapshots/make", project_id=project, path="a.txt")["snapshot_id"],
        token,
        org,
        HTTPConnection("127.0.0.1", hub.port, timeout=120),
    )


def _basic(key: str) -> dict[str, str]:
    return {"authorization": str(requests.auth._basic_auth_str(key, ""))}


def _bearer(page: PageSession) -> dict[str, str]:
    return {"authorization": f"Bearer {page.bearer}"}


def _browser(person: Person) -> dict[str, str]:
    cookies = "; ".join(f"{name}={value}" for name, value in signed_in(person).cookies.items())
    return {"cookie": cookies, "origin": person.hub.url, "sec-fetch-site": "same-origin"}


def _key(owner: Person, **options: Any) -> str:
    """A further key of an account, or with `project_id` of a project."""
    return str(ask(owner, "api-keys", action="create", name="k", **options)["response"][0]["secret"])
