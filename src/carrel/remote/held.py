"""Output that the hub keeps in memory until it is passed on, within bounds for each project and for all of them.

One command may write tens of megabytes, a message of a document is as large, and a project may have hundreds of both at
the same time: what is too much is refused, and the command that wrote it is killed, before the hub's memory is gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from carrel.domain.errors import Overloaded

_MB = 1_000_000


@dataclass(slots=True)
class Held:
    """Counts the bytes that are kept; `whole` is the account that this one is a part of."""

    most_bytes: int = 512 * _MB
    whole: "Held | None" = None
    bytes: int = 0

    def part(self, most_bytes: int = 80 * _MB) -> "Held":
        """An account for one project."""
        return Held(most_bytes, self)

    @contextmanager
    def share(self) -> Iterator["Share"]:
        """Bytes that one call keeps, given back at the end of the block."""
        share = Share(self)
        try:
            yield share
        finally:
            self._add(-share.bytes)

    def _add(self, count: int) -> None:
        account: Held | None = self
        while account is not None:
            account.bytes += count
            account = account.whole

    def take(self, count: int) -> None:
        """Raises `Overloaded`, and then nothing is taken."""
        if self.bytes + count > self.most_bytes:
            raise Overloaded("too much output is waiting to be answered at the same time; this one was given up")
        if self.whole is not None:
            self.whole.take(count)
        self.bytes += count


@dataclass(slots=True)
class Share:
    """What one call has taken."""

    held: Held
    bytes: int = 0

    def take(self, count: int) -> None:
        """Keep so many bytes more; raises `Overloaded`."""
        self.held.take(count)
        self.bytes += count

    def keep(self, count: int) -> None:
        """Keep so many bytes from now on; raises `Overloaded` if those are more than before, and too many."""
        self.take(count - self.bytes)
