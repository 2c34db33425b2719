"""Frames survive the wire in any pieces, and nothing else gets through."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carrel.protocol.codec import (
    MAX_FRAME,
    Decoder,
    FrameTooLarge,
    GarbledFrame,
    ProtocolError,
    encode_frame,
    pack,
    unpack,
)
from carrel.protocol.messages import Cancel, Credit, Data, Ended, Failed, FromAgent, FromHub, Hello, Request, Started

NATURAL = st.integers(0, 2**53)
BODY = st.binary(max_size=50).map(lambda data: msgspec.Raw(msgspec.msgpack.encode(data)))
FROM_AGENT = st.one_of(
    st.builds(Hello, NATURAL, NATURAL, st.text(max_size=20)),
    st.builds(Started, NATURAL, BODY),
    st.builds(Data, NATURAL, NATURAL, st.binary(max_size=300)),
    st.builds(Credit, NATURAL, NATURAL),
    st.builds(Ended, NATURAL, BODY),
    st.builds(Failed, NATURAL, st.text(max_size=20), st.text(max_size=20)),
)
from_agent = msgspec.msgpack.Decoder(FromAgent)
from_hub = msgspec.msgpack.Decoder(FromHub)


@settings(deadline=None)
@given(st.lists(FROM_AGENT, max_size=8), st.data())
def test_frames_arrive_whole_and_in_order_in_whatever_pieces(frames: list[FromAgent], data: st.DataObject) -> None:
    wire = b"".join(map(encode_frame, frames))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=10)))
    decoder = Decoder()
    pieces = [wire[start:end] for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    arrived = [unpack(from_agent, payload) for piece in pieces for payload in decoder.feed(piece)]
    assert [encode_frame(frame) for frame in arrived] == [encode_frame(frame) for frame in frames]
    assert not decoder.buffer


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_a_protocol_error_or_waits_for_more(garbage: bytes) -> None:
    try:
        for payload in Decoder().feed(garbage):
            unpack(from_agent, payload)
    except ProtocolError:
        return


@pytest.mark.parametrize("size", [MAX_FRAME + 1, 2**32 - 1])
def test_an_announced_oversized_frame_is_refused_before_it_is_read(size: int) -> None:
    with pytest.raises(FrameTooLarge):
        list(Decoder().feed(size.to_bytes(4, "big")))


def test_a_frame_of_the_largest_size_passes() -> None:
    frame = encode_frame(Data(1, 1, bytes(MAX_FRAME - 9)))
    assert len(frame) == MAX_FRAME + 4
    assert [len(payload) for payload in Decoder().feed(frame)] == [MAX_FRAME]


def test_an_oversized_frame_is_not_encoded() -> None:
    with pytest.raises(FrameTooLarge):
        encode_frame(Data(1, 1, bytes(MAX_FRAME)))


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(GarbledFrame):
        list(Decoder().feed(bytes(4)))


@pytest.mark.parametrize(
    "wrong",
    [
        ["unknown", 1],
        [99, 1],
        [3, -1, 1, b"x"],
        [3, 2**60, 1, b"x"],
        [3, 1, 1, "text"],
        [3, 1],
        {"id": 1},
        [1, 1, None],
    ],
)
def test_a_frame_of_the_wrong_shape_is_refused(wrong: object) -> None:
    with pytest.raises(GarbledFrame):
        unpack(from_agent, msgspec.msgpack.encode(wrong))


def test_absurd_nesting_is_refused() -> None:
    with pytest.raises(GarbledFrame):
        unpack(from_agent, b"\x91" * 100_000)
    with pytest.raises(GarbledFrame):
        unpack(from_agent, b"\x93\x06\x01" + b"\x91" * 100_000)


def test_a_hub_takes_no_frames_that_only_agents_send() -> None:
    with pytest.raises(GarbledFrame):
        unpack(from_hub, encode_frame(Failed(1, "no"))[4:])
    with pytest.raises(GarbledFrame):
        unpack(from_agent, encode_frame(Request(1, pack(Cancel(1))))[4:])


def test_a_frame_with_fields_of_a_later_version_is_still_understood() -> None:
    assert unpack(from_agent, msgspec.msgpack.encode([4, 1, 2, "later"])) == Credit(1, 2)
