"""The kernel of one notebook: which one it is, when it starts, and what the notebook says of it."""

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Map

from carrel.agent.documents.extension import Event, Host
from carrel.agent.documents.notebook import plain
from carrel.agent.kernels.sessions import Kernels, KernelSession
from carrel.agent.kernels.values import KernelFailed, KernelSpec, KernelUnknown, Sink

_USUAL = "python3"


class NoKernel(Exception):
    """There is no kernel to run something; `ename` names the reason, the message is a sentence."""

    def __init__(self, ename: str, message: str) -> None:
        super().__init__(message)
        self.ename = ename


class NotebookKernel:
    """Starts the kernel that the notebook names when it is needed; `changed` is called when its state changes."""

    def __init__(self, host: Host, kernels: Kernels, stray: Sink, changed: Callable[[], None]) -> None:
        self.session: KernelSession | None = None
        self._host = host
        self._kernels = kernels
        self._stray = stray
        self._changed = changed
        self._starting = asyncio.Lock()
        self._reason = ""

    @property
    def is_alive(self) -> bool:
        """Whether there is a kernel, or will be presently."""
        return self.state not in ("none", "dead")

    @property
    def state(self) -> str:
        """As in the event `kernel`."""
        if self.session is not None:
            return self.session.state
        return "starting" if self._starting.locked() else "dead" if self._reason else "none"

    def describe(self) -> Event:
        """What the event `kernel` says of the kernel itself."""
        session = self.session
        reason = session.reason if session is not None else self._reason
        return {
            "state": self.state,
            "name": session.name if session is not None else self.wanted(),
            "display_name": session.display_name if session is not None else None,
            "language": session.language if session is not None else None,
            **({"reason": reason} if self.state == "dead" else {}),
        }

    async def specs(self) -> tuple[list[KernelSpec], str]:
        """The kernels there are, and which one a notebook gets that names none."""
        specs = await self._kernels.specs()
        names = [spec.name for spec in specs]
        return specs, _USUAL if _USUAL in names or not names else names[0]

    def wanted(self) -> str | None:
        """The kernel that the notebook names."""
        kernelspec = _metadata(self._host.doc).get("kernelspec")
        name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
        return name if isinstance(name, str) and name else None

    async def ready(self) -> KernelSession:
        """The kernel, started if need be; raises `NoKernel`."""
        async with self._starting:
            if self.session is not None and self.session.state == "dead":
                await self._restart(self.session)
            elif self.session is None:
                await self._start(self.wanted() or (await self.specs())[1])
            assert self.session is not None
            return self.session

    async def use(self, name: str | None) -> None:
        """Start the kernel of that name, or the notebook's; another one that runs is ended. Raises `NoKernel`."""
        if name is None or (self.session is not None and self.session.name == name):
            await self.ready()
            return
        async with self._starting:
            before = self.session
            await self._start(name)
            if before is not None:
                before.changed = lambda: None
                await before.shutdown()

    async def restart(self) -> None:
        """Start anew; raises `NoKernel`."""
        if self.session is None:
            await self.ready()
            return
        async with self._starting:
            await self._restart(self.session)

    async def shutdown(self) -> None:
        """End the kernel if there is one."""
        async with self._starting:
            session, self.session, self._reason = self.session, None, ""
            if session is not None:
                session.changed = lambda: None
                await session.shutdown()
        self._changed()

    async def _start(self, name: str) -> None:
        self._changed()
        try:
            session = await self._kernels.start(name, os.path.dirname(self._host.path))
        except KernelUnknown as error:
            self._failed(str(error))
            raise NoKernel("KernelUnknown", str(error)) from error
        except KernelFailed as error:
            self._failed(str(error))
            raise NoKernel("KernelFailed", str(error)) from error
        session.changed, session.stray = self._changed, self._stray
        self.session, self._reason = session, ""
        self._note_language(session)
        self._changed()

    async def _restart(self, session: KernelSession) -> None:
        try:
            await session.restart()
        except KernelFailed as error:
            raise NoKernel("KernelFailed", str(error)) from error
        finally:
            self._changed()

    def _failed(self, reason: str) -> None:
        if self.session is None:
            self._reason = reason
        self._changed()

    def _note_language(self, session: KernelSession) -> None:
        """Write into the notebook what its kernel is, if that is news."""
        known = _metadata(self._host.doc)
        kernelspec = known.get("kernelspec")
        more = kernelspec if isinstance(kernelspec, dict) and kernelspec.get("name") == session.name else {}
        says = {"name": session.name, "display_name": session.display_name, "language": session.language}
        new = {"kernelspec": {**more, **says}, "language_info": session.language_info}
        news = {name: plain(value) for name, value in new.items() if value and known.get(name) != plain(value)}
        if not news:
            return
        meta = self._host.doc.get("meta", type=Map)
        with self._host.transact():
            if not isinstance(meta.get("metadata"), Map):
                meta["metadata"] = Map({})
            for name, value in news.items():
                meta["metadata"][name] = value


def _metadata(doc: "Doc[Any]") -> dict[str, Any]:
    """The metadata of the notebook, as plain values."""
    metadata = doc.get("meta", type=Map).get("metadata")
    found = plain(json.loads(str(metadata))) if isinstance(metadata, Map) else {}
    return found if isinstance(found, dict) else {}
