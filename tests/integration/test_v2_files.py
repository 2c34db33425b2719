"""Files of a project as bytes: with the bearer or a signed address, in ranges, and never as part of the site."""

import re

import pytest
import requests
from support.hubs import ServedHub
from support.live_pages import PageSession, open_session, post, scoped_token, token_of
from support.people import Person

CONTENT = "0123456789" * 100


@pytest.fixture(scope="module")
def session(hub: ServedHub, ada: Person, project: str) -> PageSession:
    ada.write(project, "dir/data ü#?.txt", CONTENT)
    return open_session(hub, token_of(ada))


def get(session: PageSession, address: str, **headers: str) -> requests.Response:
    named = {"authorization": f"Bearer {session.bearer}"} | headers
    return requests.get(f"{session.hub.url}/api/v2/files/{address}", headers=named, timeout=30)


FILE = "dir/data%20%C3%BC%23%3F.txt"


def test_a_file_comes_as_an_attachment_that_cannot_run(session: PageSession, project: str) -> None:
    reply = get(session, f"{project}/{FILE}")
    assert (reply.status_code, reply.text) == (200, CONTENT)
    expected = {
        "content-type": "text/plain",
        "content-length": "1000",
        "content-disposition": "attachment; filename*=UTF-8''data%20%C3%BC%23%3F.txt",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    assert {name: reply.headers[name] for name in expected} == expected


@pytest.mark.parametrize("name", ["page.html", "code.js", "page.xhtml", "x.mjs", "data.xml", "nothing", "style.css"])
def test_what_a_browser_could_run_has_no_type(session: PageSession, ada: Person, project: str, name: str) -> None:
    ada.write(project, f"types/{name}", "<script>1</script>")
    reply = get(session, f"{project}/types/{name}")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/octet-stream")


@pytest.mark.parametrize(
    ("wanted", "status", "content", "told"),
    [
        ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/1000"),
        ("bytes=990-", 206, CONTENT[990:], "bytes 990-999/1000"),
        ("bytes=-5", 206, CONTENT[-5:], "bytes 995-999/1000"),
        ("bytes=995-5000", 206, CONTENT[995:], "bytes 995-999/1000"),
        ("bytes=0-999", 200, CONTENT, None),
        ("bytes=-5000", 200, CONTENT, None),
        ("bytes=1000-", 416, "", "bytes */1000"),
        ("bytes=-0", 416, "", "bytes */1000"),
        ("bytes=9-3", 416, "", "bytes */1000"),
        ("bytes=0-1,3-4", 200, CONTENT, None),
        ("bytes=-", 200, CONTENT, None),
        ("lines=1-2", 200, CONTENT, None),
        ("bytes=" + "9" * 5000 + "-", 200, CONTENT, None),
    ],
)
def test_parts_of_a_file(
    session: PageSession, project: str, wanted: str, status: int, content: str, told: str | None
) -> None:
    reply = get(session, f"{project}/{FILE}", range=wanted)
    assert (reply.status_code, reply.text, reply.headers.get("content-range")) == (status, content, told)


def test_a_part_of_a_file_that_has_changed_is_the_whole(session: PageSession, project: str) -> None:
    tag = get(session, f"{project}/{FILE}").headers["etag"]
    assert get(session, f"{project}/{FILE}", **{"range": "bytes=0-1", "if-range": tag}).status_code == 206
    assert get(session, f"{project}/{FILE}", **{"range": "bytes=0-1", "if-range": '"old"'}).status_code == 200


def test_a_signed_address_needs_no_bearer(session: PageSession, project: str) -> None:
    told = session.post("embed/file-url", {"project_id": project, "path": "dir//data ü#?.txt"}).json()
    assert told["expires_in"] == 600
    assert session.bearer not in told["url"]
    url = session.hub.url + told["url"]
    assert requests.get(url, timeout=30).text == CONTENT
    assert requests.head(url, timeout=30).headers["content-length"] == "1000"
    for wrong in (
        url.replace("dir/", "dir2/"),
        re.sub(r"expires=\d+", "expires=99999999999", url),
        re.sub(r"expires=\d+", "expires=x", url),
        re.sub(r"eid=\w+", "eid=x", url),
        re.sub(r"eid=\w+&", "", url),
        url[:-1],
        re.sub(r"signature=\w+", "signature=", url),
        re.sub(r"signature=\w+", "signature=%C3%BC", url),
    ):
        assert requests.get(wrong, timeout=30).status_code == 401, wrong


def test_revoking_the_token_ends_its_signed_addresses(hub: ServedHub, ada: Person, project: str) -> None:
    token = token_of(ada)
    told = open_session(hub, token).post("embed/file-url", {"project_id": project, "path": "a"}).json()
    ada.call("revoke_auth_token", auth_token=token)
    assert requests.get(hub.url + told["url"], timeout=30).status_code == 401


def test_what_is_no_file_or_not_inside(session: PageSession, ada: Person, eve: Person, project: str) -> None:
    ada.shell(project, "ln -sf /etc/passwd out; ln -sf ../../../../etc/passwd out2; mkfifo -m 600 pipe || true")
    foreign = eve.new_project()
    for address, status in [
        (f"{project}/missing", 404),
        (f"{project}/dir", 400),
        (f"{project}/dir/", 400),
        (f"{project}/", 400),
        (f"{project}/out", 400),
        (f"{project}/out2", 400),
        (f"{project}/pipe", 400),
        (f"{project}/dir/%2e%2e/%2e%2e/x", 400),
        (f"{project}/%2fetc/passwd", 400),
        (f"{project}/a%00b", 400),
        (f"{foreign}/a", 403),
        ("00000000-0000-4000-8000-000000000000/a", 403),
        ("nope/a", 400),
    ]:
        reply = get(session, address)
        assert (reply.status_code, set(reply.json())) == (status, {"error", "code"}), address


def test_a_scope_holds_for_files_too(hub: ServedHub, ada: Person, session: PageSession, project: str) -> None:
    scoped = open_session(hub, scoped_token(ada, project_id=project, paths=["dir"], allow=["export"]))
    assert get(scoped, f"{project}/{FILE}").status_code == 200
    assert get(scoped, f"{project}/types/page.html").status_code == 403
    for path in ("types/page.html", "../x"):
        assert scoped.post("embed/file-url", {"project_id": project, "path": path}).status_code in (400, 403)
    mute = open_session(hub, scoped_token(ada, project_id=project, allow=["run", "save"]))
    reply = get(mute, f"{project}/{FILE}")
    assert (reply.status_code, reply.json()["code"]) == (403, "ability-missing")


def test_no_bearer_no_file(session: PageSession, ada: Person, project: str) -> None:
    for header in ("", "Bearer x", f"Bearer {ada.key}", f"Basic {session.bearer}"):
        assert get(session, f"{project}/{FILE}", authorization=header).status_code == 401
    url = f"{session.hub.url}/api/v2/files/{project}/{FILE}?bearer={session.bearer}"
    assert requests.get(url, timeout=30).status_code == 401


def test_reports_of_browsers_are_noted_without_the_query(hub: ServedHub) -> None:
    old = {
        "csp-report": {
            "document-uri": f"{hub.url}/app?auth_token=never-to-be-logged",
            "effective-directive": "frame-ancestors",
            "blocked-uri": "https://lms.example.org/course?secret=never-to-be-logged",
        }
    }
    new = [{"type": "csp-violation", "body": {"documentURL": f"{hub.url}/app", "blockedURL": "inline"}}]
    for report in (old, new):
        assert requests.post(f"{hub.url}/api/v2/csp-report", json=report, timeout=30).status_code == 204
    for wrong in (b"", b"{", b"7", b"[]", b"[[]]", b'{"csp-report": 7}', b"x" * 100_000):
        reply = requests.post(f"{hub.url}/api/v2/csp-report", data=wrong, timeout=30)
        assert reply.status_code == 400, wrong[:20]
    text = hub.log_file.read_text()
    assert "never-to-be-logged" not in text
    assert "https://lms.example.org" in text
    assert post(hub, "csp-report", {}).status_code == 400
