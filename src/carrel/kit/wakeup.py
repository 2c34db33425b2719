"""A signal that can be given many times: wait, clear, wait again (anyio's events are for one time only)."""

import anyio


class Wakeup:
    """Set by anyone, cleared by the one who waits; setting an already set one changes nothing."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        self._event.set()

    def clear(self) -> None:
        if self._event.is_set():
            self._event = anyio.Event()

    async def wait(self) -> None:
        await self._event.wait()
