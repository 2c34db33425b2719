"""Staging what goes into sandboxes."""

import marshal
import os
import py_compile
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from carrel.domain.ids import ProjectId, new_project_id
from carrel.domain.projects import StartFailed
from carrel.kit.unix_users import UnixUser
from carrel.runners.bubblewrap.bytecode import write_bytecode
from carrel.runners.bubblewrap.places import Places, short_name
from carrel.runners.bubblewrap.runtime import (
    NoRuntime,
    RuntimeSource,
    choose_python,
    first_closed_directory,
    remove_unused,
    stage,
)


def _source(tmp_path: Path, text: str = "value = 1\n") -> RuntimeSource:
    package = tmp_path / "package"
    package.mkdir(exist_ok=True)
    (package / "module.py").write_text(text)
    (package / "module.py").chmod(0o600)
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "module.old.pyc").write_text("stale")
    return RuntimeSource((("package", package),))


def test_a_runtime_is_named_by_its_contents_and_compiled_ahead(tmp_path: Path) -> None:
    runtimes = tmp_path / "runtime"
    runtimes.mkdir()
    first = stage(_source(tmp_path), runtimes)
    assert stage(_source(tmp_path), runtimes) == first
    second = stage(_source(tmp_path, "value = 2\n"), runtimes)
    assert {path.name for path in runtimes.iterdir()} == {first.name, second.name}
    files = {str(path.relative_to(first)) for path in first.rglob("*") if path.is_file()}
    assert files == {"package/module.py", f"package/__pycache__/module.{sys.implementation.cache_tag}.pyc"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in first.rglob("*") if path.is_file()} == {0o644}


def test_byte_code_that_is_there_already_is_taken_along_unless_its_source_has_changed(tmp_path: Path) -> None:
    source, target = tmp_path / "source.py", tmp_path / "target.py"
    source.write_text("def place(): return __import__('sys')._getframe().f_code.co_filename, 1\n")
    compiled = py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    status = source.stat()
    source.write_text(source.read_text().replace("1", "2"))
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert _place_and_number(source, target) == ("/opt/target.py", 1)  # nothing shows that it has changed
    os.utime(source, (1, 1))
    assert _place_and_number(source, target) == ("/opt/target.py", 2)
    os.remove(str(compiled))
    assert _place_and_number(source, target) == ("/opt/target.py", 2)


def _place_and_number(source: Path, target: Path) -> tuple[str, int]:
    write_bytecode(source, target, "/opt/target.py")
    code = marshal.loads(Path(cache_from_source(target)).read_bytes()[16:])
    names: dict[str, Callable[[], tuple[str, int]]] = {}
    exec(code, names)
    return names["place"]()


def test_two_hubs_that_stage_at_once_end_up_with_one(tmp_path: Path) -> None:
    runtimes = tmp_path / "runtime"
    runtimes.mkdir()
    source = _source(tmp_path)
    threads = [threading.Thread(target=stage, args=(source, runtimes)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in runtimes.iterdir()] == [source.digest()]


def test_unused_runtimes_go_and_unfinished_ones_when_they_are_old(tmp_path: Path) -> None:
    for name in ("used", "unused", ".new-fresh", ".new-old"):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / ".new-old", (1, 1))
    remove_unused(tmp_path, {"used"})
    assert {path.name for path in tmp_path.iterdir()} == {"used", ".new-fresh"}


def test_the_installed_agent_starts_with_nothing_but_the_runtime(tmp_path: Path) -> None:
    runtime = stage(RuntimeSource.installed(), tmp_path)
    imports = "import carrel.agent.serve as s, jupyter_client.manager, jupyter_ydoc, pycrdt"
    program = f"import sys; sys.path.insert(0, {str(runtime)!r}); {imports}; print(s.__file__)"
    command = [str(choose_python(None)), "-I", "-S", "-X", "frozen_modules=on", "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith(str(runtime))


def test_an_interpreter_that_sandboxes_cannot_see_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoRuntime, match="sandboxes see /usr only"):
        choose_python(tmp_path / "python3")
    with pytest.raises(NoRuntime, match=r"does not run|they must be equal"):
        choose_python(Path("/usr/bin/env"))


def test_the_first_directory_that_is_closed_is_named(open_dir: Path) -> None:
    (open_dir / "closed" / "below").mkdir(parents=True, mode=0o755)
    assert first_closed_directory(open_dir / "closed" / "below", UnixUser(4711, 4711)) is None
    (open_dir / "closed").chmod(0o700)
    assert first_closed_directory(open_dir / "closed" / "below", UnixUser(4711, 4711)) == open_dir / "closed"


def test_short_names_can_be_read_back(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    projects = [new_project_id() for _ in range(5)]
    projects += [ProjectId("00000000-0000-0000-0000-000000000000"), ProjectId("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    for project_id in projects:
        (tmp_path / "run" / short_name(project_id)).mkdir()
    (tmp_path / "run" / "something else").mkdir()
    assert set(places.projects_with_sockets()) == set(projects)


def test_what_is_no_project_id_names_no_directory() -> None:
    with pytest.raises(ValueError, match="not a project id"):
        short_name(ProjectId("../../etc"))


def test_a_data_directory_with_too_long_a_path_is_refused_with_the_limit() -> None:
    with pytest.raises(StartFailed, match="is longer than 78 bytes"):
        Places(Path("/" + "x" * 90)).socket(new_project_id())
