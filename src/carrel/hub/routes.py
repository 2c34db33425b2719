"""Routes that say who may call them; one that does not cannot be made."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.routing import Route, WebSocketRoute

from carrel.hub.operations import Operation


class AnyPath(PathConvertor):
    """The rest of an address, also with line breaks, which names of files may have."""

    regex = r"[\s\S]*"


register_url_convertor("path", AnyPath())


class RouteAccess(Enum):
    """Who may call a route."""

    BY_EVENT = "each event or function of the API says who may call it"
    PUBLIC = "anyone"
    OPEN = "anyone, and an account by its API key"
    LOCAL = "programs on the hub's own machine"
    KEY = "an account, by its API key"
    AUTH_TOKEN = "whoever has an auth token"
    ACCOUNT = "an account, by its browser's sign-in or its API key"
    ANYBODY = "callers but embed sessions; nobody too, where that is shared"
    CALLER = "an account, an embed session by its bearer, or a project by its key"
    ADMIN = "an admin who is not signed in as somebody else, by browser or API key"
    PERSON = "an account, or an embed session by its bearer"
    BROWSER = "a browser in which somebody has signed in"
    BEARER = "an embed session, by its bearer"
    RESUME = "pages of this site that have a session's resume secret"
    TICKET = "an embed session, by a ticket for one connection"
    SIGNED = "an embed session, a browser in which somebody has signed in, or whoever has a signed address"


class CarrelRoute(Route):
    """A route with an access marker; `operations` are the calls that programs can make of it, described when asked."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        access: RouteAccess,
        operations: Callable[[], Iterable[Operation]] = tuple,
        **options: Any,
    ) -> None:
        super().__init__(path, endpoint, **options)
        self.access = access
        self.operations = operations


class CarrelSocket(WebSocketRoute):
    """A WebSocket's route with an access marker."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, access: RouteAccess) -> None:
        super().__init__(path, endpoint)
        self.access = access
