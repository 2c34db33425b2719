"""Who is there: states belong to who brought them, and go with them."""

from carrel.agent.documents.awareness import Awareness
from carrel.protocol.documents import Reader, encode_number, encode_sized

ANN, BOB = {"name": "Ann"}, {"name": "Bob"}


def update(client: int, clock: int, text: bytes) -> bytes:
    return encode_number(1) + encode_number(client) + encode_number(clock) + encode_sized(text)


def states(awareness: Awareness, clients: set[int]) -> dict[int, str]:
    reader = Reader(awareness.encode(clients))
    found = {}
    for _ in range(reader.number()):
        client, _, text = reader.number(), reader.number(), reader.text()
        found[client] = text
    return found


def test_the_agent_says_who_a_state_is_about() -> None:
    awareness = Awareness()
    changed = awareness.take("page", ANN, update(1, 1, b'{"cursor":3,"user":{"name":"Bob"}}'))
    assert states(awareness, changed) == {1: '{"cursor":3,"user":{"name":"Ann"}}'}


def test_nobody_changes_the_state_of_another_who_is_there() -> None:
    awareness = Awareness()
    awareness.take("page", ANN, update(1, 1, b"{}"))
    assert awareness.take("other", BOB, update(1, 2, b"{}")) == set()
    awareness.drop("page")
    assert awareness.take("other", BOB, update(1, 3, b"{}")) == {1}


def test_who_leaves_is_told_once_and_not_kept_for_ever() -> None:
    awareness = Awareness()
    for client in range(1000):
        awareness.take(client, ANN, update(client, 7, b"{}"))
        assert states(awareness, awareness.drop(client)) == {client: "null"}
        assert awareness.drop(client) == set()
    assert awareness.present() == set()
    assert len(states(awareness, set(range(1000)))) <= 100
