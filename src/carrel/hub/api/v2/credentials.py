"""What one signs in with: passwords, addresses, and the links that are mailed for both."""

from msgspec import Struct

from carrel.domain.web_sessions import SignInRequired
from carrel.hub.api.v2.accounts import Known, let_in, refuse_foreign
from carrel.hub.api.v2.compatible import NOTHING, STATUS_SUCCESS, CompatibleProcedures, Nothing, Success
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.auth.cookies import browser_of, signed_in
from carrel.hub.routes import RouteAccess
from carrel.services.web_sessions import SignedIn

procedures = CompatibleProcedures()


class NoParams(Struct):
    """No parameters."""


async def browser_session(call: V2Call) -> SignedIn | None:
    """The sign-in of the calling browser; a program with a key has none."""
    try:
        return await signed_in(call.request, call.platform)
    except SignInRequired:
        return None


class HasPassword(Struct):
    hasPassword: bool


@procedures.post("/auth/has-password", access=RouteAccess.ACCOUNT, only_reads=True)
async def has_password(params: NoParams, call: V2Call) -> HasPassword:
    """Tell whether one's account has a password."""
    return HasPassword(await call.platform.credentials.has_password(call.account.account_id))


class SetPasswordParams(Struct):
    newPassword: str
    currentPassword: str = ""


@procedures.post("/accounts/set-password", access=RouteAccess.ACCOUNT)
async def set_password(params: SetPasswordParams, call: V2Call) -> Success:
    """Change one's password, which signs all other browsers out."""
    kept = await browser_session(call)
    await call.platform.credentials.set_password(
        call.own_account.account_id, params.currentPassword, params.newPassword, kept=kept, ip=call.client_ip
    )
    return STATUS_SUCCESS


class SetEmailParams(Struct):
    email_address: str
    password: str


@procedures.post("/accounts/set-email-address", access=RouteAccess.ACCOUNT)
async def set_email_address(params: SetEmailParams, call: V2Call) -> Success:
    """Change one's address; a mail to the new one asks to confirm it."""
    await call.platform.credentials.set_email_address(
        call.own_account.account_id, params.email_address, params.password, call.client_ip
    )
    return STATUS_SUCCESS


@procedures.post("/accounts/send-verification-email", access=RouteAccess.ACCOUNT)
async def send_verification_email(params: NoParams, call: V2Call) -> Success:
    """Mail a link that proves that one reads one's address."""
    await call.platform.credentials.send_verification(call.account.account_id)
    return STATUS_SUCCESS


class VerifyParams(Struct):
    email_address: str
    token: str


@procedures.post("/auth/redeem-verify-email", access=RouteAccess.PUBLIC)
async def redeem_verify_email(params: VerifyParams, call: V2Call) -> Nothing:
    """Prove with the token of a mail that one reads the address."""
    await call.platform.credentials.verify(params.email_address, params.token)
    return NOTHING


class ResetParams(Struct):
    email: str


class Sent(Struct):
    """`success`: a sentence."""

    success: str


@procedures.post("/auth/password-reset", access=RouteAccess.PUBLIC)
async def password_reset(params: ResetParams, call: V2Call) -> Sent:
    """Mail a link with which a new password can be set; at most 3 in 10 minutes."""
    account_id, address = await call.platform.credentials.request_reset(params.email, call.client_ip)
    call.trail.target_account_id = account_id
    return Sent(f"Password reset email successfully sent to {address}.")


class RedeemResetParams(Struct):
    password: str
    passwordResetId: str


@procedures.post("/auth/redeem-password-reset", access=RouteAccess.PUBLIC)
async def redeem_password_reset(params: RedeemResetParams, call: V2Call) -> Known:
    """Set a new password, which signs all browsers out but this one, which is signed in."""
    refuse_foreign(call)
    account = await call.platform.credentials.reset(params.passwordResetId, params.password)
    cookie = await call.platform.web_sessions.open(account, browser_of(call.request))
    let_in(account, cookie, call)
    return Known(account.account_id)
