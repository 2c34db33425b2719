"""Who may call which function of the RPC endpoints: every function, and every kind of caller."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from support.browsing import WebBrowser, signed_in
from support.hubs import ServedHub
from support.people import PASSWORD, Person, new_person
from support.rpc import post_rpc, reply_of
from support.v2 import ask

from carrel.hub.api.rpc import hub_functions, project_functions
from carrel.hub.api.rpc.registry import Caller, Function

NO_HEADER = "You must provide authentication via an API key."
HUB_STRANGER = "must be signed in and MUST provide an api key (cookies are not allowed)"
PROJECT_STRANGER = "must sign in as project or account"
NOT_ON_PROJECT = "user must be a collaborator on the project"
OTHER_KEY = "project specific api key must match requested project"
KEYLESS = ("no header", "blank", "wrong", "expired", "cookie")


@dataclass(frozen=True, slots=True)
class World:
    """A project of an account for one function's sake, and those who want to call it."""

    hub: ServedHub
    owner: Person
    project_id: str
    other: Person
    other_project_id: str
    keys: dict[str, str]
    browser: WebBrowser
    org: str
    """Of which the owner is an admin."""

    def call(self, who: str, endpoint: str, body: dict[str, Any]) -> Any:
        if who == "no header":
            return reply_of(self.hub, endpoint, body)
        if who == "cookie":
            cookie = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())
            return reply_of(self.hub, endpoint, body, headers={"cookie": cookie})
        return reply_of(self.hub, endpoint, body, auth=(self.keys[who], ""))


@dataclass(frozen=True, slots=True)
class Case:
    """How a function is called, and what is said to accounts that are not on the project; `None`: they may, too."""

    argument: Callable[[World], Any] = field(default=lambda world: {})
    refusal: str | None = None


def of_project(world: World) -> Any:
    return {"project_id": world.project_id}


def to(what: str) -> Case:
    return Case(of_project, f"Error: must be collaborator on project to {what}")


ON_PROJECT = "Error: user must be a collaborator on the project"
DENIED = "Error: permission denied -- user must be collaborator on project"


def org(who: str, **argument: Any) -> Case:
    """Of the owner's organization."""
    return Case(lambda world: {"name": world.org} | {k: v(world) for k, v in argument.items()}, f"Error: {who}")


def other(world: World) -> str:
    return world.other.account_id


def text(world: World) -> str:
    return "text"


ORG_ADMIN = "user must be an admin of the organization or site-admin"
ORGANIZATIONS = {
    "org.getAll": org("must be a site admin"),
    "org.create": org("only admins may create organizations", name=lambda world: os.urandom(8).hex()),
    "org.addAdmin": org(
        "only site admins can make a user an organization admin right now", user=lambda world: world.owner.account_id
    ),
    "org.addUser": org("only site admins can add/move a user to an org right now", user=other),
    "org.get": org(ORG_ADMIN),
    "org.set": org(ORG_ADMIN, title=text),
    "org.getUsers": org(ORG_ADMIN),
    "org.removeUser": org(ORG_ADMIN, user=other),
    "org.removeAdmin": org(ORG_ADMIN, user=other),
    "org.createUser": org(ORG_ADMIN, email=lambda world: f"{os.urandom(8).hex()}@example.com"),
    "org.createToken": org(ORG_ADMIN, user=lambda world: world.owner.account_id),
    "org.expireToken": Case(lambda world: {"token": "unknown"}),
    "org.message": org(ORG_ADMIN, subject=text, body=text),
}
CODE = {"input": "1", "kernel": "python3"}
CASES: dict[str, Case] = {
    **ORGANIZATIONS,
    "system.ping": Case(),
    "system.test": Case(),
    "system.getNames": Case(lambda world: [world.owner.account_id]),
    "system.userSearch": Case(lambda world: {"query": "nobody"}),
    "projects.createProject": Case(),
    "projects.copyPathBetweenProjects": Case(
        lambda world: {"src_project_id": world.project_id, "src_path": ".", "target_path": "copied"},
        "Error: user must be collaborator on source project",
    ),
    "projects.addCollaborator": Case(
        lambda world: {"opts": {"project_id": world.project_id, "account_id": world.owner.account_id}},
        "Error: user {caller} does not have write access to project {project}",
    ),
    "projects.removeCollaborator": Case(
        lambda world: {"opts": {"project_id": world.project_id, "account_id": world.other.account_id}},
        "Error: user must be a collaborator",
    ),
    "projects.start": to("start it"),
    "projects.stop": to("stop it"),
    "projects.touch": to("touch it"),
    "projects.deleteProject": Case(of_project, "Error: must be an owner to delete a project"),
    "projects.state": to("get state"),
    "projects.status": to("get status"),
    "jupyter.kernels": Case(of_project, DENIED),
    "jupyter.execute": Case(lambda world: CODE | of_project(world), DENIED),
    "sync.history": Case(
        lambda world: {"path": "a.txt"} | of_project(world), "Error: user must be collaborator on source project"
    ),
    "messages.send": Case(lambda world: {"subject": "s", "body": "b", "to_ids": [world.owner.account_id]}),
    "messages.get": Case(),
    "system.getCustomize": Case(lambda world: ["siteName"]),
    "system.manageApiKeys": Case(lambda world: {"action": "get"}),
    "system.generateUserAuthToken": Case(
        lambda world: {"user_account_id": world.owner.account_id, "password": PASSWORD}
    ),
    "system.revokeUserAuthToken": Case(text),
    "system.adminResetPasswordLink": Case(
        lambda world: {"user_account_id": world.owner.account_id}, "Error: must be an admin"
    ),
    "system.sendEmailVerification": Case(),
    "projects.inviteCollaborator": Case(
        lambda world: {"opts": {"project_id": world.project_id, "account_id": world.other.account_id}},
        "Error: user must be a collaborator",
    ),
    "projects.changeUserType": Case(
        lambda world: {
            "opts": {
                "project_id": world.project_id,
                "target_account_id": world.owner.account_id,
                "new_group": "owner",
            }
        },
        "Error: Only project owners can change user types",
    ),
    "projects.setQuotas": Case(of_project, "Error: must be an admin"),
    "projects.inviteCollaboratorWithoutAccount": Case(
        lambda world: {"opts": {"project_id": world.project_id, "to": "a@example.com", "email": "Come"}},
        "Error: user must be a collaborator",
    ),
    "system.logClientError": Case(lambda world: {"event": "error", "error": "e"}),
    "system.webappError": Case(lambda world: {"message": "m"}),
    "system.userTracking": Case(lambda world: {"event": "e", "value": {}}),
    "system.deletePassport": Case(lambda world: {"strategy": "s", "id": "1"}),
    "db.touch": Case(of_project, ON_PROJECT),
    "db.fileUseTimes": Case(lambda world: {"path": "a.txt"} | of_project(world), ON_PROJECT),
    "db.removeBlobTtls": Case(),
    "db.userQuery": Case(lambda world: {"query": {"accounts": {"first_name": None}}}),
}
INSIDE: dict[str, Any] = {
    "system.ping": {},
    "system.test": {},
    "system.exec": {"command": "true"},
    "system.jupyterExecute": CODE,
    "system.listJupyterKernels": {},
    "system.stopJupyterKernel": {"pid": 999_999},
    "system.signal": {"signal": 0, "pid": 1},
    "system.configuration": {},
    "system.version": {},
    "system.listing": {},
    "system.deleteFiles": {"paths": []},
    "system.moveFiles": {"paths": [], "dest": "."},
    "system.renameFile": {"src": "a", "dest": "a"},
    "system.realpath": "",
    "system.canonicalPaths": [],
    "system.writeTextFileToProject": {"path": "a", "content": ""},
    "system.readTextFileFromProject": {"path": ".profile"},
}


@pytest.fixture(scope="module")
def make_world(hub: ServedHub, admin: Person, eve: Person) -> Callable[[], World]:
    """A new project each time, and the same people."""
    owner = new_person(hub, "Olga")
    others = eve.new_project()
    keys = {
        "owner": owner.key,
        "other": eve.key,
        "admin": admin.key,
        "its own": "",
        "another project's": new_key(eve, project_id=others),
        "blank": "",
        "wrong": "sk-" + os.urandom(11).hex(),
        "expired": new_key(owner, expire="2020-01-01T00:00:00Z"),
    }
    browser = signed_in(owner)
    org = f"org-{os.urandom(6).hex()}"
    for name, argument in (("create", {}), ("addAdmin", {"user": owner.account_id})):
        body = {"name": f"org.{name}", "args": [{"name": org} | argument]}
        assert told(reply_of(hub, "hub", body, auth=(admin.key, ""))) is None

    def make() -> World:
        project_id = owner.new_project()
        return World(
            hub, owner, project_id, eve, others, keys | {"its own": new_key(owner, project_id=project_id)}, browser, org
        )

    return make


def new_key(owner: Person, **options: Any) -> str:
    """A further key of an account, or with `project_id` of a project."""
    return str(ask(owner, "api-keys", action="create", name="k", **options)["response"][0]["secret"])


def test_every_function_is_in_the_tables() -> None:
    assert {function.name for function in hub_functions()} == CASES.keys()
    assert {function.name for function in project_functions()} == INSIDE.keys()
    assert {function.may_call for function in project_functions()} == {Caller.ON_PROJECT}
    assert Caller.ON_PROJECT not in {function.may_call for function in hub_functions()}


def told(reply: Any) -> str | None:
    """The text of a refusal; `None` for whoever was served, if only to hear that there is no such file."""
    text = reply["error"] if isinstance(reply, dict) and "error" in reply else None
    return None if text is not None and text.startswith("Error: ENOENT") else text


@pytest.mark.parametrize("function", [*hub_functions()], ids=lambda function: function.name)
def test_only_accounts_call_the_hub_and_only_those_on_a_project_reach_it(
    make_world: Callable[[], World], function: Function
) -> None:
    world, case = make_world(), CASES[function.name]

    def refusal_of(caller: Person) -> str | None:
        return case.refusal and case.refusal.format(caller=caller.account_id, project=world.project_id)

    admin = Person(world.hub, world.hub.account_id, "", "")
    expected = {
        **dict.fromkeys(KEYLESS, HUB_STRANGER),
        "no header": NO_HEADER,
        "cookie": NO_HEADER,
        "its own": HUB_STRANGER,
        "another project's": HUB_STRANGER,
        "other": refusal_of(world.other),
        "admin": None if function.may_call in (Caller.RANKED, Caller.ADMIN) else refusal_of(admin),
        "owner": refusal_of(world.owner) if function.may_call is Caller.ADMIN else None,
    }

    def body() -> dict[str, Any]:
        return {"name": function.name, "args": [case.argument(world)], "timeout": 90_000}

    assert {who: told(world.call(who, "hub", body())) for who in expected} == expected


@pytest.mark.parametrize("function", [*project_functions()], ids=lambda function: function.name)
def test_only_those_on_a_project_and_its_own_key_call_it(make_world: Callable[[], World], function: Function) -> None:
    world = make_world()
    expected = {
        **dict.fromkeys(KEYLESS, PROJECT_STRANGER),
        "no header": NO_HEADER,
        "cookie": NO_HEADER,
        "another project's": OTHER_KEY,
        "other": NOT_ON_PROJECT,
        "admin": NOT_ON_PROJECT,
        "its own": None,
        "owner": None,
    }
    body = {"name": function.name, "args": [INSIDE[function.name]], "timeout": 90_000, "project_id": world.project_id}
    assert {who: told(world.call(who, "project", body)) for who in expected} == expected


def test_a_call_says_which_project_unless_its_key_does(make_world: Callable[[], World]) -> None:
    world, ping = make_world(), {"name": "system.test"}
    assert world.call("owner", "project", ping)["error"].startswith("must specify project_id or use")
    assert world.call("its own", "project", ping)["project_id"] == world.project_id
    malformed = ping | {"project_id": "../x"}
    assert world.call("owner", "project", malformed)["error"] == (
        "invalid account_id or project_id -- all must be valid uuid's"
    )
    forged = {"name": "system.exec", "args": [{"command": "true", "project_id": world.other_project_id}]}
    assert world.call("owner", "project", forged | {"project_id": world.project_id})["exit_code"] == 0


def test_keys_come_as_basic_or_as_bearer(hub: ServedHub, ada: Person) -> None:
    body = {"name": "system.test", "args": [{"account_id": "somebody else"}]}
    for header in (f"Bearer {ada.key}", requests.auth._basic_auth_str(ada.key, "")):
        assert reply_of(hub, "hub", body, headers={"authorization": header})["account_id"] == ada.account_id
    unknown = reply_of(hub, "hub", body, headers={"authorization": "Digest x"})
    assert unknown == {"error": "Unknown authorization type 'Digest'"}


def test_what_is_no_call_is_told_so(hub: ServedHub, ada: Person) -> None:
    auth = (ada.key, "")
    assert reply_of(hub, "hub", {"name": "system.nothing"}, auth=auth) == {
        "error": "Error: unknown function 'system.nothing'"
    }
    assert reply_of(hub, "hub", {}, auth=auth) == {"error": "Error: unknown function ''"}
    assert reply_of(hub, "hub", {"name": "system.ping"}, auth=auth).keys() == {"now"}
    for wrong in ({"name": 1}, {"name": "system.ping", "args": {}}, {"name": "system.ping", "timeout": "soon"}):
        assert reply_of(hub, "hub", wrong, auth=auth)["error"].startswith("invalid request: ")
    for argument in ("text", 7, None):
        text = reply_of(hub, "hub", {"name": "projects.state", "args": [argument]}, auth=auth)["error"]
        assert text.startswith("Error: invalid parameters ")
    garbage = requests.post(f"{hub.url}/api/conat/hub", data="{", auth=auth, timeout=30)
    assert (garbage.status_code, garbage.json()) == (200, {"error": "invalid request: not JSON"})
    assert requests.get(f"{hub.url}/api/conat/hub", auth=auth, timeout=30).status_code == 405


def test_too_much_at_once_is_refused(hub: ServedHub, ada: Person) -> None:
    body = {"name": "system.ping", "args": ["x" * 17_000_000]}
    assert post_rpc(hub, "hub", body, auth=(ada.key, "")).status_code == 413
