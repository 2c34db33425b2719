"""The question that a running cell waits with (`input()`), shown to every page until somebody has answered it."""

from typing import Any

from msgspec import Struct

from carrel.agent.documents.extension import Event, Host, Viewer


class Asked(Struct, frozen=True):
    """A question, and the cell that asks it."""

    cell: str
    prompt: str
    password: bool

    def event(self) -> Event:
        """As pages are told."""
        return {"event": "stdin", "cell": self.cell, "prompt": self.prompt, "password": self.password}


class Question:
    """At most one question at a time."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asked: Asked | None = None

    def ask(self, cell: str, content: dict[str, Any]) -> None:
        """A cell asks."""
        self._asked = Asked(cell, str(content.get("prompt", "")), content.get("password") is True)
        self._host.broadcast(self._asked.event())

    def tell(self, viewer: Viewer) -> None:
        """Show it to a page that has come."""
        if self._asked is not None:
            viewer.send_event(self._asked.event())

    def answered(self) -> Asked | None:
        """The question, which is none any more."""
        asked = self._asked
        self.close()
        return asked

    def close(self) -> None:
        """Nobody has to answer any more."""
        if self._asked is not None:
            self._host.broadcast({**self._asked.event(), "prompt": None})
            self._asked = None
