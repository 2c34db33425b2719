"""The request by which a hub finds out whether anything goes on in a project."""

from carrel.protocol.execution import Body
from carrel.protocol.messages import Natural


class ReadActivity(Body, tag="read-activity", frozen=True):
    """What goes on: `Ended(ActivityRead)`; with `save` not before documents are in their files, as far as can be."""

    save: bool = False


class ActivityRead(Body, frozen=True):
    """`busy`: something runs, or somebody looks. `count` grows with all that is asked of the agent or done in it."""

    busy: bool
    count: Natural
