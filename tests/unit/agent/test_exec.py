"""Commands run by a real agent: what they see, what is told of them, and how they fail."""

import os
import time
from pathlib import Path

import anyio
import pytest
from support.agents import RunningAgent, running_agent

from carrel.domain.execution import OUTPUT_BYTES, ExecNotRunnable, ExecSpec
from carrel.protocol.execution import STDERR, STDOUT
from carrel.protocol.link import WINDOW
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio


def bash(script: str, timeout_seconds: float = 10.0, max_output: int | None = None) -> ExecSpec:
    return ExecSpec(script=script, timeout_seconds=timeout_seconds, max_output=max_output)


async def test_a_program_gets_its_arguments_and_both_outputs_come_apart(link: AgentLink) -> None:
    result = await link.exec(ExecSpec("sh", ("-c", 'echo "$1"; echo "$2" >&2; exit 3', "sh", "a b", "ü")))
    assert (result.stdout, result.stderr, result.exit_code) == ("a b\n", "ü\n", 3)
    assert result.program_line.startswith("sh -c ")


async def test_a_script_is_run_by_bash_and_its_file_is_removed(link: AgentLink, agent: RunningAgent) -> None:
    result = await link.exec(bash('echo $((6*7)) "$0"; ls -l "$0" | cut -c1-10; [[ a == a ]]'))
    answer, path, mode = result.stdout.split()
    assert (answer, mode, result.exit_code) == ("42", "-rw-------", 0)
    assert result.program_line == f"bash {path}"
    assert not Path(path).exists()
    assert os.listdir(agent.home.parent / "tmp") == []


@pytest.mark.parametrize(("directory", "expected"), [("", ""), ("sub dir", "/sub dir"), ("{home}/sub dir", "/sub dir")])
async def test_a_directory_is_relative_to_the_home_or_absolute(
    link: AgentLink, agent: RunningAgent, directory: str, expected: str
) -> None:
    (agent.home / "sub dir").mkdir()
    spec = ExecSpec("sh", ("-c", "pwd -P; echo $PWD"), directory=directory.format(home=agent.home))
    result = await link.exec(spec)
    assert set(result.stdout.splitlines()) == {f"{agent.home}{expected}"}


async def test_extra_environment_is_added_to_the_sandboxs_own(link: AgentLink, agent: RunningAgent) -> None:
    result = await link.exec(ExecSpec("sh", ("-c", "echo $HOME $EXTRA"), environment={"EXTRA": "ä=1"}))
    assert result.stdout == f"{agent.home} ä=1\n"


async def test_a_program_is_found_on_the_path_of_its_own_environment(link: AgentLink, agent: RunningAgent) -> None:
    program = agent.home / "bin" / "mine"
    program.parent.mkdir()
    program.write_text("echo no hash-bang $1\n")
    program.chmod(0o755)
    result = await link.exec(ExecSpec("mine", ("here",), environment={"PATH": f"{program.parent}:/usr/bin:/bin"}))
    assert (result.stdout, result.exit_code) == ("no hash-bang here\n", 0)
    assert (await link.exec(ExecSpec("./mine", ("x",), directory="bin"))).stdout == "no hash-bang x\n"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ExecSpec("no-such-program"), "spawn no-such-program ENOENT"),
        (ExecSpec("/etc/passwd"), "spawn /etc/passwd EACCES"),
        (ExecSpec("/"), "spawn / EACCES"),
        (ExecSpec("true", directory="nowhere"), "spawn true ENOENT (directory '{home}/nowhere')"),
        (ExecSpec("true", directory="/etc/passwd"), "spawn true ENOTDIR (directory '/etc/passwd')"),
        (ExecSpec(""), "there is no program to run"),
        (ExecSpec("a\0b"), "spawn a\0b EINVAL (embedded null byte)"),
        (ExecSpec("true", environment={"A=B": "c"}), "spawn true EINVAL (illegal environment variable name)"),
        (ExecSpec("true", environment={"A": "x" * 500_000}), "spawn true E2BIG"),
        (ExecSpec("true", ("x" * 2_000_000,)), "spawn E2BIG (the command is larger than 1048576 bytes)"),
        (ExecSpec("true", ("\udcff",)), "the command contains characters that are not Unicode"),
    ],
)
async def test_what_cannot_be_run_is_said_in_a_sentence(
    link: AgentLink, agent: RunningAgent, spec: ExecSpec, reason: str
) -> None:
    with pytest.raises(ExecNotRunnable) as caught:
        await link.exec(spec)
    assert caught.value.reason == reason.format(home=agent.home)
    assert (await link.exec(ExecSpec("true"))).exit_code == 0


async def test_a_full_temporary_directory_is_said_in_a_sentence(link: AgentLink, agent: RunningAgent) -> None:
    (agent.home.parent / "tmp").rmdir()
    with pytest.raises(ExecNotRunnable, match="could not be written"):
        await link.exec(bash("true"))


async def test_death_by_a_signal_is_128_and_its_number(link: AgentLink) -> None:
    assert (await link.exec(ExecSpec("sh", ("-c", "kill -TERM $$")))).exit_code == 143


async def test_a_command_is_alone_with_its_descriptors_signals_session_and_empty_input(link: AgentLink) -> None:
    script = (
        "import os, signal, sys\n"
        "print(sorted(int(f) for f in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + f)))\n"
        "print(sys.stdin.read() == '', os.getsid(0) == os.getpid() == os.getpgrp())\n"
        "print(signal.getsignal(signal.SIGXCPU) == signal.SIG_DFL)\n"
        "masks = [line.split()[1] for line in open('/proc/self/status') if line.startswith(('SigBlk', 'SigIgn'))]\n"
        "print([hex(int(mask, 16) & 0x7FFFFFFF) for mask in masks])\n"
    )
    result = await link.exec(ExecSpec("python3", ("-I", "-S", "-c", script)))
    # Python itself ignores SIGPIPE and SIGXFSZ (0x1001000); 32 and 33 are glibc's own
    assert result.stdout.splitlines() == ["[0, 1, 2]", "True True", "True", "['0x0', '0x1001000']"]


async def test_a_script_has_a_cpu_limit_of_its_timeout_and_a_program_none(link: AgentLink) -> None:
    assert (await link.exec(bash("ulimit -t", timeout_seconds=2.5))).stdout == "3\n"
    assert (await link.exec(bash("ulimit -t", timeout_seconds=0))).stdout == "unlimited\n"
    assert (await link.exec(ExecSpec("sh", ("-c", "ulimit -t")))).stdout == "unlimited\n"


async def test_the_agent_cannot_be_looked_into_by_its_tenant(open_dir: Path) -> None:
    async with running_agent(open_dir, as_tenant=True) as agent, AgentLink.connect(agent.address) as link:
        files = f"/proc/{agent.process.pid}"
        assert (await link.exec(ExecSpec("cat", (f"{files}/stat",)))).exit_code == 0
        for command in (("ls", f"{files}/fd"), ("cat", f"{files}/mem"), ("cat", f"{files}/environ")):
            result = await link.exec(ExecSpec(command[0], command[1:]))
            assert result.exit_code != 0
            assert "Permission denied" in result.stderr


async def test_a_command_is_the_first_to_go_when_memory_runs_out(link: AgentLink, agent: RunningAgent) -> None:
    own = int(Path(f"/proc/{agent.process.pid}/oom_score_adj").read_text())
    result = await link.exec(bash("cat /proc/self/oom_score_adj"))
    assert int(result.stdout) > own


@pytest.mark.parametrize(
    ("max_output", "expected"),
    [
        (3, "xyz (truncated at 3 characters)"),
        (8, "xyz abc\n (truncated at 8 characters)"),
        (9, "xyz abc\n"),
        (0, " (truncated at 0 characters)"),
    ],
)
async def test_a_stream_that_reached_its_limit_says_so(link: AgentLink, max_output: int, expected: str) -> None:
    assert (await link.exec(ExecSpec("echo", ("xyz", "abc"), max_output=max_output))).stdout == expected


async def test_a_limit_counts_characters_and_streams_apart(link: AgentLink) -> None:
    result = await link.exec(bash("printf 'ä€𝄞x'; printf 'err' >&2", max_output=3))
    assert result.stdout == "ä€𝄞 (truncated at 3 characters)"
    assert result.stderr == "err (truncated at 3 characters)"


async def test_bytes_that_are_no_text_are_replaced(link: AgentLink) -> None:
    assert (await link.exec(bash(r"printf 'a\xff\xfeb'"))).stdout == "a\ufffd\ufffdb"


async def test_ten_million_bytes_arrive_and_no_more(link: AgentLink) -> None:
    result = await link.exec(
        bash("head -c 9999999 /dev/zero | tr '\\0' x; head -c 20000000 /dev/zero | tr '\\0' e >&2")
    )
    assert result.stdout == "x" * (OUTPUT_BYTES - 1)
    assert result.stderr == "e" * OUTPUT_BYTES + " (truncated at 10000000 characters)"


async def test_a_command_with_children_in_the_background_is_over_when_it_exits(
    link: AgentLink, agent: RunningAgent
) -> None:
    with anyio.fail_after(5):
        result = await link.exec(bash("mkfifo fifo; (read < fifo; echo still > alive) & echo main; exit 4"))
    assert (result.stdout, result.exit_code) == ("main\n", 4)
    await link.exec(bash("echo > fifo"))
    with anyio.fail_after(5):
        while not (agent.home / "alive").exists():
            await link.ping()


async def test_what_a_flooding_child_writes_after_the_exit_is_not_waited_for(link: AgentLink) -> None:
    with anyio.fail_after(5):
        result = await link.exec(bash("yes & echo $!; exit 0", max_output=100))
    assert result.exit_code == 0
    await link.exec(bash("pkill -x yes -s " + result.stdout.split()[0] + "; kill " + result.stdout.split()[0]))


async def test_output_comes_while_the_command_runs_and_a_slow_reader_slows_it(
    link: AgentLink, agent: RunningAgent
) -> None:
    seen = 0
    script = "exec 3>progress; for i in $(seq 40); do head -c 100000 /dev/zero; echo $i >&3; done"
    with anyio.fail_after(10):
        async with link.exec_stream(bash(script)) as stream:
            async for channel, chunk in stream:
                assert channel == STDOUT
                seen += len(chunk)
                await link.ping()
                done = (agent.home / "progress").read_text().count("\n") * 100_000
                assert done <= seen + WINDOW + 500_000
    assert (seen, stream.exit_code, stream.timed_out) == (4_000_000, 0, False)


async def test_a_stream_carries_both_outputs(link: AgentLink) -> None:
    collected = {STDOUT: b"", STDERR: b""}
    async with link.exec_stream(ExecSpec("sh", ("-c", "echo out; echo err >&2; exit 5"))) as stream:
        async for channel, chunk in stream:
            collected[channel] += chunk
    assert collected == {STDOUT: b"out\n", STDERR: b"err\n"}
    assert stream.exit_code == 5


async def test_a_stream_that_nobody_reads_does_not_hinder_other_calls(link: AgentLink) -> None:
    with anyio.fail_after(10):
        async with link.exec_stream(ExecSpec("yes", timeout_seconds=0)):
            for _ in range(20):
                assert (await link.exec(ExecSpec("true"))).exit_code == 0


async def test_many_commands_run_at_the_same_time(link: AgentLink) -> None:
    results: dict[int, str] = {}

    async def run(number: int) -> None:
        results[number] = (await link.exec(ExecSpec("echo", (str(number),)))).stdout

    async with anyio.create_task_group() as tasks:
        for number in range(60):
            tasks.start_soon(run, number)
    assert results == {number: f"{number}\n" for number in range(60)}


async def test_two_hubs_use_one_agent_at_once(link: AgentLink, agent: RunningAgent) -> None:
    async with AgentLink.connect(agent.address) as other, anyio.create_task_group() as tasks:
        with anyio.fail_after(10):
            await link.exec(ExecSpec("mkfifo", ("fifo",)))
            async with link.exec_stream(ExecSpec("cat", ("fifo",))) as stream:
                tasks.start_soon(other.exec, bash("echo from the other > fifo"))
                assert [chunk async for _, chunk in stream] == [b"from the other\n"]
        assert (await other.exec(ExecSpec("echo", ("2",)))).stdout == "2\n"
    assert (await link.exec(ExecSpec("echo", ("1",)))).stdout == "1\n"


async def test_descriptors_and_memory_are_given_back(link: AgentLink, agent: RunningAgent) -> None:
    descriptors = Path(f"/proc/{agent.process.pid}/fd")
    await link.exec(ExecSpec("true"))
    before = len(os.listdir(descriptors))
    for _ in range(30):
        await link.exec(ExecSpec("true"))
        with pytest.raises(ExecNotRunnable):
            await link.exec(ExecSpec("nothing-there"))
    assert len(os.listdir(descriptors)) == before


async def test_exec_costs_a_few_milliseconds(link: AgentLink) -> None:
    took = []
    for _ in range(20):
        start = time.perf_counter()
        await link.exec(ExecSpec("true"))
        took.append(time.perf_counter() - start)
    assert min(took) < 0.015  # 1.6 ms on an idle machine


async def test_commands_yield_to_the_agent_and_cannot_do_otherwise(open_dir: Path) -> None:
    again = "import os; os.setpriority(os.PRIO_PROCESS, 0, 0)"
    script = f"nice; python3 -c '{again}' 2>/dev/null || echo refused"
    async with running_agent(open_dir, as_tenant=True) as agent, AgentLink.connect(agent.address) as link:
        own = os.getpriority(os.PRIO_PROCESS, agent.process.pid)
        for _ in range(2):
            assert (await link.exec(bash(script))).stdout.split() == [str(own + 15), "refused"]
        assert os.getpriority(os.PRIO_PROCESS, agent.process.pid) == own
