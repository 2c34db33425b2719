"""read_text_file_from_project and write_text_file_to_project over HTTP (api-v1 §8.8)."""

from typing import Any

import pytest
from support.hubs import ServedHub
from support.people import Person

ESCAPES = "Error: EACCES: path must be contained in project home dir"
NOBODY = "00000000-0000-4000-8000-000000000000"


def missing(path: str) -> str:
    return f"Error: ENOENT: no such file or directory, stat '{path}'"


@pytest.fixture(scope="module")
def stored(ada: Person) -> str:
    """A project whose files are only ever reached as stored files: it never runs."""
    project_id = ada.new_project("files")
    ada.write(project_id, "dir/file", "x")
    return project_id


def test_what_is_written_is_read(ada: Person, stored: str) -> None:
    for path, content in (("a.txt", "text"), ("new/dirs/é \N{SNOWMAN}.txt", "é\r\n\x00\t"), ("empty", "")):
        reply = ada.call("write_text_file_to_project", project_id=stored, path=path, content=content, id="x")
        assert reply == {"event": "file_written_to_project", "id": "x"}
        reply = ada.call("read_text_file_from_project", project_id=stored, path=path, id="x")
        assert reply == {"event": "text_file_read_from_project", "id": "x", "content": content}


def test_writing_again_replaces(ada: Person, stored: str) -> None:
    ada.write(stored, "again.txt", "long text")
    ada.write(stored, "again.txt", "short")
    assert ada.read(stored, "again.txt") == "short"


def test_an_absolute_path_inside_the_project_is_fine(ada: Person, stored: str) -> None:
    ada.write(stored, f"/projects/{stored}/absolute.txt", "a")
    assert ada.read(stored, "absolute.txt") == ada.read(stored, f"/projects/{stored}/./absolute.txt") == "a"


def test_reading_and_writing_do_not_start_the_project(ada: Person, stored: str) -> None:
    ada.write(stored, "b.txt", "b")
    assert ada.read(stored, "b.txt") == "b"
    state = ada.call("query", query={"projects": {"project_id": stored, "state": None}})["query"]["projects"]["state"]
    assert state["state"] == "opened"


def test_the_sandbox_sees_what_was_written_as_its_own(ada: Person, project: str) -> None:
    ada.write(project, "files/mine.txt", "from outside")
    assert (
        ada.shell(project, "cat files/mine.txt; echo more >> files/mine.txt; stat -c %U files/mine.txt")["stdout"]
        == "from outsideuser\n"
    )
    assert ada.read(project, "files/mine.txt") == "from outsidemore\n"


@pytest.mark.parametrize("path", ["no.txt", "no/such/dir/x", "a\nb", "n" * 255, "/".join(["d"] * 100)])
def test_a_missing_file_is_named(ada: Person, stored: str, path: str) -> None:
    assert ada.refusal("read_text_file_from_project", project_id=stored, path=path) == missing(path)


@pytest.mark.parametrize("path", ["../x", "dir/../../x", "/etc/passwd", "/", "../../../etc/x", "/proc/self/environ"])
def test_a_path_that_leaves_the_project_is_refused(ada: Person, stored: str, path: str) -> None:
    assert ada.refusal("read_text_file_from_project", project_id=stored, path=path) == ESCAPES
    assert ada.refusal("write_text_file_to_project", project_id=stored, path=path, content="x") == ESCAPES


@pytest.mark.parametrize("path", ["a\x00b", "\x00", "n" * 256, "n" * 100_000, "d/" * 50_000 + "x"])
def test_an_impossible_path_is_refused_by_reading_and_writing(ada: Person, stored: str, path: str) -> None:
    assert ada.refusal("read_text_file_from_project", project_id=stored, path=path).startswith("Error: E")
    assert ada.refusal("write_text_file_to_project", project_id=stored, path=path, content="").startswith("Error: E")


def test_a_directory_is_not_a_file(ada: Person, stored: str) -> None:
    for path in ("dir", "dir/", "", "."):
        text = ada.refusal("read_text_file_from_project", project_id=stored, path=path)
        assert text == "Error: EISDIR: illegal operation on a directory, read", path
    assert "EISDIR" in ada.refusal("write_text_file_to_project", project_id=stored, path="dir", content="x")
    text = ada.refusal("write_text_file_to_project", project_id=stored, path="dir/file/below", content="x")
    assert text.startswith("Error: ENOTDIR")


def test_special_files_do_not_hang_a_reader(ada: Person, project: str) -> None:
    ada.shell(
        project, "mkdir -p special; mkfifo special/fifo; ln -sf /dev/zero special/zero; ln -sf /dev/stdin special/in"
    )
    for name in ("fifo", "zero", "in"):
        assert ada.refusal("read_text_file_from_project", project_id=project, path=f"special/{name}").startswith(
            "Error: "
        )
        ada.refusal("write_text_file_to_project", project_id=project, path=f"special/{name}", content="x")


def test_a_file_of_more_than_10_mb_is_too_large(ada: Person, project: str) -> None:
    ada.shell(project, "mkdir -p large; truncate -s 10000000 large/fits; truncate -s 12000000 large/not")
    assert len(ada.read(project, "large/fits")) == 10_000_000
    text = ada.refusal("read_text_file_from_project", project_id=project, path="large/not")
    assert text == (
        "Error: Attempt to open large file of size 12MB; the maximum allowed size is 10MB. "
        "Use vim, emacs, or pico from a terminal instead."
    )


def test_bytes_that_are_not_utf_8_are_replaced(ada: Person, project: str) -> None:
    ada.shell(project, "printf 'a\\xffb\\xc3' > binary")
    assert ada.read(project, "binary") == "a\ufffdb\ufffd"


def test_links_are_followed_inside_the_project_only(ada: Person, project: str, stored: str) -> None:
    script = f"""mkdir -p links; cd links; echo inside > target
    ln -sfn target good; ln -sfn /projects/{project}/links/target absolute
    ln -sfn /etc/passwd outside; ln -sfn ../../{stored}/a.txt other; ln -sfn / root; ln -sfn /proc/self self
    ln -sfn loop loop; ln -sfn nowhere dangling"""
    ada.shell(project, script)
    assert ada.read(project, "links/good") == ada.read(project, "links/absolute") == "inside\n"
    for path in ("outside", "other", "root/etc/passwd", "self/environ", "loop"):
        text = ada.refusal("read_text_file_from_project", project_id=project, path=f"links/{path}")
        assert text == ESCAPES or text.startswith(("Error: ELOOP", "Error: ENOENT")), (path, text)
        text = ada.refusal("write_text_file_to_project", project_id=project, path=f"links/{path}", content="x")
        assert text == ESCAPES or text.startswith(("Error: ELOOP", "Error: ENOENT")), (path, text)
    ada.write(project, "links/good", "changed")
    assert ada.shell(project, "cat links/target; readlink links/good")["stdout"] == "changedtarget\n"


def test_lists_read_many_files_each_with_its_content_or_error(ada: Person, stored: str, project: str) -> None:
    for number in range(25):
        ada.write(stored, f"many/{number}", str(number))
    paths = [f"many/{number}" for number in range(30)]
    reply = ada.call("read_text_file_from_project", project_id=[stored] * 30, path=paths)
    found = {item["path"]: item for item in reply["content"]}
    assert len(reply["content"]) == 30
    for number, path in enumerate(paths):
        expected = {"content": str(number)} if number < 25 else {"error": missing(path)}
        assert found[path] == {"project_id": stored, "path": path} | expected
    assert ada.call("read_text_file_from_project", project_id=[], path=[])["content"] == []


def test_a_list_of_a_thousand_is_read_and_a_reply_has_an_end(ada: Person, stored: str) -> None:
    ada.write(stored, "big", "x" * 10_000_000)
    reply = ada.call("read_text_file_from_project", project_id=[stored] * 1_000, path=["a.txt"] * 1_000)
    assert len(reply["content"]) == 1_000
    reply = ada.call("read_text_file_from_project", project_id=[stored] * 60, path=["big"] * 60)
    errors = {item["error"] for item in reply["content"] if "error" in item}
    assert errors == {"Error: the files of this call are too large together; read fewer at a time"}


def test_one_project_without_access_fails_the_whole_call(ada: Person, eve: Person, stored: str) -> None:
    text = f"User {eve.account_id} does not have read access to project {stored}"
    mine = eve.new_project()
    assert eve.refusal("read_text_file_from_project", project_id=[mine, stored], path=["x", "x"]) == text


@pytest.mark.parametrize(
    ("project_ids", "path", "text"),
    [
        ("one", ["x"], "project_id must be an array"),
        (["one"], "x", "if project_id is an array, then path must be an array of the same length"),
        (["one"], ["x", "y"], "if project_id is an array, then path must be an array of the same length"),
        (["one"], [], "if project_id is an array, then path must be an array of the same length"),
    ],
)
def test_lists_must_fit(ada: Person, stored: str, project_ids: Any, path: Any, text: str) -> None:
    given = stored if project_ids == "one" else [stored]
    assert ada.refusal("read_text_file_from_project", project_id=given, path=path) == text


def test_repeated_form_fields_are_lists(hub: ServedHub, ada: Person, stored: str) -> None:
    ada.write(stored, "form.txt", "f")
    form = {"project_id": [stored, stored], "path": ["form.txt", "no"]}
    content = ada.post("read_text_file_from_project", data=form).json()["content"]
    assert sorted(item["path"] for item in content) == ["form.txt", "no"]


def test_content_is_required(ada: Person, stored: str) -> None:
    response = ada.post("write_text_file_to_project", json={"project_id": stored, "path": "x"})
    assert response.status_code == 400
    assert "property 'content' must be specified" in response.json()["error"]
