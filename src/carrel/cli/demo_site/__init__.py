"""The demo's course site: ordinary pages of another origin that embed notebooks, and the server behind them.

The server has an API key and mints a token for each page that asks. Nothing here is part of the hub, which it calls
over HTTP as any embedder's server would; only the package for parent pages is taken from the hub's build.
"""

import base64
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import carrel

_HERE = Path(__file__).parent
_PACKAGE = Path(carrel.__file__).parent / "hub" / "pages" / "built" / "embed" / "carrel-embed.js"
_TOKEN_SECONDS = 3600
_FILES = {"/": "index.html", "/site.js": "site.js", "/site.css": "site.css", "/icon.svg": "icon.svg"}


@dataclass(frozen=True, slots=True)
class Course:
    """What the pages show, and the key with which their server asks for tokens."""

    server: str
    key_file: Path
    account_id: str
    project_id: str
    notebook: str
    notes: str

    def page(self) -> dict[str, str]:
        """What a browser may know."""
        names = {"server": self.server, "projectId": self.project_id, "notebook": self.notebook, "notes": self.notes}
        return {name: str(value) for name, value in names.items()}

    async def scoped_token(self) -> str:
        """A token for this one project, good once."""
        scope = {"account_id": self.account_id, "project_id": self.project_id, "ttl_s": _TOKEN_SECONDS}
        return str((await self._post("/api/v2/embed/token", scope))["auth_token"])

    async def plain_token(self) -> str:
        """A token as the first version of the API makes it."""
        return str(
            (await self._post("/api/v1/user_auth", {"account_id": self.account_id, "password": ""}))["auth_token"]
        )

    async def _post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(self._post_blocking, path, body)

    def _post_blocking(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        key = base64.b64encode(f"{self.key_file.read_text().strip()}:".encode()).decode()
        headers = {"authorization": f"Basic {key}", "content-type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.server + path, json.dumps(body).encode(), headers)  # noqa: S310 - our hub
        with opener.open(request, timeout=30) as reply:
            answer: dict[str, Any] = json.load(reply)
        return answer


def course_site(course: Course) -> Starlette:
    """The site; only as `localhost`, so that no other name can be pointed at it."""

    async def config(_request: Request) -> Response:
        return JSONResponse(course.page())

    async def token(_request: Request) -> Response:
        return JSONResponse({"auth_token": await course.scoped_token()}, headers={"cache-control": "no-store"})

    async def plain(_request: Request) -> Response:
        text = await anyio.Path(_HERE / "plain.html").read_text()
        for name, value in (course.page() | {"auth_token": await course.plain_token()}).items():
            text = text.replace("{{" + name + "}}", value)
        return HTMLResponse(text, headers={"cache-control": "no-store", "referrer-policy": "origin"})

    return Starlette(
        routes=[
            Route("/course.json", config),
            Route("/token", token, methods=["POST"]),
            Route("/plain.html", plain),
            Route("/carrel-embed.js", _file(_PACKAGE)),
            *(Route(path, _file(_HERE / name)) for path, name in _FILES.items()),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])],
    )


def _file(path: Path) -> Any:
    async def serve(_request: Request) -> Response:
        return FileResponse(path, headers={"cache-control": "no-cache"})

    return serve


@contextmanager
def serving(course: Course, listener: socket) -> Iterator[None]:
    """Serve the site in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(course_site(course), log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],), name="course-site", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
