"""Events about auth tokens, which sign a browser or an iframe in."""

import msgspec

from carrel.hub.api.v1.registry import Caller, Events, Reply, Success
from carrel.hub.call import Call

events = Events()


class UserAuthParams(msgspec.Struct):
    """Parameters.

    account_id: the account to sign in as
    password: its password; admins may send an empty text
    """

    account_id: str
    password: str


class UserAuthToken(Reply, tag_field="event", tag="user_auth_token"):
    """`auth_token`: 24 characters; works many times until it expires or is revoked."""

    auth_token: str


@events.procedure("user_auth", may_call=Caller.ACCOUNT)
async def user_auth(params: UserAuthParams, call: Call) -> UserAuthToken:
    """Get a token that signs a browser in as an account for 12 hours."""
    token = await call.platform.auth_tokens.issue(call.account, params.account_id, params.password)
    return UserAuthToken(auth_token=token)


class RevokeParams(msgspec.Struct):
    """Parameters.

    auth_token: the token
    """

    auth_token: str


@events.procedure("revoke_auth_token", may_call=Caller.ACCOUNT_OR_PROJECT_KEY)
async def revoke_auth_token(params: RevokeParams, call: Call) -> Success:
    """End a token; whoever has it may do so. Success also for an unknown one."""
    await call.platform.auth_tokens.revoke(params.auth_token)
    return Success()
