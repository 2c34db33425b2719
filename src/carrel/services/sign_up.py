"""Signing up on a page: the rules of API v2, which are stricter about passwords than those of v1."""

from dataclasses import dataclass, field, replace

from carrel.domain.accounts import Account, AccountInvalid, is_email_address
from carrel.domain.embed_sessions import TooManyAttempts
from carrel.domain.principals import AccountPrincipal, Anonymous
from carrel.domain.web_sessions import SignInFailed
from carrel.kit.networks import network_of
from carrel.services.accounts import AccountDraft, Accounts
from carrel.services.attempts import Attempts, Limit
from carrel.services.passwords import Passwords, Strength
from carrel.services.web_sessions import Browser, WebSessions

_ESTIMATES = (Limit(200, 60),)


@dataclass(frozen=True, slots=True)
class SignUpDraft(AccountDraft):
    """A draft of which names are not asked for; `password_problem` is what was found wrong with the password."""

    password_problem: str | None = None

    def problems(self) -> dict[str, str]:
        found = {}
        if not self.agreed_to_terms:
            found["agreed_to_terms"] = "You must agree to the terms of usage."
        if not is_email_address(self.email_address):
            found["email_address"] = "Email address does not appear to be valid."
        if self.password_problem is not None:
            found["password"] = self.password_problem
        return found

    @property
    def taken(self) -> str:
        return f'Email address "{self.email_address}" already in use.'


@dataclass(frozen=True, slots=True)
class SignUp:
    accounts: Accounts
    passwords: Passwords
    web_sessions: WebSessions
    estimates: Attempts = field(default_factory=Attempts)

    async def strength(self, password: str, ip: str | None) -> Strength:
        """How hard it is to guess. Raises `TooManyAttempts`: that costs more than what else everybody may ask."""
        computer = network_of(ip)
        if self.estimates.reached(computer, _ESTIMATES):
            raise TooManyAttempts(int(_ESTIMATES[0].seconds))
        self.estimates.count(computer)
        return await self.passwords.strength(password)

    async def create(self, caller: AccountPrincipal | Anonymous, draft: SignUpDraft) -> Account:
        """Make an account. Raises `AccountInvalid` with every problem."""
        draft = await self._judged(draft)
        account, _ = await self.accounts.create(caller, draft, with_key=False)
        return account

    async def sign_up(self, draft: SignUpDraft, browser: Browser) -> tuple[Account, str]:
        """Make an account and sign the browser in; whoever has that account already is signed in to it.

        The account and the cookie's value. Raises `AccountInvalid`, `TooManyAttempts`, and what signing in raises.
        """
        await self.strength(draft.password, draft.ip)
        if await self.accounts.has_email(draft.email_address):
            try:
                return await self.web_sessions.sign_in(draft.email_address, draft.password, browser)
            except SignInFailed as error:
                problems = (await self._judged(draft)).problems()
                raise AccountInvalid(problems | {"email_address": draft.taken}) from error
        account = await self.create(Anonymous(), draft)
        return account, await self.web_sessions.open(account, browser)

    async def _judged(self, draft: SignUpDraft) -> SignUpDraft:
        return replace(draft, password_problem=await self.passwords.problem(draft.password))
