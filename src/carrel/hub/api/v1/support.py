"""Events of a support desk that the compatible API has given up; each is `deprecated`."""

from typing import Any

import msgspec

from carrel.domain.errors import DomainError
from carrel.hub.api.v1.diagnostics import NoParams
from carrel.hub.api.v1.registry import Caller, Events, Success
from carrel.hub.call import Call

events = Events()


class Deprecated(DomainError):
    """The event is given up."""

    code = "deprecated"

    def __init__(self) -> None:
        super().__init__("deprecated")


class TicketParams(msgspec.Struct):
    """Parameters.

    email_address: not used
    subject: not used
    body: not used
    username: not used
    tags: not used
    account_id: not used
    location: not used
    info: not used
    """

    email_address: str
    subject: str
    body: str
    username: str | None = None
    tags: Any = None
    account_id: str | None = None
    location: Any = None
    info: Any = None


@events.procedure("create_support_ticket", may_call=Caller.ACCOUNT, only_reads=True)
async def create_support_ticket(params: TicketParams, call: Call) -> Success:
    """Given up: write to the address that the site names for help."""
    raise Deprecated


@events.procedure("get_support_tickets", may_call=Caller.ACCOUNT, only_reads=True)
async def get_support_tickets(params: NoParams, call: Call) -> Success:
    """Given up: there are no tickets."""
    raise Deprecated
