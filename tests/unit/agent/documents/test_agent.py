"""Documents of a real agent, as hubs see them over its link."""

import signal
from pathlib import Path

import anyio
import pytest
from pycrdt import Doc, Text
from support.agents import MAIN, RunningAgent, running_agent

from carrel.domain.documents import DocumentRefused
from carrel.protocol.documents import Kind, OpenDocument, Reader, encode_number
from carrel.remote.documents import DocumentStream
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio


def request(path: str) -> OpenDocument:
    return OpenDocument(path, "account", "Ann", "#123456", may_edit=True, may_run=True)


async def receive(stream: DocumentStream, wanted: Kind) -> Reader:
    with anyio.fail_after(20):
        async for kind, payload in stream:
            if kind == wanted:
                return Reader(payload)
    raise AssertionError


async def text_of(stream: DocumentStream) -> str:
    """What the document says to a page that has nothing."""
    doc: Doc[Text] = Doc()
    await stream.send(Kind.SYNC_STEP_1, doc.get_state())
    reader = await receive(stream, Kind.SYNC_STEP_2)
    assert reader.number() == 0
    doc.apply_update(reader.rest())
    return str(doc.get("source", type=Text))


async def test_an_edit_is_acknowledged_and_seen_by_another_hub(agent: RunningAgent, link: AgentLink) -> None:
    (agent.home / "a.txt").write_text("")
    doc: Doc[Text] = Doc()
    doc.get("source", type=Text).insert(0, "héllo " * 100_000)
    async with link.open_document(request("a.txt")) as stream:
        assert stream.opened.kind == "text"
        await stream.send(Kind.SYNC_STEP_2, encode_number(1) + doc.get_update())
        assert (await receive(stream, Kind.ACK)).number() == 1
    async with AgentLink.connect(agent.address) as other, other.open_document(request("a.txt")) as again:
        assert again.opened == stream.opened
        assert await text_of(again) == "héllo " * 100_000


async def test_the_reason_of_a_refusal_reaches_the_hub(agent: RunningAgent, link: AgentLink) -> None:
    with pytest.raises(DocumentRefused) as refused:
        async with link.open_document(request("missing.txt")):
            pass
    assert refused.value.reason == "not_found"


FULL = f"""import resource, signal
most = resource.getrlimit(resource.RLIMIT_NPROC)
resource.setrlimit(resource.RLIMIT_NPROC, (1, most[1]))
signal.signal(signal.SIGUSR1, lambda *_: resource.setrlimit(resource.RLIMIT_NPROC, most))
{MAIN}"""


async def test_a_project_that_may_start_nothing_more_is_busy_until_it_may(open_dir: Path) -> None:
    async with running_agent(open_dir, as_tenant=True, main=FULL) as agent, AgentLink.connect(agent.address) as link:
        (agent.home / "a.txt").write_text("text")
        with pytest.raises(DocumentRefused, match="as many processes as it may") as refused:
            async with link.open_document(request("a.txt")):
                pass
        assert refused.value.reason == "busy"
        agent.process.send_signal(signal.SIGUSR1)
        async with link.open_document(request("a.txt")) as stream:
            assert await text_of(stream) == "text"


async def test_logs_lie_in_the_home_where_no_other_place_is_mounted(agent: RunningAgent, link: AgentLink) -> None:
    (agent.home / "a.txt").write_text("text")
    async with link.open_document(request("a.txt")) as stream:
        assert await text_of(stream) == "text"
    logs: list[Path] = list((agent.home / ".carrel" / "documents").glob("*.db"))
    assert len(logs) == 1
