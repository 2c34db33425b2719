"""Bounds what pages make the hub keep: how many of an account are connected, and what waits to be taken by agents.

A message that is still arriving is bounded by its size, `messages.MESSAGE_BYTES`, for each page that is connected.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from carrel.domain.errors import Overloaded
from carrel.domain.ids import AccountId
from carrel.remote.held import Held

_MB = 1_000_000
_TOGETHER_BYTES = 256 * _MB
_ACCOUNT_BYTES = 64 * _MB


@dataclass(slots=True)
class _Account:
    held: Held
    pages: int = 0


@dataclass(slots=True)
class Intake:
    """One for a hub, as its memory is one."""

    most_pages: int
    _whole: Held = field(default_factory=lambda: Held(_TOGETHER_BYTES))
    _accounts: dict[AccountId, _Account] = field(default_factory=dict)

    @contextmanager
    def page(self, account_id: AccountId) -> Iterator[Held]:
        """Room for what a page of the account sends, until the block ends. Raises `Overloaded`."""
        account = self._accounts.setdefault(account_id, _Account(self._whole.part(_ACCOUNT_BYTES)))
        if account.pages >= self.most_pages:
            raise Overloaded(f"more than {self.most_pages} pages of the account are connected")
        account.pages += 1
        try:
            yield account.held
        finally:
            account.pages -= 1
            if account.pages == 0:
                del self._accounts[account_id]
