"""Attempts that are counted, so that nobody guesses or pesters without end."""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from carrel.domain.errors import DomainError

_REMEMBERED_AT_MOST = 20_000
_PER_KEY_AT_MOST = 200
_INTERVALS: Mapping[float, str] = {1: "second", 60: "minute", 3600: "hour"}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many attempts in so many seconds."""

    attempts: int
    seconds: float


class TooManyRequests(DomainError):
    """An endpoint with a limit was called too often."""

    code = "too-many-requests"

    def __init__(self, endpoint: str, limit: Limit, wait_seconds: int) -> None:
        rule = f"at most {limit.attempts} requests per {_INTERVALS[limit.seconds]}"
        super().__init__(f"too many requests to {endpoint}; try again in {wait_seconds} seconds (rule: {rule})")


@dataclass(frozen=True, slots=True)
class Attempts:
    """By what they have in common, in this hub's memory; `now` in seconds."""

    now: Callable[[], float] = time.monotonic
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def reached(self, key: str, limits: Sequence[Limit]) -> Limit | None:
        """The first of the limits that one more attempt would exceed."""
        times, now = self._times.get(key, ()), self.now()
        for limit in limits:
            if sum(at > now - limit.seconds for at in times) >= limit.attempts:
                return limit
        return None

    def wait_seconds(self, key: str, limit: Limit) -> int:
        """After how many seconds one more attempt would keep within a limit that is reached."""
        since = self.now() - limit.seconds
        within = [at for at in self._times.get(key, ()) if at > since]
        return math.ceil(within[-limit.attempts] - since)

    def count(self, *keys: str) -> None:
        if len(self._times) > _REMEMBERED_AT_MOST:
            self._times.clear()
        for key in keys:
            self._times.setdefault(key, deque(maxlen=_PER_KEY_AT_MOST)).append(self.now())
