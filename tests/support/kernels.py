"""Real kernels, forked by a real fork server, without a sandbox around them."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from carrel.agent.kernels.sessions import Kernels, KernelSession, Message
from carrel.agent.spawn import Launcher
from support.environments import ENVIRONMENT
from support.leftovers import marks


def new_launcher(directory: Path, **variables: str) -> Launcher:
    """Starts programs with a home of their own below `directory`."""
    for name in ("home", "tmp"):
        (directory / name).mkdir(exist_ok=True)
    own = {
        "HOME": str(directory / "home"),
        "TMPDIR": str(directory / "tmp"),
        "PATH": f"{ENVIRONMENT}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "CARREL_ENVIRONMENT": str(ENVIRONMENT),
        "CARREL_IMPORTS": "",
        **marks(),
    }
    return Launcher({**own, **variables}, os.open("/proc/self/oom_score_adj", os.O_RDWR))


@asynccontextmanager
async def open_kernels(directory: Path, **variables: str) -> AsyncIterator[Kernels]:
    """Kernels; all that run at the end are ended."""
    async with asyncio.TaskGroup() as tasks:
        kernels = Kernels(new_launcher(directory, **variables), tasks)
        try:
            yield kernels
        finally:
            await kernels.close()


class Outputs(list[Message]):
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Event()

    async def __call__(self, message: Message) -> None:
        self.append(message)
        self._came.set()

    async def until_printed(self, text: str) -> None:
        """Wait until the text has been printed."""
        async with asyncio.timeout(30):
            while text not in self.text:
                self._came.clear()
                await self._came.wait()

    def of(self, msg_type: str) -> list[dict[str, Any]]:
        """The contents of the messages of a type."""
        return [message.content for message in self if message.msg_type == msg_type]

    @property
    def text(self) -> str:
        """What was printed."""
        return "".join(content["text"] for content in self.of("stream"))


async def run(session: KernelSession, code: str) -> Outputs:
    """Run code; what it published."""
    outputs = Outputs()
    await session.execute(code, outputs)
    return outputs


async def value(session: KernelSession, code: str) -> str:
    """Run code whose last line is an expression; its text."""
    return str((await run(session, code)).of("execute_result")[0]["data"]["text/plain"])
