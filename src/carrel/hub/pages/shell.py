"""The documents of the web application: static shells, alike for everybody, that redeem nothing by being fetched.

The first script is inlined and runs before anything else is fetched: it takes secrets out of the address. What the
application needs is named in the head, so that it is there after two round trips.
"""

import html
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from carrel import __version__
from carrel.domain.ids import is_uuid
from carrel.hub.pages.assets import Assets, Front, NotBuilt
from carrel.hub.pages.plain import plain_page
from carrel.hub.pages.policies import Policies
from carrel.hub.settings import Settings

_EMBEDDED = ("kiosk", "project")
_PAGES = {"app": "projects"}
_SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<script type="application/json" id="carrel-config">{config}</script>
<script>{boot}</script>
{links}
</head>
<body>
<div id="app"></div>
<noscript>{title} needs JavaScript.</noscript>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for."""

    area: str
    """The first part of its path: `app`, `projects`, `settings`, `admin`, `notifications`, `share`, `auth`."""
    rest: str
    """The rest of it, but for a project's id."""
    project_id: str | None
    path: str | None
    fullscreen: str
    has_token: bool
    resumes: bool
    """A page that was signed in by a token is loaded again."""
    asks_key: bool
    """A program asks its user for a key."""

    @classmethod
    def of(cls, request: Request, base: str) -> "Wanted":
        """A parameter that comes twice counts as browsers count: the first does."""
        query, path = request.query_params, request.url.path.removeprefix(base)
        area, _, rest = path.removeprefix("/").partition("/")
        project_id = ""
        if area == "projects":
            project_id, _, rest = rest.partition("/")
        is_file = area == "projects" and rest.startswith("files/") and not rest.endswith("/")
        return cls(
            area,
            rest,
            project_id or None,
            rest.removeprefix("files/") if is_file else None,
            next(iter(query.getlist("fullscreen")), ""),
            "auth_token" in query,
            "eid" in query,
            area == "app" and "get_api_key" in query,
        )

    @property
    def embeds(self) -> bool:
        return self.fullscreen in _EMBEDDED

    @property
    def shows(self) -> str | None:
        """The file that it shows; one that waits for its parent page to name a file will show a notebook."""
        return self.path or ("some.ipynb" if self.embeds else None)

    @property
    def entry(self) -> str:
        """`app` shows one file, embedded or for somebody signed in by a link; `site` has the pages for all else."""
        if self.area == "auth" or self.fullscreen == "project":
            return "site"
        return "app" if self.embeds or self.has_token or self.resumes else "site"

    @property
    def pages(self) -> tuple[str, ...]:
        """The page of the site, as `web/src/site/routes.ts` knows it, and its section; their files are in the head."""
        if self.entry == "app":
            return ()
        if self.project_id is not None:
            section = self.rest.partition("/")[0]
            return "project", f"project/{'editors' if self.path is not None else section}"
        if self.area == "share":
            return ("share" if self.rest else "shares",)
        if self.asks_key:
            return ("grant-key",)
        return (self.rest.partition("/")[0] if self.area == "auth" else _PAGES.get(self.area, self.area),)


class Shells:
    """Answers for every address of the application."""

    def __init__(self, settings: Settings, assets: Assets, policies: Policies) -> None:
        self._site_name = settings.site.name
        self._base = settings.hub.base_path
        self._assets = assets
        self._policies = policies
        self._config = _config(settings)

    async def __call__(self, request: Request) -> Response:
        wanted = Wanted.of(request, self._base)
        if not wanted.embeds and wanted.project_id is not None and not is_uuid(wanted.project_id):
            return plain_page("Not found", "<p>There is no such project.</p>", self._policies, status=404)
        try:
            front = await self._assets.front()
        except NotBuilt:
            text = "<p>The front end of this server is not built. Its operator runs <code>make web</code>.</p>"
            return plain_page("Not built", text, self._policies, status=503)
        ancestors = self._policies.ancestors(area=wanted.area, embeds=wanted.embeds)
        headers = self._policies.of_shell(front.boot_hash, ancestors=ancestors, has_token=wanted.has_token)
        return HTMLResponse(self._document(front, wanted), headers=headers)

    def _document(self, front: Front, wanted: Wanted) -> str:
        static = f"{self._base}/static/"
        needed = front.needed(wanted.entry, wanted.pages, wanted.shows)
        links = [f'<link rel="stylesheet" href="{static}{name}">' for name in needed.styles]
        links += [f'<link rel="modulepreload" href="{static}{name}">' for name in needed.scripts]
        links.append(f'<script type="module" src="{static}{needed.entry}"></script>')
        links += [f'<link rel="modulepreload" fetchpriority="low" href="{static}{name}">' for name in needed.soon]
        parts = {
            "title": html.escape(self._site_name),
            "config": self._config,
            "boot": front.boot,
            "links": "\n".join(links),
        }
        return _SHELL.format(**parts)


def _config(settings: Settings) -> str:
    """What the application is told, as JSON that cannot end its element."""
    parents = settings.parents
    fields = {
        "base": settings.hub.base_path,
        "version": __version__,
        "site_name": settings.site.name,
        "help_email": settings.site.help_email,
        "sign_up": settings.site.open_signup,
        "terms": settings.site.terms_url,
        "parents": parents.hosts,
        "dev": parents.dev,
    }
    return msgspec.json.encode(fields).decode().replace("<", "\\u003c")
