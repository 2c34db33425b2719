"""Which versions of a file are kept: each for a while, then fewer and fewer, and never more than there is room for."""

from collections.abc import Sequence
from itertools import pairwise

from carrel.agent.documents.log import Log, SavedVersion

_HOUR_MS = 3_600_000
_LEAST_GAP_MS = ((_HOUR_MS, 0), (24 * _HOUR_MS, _HOUR_MS // 6), (720 * _HOUR_MS, 24 * _HOUR_MS))
"""Up to an age, how far apart versions have to be; a week beyond."""
_OLD_GAP_MS = 7 * 24 * _HOUR_MS
_LEAST_BYTES = 1 << 20
_AMPLE_BYTES = 32 << 20


def thin_out(log: Log) -> None:
    """Drop what is superfluous; not more is left than there is room for."""
    versions = log.versions()
    newest = versions[-1]
    if drop := superfluous(versions, newest.time_ms, newest.bytes):
        log.forget(drop)


def superfluous(versions: Sequence[SavedVersion], now_ms: int, file_bytes: int) -> list[int]:
    """The versions to drop; the newest is never among them.

    A small file may have four times its size, for notebooks with images do not shrink; a large one half of it.
    """
    kept: list[SavedVersion] = []
    dropped: list[int] = []
    for version in versions[:-1]:
        gap = next((gap for age, gap in _LEAST_GAP_MS if now_ms - version.time_ms <= age), _OLD_GAP_MS)
        if kept and version.time_ms - kept[-1].time_ms < gap:
            dropped.append(version.version)
        else:
            kept.append(version)
    room = max(_LEAST_BYTES, min(4 * file_bytes, _AMPLE_BYTES), file_bytes // 2)
    while sum(version.blob_bytes for version in kept) > room:
        dropped.append(kept.pop(_least(kept, now_ms)).version)
    return dropped


def _least(kept: Sequence[SavedVersion], now_ms: int) -> int:
    """The version that tells least: close to the one before it, and long ago."""
    gaps = [(version.time_ms - before.time_ms) / max(1, now_ms - version.time_ms) for before, version in pairwise(kept)]
    return min(range(len(gaps)), key=gaps.__getitem__) + 1 if gaps else 0
