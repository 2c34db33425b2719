"""Routes that say who may call them; one that does not cannot be made."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from starlette.routing import Route


class RouteAccess(Enum):
    """Who may call a route."""

    BY_EVENT = "each event of the API says who may call it"
    PUBLIC = "anyone"
    LOCAL = "programs on the hub's own machine"


class CarrelRoute(Route):
    """A route with an access marker."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, access: RouteAccess, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.access = access
