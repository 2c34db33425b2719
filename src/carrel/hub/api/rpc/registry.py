"""The registry of the RPC endpoints: a function is a name, a Struct of parameters, who may call it, and a handler.

As in v1 and v2, a function without a `may_call` marker cannot be registered, and handlers know nothing of statuses. A
handler returns what becomes the reply's JSON: no object with the key `error`, which clients take for a failure.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar, get_type_hints

from msgspec import Struct, defstruct

from carrel.domain.errors import DomainError
from carrel.hub.api.v1.parameters import Parameters, ParametersInvalid
from carrel.hub.call import Call
from carrel.hub.operations import reply_types


class Caller(Enum):
    """Who may call a function; the values are the documentation's words."""

    ACCOUNT = "an account's key; admins may no more than others"
    RANKED = "an account's key; admins may more than others"
    ADMIN = "an admin's key"
    ON_PROJECT = "the key of an account that is on the project, or the project's own"


Texts = Mapping[type[DomainError], "str | Callable[[Any, Any], str]"]
"""What a function says of errors in words of its own, which may depend on the error and the parameters."""
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


class Argument(Protocol):
    """How the parameters are in the first argument of a call."""

    def find(self, argument: Any) -> Any:
        """The parameters in an argument."""
        ...

    def describe(self, struct: type[Struct]) -> Any:
        """The type of an argument, from that of its parameters."""
        ...


class _Whole:
    def find(self, argument: Any) -> Any:
        return argument

    def describe(self, struct: type[Struct]) -> Any:
        return struct


class _InOpts:
    def find(self, argument: Any) -> Any:
        return argument.get("opts", {}) if isinstance(argument, dict) else argument

    def describe(self, struct: type[Struct]) -> Any:
        return defstruct(
            f"{struct.__name__}InOpts",
            [("opts", struct)],
            module=struct.__module__,
        )


@dataclass(frozen=True, slots=True)
class Named:
    """The argument is the value of one parameter; an empty object, which clients send for nothing, leaves it out."""

    name: str

    def find(self, argument: Any) -> Any:
        return {} if argument == {} else {self.name: argument}

    def describe(self, struct: type[Struct]) -> Any:
        return get_type_hints(struct, include_extras=True)[self.name]


WHOLE: Argument = _Whole()
"""The argument is the object of the parameters."""
IN_OPTS: Argument = _InOpts()
"""The parameters are an object in the argument, for functions in which the caller names another account."""


@dataclass(frozen=True, slots=True)
class Function:
    """A registered function."""

    name: str
    may_call: Caller
    parameters: Parameters[Any]
    handler: Callable[[Any, Call], Awaitable[Any]]
    texts: Texts
    argument: Argument
    summary: str
    only_reads: bool
    """It changes nothing, and the audit need not know of it."""

    def parse(self, arguments: Sequence[Any], given: Mapping[str, Any]) -> Any:
        """The parameters in a call's arguments; `given` is what the server says. Raises `ParametersInvalid`."""
        found = self.argument.find(arguments[0] if arguments else {})
        if not isinstance(found, dict):
            raise ParametersInvalid(f"the argument of {self.name} must be an object")
        return self.parameters.parse({**found, **given}, strict=False)

    def text(self, error: DomainError, params: Any) -> str:
        """What is said of an error."""
        for cls in type(error).__mro__:
            if (said := self.texts.get(cls)) is not None:
                return said if isinstance(said, str) else said(error, params)
        return str(error)


@dataclass(frozen=True, slots=True)
class Functions:
    """A group of functions; groups are joined with `include`."""

    functions: dict[str, Function] = field(default_factory=dict)

    def procedure(
        self,
        name: str,
        *,
        may_call: Caller,
        texts: Texts | None = None,
        argument: Argument = WHOLE,
        only_reads: bool = False,
    ) -> Callable[[H], H]:
        """Register a handler `(params: Struct, call: Call) -> Value`; unless it only reads, its calls are audited."""
        if not isinstance(may_call, Caller):
            raise TypeError(f"function {name!r} does not say who may call it")

        def register(handler: H) -> H:
            summary = inspect.getdoc(handler)
            if not summary:
                raise TypeError(f"function {name!r} has no docstring")
            struct = inspect.get_annotations(handler, eval_str=True)["params"]
            reply_types(handler)
            parameters = Parameters.of(struct)
            self._add(Function(name, may_call, parameters, handler, texts or {}, argument, summary, only_reads))
            return handler

        return register

    def include(self, other: "Functions") -> None:
        for function in other:
            self._add(function)

    def _add(self, function: Function) -> None:
        if function.name in self.functions:
            raise ValueError(f"function {function.name!r} is registered twice")
        self.functions[function.name] = function

    def find(self, name: str) -> Function | None:
        return self.functions.get(name)

    def __iter__(self) -> Iterator[Function]:
        return iter(self.functions.values())
