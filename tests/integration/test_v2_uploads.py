"""Uploads, searches and archives on a served hub: cut off, resumed, refused, and what comes out is what went in."""

import hashlib
import io
import os
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
import requests
from support.hubs import ServedHub
from support.live_pages import PageSession, open_session, scoped_token, token_of
from support.people import PASSWORD, Person


def new_id() -> str:
    return os.urandom(16).hex()


def url_of(hub: ServedHub, project: str, id_: str, **query: object) -> str:
    return f"{hub.url}/api/v2/uploads/{project}/{id_}?{urlencode(query)}"


def put(person: Person, project: str, id_: str, data: bytes, **query: object) -> requests.Response:
    return requests.put(url_of(person.hub, project, id_, **query), data=data, auth=(person.key, ""), timeout=60)


def call(person: Person, to: str, /, **body: Any) -> requests.Response:
    return requests.post(f"{person.hub.url}/api/v2/files/{to}", json=body, auth=(person.key, ""), timeout=60)


def status(person: Person, project: str, id_: str, path: str = "x") -> Any:
    return call(person, "upload/status", project_id=project, upload_id=id_, path=path).json()


def send(person: Person, project: str, path: str, data: bytes, **query: object) -> requests.Response:
    return put(person, project, new_id(), data, path=path, size=len(data), offset=0, **query)


def home_of(hub: ServedHub, project: str) -> Path:
    return hub.data_dir / "homes" / project[:2] / project


@pytest.fixture(scope="module")
def mine(ada: Person) -> str:
    return ada.new_project("uploaded")


def test_a_file_in_one_piece(hub: ServedHub, ada: Person, mine: str) -> None:
    reply = send(ada, mine, "in/one.bin", b"\0\xff" * 1000)
    assert (reply.status_code, reply.json()) == (200, {"offset": 2000, "path": "in/one.bin"})
    found = home_of(hub, mine) / "in/one.bin"
    assert found.read_bytes() == b"\0\xff" * 1000
    assert found.stat().st_uid == home_of(hub, mine).stat().st_uid
    assert found.stat().st_mode & 0o777 == 0o644
    assert send(ada, mine, "in/empty", b"").json() == {"offset": 0, "path": "in/empty"}
    assert found.with_name("empty").read_bytes() == b""
    assert list((home_of(hub, mine) / ".carrel/uploads").iterdir()) == []


def test_a_file_in_pieces_is_there_when_it_is_whole(hub: ServedHub, ada: Person, mine: str) -> None:
    data, id_ = os.urandom(3_000_000), new_id()
    query: dict[str, object] = {"path": "pieces", "size": len(data)}
    for start in range(0, len(data), 1_000_000):
        assert not (home_of(hub, mine) / "pieces").exists()
        assert status(ada, mine, id_, "pieces") == {"offset": start, "exists": False}
        assert put(ada, mine, id_, data[start : start + 1_000_000], offset=start, **query).ok
    assert (home_of(hub, mine) / "pieces").read_bytes() == data
    assert status(ada, mine, id_, "pieces") == {"offset": 0, "exists": True}


def test_what_arrived_before_a_cut_is_kept_and_gone_on_from(hub: ServedHub, ada: Person, mine: str) -> None:
    data, id_ = os.urandom(5_000_000), new_id()
    session = open_session(hub, token_of(ada))
    target = url_of(hub, mine, id_, path="cut", size=len(data), offset=0).removeprefix(hub.url)
    head = f"PUT {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {session.bearer}\r\nContent-Length: {len(data)}"
    with socket.create_connection(("127.0.0.1", hub.port)) as cut:
        cut.sendall(head.encode() + b"\r\n\r\n" + data[:2_000_000])
        deadline = time.monotonic() + 60
        while status(ada, mine, id_)["offset"] < 1_000_000:
            assert time.monotonic() < deadline
        while not put(ada, mine, id_, b"", path="cut", size=len(data), offset=status(ada, mine, id_)["offset"]).ok:
            assert time.monotonic() < deadline  # the request that hangs is ended, and what it had is written
        arrived = status(ada, mine, id_)["offset"]
        assert 1_000_000 <= arrived <= 2_000_000
        assert cut.recv(100).startswith(b"HTTP/1.1 409")
    hub.kill()
    hub.start()
    wrong = put(ada, mine, id_, data[1:], path="cut", size=len(data), offset=1)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "upload-offset-wrong")
    reply = put(ada, mine, id_, data[arrived:], path="cut", size=len(data), offset=arrived)
    assert reply.json() == {"offset": len(data), "path": "cut"}
    assert (home_of(hub, mine) / "cut").read_bytes() == data


def test_a_name_that_is_taken(hub: ServedHub, ada: Person, mine: str) -> None:
    ada.write(mine, "taken/a.txt", "old")
    (home_of(hub, mine) / "taken/a.txt").chmod(0o750)
    reply = send(ada, mine, "taken/a.txt", b"new")
    assert (reply.status_code, reply.json()["code"]) == (409, "file-exists")
    assert send(ada, mine, "taken/a.txt", b"kept", conflict="keep").json()["path"] == "taken/a (2).txt"
    assert ada.read(mine, "taken/a.txt") == "old"
    assert send(ada, mine, "taken/a.txt", b"replaced", conflict="replace").json()["path"] == "taken/a.txt"
    assert ada.read(mine, "taken/a.txt") == "replaced"
    assert (home_of(hub, mine) / "taken/a.txt").stat().st_mode & 0o777 == 0o750
    assert send(ada, mine, "taken", b"x", conflict="replace").json()["code"] == "is-directory"


def test_many_at_once(ada: Person, mine: str) -> None:
    contents = {f"many/{number}": os.urandom(200_000) for number in range(20)}
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda item: send(ada, mine, *item), contents.items()))
    assert [reply.json()["path"] for reply in replies] == list(contents)
    for path, data in contents.items():
        reply = ada.shell(mine, f"sha256sum {path}")
        assert reply["stdout"].split()[0] == hashlib.sha256(data).hexdigest()


def test_a_cancelled_upload_is_forgotten(hub: ServedHub, ada: Person, mine: str) -> None:
    id_ = new_id()
    assert put(ada, mine, id_, b"half", path="c", size=8, offset=0).json() == {"offset": 4, "path": None}
    assert call(ada, "upload/cancel", project_id=mine, upload_id=id_, path="c").status_code == 204
    assert status(ada, mine, id_)["offset"] == 0


def test_an_abandoned_upload_goes_when_another_begins(hub: ServedHub, ada: Person, mine: str) -> None:
    old, young = new_id(), new_id()
    for id_ in (old, young):
        put(ada, mine, id_, b"half", path="c", size=8, offset=0)
    os.utime(home_of(hub, mine) / ".carrel/uploads" / old, (1, 1))
    send(ada, mine, "another", b"x")
    left = {path.name for path in (home_of(hub, mine) / ".carrel/uploads").iterdir()}
    assert {old, young} & left == {young}
    call(ada, "upload/cancel", project_id=mine, upload_id=young, path="c")


@pytest.mark.parametrize(
    ("id_", "query", "code"),
    [
        ("../../x", {}, None),
        ("x" * 32, {}, "upload-invalid"),
        (None, {"size": "many"}, "upload-invalid"),
        (None, {"size": 3}, "upload-invalid"),
        (None, {"offset": -1}, "upload-invalid"),
        (None, {"offset": 5}, "upload-invalid"),
        (None, {"conflict": "perhaps"}, "upload-invalid"),
        (None, {"path": "../x"}, "path-not-inside"),
        (None, {"path": ""}, "path-not-of-file"),
        (None, {"path": ".carrel/x"}, "file-refused"),
        (None, {"path": "x" * 256}, "file-refused"),
        (None, {"size": 10**15}, "disk-full"),
    ],
)
def test_what_is_no_upload(ada: Person, mine: str, id_: str | None, query: dict[str, object], code: str | None) -> None:
    described: dict[str, object] = {"path": "no", "size": 4, "offset": 0}
    reply = put(ada, mine, id_ or new_id(), b"1234", **(described | query))
    assert reply.status_code in (400, 404, 409)
    assert reply.json().get("code") == code


def test_a_quota_holds_for_uploads(ada: Person, sql: Any) -> None:
    project = ada.new_project()
    sql("update projects set settings=? where project_id=?", '{"disk_quota": 1}', project)
    reply = send(ada, project, "big", b"x" * 2_000_000)
    assert reply.json()["code"] == "disk-full"


def test_hostile_homes_take_no_upload_elsewhere(hub: ServedHub, ada: Person) -> None:
    project, id_ = ada.new_project(), new_id()
    ada.shell(project, f"mkdir -p .carrel/uploads; mkfifo .carrel/uploads/{id_}; ln -s /tmp out; ln -s . here")
    assert put(ada, project, id_, b"x", path="a", size=1, offset=0).json()["code"] == "file-refused"
    assert send(ada, project, "out/a", b"x").json()["code"] == "path-escapes"
    assert send(ada, project, "here/here/a", b"x").json()["path"] == "a"
    ada.shell(project, "rm -r .carrel; ln -s /tmp .carrel")
    assert send(ada, project, "b", b"x").json()["code"] == "path-escapes"
    ada.shell(project, "rm .carrel; mkdir other; ln -s other .carrel")
    assert send(ada, project, "b", b"x").json()["code"] == "file-refused"


def test_who_may_send_files(hub: ServedHub, ada: Person, eve: Person, mine: str) -> None:
    assert send(eve, mine, "e", b"x").json()["code"] == "permission-missing"
    target = url_of(hub, mine, new_id(), path="e", size=1, offset=0)
    assert requests.put(target, data=b"x", timeout=60).status_code == 401

    def by(session: PageSession, path: str) -> requests.Response:
        query = {"path": path, "size": 1, "offset": 0}
        named = {"authorization": f"Bearer {session.bearer}"}
        return requests.put(url_of(hub, mine, new_id(), **query), data=b"x", headers=named, timeout=60)

    scoped = open_session(hub, scoped_token(ada, project_id=mine, paths=["within"]))
    assert by(scoped, "within/a").ok
    for session, path in [
        (scoped, "without"),
        (open_session(hub, scoped_token(ada, project_id=mine, readonly=True)), "a"),
        (open_session(hub, scoped_token(ada, project_id=mine, allow=["run"])), "a"),
    ]:
        assert by(session, path).status_code == 403
    assert by(open_session(hub, token_of(ada)), "by-session").ok


def signed_in(person: Person) -> str:
    body = {"email": person.email_address, "password": PASSWORD}
    url = f"{person.hub.url}/api/v2/auth/sign-in"
    reply = requests.post(url, json=body, headers={"origin": person.hub.url}, timeout=60)
    return reply.headers["set-cookie"].partition(";")[0]


def fetched(
    person: Person, path: str, site: str | None = "same-origin", cookie: str | None = None
) -> requests.Response:
    headers = {"cookie": cookie or signed_in(person)} | ({} if site is None else {"sec-fetch-site": site})
    return requests.get(f"{person.hub.url}/api/v2/{path}", headers=headers, timeout=60)


def test_links_of_this_site_download_by_its_cookie(ada: Person, eve: Person, mine: str) -> None:
    ada.write(mine, "link/a.txt", "text")
    cookie = signed_in(ada)
    for path in (f"files/{mine}/link/a.txt", f"zip/{mine}/link"):
        assert fetched(ada, path, cookie=cookie).ok
        for site in ("cross-site", "same-site", "none", None):
            assert fetched(ada, path, site, cookie).status_code == 401, (path, site)
        assert fetched(ada, path, cookie="__Host-carrel-session=x").status_code == 401
        assert fetched(eve, path).status_code == 403


def test_a_directory_as_a_zip(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project("Zipped")
    ada.shell(
        project,
        "mkdir -p d/sub d/empty; echo text > d/a.txt; head -c 3000000 /dev/urandom > d/sub/big;"
        "ln -s ../a.txt d/sub/link;"
        "ln -s /etc/passwd d/out; mkfifo d/pipe; ln -s . d/loop; echo x > d/closed; chmod 0 d/closed; touch 'd/b\\c';"
        "touch $'d/\\xff'; echo z > z; touch -d 1970-01-01 z",
    )
    reply = fetched(ada, f"zip/{project}/d")
    assert reply.headers["content-type"] == "application/zip"
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''d.zip"
    with ZipFile(io.BytesIO(reply.content)) as archive:
        assert archive.testzip() is None
        left_out = archive.read("_not_included.txt").decode().split()
        assert set(archive.namelist()) - {"_not_included.txt"} == {
            *("d/", "d/a.txt", "d/sub/", "d/sub/big", "d/sub/link", "d/empty/", "d/b_c", "d/\uefff"),
        }
        assert archive.read("d/sub/link") == b"text\n"
        assert archive.read("d/sub/big") == (home_of(hub, project) / "d/sub/big").read_bytes()
    assert sorted(left_out) == ["d/closed", "d/loop", "d/out", "d/pipe"]
    some = fetched(ada, f"zip/{project}/?name=z&name=d")
    assert some.headers["content-disposition"] == "attachment; filename*=UTF-8''Zipped.zip"
    with ZipFile(io.BytesIO(some.content)) as archive:
        assert {"z", "d/a.txt"} < set(archive.namelist())
        assert archive.getinfo("z").date_time[0] == 1980
    for path, expected in [("missing", 404), ("d?name=../z", 404), ("?name=.carrel", 404), ("d/out", 400)]:
        assert fetched(ada, f"zip/{project}/{path}").status_code == expected, path


def test_a_zip_needs_the_right_to_export(hub: ServedHub, ada: Person, mine: str) -> None:
    ada.write(mine, "link/a.txt", "text")
    for scope, path, expected in [
        ({"allow": ["run", "save"]}, "link", 403),
        ({"paths": ["link"]}, "", 403),
        ({"paths": ["link"]}, "link", 200),
    ]:
        session = open_session(hub, scoped_token(ada, project_id=mine, **scope))
        headers = {"authorization": f"Bearer {session.bearer}"}
        reply = requests.get(f"{hub.url}/api/v2/zip/{mine}/{path}", headers=headers, timeout=60)
        assert reply.status_code == expected, scope


def test_a_signed_address_of_a_zip_is_good_for_what_it_was_signed_for(hub: ServedHub, ada: Person, mine: str) -> None:
    ada.shell(mine, "mkdir -p signed; for name in a b '&c'; do echo $name > signed/$name; done")
    session = open_session(hub, scoped_token(ada, project_id=mine, paths=["signed"]))
    told = session.post("embed/zip-url", {"project_id": mine, "path": "signed", "names": ["a", "&c"]}).json()
    assert told["expires_in"] == 60
    url = hub.url + told["url"]
    with ZipFile(io.BytesIO(requests.get(url, timeout=60).content)) as archive:
        assert sorted(archive.namelist()) == ["&c", "a"]
    for wrong in (
        url.replace("name=a", "name=b"),
        url.replace("&name=a", ""),
        url + "&name=b",
        url.replace("/signed?", "/?"),
        url.replace("/zip/", "/files/"),
        re.sub(r"expires=\d+", "expires=99999999999", url),
    ):
        assert requests.get(wrong, timeout=60).status_code == 401, wrong
    file = session.post("embed/file-url", {"project_id": mine, "path": "signed"}).json()["url"]
    assert requests.get(hub.url + file.replace("/files/", "/zip/"), timeout=60).status_code == 401
    outside = session.post("embed/zip-url", {"project_id": mine}).json()["url"]
    assert requests.get(hub.url + outside, timeout=60).status_code == 403


def found(person: Person, project: str, **wanted: Any) -> list[Any]:
    hits, after = [], None
    while True:
        reply = call(person, "search", project_id=project, after=after, **wanted)
        assert reply.ok, reply.text
        hits += reply.json()["hits"]
        after = reply.json()["next"]
        if after is None:
            return hits


def test_files_are_found_by_name_and_content(ada: Person) -> None:
    project = ada.new_project()
    ada.write(project, "a/Größe.txt", "one\nthe GRÖSSE is here\n" + "größe\n" * 10)
    ada.write(project, "b.ipynb", '{"source": "größe"}')
    ada.write(project, ".hidden/größe", "größe")
    ada.shell(project, "printf 'gr\\xc3\\xb6\\xc3\\x9fe\\0' > binary; mkfifo größe-pipe; ln -s /etc/passwd größe-link")
    names = {hit["path"] for hit in found(ada, project, text="GRÖSSE")}
    assert names == {"a/Größe.txt", "größe-pipe", "größe-link"}
    hits = found(ada, project, text="größe", content=True)
    assert [(hit["path"], hit["line"]) for hit in hits] == [
        *(("a/Größe.txt", line) for line in range(2, 7)),
        ("b.ipynb", 1),
    ]
    assert hits[0]["text"] == "the GRÖSSE is here"
    assert {hit["path"] for hit in found(ada, project, text="größe", hidden=True)} > {".hidden/größe"}
    assert found(ada, project, text="größe", path="a") == [{"path": "a/Größe.txt", "kind": "file"}]


def test_a_search_comes_in_pages(ada: Person) -> None:
    project = ada.new_project()
    ada.shell(project, "mkdir -p d/e; cd d/e; touch $(seq -f n%g 450)")
    first = call(ada, "search", project_id=project, text="n").json()
    assert len(first["hits"]) == 200
    assert first["next"] is not None
    hits = [hit["path"] for hit in found(ada, project, text="n")]
    assert (len(hits), len(set(hits))) == (450, 450)


def test_an_archive_that_nobody_reads_on_ends(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    ada.shell(project, "truncate -s 5G sparse; head -c 20000000 /dev/urandom > big")
    session = open_session(hub, token_of(ada))
    head = f"GET /api/v2/zip/{project}/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {session.bearer}\r\n\r\n"
    home = home_of(hub, project).stat().st_ino

    def holds_home() -> bool:
        assert hub.process is not None
        opened = Path(f"/proc/{hub.process.pid}/fd")
        return any(path.stat().st_ino == home for path in opened.iterdir() if path.exists())

    with socket.create_connection(("127.0.0.1", hub.port)) as gone:
        gone.sendall(head.encode())
        assert gone.recv(1000)
        assert holds_home()
    deadline = time.monotonic() + 60
    while holds_home():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def test_files_of_every_name_are_downloaded_and_have_a_page(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    ada.shell(project, "printf text > $'new\\nline\\n'; printf text > $'\\xff'")
    for address in ("new%0Aline%0A", "%EE%BF%BF"):
        reply = fetched(ada, f"files/{project}/{address}")
        assert (reply.status_code, reply.text) == (200, "text"), address
        assert requests.get(f"{hub.url}/projects/{project}/files/{address}", timeout=60).ok
