"""Figures of the live channel."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge


@dataclass(frozen=True, slots=True)
class LiveMetrics:
    connections: Gauge
    channels: Gauge
    from_pages: Counter
    to_pages: Counter

    @classmethod
    def of(cls, registry: CollectorRegistry) -> "LiveMetrics":
        return cls(
            Gauge("carrel_live_connections", "Pages that are connected", registry=registry),
            Gauge("carrel_live_channels", "Documents that pages have open", registry=registry),
            Counter("carrel_live_from_pages_bytes", "Binary messages from pages", registry=registry),
            Counter("carrel_live_to_pages_bytes", "Binary messages to pages", registry=registry),
        )
