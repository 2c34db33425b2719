"""Embed sessions and tickets, on SQLite and on PostgreSQL alike."""

from datetime import timedelta

import anyio
import pytest
from support.rows import NOON, add_account

from carrel.domain.embed_sessions import Ability, AuthToken, EmbedScope, EmbedSession
from carrel.domain.ids import AccountId, ProjectId
from carrel.store.embed_sessions import Hashed
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SCOPE = EmbedScope(
    ProjectId("p"), ("a/b", "ü"), readonly=True, allow=frozenset({Ability.RUN}), origins=("https://a.example",)
)


async def add_session(
    store: Store, account_id: AccountId, eid: str, *, token: str = "t", at_hours: int = 0, scope: EmbedScope = SCOPE
) -> EmbedSession:
    created = NOON + at_hours * HOUR
    session = EmbedSession(eid, account_id, scope, created, created + 12 * HOUR)
    async with store.begin() as transaction:
        bearer = Hashed(f"b-{eid}", created + MINUTE)
        await transaction.embed_sessions.add(session, auth_token_hash=token, bearer=bearer, resume=f"r-{eid}")
    return session


async def living(store: Store, *eids: str) -> list[str]:
    async with store.read() as transaction:
        return [eid for eid in eids if await transaction.embed_sessions.find(eid, at=NOON)]


async def test_a_session_comes_back_as_it_was_until_its_end(store: Store) -> None:
    ada = await add_account(store)
    session = await add_session(store, ada, "e")
    wide = await add_session(store, ada, "w", scope=EmbedScope())
    async with store.read() as transaction:
        found = await transaction.embed_sessions.find("e", at=NOON + 12 * HOUR - MINUTE)
        assert await transaction.embed_sessions.find("e", at=NOON + 12 * HOUR) is None
        assert await transaction.embed_sessions.find("x", at=NOON) is None
        other = await transaction.embed_sessions.find("w", at=NOON)
    assert found is not None
    assert (found.session, found.auth_token_hash, found.account_name) == (session, "t", "Ada Lovelace")
    assert found.account_available
    assert found.bearers == (Hashed("b-e", NOON + MINUTE),)
    assert found.resumes == (Hashed("r-e", session.expires),)
    assert other is not None
    assert other.session == wide


async def test_a_banned_or_deleted_account_is_not_available(store: Store) -> None:
    for flag in ("banned", "deleted"):
        eid = f"e-{flag}"
        account = await add_account(store, banned=flag == "banned", deleted=flag == "deleted")
        await add_session(store, account, eid)
        async with store.read() as transaction:
            found = await transaction.embed_sessions.find(eid, at=NOON)
        assert found is not None
        assert not found.account_available


async def test_a_changed_secret_leaves_its_predecessor_for_a_while(store: Store) -> None:
    session = await add_session(store, await add_account(store), "e")
    async with store.begin() as transaction:
        rows = transaction.embed_sessions
        await rows.renew_bearer("e", Hashed("b2", NOON + 2 * MINUTE), old_until=NOON + MINUTE)
        await rows.rotate_resume("e", "r2", old_until=NOON + 3 * MINUTE)
        await rows.rotate_resume("e", "r3", old_until=NOON + 4 * MINUTE)
        found = await rows.find("e", at=NOON)
    assert found is not None
    assert found.bearers == (Hashed("b2", NOON + 2 * MINUTE), Hashed("b-e", NOON + MINUTE))
    assert found.resumes == (Hashed("r3", session.expires), Hashed("r2", NOON + 4 * MINUTE))


async def test_sessions_go_with_their_token_their_account_or_their_time(store: Store) -> None:
    ada, bob = await add_account(store), await add_account(store)
    await add_session(store, ada, "e1", token="t1")
    await add_session(store, ada, "e2", token="t2")
    await add_session(store, bob, "e3", token="t3")
    await add_session(store, bob, "e4", at_hours=-11)
    async with store.begin() as transaction:
        await transaction.embed_sessions.delete_of_token("t1")
    assert await living(store, "e1", "e2", "e3", "e4") == ["e2", "e3", "e4"]
    async with store.begin() as transaction:
        await transaction.embed_sessions.delete_of_account(ada)
    assert await living(store, "e2", "e3", "e4") == ["e3", "e4"]
    async with store.begin() as transaction:
        await transaction.embed_sessions.delete_expired(at=NOON + HOUR)
    assert await living(store, "e3", "e4") == ["e3"]


async def test_the_newest_sessions_are_kept(store: Store) -> None:
    ada = await add_account(store)
    for index in range(4):
        await add_session(store, ada, f"e{index}", at_hours=-index * 5)
    async with store.read() as transaction:
        rows = transaction.embed_sessions
        assert await rows.newest(["e0", "e1", "e2", "e3", "x"], limit=2, at=NOON) == ["e0", "e1"]
        assert await rows.newest(["e3", "e2"], limit=5, at=NOON) == ["e2"]
        assert await rows.newest([], limit=5, at=NOON) == []


async def test_a_ticket_is_taken_once_by_whoever_comes_first(store: Store) -> None:
    await add_session(store, await add_account(store), "e")
    async with store.begin() as transaction:
        await transaction.embed_sessions.add_ticket(Hashed("t", NOON + MINUTE), "e")
        await transaction.embed_sessions.add_ticket(Hashed("late", NOON), "e")
    taken: list[str | None] = []

    async def take(ticket: str) -> None:
        async with store.begin() as transaction:
            taken.append(await transaction.embed_sessions.take_ticket(ticket, at=NOON))

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(take, "t")
    await take("late")
    await take("unknown")
    assert sorted(taken, key=str) == [None] * 9 + ["e"]


async def test_a_single_use_token_may_be_used_for_a_while(store: Store) -> None:
    ada = await add_account(store)
    async with store.begin() as transaction:
        tokens = transaction.auth_tokens
        for name, single_use in (("one", True), ("many", False)):
            token = AuthToken(ada, NOON + 12 * HOUR, SCOPE, single_use, created_by=ada)
            await tokens.add(name, token, created_by=ada, created=NOON)
            assert await tokens.find(name, at=NOON) == token

        async def used(name: str, minutes: int) -> bool:
            at = NOON + minutes * MINUTE
            return await tokens.use(name, at=at, not_before=at - MINUTE)

        assert [await used("one", minutes) for minutes in (5, 5, 6, 7)] == [True, True, False, False]
        assert [await used("many", minutes) for minutes in (5, 60, 719, 720)] == [True, True, True, False]
        assert not await used("unknown", 0)
        found = await tokens.find("one", at=NOON)
    assert found is not None
    assert found.used_at == NOON + 5 * MINUTE
