"""Shells and assets: who may frame which page, what it may run, and that a token in an address goes nowhere."""

import gzip
import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from carrel.hub.pages.assets import Assets
from carrel.hub.pages.routes import page_routes
from carrel.hub.settings import load_settings

pytestmark = pytest.mark.anyio

PROJECT = "0f8fad5b-d9cb-469f-a165-70867728950e"
BOOT = "(function(){/* {braces} and 'quotes' & < */})();"
LISTED = "'self' https://lms.example.org https://example.com https://*.example.com"
MANIFEST = {
    "src/pages/app.tsx": {
        "file": "assets/app-1.js",
        "isEntry": True,
        "css": ["assets/app-1.css"],
        "imports": ["_shared-1.js"],
        "dynamicImports": ["_notebook-1.js", "_text-1.js", "src/outputs/katex.ts"],
    },
    "src/pages/site.tsx": {"file": "assets/site-1.js", "isEntry": True, "imports": ["_shared-1.js"]},
    "src/site/pages/projects.tsx": {"file": "assets/projects-1.js", "css": ["assets/projects-1.css"]},
    "_shared-1.js": {"file": "assets/shared-1.js", "imports": ["_deep-1.js"]},
    "_deep-1.js": {"file": "assets/deep-1.js", "imports": ["_shared-1.js"]},
    "_notebook-1.js": {
        "name": "notebook",
        "file": "assets/notebook-1.js",
        "imports": ["_shared-1.js", "src/pages/app.tsx"],
        "css": ["assets/notebook-1.css"],
    },
    "_text-1.js": {"name": "text", "file": "assets/text-1.js"},
    "_assist-1.js": {"name": "assist", "file": "assets/assist-1.js", "imports": ["_editing-1.js"]},
    "_editing-1.js": {"name": "editing", "file": "assets/editing-1.js", "imports": ["_notebook-1.js", "_shared-1.js"]},
    "src/outputs/katex.ts": {"file": "assets/katex-1.js"},
    "src/site/pages/share/notebook.tsx": {"name": "notebook", "src": "notebook.tsx", "file": "assets/other-1.js"},
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A front end as the build leaves it, but small."""
    directory = tmp_path / "built"
    (directory / ".vite").mkdir(parents=True)
    (directory / "assets").mkdir()
    (directory / "embed").mkdir()
    (directory / ".vite/manifest.json").write_text(json.dumps(MANIFEST))
    (directory / ".digest").write_text("x")
    (directory / "boot.js").write_text(BOOT)
    (directory / "output-frame.html").write_text("<!doctype html>")
    (directory / "embed/carrel-embed.js").write_text("export {}")
    for name in ("app-1.js", "shared-1.js"):
        (directory / "assets" / name).write_text(f"// {name}\n" * 100)
    (directory / "assets/app-1.js.gz").write_bytes(gzip.compress(b"// app-1.js\n" * 100))
    (directory / "assets/app-1.js.br").write_bytes(b"not really brotli")
    (tmp_path / "secret.js").write_text("secret")
    return directory


Browse = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def browse(built: Path) -> AsyncIterator[Browse]:
    clients: list[httpx.AsyncClient] = []

    def make(directory: Path = built, **settings: Any) -> httpx.AsyncClient:
        given = {"iframe": {"comm_hosts": "lms.example.org .example.com"}, **settings}
        loaded = load_settings(**given)
        routes: list[BaseRoute] = [*page_routes(lambda _: loaded, Assets(directory))]
        if loaded.hub.base_path:
            routes = [Mount(loaded.hub.base_path, routes=routes)]
        transport = httpx.ASGITransport(Starlette(routes=routes))
        clients.append(httpx.AsyncClient(transport=transport, base_url="https://carrel.example"))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


def ancestors(reply: httpx.Response) -> str:
    found = re.search(r"frame-ancestors ([^;]+)", reply.headers["content-security-policy"])
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/app?fullscreen=kiosk", LISTED),
        ("/app?fullscreen=kiosk&session=", LISTED),
        ("/app?fullscreen=project", LISTED),
        (f"/projects/{PROJECT}/files/a%20b.ipynb?fullscreen=kiosk", LISTED),
        (f"/projects/{PROJECT}/files/dir/?fullscreen=kiosk", LISTED),
        (f"/projects/{PROJECT}/settings?fullscreen=kiosk", LISTED),
        ("/projects/no-uuid/files/a?fullscreen=kiosk", LISTED),
        ("/settings/account?fullscreen=kiosk", LISTED),
        (f"/projects/{PROJECT}/files/a.ipynb", "'self'"),
        (f"/projects/{PROJECT}/files/a.ipynb?fullscreen=default", "'self'"),
        (f"/projects/{PROJECT}/files/a.ipynb?fullscreen=KIOSK", "'self'"),
        (f"/projects/{PROJECT}/files/a.ipynb?fullscreen=&fullscreen=kiosk", "'self'"),
        ("/auth/impersonate?auth_token=x", "'none'"),
        ("/auth/impersonate?fullscreen=kiosk", "'none'"),
        ("/app", "'self'"),
        ("/app?auth_token=x", "'self'"),
        ("/app?eid=x", "'self'"),
        ("/settings?auth_token=x", "'none'"),
        ("/settings", "'none'"),
        ("/admin/x", "'none'"),
        ("/notifications", "'self'"),
    ],
)
async def test_who_may_frame_a_page(browse: Browse, path: str, expected: str) -> None:
    reply = await browse().get(path)
    assert reply.status_code == 200
    assert ancestors(reply) == expected
    assert reply.headers.get("x-frame-options") == ("DENY" if expected == "'none'" else None)
    assert reply.headers["x-content-type-options"] == "nosniff"


async def test_without_listed_hosts_nobody_else_may_frame(browse: Browse) -> None:
    assert ancestors(await browse(iframe={}).get("/app?fullscreen=kiosk")) == "'self'"
    dev = await browse(iframe={}, dev=True).get("/app?fullscreen=kiosk")
    assert ancestors(dev) == "'self' http://localhost:* http://127.0.0.1:*"


async def test_the_first_script_is_the_only_inline_one_and_the_policy_knows_it(browse: Browse) -> None:
    reply = await browse().get("/app?fullscreen=kiosk")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", reply.text, re.DOTALL)
    assert [attributes.strip() for attributes, _ in scripts] == [
        'type="application/json" id="carrel-config"',
        "",
        'type="module" src="/static/assets/app-1.js"',
    ]
    assert scripts[1][1] == BOOT
    digest = b64encode(sha256(scripts[1][1].encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in reply.headers["content-security-policy"]
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert reply.text.index("src=") > reply.text.index(BOOT)


async def test_the_application_is_told_its_site_and_its_parents(browse: Browse) -> None:
    reply = await browse(site={"name": "<Club> & </script>"}, hub={"base_path": "/x/y"}).get(
        "/x/y/app?fullscreen=kiosk"
    )
    found = re.search(r'id="carrel-config">(.*?)</script>', reply.text)
    assert found
    config = json.loads(found[1])
    assert config.pop("version")
    assert config == {
        "base": "/x/y",
        "site_name": "<Club> & </script>",
        "parents": [
            {"host": "lms.example.org", "port": 443, "subdomains": False},
            {"host": "example.com", "port": 443, "subdomains": True},
        ],
        "dev": False,
        "help_email": "help@example.com",
        "sign_up": False,
        "terms": None,
    }
    assert "<title>&lt;Club&gt; &amp; &lt;/script&gt;</title>" in reply.text
    assert 'src="/x/y/static/assets/app-1.js"' in reply.text
    assert "report-uri /x/y/api/v2/csp-report" in reply.headers["content-security-policy"]


async def test_a_page_names_what_its_file_needs(browse: Browse) -> None:
    async def loaded(path: str) -> list[str]:
        text = (await browse().get(path)).text
        return re.findall(r'(?:modulepreload|stylesheet|low)" href="/static/assets/([^"]+)"', text)

    kiosk = f"/projects/{PROJECT}/files/{{}}?fullscreen=kiosk"
    styles, scripts = ["app-1.css", "notebook-1.css"], ["notebook-1.js", "shared-1.js", "deep-1.js"]
    notebook = [*styles, *scripts, "editing-1.js"]
    assert await loaded("/app?fullscreen=kiosk") == notebook
    assert await loaded(kiosk.format("a/b.ipynb")) == notebook
    assert await loaded("/auth/impersonate") == ["shared-1.js", "deep-1.js"]
    assert await loaded("/projects") == ["projects-1.css", "projects-1.js", "shared-1.js", "deep-1.js"]
    assert await loaded("/settings") == ["shared-1.js", "deep-1.js"]
    assert await loaded(kiosk.format("a.py")) == ["app-1.css", "text-1.js", "shared-1.js", "deep-1.js"]


@pytest.mark.parametrize("path", ["/app", f"/projects/{PROJECT}/files/a", "/auth/impersonate", "/settings"])
async def test_a_token_in_the_address_is_not_shown_kept_or_passed_on(browse: Browse, path: str) -> None:
    reply = await browse().get(f"{path}?auth_token=secret-secret&fullscreen=kiosk")
    assert "secret-secret" not in reply.text + str(reply.headers)
    assert reply.headers["referrer-policy"] == "strict-origin"
    assert reply.headers["cache-control"] == "no-store"
    assert "set-cookie" not in reply.headers
    without = await browse().get(f"{path}?fullscreen=kiosk")
    assert without.headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_a_project_that_cannot_be_is_not_found(browse: Browse) -> None:
    reply = await browse().get("/projects/<b>/files/a")
    assert reply.status_code == 404
    assert "<b>" not in reply.text


async def test_what_is_not_built_is_said(browse: Browse, tmp_path: Path) -> None:
    reply = await browse(tmp_path / "nothing").get("/app?fullscreen=kiosk")
    assert reply.status_code == 503
    assert "make web" in reply.text
    assert (await browse(tmp_path / "nothing").get("/static/assets/app-1.js")).status_code == 404


async def test_a_new_build_is_served_without_a_restart(browse: Browse, built: Path) -> None:
    client = browse()
    assert BOOT in (await client.get("/app?fullscreen=kiosk")).text
    (built / "boot.js").write_text("new()")
    replaced = built / ".vite/new.json"
    replaced.write_text(json.dumps(MANIFEST))
    replaced.rename(built / ".vite/manifest.json")
    assert "new()" in (await client.get("/app?fullscreen=kiosk")).text


async def test_assets_are_public_compressed_and_kept_forever(browse: Browse) -> None:
    client = browse()
    reply = await client.get("/static/assets/app-1.js", headers={"accept-encoding": "gzip"})
    assert reply.text == "// app-1.js\n" * 100
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["vary"] == "accept-encoding"
    plain = await client.get("/static/assets/app-1.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert (await client.get("/static/embed/carrel-embed.js")).headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "name",
    [
        *("boot.js", ".digest", ".vite/manifest.json", "../secret.js", "%2e%2e/secret.js", "assets/../../secret.js"),
        *("", "assets", "assets/", "//etc/passwd", "%2fetc%2fpasswd", "assets/nothing.js", "assets/app-1.js%00"),
    ],
)
async def test_nothing_else_is_served(browse: Browse, name: str) -> None:
    assert (await browse().get(f"/static/{name}")).status_code == 404


async def test_output_frames_have_an_origin_of_nobody(browse: Browse) -> None:
    reply = await browse().get("/static/output-frame.html")
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms; ")
    assert "allow-same-origin" not in policy
    assert "allow-top-navigation" not in policy
    assert ancestors(reply) == LISTED


async def test_isolated_parents_are_let_in_where_the_operator_says_so(browse: Browse) -> None:
    reply = await browse(embed={"corp": True}).get("/app?fullscreen=kiosk")
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert reply.headers["cross-origin-embedder-policy"] == "credentialless"
    assert "cross-origin-embedder-policy" not in (await browse().get("/app?fullscreen=kiosk")).headers
