"""What a kernel session promises, on real kernels."""

import asyncio
import os
import signal
from pathlib import Path

import anyio
import pytest
from support.kernels import Outputs, open_kernels, run, value

from carrel.agent.kernels import execution
from carrel.agent.kernels.sessions import KernelFailed, Kernels, KernelSession, KernelUnknown, Message

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_outputs_come_in_order_and_belong_to_their_execution(session: KernelSession) -> None:
    outputs = await run(session, "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n6 * 7")
    assert [content["data"]["text/plain"] for content in outputs.of("execute_result")] == ["42"]
    assert sorted(outputs.text.split()) == ["a", "b", "c"]
    assert [m.msg_type for m in outputs][:2] == ["status", "execute_input"]
    assert outputs[-1].content == {"execution_state": "idle"}
    assert len({message.parent_id for message in outputs}) == 1


async def test_the_reply_tells_of_errors_and_counts(session: KernelSession) -> None:
    outputs = Outputs()
    first = await session.execute("x = 1", outputs)
    assert (first.status, first.execution_count) == ("ok", 1)
    second = await session.execute("x / 0", outputs)
    assert (second.status, second.execution_count, second.ename) == ("error", 2, "ZeroDivisionError")
    assert len(outputs.of("error")) == 1


async def test_state_follows_the_kernel_and_holds_the_project(kernels: Kernels, session: KernelSession) -> None:
    states: list[tuple[str, bool]] = []
    session.changed = lambda: states.append((session.state, kernels.is_busy()))
    assert (session.state, kernels.is_busy()) == ("idle", False)
    await run(session, "1")
    assert states == [("busy", True), ("idle", False)]


async def test_it_runs_in_its_directory_with_its_environment(kernels: Kernels, open_dir: Path) -> None:
    place = open_dir / "home" / "course"
    place.mkdir()
    session = await kernels.start("python3", str(place), environment={"JPY_SESSION_NAME": "a.ipynb"})
    assert await value(session, "import os; os.getcwd(), os.environ['JPY_SESSION_NAME']") == f"('{place}', 'a.ipynb')"
    assert session.language_info["name"] == "python"


async def test_kernels_that_are_started_at_the_same_time_all_run(kernels: Kernels, open_dir: Path) -> None:
    async with asyncio.TaskGroup() as tasks:
        starts = [tasks.create_task(kernels.start("python3", str(open_dir / "home"))) for _ in range(3)]
    assert [await value(start.result(), "1 + 1") for start in starts] == ["2", "2", "2"]


async def test_an_interrupt_ends_what_runs_and_nothing_else(session: KernelSession) -> None:
    outputs = Outputs()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(session.execute("x = 5\nprint('on')\nwhile True: pass", outputs))
        await outputs.until_printed("on")
        await session.interrupt()
    assert running.result().ename == "KeyboardInterrupt"
    assert await value(session, "x") == "5"


async def test_a_cancelled_execution_interrupts_the_kernel(session: KernelSession) -> None:
    outputs = Outputs()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(session.execute("print('on')\nwhile True: pass", outputs))
        await outputs.until_printed("on")
        running.cancel()
    assert await value(session, "1 + 1") == "2"


async def test_a_restart_ends_also_what_ignores_interrupts(session: KernelSession) -> None:
    outputs = Outputs()
    code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('on')\nwhile True: pass"
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(_failure(session, code, outputs))
        await outputs.until_printed("on")
        await session.interrupt()
        await session.restart()
    assert running.result() == "the kernel was restarted"
    assert session.state == "idle"
    assert (await run(session, "'x' in globals()")).of("execute_result")[0]["execution_count"] == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os._exit(7)", "the kernel has ended with exit status 7"),
        ("os.kill(os.getpid(), 9)", "the kernel was killed (SIGKILL), most likely because memory ran out"),
        ("import ctypes; ctypes.string_at(0)", "the kernel was ended by signal 11 (Segmentation fault)"),
    ],
)
async def test_a_death_is_noticed_with_its_reason_and_the_kernel_starts_again(
    session: KernelSession, open_dir: Path, code: str, reason: str
) -> None:
    outputs, seen = Outputs(), open_dir / "home" / "seen"
    lines = f"import os, time\nprint('last words')\nwhile not os.path.exists({str(seen)!r}): time.sleep(0.01)\n{code}"
    with anyio.fail_after(30):
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(_failure(session, lines, outputs))
            await outputs.until_printed("last words")
            seen.touch()
    assert running.result().startswith(reason)
    assert session.state == "dead"
    assert session.reason.startswith(reason)
    assert outputs.text == "last words\n"
    assert await value(session, "40 + 2") == "42"


async def test_a_kernel_that_is_killed_while_idle_is_dead_within_a_second(session: KernelSession) -> None:
    pid = int(await value(session, "import os; os.getpid()"))
    died = asyncio.Event()
    session.changed = died.set
    with anyio.fail_after(1):
        os.kill(pid, signal.SIGKILL)
        await died.wait()
    assert session.state == "dead"


SILENT = """
session = get_ipython().kernel.session
send = session.send
session.send = lambda stream, kind, *rest, **more: kind == "execute_reply" or send(stream, kind, *rest, **more)
"""


async def test_an_execution_ends_with_an_error_if_the_kernel_is_done_and_never_replies(
    session: KernelSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "REPLY_SECONDS", 0.5)
    outputs = Outputs()
    await run(session, SILENT)
    reply = await session.execute("print('shown')", outputs)
    assert (reply.status, reply.ename, reply.evalue) == (
        "error",
        "NoReply",
        "the kernel says that it is done, and has not told how it went",
    )
    assert [content["ename"] for content in outputs.of("error")] == ["NoReply"]
    assert outputs.text == "shown\n"
    await run(session, "session.send = send")
    assert await value(session, "1 + 1") == "2"


async def test_an_execution_that_was_cancelled_and_gets_no_reply_keeps_no_other_from_running(
    session: KernelSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "REPLY_SECONDS", 0.5)
    outputs = Outputs()
    await run(session, SILENT)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(session.execute("print('on')\nwhile True: pass", outputs))
        await outputs.until_printed("on")
        running.cancel()
    async with asyncio.timeout(60):
        await run(session, "session.send = send")
    assert await value(session, "1 + 1") == "2"


async def test_late_outputs_and_display_updates_are_stray(session: KernelSession) -> None:
    stray: list[Message] = []
    arrived = asyncio.Event()

    async def keep(message: Message) -> None:
        stray.append(message)
        if len(stray) == 2:
            arrived.set()

    session.stray = keep
    outputs = await run(
        session,
        "import threading, time\nfrom IPython.display import display\ngo = threading.Event()\n"
        "handle = display('first', display_id='d')\n"
        "def late():\n    go.wait()\n    print('from a thread', flush=True)\n    handle.update('second')\n"
        "thread = threading.Thread(target=late); thread.start()\n"
        "threading.Timer(0.3, go.set).start()",
    )
    with anyio.fail_after(20):
        await arrived.wait()
    assert {message.msg_type for message in stray} == {"stream", "update_display_data"}
    assert stray[0].parent_id == outputs[0].parent_id


async def test_input_is_asked_for_and_answered(session: KernelSession) -> None:
    outputs = Outputs()

    async def answer(message: Message) -> None:
        await outputs(message)
        if message.msg_type == "input_request":
            session.input_reply("Ada")

    await session.execute("name = input('who? ')\nprint('hello', name)", answer, allow_stdin=True)
    assert outputs.of("input_request") == [{"prompt": "who? ", "password": False}]
    assert outputs.text == "hello Ada\n"


async def test_completions_inspections_and_comms_are_answered(session: KernelSession) -> None:
    await run(session, "from comm import create_comm\ncomm = create_comm('a.target')\nécole = 'é'\nécole2 = 1")
    completed = await session.complete("école", 5)
    assert {"école", "école2"} <= set(completed["matches"])
    assert "str" in (await session.inspect("école", 3, 0))["data"]["text/plain"]
    comms = (await session.comm_info())["comms"]
    assert [comm["target_name"] for comm in comms.values()] == ["a.target"]


async def test_a_reply_that_comes_while_something_is_sent_is_not_missed(session: KernelSession) -> None:
    async def answer(_: Message) -> None:
        await session.send_comm("comm_close", {"comm_id": "nothing"}, {}, ())

    async with asyncio.timeout(60):
        for _ in range(100):
            await session.execute("1", answer)


async def test_buffers_of_comms_go_both_ways(session: KernelSession) -> None:
    await run(
        session,
        "from comm import create_comm\ncomm = create_comm('t')\n"
        "comm.on_msg(lambda m: comm.send({'n': len(m['buffers'])}, buffers=[bytes(m['buffers'][0])[::-1]]))",
    )
    answers: list[Message] = []
    arrived = asyncio.Event()

    async def keep(message: Message) -> None:
        if message.msg_type == "comm_msg":
            answers.append(message)
            arrived.set()

    session.stray = keep
    comm_id = next(iter((await session.comm_info())["comms"]))
    await session.send_comm("comm_msg", {"comm_id": comm_id, "data": {}}, {}, [b"abc"])
    with anyio.fail_after(20):
        await arrived.wait()
    assert answers[0].buffers == [b"cba"]
    assert answers[0].content["data"] == {"n": 1}


async def test_an_unknown_kernel_is_refused_with_what_there_is(kernels: Kernels, open_dir: Path) -> None:
    with pytest.raises(KernelUnknown, match=r"there is no kernel 'julia' here; there is .*python3"):
        await kernels.start("julia", str(open_dir))


async def test_a_session_that_was_shut_down_starts_no_more(session: KernelSession) -> None:
    await session.shutdown()
    with pytest.raises(KernelFailed, match="shut down"):
        await session.execute("1", Outputs())


async def test_a_slow_reader_slows_the_kernel_and_loses_nothing(session: KernelSession) -> None:
    seen = Outputs()

    async def slow(message: Message) -> None:
        if message.msg_type == "stream" and len(seen.of("stream")) < 20:
            await anyio.sleep(0.02)
        await seen(message)

    await session.execute("for i in range(400_000): print(i)\nprint('x' * 3_000_000)", slow)
    numbers, _, rest = seen.text.partition("x")
    assert numbers == "".join(f"{i}\n" for i in range(400_000))
    assert len(rest) == 3_000_000
    assert max(len(content["text"]) for content in seen.of("stream")) <= 1 << 18


async def test_without_an_environment_there_are_the_kernels_of_the_system_only(open_dir: Path) -> None:
    async with open_kernels(open_dir, CARREL_ENVIRONMENT=str(open_dir / "none")) as kernels:
        kernels.warm()
        assert "python3" not in {spec.name for spec in await kernels.specs()}


async def _failure(session: KernelSession, code: str, outputs: Outputs) -> str:
    with pytest.raises(KernelFailed) as failed:
        await session.execute(code, outputs)
    return str(failed.value)
