"""Timestamps on the wire: ISO 8601, UTC, milliseconds and `Z` (`2020-11-03T16:20:54.222Z`)."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """The wire form of an aware datetime; digits below a millisecond are dropped."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def from_text(text: str) -> datetime:
    """Parse ISO 8601; without an offset it is UTC. Raises `ValueError` for anything else."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)
