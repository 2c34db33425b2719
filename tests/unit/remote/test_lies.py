"""The hub survives whatever an agent may send: the link ends with a reason, and only that link."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio
import msgspec
import pytest
from anyio.abc import SocketStream
from support.agents import impostor, running_agent

from carrel.domain.documents import DocumentRefused
from carrel.domain.errors import Overloaded
from carrel.domain.execution import AgentLost, ExecKilled, ExecNotRunnable, ExecSpec, JobStatus
from carrel.protocol.codec import Decoder, encode_frame, pack
from carrel.protocol.documents import DOCUMENT_CHANNEL, DocumentOpened, OpenDocument
from carrel.protocol.execution import STDOUT, ExecEnded, ExecStarted, JobState, Sample
from carrel.protocol.link import CHUNK, MAX_STREAMS, WINDOW
from carrel.protocol.messages import Credit, Data, Ended, Failed, Frame, FromHub, Hello, Request, Started
from carrel.remote import connection as connection_module
from carrel.remote import link as link_module
from carrel.remote.held import Held
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio
Behaviour = Callable[[SocketStream], Awaitable[None]]
ENDED = pack(ExecEnded(0, False, 0, 0))


def wire(*frames: Frame) -> bytes:
    return b"".join(map(encode_frame, frames))


def answering(reply: bytes, *, then_hang_up: bool = False) -> Behaviour:
    """Say hello properly, and answer the first request with `reply`."""

    async def behave(stream: SocketStream) -> None:
        await stream.send(wire(Hello(1, 1)))
        await until_request(stream)
        await stream.send(reply)
        if not then_hang_up:
            await anyio.sleep_forever()

    return behave


async def until_request(stream: SocketStream) -> None:
    decoder, frames = Decoder(), msgspec.msgpack.Decoder(FromHub)
    while True:
        for payload in decoder.feed(await stream.receive()):
            if isinstance(frames.decode(payload), Request):
                return


LIES = {
    "garbage": b"HTTP/1.1 200 OK\r\n\r\n",
    "oversized": (2**31).to_bytes(4, "big"),
    "empty frame": bytes(4),
    "unknown tag": (5).to_bytes(4, "big") + msgspec.msgpack.encode([77, 1, 1]) + b"\x00",
    "a hub's frame": wire(Request(1, ENDED)),
    "unknown stream": wire(Ended(4711, ENDED)),
    "ended twice": wire(Ended(1, ENDED), Ended(1, ENDED)),
    "started twice": wire(Started(1, ENDED), Started(1, ENDED)),
    "second hello": wire(Hello(1, 1)),
    "empty data": wire(Data(1, STDOUT, b"")),
    "beyond the window": wire(*[Data(1, STDOUT, bytes(60_000))] * (WINDOW // 60_000 + 1)),
    "unknown channel": wire(Data(1, 7, b"x")),
    "more than asked for": wire(Data(1, STDOUT, b"x" * 41)),
    "wrong body of Ended": wire(Ended(1, pack(ExecStarted(1)))),
    "wrong body of Started": wire(Started(1, pack(Hello(1, 1)))),
    "absurd number": wire(Ended(1, pack(ExecEnded(2**60, False, 0, 0)))),
    "deep nesting": (100_003).to_bytes(4, "big") + b"\x93\x06\x01" + b"\x91" * 100_000,
    "bad text": (7).to_bytes(4, "big") + b"\x93\x07\x01\xa2\xff\xfe\xa0",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_lie_ends_the_link_and_its_calls_with_a_reason(open_dir: Path, lie: bytes) -> None:
    async with impostor(open_dir, answering(lie)) as address, AgentLink.connect(address) as link:
        with anyio.fail_after(5):
            with suppress(AgentLost):
                await link.exec(ExecSpec("true", max_output=10))
            assert (await link.wait_closed()).startswith("it broke the protocol: ")
        with pytest.raises(AgentLost, match="it broke the protocol"):
            await link.ping()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Failed(1, "not_found", "The file is gone."), "The file is gone."),
        (Failed(1, "bad-request", ""), "the project runs with an older Carrel"),
        (Started(1, ENDED), "it broke the protocol: a document that is saved without an end"),
        (Ended(1, msgspec.Raw(b"\x01")), "it broke the protocol"),
    ],
    ids=["refused", "older", "no end", "wrong body"],
)
async def test_a_document_is_saved_only_if_its_agent_says_so(open_dir: Path, answer: Frame, error: str) -> None:
    async with impostor(open_dir, answering(wire(answer))) as address, AgentLink.connect(address) as link:
        with anyio.fail_after(5), pytest.raises((AgentLost, DocumentRefused), match=error):
            await link.save_document("a.txt")


async def test_every_call_under_way_is_told(open_dir: Path) -> None:
    lost: list[str] = []

    async def call(link: AgentLink) -> None:
        with pytest.raises(AgentLost) as caught:
            await link.exec(ExecSpec("true"))
        lost.append(caught.value.reason)

    async with impostor(open_dir, answering(b"", then_hang_up=True)) as address, AgentLink.connect(address) as link:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                for _ in range(10):
                    tasks.start_soon(call, link)
    assert lost == ["it hung up"] * 10


async def test_other_links_do_not_notice_a_liar(open_dir: Path) -> None:
    (open_dir / "honest").mkdir()
    async with (
        running_agent(open_dir / "honest") as honest,
        AgentLink.connect(honest.address) as good,
        impostor(open_dir, answering(LIES["garbage"])) as address,
        AgentLink.connect(address) as bad,
    ):
        with pytest.raises(AgentLost):
            await bad.exec(ExecSpec("true"))
        assert (await good.exec(ExecSpec("echo", ("fine",)))).stdout == "fine\n"


async def silent(stream: SocketStream) -> None:
    await anyio.sleep_forever()


async def one_byte_at_a_time(stream: SocketStream) -> None:
    await stream.send(b"\x00")
    await anyio.sleep_forever()


async def hang_up(stream: SocketStream) -> None:
    return


async def other_version(stream: SocketStream) -> None:
    await stream.send(wire(Hello(98, 99)))
    await anyio.sleep_forever()


async def no_hello(stream: SocketStream) -> None:
    await stream.send(wire(Credit(1, 1)))
    await anyio.sleep_forever()


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (silent, "did not say hello in time"),
        (one_byte_at_a_time, "did not say hello in time"),
        (hang_up, "hung up"),
        (other_version, "it speaks versions 98-99"),
        (no_hello, "Credit before Hello"),
    ],
)
async def test_a_bad_handshake_opens_no_link(
    open_dir: Path, monkeypatch: pytest.MonkeyPatch, behave: Behaviour, reason: str
) -> None:
    monkeypatch.setattr(connection_module, "HANDSHAKE_SECONDS", 0.1)
    async with impostor(open_dir, behave) as address:
        with anyio.fail_after(5), pytest.raises(AgentLost, match=reason):
            async with AgentLink.connect(address):
                pytest.fail("a link was opened")


async def test_nobody_at_the_address_is_a_lost_agent(open_dir: Path) -> None:
    with pytest.raises(AgentLost, match="cannot connect"):
        async with AgentLink.connect(open_dir / "nobody.sock"):
            pytest.fail("a link was opened")


async def test_an_agent_that_keeps_no_timeout_is_not_waited_for(
    open_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "GRACE_SECONDS", 0.05)
    started = wire(Started(1, pack(ExecStarted(1, "/tmp/script.sh"))))
    async with impostor(open_dir, answering(started)) as address, AgentLink.connect(address) as link:
        with anyio.fail_after(5), pytest.raises(ExecKilled, match=r"killed command 'bash /tmp/script.sh'"):
            await link.exec(ExecSpec(script="true", timeout_seconds=0.01))


async def test_an_agent_that_stops_answering_is_given_up(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PING_EVERY_SECONDS", 0.05)
    async with impostor(open_dir, answering(b"")) as address, AgentLink.connect(address) as link:
        with anyio.fail_after(5), pytest.raises(AgentLost, match="did not answer a ping"):
            await link.exec(ExecSpec("true", timeout_seconds=0))


async def test_an_answering_agent_is_kept(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PING_EVERY_SECONDS", 0.02)
    async with running_agent(open_dir) as agent, AgentLink.connect(agent.address) as link:
        assert (await link.exec(ExecSpec("sleep", ("0.2",)))).exit_code == 0


async def test_calls_beyond_the_limit_are_refused_and_those_before_are_not(open_dir: Path) -> None:
    async with impostor(open_dir, answering(b"")) as address, AgentLink.connect(address) as link:
        async with anyio.create_task_group() as tasks:
            for _ in range(MAX_STREAMS):
                tasks.start_soon(link.exec, ExecSpec("true"))
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(Overloaded):
                await link.exec(ExecSpec("true"))
            tasks.cancel_scope.cancel()
        assert link.closed_reason is None


async def test_an_agent_that_reads_nothing_fills_no_memory_of_the_hub(open_dir: Path) -> None:
    async def deaf(stream: SocketStream) -> None:
        await stream.send(wire(Hello(1, 1)))
        await anyio.sleep_forever()

    async with impostor(open_dir, deaf) as address, AgentLink.connect(address) as link:
        refused: list[Overloaded] = []

        async def call() -> None:
            try:
                await link.exec(ExecSpec(script="#" * 900_000))
            except Overloaded as error:
                refused.append(error)

        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(call)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
    assert len(refused) >= 20


async def test_a_reader_of_the_hub_is_not_drowned_in_credit(open_dir: Path) -> None:
    async def flood(stream: SocketStream) -> None:
        await stream.send(wire(Hello(1, 1)))
        await until_request(stream)
        flood = wire(*[Credit(1, 1)] * 5000)
        while True:
            await stream.send(flood)

    (open_dir / "honest").mkdir()
    async with (
        running_agent(open_dir / "honest") as honest,
        AgentLink.connect(honest.address) as good,
        impostor(open_dir, flood) as address,
        AgentLink.connect(address) as bad,
    ):
        with anyio.fail_after(5):
            async with bad.exec_stream(ExecSpec("true")):
                for _ in range(20):
                    assert (await good.exec(ExecSpec("true"))).exit_code == 0


async def test_sentences_and_numbers_are_brought_into_range(open_dir: Path) -> None:
    reply = wire(Failed(1, "not-runnable", "x" * 500_000))
    async with impostor(open_dir, answering(reply)) as address, AgentLink.connect(address) as link:
        with pytest.raises(ExecNotRunnable) as caught:
            await link.exec(ExecSpec("true"))
        assert len(caught.value.reason) == 2000


async def test_a_jobs_absurd_times_are_brought_into_range(open_dir: Path) -> None:
    most = 2**53
    state = JobState("id", most, most, most, False, most, False, 0, 0, "9" * 100_000, (Sample(most, most, most, most),))
    async with (
        impostor(open_dir, answering(wire(Ended(1, pack(state))))) as address,
        AgentLink.connect(address) as link,
    ):
        job = await link.job("id")
    assert (job.status, job.exit_code, job.started_at.year) == (JobStatus.ERROR, 255, 9999)


async def test_an_unknown_failure_is_a_lost_agent_and_the_link_goes_on(open_dir: Path) -> None:
    async with (
        impostor(open_dir, answering(wire(Failed(1, "internal")))) as address,
        AgentLink.connect(address) as link,
    ):
        with pytest.raises(AgentLost, match="could not do the work"):
            await link.exec(ExecSpec("true"))
        assert link.closed_reason is None


async def test_a_message_of_a_document_that_never_ends_is_given_up_before_it_fills_the_hub(open_dir: Path) -> None:
    opened, half = pack(DocumentOpened("text", "g")), (1 << 20).to_bytes(4, "big") + bytes(100_000)
    lie = wire(
        Started(1, opened), *(Data(1, DOCUMENT_CHANNEL, half[at : at + CHUNK]) for at in range(0, len(half), CHUNK))
    )
    held = Held(60_000)
    async with impostor(open_dir, answering(lie)) as address, AgentLink.connect(address, held) as link:
        with anyio.fail_after(10), pytest.raises(Overloaded):
            async with link.open_document(OpenDocument("a", "a", "Ann", "#000000", True, True)) as stream:
                await anext(aiter(stream))
        assert held.bytes == 0
        assert link.closed_reason is None
