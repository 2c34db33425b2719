"""Registration tokens: while the site has active ones, signing up needs one."""

from dataclasses import dataclass

from carrel.domain.accounts import AccountInvalid
from carrel.kit.clock import Clock
from carrel.store.registration_tokens import RegistrationToken
from carrel.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Registration:
    clock: Clock

    async def use(self, transaction: Transaction, token: str | None) -> None:
        """Count one use of the token; raises `AccountInvalid` when one is needed and this is not good."""
        problem = await self.problem(transaction, token)
        if problem is not None:
            raise AccountInvalid({"token": problem})
        if token:
            await transaction.registration_tokens.count(token)

    async def problem(self, transaction: Transaction, token: str | None) -> str | None:
        """What is wrong with signing up with this token, or without one."""
        tokens = transaction.registration_tokens
        if token:
            return self._problem_of(await tokens.find(token))
        return "No registration token provided" if await tokens.any_active(at=self.clock.now()) else None

    def _problem_of(self, found: RegistrationToken | None) -> str | None:
        if found is None:
            return "Registration token is wrong."
        if found.disabled:
            return "Registration token disabled."
        if found.expires is not None and found.expires <= self.clock.now():
            return "Registration token no longer valid."
        if found.limit is not None and found.counter >= found.limit:
            return "Registration token used up."
        return None
