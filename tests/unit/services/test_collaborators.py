"""Collaborators: what depends on time or on many callers at once; the rest is tested over HTTP."""

import re
from datetime import datetime, timedelta

import anyio
import pytest
from sqlalchemy import insert, select
from support.rows import NOON, MovableClock, add_account, add_project

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import ProjectAccess
from carrel.services.access import Access
from carrel.services.collaborators import Collaborators, InvalidCollaboration, Invitation, InviteTokenInvalid
from carrel.services.mail import Mail
from carrel.services.settings import SiteSettings
from carrel.store.store import Store
from carrel.store.tables import mails, project_invite_tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def collaborators(store: Store, mail: Mail, clock: MovableClock, site: SiteSettings) -> Collaborators:
    return Collaborators(store, Access(store), mail, clock, site)


@pytest.fixture
async def owner(store: Store) -> AccountId:
    return await add_account(store, email_address="owner@example.com")


@pytest.fixture
async def access(store: Store, owner: AccountId) -> ProjectAccess:
    project_id = await add_project(store, title="Plans", owner=owner)
    return await Access(store).to(AccountPrincipal(owner), project_id)


async def add_token(
    store: Store, project_id: ProjectId, *, expires: datetime | None = None, usage_limit: int | None = None
) -> str:
    async with store.begin() as transaction:
        values = {"token": "token", "project_id": project_id, "expires": expires, "usage_limit": usage_limit}
        await transaction.connection.execute(insert(project_invite_tokens).values(**values, counter=0, created=NOON))
    return "token"


async def sent(store: Store) -> list[str]:
    async with store.read() as transaction:
        return list((await transaction.connection.execute(select(mails.c.to).order_by(mails.c.id))).scalars())


async def test_an_address_is_mailed_once_a_day_for_each_project(
    collaborators: Collaborators, store: Store, access: ProjectAccess, owner: AccountId, clock: MovableClock
) -> None:
    guest = await add_account(store, email_address="guest@example.com")
    other = await Access(store).to(AccountPrincipal(owner), await add_project(store, owner=owner))
    invitation = Invitation(body="come")
    await collaborators.invite(access, guest, invitation)
    clock.move(timedelta(hours=23, minutes=59))
    await collaborators.invite(access, guest, invitation)
    assert await sent(store) == ["guest@example.com"]
    await collaborators.invite(other, guest, invitation)
    clock.move(timedelta(minutes=1))
    await collaborators.invite(access, guest, invitation)
    assert await sent(store) == ["guest@example.com"] * 3


async def test_an_account_without_address_is_added_and_not_mailed(
    collaborators: Collaborators, store: Store, access: ProjectAccess
) -> None:
    guest = await add_account(store)
    await collaborators.invite(access, guest, Invitation(body="come"))
    assert await sent(store) == []
    assert await Access(store).to(AccountPrincipal(guest), access.project_id)


async def test_a_token_works_until_it_expires(
    collaborators: Collaborators, store: Store, access: ProjectAccess, clock: MovableClock
) -> None:
    token = await add_token(store, access.project_id, expires=clock.now() + timedelta(hours=1))
    guests = [await add_account(store) for _ in range(2)]
    clock.move(timedelta(minutes=59))
    assert await collaborators.join([guests[0]], [token]) == [access.project_id]
    clock.move(timedelta(minutes=1))
    with pytest.raises(InviteTokenInvalid, match="the token already expired"):
        await collaborators.join([guests[1]], [token])


async def test_many_at_once_do_not_use_a_token_more_often_than_it_allows(
    collaborators: Collaborators, store: Store, access: ProjectAccess
) -> None:
    token = await add_token(store, access.project_id, usage_limit=3)
    joined: list[AccountId] = []

    async def join(account_id: AccountId) -> None:
        try:
            await collaborators.join([account_id], [token])
        except InviteTokenInvalid:
            return
        joined.append(account_id)

    async with anyio.create_task_group() as tasks:
        for guest in [await add_account(store) for _ in range(8)]:
            tasks.start_soon(join, guest)
    assert len(joined) == 3


async def test_one_bad_token_leaves_all_out(collaborators: Collaborators, store: Store, access: ProjectAccess) -> None:
    token = await add_token(store, access.project_id)
    guest = await add_account(store)
    with pytest.raises(InviteTokenInvalid, match="no such token"):
        await collaborators.join([guest, guest], [token, "unknown"])
    async with store.read() as transaction:
        assert await transaction.collaborators.find_role(access.project_id, guest) is None


async def test_the_link_of_an_invitation_lets_one_join(
    collaborators: Collaborators, store: Store, access: ProjectAccess, clock: MovableClock
) -> None:
    assert not await collaborators.invite_address(access, "new@example.com", "https://carrel.test/projects#invite=")
    async with store.read() as transaction:
        (body,) = (await transaction.connection.execute(select(mails.c.body))).scalars()
    link = re.search(r"https://carrel\.test/projects#invite=(\w{24})\b", body)
    assert link, body
    guest = await add_account(store, email_address="new@example.com")
    assert await collaborators.join([guest], [link[1]]) == [access.project_id]
    with pytest.raises(InviteTokenInvalid, match="1 times"):
        await collaborators.join([await add_account(store)], [link[1]])
    with pytest.raises(InvalidCollaboration, match="does not know its own"):
        await collaborators.invite_address(access, "other@example.com", None)
