"""Embed sessions: what opens one, how long each of its secrets works, what ends it, and what its scope leaves."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from support.rows import MovableClock, add_account, add_project

from carrel.domain.documents import FileAccess, PathNotInside, PathNotOfFile
from carrel.domain.embed_sessions import (
    Ability,
    AccountNotAvailable,
    AuthTokenMalformed,
    AuthTokenUnknown,
    EmbedRefused,
    EmbedScope,
    EmbedSessionUnknown,
    NotAvailableInEmbed,
)
from carrel.domain.errors import AdminRequired, DomainError
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.principals import AccountPrincipal, EmbedPrincipal
from carrel.domain.projects import Permission, PermissionMissing
from carrel.services.access import Access, account_of
from carrel.services.accounts import Accounts
from carrel.services.auth_tokens import AuthTokens
from carrel.services.embed_sessions import EmbedSessions, Handover
from carrel.store.store import Store
from carrel.store.tables import accounts as accounts_table

pytestmark = pytest.mark.anyio

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@dataclass
class Desk:
    """An account with a project, and the services that work on them."""

    sessions: EmbedSessions
    tokens: AuthTokens
    access: Access
    clock: MovableClock
    store: Store
    ada: AccountId
    project: ProjectId
    foreign: ProjectId

    async def token(self, scope: EmbedScope | None = None, *, single_use: bool = False) -> str:
        caller = AccountPrincipal(self.ada)
        return await self.tokens.issue_scoped(
            caller, self.ada, scope or EmbedScope(), life=12 * HOUR, single_use=single_use
        )

    async def open(self, scope: EmbedScope | None = None) -> Handover:
        return await self.sessions.open(await self.token(scope), None, None)

    async def ban(self) -> None:
        async with self.store.begin() as transaction:
            change = update(accounts_table).where(accounts_table.c.account_id == self.ada).values(banned=True)
            await transaction.connection.execute(change)


@pytest.fixture
async def desk(store: Store, auth_tokens: AuthTokens, clock: MovableClock) -> Desk:
    ada, eve = await add_account(store), await add_account(store, "Eve", "X")
    project, foreign = await add_project(store, owner=ada), await add_project(store, owner=eve)
    access = Access(store)
    sessions = EmbedSessions(store, auth_tokens, access, clock)
    return Desk(sessions, auth_tokens, access, clock, store, ada, project, foreign)


async def is_dead(desk: Desk, bearer: str) -> bool:
    try:
        await desk.sessions.verify(bearer)
    except EmbedSessionUnknown:
        return True
    return False


async def test_a_token_opens_sessions_of_its_account_each_with_secrets_of_its_own(desk: Desk) -> None:
    token = await desk.token()
    first, second = [await desk.sessions.open(token, desk.project, "a/b.ipynb") for _ in range(2)]
    assert first.account_name == "Ada Lovelace"
    assert (await desk.sessions.verify(first.bearer.secret)) == EmbedPrincipal(
        first.session.eid, desk.ada, EmbedScope()
    )
    secrets = {h for one in (first, second) for h in (one.bearer.secret, one.resume, one.ticket, one.session.eid)}
    assert len(secrets) == 8


async def test_no_secret_is_stored(desk: Desk) -> None:
    token = await desk.token()
    handover = await desk.sessions.open(token, None, None)
    async with desk.store.read() as transaction:
        rows = [
            str((await transaction.connection.execute(text(f"select * from {table}"))).all())
            for table in ("auth_tokens", "embed_sessions", "ws_tickets")
        ]
    assert handover.session.eid in rows[1]
    for secret in (token, handover.bearer.secret.partition(".")[2], handover.resume, handover.ticket):
        assert secret not in str(rows)


@pytest.mark.parametrize("token", ["", "x" * 23, "x" * 25, "x" * 10_000])
async def test_a_token_of_another_length_is_malformed(desk: Desk, token: str) -> None:
    with pytest.raises(AuthTokenMalformed, match=r"^auth_token must be exactly 24 characters long$"):
        await desk.sessions.open(token, None, None)


async def test_an_unknown_an_expired_and_a_revoked_token_are_refused_alike(desk: Desk) -> None:
    revoked, expired = await desk.token(), await desk.token()
    await desk.tokens.revoke(revoked)
    desk.clock.move(12 * HOUR)
    for token in ("x" * 24, "\x00" * 24, "ü" * 24, revoked, expired):
        with pytest.raises(AuthTokenUnknown, match=r"^unknown or expired token$"):
            await desk.sessions.open(token, None, None)


async def test_a_single_use_token_is_dead_60_seconds_after_its_first_use(desk: Desk) -> None:
    token = await desk.token(single_use=True)
    desk.clock.move(HOUR)
    await desk.sessions.open(token, None, None)
    desk.clock.move(59 * SECOND)
    await desk.sessions.open(token, None, None)
    desk.clock.move(SECOND)
    with pytest.raises(AuthTokenUnknown):
        await desk.sessions.open(token, None, None)


async def test_a_refused_file_does_not_use_the_token_up(desk: Desk) -> None:
    token = await desk.token(EmbedScope(desk.project, ("a",)), single_use=True)
    for project, path in ((desk.foreign, "a"), (desk.project, "b"), (desk.project, "../a"), ("nope", "a")):
        with pytest.raises(EmbedRefused, match=r"^no access to project$"):
            await desk.sessions.open(token, project, path)
        desk.clock.move(HOUR)
    assert await desk.sessions.open(token, desk.project, "a")


async def test_a_bearer_works_for_15_minutes_and_its_predecessor_for_another_minute(desk: Desk) -> None:
    first = (await desk.open()).bearer.secret
    desk.clock.move(14 * MINUTE)
    second = (await desk.sessions.renew(await desk.sessions.verify(first))).secret
    assert not await is_dead(desk, first)
    desk.clock.move(MINUTE)
    assert await is_dead(desk, first)
    assert not await is_dead(desk, second)
    desk.clock.move(14 * MINUTE)
    assert await is_dead(desk, second)


async def test_a_session_ends_after_12_hours_however_often_it_is_renewed(desk: Desk) -> None:
    bearer = (await desk.open()).bearer
    for _ in range(12 * 6 - 1):
        desk.clock.move(10 * MINUTE)
        bearer = await desk.sessions.renew(await desk.sessions.verify(bearer.secret))
    assert bearer.expires == bearer.session_expires
    desk.clock.move(10 * MINUTE)
    assert await is_dead(desk, bearer.secret)


async def test_a_session_is_resumed_with_the_newest_secret_or_for_a_minute_the_one_before(desk: Desk) -> None:
    handover = await desk.open()
    desk.clock.move(2 * HOUR)
    again = await desk.sessions.resume(handover.session.eid, handover.resume)
    assert await desk.sessions.verify(again.bearer.secret) == await desk.sessions.check(handover.session.eid)
    assert again.session == handover.session
    lost = await desk.sessions.resume(handover.session.eid, handover.resume)
    desk.clock.move(MINUTE)
    for old in (handover.resume, again.resume, "", "x"):
        with pytest.raises(EmbedSessionUnknown):
            await desk.sessions.resume(handover.session.eid, old)
    assert await desk.sessions.resume(handover.session.eid, lost.resume)


async def test_a_secret_works_for_its_own_session_and_purpose_only(desk: Desk) -> None:
    one, other = await desk.open(), await desk.open()
    for secret in (one.resume, one.ticket, one.bearer.secret):
        with pytest.raises(EmbedSessionUnknown):
            await desk.sessions.resume(other.session.eid, secret)
    assert await is_dead(desk, f"{other.session.eid}.{one.bearer.secret.partition('.')[2]}")
    assert await is_dead(desk, f"{one.session.eid}.{one.resume}")
    with pytest.raises(EmbedSessionUnknown):
        await desk.sessions.redeem_ticket(one.bearer.secret)


async def test_a_ticket_works_once_within_30_seconds(desk: Desk) -> None:
    handover = await desk.open()
    principal = await desk.sessions.redeem_ticket(handover.ticket)
    assert principal.eid == handover.session.eid
    late = await desk.sessions.issue_ticket(principal)
    desk.clock.move(30 * SECOND)
    for ticket in (handover.ticket, late, "unknown"):
        with pytest.raises(EmbedSessionUnknown):
            await desk.sessions.redeem_ticket(ticket)


async def test_a_connection_may_go_on_until_the_bearer_lapses(desk: Desk) -> None:
    handover = await desk.open()
    desk.clock.move(14 * MINUTE)
    principal = await desk.sessions.check(handover.session.eid)
    await desk.sessions.renew(principal)
    desk.clock.move(14 * MINUTE)
    assert await desk.sessions.check(handover.session.eid) == principal
    desk.clock.move(MINUTE)
    with pytest.raises(EmbedSessionUnknown):
        await desk.sessions.check(handover.session.eid)


async def test_revoking_a_token_ends_its_sessions_and_no_others(desk: Desk) -> None:
    token = await desk.token()
    doomed, other = await desk.sessions.open(token, None, None), await desk.open()
    await desk.tokens.revoke(token)
    assert await is_dead(desk, doomed.bearer.secret)
    for attempt in (
        desk.sessions.resume(doomed.session.eid, doomed.resume),
        desk.sessions.redeem_ticket(doomed.ticket),
        desk.sessions.check(doomed.session.eid),
    ):
        with pytest.raises(EmbedSessionUnknown):
            await attempt
    assert not await is_dead(desk, other.bearer.secret)


async def test_banning_the_account_ends_its_sessions(desk: Desk) -> None:
    token = await desk.token()
    handover = await desk.sessions.open(token, None, None)
    await desk.ban()
    for attempt in (
        desk.sessions.open(token, None, None),
        desk.sessions.verify(handover.bearer.secret),
        desk.sessions.resume(handover.session.eid, handover.resume),
        desk.sessions.redeem_ticket(handover.ticket),
    ):
        with pytest.raises(AccountNotAvailable, match=r"^account is not available$"):
            await attempt


async def test_deleting_the_account_ends_its_sessions(desk: Desk, accounts: Accounts) -> None:
    handover = await desk.open()
    await accounts.delete(AccountPrincipal(desk.ada), desk.ada)
    assert await is_dead(desk, handover.bearer.secret)


async def test_of_the_sessions_in_a_browser_the_oldest_and_the_dead_make_room(desk: Desk) -> None:
    eids = []
    for _ in range(9):
        eids.append((await desk.open()).session.eid)
        desk.clock.move(SECOND)
    assert await desk.sessions.superfluous(eids[:7]) == []
    assert await desk.sessions.superfluous([*eids[:7], "gone"]) == ["gone"]
    assert await desk.sessions.superfluous(eids) == eids[:2]


# Scopes


async def refusal(desk: Desk, scope: EmbedScope, project: str, path: str) -> type[DomainError] | FileAccess:
    try:
        return await desk.access.to_file(EmbedPrincipal("e", desk.ada, scope), project, path)
    except DomainError as error:
        return type(error)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("week1", None),
        ("week1/a.ipynb", None),
        ("./week1//a.ipynb", None),
        ("week10/a.ipynb", PermissionMissing),
        ("week2", PermissionMissing),
        ("notes.txt", None),
        ("week1/../week2", PathNotInside),
        ("/week1/a", PathNotInside),
        ("..", PathNotInside),
        ("a\0b", PathNotInside),
        ("x" * 5000, PathNotInside),
        ("\ud800", PathNotInside),
        ("", PathNotOfFile),
        (".", PathNotOfFile),
        ("week1/", PathNotOfFile),
        ("week1/.", PathNotOfFile),
    ],
)
async def test_a_path_is_opened_inside_the_scope_only(
    desk: Desk, path: str, expected: type[DomainError] | None
) -> None:
    found = await refusal(desk, EmbedScope(desk.project, ("week1", "notes.txt")), desk.project, path)
    if expected is None:
        assert isinstance(found, FileAccess)
        assert found.path in ("week1", "week1/a.ipynb", "notes.txt")
        assert found.may == ("edit", "run", "save", "export")
    else:
        assert found is expected


async def test_a_scope_never_gives_what_the_account_has_not(desk: Desk) -> None:
    assert await refusal(desk, EmbedScope(desk.foreign), desk.foreign, "a") is PermissionMissing
    assert await refusal(desk, EmbedScope(), desk.foreign, "a") is PermissionMissing
    assert await refusal(desk, EmbedScope(desk.foreign), desk.project, "a") is PermissionMissing


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        (EmbedScope(readonly=True), ("export",)),
        (EmbedScope(readonly=True, allow=frozenset()), ()),
        (EmbedScope(allow=frozenset({Ability.RUN})), ("run",)),
        (EmbedScope(allow=frozenset({Ability.SAVE})), ("edit", "save")),
        (EmbedScope(allow=frozenset()), ()),
    ],
)
async def test_what_a_scope_leaves_to_do(desk: Desk, scope: EmbedScope, may: tuple[str, ...]) -> None:
    found = await refusal(desk, scope, desk.project, "a")
    assert isinstance(found, FileAccess)
    assert found.may == may


async def test_a_readonly_session_may_not_write_nor_any_session_own(desk: Desk) -> None:
    for scope, granted in ((EmbedScope(readonly=True), ["read"]), (EmbedScope(), ["read", "write"])):
        access = await desk.access.to(EmbedPrincipal("e", desk.ada, scope), desk.project, Permission.READ)
        assert sorted(access.grants) == granted


async def test_an_admins_page_is_no_admin(desk: Desk, accounts: Accounts) -> None:
    await accounts.set_admin(await accounts.find(desk.ada), True)
    assert await refusal(desk, EmbedScope(), desk.foreign, "a") is PermissionMissing
    with pytest.raises(NotAvailableInEmbed):
        account_of(EmbedPrincipal("e", desk.ada, EmbedScope()))


async def test_scoped_tokens_are_for_the_caller_itself_or_made_by_admins(desk: Desk) -> None:
    scope = EmbedScope(desk.project)
    eve, boss = AccountPrincipal(await add_account(desk.store)), AccountPrincipal(desk.ada, is_admin=True)
    with pytest.raises(AdminRequired):
        await desk.tokens.issue_scoped(eve, desk.ada, scope, life=HOUR, single_use=True)
    with pytest.raises(EmbedRefused):
        await desk.tokens.issue_scoped(boss, desk.ada, EmbedScope(desk.foreign), life=HOUR, single_use=True)
    with pytest.raises(AccountNotAvailable):
        await desk.tokens.issue_scoped(boss, "nobody", scope, life=HOUR, single_use=True)
    token = await desk.tokens.issue_scoped(boss, desk.ada, scope, life=HOUR, single_use=True)
    assert (await desk.sessions.open(token, desk.project, None)).session.scope == scope
