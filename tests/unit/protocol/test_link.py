"""The link's state machine: what each end may send when, and what credit does."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from carrel.protocol import link as link_module
from carrel.protocol.codec import ProtocolError, encode_frame, pack
from carrel.protocol.link import CHUNK, MAX_STREAMS, WINDOW, AgentEnd, HubEnd, StreamsExhausted, VersionMismatch
from carrel.protocol.messages import Cancel, Credit, Data, Ended, Failed, Frame, Hello, Request, Started
from carrel.protocol.version import CURRENT, agree

BODY = pack(Cancel(7))


def greeted() -> tuple[HubEnd, AgentEnd]:
    hub, agent = HubEnd("hub"), AgentEnd("agent")
    assert list(agent.receive(hub.take_output())) == []
    assert list(hub.receive(agent.take_output())) == []
    return hub, agent


def carry(source: HubEnd | AgentEnd, target: HubEnd | AgentEnd) -> list[object]:
    return list(target.receive(source.take_output()))


def wire(*frames: Frame) -> bytes:
    return b"".join(map(encode_frame, frames))


def opened() -> tuple[HubEnd, AgentEnd, int]:
    hub, agent = greeted()
    stream_id = hub.request(BODY)
    carry(hub, agent)
    return hub, agent, stream_id


def test_both_ends_agree_on_the_newest_common_version() -> None:
    hub, agent = greeted()
    assert (hub.version, agent.version) == (CURRENT, CURRENT)
    assert agree(1, CURRENT + 5) == CURRENT


def test_ends_without_a_common_version_part() -> None:
    with pytest.raises(VersionMismatch, match="speaks versions 98-99"):
        list(HubEnd().receive(wire(Hello(98, 99))))


def test_nothing_comes_before_hello_and_no_second_one() -> None:
    with pytest.raises(ProtocolError, match="before Hello"):
        list(AgentEnd().receive(wire(Request(1, BODY))))
    with pytest.raises(ProtocolError, match="second Hello"):
        list(HubEnd().receive(wire(Hello(1, 1), Hello(1, 1))))


def test_a_call_goes_from_request_to_end() -> None:
    hub, agent, stream_id = opened()
    agent.started(stream_id, BODY)
    agent.send_data(stream_id, 1, b"output")
    agent.end(stream_id, BODY)
    arrived = carry(agent, hub)
    assert [type(frame) for frame in arrived] == [Started, Data, Ended]
    assert hub.open_streams == agent.open_streams == 0


@pytest.mark.parametrize(
    "frame",
    [Data(9, 1, b"x"), Started(9, BODY), Ended(9, BODY), Failed(9, "no"), Credit(9, 1)],
    ids=lambda frame: type(frame).__name__,
)
def test_a_frame_for_a_stream_that_is_not_open_breaks_the_hubs_link(frame: Frame) -> None:
    hub, _, _ = opened()
    with pytest.raises(ProtocolError, match="not open"):
        list(hub.receive(wire(frame)))


def test_a_stream_ends_once_and_starts_once() -> None:
    hub, _, stream_id = opened()
    with pytest.raises(ProtocolError, match="second Started"):
        list(hub.receive(wire(Started(stream_id, BODY), Started(stream_id, BODY))))
    hub, _, stream_id = opened()
    with pytest.raises(ProtocolError, match="not open"):
        list(hub.receive(wire(Ended(stream_id, BODY), Ended(stream_id, BODY))))


def test_data_is_never_empty_and_never_more_than_the_window() -> None:
    hub, _, stream_id = opened()
    with pytest.raises(ProtocolError):
        list(hub.receive(wire(Data(stream_id, 1, b""))))
    hub, _, stream_id = opened()
    chunk = Data(stream_id, 1, bytes(CHUNK))
    list(hub.receive(wire(*[chunk] * (WINDOW // CHUNK))))
    with pytest.raises(ProtocolError, match="window of 0"):
        list(hub.receive(wire(Data(stream_id, 1, b"x"))))


def test_a_writer_without_credit_has_to_wait_for_its_reader() -> None:
    hub, agent, stream_id = opened()
    for _ in range(WINDOW // CHUNK):
        agent.send_data(stream_id, 1, bytes(CHUNK))
    assert agent.credit(stream_id) == 0
    with pytest.raises(ValueError, match="credit of 0"):
        agent.send_data(stream_id, 1, b"x")
    carry(agent, hub)
    hub.consumed(stream_id, WINDOW)
    assert carry(hub, agent) == [Credit(stream_id, WINDOW)]
    assert agent.credit(stream_id) == WINDOW


def test_data_of_a_cancelled_stream_is_dropped_until_the_agent_ends_it() -> None:
    hub, agent, stream_id = opened()
    hub.cancel(stream_id)
    hub.cancel(stream_id)
    agent.send_data(stream_id, 1, b"late")
    assert carry(agent, hub) == []
    assert carry(hub, agent) == [Cancel(stream_id)]
    agent.fail(stream_id, "cancelled")
    assert carry(agent, hub) == [Failed(stream_id, "cancelled")]
    assert hub.open_streams == 0


def test_cancel_and_credit_may_come_too_late() -> None:
    hub, agent, stream_id = opened()
    agent.end(stream_id, BODY)
    hub.cancel(stream_id)
    assert list(agent.receive(wire(Cancel(stream_id), Credit(stream_id, 5)))) == []
    with pytest.raises(ProtocolError, match="never open"):
        list(agent.receive(wire(Cancel(stream_id + 1))))


def test_stream_ids_only_rise() -> None:
    _, agent, stream_id = opened()
    with pytest.raises(ProtocolError, match="after"):
        list(agent.receive(wire(Request(stream_id, BODY))))


def test_the_number_of_open_streams_is_bounded_at_both_ends() -> None:
    hub, agent = greeted()
    for _ in range(MAX_STREAMS):
        hub.request(BODY)
    with pytest.raises(StreamsExhausted):
        hub.request(BODY)
    carry(hub, agent)
    with pytest.raises(ProtocolError, match="more than"):
        list(agent.receive(wire(Request(MAX_STREAMS + 1, BODY))))


def test_absurd_credit_is_kept_within_reason() -> None:
    _, agent, stream_id = opened()
    list(agent.receive(wire(*[Credit(stream_id, 2**53)] * 3)))
    assert agent.credit(stream_id) == link_module._MOST_CREDIT


class TwoEnds(RuleBasedStateMachine):
    """Two honest ends, with bytes under way, never accuse each other, and what is sent arrives."""

    streams = Bundle("streams")

    def __init__(self) -> None:
        super().__init__()
        self.hub, self.agent = HubEnd(), AgentEnd()
        self.to_hub, self.to_agent = bytearray(), bytearray()
        self.sent: dict[int, bytes] = {}
        self.seen: dict[int, bytes] = {}
        self.cancelled: set[int] = set()
        self.collect()

    def collect(self) -> None:
        self.to_agent += self.hub.take_output()
        self.to_hub += self.agent.take_output()

    @rule(target=streams)
    def request(self) -> int:
        stream_id = self.hub.request(BODY)
        self.sent[stream_id] = self.seen[stream_id] = b""
        return stream_id

    @rule(stream_id=streams, size=st.integers(1, WINDOW))
    def send(self, stream_id: int, size: int) -> None:
        size = min(size, self.agent.credit(stream_id))
        if size:
            chunk = bytes([size % 256]) * size
            self.agent.send_data(stream_id, 1, chunk)
            self.sent[stream_id] += chunk

    @rule(stream_id=streams)
    def cancel(self, stream_id: int) -> None:
        self.hub.cancel(stream_id)
        self.cancelled.add(stream_id)

    @rule(stream_id=consumes(streams))
    def end(self, stream_id: int) -> None:
        if self.agent.is_open(stream_id):
            self.agent.end(stream_id, BODY)

    @rule(share=st.floats(0, 1))
    def deliver_to_agent(self, share: float) -> None:
        self.collect()
        size = round(len(self.to_agent) * share)
        list(self.agent.receive(bytes(self.to_agent[:size])))
        del self.to_agent[:size]

    @rule(share=st.floats(0, 1))
    def deliver_to_hub(self, share: float) -> None:
        self.collect()
        size = round(len(self.to_hub) * share)
        for frame in self.hub.receive(bytes(self.to_hub[:size])):
            if isinstance(frame, Data):
                self.seen[frame.id] += frame.chunk
                self.hub.consumed(frame.id, len(frame.chunk))
        del self.to_hub[:size]

    @invariant()
    def what_arrives_was_sent(self) -> None:
        for stream_id, seen in self.seen.items():
            assert self.sent[stream_id].startswith(seen)

    def teardown(self) -> None:
        for _ in range(3):
            self.deliver_to_agent(1.0)
            self.deliver_to_hub(1.0)
        for stream_id in self.sent.keys() - self.cancelled:
            assert self.seen[stream_id] == self.sent[stream_id]


TestTwoEnds = TwoEnds.TestCase
TestTwoEnds.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_raw_bodies_pass_the_link_untouched() -> None:
    hub, agent = greeted()
    hub.request(msgspec.Raw(msgspec.msgpack.encode({"any": ["thing", 1]})))
    (frame,) = carry(hub, agent)
    assert isinstance(frame, Request)
    assert msgspec.msgpack.decode(frame.body) == {"any": ["thing", 1]}
