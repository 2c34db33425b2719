"""What the site is called and whom it lets in: as the operator has set it, and else as admins have while it runs.

What admins change is a row a setting. Each hub applies its own changes at once and looks for those of others every two
seconds, so that no call asks the database for them. What the environment or the file sets wins and is shown as locked.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import anyio
from anyio import AsyncContextManagerMixin

from carrel.domain.accounts import is_email_address
from carrel.domain.embedding import AllowedParents, ParentInvalid
from carrel.domain.errors import DomainError
from carrel.services.background import repeat
from carrel.services.settings import IframeSettings, SiteSettings
from carrel.store.store import Store

CHANGEABLE = ("name", "help_email", "open_signup", "comm_hosts")
_LOOK_EVERY_SECONDS = 2.0
_NAME_LENGTH = 100
_HOSTS_LENGTH = 10_000


class SettingRefused(DomainError):
    """A value that a setting cannot have, or a setting that is not an admin's to change."""

    code = "setting-refused"


@dataclass
class Site(AsyncContextManagerMixin):
    """`given` and `given_iframe` are the operator's; while it is entered it learns what other hubs' admins change."""

    store: Store
    given: SiteSettings
    given_iframe: IframeSettings
    _changed: Mapping[str, Any] = field(default_factory=dict)
    _now: SiteSettings = field(init=False)
    _iframe: IframeSettings = field(init=False)

    def __post_init__(self) -> None:
        self._apply({})

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "look for changed settings", self._look)
            yield self
            tasks.cancel_scope.cancel()

    @property
    def now(self) -> SiteSettings:
        return self._now

    @property
    def iframe(self) -> IframeSettings:
        return self._iframe

    @property
    def name(self) -> str:
        return self._now.name

    @property
    def help_email(self) -> str:
        return self._now.help_email

    @property
    def open_signup(self) -> bool:
        return self._now.open_signup

    @property
    def locked(self) -> frozenset[str]:
        """What the operator has set, and admins cannot change."""
        return frozenset(CHANGEABLE) & (self.given.model_fields_set | self.given_iframe.model_fields_set)

    @property
    def values(self) -> dict[str, Any]:
        """All that admins could change, as it is now."""
        return {**self._now.model_dump(include=set(CHANGEABLE)), "comm_hosts": self._iframe.comm_hosts}

    @property
    def everything(self) -> dict[str, Any]:
        """All settings of the site; nothing in them is secret."""
        return {**self._now.model_dump(), "comm_hosts": self._iframe.comm_hosts}

    def is_locked(self, name: str) -> bool:
        """Whether only the operator can change it."""
        return name not in CHANGEABLE or name in self.locked

    async def change(self, values: Mapping[str, Any]) -> None:
        """Set these; all or none. Raises `SettingRefused`."""
        for name, value in values.items():
            if name not in CHANGEABLE or name in self.locked:
                raise SettingRefused(f"{name} is set by the server's operator")
            problem = _problem(name, value)
            if problem is not None:
                raise SettingRefused(problem)
        async with self.store.begin() as transaction:
            for name, value in values.items():
                await transaction.site_settings.put(name, value)
        await self.refresh()

    async def refresh(self) -> None:
        async with self.store.read() as transaction:
            changed = await transaction.site_settings.all()
        if changed != self._changed:
            self._apply(changed)

    def _apply(self, changed: Mapping[str, Any]) -> None:
        ours = {name: value for name, value in changed.items() if name in CHANGEABLE and name not in self.locked}
        hosts = {"comm_hosts": ours.pop("comm_hosts")} if "comm_hosts" in ours else {}
        self._changed = changed
        self._now, self._iframe = self.given.model_copy(update=ours), self.given_iframe.model_copy(update=hosts)

    async def _look(self) -> None:
        await anyio.sleep(_LOOK_EVERY_SECONDS)
        await self.refresh()


def _problem(name: str, value: Any) -> str | None:
    if name == "open_signup":
        return None if isinstance(value, bool) else "open_signup is true or false"
    if not isinstance(value, str):
        return f"{name} is a text"
    if name == "name":
        good = value.isprintable() and value.strip() != "" and len(value) <= _NAME_LENGTH
        return None if good else f"the name is one line of at most {_NAME_LENGTH} characters"
    if name == "help_email":
        return None if is_email_address(value) else f"{value[:100]!r} is no e-mail address"
    try:
        AllowedParents.parse(value[:_HOSTS_LENGTH])
    except ParentInvalid as error:
        return str(error)
    return None if len(value) <= _HOSTS_LENGTH else "the list of hosts is too long"
