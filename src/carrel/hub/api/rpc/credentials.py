"""RPC functions about what signs somebody in: API keys, auth tokens, links that set passwords, addresses."""

from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from carrel.domain.errors import AdminRequired
from carrel.hub.api.rpc.registry import Caller, Functions, Named
from carrel.hub.api.rpc.system import NoParams
from carrel.hub.api.v1.auth_tokens import RevokeParams
from carrel.hub.api.v1.credentials import PassportParams, unlink_passport
from carrel.hub.api.v2.api_keys import ApiKeysParams, Key, manage
from carrel.hub.call import Call

functions = Functions()

_LINK_LIFE = timedelta(hours=24)


@functions.procedure("system.manageApiKeys", may_call=Caller.RANKED)
async def manage_api_keys(params: ApiKeysParams, call: Call) -> list[Key] | None:
    """`get`, `create`, `edit` or `delete` API keys, as `api-keys` of API v2; the value is the list of keys."""
    return await manage(params, call.account, call)


class UserParams(Struct):
    user_account_id: str


class TokenParams(UserParams):
    password: str = ""


@functions.procedure("system.generateUserAuthToken", may_call=Caller.RANKED)
async def generate_user_auth_token(params: TokenParams, call: Call) -> str:
    """Make an auth token for an account, as `user_auth` of API v1; admins need no password. The value is the token."""
    return await call.platform.auth_tokens.issue(call.account, params.user_account_id, params.password)


@functions.procedure("system.revokeUserAuthToken", may_call=Caller.ACCOUNT, argument=Named("auth_token"))
async def revoke_user_auth_token(params: RevokeParams, call: Call) -> None:
    """End an auth token; the argument is the token, and whoever has it may do so."""
    await call.platform.auth_tokens.revoke(params.auth_token)


@functions.procedure("system.adminResetPasswordLink", may_call=Caller.ADMIN, texts={AdminRequired: "must be an admin"})
async def reset_password_link(params: UserParams, call: Call) -> str:
    """Make a link that sets a new password, once and within a day; the value is its path on this site."""
    url, _ = await call.platform.administration.reset_link(params.user_account_id, life=_LINK_LIFE)
    return urlsplit(url).path


@functions.procedure("system.sendEmailVerification", may_call=Caller.ACCOUNT)
async def send_email_verification(params: NoParams, call: Call) -> None:
    """Mail a link that confirms one's address."""
    await call.platform.credentials.send_verification(call.account.account_id)


@functions.procedure("system.deletePassport", may_call=Caller.ACCOUNT)
async def delete_passport(params: PassportParams, call: Call) -> None:
    """Forget that a person of another site signs in as this account, as `unlink_passport` of API v1."""
    await unlink_passport(params, call)
