"""Who is there and where: the states of `y-protocols` awareness, each owned by the viewer that brought it.

A state is for everybody, so who it is about is not the page's to say: `user` is put in by the agent.
"""

from typing import Any

import msgspec

from carrel.protocol.codec import GarbledFrame
from carrel.protocol.documents import Reader, encode_number, encode_sized

_MOST_STATES = 4
_MOST_GONE = 100
_MOST_BYTES = 16 << 10
_GONE = b"null"


class _State(msgspec.Struct):
    owner: object
    clock: int
    text: bytes


class Awareness:
    """The states of all viewers, by the client ids of their documents."""

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}

    def take(self, owner: object, user: dict[str, str], update: bytes) -> set[int]:
        """Apply a viewer's update; which states have changed. Raises `GarbledFrame`."""
        reader = Reader(update)
        changed: set[int] = set()
        for _ in range(reader.number()):
            client, clock, text = reader.number(), reader.number(), reader.sized()
            known = self._states.get(client)
            if known is None and not self._has_room(owner):
                continue
            if known is not None and known.text != _GONE and (known.owner is not owner or clock < known.clock):
                continue
            self._states[client] = _State(owner, clock, _signed(text, user))
            changed.add(client)
        return changed

    def drop(self, owner: object) -> set[int]:
        """Forget a viewer; which states are gone, and to be told.

        Of those who are gone the latest are kept for telling, and that their clocks do not run back.
        """
        gone = {client for client, state in self._states.items() if state.owner is owner and state.text != _GONE}
        for client in gone:
            state = self._states.pop(client)
            self._states[client] = _State(owner, state.clock, _GONE)
        for client in [client for client, state in self._states.items() if state.text == _GONE][:-_MOST_GONE]:
            del self._states[client]
        return gone

    def encode(self, clients: set[int]) -> bytes:
        """An update with these states."""
        known = [(client, self._states[client]) for client in clients if client in self._states]
        pieces = [encode_number(len(known))]
        for client, state in known:
            pieces += (encode_number(client), encode_number(state.clock), encode_sized(state.text))
        return b"".join(pieces)

    def present(self) -> set[int]:
        """Everybody who is there."""
        return {client for client, state in self._states.items() if state.text != _GONE}

    def _has_room(self, owner: object) -> bool:
        return sum(state.owner is owner for state in self._states.values()) < _MOST_STATES


def _signed(text: bytes, user: dict[str, str]) -> bytes:
    if len(text) > _MOST_BYTES:
        raise GarbledFrame("an awareness state that is too large")
    try:
        state: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise GarbledFrame("an awareness state that is not JSON") from error
    return msgspec.json.encode({**state, "user": user}) if isinstance(state, dict) else _GONE
