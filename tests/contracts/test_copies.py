"""The rules of copies (api-v1 §8.8) hold on both ways: directly where that is tried, and by rsync in a sandbox."""

import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.copies import LATER, NOW, OLD, Bench, File, Link, Tree, plant, tree_of

from carrel.domain.copies import CopyFailed, CopyPlan, SourceEscapes, TargetEscapes
from carrel.domain.files import DiskFull, FileMissing
from carrel.domain.ids import new_project_id
from carrel.storage.copier import Copier
from carrel.storage.homes import Homes
from carrel.storage.settings import DataSettings

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["direct", "rsync"])
async def copier(request: pytest.FixtureRequest, open_dir: Path) -> AsyncIterator[Copier]:
    settings = DataSettings(dir=open_dir / "data", reserve_mb=0, direct_copy_mb=1 if request.param == "direct" else 0)
    async with Copier(Homes(settings)) as opened:
        yield opened


@pytest.fixture
def bench(copier: Copier) -> Bench:
    homes = copier.homes
    return Bench(copier, homes.ensure(new_project_id(), 1), homes.ensure(new_project_id(), 2))


@pytest.fixture
def alone(copier: Copier) -> Bench:
    """Both ends in one project: also the way of a hub with one Unix user for all."""
    home = copier.homes.ensure(new_project_id(), 3)
    return Bench(copier, home, home)


B2: Tree = {"B2/doc1.txt": "one", "B2/doc2.txt": "two", "B2/sub/x": "x"}


# Where things go


@pytest.mark.parametrize(
    ("source_path", "target_path"),
    [("B2", "DIR4"), ("B2/", "DIR4"), ("B2", "DIR4/"), ("./B2//", "./DIR4"), ("sub/../B2", "DIR4/../DIR4"),
     ("link", "DIR4"), ("link/", "DIR4")],
)  # fmt: skip
async def test_a_directorys_contents_are_merged_into_the_target(
    bench: Bench, source_path: str, target_path: str
) -> None:
    bench.plant({**B2, "sub": None, "link": Link("B2")}, {"DIR4/kept": "kept"})
    await bench.copy(source_path, target_path)
    assert tree_of(bench.target) == {
        "DIR4/doc1.txt": "one", "DIR4/doc2.txt": "two", "DIR4/sub/x": "x", "DIR4/kept": "kept",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target_path", "lands"),
    [
        ("DIR3/", "DIR3/doc2.txt"), ("DIR3/new/", "DIR3/new/doc2.txt"), ("there", "there/doc2.txt"),
        ("there/", "there/doc2.txt"), ("a/b/new.txt", "a/b/new.txt"), ("", "doc2.txt"), ("/projects/ID", "doc2.txt"),
        ("/projects/ID/n/m", "n/m"), ("link", "there/doc2.txt"), ("link/x", "there/x"), ("inner/x", "there/x"),
        ("B2/doc2.txt", "B2/doc2.txt"),
    ],
)  # fmt: skip
async def test_a_file_goes_into_a_directory_or_gets_the_name(bench: Bench, target_path: str, lands: str) -> None:
    bench.plant(B2, {"there": None})
    inner = f"/projects/{bench.target.project_id}/there"
    plant(bench.target, {"link": Link("there"), "inner": Link(inner)})
    await bench.copy("B2/doc2.txt", target_path.replace("ID", bench.target.project_id))
    expected = {"there": None, "link": Link("there"), "inner": Link(inner), lands: "two"}
    if lands.startswith("there/"):
        del expected["there"]
    assert tree_of(bench.target) == expected


async def test_missing_parents_of_both_kinds_belong_to_the_target(bench: Bench) -> None:
    bench.plant(B2)
    await bench.copy("B2", "p/q/r")
    await bench.copy("B2/doc1.txt", "s/t/doc")
    for path in bench.target.path.rglob("*"):
        found = path.stat()
        assert (found.st_uid, found.st_gid) == (bench.target.user.uid, bench.target.user.gid)
    assert (bench.target.path / "s/t/doc").read_text() == "one"
    assert (bench.target.path / "p/q/r/sub/x").read_text() == "x"


async def test_the_whole_home_is_copied_without_the_platforms_own_directories(bench: Bench) -> None:
    bench.plant({"a": "a", "d/.carrel/x": "deep", ".carrel/secret": "s", ".snapshots/old": "o"})
    await bench.copy("", "all")
    assert tree_of(bench.target) == {"all/a": "a", "all/d/.carrel/x": "deep"}


async def test_the_platforms_own_directories_are_neither_overwritten_nor_deleted(bench: Bench) -> None:
    own = {".carrel/log": "log", ".snapshots/old": "old"}
    bench.plant({"d/.carrel/log": "evil", "d/.carrel/more": "evil", "d/a": "a"}, {**own, "b": "b"})
    await bench.copy("d", "", CopyPlan("", "", delete_missing=True, overwrite_newer=True, exclude=("!", "+ .carrel")))
    assert tree_of(bench.target) == {**own, "a": "a"}
    await bench.copy("", "", CopyPlan("", "", delete_missing=True))
    assert tree_of(bench.target) == {**own, "d/.carrel/log": "evil", "d/.carrel/more": "evil", "d/a": "a"}


@pytest.mark.parametrize("path", [".carrel", ".carrel/x", ".snapshots/x", "link/x", "./a/../.carrel/x"])
async def test_the_platforms_own_directories_are_no_source_and_no_target(bench: Bench, path: str) -> None:
    bench.plant({".carrel/x": "x", ".snapshots/x": "x", "a/x": "x", "link": Link(".carrel")}, {"link": Link(".carrel")})
    with pytest.raises(FileMissing):
        await bench.copy(path, "new")
    plant(bench.target, {"a": None})
    before = tree_of(bench.target)
    with pytest.raises(TargetEscapes):
        await bench.copy("a/x", path)
    assert tree_of(bench.target) == before


async def test_a_home_that_is_merged_into_stays_closed_to_others(bench: Bench) -> None:
    bench.plant(B2)
    (bench.source.path / "B2").chmod(0o777)
    await bench.copy("B2", "")
    assert stat.S_IMODE(bench.target.path.stat().st_mode) == 0o700
    assert (bench.target.path / "sub" / "x").read_text() == "x"


# What is replaced


@pytest.mark.parametrize(
    ("there", "overwrite_newer", "expected"),
    [
        (File("there", LATER), False, "there"), (File("there", OLD), False, "new"), (File("there", LATER), True, "new"),
        (File("other size", NOW), False, "new"), (File("new", NOW), False, "new"), (File("eqv", NOW), True, "eqv"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("paths", [("d/f", "t/f"), ("d", "t")], ids=["file", "directory"])
async def test_newer_files_are_skipped_without_error_unless_overwritten(
    bench: Bench, there: File, overwrite_newer: bool, expected: str, paths: tuple[str, str]
) -> None:
    bench.plant({"d/f": "new"}, {"t/f": there})
    await bench.copy(*paths, CopyPlan("", "", overwrite_newer=overwrite_newer))
    assert tree_of(bench.target) == {"t/f": expected}


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o444, 0o4711, 0o000])
@pytest.mark.parametrize("paths", [("d/f", "t/f"), ("d", "t")], ids=["file", "directory"])
async def test_mode_and_time_are_those_of_the_source(bench: Bench, mode: int, paths: tuple[str, str]) -> None:
    bench.plant({"d/f": File("new", mode=mode)}, {"t/f": File("older", OLD, 0o640)})
    os.utime(bench.source.path / "d" / "f", ns=(1, NOW * 10**9 + 123_456_789))
    await bench.copy(*paths)
    found = (bench.target.path / "t" / "f").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_mtime_ns) == (mode, NOW * 10**9 + 123_456_789)
    assert (found.st_uid, found.st_gid) == (bench.target.user.uid, bench.target.user.gid)
    assert os.listdir(bench.target.path / "t") == ["f"]


async def test_an_unchanged_file_gets_the_mode_of_the_source(bench: Bench) -> None:
    bench.plant({"f": File("same", mode=0o755)}, {"f": File("same", mode=0o600)})
    await bench.copy("f", "f")
    assert stat.S_IMODE((bench.target.path / "f").stat().st_mode) == 0o755


@pytest.mark.parametrize("paths", [("d/f", "t/f"), ("d", "t")], ids=["file", "directory"])
async def test_a_backup_keeps_what_is_replaced(bench: Bench, paths: tuple[str, str]) -> None:
    bench.plant({"d/f": "new"}, {"t/f": File("old", OLD, 0o640), "t/f~": "oldest"})
    await bench.copy(*paths, CopyPlan("", "", backup=True))
    assert tree_of(bench.target) == {"t/f": "new", "t/f~": "old"}
    kept = (bench.target.path / "t" / "f~").stat()
    assert (kept.st_mtime, stat.S_IMODE(kept.st_mode)) == (OLD, 0o640)
    await bench.copy(*paths, CopyPlan("", "", backup=True))
    assert tree_of(bench.target) == {"t/f": "new", "t/f~": "old"}


async def test_a_copy_that_keeps_what_exists_adds_only_what_is_missing(bench: Bench) -> None:
    there: Tree = {"t/older": File("mine", OLD, 0o600), "t/newer": File("mine", LATER), "t/was": Link("older"),
                   "t/a file/x": "mine", "t/sub/own": "mine"}  # fmt: skip
    bench.plant({f"d/{name}": "handed out" for name in ("older", "newer", "was", "a file", "sub/new")}, there)
    plan = CopyPlan("", "", keep_existing=True)
    for _ in range(2):
        await bench.copy("d", "t", plan)
        assert tree_of(bench.target) == {
            "t/older": "mine", "t/newer": "mine", "t/was": Link("older"), "t/a file/x": "mine", "t/sub/own": "mine",
            "t/sub/new": "handed out",
        }  # fmt: skip
        assert stat.S_IMODE((bench.target.path / "t" / "older").stat().st_mode) == 0o600
    await bench.copy("d/older", "t/", plan)
    assert (bench.target.path / "t" / "older").read_text() == "mine"


async def test_directories_get_the_mode_and_the_time_of_the_source(bench: Bench) -> None:
    bench.plant({"d/a/f": "f", "d/empty": None}, {"t/a/own": "own"})
    for number, name in enumerate(("d/a", "d/empty", "d")):
        (bench.source.path / name).chmod(0o750 + number)
        os.utime(bench.source.path / name, (OLD + number, OLD + number))
    await bench.copy("d", "t")
    for number, name in enumerate(("t/a", "t/empty", "t")):
        found = (bench.target.path / name).stat()
        assert (stat.S_IMODE(found.st_mode), int(found.st_mtime)) == (0o750 + number, OLD + number), name


async def test_delete_missing_removes_what_the_source_lacks_even_newer_files(bench: Bench) -> None:
    bench.plant(B2, {"t/extra": File("extra", LATER), "t/gone/x": "x", "t/doc1.txt": File("mine", LATER), "u": "u"})
    await bench.copy("B2", "t", CopyPlan("", "", delete_missing=True))
    assert tree_of(bench.target) == {"t/doc1.txt": "mine", "t/doc2.txt": "two", "t/sub/x": "x", "u": "u"}


async def test_delete_missing_has_no_effect_for_a_file(bench: Bench) -> None:
    bench.plant(B2, {"t/extra": "extra"})
    await bench.copy("B2/doc1.txt", "t/", CopyPlan("", "", delete_missing=True))
    assert tree_of(bench.target) == {"t/extra": "extra", "t/doc1.txt": "one"}


async def test_excluded_names_are_neither_copied_nor_deleted(bench: Bench) -> None:
    bench.plant(
        {
            "d/a.txt": "a",
            "d/b.pyc": "b",
            "d/out/x": "x",
            "d/sub/out/y": "y",
            "d/! odd": "!",
            "d/n.ipynb.sage-history": "h",
        },
        {"t/kept.pyc": "kept", "t/gone.txt": "gone"},
    )
    plan = CopyPlan("", "", exclude=("*.pyc", "/out", "! odd", ""), exclude_history=True, delete_missing=True)
    await bench.copy("d", "t", plan)
    assert tree_of(bench.target) == {"t/a.txt": "a", "t/sub/out/y": "y", "t/kept.pyc": "kept"}


@pytest.mark.parametrize(
    "plan", [CopyPlan("", "", exclude=("*.sage-history",)), CopyPlan("", "", exclude_history=True)], ids=["both", "one"]
)
async def test_an_exclude_can_be_the_file_itself(bench: Bench, plan: CopyPlan) -> None:
    bench.plant({"a.sage-history": "a", "b": "b"})
    await bench.copy("a.sage-history", "x/", plan)
    await bench.copy("b", "x/", plan)
    assert tree_of(bench.target) == {"x/b": "b"}


async def test_a_copy_with_limits_of_time_and_bandwidth_arrives(bench: Bench) -> None:
    bench.plant(B2)
    await bench.copy("B2/doc1.txt", "x", CopyPlan("", "", timeout_seconds=0.5, bwlimit="10m"))
    assert tree_of(bench.target) == {"x": "one"}


# One project, overlapping ends


@pytest.mark.parametrize(
    ("source_path", "target_path"),
    [("B2", "B2"), ("B2", "B2/"), ("B2/doc1.txt", "B2/doc1.txt"), ("B2/doc1.txt", "B2"), ("", ""), ("to", "B2"),
     ("l", "B2/doc1.txt"), ("B2/doc1.txt", "l")],
)  # fmt: skip
async def test_a_copy_onto_itself_succeeds_and_changes_nothing(
    alone: Bench, source_path: str, target_path: str
) -> None:
    alone.plant({**B2, "to": Link("B2"), "l": Link("B2/doc1.txt")})
    before = tree_of(alone.source)
    plan = CopyPlan("", "", delete_missing=True, backup=True, overwrite_newer=True)
    await alone.copy(source_path, target_path, plan)
    assert tree_of(alone.source) == before


async def test_a_copy_within_one_project_arrives(alone: Bench) -> None:
    alone.plant(B2)
    await alone.copy("B2", "C")
    await alone.copy("B2/doc1.txt", "D/")
    assert tree_of(alone.source) == {
        **B2,
        "C/doc1.txt": "one",
        "C/doc2.txt": "two",
        "C/sub/x": "x",
        "D/doc1.txt": "one",
    }


@pytest.mark.parametrize("name", ["in", "[a]*?", "back\\slash", "[a\\]"])
async def test_a_tree_copied_into_itself_does_not_copy_its_copy(alone: Bench, name: str) -> None:
    before: Tree = {"a/x": "x", f"a/{name}/y": "y"}
    alone.plant(before)
    await alone.copy("a", f"a/{name}/copy")
    await alone.copy("a", f"a/{name}/copy", CopyPlan("", "", delete_missing=True))
    copied = {f"a/{name}/copy/x": "x", f"a/{name}/copy/{name}/y": "y"}
    assert tree_of(alone.source) == {**before, **copied}


@pytest.mark.parametrize("name", ["in", "[a]*?", "back\\slash"])
async def test_a_tree_copied_over_its_parent_is_not_deleted_there(alone: Bench, name: str) -> None:
    alone.plant({f"a/{name}/x": "x", f"a/{name}/y/z": "z", "a/extra": "extra"})
    await alone.copy(f"a/{name}", "a", CopyPlan("", "", delete_missing=True))
    assert tree_of(alone.source) == {f"a/{name}/x": "x", f"a/{name}/y/z": "z", "a/x": "x", "a/y/z": "z"}


# Symlinks and hostile ends


async def test_symlinks_stay_symlinks_and_are_not_followed(bench: Bench) -> None:
    links = {"d/rel": Link("f"), "d/abs": Link("/etc/passwd"), "d/up": Link("../../../x"), "d/dangling": Link("no")}
    bench.plant({"d/f": "f", **links}, {"t/there": "there", "t/up": Link("there")})
    await bench.copy("d", "t")
    assert tree_of(bench.target) == {
        "t/f": "f", "t/there": "there", "t/rel": Link("f"), "t/abs": Link("/etc/passwd"), "t/up": Link("../../../x"),
        "t/dangling": Link("no"),
    }  # fmt: skip


async def test_a_link_to_a_file_is_copied_as_a_link_and_replaced_by_a_file(bench: Bench) -> None:
    bench.plant({"l": Link("f"), "f": "f"}, {"x": Link("y"), "y": "y"})
    await bench.copy("l", "new")
    await bench.copy("f", "x")
    assert tree_of(bench.target) == {"new": Link("f"), "x": "f", "y": "y"}


@pytest.mark.parametrize("path", ["..", "../x", "out/x", "/etc/passwd", "a/../../x", "outfile", "/projects/other/x"])
async def test_ends_outside_their_homes_are_refused(bench: Bench, path: str) -> None:
    links: Tree = {"out": Link("/tmp"), "outfile": Link("../../../x"), "a/f": "f"}
    bench.plant(links, links)
    with pytest.raises(SourceEscapes, match=r"^source path must be contained in project home dir$"):
        await bench.copy(path, "new")
    with pytest.raises(TargetEscapes, match=r"^target path must be contained in target project home dir$"):
        await bench.copy("a/f", path)
    assert tree_of(bench.target) == links


@pytest.mark.parametrize("path", ["missing", "missing/x", "dangling", "B2/missing"])
async def test_a_missing_source_is_named_as_the_caller_wrote_it(bench: Bench, path: str) -> None:
    bench.plant({**B2, "dangling": Link("no")})
    with pytest.raises(FileMissing, match=f"^ENOENT: no such file or directory, stat '{path}'$"):
        await bench.copy(path, "new/dir")
    assert tree_of(bench.target) == {}


@pytest.mark.parametrize(
    ("source_path", "target_path"),
    [("B2/doc1.txt/x", "t"), ("B2", "file"), ("B2", "file/x"), ("B2/doc1.txt", "file/x"), ("B2/doc1.txt", "file/"),
     ("B2/doc1.txt", "x" * 256), ("a\0b", "t"), ("B2", "\ud800"), ("B2", "loop")],
)  # fmt: skip
async def test_what_stands_in_the_way_fails_the_copy_and_stays(
    bench: Bench, source_path: str, target_path: str
) -> None:
    bench.plant(B2, {"file": "file", "loop": Link("loop")})
    with pytest.raises(CopyFailed):
        await bench.copy(source_path, target_path)
    assert tree_of(bench.target) == {"file": "file", "loop": Link("loop")}


async def test_a_failure_of_rsync_is_told_with_paths_relative_to_the_projects(bench: Bench) -> None:
    bench.plant({"d/f": "f"}, {"t/closed/x": "x"})
    (bench.target.path / "t" / "closed").chmod(0o555)
    with pytest.raises(CopyFailed) as caught:
        await bench.copy("d/f", "t/closed/")
    text = str(caught.value)
    assert text.startswith("WARNING: copy exited with an error -- rsync: ")
    assert text.endswith(' -- "rsync -axs --omit-link-times --update d/f t/closed/"')
    assert '-> "f": Permission denied' in text
    assert "/target" not in text
    assert str(bench.target.path.parent) not in text


async def test_a_directory_in_the_way_of_a_file_fails_the_copy_and_stays(bench: Bench) -> None:
    bench.plant({"d/f": "f"}, {"t/f/x": "in the way"})
    with pytest.raises(CopyFailed, match=r"^WARNING: copy exited with an error -- could not make way for new regular"):
        await bench.copy("d/f", "t/")
    assert tree_of(bench.target) == {"t/f/x": "in the way"}


@pytest.mark.parametrize(
    "plan",
    [CopyPlan("", "", exclude=("a\0b",)), CopyPlan("", "", exclude=("\ud800",)), CopyPlan("", "", bwlimit="x --delete"),
     CopyPlan("", "", exclude=("x" * 200_000,))],
    ids=["zero", "surrogate", "bandwidth", "long"],
)  # fmt: skip
async def test_options_that_no_rsync_takes_fail_the_copy(bench: Bench, plan: CopyPlan) -> None:
    bench.plant(B2)
    with pytest.raises(CopyFailed):
        await bench.copy("B2/doc1.txt", "t", plan)
    assert tree_of(bench.target) == {}


async def test_files_that_their_owner_closed_are_copied_between_projects(bench: Bench) -> None:
    if bench.source.user == bench.target.user:
        return  # an ordinary user cannot read them either
    bench.plant({"d/f": File("f", mode=0), "d/g": "g"})
    (bench.source.path / "d").chmod(0o700)
    await bench.copy("d/f", "f")
    await bench.copy("d", "t")
    assert stat.S_IMODE((bench.target.path / "t" / "f").stat().st_mode) == 0
    assert tree_of(bench.target) == {"f": "f", "t/f": "f", "t/g": "g"}


@pytest.mark.parametrize("name", [" ", "-rf", "a:b", "ü", "x\ny", "*", "'\"", "back\\slash", "#; rm", "é" * 127])
async def test_names_of_every_kind_arrive(bench: Bench, name: str) -> None:
    bench.plant({f"d/{name}/{name}": name})
    await bench.copy(f"d/{name}/{name}", f"u/{name}")
    await bench.copy(f"d/{name}", f"v/{name}/")
    assert tree_of(bench.target) == {f"u/{name}": name, f"v/{name}/{name}": name}


async def test_a_pipe_and_a_socket_do_not_stop_a_copy(bench: Bench) -> None:
    bench.plant({"d/f": "f"})
    os.mkfifo(bench.source.path / "d" / "fifo")
    os.chown(bench.source.path / "d" / "fifo", bench.source.user.uid, bench.source.user.gid)
    await bench.copy("d", "t")
    await bench.copy("d/fifo", "x")
    assert stat.S_ISFIFO((bench.target.path / "t" / "fifo").lstat().st_mode)
    assert stat.S_ISFIFO((bench.target.path / "x").lstat().st_mode)


async def test_the_hosts_reserve_of_disk_space_refuses_a_copy(bench: Bench) -> None:
    bench.plant(B2)
    settings = bench.copier.homes.settings.model_copy(update={"reserve_mb": 10**9})
    async with Copier(Homes(settings)) as copier:
        with pytest.raises(DiskFull):
            await copier.run(bench.source, bench.target, CopyPlan("B2/doc1.txt", "t/x"))
    assert tree_of(bench.target) == {}


async def test_a_copy_can_be_repeated(bench: Bench) -> None:
    bench.plant(B2)
    for _ in range(2):
        await bench.copy("B2", "t")
        await bench.copy("B2/doc1.txt", "t/doc1.txt")
    assert tree_of(bench.target) == {"t/doc1.txt": "one", "t/doc2.txt": "two", "t/sub/x": "x"}
