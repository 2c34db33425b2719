"""Messages to projects in the words of the compatible product, answered by the events of API v1."""

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

from carrel.domain.embed_sessions import Ability
from carrel.domain.errors import DomainError
from carrel.hub.api.v1 import execution, files, jupyter
from carrel.hub.api.v1.registry import Failure
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.inside_projects import NOT_COLLABORATOR, demand, refuse_scoped
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.api.v2.projects import refusals
from carrel.hub.routes import RouteAccess
from carrel.hub.wire import v1_text

procedures = CompatibleProcedures()

_EVENTS = execution.events.events | files.events.events | jupyter.events.events


class MessageUnknown(DomainError):
    code = "message-unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown message '{name}'; there are {', '.join(_EVENTS)}")


class CallParams(Struct):
    """`mesg`: an event of API v1 that is about one project, with its parameters and an `id` of one's own."""

    project_id: str
    mesg: dict[str, Any]


EventReply = Annotated[Raw, Meta(description="The reply of the event, as API v1 gives it.")]


@procedures.post("/projects/call", access=RouteAccess.CALLER, texts=refusals(NOT_COLLABORATOR))
async def call_project(params: CallParams, call: V2Call) -> EventReply:
    """Have a project do something; the reply is that of the event, errors too."""
    for ability in Ability:
        demand(ability, call)
    refuse_scoped(call)
    access = await call.access(params.project_id)
    given = dict(params.mesg)
    name, own_id = str(given.pop("event", ""))[:100], given.pop("id", None)
    event = _EVENTS.get(name)
    if event is None:
        raise MessageUnknown(name)
    meant = event.parameters.parse({**given, "project_id": access.project_id}, strict=False)
    try:
        reply = await event.handler(meant, call.in_v1)
    except DomainError as error:
        reply = event.on_failure(error, meant, call.in_v1) or Failure(error=v1_text(error))
    return Raw(reply.encode(own_id))
