"""What is said of a route in the API's own description: who may call it, what it takes, what it answers.

Dialects make an `Operation` of each procedure that is registered with them, from its types and its docstring; a route
that is none of a registry's is made with one. `api/openapi` makes the document of all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from carrel.domain.kept_replies import KEY_CHARACTERS

JSON = "application/json"


class Credential(Enum):
    """How callers show who they are; the values are names in the document."""

    KEY = "apiKey"
    KEY_AS_BEARER = "apiKeyAsBearer"
    EMBED = "embedBearer"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Content:
    """A body: JSON of one of these types, or bytes if there are none."""

    types: tuple[Any, ...] = ()
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Status:
    """What a status means, and the body that comes with it; one that many operations share has a name."""

    meaning: str
    content: Content | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the address, of the query or of the headers; `place`: `path`, `query` or `header`.

    One that many operations share has an `id`.
    """

    name: str
    place: str
    meaning: str
    type: Any = str
    required: bool = True
    id: str = ""


_KEY = Annotated[str, Meta(min_length=1, max_length=KEY_CHARACTERS, pattern="^[ -~]+$")]
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "Made up by the client: sent again with it within 24 hours, the call is answered as before, and not carried out.",
    _KEY,
    required=False,
    id="IdempotencyKey",
)


@dataclass(frozen=True, slots=True)
class Operation:
    """A call that can be made."""

    id: str
    method: str
    path: str
    """From the site's base, with `{name}` for parameters."""
    group: str
    about: str
    """Its first sentence is the summary."""
    access: str
    """Who may call it, in words."""
    credentials: tuple[Credential, ...]
    statuses: Mapping[int, Status]
    body: Content | None = None
    parameters: tuple[Parameter, ...] = ()
    is_open: bool = False
    """It can be called without credentials, or with blank ones."""


def reply_types(handler: Callable[..., Any]) -> tuple[Any, ...]:
    """What a handler returns: the parts of a union, `NoneType` for nothing. Raises `TypeError` if it does not say.

    What may be any JSON is said with `Annotated[Any, Meta(description=…)]`.
    """
    returned = get_type_hints(handler, include_extras=True).get("return", Any)
    if returned in (Any, dict, list, dict[str, Any], list[Any], list[dict[str, Any]]):
        raise TypeError(f"{handler.__module__}.{handler.__qualname__} does not say what it returns")
    return get_args(returned) if get_origin(returned) in (Union, UnionType) else (returned,)


class Refusal(Struct):
    """Why a call was refused."""

    error: str


def refusals(dialect: str, statuses: Mapping[int, str], shape: type[Struct] = Refusal) -> dict[int, Status]:
    """Answers with that shape, which the operations of a dialect share."""
    content = Content((shape,))
    return {status: Status(meaning, content, f"{dialect}.{status}") for status, meaning in statuses.items()}


BODY_STATUSES = {
    408: "The request's body did not arrive in time.",
    413: "The request's body is too large.",
    500: "A fault of the server, whose log has more.",
    503: "The server is busy; try again.",
}
"""What every route can answer that reads a body."""


def like(
    struct: type[Struct],
    name: str,
    *,
    plus: tuple[tuple[Any, ...], ...] = (),
    without: tuple[str, ...] = (),
    **config: Any,
) -> type[Struct]:
    """A Struct with another's fields and docstring, for what a dialect adds to it or takes out of it on the wire.

    `name` is that in the document; `plus` and `config` are as of `msgspec.defstruct`.
    """
    hints = get_type_hints(struct, include_extras=True)
    kept = [
        (one.name, hints[one.name], *([] if one.required else [_default(one)]))
        for one in msgspec.structs.fields(struct)
        if one.name not in without
    ]
    module, _, short = name.rpartition(".")
    about = {"__doc__": struct.__doc__}
    return msgspec.defstruct(short, [*plus, *kept], namespace=about, module=module, kw_only=True, **config)


def _default(one: msgspec.structs.FieldInfo) -> Any:
    if one.default_factory is msgspec.NODEFAULT:
        return msgspec.field(default=one.default)
    return msgspec.field(default_factory=one.default_factory)
