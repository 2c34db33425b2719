"""What is made, moved, thrown away and put back in a home that its project does what it likes with."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.domain.errors import DomainError
from carrel.domain.files import FileExists, FileMissing, FileRefused, PathEscapes
from carrel.kit import safe_paths, safe_trees
from carrel.kit.safe_paths import Place
from carrel.storage import changes, trash
from carrel.storage.homes import Home
from carrel.storage.listings import Kind, list_entries
from carrel.storage.names import named, shown
from carrel.storage.settings import DataSettings


@given(st.binary(min_size=1, max_size=40).filter(lambda raw: b"\0" not in raw and b"/" not in raw))
def test_every_name_can_be_shown_and_comes_back(raw: bytes) -> None:
    text = shown(os.fsdecode(raw))
    text.encode()
    assert os.fsencode(named(text)) == raw


@given(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs", "Co"])))
def test_names_that_are_text_are_shown_as_they_are(name: str) -> None:
    assert (shown(name), named(name)) == (name, name)


def hand_over(home: Home) -> None:
    """What the test has made belongs to the project."""
    for directory, inner, files in os.walk(home.path):
        for name in [*inner, *files]:
            os.chown(os.path.join(directory, name), home.user.uid, home.user.gid, follow_symlinks=False)


def test_a_listing_says_what_everything_is(home: Home) -> None:
    (home.path / "dir").mkdir()
    (home.path / ".carrel").mkdir()
    for name in ("a.txt", "a\nb", '"<img src=x onerror=1>', "ü" * 127, "\u202eevil"):
        (home.path / name).write_text("12345")
    (home.path / os.fsdecode(b"\xff\xfe")).write_text("")
    os.mkfifo(home.path / "fifo")
    for name, target in {"in": "a.txt", "to_dir": "dir", "out": "/etc/passwd", "gone": "nowhere"}.items():
        (home.path / name).symlink_to(target)
    found = {entry.name: (entry.kind, entry.size_bytes, entry.link) for entry in list_entries(home, ".").entries}
    file = (Kind.FILE, 5, None)
    assert {name: what for name, what in found.items() if what[0] is not Kind.DIRECTORY} == {
        "a.txt": file,
        "a\nb": file,
        '"<img src=x onerror=1>': file,
        "ü" * 127: file,
        "\u202eevil": file,
        "\uefff\ueffe": (Kind.FILE, 0, None),
        "fifo": (Kind.OTHER, 0, None),
        "in": (Kind.FILE, 5, "a.txt"),
        "out": (Kind.OTHER, 0, "/etc/passwd"),
        "gone": (Kind.OTHER, 0, "nowhere"),
    }
    assert (found["dir"][0], found["to_dir"][0]) == (Kind.DIRECTORY, Kind.DIRECTORY)
    assert ".carrel" not in found


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing", FileMissing),
        ("file", FileRefused),
        ("out", PathEscapes),
        (".carrel", FileMissing),
        ("own", FileMissing),
    ],
)
def test_what_is_no_directory_is_not_listed(home: Home, path: str, error: type[DomainError]) -> None:
    (home.path / "file").write_text("")
    (home.path / "out").symlink_to("/etc")
    (home.path / ".carrel").mkdir()
    (home.path / "own").symlink_to(".carrel")
    with pytest.raises(error):
        list_entries(home, path)


def test_things_are_made_for_the_project_and_replace_nothing(home: Home, data_settings: DataSettings) -> None:
    changes.make_directory(home, "a/b")
    changes.make_file(home, "a/c/n.ipynb", "{}", data_settings)
    status = (home.path / "a/c/n.ipynb").stat()
    assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (home.user.uid, 0o644)
    with pytest.raises(FileExists):
        changes.make_directory(home, "a/b")
    with pytest.raises(FileExists):
        changes.make_file(home, "a/c/n.ipynb", "x", data_settings)
    assert (home.path / "a/c/n.ipynb").read_text() == "{}"


def test_a_move_replaces_nothing_and_moves_links_themselves(home: Home) -> None:
    (home.path / "a").write_text("a")
    (home.path / "b").write_text("b")
    (home.path / "out").symlink_to("/etc/passwd")
    hand_over(home)
    with pytest.raises(FileExists, match="'b'"):
        changes.move(home, "a", "b")
    changes.move(home, "a", "x/y/a")
    changes.move(home, "out", "x/out")
    assert (home.path / "x/y/a").read_text() == "a"
    assert os.readlink(home.path / "x/out") == "/etc/passwd"
    for old, new, error in [
        ("x", "x/y/z", FileRefused),
        ("x", ".carrel/x", FileRefused),
        ("missing", "m", FileMissing),
        (".", "m", FileRefused),
        ("b", "up/b", PathEscapes),
    ]:
        (home.path / "up").unlink(missing_ok=True)
        (home.path / "up").symlink_to("..")
        with pytest.raises(error):
            changes.move(home, old, new)
    assert (home.path / "b").read_text() == "b"


def test_what_was_deleted_comes_back_beside_what_has_its_name(home: Home) -> None:
    (home.path / "dir").mkdir()
    odd = os.fsdecode(b"dir/\xff.tar")
    (home.path / odd).write_text("old")
    hand_over(home)
    (id_,) = trash.throw_away(home, ["dir/\uefff.tar"])
    assert not (home.path / odd).exists()
    (found,) = trash.list_trash(home)
    assert (found.id, found.path, found.what.kind, found.what.size_bytes) == (id_, "dir/\uefff.tar", Kind.FILE, 3)
    (home.path / odd).write_text("new")
    assert trash.restore(home, [id_]) == ["dir/\uefff (2).tar"]
    assert (home.path / os.fsdecode(b"dir/\xff (2).tar")).read_text() == "old"
    assert (home.path / odd).read_text() == "new"
    assert trash.list_trash(home) == []
    assert os.listdir(home.path / ".carrel/trash") == []
    with pytest.raises(FileMissing):
        trash.restore(home, [id_])


def test_a_directory_comes_back_with_its_parents(home: Home) -> None:
    (home.path / "a/b/c").mkdir(parents=True)
    (home.path / "a/b/c/file").write_text("x")
    hand_over(home)
    (id_,) = trash.throw_away(home, ["a/b"])
    trash.throw_away(home, ["a"])
    assert trash.restore(home, [id_]) == ["a/b"]
    assert (home.path / "a/b/c/file").read_text() == "x"


@pytest.mark.parametrize("path", [".", ".carrel", ".carrel/trash", "missing", "up/x"])
def test_what_cannot_be_deleted(home: Home, path: str) -> None:
    (home.path / ".carrel/trash").mkdir(parents=True)
    (home.path / "up").symlink_to("..")
    hand_over(home)
    with pytest.raises(DomainError):
        trash.throw_away(home, [path])


def test_a_trash_that_its_project_has_meddled_with_harms_nobody(home: Home, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    (home.path / ".carrel").symlink_to(tmp_path)
    (home.path / "a").write_text("a")
    hand_over(home)
    with pytest.raises(DomainError):
        trash.throw_away(home, ["a"])
    assert (home.path / "a").read_text() == "a"
    (home.path / ".carrel").unlink()
    own = home.path / ".carrel/trash"
    for number, note in enumerate([b"../../out", b"/etc/x", b"", b".carrel/x", b"a\0b", b"x" * 5000]):
        entry = own / f"{number:013d}-{number:016x}"
        entry.mkdir(parents=True)
        (entry / "path").write_bytes(note)
        (entry / "item").write_text("")
        with pytest.raises(DomainError):
            trash.restore(home, [entry.name])
    piped = own / f"{9:013d}-{9:016x}"
    piped.mkdir()
    os.mkfifo(piped / "path")
    (piped / "item").symlink_to(tmp_path / "outside")
    hand_over(home)
    with pytest.raises(DomainError):
        trash.restore(home, [piped.name, "../../a"])
    assert trash.list_trash(home) == []
    trash.empty(home, None)
    assert (tmp_path / "outside").read_text() == "secret"
    assert not own.exists()


def test_emptying_takes_only_what_is_named(home: Home) -> None:
    ids = []
    for name in ("a", "b"):
        (home.path / name).write_text("")
        ids += trash.throw_away(home, [name])
    trash.empty(home, [ids[0], "../../b"])
    assert [found.path for found in trash.list_trash(home)] == ["b"]


def test_a_tree_is_removed_however_deep_and_closed_it_is(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_PATH)
    os.mkdir("top", dir_fd=fd)
    inner = os.open("top", os.O_PATH, dir_fd=fd)
    for _ in range(300):
        os.mkdir("d" * 200, dir_fd=inner)
        inner, before = os.open("d" * 200, os.O_PATH, dir_fd=inner), inner
        os.close(before)
    os.close(inner)
    (tmp_path / "top/x/closed").mkdir(parents=True)
    (tmp_path / "top/x/closed/file").write_text("")
    (tmp_path / "keep").write_text("kept")
    (tmp_path / "top/x/link").symlink_to("../../keep")
    (tmp_path / "top/x/closed").chmod(0)
    (tmp_path / "top/x").chmod(0o500)
    try:
        safe_trees.remove_tree(Place(fd, "top", ("top",)))
    finally:
        os.close(fd)
    assert [path.name for path in tmp_path.iterdir()] == ["keep"]


def test_a_tree_is_walked_by_name_and_can_be_gone_on_with(tmp_path: Path) -> None:
    for name in ("b/x", "b/y/z", "a", "b.txt", "c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "b/loop").symlink_to(".")
    with safe_paths.open_root(tmp_path, "/p") as root:
        ways = [found.way for found in safe_trees.walk_tree(root, (), limit=100)]
        assert ["/".join(way) for way in ways] == ["a", "b", "b/loop", "b/x", "b/y", "b/y/z", "b.txt", "c"]
        for number, way in enumerate(ways):
            assert [found.way for found in safe_trees.walk_tree(root, (), after=way, limit=100)] == ways[number + 1 :]


@pytest.mark.parametrize(
    ("name", "second"),
    [("a.txt", "a (2).txt"), ("a", "a (2)"), (".bashrc", ".bashrc (2)"), ("x.tar.gz", "x.tar (2).gz")],
)
def test_a_name_that_is_taken_gets_a_number(name: str, second: str) -> None:
    assert next(iter(list(changes.free_names(name))[1:])) == second


def test_numbers_fit_into_long_names() -> None:
    for name in ("x" * 255, "ü" * 127, "x" * 250 + ".txt", "x." + "y" * 253):
        assert all(len(os.fsencode(free)) <= 255 for free in changes.free_names(name))
