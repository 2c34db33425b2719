"""The one place where calls of all dialects that have an `Idempotency-Key` are carried out once.

The caller is known and the parameters are good when `once` is asked, so that what is kept is what the call itself has
answered. A reply is sealed with the credential that was presented: only who can call as the caller gets it again.
"""

from collections.abc import Awaitable, Callable

import anyio
import msgspec
from starlette.requests import HTTPConnection
from starlette.types import Scope

from carrel.domain.kept_replies import KeyedCall
from carrel.domain.principals import Anonymous
from carrel.hub.api.shell import Answer
from carrel.hub.auditing import AuditedCall
from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key
from carrel.hub.auth.cookies import presented_cookie
from carrel.hub.wire import is_passing

_REPLAY = ((b"idempotent-replay", b"true"),)


async def once(
    scope: Scope,
    body: bytes,
    call: AuditedCall,
    work: Callable[[], Awaitable[Answer]],
    refused: Callable[[Exception], Answer],
) -> Answer:
    """The answer of `work`, or the kept one of the same call; errors of `work` are kept, too, as `refused` tells them.

    What fails for now only, and would not if it was asked again, is not kept. Raises what `work` and
    `KeptReplies.begin` raise.
    """
    keyed = _keyed(scope, body, call)
    if keyed is None:
        return await work()
    replies = call.platform.kept_replies
    if (kept := await replies.begin(keyed)) is not None:
        answer = msgspec.msgpack.decode(kept, type=Answer)
        return Answer(answer.status_code, answer.body, answer.headers + _REPLAY)
    try:
        answer = await work()
    except Exception as error:
        with anyio.CancelScope(shield=True):
            if is_passing(error):
                await replies.forget(keyed)
            else:
                await replies.keep(keyed, msgspec.msgpack.encode(refused(error)))
        raise
    with anyio.CancelScope(shield=True):
        await replies.keep(keyed, msgspec.msgpack.encode(answer))
    return answer


def _keyed(scope: Scope, body: bytes, call: AuditedCall) -> KeyedCall | None:
    """`None` for calls without a key, of nobody, and for those that only read."""
    request = HTTPConnection(scope)
    key, caller = request.headers.get("idempotency-key"), call.principal
    if key is None or caller is None or isinstance(caller, Anonymous) or call.trail.only_reads:
        return None
    asked = b"\0".join((scope["path"].encode("utf-8", "surrogateescape"), body))
    return KeyedCall.of(_credential(request), key, asked, caller.account_id)


def _credential(request: HTTPConnection) -> str:
    """What the caller has proved itself by: a key or a bearer, and a browser's cookie."""
    try:
        presented = presented_key(request.headers.get("authorization"))
    except (AuthorizationMissing, AuthorizationUnknown):
        presented = ""
    return f"{presented} {presented_cookie(request)}"
