"""The front end as it was built: which files a page begins with, and serving them.

Only names that were found in the directory are served, so no path from outside ever reaches the file system. Names
below `assets/` change with their content and may be kept forever. When the directory is built anew, it is read anew.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from carrel.hub.pages.policies import Policies

BUILT = Path(__file__).parent / "built"
_MANIFEST = ".vite/manifest.json"
_ENTRIES = {"app": "src/pages/app.tsx", "site": "src/pages/site.tsx"}
_FRAME = "output-frame.html"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
}


class NotBuilt(Exception):
    """There is no front end to serve."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Files that a page loads."""

    entry: str
    """The script that is run; it imports the others."""
    scripts: list[str]
    styles: list[str]
    soon: list[str]
    """Scripts without which it can be read, but not edited."""


@dataclass(frozen=True, slots=True)
class Front:
    """One build: its files, its first script, and the entries of the manifest."""

    names: frozenset[str]
    boot: str
    manifest: dict[str, Any]

    @property
    def boot_hash(self) -> str:
        """As the policy names the inlined script."""
        return f"'sha256-{b64encode(sha256(self.boot.encode()).digest()).decode()}'"

    def needed(self, entry: str, pages: Sequence[str] = (), path: str | None = None) -> Needed:
        """What `app` loads, or `site` for some of its `pages` (`web/src/site/pages`), to show the file `path`."""
        is_notebook = path is not None and path.endswith(".ipynb")
        editor = [] if path is None else ["notebook" if is_notebook else "text"]
        page_keys = [key for page in pages if (key := f"src/site/pages/{page}.tsx") in self.manifest]
        shown = list(self._closure(_ENTRIES[entry], *page_keys, *self._named(editor)))
        scripts = [str(chunk["file"]) for chunk in shown]
        later = ["editing"] if is_notebook else []
        edited = [str(chunk["file"]) for chunk in self._closure(*self._named(later))]
        styles = list(dict.fromkeys(style for chunk in shown for style in chunk.get("css", ())))
        return Needed(scripts[0], scripts[1:], styles, [name for name in edited if name not in scripts])

    def _named(self, names: Sequence[str]) -> list[str]:
        """The manifest's keys of chunks by the names that the build gives them (`web/tools/chunks.ts`)."""
        chunks = {key: chunk.get("name") for key, chunk in self.manifest.items() if "src" not in chunk}
        return [key for name in names for key, found in chunks.items() if found == name]

    def _closure(self, *keys: str) -> Iterator[dict[str, Any]]:
        """Chunks and what they import, each once."""
        seen, todo = set[str](), list(keys)
        while todo:
            if (key := todo.pop(0)) not in seen:
                seen.add(key)
                yield self.manifest[key]
                todo += self.manifest[key].get("imports", ())


@dataclass(slots=True)
class Assets:
    """The directory of the build, read when it has changed."""

    directory: Path = BUILT
    _front: Front | None = None
    _read_from: tuple[int, int] = field(default=(0, 0))

    async def front(self) -> Front:
        """The newest build. Raises `NotBuilt`."""
        return await to_thread.run_sync(self._current)

    async def serve(self, request: Request, policies: Policies) -> Response:
        """A file of the build, compressed if the browser takes that and it was."""
        name = request.path_params["path"]
        try:
            front = await self.front()
        except NotBuilt:
            front = None
        if front is None or name not in front.names:
            return Response("not found\n", 404, media_type="text/plain")
        headers = policies.of_output_frame() if name == _FRAME else policies.of_asset()
        headers["cache-control"] = _cache_control(name)
        headers["vary"] = "accept-encoding"
        suffix = ""
        for encoding, ending in _ENCODINGS:
            if encoding in request.headers.get("accept-encoding", "") and name + ending in front.names:
                headers["content-encoding"], suffix = encoding, ending
                break
        media_type = _TYPES.get(Path(name).suffix, "application/octet-stream")
        return FileResponse(self.directory / (name + suffix), headers=headers, media_type=media_type)

    def _current(self) -> Front:
        try:
            found = (self.directory / _MANIFEST).stat()
        except FileNotFoundError as error:
            raise NotBuilt from error
        if self._front is None or self._read_from != (found.st_mtime_ns, found.st_ino):
            self._front, self._read_from = self._read(), (found.st_mtime_ns, found.st_ino)
        return self._front

    def _read(self) -> Front:
        files = (path.relative_to(self.directory) for path in self.directory.rglob("*") if path.is_file())
        names = frozenset(str(path) for path in files if not path.name.startswith(".") and path.parts[0] != ".vite")
        boot = (self.directory / "boot.js").read_text()
        if "</script" in boot.lower() or "<!--" in boot:
            raise ValueError("boot.js cannot be inlined")
        return Front(names - {"boot.js"}, boot, json.loads((self.directory / _MANIFEST).read_text()))


def _cache_control(name: str) -> str:
    return "public, max-age=31536000, immutable" if name.startswith("assets/") else "public, max-age=300"
