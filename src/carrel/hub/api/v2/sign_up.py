"""Making an account: by whoever comes while the site lets everybody sign up, and by programs of admins."""

from msgspec import UNSET, Struct, UnsetType

from carrel.domain.accounts import AccountInvalid
from carrel.domain.errors import AdminRequired
from carrel.hub.api.v2.accounts import Known, let_in, refuse_foreign
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.auth.cookies import browser_of
from carrel.hub.routes import RouteAccess
from carrel.services.sign_up import SignUpDraft

procedures = CompatibleProcedures()

_ISSUES = {"email_address": "email", "agreed_to_terms": "terms", "token": "registrationToken", "other": "api"}
_ADMINS_ONLY = "Only users in the group 'admin' are allowed to create new users."


class SignUpParams(Struct):
    email: str
    password: str
    firstName: str = ""
    lastName: str = ""
    terms: bool = False
    registrationToken: str | None = None
    signupReason: str | None = None


class Issues(Struct):
    """A text for each parameter with a problem."""

    issues: dict[str, str]


@procedures.post("/auth/sign-up", access=RouteAccess.OPEN)
async def sign_up(params: SignUpParams, call: V2Call) -> Known | Issues:
    """Make an account and sign this browser in to it; with an admin's API key, make one for somebody else.

    What is wrong with the parameters comes as `issues`, all of it at once.
    """
    draft = SignUpDraft(
        first_name=params.firstName,
        last_name=params.lastName,
        email_address=params.email.strip(),
        password=params.password,
        agreed_to_terms=params.terms,
        registration_token=params.registrationToken,
        usage_intent=params.signupReason,
        ip=call.client_ip,
    )
    try:
        if call.principal is not None:
            return await _create(draft, call)
        refuse_foreign(call)
        account, cookie = await call.platform.sign_up.sign_up(draft, browser_of(call.request))
    except AccountInvalid as error:
        call.trail.outcome = error.code
        return Issues({_ISSUES.get(name, name): text for name, text in error.reason.items()})
    let_in(account, cookie, call)
    return Known(account.account_id)


async def _create(draft: SignUpDraft, call: V2Call) -> Known | Issues:
    caller = call.account
    if not caller.is_admin:
        call.trail.outcome = AdminRequired.code
        return Issues({"api": _ADMINS_ONLY})
    account = await call.platform.sign_up.create(caller, draft)
    call.trail.target_account_id = account.account_id
    return Known(account.account_id)


class NoParams(Struct):
    """No parameters."""


@procedures.post("/auth/requires-token", access=RouteAccess.PUBLIC, only_reads=True)
async def requires_token(params: NoParams, call: V2Call) -> bool:
    """Whether signing up needs a registration token."""
    return await call.platform.accounts.requires_token()


class PasswordParams(Struct):
    password: str


class StrengthReply(Struct):
    score: int
    help: str | UnsetType = UNSET


@procedures.post("/auth/password-strength", access=RouteAccess.PUBLIC, only_reads=True)
async def password_strength(params: PasswordParams, call: V2Call) -> StrengthReply:
    """How hard a password is to guess, from 0 to 4; new ones need 3. `help`: what would make it better."""
    strength = await call.platform.sign_up.strength(params.password, call.client_ip)
    return StrengthReply(strength.score, strength.advice or UNSET)
