"""Adding people to projects: at once, or when an invited address gets its account."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from carrel.domain.accounts import is_email_address
from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import Role
from carrel.store.store import Transaction

log = structlog.get_logger()

LIFE = timedelta(days=14)
"""How long an invitation waits for its address to get an account."""
_TEXT_LENGTH, _ADDRESS_LENGTH = 1024, 128


class InvitationRefused(DomainError):
    """An invitation is for too many addresses, or for one that is none; the message says which."""

    code = "invitation-refused"


def read_addresses(text: str) -> Sequence[str]:
    """The addresses of a list separated by commas, semicolons or white space. Raises `InvitationRefused`."""
    if len(text) > _TEXT_LENGTH:
        raise InvitationRefused("Specify less recipients when adding collaborators to project.")
    addresses = [address.lower() for address in re.split(r"[,;\s]+", text) if address]
    for address in addresses:
        if len(address) > _ADDRESS_LENGTH:
            raise InvitationRefused(f"email address must be at most {_ADDRESS_LENGTH} characters: '{address}'")
        if not is_email_address(address):
            raise InvitationRefused(f"invalid email address '{address}'")
    return list(dict.fromkeys(addresses))


async def add_to_project(
    transaction: Transaction, project_id: ProjectId, account_id: AccountId, *, by: AccountId, at: datetime
) -> bool:
    """Make the account a collaborator; whether it was none before."""
    added = await transaction.collaborators.add(project_id, account_id, Role.COLLABORATOR)
    if added:
        event = {"event": "add_collaborator", "account_id": account_id}
        await transaction.project_log.add(project_id, by, event, at=at)
        log.info("collaborator_added", project_id=project_id, account_id=account_id)
    return added


async def carry_out_invitations(
    transaction: Transaction, account_id: AccountId, email_address: str, *, at: datetime
) -> None:
    """Add the account that has got this address to the projects to which the address was invited."""
    for project_id, invited_by in await transaction.invitations.take(email_address, at=at):
        await add_to_project(transaction, project_id, account_id, by=invited_by, at=at)
