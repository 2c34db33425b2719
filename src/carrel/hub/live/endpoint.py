"""The door of the live channel: nobody is let in without a page of this site behind it and a good ticket."""

from collections.abc import Awaitable, Callable

import structlog
from starlette.websockets import WebSocket
from structlog.contextvars import bound_contextvars

from carrel.domain.embed_sessions import AccountNotAvailable, EmbedSessionUnknown
from carrel.domain.errors import Overloaded
from carrel.domain.principals import EmbedPrincipal
from carrel.hub.auth.origins import is_own_origin
from carrel.hub.live.connection import Connection
from carrel.hub.live.intake import Intake
from carrel.hub.live.metrics import LiveMetrics
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelSocket, RouteAccess

log = structlog.get_logger()

SUBPROTOCOL = "carrel.v1"
_TRY_AGAIN_LATER = 1013
_TICKET = "carrel.ticket."


def live_socket(metrics: LiveMetrics, intake: Intake) -> CarrelSocket:
    return CarrelSocket("/api/v2/live", _live(metrics, intake), access=RouteAccess.TICKET)


def _live(metrics: LiveMetrics, intake: Intake) -> Callable[[WebSocket], Awaitable[None]]:
    async def live(websocket: WebSocket) -> None:
        platform: Platform = websocket.state.platform
        principal = await _admit(websocket, platform)
        if principal is None:
            return await websocket.close()  # before it is accepted: 403
        viewer = await platform.documents.viewer(principal.account_id)
        await websocket.accept(subprotocol=SUBPROTOCOL)
        with bound_contextvars(eid=principal.eid, account_id=principal.account_id):
            try:
                with intake.page(principal.account_id) as held:
                    await Connection(websocket, platform, principal, viewer, metrics, held).run()
            except Overloaded as error:
                await websocket.close(_TRY_AGAIN_LATER, str(error))

    return live


async def _admit(websocket: WebSocket, platform: Platform) -> EmbedPrincipal | None:
    offered = websocket.scope["subprotocols"]
    tickets = [one.removeprefix(_TICKET) for one in offered if one.startswith(_TICKET)]
    if SUBPROTOCOL not in offered or len(tickets) != 1 or not is_own_origin(websocket, platform.settings.site.url):
        return None
    try:
        return await platform.embed_sessions.redeem_ticket(tickets[0])
    except (EmbedSessionUnknown, AccountNotAvailable):
        return None
