"""Version 2 of the API for programs: messages, kernels, LaTeX, files from the net, recent files, raw messages."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from support.hubs import ServedHub
from support.live_pages import WAIT_SECONDS, open_session, scoped_token, token_of
from support.people import Person, new_person, project_key
from support.v2 import ask, error_of, post

from carrel.services import fetch_inside

DENIED = "permission denied -- user must be collaborator on project"
NOT_COLLABORATOR = "user must be a collaborator on the project"


def test_messages_are_sent_and_got_and_not_too_often(hub: ServedHub) -> None:
    mia, max_ = new_person(hub, "Mia"), new_person(hub, "Max")
    sent = ask(mia, "messages/send", to_ids=[max_.email_address], subject="Hi", body="there")
    assert sent["status"] == "ok"
    (got,) = ask(max_, "messages/get", type="new")["messages"]
    assert (got["id"], got["subject"], got["from_id"], got["read"]) == (sent["id"], "Hi", mia.account_id, False)
    told = {ask(max_, "messages/get").get("error") for _ in range(5)} - {None}
    rule = r"at most (1 requests per second|5 requests per minute)"
    text = rf"too many requests to messages/get; try again in [0-9]+ seconds \(rule: {rule}\)"
    assert told
    assert [one for one in told if not re.fullmatch(text, one)] == []
    assert post(hub, "messages/get", {}, key=None).json() == {"error": "must be signed in"}


def test_kernels_are_listed_and_run_code(ada: Person, eve: Person, project: str) -> None:
    assert "python3" in [one["name"] for one in ask(ada, "jupyter/kernels")["kernels"]]
    code = {"input": "print(a)", "kernel": "python3", "history": ["a = 6 * 7"], "project_id": project}
    done = ask(ada, "jupyter/execute", **code, noCache=True)
    assert done.keys() == {"output", "created", "success"}
    assert (done["output"], done["success"]) == ([{"name": "stdout", "text": "42\n"}], True)
    assert ask(ada, "jupyter/execute", hash="0" * 40) == {"output": None, "success": True}
    assert error_of(eve, "jupyter/execute", **code) == DENIED
    assert error_of(eve, "jupyter/kernels", project_id=project) == DENIED
    assert error_of(ada, "jupyter/execute", kernel="python3") == "input or hash must not be null"


def test_a_document_is_compiled_and_its_pdf_is_had_without_a_key(ada: Person, eve: Person, project: str) -> None:
    made = ask(
        ada, "latex", project_id=project, path="tex/a b.tex", content="%PDF", command="cat 'a b.tex' > 'a b.pdf'; pwd"
    )
    assert (made["compile"]["exit_code"], made["pdf"]) == (0, "tex/a b.pdf")
    assert made["compile"]["stdout"].endswith("/tex\n")
    fetched = requests.get(made["url"], timeout=30)
    assert (fetched.status_code, fetched.text) == (200, "%PDF")
    assert requests.get(made["url"].replace("a%20b.pdf", "a%20b.tex"), timeout=30).status_code == 401
    again = ask(ada, "latex", project_id=project, path="tex/a b.tex", only_read_pdf=True, ttl=60)
    assert (again["compile"], requests.get(again["url"], timeout=30).text) == (None, "%PDF")
    failed = ask(ada, "latex", project_id=project, path="b.tex", content="x", command="echo no >&2; exit 3")
    assert (failed["compile"]["exit_code"], failed["compile"]["stderr"]) == (3, "no\n")
    assert (failed["url"], failed["pdf"]) == (None, None)
    assert error_of(ada, "latex", project_id=project, path="a.txt") == "path must end with .tex"
    assert error_of(eve, "latex", project_id=project, path="a.tex") == NOT_COLLABORATOR


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("location", "/data.txt?a=b")
        else:
            self.send_response(200 if self.path == "/data.txt?a=b" else 404)
        self.end_headers()
        self.wfile.write(b"from the net")

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def web_site(hub: ServedHub) -> Iterator[str]:
    """A web server where projects may go that have the network policy `proxy`."""
    port = int(hub.settings["CARREL_RUNNER_PROXY_ALLOW"].rpartition(":")[2].strip('"]'))
    with ThreadingHTTPServer(("127.0.0.2", port), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.2:{port}"
        server.shutdown()
        thread.join()


def test_a_project_fetches_from_the_net_what_its_network_reaches(
    hub: ServedHub, ada: Person, eve: Person, admin: Person, web_site: str
) -> None:
    made = ada.new_project()
    url = f"{web_site}/data.txt?a=b"
    cut_off = error_of(ada, "projects/copy-url", project_id=made, url=url)
    assert cut_off.startswith(f"unable to fetch {url} -- [Errno ")
    assert ask(admin, "projects/set-admin-quotas", project_id=made, internet=True) == {"status": "success"}
    fetched = ask(ada, "projects/copy-url", project_id=made, url=url)
    assert fetched == {"response": {"path": "data.txt", "size": 12}}
    assert ada.read(made, "data.txt") == "from the net"
    moved = ask(ada, "projects/copy-url", project_id=made, url=f"{web_site}/moved", path="in/here.txt")
    assert moved["response"]["path"] == "in/here.txt"
    assert ada.read(made, "in/here.txt") == "from the net"
    for wrong, why in [
        (f"{web_site}/no/such", "the server answered 404"),
        (f"{hub.url}/healthz", "[Errno 111] Connection refused"),  # the hub's own address is the sandbox's there
        (hub.url.replace("127.0.0.1", "127.0.0.2") + "/x", "403 Forbidden"),
        ("file:///etc/passwd", "only http and https addresses can be fetched"),
    ]:
        text = error_of(ada, "projects/copy-url", project_id=made, url=wrong)
        assert text.startswith(f"unable to fetch {wrong} -- ")
        assert why in text
    assert error_of(ada, "projects/copy-url", project_id=made, url=web_site).startswith("the address names no file")
    assert error_of(eve, "projects/copy-url", project_id=made, url=url) == NOT_COLLABORATOR
    assert {name for name, *_ in ask(ada, "files/list", project_id=made)["entries"]} >= {"data.txt", "in"}
    assert [name for name, *_ in ask(ada, "files/list", project_id=made)["entries"] if name.endswith(".part")] == []


def test_a_file_that_is_too_large_is_not_kept(web_site: str, tmp_path: Path) -> None:
    place = tmp_path / "new/data.txt"
    program = [sys.executable, "-I", fetch_inside.__file__, f"{web_site}/data.txt?a=b", str(place)]
    done = subprocess.run([*program, "5"], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, "the file has more than 5 bytes\n")
    assert [*place.parent.iterdir()] == []


def test_files_that_were_opened_are_found_again(hub: ServedHub, eve: Person, sql: Callable[..., Any]) -> None:
    zoe = new_person(hub, "Zoe")
    made = zoe.new_project("Work")
    for name in ("Old.txt", "new%.txt"):
        zoe.write(made, name, "text")
    with open_session(hub, token_of(zoe)).live() as page:
        for channel, name in enumerate(("Old.txt", "new%.txt"), 1):
            assert page.open(channel, made, name)["t"] == "opened"
    new = {"project_id": made, "title": "Work", "path": "new%.txt"}
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := ask(zoe, "file-access")["files"]) < 2:
        assert time.monotonic() < deadline
    assert {one["path"] for one in found} == {"Old.txt", "new%.txt"}
    sql("update project_log set time='2020-01-01 00:00:00.000000' where project_id=? and event like '%Old.txt%'", made)
    assert ask(zoe, "file-access", interval="2 hours")["files"] == [new]
    (old,) = ask(zoe, "projects/filename-search", search="old")
    assert (old["filename"], old["project_id"], old["time"][:4]) == ("Old.txt", made, "2020")
    assert [one["filename"] for one in ask(zoe, "projects/filename-search", search="%")] == ["new%.txt"]
    assert ask(eve, "projects/filename-search", search="Old.txt") == []
    assert error_of(zoe, "file-access", interval="soon") == "interval must be like '1 day', not 'soon'"


def test_a_message_to_a_project_is_answered_as_an_event(ada: Person, eve: Person, project: str) -> None:
    def call(who: Person, **mesg: Any) -> Any:
        return ask(who, "projects/call", project_id=project, mesg=mesg)

    written = call(ada, event="write_text_file_to_project", id="7", path="called.txt", content="x")
    assert written == {"event": "file_written_to_project", "id": "7"}
    ran = call(ada, event="project_exec", command="cat called.txt", project_id="another")
    assert (ran["event"], ran["stdout"]) == ("project_exec_output", "x")
    failed = call(ada, event="project_exec", command="false")
    assert (failed["event"], failed["error"][:40]) == ("error", "Error executing command 'false' with arg")
    assert error_of(ada, "projects/call", project_id=project, mesg={"event": "kill"}).startswith(
        "unknown message 'kill'"
    )
    assert error_of(eve, "projects/call", project_id=project, mesg={"event": "project_exec"}) == NOT_COLLABORATOR
    reader = open_session(ada.hub, scoped_token(ada, project_id=project, readonly=True))
    refused = reader.post("projects/call", {"project_id": project, "mesg": {"event": "project_exec", "command": "ls"}})
    assert refused.json().keys() == {"error"}


def test_a_public_path_says_when_it_was_saved(ada: Person, eve: Person, project: str) -> None:
    ada.call("query", query={"public_paths": {"project_id": project, "path": "saved.txt"}})
    wanted = {"project_id": project, "path": "saved.txt", "id": None, "last_saved": None}
    (row,) = ada.call("query", query={"public_paths": [wanted]})["query"]["public_paths"]
    assert "last_saved" not in row
    assert "does not have write access" in error_of(eve, "public-paths/save", id=row["id"])
    assert ask(project_key(ada.hub, ada, project), "public-paths/save", id=row["id"]) == {}
    (row,) = ada.call("query", query={"public_paths": [wanted]})["query"]["public_paths"]
    assert row["last_saved"].startswith("20")
    assert error_of(ada, "public-paths/save", id="0" * 40) == "path is not public"
