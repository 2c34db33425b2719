"""Events about what an account signs in with: password, address, and what is sent by mail to prove both."""

from typing import Any

import msgspec

from carrel.domain.accounts import PASSWORD_LENGTH_RULE, is_email_address
from carrel.domain.credentials import (
    CurrentPasswordIncorrect,
    EmailInUse,
    EmailInvalid,
    NoAccountWithEmail,
    PasswordIncorrect,
    PasswordRefused,
    ResetInvalid,
)
from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId
from carrel.domain.web_sessions import SignInRequired, TooManySignIns
from carrel.hub.api.v1.registry import Caller, Events, Reply, Success
from carrel.hub.call import Call
from carrel.services.credentials import RESETS_OF_API_V1
from carrel.services.passwords import Rule

events = Events()


class ChangePasswordParams(msgspec.Struct):
    """Parameters.

    account_id: must be the caller's own
    new_password: 6 to 64 characters
    old_password: not needed if the account has none
    """

    account_id: str
    new_password: str
    old_password: str = ""


class ChangedPassword(Reply, tag_field="event", tag="changed_password"):
    """Without `error` it is changed; that is a text, or `{new_password: text}`."""

    error: Any = None


def _password_unchanged(error: DomainError, *_: Any) -> ChangedPassword:
    match error:
        case CurrentPasswordIncorrect():
            return ChangedPassword(error="invalid old password")
        case PasswordRefused():
            return ChangedPassword(error={"new_password": str(error)})
        case _:
            return ChangedPassword(error=str(error))


@events.procedure("change_password", may_call=Caller.ACCOUNT, failures={DomainError: _password_unchanged})
async def change_password(params: ChangePasswordParams, call: Call) -> ChangedPassword:
    """Change one's own password. Whoever is signed in with the old one is not any more; API keys go on."""
    if params.account_id != call.account.account_id:
        raise CurrentPasswordIncorrect
    await call.platform.credentials.set_password(
        call.account.account_id,
        params.old_password,
        params.new_password,
        kept=None,
        ip=call.client_ip,
        rule=Rule.API_V1,
    )
    return ChangedPassword()


class ChangeEmailParams(msgspec.Struct):
    """Parameters.

    account_id: must be the caller's own
    new_email_address: unique, kept in lower case
    password: not needed if the account has none
    old_email_address: accepted and ignored
    """

    account_id: str
    new_email_address: str
    password: str = ""
    old_email_address: str = ""


class ChangedEmail(Reply, tag_field="event", tag="changed_email_address"):
    """`error` is false when it is changed, or a text; `ttl`: seconds to wait before the next try."""

    error: Any
    ttl: int | None = None


class NotTheCaller(DomainError):
    code = "not-the-caller"

    def __init__(self) -> None:
        super().__init__("account_id in mesg is not what user is signed in as")


def _email_unchanged(error: DomainError, *_: Any) -> ChangedEmail:
    match error:
        case EmailInvalid():
            return ChangedEmail(error="email_invalid")
        case PasswordIncorrect():
            return ChangedEmail(error="invalid_password")
        case EmailInUse():
            return ChangedEmail(error="email_already_taken")
        case TooManySignIns():
            return ChangedEmail(error=f"Error checking password -- please try again in a minute -- {error}.", ttl=60)
        case _:
            return ChangedEmail(error=str(error))


@events.procedure("change_email_address", may_call=Caller.ACCOUNT, failures={DomainError: _email_unchanged})
async def change_email_address(params: ChangeEmailParams, call: Call) -> ChangedEmail:
    """Change one's own address. A mail to the new one asks to confirm it, and its invitations are carried out."""
    if params.account_id != call.account.account_id:
        raise NotTheCaller
    await call.platform.credentials.change_email_address(
        call.account.account_id, params.new_email_address, params.password, call.client_ip
    )
    return ChangedEmail(error=False)


class ForgotParams(msgspec.Struct):
    """Parameters.

    email_address: of the account
    """

    email_address: str


class ForgotReply(Reply, tag_field="event", tag="forgot_password_response"):
    """`error` is false when a mail is on its way, or a text."""

    error: Any


def _not_sent(error: DomainError, params: Any, _call: Call) -> ForgotReply:
    if not isinstance(error, NoAccountWithEmail):
        return ForgotReply(error=str(error))
    address = params.email_address.strip().lower()
    known = f"No account with e-mail address {address}"
    return ForgotReply(error=known if is_email_address(address) else "Invalid email address.")


@events.procedure("forgot_password", may_call=Caller.ACCOUNT, failures={DomainError: _not_sent})
async def forgot_password(params: ForgotParams, call: Call) -> ForgotReply:
    """Mail a link, with `forgot=<code>` in its query, that sets a new password within an hour, once."""
    account_id, _ = await call.platform.credentials.request_reset(
        params.email_address, call.client_ip, RESETS_OF_API_V1
    )
    call.trail.target_account_id = account_id
    return ForgotReply(error=False)


class ResetParams(msgspec.Struct):
    """Parameters.

    reset_code: from the mail
    new_password: 6 to 64 characters
    """

    reset_code: str
    new_password: str


class ResetReply(Reply, tag_field="event", tag="reset_forgot_password_response"):
    """`error` is false when the password is set, or a text."""

    error: Any


def _not_reset(error: DomainError, *_: Any) -> ResetReply:
    match error:
        case ResetInvalid():
            return ResetReply(error="Password reset request is no longer valid.")
        case PasswordRefused():
            return ResetReply(error=PASSWORD_LENGTH_RULE)
        case _:
            return ResetReply(error=str(error))


@events.procedure("reset_forgot_password", may_call=Caller.ACCOUNT, failures={DomainError: _not_reset})
async def reset_forgot_password(params: ResetParams, call: Call) -> ResetReply:
    """Set a new password with the code of a mail. Whoever was signed in to that account is not any more."""
    account = await call.platform.credentials.reset(params.reset_code, params.new_password, Rule.API_V1)
    call.trail.target_account_id = account.account_id
    return ResetReply(error=False)


class VerificationParams(msgspec.Struct):
    """Parameters.

    account_id: the caller's own; for admins any
    only_verify: false: with the whole welcome
    """

    account_id: str
    only_verify: bool = True


@events.procedure("send_verification_email", may_call=Caller.ACCOUNT)
async def send_verification_email(params: VerificationParams, call: Call) -> Success:
    """Mail a link that confirms the address, unless it is confirmed already."""
    if not (call.account.is_admin or params.account_id == call.account.account_id):
        raise SignInRequired
    await call.platform.credentials.send_verification(AccountId(params.account_id), welcome=not params.only_verify)
    return Success()


class PassportParams(msgspec.Struct):
    """Parameters.

    strategy: the other site
    id: of the person there; it is also the id of the reply
    """

    strategy: str
    id: str


@events.procedure("unlink_passport", may_call=Caller.ACCOUNT)
async def unlink_passport(params: PassportParams, call: Call) -> Success:
    """Forget that a person of another site signs in as this account. Fine if none does."""
    await call.platform.accounts.unlink_passport(call.account.account_id, params.strategy, params.id)
    return Success()
