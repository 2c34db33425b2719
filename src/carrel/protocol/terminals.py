"""The request that opens a terminal; its messages are framed as those of documents (docs/live.md, "Terminals")."""

from carrel.protocol.execution import Body


class OpenTerminal(Body, tag="open-terminal", frozen=True):
    """See the terminal of the file at `path`, relative to the home: `Started(DocumentOpened)`, then frames both ways.

    The stream ends with its cancellation, or with `Failed` and a code of documents.
    """

    path: str
    may_type: bool
    create: bool = False
