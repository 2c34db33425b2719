"""Kernels that are not forked, many at once, and the end of the fork server: a notebook sees no difference."""

import asyncio
import json
import os
import signal
from pathlib import Path

import anyio
import pytest
from support.kernels import Outputs, run, value

from carrel.agent.kernels import fork_server
from carrel.agent.kernels.sessions import KernelFailed, Kernels, KernelSession

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ECHO = """
import sys, time
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Echo(Kernel):
    implementation = "echo"
    implementation_version = "1"
    banner = "It says what it is told."
    language_info = {"name": "echo", "mimetype": "text/x-echo", "file_extension": ".echo"}

    def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **more):
        self._allow_stdin = allow_stdin
        if code == "ask":
            code = self.raw_input("what? ")
        self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": code})
        if code == "wait":
            try:
                time.sleep(600)
            except KeyboardInterrupt:
                return {"status": "error", "ename": "Interrupted", "evalue": "", "traceback": []}
        if code == "die":
            sys.stderr.write("too bad")
            sys.exit(3)
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def do_complete(self, code, cursor_pos):
        return {"status": "ok", "matches": [code + "!"], "cursor_start": 0, "cursor_end": cursor_pos, "metadata": {}}

IPKernelApp.launch_instance(kernel_class=Echo)
"""


CODE = """
import sys
from IPython.display import display
print('out', flush=True)
print('err', file=sys.stderr, flush=True)
shown = display({'text/plain': 'a'}, raw=True, display_id='x')
shown.update({'text/plain': 'b'}, raw=True)
1 / 0
"""


def add_spec(home: Path, name: str, *argv: str, language: str) -> None:
    """A kernel of the project's own."""
    directory = home / ".local/share/jupyter/kernels" / name
    directory.mkdir(parents=True)
    spec = {"argv": [*argv, "-f", "{connection_file}"], "display_name": name.title(), "language": language}
    (directory / "kernel.json").write_text(json.dumps(spec))


async def failure(session: KernelSession, code: str, outputs: Outputs) -> str:
    with pytest.raises(KernelFailed) as caught:
        await session.execute(code, outputs)
    return str(caught.value)


async def test_a_kernel_of_another_language_does_all_that_kernels_do(kernels: Kernels, open_dir: Path) -> None:
    (open_dir / "home" / "echo.py").write_text(ECHO)
    add_spec(open_dir / "home", "echo", "python", str(open_dir / "home" / "echo.py"), language="echo")
    assert {spec.name: spec.language for spec in await kernels.specs()}["echo"] == "echo"
    session = await kernels.start("echo", str(open_dir / "home"))
    assert (session.display_name, session.language_info["file_extension"]) == ("Echo", ".echo")
    assert (await run(session, "hello")).text == "hello"
    assert (await session.complete("hel", 3))["matches"] == ["hel!"]

    asked = Outputs()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: session.execute("ask", asked, allow_stdin=True))
        with anyio.fail_after(60):
            while not asked.of("input_request"):  # noqa: ASYNC110 -- a sink tells only of what is printed
                await asyncio.sleep(0.01)
            session.input_reply("an answer")
    assert asked.text == "an answer"

    waiting = Outputs()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(session.execute("wait", waiting))
        await waiting.until_printed("wait")
        await session.interrupt()
    assert (running.result().status, running.result().ename) == ("error", "Interrupted")

    reason = await failure(session, "die", Outputs())
    assert reason.startswith("the kernel has ended with exit status 3")
    assert session.state == "dead"
    assert (await run(session, "again")).text == "again"
    await session.restart()
    assert (await run(session, "and again")).text == "and again"


async def test_a_python_that_is_not_forked_behaves_as_one_that_is(kernels: Kernels, open_dir: Path) -> None:
    add_spec(open_dir / "home", "plain", "python", "-m", "ipykernel", language="python")
    seen = []
    for name in ("python3", "plain"):
        session = await kernels.start(name, str(open_dir / "home"))
        outputs = await run(session, CODE)
        kinds = [message.msg_type for message in outputs]
        streams = {each["name"]: each["text"] for each in outputs.of("stream")}
        updates = [(each["data"], each["transient"]) for each in outputs.of("update_display_data")]
        errors = [(each["ename"], each["evalue"]) for each in outputs.of("error")]
        completed = (await session.complete("import o", 8))["matches"]
        inspected = (await session.inspect("len", 3, 0))["found"]
        seen.append((sorted(kinds), streams, updates, errors, completed, inspected, session.language_info))
    assert seen[0] == seen[1]


async def test_thirty_kernels_run_side_by_side(kernels: Kernels, open_dir: Path) -> None:
    async def start(number: int) -> tuple[str, str]:
        session = await kernels.start("python3", str(open_dir / "home"))
        await run(session, f"x = {number}")
        return await value(session, "x"), await value(session, "__import__('os').getpid()")

    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(start(number)) for number in range(30)]
    found = [task.result() for task in started]
    assert [x for x, _ in found] == [str(number) for number in range(30)]
    assert len({pid for _, pid in found}) == 30


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_fork_server_that_is_gone_or_hangs_is_replaced_and_its_kernels_go_on(
    kernels: Kernels, open_dir: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    first = await kernels.start("python3", str(open_dir / "home"))
    await run(first, "x = 1")
    server = kernels._fork_server
    assert server is not None
    monkeypatch.setattr(fork_server, "_FORK_SECONDS", 15.0)
    os.kill(server._process.pid, number)
    second = await kernels.start("python3", str(open_dir / "home"))
    assert await value(second, "6 * 7") == "42"
    assert await value(first, "x") == "1"
    assert kernels._fork_server is not server
    with anyio.fail_after(60):
        await server._process.exited
