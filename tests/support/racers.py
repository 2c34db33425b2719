"""Exchanging two names in one step, again and again: what a hostile project does while the hub works in its home."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_RENAME_EXCHANGE = 2


@contextmanager
def racer(first: Path, second: Path) -> Iterator[None]:
    """Exchange the two until the block ends, in a thread of its own (renameat2(2))."""
    stop = threading.Event()
    names = os.fsencode(first), os.fsencode(second)

    def run() -> None:
        while not stop.is_set():
            assert _libc.renameat2(-100, names[0], -100, names[1], _RENAME_EXCHANGE) == 0

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
