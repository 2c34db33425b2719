"""Messages of documents: what is encoded is read again, whatever the pieces; nonsense is an error and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.protocol.codec import GarbledFrame
from carrel.protocol.documents import (
    MAX_MESSAGE,
    MessageDecoder,
    Reader,
    encode_message,
    encode_number,
    encode_sized,
)

_messages = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=8)


@given(_messages, st.lists(st.integers(1, 40), min_size=1))
def test_messages_arrive_whole_in_whatever_pieces(messages: list[tuple[int, bytes]], sizes: list[int]) -> None:
    data = b"".join(encode_message(kind, payload) for kind, payload in messages)
    found: list[tuple[int, bytes]] = []
    decoder, at = MessageDecoder(), 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        found += decoder.feed(data[at : at + size])
        at += size
    assert found == messages
    assert not decoder.buffer


@given(st.integers(0, 2**53 - 1), st.text())
def test_numbers_and_texts_are_read_again(number: int, text: str) -> None:
    reader = Reader(encode_number(number) + encode_sized(text.encode()) + b"rest")
    assert (reader.number(), reader.text(), reader.rest(), reader.is_at_end) == (number, text, b"rest", True)


@given(st.binary())
def test_nonsense_raises_nothing_else(data: bytes) -> None:
    with suppress(GarbledFrame):
        list(MessageDecoder().feed(data))
    reader = Reader(data)
    with suppress(GarbledFrame):
        while not reader.is_at_end:
            reader.text()
            reader.number()


@pytest.mark.parametrize("size", [0, MAX_MESSAGE + 1])
def test_a_message_of_no_size_or_too_much_is_refused_at_its_beginning(size: int) -> None:
    with pytest.raises(GarbledFrame):
        list(MessageDecoder().feed(size.to_bytes(4, "big")))


@pytest.mark.parametrize("data", [b"\x80", b"\xff" * 9, b"\x80" * 30, b"\x05abc"])
def test_numbers_and_texts_without_an_end_are_refused(data: bytes) -> None:
    with pytest.raises(GarbledFrame):
        Reader(data).text()
