"""Calls that are carried out once, by hubs that share a database, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from cryptography.exceptions import InvalidTag
from support.rows import MovableClock

from carrel.domain.ids import new_account_id
from carrel.domain.kept_replies import (
    LIFE,
    REPLY_BYTES,
    CallUnfinished,
    IdempotencyKeyReused,
    KeyedCall,
    ReplyNotKept,
    TooManyKeptReplies,
)
from carrel.kit.sealing import seal, unseal
from carrel.services import kept_replies
from carrel.services.kept_replies import KeptReplies
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

ADA = new_account_id()


def a_call(key: str = "key", asked: bytes = b"/path body", credential: str = "sk-1") -> KeyedCall:
    return KeyedCall.of(credential, key, asked, ADA)


async def test_a_call_is_the_first_with_its_key_once_a_day(store: Store) -> None:
    clock = MovableClock()
    replies, call = KeptReplies(store, clock), a_call()
    assert await replies.begin(call) is None
    await replies.keep(call, b"reply")
    assert await replies.begin(call) == b"reply"
    with pytest.raises(IdempotencyKeyReused):
        await replies.begin(a_call(asked=b"/path other"))
    assert await replies.begin(a_call(credential="sk-2")) is None
    clock.move(LIFE - timedelta(seconds=1))
    assert await replies.begin(call) == b"reply"
    clock.move(timedelta(seconds=1))
    assert await replies.begin(call) is None
    await replies.forget(call)
    assert await replies.begin(call) is None


async def test_of_many_hubs_one_carries_a_call_out_and_the_others_wait_for_its_reply(
    store: Store, database_url: str
) -> None:
    firsts, got = [], []
    call = a_call()

    async def send(replies: KeptReplies) -> None:
        kept = await replies.begin(call)
        if kept is None:
            firsts.append(replies)
            await anyio.sleep(0.2)
            await replies.keep(call, b"reply")
        else:
            got.append(kept)

    with anyio.fail_after(30):
        async with Store.open(database_url) as other, anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(send, KeptReplies((store, other)[number % 2], MovableClock(), 30))
    assert len(firsts) == 1
    assert got == [b"reply"] * 7


async def test_a_call_that_was_cut_off_and_one_with_a_large_reply_are_not_carried_out_again(store: Store) -> None:
    replies = KeptReplies(store, MovableClock(), patience_seconds=0.01)
    cut, large = a_call("cut"), a_call("large")
    for call in (cut, large):
        assert await replies.begin(call) is None
    with pytest.raises(CallUnfinished):
        await replies.begin(cut)
    await replies.keep(large, b"x" * (REPLY_BYTES + 1))
    with pytest.raises(ReplyNotKept):
        await KeptReplies(store, MovableClock()).begin(large)


async def test_an_account_has_only_so_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_replies, "KEPT_AT_MOST", 2)
    replies = KeptReplies(store, MovableClock())
    for number in range(2):
        assert await replies.begin(a_call(f"{number}")) is None
    for _ in range(2):  # the refused one is not begun
        with pytest.raises(TooManyKeptReplies):
            await replies.begin(a_call("2"))
    assert await replies.begin(replace(a_call("3"), account_id=new_account_id())) is None
    async with store.begin() as transaction:
        await transaction.kept_replies.delete_expired(at=MovableClock().now() + LIFE)
    assert await replies.begin(a_call("2")) is None


def test_what_is_sealed_is_read_with_its_key_alone() -> None:
    call, other = a_call(), a_call("other")
    sealed = seal(call.secret, b"reply")
    assert unseal(call.secret, sealed) == b"reply"
    for key, text in ((other.secret, sealed), (call.secret, sealed[:-1] + bytes([sealed[-1] ^ 1]))):
        with pytest.raises(InvalidTag):
            unseal(key, text)
    assert repr(call).count("secret") == 0
