"""What a browser shows at the server's own address: that it runs, and where to go on."""

import html

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carrel</title>
<h1>Carrel is running</h1>
<p>Programs call its HTTP API with an API key: <code>POST {base}/api/v1/&lt;event&gt;</code>.</p>
<p>Try: <code>curl -X POST -u "$(cat api.key):" {base}/api/v1/ping</code></p>
<p>Operators find accounts, keys and projects with the command <code>carrel --help</code>.</p>
</html>
"""
_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}


async def welcome(request: Request) -> Response:
    """A page without secrets, scripts or styles."""
    base = str(request.url.replace(query="", fragment="")).rstrip("/")
    return HTMLResponse(_PAGE.replace("{base}", html.escape(base)), headers=_HEADERS)
