"""Pages without scripts: what the server is, and what cannot be shown."""

import html

from starlette.responses import HTMLResponse, Response

from carrel.hub.pages.policies import Policies

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }}
@media (prefers-color-scheme: dark) {{ body {{ background: #16181d; color: #e6e6e6 }} }}
</style>
<h1>{title}</h1>
{content}
</html>
"""


def plain_page(title: str, content: str, policies: Policies, *, status: int = 200) -> Response:
    """`content` is HTML."""
    text = _PAGE.format(title=html.escape(title), content=content)
    return HTMLResponse(text, status, headers=policies.of_plain_page())
