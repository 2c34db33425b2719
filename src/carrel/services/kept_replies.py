"""Calls with a key are carried out once: whoever sends one again gets the reply that was kept."""

import hmac
from dataclasses import dataclass

import anyio

from carrel.domain.kept_replies import (
    KEPT_AT_MOST,
    KEPT_BYTES_AT_MOST,
    LIFE,
    REPLY_BYTES,
    CallUnfinished,
    IdempotencyKeyReused,
    KeyedCall,
    ReplyNotKept,
    TooManyKeptReplies,
)
from carrel.kit.clock import Clock
from carrel.kit.sealing import seal, unseal
from carrel.store.store import Store

_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class KeptReplies:
    store: Store
    clock: Clock
    patience_seconds: float = 10.0
    """How long a call waits for the first sending of the same."""

    async def begin(self, call: KeyedCall) -> bytes | None:
        """The reply of the call's first sending, for which this waits a little; `None`: this is the first.

        Who gets `None` carries the call out, and ends with `keep` or `forget`. Raises `IdempotencyKeyReused`,
        `CallUnfinished`, `ReplyNotKept`, `TooManyKeptReplies`.
        """
        with anyio.move_on_after(self.patience_seconds):
            while not await self._is_first(call):
                async with self.store.read() as transaction:
                    found = await transaction.kept_replies.find(call.id)
                if found is not None and not hmac.compare_digest(found.request, call.request):
                    raise IdempotencyKeyReused
                if found is not None and found.size_bytes is not None:
                    if found.sealed is None:
                        raise ReplyNotKept
                    return unseal(call.secret, found.sealed)
                await anyio.sleep(_LOOK_SECONDS)
            return None
        raise CallUnfinished

    async def _is_first(self, call: KeyedCall) -> bool:
        now = self.clock.now()
        async with self.store.begin() as transaction:
            is_first = await transaction.kept_replies.begin(call, at=now, expire=now + LIFE)
            if is_first:
                count, size_bytes = await transaction.kept_replies.used(call.account_id)
                if count > KEPT_AT_MOST or size_bytes > KEPT_BYTES_AT_MOST:
                    raise TooManyKeptReplies
            return is_first

    async def keep(self, call: KeyedCall, reply: bytes) -> None:
        """Keep the reply, sealed with what only the caller has."""
        sealed = seal(call.secret, reply) if len(reply) <= REPLY_BYTES else None
        async with self.store.begin() as transaction:
            await transaction.kept_replies.keep(call.id, len(sealed or b""), sealed)

    async def forget(self, call: KeyedCall) -> None:
        """Let the call be carried out when it is sent again."""
        async with self.store.begin() as transaction:
            await transaction.kept_replies.forget(call.id)
