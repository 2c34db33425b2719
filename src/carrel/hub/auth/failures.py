"""Bad tokens, counted by where they come from; good ones are never held up, since a classroom shares one address."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from carrel.domain.embed_sessions import TooManyAttempts
from carrel.kit.networks import network_of

_LIMITS = ((60.0, 30), (3600.0, 200))
"""(seconds, failures in them)"""
_ADDRESSES_AT_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Failures:
    """In this hub's memory; `now` in seconds."""

    now: Callable[[], float] = time.monotonic
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def count(self, address: str | None) -> None:
        """Note a failure. Raises `TooManyAttempts` if it is one too many, which does not count itself."""
        key, now = network_of(address), self.now()
        times = self._times.get(key)
        if times is None:
            if len(self._times) >= _ADDRESSES_AT_MOST:
                self._times.clear()
            times = self._times[key] = deque(maxlen=max(limit for _, limit in _LIMITS))
        for seconds, limit in _LIMITS:
            if len(times) >= limit and times[-limit] > now - seconds:
                raise TooManyAttempts(int(times[-limit] + seconds - now) + 1)
        times.append(now)
