"""The page that shows the description of the API, with the element that the package openapi-explorer makes.

Its script is loaded by this page alone, and the description by the script. Colours are such that text can be read.
"""

import html

from starlette.responses import HTMLResponse, Response

from carrel.hub.pages.policies import Policies
from carrel.hub.settings import Settings

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of {title}</title>
<link rel="icon" href="data:,">
<script type="module" src="{base}/static/api-docs/openapi-explorer.js"></script>
<style>
body {{ margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: #1f2937; background: #fff }}
header {{ display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; padding: .5rem 1rem;
  border-bottom: 1px solid #d1d5db }}
h1 {{ margin: 0; font-size: 1.1rem }}
a {{ color: #1d4ed8 }}
openapi-explorer {{ height: calc(100vh - 3rem) }}
</style>
</head>
<body>
<header><h1>API of {title}</h1><a href="{base}/">Back to the site</a>
<a href="{base}/api/openapi.json">As a file (OpenAPI 3.1)</a></header>
<openapi-explorer spec-url="{base}/api/openapi.json" hide-server-selection collapse nav-item-spacing="compact"
 schema-style="table" bg-color="#ffffff" text-color="#1f2937" header-color="#1f2937" primary-color="#1d4ed8"
 secondary-color="#1e3a8a" nav-bg-color="#f3f4f6" nav-text-color="#1f2937" nav-hover-bg-color="#e5e7eb"
 nav-hover-text-color="#000000"></openapi-explorer>
<noscript>This page needs JavaScript; the description is <a href="{base}/api/openapi.json">a JSON file</a>.</noscript>
</body>
</html>
"""


def api_docs(settings: Settings, policies: Policies) -> Response:
    """The same for everybody."""
    text = _PAGE.format(title=html.escape(settings.site.name), base=settings.hub.base_path)
    return HTMLResponse(text, headers=policies.of_api_docs())
