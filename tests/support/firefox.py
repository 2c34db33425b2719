"""Firefox for tests, as Debian ships it: driven over WebDriver BiDi, with host names that lead to a front on loopback.

Third-party cookies and storage are refused, which is more than Firefox does by itself.
"""

import asyncio
import itertools
import json
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import ByteStream
from websockets.asyncio.client import ClientConnection, connect

from support.browsers import WAIT_MS
from support.fronts import BROKEN, Front

FIREFOX = "/usr/bin/firefox-esr"
_PREFERENCES = {
    "network.cookie.cookieBehavior": 1,
    "network.proxy.type": 1,
    "network.proxy.ssl": "127.0.0.1",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}
_KEYS = {"Control": "\ue009", "Enter": "\ue007"}
Json = dict[str, Any]


@dataclass
class Firefox:
    """A running browser."""

    connection: ClientConnection
    problems: list[str] = field(default_factory=list)
    """What pages complained of in their consoles."""
    expected: str = "(?!)"
    """What they may complain of."""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _answers: dict[int, asyncio.Future[Json]] = field(default_factory=dict)

    async def call(self, method: str, **params: Any) -> Json:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self.connection.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(3 * WAIT_MS / 1000):
            told = await answer
        if told["type"] == "error":
            raise AssertionError(f"{method}: {told['error']}: {told['message']}")
        return dict(told["result"])

    async def listen(self) -> None:
        async for message in self.connection:
            told = json.loads(message)
            if told["type"] == "event":
                text = str(told["params"].get("text"))
                if told["params"].get("level") == "error" and not re.search(self.expected, text):
                    self.problems.append(text)
            else:
                self._answers.pop(told["id"]).set_result(told)

    async def open(self, url: str) -> "Tab":
        tree = await self.call("browsingContext.getTree", maxDepth=0)
        tab = Tab(self, str(tree["contexts"][0]["context"]))
        await self.call("browsingContext.navigate", context=tab.context, url=url, wait="complete")
        return tab


@dataclass(frozen=True)
class Tab:
    """A page, or a frame of one."""

    firefox: Firefox
    context: str

    async def frame(self) -> "Tab":
        """The only frame of the page."""
        tree = await self.firefox.call("browsingContext.getTree", root=self.context)
        (child,) = tree["contexts"][0]["children"]
        return Tab(self.firefox, str(child["context"]))

    async def evaluate(self, expression: str, *arguments: object) -> Any:
        """The value of an expression, which may use `args` and may be a promise."""
        told = await self.firefox.call(
            "script.callFunction",
            functionDeclaration=f"async (text) => {{ const args = JSON.parse(text);"
            f" return JSON.stringify((await ({expression})) ?? null) }}",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self.context},
            awaitPromise=True,
        )
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    async def wait_for(self, expression: str, *arguments: object) -> Any:
        """The value of an expression once it is true."""
        return await self.evaluate(
            f"""new Promise((done, fail) => {{
              const end = Date.now() + {2 * WAIT_MS};
              const look = () => {{
                const found = {expression};
                if (found) done(found instanceof Node || found);
                else if (Date.now() > end) fail(Error("in vain: " + document.body.innerText));
                else setTimeout(look, 20);
              }};
              look();
            }})""",
            *arguments,
        )

    async def click(self, selector: str) -> None:
        """Press the mouse in the middle of an element."""
        await self.wait_for("document.querySelector(args[0])", selector)
        found = await self.firefox.call(
            "browsingContext.locateNodes", context=self.context, locator={"type": "css", "value": selector}
        )
        origin = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    async def type(self, text: str) -> None:
        await self._act({"type": "key", "id": "keyboard", "actions": [key for each in text for key in _stroke(each)]})

    async def press(self, *names: str) -> None:
        """Press keys together."""
        keys = [_KEYS.get(name, name) for name in names]
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        await self._act({"type": "key", "id": "keyboard", "actions": [*down, *up]})

    async def _act(self, source: Json) -> None:
        await self.firefox.call("input.performActions", context=self.context, actions=[source])


def _stroke(key: str) -> list[Json]:
    return [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]


@asynccontextmanager
async def running_firefox(front: Front) -> AsyncIterator[Firefox]:
    """A fresh profile in a browser of its own, which reaches the front and nothing else."""
    async with AsyncExitStack() as stack:
        profile = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crl-firefox-")))
        preferences = _PREFERENCES | {"network.proxy.ssl_port": await stack.enter_async_context(_proxy(front))}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items())
        (profile / "user.js").write_text("\n".join(lines))
        address = await stack.enter_async_context(_process(profile))
        connection = await stack.enter_async_context(connect(f"{address}/session", max_size=None))
        firefox = Firefox(connection)
        tasks = await stack.enter_async_context(anyio.create_task_group())
        tasks.start_soon(firefox.listen)
        await firefox.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        await firefox.call("session.subscribe", events=["log.entryAdded"])
        yield firefox
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def _process(profile: Path) -> AsyncIterator[str]:
    """The address at which it listens for commands."""
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(rb"listening on (ws://\S+)", await process.stderr.readline())):
                assert process.returncode is None
        yield found[1].decode()
    finally:
        process.terminate()
        await process.communicate()


@asynccontextmanager
async def _proxy(front: Front) -> AsyncIterator[int]:
    """What leads every host to the front; its port."""

    async def serve(browser: ByteStream) -> None:
        try:
            async with browser, await anyio.connect_tcp("127.0.0.1", front.port) as site:
                while not (await browser.receive()).endswith(b"\r\n\r\n"):
                    pass
                await browser.send(b"HTTP/1.1 200 OK\r\n\r\n")
                async with anyio.create_task_group() as both:
                    both.start_soon(_pump, browser, site, both.cancel_scope)
                    both.start_soon(_pump, site, browser, both.cancel_scope)
        except* BROKEN:
            pass

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield int(listener.extra(anyio.abc.SocketAttribute.local_port))
        group.cancel_scope.cancel()


async def _pump(source: ByteStream, sink: ByteStream, scope: anyio.CancelScope) -> None:
    async for data in source:
        await sink.send(data)
    scope.cancel()
