"""The functions in the API's own description: a path for each, of which the fragment is not sent."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, defstruct

from carrel.hub.api.rpc.registry import Caller, Function
from carrel.hub.operations import (
    BODY_STATUSES,
    IDEMPOTENCY_KEY,
    Content,
    Credential,
    Operation,
    Refusal,
    Status,
    like,
    refusals,
    reply_types,
)

_REFUSALS = refusals("rpc", {429: "Too many calls with this key.", **BODY_STATUSES})
_PATIENCE = "How long the server waits for the result, in milliseconds; 15 s without."
_ENVELOPE = (("timeout", Annotated[float, Meta(description=_PATIENCE)], 0),)
_PROJECT = (("project_id", Annotated[str, Meta(description="Not needed with a project's own key.")], ""),)


def operation_of(function: Function, endpoint: str) -> Operation:
    """The value and refusals have status 200; `endpoint`: `hub` or `project`."""
    texts = "".join(f"\n- `{text}`" for text in dict.fromkeys(function.texts.values()) if isinstance(text, str))
    meaning = f"The value; what goes wrong is an `error`{', among others:' + texts if texts else '.'}"
    return Operation(
        id=f"{endpoint}_{function.name.replace('.', '_')}",
        method="post",
        path=f"/api/conat/{endpoint}#{function.name}",
        group=f"{endpoint}: {function.name.partition('.')[0]}",
        about=function.summary,
        access=function.may_call.value,
        credentials=(Credential.KEY, Credential.KEY_AS_BEARER),
        parameters=() if function.only_reads else (IDEMPOTENCY_KEY,),
        body=Content((_request(function, endpoint),)),
        statuses={
            200: Status(meaning, Content((Refusal, *reply_types(function.handler)))),
            **_REFUSALS,
        },
    )


def _request(function: Function, endpoint: str) -> type[Struct]:
    """The envelope with the name and, in a list of one, the parameters; those of a project's functions lack its id."""
    module, inside = f"{endpoint}.{function.name}", function.may_call is Caller.ON_PROJECT
    struct = function.parameters.struct
    if inside:
        struct = like(struct, f"{module}.{struct.__name__}", without=("project_id",))
    argument: Any = function.argument.describe(struct)
    fields = [("name", Literal[function.name]), ("args", Annotated[list[argument], Meta(min_length=1, max_length=1)])]
    return defstruct("Request", [*fields, *_ENVELOPE, *(_PROJECT if inside else ())], module=module)
