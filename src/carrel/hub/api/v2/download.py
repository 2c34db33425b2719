"""A file's bytes as a reply: whole or a range, to be saved or shown as data, and never run as part of this site."""

import mimetypes
import re
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from carrel.storage.downloads import OpenFile

_CHUNK = 1 << 18
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-store",
}
_SHOWN = re.compile(r"(image|audio|video|font)/[a-z0-9.+-]+|application/(pdf|json)|text/(plain|csv)")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to but without `stop`."""

    start: int
    stop: int


class FileResponse(Response):
    """Sends an open file and closes it, whatever happens."""

    def __init__(self, file: OpenFile, request: Request, path: str) -> None:
        self._file = file
        self._is_head = request.method == "HEAD"
        tag = f'"{file.mtime_ns:x}-{file.size_bytes:x}"'
        whole = Span(0, file.size_bytes)
        span: Span | None = whole
        if request.headers.get("if-range", tag) == tag:
            span = span_of(request.headers.get("range"), file.size_bytes)
        headers = attachment_headers(path, tag) | {"accept-ranges": "bytes"}
        status = 200 if span == whole else 206
        if span is None:
            status, span = 416, Span(0, 0)
            headers["content-range"] = f"bytes */{file.size_bytes}"
        elif status == 206:
            headers["content-range"] = f"bytes {span.start}-{span.stop - 1}/{file.size_bytes}"
        self._span = span
        headers["content-length"] = str(span.stop - span.start)
        super().__init__(status_code=status, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            at = self._span.stop if self._is_head else self._span.start
            while at < self._span.stop:
                chunk = await self._file.read(at, min(_CHUNK, self._span.stop - at))
                if not chunk:
                    raise OSError("the file has become shorter while it was sent")
                at += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._file.close()


def span_of(header: str | None, size_bytes: int) -> Span | None:
    """The part that a `Range` header asks for: the whole file if we do not understand it, `None` if there is none."""
    match = _RANGE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return Span(0, size_bytes)
    if match[1] == "":
        start, stop = max(0, size_bytes - int(match[2])), size_bytes
    else:
        start, stop = int(match[1]), min(size_bytes, int(match[2]) + 1 if match[2] else size_bytes)
    return Span(start, stop) if start < stop else None


def attachment_headers(path: str, tag: str) -> dict[str, str]:
    """An attachment, of a type that browsers do not run; the name may have any character."""
    guessed = mimetypes.guess_type(path)[0] or ""
    name = quote(path.rpartition("/")[2], safe="")
    return HEADERS | {
        "content-type": guessed if _SHOWN.fullmatch(guessed) else "application/octet-stream",
        "content-disposition": f"attachment; filename*=UTF-8''{name}",
        "etag": tag,
    }
