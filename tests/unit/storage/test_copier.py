"""What the contract of copies does not show: which way is taken, cancelling, races with the homes' owners."""

import os
import stat
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.processes import marked, until_none
from support.racers import racer

from carrel.domain.copies import CopyFailed, CopyPlan
from carrel.domain.errors import DomainError
from carrel.domain.ids import new_project_id
from carrel.storage import rsync
from carrel.storage.copier import Copied, Copier
from carrel.storage.copy_sandbox import CopySandbox
from carrel.storage.homes import Home, Homes
from carrel.storage.settings import DataSettings
from carrel.storage.unfinished import make_unfinished, remove_unfinished

pytestmark = pytest.mark.anyio


@pytest.fixture
async def copier(homes: Homes) -> AsyncIterator[Copier]:
    async with Copier(homes) as opened:
        yield opened


@pytest.fixture
def other(homes: Homes) -> Home:
    return homes.ensure(new_project_id(), 2)


def own(home: Home) -> None:
    for path in home.path.rglob("*"):
        os.chown(path, home.user.uid, home.user.gid, follow_symlinks=False)


async def until_some(marker: str) -> None:
    while not marked(marker):
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of all sandboxes that are started."""
    commands: list[list[str]] = []
    spawn = CopySandbox.spawn

    def counted(self: CopySandbox, source: Home, target: Home, command: list[str], stderr: int) -> object:
        commands.append(command)
        return spawn(self, source, target, command, stderr)

    monkeypatch.setattr(CopySandbox, "spawn", counted)
    return commands


async def test_a_single_file_is_copied_without_starting_a_process(
    copier: Copier, home: Home, other: Home, starts: list[list[str]]
) -> None:
    (home.path / "f").write_bytes(os.urandom(3_000_000))
    own(home)
    for plan in (CopyPlan("f", "f"), CopyPlan("f", "d/"), CopyPlan("f", "g", backup=True, delete_missing=True)):
        await copier.run(home, other, plan)
    os.utime(home.path / "f", (1, 1))
    await copier.run(home, other, CopyPlan("f", "g", backup=True, overwrite_newer=True))
    assert starts == []
    names = sorted(str(path.relative_to(other.path)) for path in other.path.rglob("*"))
    assert names == ["d", "d/f", "f", "g", "g~"]
    assert (other.path / "g").read_bytes() == (home.path / "f").read_bytes()


async def test_a_small_tree_is_copied_without_starting_a_process_and_again_only_what_has_changed(
    copier: Copier, home: Home, other: Home, starts: list[list[str]]
) -> None:
    (home.path / "d" / "sub").mkdir(parents=True)
    files = [home.path / "d" / name for name in ("a", "b", "sub/c")]
    for file in files:
        file.write_text("first")
    own(home)
    plan = CopyPlan("d", "t", overwrite_newer=True, backup=True)
    assert await copier.run(home, other, plan) is Copied.UNSYNCED
    assert await copier.run(home, other, plan) is Copied.NOTHING
    for file, there in ((files[0], home.path / "d"), (other.path / "t" / "b", other.path / "t")):
        file.write_text("other")  # as long as before
        os.utime(file, (1, 1))
        os.utime(there, (2, 2))  # what a directory's time says is not relied on
        assert await copier.run(home, other, plan) is Copied.UNSYNCED
    files[2].chmod(0o600)
    assert starts == []
    await copier.run(home, other, plan)
    assert len(starts) == 1  # only a mode has changed, which is left to rsync
    assert {path.name: path.read_text() for path in other.path.rglob("*") if path.is_file()} == {
        "a": "other", "a~": "first", "b": "first", "b~": "other", "c": "first",
    }  # fmt: skip
    assert stat.S_IMODE((other.path / "t" / "sub" / "c").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "plan",
    [CopyPlan("f", "f", bwlimit="1m"), CopyPlan("f", "f", exclude=("x",)), CopyPlan("f", "f", timeout_seconds=9)],
)
async def test_a_single_file_with_unusual_options_is_left_to_rsync(
    copier: Copier, home: Home, other: Home, starts: list[list[str]], plan: CopyPlan
) -> None:
    (home.path / "f").write_text("f")
    own(home)
    await copier.run(home, other, plan)
    assert len(starts) == 1
    assert (other.path / "f").read_text() == "f"


async def test_cancelling_kills_rsync(copier: Copier, home: Home, other: Home) -> None:
    (home.path / "f").write_bytes(os.urandom(1_000_000))
    own(home)
    limit = f"1.{os.getpid() % 1000:03}"
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(copier.run, home, other, CopyPlan("f", "f", bwlimit=limit))
            await until_some(f"--bwlimit={limit}")
            tasks.cancel_scope.cancel()
    assert marked(f"--bwlimit={limit}") == set()
    assert not (other.path / "f").exists()


_HUB = """
import anyio, sys
from pathlib import Path
from carrel.domain.copies import CopyPlan
from carrel.domain.ids import ProjectId
from carrel.storage.copier import Copied, Copier
from carrel.storage.homes import Homes
from carrel.storage.settings import DataSettings
from carrel.storage.unfinished import make_unfinished, remove_unfinished

async def main(dir, source, target, limit):
    homes = Homes(DataSettings(dir=Path(dir), reserve_mb=0))
    async with Copier(homes) as copier:
        ends = homes.ensure(ProjectId(source), 1), homes.ensure(ProjectId(target), 2)
        await copier.run(*ends, CopyPlan("f", "f", bwlimit=limit))

anyio.run(main, *sys.argv[1:])
"""


@pytest.mark.slow
async def test_a_killed_hub_leaves_no_rsync_behind(homes: Homes, home: Home, other: Home) -> None:
    (home.path / "f").write_bytes(os.urandom(20_000_000))
    own(home)
    limit = f"900.{os.getpid() % 1000:03}"
    arguments = [str(homes.settings.dir), home.project_id, other.project_id, limit]
    with anyio.fail_after(20):
        async with await anyio.open_process([sys.executable, "-c", _HUB, *arguments]) as hub:
            while not any(path.is_file() and path.stat().st_size for path in other.path.rglob("*")):  # rsync is at work
                await anyio.lowlevel.checkpoint()
            hub.kill()
        await until_none(f"--bwlimit={limit}")


_ORPHANING = """
import sys
from pathlib import Path
from carrel.kit.bubblewrap import Arguments, spawn
from carrel.kit.processes import Confinement
from carrel.kit.unix_users import UnixUser

arguments = Arguments()
arguments.add("--unshare-user", "--unshare-pid", "--ro-bind", "/", "/")
spawn(arguments, ["sleep", sys.argv[2]], Confinement(UnixUser(int(sys.argv[1]), int(sys.argv[1]))))
"""


@pytest.mark.slow
async def test_what_a_killed_hub_left_half_made_is_ended_by_the_next(homes: Homes) -> None:
    if os.geteuid() != 0:
        return  # copies of an ordinary user's hub cannot be told from that user's other work
    seconds = f"600.{os.getpid()}"
    command = [sys.executable, "-W", "ignore", "-c", _ORPHANING, str(homes.copier.uid), seconds]
    with anyio.fail_after(20):
        await anyio.run_process(command)
        await until_some(seconds)
        async with Copier(homes):
            await until_none(seconds)


async def test_a_disk_that_fills_up_stops_a_running_copy(
    homes: Homes, home: Home, other: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.path / "f").write_bytes(os.urandom(1_000_000))
    own(home)

    async def nothing_left(settings: DataSettings) -> int:
        return 0

    monkeypatch.setattr("carrel.storage.copier.free_bytes", nothing_left)
    async with Copier(homes) as copier:
        with anyio.fail_after(10), pytest.raises(CopyFailed, match=r"^ENOSPC"):
            await copier.run(home, other, CopyPlan("f", "f", bwlimit="1"))


async def test_a_source_whose_files_vanish_is_copied_again(
    copier: Copier, home: Home, other: Home, starts: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.path / "d").mkdir()
    (home.path / "d" / "f").write_text("f")
    own(home)
    command = rsync.command

    def vanishing_once(*arguments: Any, **options: Any) -> list[str]:
        words = command(*arguments, **options)
        script = '[ -e /target/once ] || { touch /target/once; exit 24; }; exec "$@"'
        return ["sh", "-c", script, "sh", *words]

    monkeypatch.setattr(rsync, "command", vanishing_once)
    await copier.run(home, other, CopyPlan("d", "d", bwlimit="9m"))
    assert len(starts) == 2
    assert (other.path / "d" / "f").read_text() == "f"


async def test_a_home_that_is_not_there_is_told_without_the_hosts_paths(
    homes: Homes, home: Home, copier: Copier
) -> None:
    gone = homes.home(new_project_id(), 5)
    (home.path / "f").write_text("f")
    own(home)
    for source, target in ((gone, home), (home, gone)):
        with pytest.raises(DomainError) as caught:
            await copier.run(source, target, CopyPlan("f", "f"))
        assert str(homes.settings.dir) not in str(caught.value)


@pytest.fixture
def outside(open_dir: Path) -> Path:
    """A directory beside the homes that everybody may write, with a secret."""
    path = open_dir / "outside"
    path.mkdir()
    path.chmod(0o777)
    (path / "f").write_text("secret")
    return path


def unharmed(outside: Path) -> bool:
    return os.listdir(outside) == ["f"] and (outside / "f").read_text() == "secret"


@pytest.mark.slow
async def test_ends_swapped_for_links_outwards_lead_nowhere(
    copier: Copier, home: Home, other: Home, outside: Path
) -> None:
    for end in (home, other):
        (end.path / "d").mkdir()
        (end.path / "d" / "f").write_text("inside")
        (end.path / "swapped").symlink_to(outside)
        own(end)
    outcomes = set()
    ends = [(end.path / "d", end.path / "swapped") for end in (home, other)]
    with racer(*ends[0]), racer(*ends[1]):
        for turn in range(1000):
            try:
                await copier.run(home, other, CopyPlan("d/f", f"d/{turn % 7}", overwrite_newer=True))
                outcomes.add("copied")
            except DomainError as error:
                outcomes.add(type(error).__name__)
    assert outcomes >= {"copied", "SourceEscapes", "TargetEscapes"}
    assert unharmed(outside)
    copied = [path for path in other.path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {path.read_text() for path in copied} == {"inside"}


@pytest.mark.parametrize("swapped", ["source", "target", "target into source", "source into target"])
async def test_an_end_swapped_just_before_rsync_starts_leads_nowhere(
    copier: Copier, home: Home, other: Home, outside: Path, monkeypatch: pytest.MonkeyPatch, swapped: str
) -> None:
    for end in (home, other):
        (end.path / "d").mkdir()
        (end.path / "d" / "f").write_text("inside")
        (end.path / "private").mkdir()
        (end.path / "private" / "f").write_text("private")
        own(end)
    link = {"source into target": "/target/private", "target into source": "../source/private"}.get(swapped, outside)
    victim = (home if swapped.startswith("source") else other).path / "d"
    spawn = CopySandbox.spawn

    def swap_and_spawn(self: CopySandbox, source: Home, target: Home, command: list[str], stderr: int) -> object:
        victim.rename(victim.with_name("was"))
        victim.symlink_to(link)
        return spawn(self, source, target, command, stderr)

    monkeypatch.setattr(CopySandbox, "spawn", swap_and_spawn)
    plan = CopyPlan("d", "d", overwrite_newer=True, delete_missing=True)
    if swapped == "source into target":
        await copier.run(home, other, plan)  # the target's project gets its own file
    else:
        with pytest.raises(CopyFailed):
            await copier.run(home, other, plan)
    assert unharmed(outside)
    assert [(end.path / "private" / "f").read_text() for end in (home, other)] == ["private"] * 2
    assert os.listdir(home.path / "private") == ["f"]
    assert sorted(os.listdir(home.path)) == sorted(
        {"d", "private", *(["was"] if "source" in swapped.split()[0] else [])}
    )


@pytest.mark.parametrize("plan", [CopyPlan("d", "d"), CopyPlan("d", "d", bwlimit="9m")], ids=["direct", "rsync"])
async def test_what_a_killed_try_has_left_is_removed_by_the_next(
    copier: Copier, home: Home, other: Home, plan: CopyPlan
) -> None:
    (home.path / "d").mkdir()
    (home.path / "d" / "f").write_text("f")
    left = other.path / ".carrel" / "copy-one" / "f.Xy12Ab"
    left.parent.mkdir(parents=True)
    left.write_text("half a fi")
    own(home)
    own(other)
    await copier.run(home, other, plan, label="one")
    assert sorted(path.relative_to(other.path).as_posix() for path in other.path.rglob("*")) == ["d", "d/f"]


async def test_a_copy_leaves_the_unfinished_files_of_another_alone(copier: Copier, home: Home, other: Home) -> None:
    (home.path / "d").mkdir()
    busy = other.path / ".carrel" / "copy-two" / "f.Xy12Ab"
    busy.parent.mkdir(parents=True)
    busy.write_text("half a fi")
    own(home)
    own(other)
    await copier.run(home, other, CopyPlan("d", "d", bwlimit="9m"), label="one")
    assert busy.read_text() == "half a fi"


async def test_a_control_directory_that_leads_out_of_the_home_fails_the_copy(
    copier: Copier, home: Home, other: Home
) -> None:
    (home.path / "d").mkdir()
    (other.path / ".carrel").symlink_to("/tmp")
    own(home)
    own(other)
    with pytest.raises(CopyFailed, match="EACCES"):
        await copier.run(home, other, CopyPlan("d", "d", bwlimit="9m"), label="one")


def test_copies_into_one_home_do_not_take_each_others_directories_away(other: Home) -> None:
    def come_and_go(label: str) -> None:
        for _ in range(1000):
            make_unfinished(other, label)
            remove_unfinished(other, label)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(come_and_go, ("one", "two", "three")))
    assert list(other.path.iterdir()) == []
