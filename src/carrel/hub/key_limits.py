"""The optional limit of requests for each API key: a token bucket a key, in this hub's memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_KEYS_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """`per_minute` 0 means no limit. Keys are known here by a hash that lives as long as the process."""

    per_minute: int = 0
    now: Callable[[], float] = time.monotonic
    _buckets: dict[int, tuple[float, float]] = field(default_factory=dict)

    def check(self, secret: str) -> int:
        """Count one request; 0 if it may go on, else the seconds after which to try again."""
        if not self.per_minute:
            return 0
        rate, now, key = self.per_minute / 60, self.now(), hash(secret)
        left, at = self._buckets.get(key, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * rate)
        if left < 1:
            self._buckets[key] = (left, now)
            return max(1, round((1 - left) / rate + 0.5))
        if len(self._buckets) >= _KEYS_AT_MOST:
            self._buckets.clear()
        self._buckets[key] = (left - 1, now)
        return 0
