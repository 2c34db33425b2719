"""A query engine on a store, with project actions that only remember what they were asked."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.principals import AccountPrincipal, Anonymous, Principal, ProjectPrincipal
from carrel.domain.projects import ProjectAccess
from carrel.domain.queries import QueryRefused
from carrel.kit.timestamps import to_text
from carrel.services.messages import Messages
from carrel.services.queries import Queries
from carrel.services.settings import IframeSettings, SiteSettings
from carrel.services.site import Site
from carrel.store.store import Store
from support.rows import MovableClock, add_account, add_project

NOBODY = Anonymous()


@dataclass
class RememberedActions:
    """Stands in for what reaches sandboxes: records requests as the real service does, starts nothing."""

    store: Store
    clock: MovableClock
    done: list[tuple[str, str, Any]] = field(default_factory=list)

    async def request_action(self, access: ProjectAccess, request: dict[str, Any]) -> None:
        self.done.append(("request_action", access.project_id, request))
        now = to_text(self.clock.now())
        async with self.store.begin() as transaction:
            await transaction.projects.set_action_request(
                access.project_id, request | {"started": now, "finished": now}
            )

    async def set_deleted(self, access: ProjectAccess, deleted: bool) -> None:
        self.done.append(("set_deleted", access.project_id, deleted))
        async with self.store.begin() as transaction:
            await transaction.projects.set_deleted(access.project_id, deleted)

    async def ban(self, caller: AccountPrincipal, account_id: str) -> None:
        self.done.append(("ban", caller.account_id, account_id))

    async def remove_ban(self, account_id: str) -> None:
        self.done.append(("remove_ban", account_id, None))

    async def touched(self, access: ProjectAccess) -> None:
        self.done.append(("touched", access.project_id, access.caller))


def account(account_id: AccountId) -> Principal:
    return AccountPrincipal(account_id)


def admin(account_id: AccountId) -> Principal:
    return AccountPrincipal(account_id, is_admin=True, groups=("admin",))


def project_key(project_id: ProjectId, account_id: AccountId) -> Principal:
    return ProjectPrincipal(project_id, account_id)


@dataclass
class Bench:
    """A store, an engine on it, and short words for what tests do all the time."""

    store: Store
    clock: MovableClock
    actions: RememberedActions
    queries: Queries

    @classmethod
    def on(cls, store: Store) -> "Bench":
        clock = MovableClock()
        actions = RememberedActions(store, clock)
        messages, site = Messages(store, clock), Site(store, SiteSettings(), IframeSettings())
        return cls(store, clock, actions, Queries(store, clock, actions, actions, messages, site))

    async def run(self, principal: Principal, query: object, *options: object) -> Any:
        return await self.queries.run(principal, query, list(options) or None)

    async def refused(self, principal: Principal, query: object, *options: object) -> str:
        """The text of the refusal."""
        with pytest.raises(QueryRefused) as caught:
            await self.run(principal, query, *options)
        return str(caught.value)


class World:
    """Ada owns a project on which Bob collaborates and Vic looks; Eve is on another one of her own."""

    bench: Bench
    ada: AccountId
    bob: AccountId
    vic: AccountId
    eve: AccountId
    project: ProjectId
    foreign: ProjectId

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    async def build(self) -> "World":
        store = self.bench.store
        self.ada, self.bob, self.vic, self.eve = [
            await add_account(store, first, last, email_address=f"{first.lower()}@example.com")
            for first, last in (("Ada", "Lovelace"), ("Bob", "Builder"), ("Vic", "Viewer"), ("Eve", "Evil"))
        ]
        self.project = await add_project(store, title="Ours", owner=self.ada, collaborator=self.bob, viewer=self.vic)
        self.foreign = await add_project(store, title="Hers", owner=self.eve)
        return self

    async def as_ada(self, query: object, *options: object) -> Any:
        return await self.bench.run(account(self.ada), query, *options)


async def build_world(store: Store) -> World:
    return await World(Bench.on(store)).build()
