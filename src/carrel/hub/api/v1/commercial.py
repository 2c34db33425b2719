"""Events about payments, licences and hosted services, which this server has none of; each has one fixed answer."""

from typing import Any

from carrel.domain.errors import DomainError
from carrel.hub.api.v1.parameters import AnyParams
from carrel.hub.api.v1.registry import Caller, Events, Reply, Success
from carrel.hub.call import Call

events = Events()

UNAVAILABLE = (
    *("stripe_get_customer", "stripe_customer", "stripe_create_source", "stripe_delete_source"),
    *("stripe_set_default_source", "stripe_update_source", "stripe_get_plans", "stripe_plans"),
    *("stripe_create_subscription", "stripe_cancel_subscription", "stripe_update_subscription"),
    *("stripe_get_subscriptions", "stripe_get_coupon", "stripe_get_charges", "stripe_get_invoices"),
    *("purchase_license", "chatgpt", "openai_embeddings_search", "openai_embeddings_save"),
    "openai_embeddings_remove",
)


class NotAvailableHere(DomainError):
    code = "not-available-here"

    def __init__(self, event: str) -> None:
        super().__init__(f"{event} is not available on this server")


def _unavailable(name: str) -> None:
    @events.procedure(name, may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
    async def refuse(params: AnyParams, call: Call) -> Success:
        """Not available on this server."""
        raise NotAvailableHere(name)


for _name in UNAVAILABLE:
    _unavailable(_name)


class AvailableUpgrades(Reply, tag_field="event", tag="available_upgrades"):
    """None of any kind."""

    total: dict[str, Any]
    excess: dict[str, Any]
    available: dict[str, Any]


@events.procedure("get_available_upgrades", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def get_available_upgrades(params: AnyParams, call: Call) -> AvailableUpgrades:
    """Tell that there are no upgrades."""
    return AvailableUpgrades(total={}, excess={}, available={})


@events.procedure("add_license_to_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def add_license_to_project(params: AnyParams, call: Call) -> Success:
    """No effect: projects need no licence here."""
    return Success()


@events.procedure("remove_license_from_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def remove_license_from_project(params: AnyParams, call: Call) -> Success:
    """No effect: projects need no licence here."""
    return Success()
