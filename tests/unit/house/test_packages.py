"""`tools/packages.sh` installs what is missing and nothing else, or says in one line what to install."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "tools" / "packages.sh"
TOOLS = ("env", "mktemp", "rm", "tail", "touch")
FRESH = """#!/bin/sh
# apt-get of a machine that has never updated its lists
echo "$@" >> "$0.log"
if [ "$1" = update ]; then touch "$0.updated"; exit 0; fi
[ -e "$0.updated" ] || { echo "E: Unable to locate package"; exit 100; }
"""
BROKEN = """#!/bin/sh
echo "$@" >> "$0.log"
echo "E: no network"
exit 100
"""
UPDATED = "install --yes --no-install-recommends one two\nupdate\ninstall --yes --no-install-recommends one two\n"


class Machine:
    """A PATH with a few programs, and an apt-get that writes down how it was called."""

    def __init__(self, directory: Path) -> None:
        self.bin = directory
        for name in TOOLS:
            (self.bin / name).symlink_to(Path("/usr/bin", name))
        self.put("id", "#!/bin/sh\necho 0\n")

    def put(self, name: str, script: str = "#!/bin/sh\n") -> None:
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def run(self, *pairs: str) -> "subprocess.CompletedProcess[str]":
        command = ["/bin/sh", str(SCRIPT), *pairs]
        return subprocess.run(command, env={"PATH": str(self.bin)}, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> str:
        log = self.bin / "apt-get.log"
        return log.read_text() if log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_is_done_when_nothing_is_missing(machine: Machine) -> None:
    machine.put("apt-get", FRESH)
    machine.put("bwrap")
    done = machine.run("bwrap:bubblewrap")
    assert (done.returncode, done.stdout, done.stderr, machine.calls) == (0, "", "", "")


def test_a_machine_without_package_lists_gets_them_first(machine: Machine) -> None:
    machine.put("apt-get", FRESH)
    machine.put("here")
    done = machine.run("no-one:one", "here:other", "no-two:two")
    assert (done.returncode, done.stderr, machine.calls) == (0, "", UPDATED)


def test_a_failure_of_apt_is_shown_and_fails(machine: Machine) -> None:
    machine.put("apt-get", BROKEN)
    done = machine.run("no-one:one", "no-two:two")
    assert done.returncode == 1
    assert done.stderr == "E: no network\ncould not install: one two\n"


@pytest.mark.parametrize("sudo", [None, "#!/bin/sh\nexit 1\n"], ids=["no sudo", "sudo asks for a password"])
def test_without_root_one_line_says_what_to_install(machine: Machine, sudo: str | None) -> None:
    machine.put("apt-get", FRESH)
    machine.put("id", "#!/bin/sh\necho 1000\n")
    if sudo is not None:
        machine.put("sudo", sudo)
    done = machine.run("no-one:one", "no-two:two")
    assert (done.returncode, done.stdout, machine.calls) == (1, "", "")
    assert "sudo apt-get install one two" in done.stderr
    assert done.stderr.count("\n") == 1


def test_sudo_without_password_is_used(machine: Machine) -> None:
    machine.put("apt-get", FRESH)
    machine.put("id", "#!/bin/sh\necho 1000\n")
    machine.put("sudo", '#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\nexec "$@"\n')
    machine.put("true")
    done = machine.run("no-one:one", "no-two:two")
    assert (done.returncode, done.stderr, machine.calls) == (0, "", UPDATED)


def test_another_system_than_debian_is_told_what_is_missing(machine: Machine) -> None:
    done = machine.run("no-one:one")
    assert done.returncode == 1
    assert done.stderr.startswith("missing: one.")
