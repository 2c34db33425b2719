"""Projects and who works on them over HTTP (api-v1 §8.5, §8.6), and whose projects nobody else gets to know."""

import time
import uuid
from typing import Any

import pytest
from support.hubs import ServedHub
from support.people import Person, new_person, project_key

NOBODY = "00000000-0000-4000-8000-000000000000"
EVENTS_ON_A_PROJECT: dict[str, dict[str, Any]] = {
    "project_exec": {"command": "id"},
    "read_text_file_from_project": {"path": "x"},
    "write_text_file_to_project": {"path": "x", "content": "x"},
    "touch_project": {},
    "disconnect_from_project": {},
    "start_project": {},
    "stop_project": {},
    "restart_project": {},
    "delete_project": {},
    "add_collaborator": {"account_id": NOBODY},
    "invite_collaborator": {"account_id": NOBODY},
    "remove_collaborator": {"account_id": NOBODY},
}


def row(person: Person, project_id: str, *fields: str) -> dict[str, Any]:
    pattern = {"project_id": project_id} | dict.fromkeys(fields)
    found: dict[str, Any] = person.call("query", query={"projects_all": pattern})["query"]["projects_all"]
    return found


def users(person: Person, project_id: str) -> dict[str, str]:
    return {account_id: user["group"] for account_id, user in row(person, project_id, "users")["users"].items()}


def state(person: Person, project_id: str) -> str:
    return str(row(person, project_id, "state")["state"]["state"])


def test_create_project_makes_its_caller_the_owner(ada: Person) -> None:
    reply = ada.call("create_project", title="T", description="D", license="l", noPool=True, image="i", id="x")
    assert reply == {"event": "project_created", "id": "x", "project_id": reply["project_id"]}
    assert uuid.UUID(reply["project_id"]).version == 4
    assert row(ada, reply["project_id"], "title", "description", "compute_image") == {
        "project_id": reply["project_id"],
        "title": "T",
        "description": "D",
        "compute_image": "i",
    }
    assert users(ada, reply["project_id"]) == {ada.account_id: "owner"}
    assert state(ada, reply["project_id"]) == "opened"


def test_a_project_may_have_an_empty_or_a_very_long_title(ada: Person) -> None:
    for title in ("", "t" * 100_000, "\N{SNOWMAN} <b>&amp;</b> '\""):
        assert row(ada, ada.new_project(title), "title")["title"] == title


def test_start_begins_in_the_background(ada: Person) -> None:
    project_id = ada.call("create_project", start=True)["project_id"]
    assert ada.call("start_project", project_id=project_id)["event"] == "success"
    assert state(ada, project_id) == "running"


def test_another_ones_project_and_an_unknown_one_look_the_same(eve: Person, project: str) -> None:
    for event, params in EVENTS_ON_A_PROJECT.items():
        foreign = eve.refusal(event, project_id=project, **params)
        unknown = eve.refusal(event, project_id=NOBODY, **params)
        assert foreign.replace(project, NOBODY) == unknown, event


def test_access_failures_name_the_caller_and_the_right(eve: Person, project: str) -> None:
    def text(right: str) -> str:
        return f"User {eve.account_id} does not have {right} access to project {project}"

    for event, params in EVENTS_ON_A_PROJECT.items():
        if event not in ("touch_project", "disconnect_from_project", "add_collaborator"):
            right = {"read_text_file_from_project": "read", "delete_project": "owner"}.get(event, "write")
            assert eve.refusal(event, project_id=project, **params) == text(right), event


@pytest.mark.parametrize("wrong", ["", "x", "../..", NOBODY.upper().replace("0", "A"), "\x00", "x" * 100_000])
def test_a_malformed_project_id_is_named(ada: Person, wrong: str) -> None:
    text = ada.refusal("project_exec", project_id=wrong, command="id")
    assert text == f"Write access denied -- invalid project_id -- {wrong}"
    text = ada.refusal("read_text_file_from_project", project_id=wrong, path="x")
    assert text == f"Read access denied -- invalid project_id -- {wrong}"


def test_touch_and_disconnect_have_their_own_words(ada: Person, eve: Person, project: str) -> None:
    for event, what in (("touch_project", "touch project"), ("disconnect_from_project", "disconnect from project")):
        assert eve.refusal(event, project_id=project) == f"unable to {what} {project} -- must have write access"
        text = f"unable to {what} x -- project_id must be specified and valid"
        assert eve.refusal(event, project_id="x") == text
        assert ada.call(event, project_id=project, id="x") == {"event": "success", "id": "x"}


def test_touching_marks_a_project_as_in_use_and_starts_it(ada: Person) -> None:
    project_id = ada.new_project()
    ada.call("touch_project", project_id=project_id)
    assert ada.account_id in row(ada, project_id, "last_active")["last_active"]
    ada.call("start_project", project_id=project_id)  # joins the start that is under way
    assert state(ada, project_id) == "running"


_ENDS_WHEN_ASKED = """
exec > /dev/null 2>&1
setsid sleep 1000 &
setsid sh -c 'trap "sleep 0.1 && echo saved > note; exit" TERM; touch /tmp/here; while :; do sleep 0.1; done' &
while ! [ -e /tmp/here ]; do sleep 0.01; done
"""
_SHELL = """
import os, pty
shell, terminal = pty.fork()
if shell == 0:
    os.execlp("bash", "bash", "--norc", "-i")
os.read(terminal, 1)  # its prompt
open("/tmp/prompt", "w").close()
os.waitpid(shell, 0)
open("shell.note", "w").write("hung up\\n")
"""
_DOES_NOT_END = f"""
exec > /dev/null 2>&1
trap '' TERM
setsid sh -c 'while :; do sleep 0.1; done' stubborn &
setsid python3 -c '{_SHELL}' &
while ! [ -e /tmp/prompt ]; do sleep 0.01; done
"""


def test_stopping_ends_every_process_and_starting_begins_anew(ada: Person) -> None:
    project_id = ada.new_project()
    ada.shell(project_id, _ENDS_WHEN_ASKED)
    asked = time.monotonic()
    assert ada.call("stop_project", project_id=project_id)["event"] == "success"
    took = time.monotonic() - asked
    assert state(ada, project_id) == "opened"
    assert ada.call("stop_project", project_id=project_id)["event"] == "success"
    left = ada.shell(project_id, "pgrep sleep; ls /tmp/here; cat note", err_on_exit=False)
    assert left["stdout"] == "saved\n"

    ada.shell(project_id, _DOES_NOT_END)
    asked = time.monotonic()
    assert ada.call("restart_project", project_id=project_id)["event"] == "success"
    assert took < time.monotonic() - asked < 10  # as long as the contract allows
    assert state(ada, project_id) == "running"
    left = ada.shell(project_id, "pgrep -f stubborn; cat shell.note", err_on_exit=False)
    assert left["stdout"] == "hung up\n"


def test_a_deleted_project_is_stopped_and_does_not_start(ada: Person, hub: ServedHub) -> None:
    project_id, partner = ada.new_project(), new_person(hub, "Partner")
    ada.shell(project_id, "echo kept > file.txt")
    ada.call("add_collaborator", project_id=project_id, account_id=partner.account_id)
    text = f"User {partner.account_id} does not have owner access to project {project_id}"
    assert partner.refusal("delete_project", project_id=project_id) == text
    assert ada.call("delete_project", project_id=project_id)["event"] == "success"
    assert state(ada, project_id) == "opened"
    text = f"project {project_id} is deleted; undelete it before starting it"
    assert ada.refusal("start_project", project_id=project_id) == text
    assert ada.refusal("project_exec", project_id=project_id, command="id").endswith(f" -- {text}")
    assert ada.read(project_id, "file.txt") == "kept\n"


def test_an_admin_may_work_on_any_project(hub: ServedHub, admin: Person, project: str) -> None:
    admin.write(project, "admin.txt", "from the admin")
    assert admin.shell(project, "cat admin.txt")["stdout"] == "from the admin"
    assert hub.call("touch_project", project_id=project)["event"] == "success"


def test_a_project_key_works_on_its_project_and_on_no_other(hub: ServedHub, ada: Person) -> None:
    mine, other = ada.new_project(), ada.new_project()
    key = project_key(hub, ada, mine)
    key.write(mine, "a.txt", "a")
    assert key.read(mine, "a.txt") == "a"
    assert key.shell(mine, "cat a.txt")["stdout"] == "a"
    assert key.call("touch_project", project_id=mine)["event"] == "success"
    for event in ("project_exec", "read_text_file_from_project", "write_text_file_to_project", "start_project"):
        right = "read" if event.startswith("read") else "write"
        text = f"User {ada.account_id} does not have {right} access to project {other}"
        assert key.refusal(event, project_id=other, **EVENTS_ON_A_PROJECT[event]) == text


def test_a_viewer_reads_and_does_not_write(hub: ServedHub, ada: Person, sql: Any) -> None:
    project_id, viewer = ada.new_project(), new_person(hub, "Viewer")
    ada.write(project_id, "a.txt", "a")
    sql(
        "insert into collaborators (project_id, account_id, \"group\") values (?, ?, 'viewer')",
        project_id,
        viewer.account_id,
    )
    assert viewer.read(project_id, "a.txt") == "a"
    text = f"User {viewer.account_id} does not have write access to project {project_id}"
    for event in ("write_text_file_to_project", "project_exec", "start_project", "remove_collaborator"):
        assert viewer.refusal(event, project_id=project_id, **EVENTS_ON_A_PROJECT[event]) == text


def test_adding_and_removing_a_collaborator(hub: ServedHub, ada: Person) -> None:
    project_id, partner = ada.new_project(), new_person(hub, "Partner")
    for _ in range(2):  # the second time is a no-op
        reply = ada.call("add_collaborator", project_id=project_id, account_id=partner.account_id, id="x")
        assert reply == {"event": "success", "id": "x"}
    assert users(ada, project_id) == {ada.account_id: "owner", partner.account_id: "collaborator"}
    partner.write(project_id, "a.txt", "a")
    for account_id in (partner.account_id, partner.account_id, NOBODY, "x"):
        reply = ada.call("remove_collaborator", project_id=project_id, account_id=account_id, id="x")
        assert reply == {"event": "success", "id": "x"}
    assert users(ada, project_id) == {ada.account_id: "owner"}
    assert "write access" in partner.refusal("write_text_file_to_project", project_id=project_id, path="b", content="")


def test_lists_add_several_at_once_all_or_none(hub: ServedHub, ada: Person) -> None:
    projects, partner = [ada.new_project(), ada.new_project()], new_person(hub, "Lists")
    ids = [partner.account_id, partner.account_id]
    ada.refusal("add_collaborator", project_id=[projects[0], NOBODY], account_id=ids)
    assert partner.account_id not in users(ada, projects[0])
    assert ada.call("add_collaborator", project_id=projects, account_id=ids)["event"] == "success"
    assert all(partner.account_id in users(ada, project_id) for project_id in projects)


def test_what_is_wrong_with_adding_is_told(ada: Person, eve: Person, project: str) -> None:
    ids, mine = [ada.account_id], eve.account_id
    for params, text in (
        ({"project_id": project, "account_id": ids[0]}, f"user {mine} does not have write access to project {project}"),
        ({"project_id": NOBODY, "account_id": ids[0]}, f"user {mine} does not have write access to project {NOBODY}"),
        ({"project_id": "", "account_id": ids[0]}, f"user {mine} does not have write access to project "),
        (
            {"project_id": [project, project], "account_id": ids},
            "accounts (of length 1) and projects (of length 2) must be arrays of the same length",
        ),
        ({"project_id": project, "account_id": "x"}, "all account id's must be valid uuid's, but \"x\" is not"),
        (
            {"project_id": "x", "account_id": ids[0]},
            "all project id's must be valid uuid's (or empty), but \"x\" is not",
        ),
    ):
        assert eve.refusal("add_collaborator", **params) == f"Error: {text}"


@pytest.fixture
def tokens(ada: Person, project: str, sql: Any) -> dict[str, str]:
    """Invite tokens by what is special about them; all are of Ada's project but one."""
    made = {name: f"{name}-{uuid.uuid4()}" for name in ("good", "once", "expired")}
    for name, expires, limit in (
        ("good", None, None),
        ("once", None, 1),
        ("expired", "2020-01-01 00:00:00.000000", None),
    ):
        sql(
            "insert into project_invite_tokens (token, project_id, created, expires, usage_limit, counter) "
            "values (?, ?, '2020-01-01 00:00:00.000000', ?, ?, 0)",
            made[name],
            project,
            expires,
            limit,
        )
    return made


def test_a_token_lets_whoever_has_it_join(hub: ServedHub, project: str, tokens: dict[str, str]) -> None:
    first, second = new_person(hub, "First"), new_person(hub, "Second")
    reply = first.call("add_collaborator", token_id=tokens["once"], account_id=first.account_id)
    assert (reply["event"], reply["project_id"]) == ("success", project)
    reply = first.call("add_collaborator", token_id=[tokens["good"]], account_id=[first.account_id])
    assert reply["project_id"] == [project]
    for name, why in (
        ("once", "the token can only be used 1 times"),
        ("expired", "the token already expired"),
        ("none", "no such token"),
    ):
        text = second.refusal("add_collaborator", token_id=tokens.get(name, name), account_id=second.account_id)
        assert text == f"Error: Project invite token is not valid - {why}"


def test_joining_again_does_not_use_a_token_up(hub: ServedHub, tokens: dict[str, str], sql: Any) -> None:
    member = new_person(hub, "Member")
    for _ in range(3):
        member.call("add_collaborator", token_id=tokens["good"], account_id=member.account_id)
    assert sql("select counter from project_invite_tokens where token = ?", tokens["good"]) == [(1,)]


def test_an_invitation_adds_at_once_and_mails_once_a_day(hub: ServedHub, ada: Person, sql: Any) -> None:
    project_id, guest = ada.new_project("Plans"), new_person(hub, "Guest")
    mails = "select subject, body from mails where \"to\" = ? and subject not like 'Welcome%'"
    for _ in range(2):
        reply = ada.call(
            "invite_collaborator",
            project_id=project_id,
            account_id=guest.account_id,
            email="<p>Come</p>",
            replyto_name="Ada\r\nBcc: x@example.com",
            replyto="ada@example.com",
            title="The plans",
            link2proj="https://example.com/p",
            id="x",
        )
        assert reply == {"event": "success", "id": "x"}
    assert users(ada, project_id)[guest.account_id] == "collaborator"
    subject = "Ada Bcc: x@example.com invited you to collaborate on Carrel in project 'The plans'"
    assert sql(mails, guest.email_address) == [(subject, "Come\n\nhttps://example.com/p")]


def test_the_subject_of_an_invitation(hub: ServedHub, ada: Person, sql: Any) -> None:
    mails = "select subject from mails where \"to\" = ? and subject not like 'Welcome%'"
    for params, subject in (
        ({"subject": "Mine"}, "Mine"),
        ({"title": "T"}, "Invitation to Carrel for collaborating in project 'T'"),
        ({}, "Invitation to Carrel for collaborating in project 'Plans'"),
    ):
        project_id, guest = ada.new_project("Plans"), new_person(hub, "Subject")
        ada.call("invite_collaborator", project_id=project_id, account_id=guest.account_id, email="x", **params)
        assert sql(mails, guest.email_address) == [(subject,)]


def test_without_a_text_nothing_is_mailed(hub: ServedHub, ada: Person, sql: Any) -> None:
    project_id, guest = ada.new_project(), new_person(hub, "Silent")
    ada.call("invite_collaborator", project_id=project_id, account_id=guest.account_id, subject="x")
    assert guest.account_id in users(ada, project_id)
    assert sql('select count(*) from mails where "to" = ?', guest.email_address) == [(1,)]  # the welcome


def test_an_owner_is_not_removed(hub: ServedHub, ada: Person) -> None:
    project_id, partner = ada.new_project(), new_person(hub, "Coup")
    ada.call("add_collaborator", project_id=project_id, account_id=partner.account_id)
    text = "Cannot remove an owner. Demote to collaborator first."
    for person in (partner, ada):
        assert person.refusal("remove_collaborator", project_id=project_id, account_id=ada.account_id) == text


def test_only_owners_manage_people_if_they_want_it_so(hub: ServedHub, ada: Person, eve: Person) -> None:
    project_id, partner = ada.new_project(), new_person(hub, "Partner")
    ada.call("add_collaborator", project_id=project_id, account_id=partner.account_id)
    ada.call("query", query={"projects": {"project_id": project_id, "manage_users_owner_only": True}})
    text = "Only owners can manage collaborators when this setting is enabled"
    for event in ("add_collaborator", "invite_collaborator", "remove_collaborator"):
        assert partner.refusal(event, project_id=project_id, account_id=eve.account_id) == text
    assert ada.call("add_collaborator", project_id=project_id, account_id=eve.account_id)["event"] == "success"
