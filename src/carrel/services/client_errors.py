"""What goes wrong in the callers' programs, kept for the admins."""

from dataclasses import dataclass

from carrel.domain.ids import AccountId
from carrel.kit.clock import Clock
from carrel.store.store import Store

_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class ClientErrors:
    store: Store
    clock: Clock

    async def record(self, account_id: AccountId, error: str) -> None:
        """The beginning of it; a NUL, which no database takes, becomes a space."""
        text = error[:_LENGTH].replace("\x00", " ")
        async with self.store.begin() as transaction:
            await transaction.client_errors.add(account_id, text, at=self.clock.now())
