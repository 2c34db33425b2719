"""Text files are read and written as their project's user, and every refusal has the words of the compatible API."""

import errno
import os
import stat
from datetime import UTC, datetime

import pytest

from carrel.domain.errors import DomainError
from carrel.domain.files import DiskFull, FileMissing, FileRefused, FileTooLarge, IsDirectory, PathEscapes
from carrel.storage.files import FileStat, ProjectFiles, as_domain_error
from carrel.storage.homes import Home
from carrel.storage.settings import DataSettings

pytestmark = pytest.mark.anyio


@pytest.fixture
def files(data_settings: DataSettings) -> ProjectFiles:
    return ProjectFiles(data_settings)


async def test_a_written_file_is_read_back_and_belongs_to_the_project(files: ProjectFiles, home: Home) -> None:
    await files.write_text(home, "a/b/ü.txt", "Größe\n")
    assert await files.read_text(home, "a/b/ü.txt") == "Größe\n"
    assert await files.read_text(home, f"/projects/{home.project_id}/a/b/ü.txt") == "Größe\n"
    found = [(home.path / name).stat() for name in ("a", "a/b", "a/b/ü.txt")]
    assert {(s.st_uid, s.st_gid) for s in found} == {(home.user.uid, home.user.gid)}
    assert [stat.S_IMODE(s.st_mode) for s in found] == [0o755, 0o755, 0o644]
    assert os.listdir(home.path / "a" / "b") == ["ü.txt"]


async def test_an_overwritten_file_keeps_its_mode(files: ProjectFiles, home: Home) -> None:
    await files.write_text(home, "run.sh", "old")
    (home.path / "run.sh").chmod(0o750)
    await files.write_text(home, "run.sh", "")
    assert (home.path / "run.sh").read_text() == ""
    assert stat.S_IMODE((home.path / "run.sh").stat().st_mode) == 0o750


async def test_bytes_that_are_not_utf8_and_lone_surrogates_are_replaced(files: ProjectFiles, home: Home) -> None:
    await files.write_text(home, "text", "a\ud800b\udcffc")
    assert await files.read_text(home, "text") == "a�b�c"
    (home.path / "text").write_bytes(b"a\xffb")
    assert await files.read_text(home, "text") == "a�b"


async def test_a_file_above_ten_megabytes_is_refused_with_its_size(files: ProjectFiles, home: Home) -> None:
    await files.write_text(home, "big", "")
    os.truncate(home.path / "big", 10_000_000)
    assert len(await files.read_text(home, "big")) == 10_000_000
    os.truncate(home.path / "big", 23_000_001)
    with pytest.raises(FileTooLarge, match=r"Attempt to open large file of size 23MB; the maximum allowed size is 10M"):
        await files.read_text(home, "big")


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("missing", FileMissing, "ENOENT: no such file or directory, stat 'missing'"),
        ("no/such/dir", FileMissing, "ENOENT: no such file or directory, stat 'no/such/dir'"),
        ("", IsDirectory, "EISDIR: illegal operation on a directory, read"),
        ("dir", IsDirectory, "EISDIR: illegal operation on a directory, read"),
        ("../x", PathEscapes, "EACCES: path must be contained in project home dir"),
        ("/etc/passwd", PathEscapes, "EACCES: path must be contained in project home dir"),
        ("link/passwd", PathEscapes, "EACCES: path must be contained in project home dir"),
        ("fifo", FileRefused, "EINVAL: not a regular file: 'fifo'"),
        ("a\0", FileRefused, "EINVAL: the path contains a NUL character: 'a\0'"),
        ("\ud800", FileRefused, "EINVAL: the path is not valid Unicode: '�'"),
        ("file/x", FileRefused, "ENOTDIR: not a directory: 'file/x'"),
        ("loop", FileRefused, "ELOOP: too many levels of symbolic links: 'loop'"),
        ("secret", FileRefused, "EACCES: permission denied: 'secret'"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_the_words_of_the_api(
    files: ProjectFiles, home: Home, path: str, error: type[DomainError], message: str
) -> None:
    await files.write_text(home, "file", "x")
    await files.write_text(home, "secret", "x")
    (home.path / "secret").chmod(0)
    (home.path / "dir").mkdir()
    (home.path / "link").symlink_to("/etc")
    (home.path / "loop").symlink_to("loop")
    os.mkfifo(home.path / "fifo")
    with pytest.raises(error) as caught:
        await files.read_text(home, path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("dir", IsDirectory), ("dir/", IsDirectory), ("new/", IsDirectory), ("", IsDirectory), ("../x", PathEscapes),
        ("link/x", PathEscapes), ("fifo", FileRefused), ("file/x", FileRefused), ("read_only", FileRefused),
        ("x" * 256, FileRefused),
    ],
)  # fmt: skip
async def test_what_cannot_be_written_is_refused_and_nothing_changes(
    files: ProjectFiles, home: Home, path: str, error: type[DomainError]
) -> None:
    await files.write_text(home, "file", "x")
    await files.write_text(home, "read_only", "x")
    (home.path / "read_only").chmod(0o444)
    (home.path / "dir").mkdir()
    (home.path / "link").symlink_to("/tmp")
    os.mkfifo(home.path / "fifo")
    before = sorted(os.listdir(home.path))
    with pytest.raises(error):
        await files.write_text(home, path, "content")
    assert sorted(os.listdir(home.path)) == before
    assert (home.path / "file").read_text() == (home.path / "read_only").read_text() == "x"


async def test_a_write_that_would_use_the_reserve_is_refused(data_settings: DataSettings, home: Home) -> None:
    files = ProjectFiles(data_settings.model_copy(update={"reserve_mb": 10**9}))
    with pytest.raises(DiskFull):
        await files.write_text(home, "file", "x")
    assert os.listdir(home.path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_and_an_exhausted_quota_are_the_same_to_the_caller(number: int) -> None:
    error = as_domain_error(OSError(number, "x"), "a/b")
    assert (type(error), str(error)) == (DiskFull, "ENOSPC: no space left on device, write 'a/b'")


async def test_stat_and_listing_tell_kind_size_and_time(files: ProjectFiles, home: Home) -> None:
    await files.write_text(home, "dir/file", "four")
    os.utime(home.path / "dir" / "file", (1_700_000_000, 1_700_000_000))
    assert await files.stat(home, "dir/file") == FileStat(False, 4, datetime.fromtimestamp(1_700_000_000, UTC))
    assert (await files.stat(home, "dir")).is_directory
    [entry] = await files.list_directory(home, "dir", limit=10)
    assert (entry.name, entry.is_directory, entry.size_bytes, entry.mtime) == ("file", False, 4, 1_700_000_000)
