"""What the hub tells about itself: a counter and a duration for each call, a log line for what fails or takes long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

log = structlog.get_logger()

_SLOW_SECONDS = 5.0
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)


@dataclass(slots=True)
class Outcome:
    """What came of a call; `call` may become known only while it goes on."""

    dialect: str
    call: str
    status: int = 500


@dataclass(frozen=True, slots=True)
class Observer:
    """Metrics of one hub; its registry is what `/metrics` shows."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    calls: Counter = field(init=False)
    seconds: Histogram = field(init=False)

    def __post_init__(self) -> None:
        labels = ("dialect", "call")
        calls = Counter("carrel_calls", "API calls", (*labels, "status"), registry=self.registry)
        seconds = Histogram(
            "carrel_call_seconds", "Duration of API calls", labels, registry=self.registry, buckets=_BUCKETS
        )
        object.__setattr__(self, "calls", calls)
        object.__setattr__(self, "seconds", seconds)

    @contextmanager
    def watch(self, dialect: str, call: str) -> Iterator[Outcome]:
        """Observe one call; the caller sets the outcome's status."""
        outcome, started = Outcome(dialect, call), time.perf_counter()
        try:
            yield outcome
        finally:
            took = time.perf_counter() - started
            call = outcome.call
            self.calls.labels(dialect, call, outcome.status).inc()
            self.seconds.labels(dialect, call).observe(took)
            if outcome.status >= 400 or took > _SLOW_SECONDS:
                log.info("call_noticed", dialect=dialect, call=call, status=outcome.status, took_seconds=round(took, 3))
