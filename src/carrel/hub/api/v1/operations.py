"""The events in the API's own description."""

from functools import cache
from typing import Any

from msgspec import Struct

from carrel.hub.api.v1.parameters import AnyParams
from carrel.hub.api.v1.registry import Caller, Event, Reply
from carrel.hub.operations import BODY_STATUSES, IDEMPOTENCY_KEY, Content, Credential, Operation, Status, like, refusals

_STATUSES = {
    400: "The call does not get as far as the event: its key, its body or its parameters are not good.",
    429: "Too many calls with this key; `Retry-After` says when to go on.",
    **BODY_STATUSES,
}
_REFUSALS = refusals("v1", _STATUSES)


def operation_of(event: Event) -> Operation:
    """The event's own replies and the plain error have status 200."""
    return Operation(
        id=f"v1_{event.name}",
        method="post",
        path=f"/api/v1/{event.name}",
        group=f"v1: {event.group}",
        about=event.summary,
        access=event.may_call.value,
        credentials=(Credential.KEY, Credential.KEY_AS_BEARER),
        is_open=event.may_call in (Caller.ANYONE, Caller.SHARED),
        parameters=() if event.only_reads else (IDEMPOTENCY_KEY,),
        body=Content((_request(event),)),
        statuses={
            200: Status("What the event answers; `error` if it refuses.", Content(tuple(map(_sent, event.replies)))),
            **_REFUSALS,
        },
    )


def _request(event: Event) -> type[Struct]:
    """The parameters, and no others unless all are ignored, with the id that the reply echoes."""
    struct = event.parameters.struct
    plus = () if "id" in event.parameters.fields else (("id", Any, None),)
    is_strict = struct is not AnyParams
    return like(struct, f"v1.{event.name}.{struct.__name__}", plus=plus, forbid_unknown_fields=is_strict)


@cache
def _sent(reply: type[Reply]) -> type[Struct]:
    """The reply with the id of its call."""
    module = reply.__module__.rpartition(".")[2]
    tag = reply.__struct_config__.tag
    return like(reply, f"v1.{module}.{reply.__name__}", plus=(("id", Any),), tag_field="event", tag=tag)
