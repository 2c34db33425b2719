"""HTTP API v2: JSON bodies and replies, HTTP's own statuses; errors are `{"error": text, "code": machine code}`."""

from carrel.hub.api.v2 import embed
from carrel.hub.api.v2.procedure import V2, Procedures
from carrel.hub.routes import CarrelRoute


def v2_routes(v2: V2) -> list[CarrelRoute]:
    """A route for each procedure."""
    groups: tuple[Procedures, ...] = (embed.procedures,)
    return [procedure.route(v2) for group in groups for procedure in group]
