"""Admins on projects that they are not on: by their browser's sign-in on the project's page, and by nothing else."""

import json
from typing import Any

import pytest
import requests
from support.browsing import WebBrowser, signed_in
from support.hubs import ServedHub
from support.live_pages import PageSession, open_session, token_of
from support.notebooks import code, notebook
from support.people import Person, new_person

from carrel.hub.api.v2 import v2_routes
from carrel.hub.api.v2.procedure import V2
from carrel.hub.observing import Observer
from carrel.hub.routes import RouteAccess

UPLOAD = "0123456789abcdef0123456789abcdef"
FILES = {"seen.txt": "text", "seen.ipynb": notebook(code("1")), "seen.term": ""}
CALLS: dict[str, dict[str, Any]] = {
    "embed/file-url": {"path": "seen.txt"},
    "embed/zip-url": {},
    "files/list": {},
    "files/make": {"path": "seen-made"},
    "files/move": {"moves": [["seen-made", "seen-moved"]]},
    "files/search": {"text": "seen"},
    "files/delete": {"paths": ["seen-moved"]},
    "files/restore": {"ids": ["the deleted one"]},
    "files/trash": {},
    "files/empty-trash": {},
    "files/upload/status": {"upload_id": UPLOAD, "path": "u"},
    "files/upload/cancel": {"upload_id": UPLOAD, "path": "u"},
    "projects/details": {},
    "projects/log": {},
    "projects/terminals": {},
    "projects/terminals/end": {"path": "seen.term"},
    "projects/write-text-file": {"path": "seen-b.txt", "content": "b"},
    "projects/touch": {},
    "projects/start": {},
    "exec": {"command": "true"},
}
"""What sessions of pages may call about a project, some of it for programs, in an order in which it works."""
NOT_OF_A_PROJECT = {"embed/refresh", "embed/ws-ticket"}


@pytest.fixture(scope="module")
def root(hub: ServedHub) -> Person:
    person = new_person(hub, "Root")
    hub.carrel("account", "grant-admin", person.account_id)
    return person


@pytest.fixture(scope="module")
def foreign(ada: Person, project: str) -> str:
    """A project of somebody else."""
    for path, content in FILES.items():
        ada.write(project, path, content)
    return project


def page_of(browser: WebBrowser, project: str = "") -> PageSession:
    return PageSession(browser.hub, browser.call("auth/page-session", project_id=project))


def may_do(page: PageSession, project: str) -> dict[str, bool]:
    """What the session of a page is let do."""
    found: dict[str, bool] = {}
    deleted: dict[str, Any] = {}
    for path, params in CALLS.items():
        reply = page.post(path, {"project_id": project} | params | (deleted if "ids" in params else {}))
        told = reply.json() if reply.content else {}
        found[path] = reply.ok and "error" not in told
        deleted = {"ids": told["ids"]} if "ids" in told else deleted
    bearer, url = {"authorization": f"Bearer {page.bearer}"}, f"{page.hub.url}/api/v2"
    for path in (f"files/{project}/seen.txt", f"zip/{project}/"):
        found[path] = requests.get(f"{url}/{path}", headers=bearer, timeout=60).ok
    piece = {"path": "seen-up.txt", "size": "1", "offset": "0", "conflict": "replace"}
    found["uploads"] = requests.put(
        f"{url}/uploads/{project}/{UPLOAD}", data=b"x", params=piece, headers=bearer, timeout=60
    ).ok
    with page.live() as live:
        for number, path in enumerate(FILES, start=1):
            told = live.open(number, project, path)
            found[f"live {path}"] = told["t"] == "opened" and told["may"] == ["edit", "run", "save", "export"]
    return found


def test_all_that_pages_may_call_is_tried_here() -> None:
    kinds = {RouteAccess.PERSON, RouteAccess.BEARER}
    routes = [route.path.removeprefix("/api/v2/") for route in v2_routes(V2(Observer())) if route.access in kinds]
    assert {path for path in routes if "{" not in path} <= {*CALLS} | NOT_OF_A_PROJECT


def test_an_admin_works_on_a_project_of_others_and_that_is_noted(hub: ServedHub, root: Person, foreign: str) -> None:
    browser = signed_in(root)
    did = may_do(page_of(browser, foreign), foreign)
    assert [what for what, done in did.items() if not done] == []
    rows = json.loads(hub.carrel("audit", "list", "--json", "--account", root.account_id))
    opened = [row for row in rows if row["procedure"] == "v2/auth/page-session/as-admin"]
    assert [(row["target_project_id"], row["outcome"]) for row in opened] == [(foreign, "ok")]
    assert opened[0]["credential"].startswith("browser ")


def test_no_other_way_leads_there(hub: ServedHub, root: Person, ada: Person, foreign: str) -> None:
    browser, by_link = signed_in(root), WebBrowser(hub)
    by_link.call("auth/impersonate", auth_token=token_of(root))
    pages = {
        "a page of another project": page_of(browser, ada.new_project()),
        "a page of no project": page_of(browser),
        "a page of what is no project": page_of(browser, "nope"),
        "a link that signs a browser in": page_of(by_link, foreign),
        "a token in a frame": open_session(hub, token_of(root)),
        "somebody else": page_of(signed_in(new_person(hub, "Mallory")), foreign),
    }
    let = {name: [what for what, done in may_do(page, foreign).items() if done] for name, page in pages.items()}
    assert {name: what for name, what in let.items() if what} == {}


def test_it_ends_when_the_right_does(hub: ServedHub, root: Person, foreign: str) -> None:
    page = page_of(signed_in(root), foreign)
    hub.carrel("account", "revoke-admin", root.account_id)
    assert [what for what, done in may_do(page, foreign).items() if done] == []
