"""The requests about terminals; messages of one that is open are framed as those of documents (docs/live.md)."""

from msgspec import Struct

from carrel.protocol.execution import Body
from carrel.protocol.messages import Natural


class OpenTerminal(Body, tag="open-terminal", frozen=True):
    """See the terminal of the file at `path`, relative to the home: `Started(DocumentOpened)`, then frames both ways.

    The stream ends with its cancellation, or with `Failed` and a code of documents.
    """

    path: str
    may_type: bool
    create: bool = False


class ListTerminals(Body, tag="list-terminals", frozen=True):
    """The terminals whose shells run: a list of `TerminalInfo` as of kernels, then `Ended(Answered)`."""


class EndTerminal(Body, tag="end-terminal", frozen=True):
    """End the shell of a terminal, by force if need be: `Ended(TerminalEnded)` when it has ended."""

    path: str


class TerminalEnded(Body, frozen=True):
    """`was_running`: there was such a shell."""

    was_running: bool


class TerminalInfo(Struct):
    """A terminal: its real path, how many look at it, and whether a program runs in it."""

    path: str
    viewers: Natural
    busy: bool
