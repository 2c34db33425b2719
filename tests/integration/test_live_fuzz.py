"""Whatever a page sends on the live channel: it is served or closed with 4400, and nobody else notices.

Messages are valid ones that are cut, changed and mixed, and bytes and texts of any kind.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text
from support.hubs import ServedHub
from support.live_pages import LivePage, PageSession, TextCopy, open_session, token_of
from support.people import Person, new_person
from websockets.exceptions import ConnectionClosed

from carrel.hub.live.messages import MESSAGE_BYTES
from carrel.protocol.documents import Kind, encode_number, encode_sized

SECRET = "the text of a document that nobody else has open"


def edit() -> bytes:
    doc: Doc[Text] = Doc()
    doc.get("source", type=Text).insert(0, "fuzz")
    return doc.get_update()


UPDATE = edit()
PAYLOADS: dict[int, list[bytes]] = {
    Kind.SYNC_STEP_1: [b"\0", b"\1\7\3"],
    Kind.SYNC_STEP_2: [b"\1" + UPDATE, b"\1\0\0"],
    Kind.UPDATE: [b"\1" + UPDATE, b"\1\0\0"],
    Kind.AWARENESS: [b"\1\7\1" + encode_sized(b'{"cursor":null}')],
    Kind.ACK: [b"\1"],
    Kind.RESCUE: [b"\1" + encode_sized(b"another") + UPDATE],
    Kind.PART: [b"\1", UPDATE],
    Kind.CALL: [
        json.dumps({"id": 1, "method": method, "params": params}).encode()
        for method, params in [
            ("save", {"cause": "user"}),
            ("history", {}),
            ("history.at", {"version": 2**60}),
            ("run", {"what": "all"}),
            ("complete", {"code": "x", "cursor": -1}),
        ]
    ],
    Kind.REPLY: [b'{"id":1,"result":{}}'],
    Kind.EVENT: [b'{"event":"saved"}'],
    Kind.COMM: [encode_sized(b'{"msg_type":"comm_msg","content":{},"metadata":{}}') + encode_sized(b"buffer")],
}
TEXTS = [
    {"t": "open", "ch": 2, "project_id": "PROJECT", "path": "other.txt", "create": True},
    {"t": "open", "ch": 1, "project_id": "PROJECT", "path": "../x", "create": False},
    {"t": "close", "ch": 1},
    {"t": "ping", "n": 1e308},
]


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """Valid bytes: as they are, cut, with some of them replaced, or with a huge number in them."""
    how = draw(st.sampled_from(["as it is", "cut", "replaced", "huge"]))
    at = draw(st.integers(0, len(data)))
    if how == "cut":
        return data[:at]
    if how == "replaced":
        return data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at + draw(st.integers(0, 4)) :]
    if how == "huge":
        return data[:at] + encode_number(draw(st.integers(2**28, 2**70))) + data[at:]
    return data


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(sorted(PAYLOADS)))
    channel = draw(st.sampled_from([1, 1, 1, 1, 2, 3, 2**31, 2**53]))
    payload = draw(st.sampled_from(PAYLOADS[kind]).flatmap(changed))
    return encode_number(channel) + bytes([kind]) + payload


def texts() -> st.SearchStrategy[str]:
    valid = st.sampled_from([json.dumps(text).encode() for text in TEXTS])
    return st.one_of(st.text(), valid.flatmap(changed).map(lambda data: data.decode(errors="replace")))


messages = st.lists(st.one_of(frames(), frames(), frames(), st.binary(max_size=64), texts()), min_size=1, max_size=12)


@dataclass
class Scene:
    """A page that may send anything, in a project where a bystander has another document open."""

    hub: ServedHub
    project: str
    session: PageSession
    bystander: TextCopy


@pytest.fixture(scope="module")
def scene(hub: ServedHub) -> Iterator[Scene]:
    owner = new_person(hub, "Owner")
    project, stranger = owner.new_project(), new_person(hub, "Stranger")
    owner.write(project, "bystander.txt", SECRET)
    foreign = stranger.new_project()
    stranger.write(foreign, "other.txt", SECRET)
    with open_session(hub, token_of(owner)).live() as page:
        assert page.open(1, project, "bystander.txt")["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.until(lambda: str(copy.source) == SECRET)
        yield Scene(hub, project, open_session(hub, token_of(owner)), copy)
        copy.write("!")
    check(hub, owner, project, "bystander.txt", SECRET + "!")
    check(hub, stranger, foreign, "other.txt", SECRET)


def check(hub: ServedHub, person: Person, project: str, path: str, content: str) -> None:
    with open_session(hub, token_of(person)).live() as page:
        assert page.open(1, project, path)["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.until(lambda: bool(str(copy.source)))
        assert str(copy.source) == content


def verdict(page: LivePage) -> int | str:
    """`served`, or the code with which the connection was closed."""
    try:
        page.tell("ping", n=-77)
        while page.hear_until("pong")["n"] != -77:
            pass
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    return "served"


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(sent=messages)
def test_anything_is_served_or_closed_as_a_broken_protocol(scene: Scene, sent: list[bytes | str]) -> None:
    with scene.session.live() as page:
        assert page.open(1, scene.project, "fuzz.txt", create=True)["t"] == "opened"
        with suppress(ConnectionClosed):
            for message in sent:
                page.connection.send(
                    message if isinstance(message, bytes) else message.replace("PROJECT", scene.project)
                )
        assert verdict(page) in ("served", 4400)


@pytest.mark.parametrize("size", [MESSAGE_BYTES + 1, 2**40])
def test_a_message_that_is_announced_as_too_large_is_not_waited_for(scene: Scene, size: int) -> None:
    with scene.session.live() as page:
        header = bytes([0x82, 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4)
        page.connection.socket.sendall(header)
        assert page.end() == 1009


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),  # a text that is not UTF-8
        (b"\x83\x80\0\0\0\0", 1002),  # an opcode that there is not
        (b"\x82\x01x", 1002),  # not masked
        (b"\xc2\x80\0\0\0\0", 1002),  # compressed, which was not agreed
        (b"\x80\x80\0\0\0\0", 1002),  # goes on with nothing
        (b"\x02\x80\0\0\0\0" + b"\0\x80\0\0\0\0" * 2000, 1009),  # fragments without content and without end
        (b"\x89\xfe\x01\0\0\0\0\0" + bytes(256), 1002),  # a ping that is too long
    ],
)
def test_frames_that_no_browser_sends_end_the_connection(scene: Scene, frame: bytes, code: int) -> None:
    with scene.session.live() as page:
        page.connection.socket.sendall(frame)
        assert page.end() == code


def test_nothing_of_it_was_a_surprise_to_the_hub_or_the_agent(scene: Scene) -> None:
    """Comes last: what the tests above have left in the logs."""
    text = scene.hub.log_file.read_text()
    for place in scene.hub.data_dir.glob("state/*/agent.log"):
        text += place.read_text()
    for sign in ("Traceback", "crashed", "Exception"):
        assert sign not in text, text[text.index(sign) - 1000 :][:4000]
