"""The registry of API v1: an event is a name, a Struct of parameters, who may call it, and a handler.

An event without a `may_call` marker cannot be registered. Its handler has no try and no `if` about the domain: what can
go wrong is a `DomainError`, which becomes the error reply, or the event's own reply where `failures` says so.
"""

import inspect
import typing
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

import msgspec

from carrel.domain.errors import DomainError
from carrel.hub.api.v1.parameters import Parameters
from carrel.hub.call import Call

_encoder = msgspec.json.Encoder()


class Caller(Enum):
    """Who may call an event; the values are the reference's words."""

    ANYONE = "anyone, also with a blank key"
    SHARED = "an account's or a project's key; a blank key while the site's share server is on"
    ACCOUNT = "an account's key"
    ACCOUNT_OR_PROJECT_KEY = "an account's or a project's key"


class Reply(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A reply; its subclasses name their event as tag. `encode` adds the id of the call."""

    def encode(self, call_id: Any) -> bytes:
        """The JSON text: the event, the id, then the fields of the reply."""
        head = b'{"event":' + _encoder.encode(self.__struct_config__.tag)
        return head + b',"id":' + _encoder.encode(call_id) + _encoder.encode(self)[len(head) :]

    def fields(self) -> dict[str, Any]:
        """The reply without its event, for the other dialects."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        del fields["event"]
        return fields


class Success(Reply, tag_field="event", tag="success"):
    """The plain reply of events that have nothing to tell."""


class Failure(Reply, tag_field="event", tag="error"):
    """The plain error reply."""

    error: Any


Handler = Callable[[Any, Call], Awaitable[Reply]]
FailureReply = Callable[[Any, Any, Call], Reply]
"""(error, parameters, call) → the event's own reply to that error, whose type is annotated."""
H = TypeVar("H", bound=Callable[..., Awaitable[Reply]])


@dataclass(frozen=True, slots=True)
class Event:
    """A registered event."""

    name: str
    may_call: Caller
    parameters: Parameters[Any]
    handler: Handler
    reply: type[Reply]
    summary: str
    failures: Mapping[type[DomainError], FailureReply] = field(default_factory=dict)
    only_reads: bool = False
    """It changes nothing, and the audit need not know of it."""

    @property
    def group(self) -> str:
        """The module's name in words."""
        return self.handler.__module__.rpartition(".")[2].replace("_", " ")

    @property
    def replies(self) -> tuple[type[Reply], ...]:
        """All that it can answer with status 200."""
        own = typing.get_args(self.reply) or (self.reply,)
        failures = (inspect.get_annotations(reply, eval_str=True)["return"] for reply in self.failures.values())
        return tuple(dict.fromkeys((*own, *failures, Failure)))

    def on_failure(self, error: DomainError, params: Any, call: Call) -> Reply | None:
        """The event's own reply to an error, if it has one."""
        for cls in type(error).__mro__:
            if cls in self.failures:
                return self.failures[cls](error, params, call)
        return None


@dataclass(frozen=True, slots=True)
class Events:
    """A group of events; groups are joined with `include`."""

    events: dict[str, Event] = field(default_factory=dict)

    def procedure(
        self,
        name: str,
        *,
        may_call: Caller,
        failures: Mapping[type[DomainError], FailureReply] | None = None,
        only_reads: bool = False,
    ) -> Callable[[H], H]:
        """Register a handler `(params: Struct, call: Call) -> Reply`; its types and docstring are its reference."""
        if not isinstance(may_call, Caller):
            raise TypeError(f"event {name!r} does not say who may call it")

        def register(handler: H) -> H:
            if name in self.events:
                raise ValueError(f"event {name!r} is registered twice")
            hints = inspect.get_annotations(handler, eval_str=True)
            summary = inspect.getdoc(handler)
            if not summary:
                raise TypeError(f"event {name!r} has no docstring")
            for failure in (failures or {}).values():
                if "return" not in inspect.get_annotations(failure):
                    raise TypeError(f"event {name!r} has a failure's reply that does not say its type")
            self.events[name] = Event(
                name,
                may_call,
                Parameters.of(hints["params"]),
                handler,
                hints["return"],
                summary,
                failures or {},
                only_reads,
            )
            return handler

        return register

    def include(self, other: "Events") -> None:
        for event in other:
            if event.name in self.events:
                raise ValueError(f"event {event.name!r} is registered twice")
            self.events[event.name] = event

    def find(self, name: str) -> Event | None:
        return self.events.get(name)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events.values())
