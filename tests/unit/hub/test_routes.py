"""Every route of the hub says who may call it."""

from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest
from starlette.routing import BaseRoute, Mount

from carrel.hub.app import create_app
from carrel.hub.routes import CarrelRoute, CarrelSocket, RouteAccess
from carrel.hub.settings import load_settings

pytestmark = pytest.mark.anyio


def walk(routes: Iterable[BaseRoute]) -> Iterable[BaseRoute]:
    for route in routes:
        if isinstance(route, Mount):
            yield from walk(route.routes)
        else:
            yield route


@pytest.mark.parametrize("base_path", ["", "/some/base"])
def test_every_route_has_an_access_marker(tmp_path: Path, base_path: str) -> None:
    app = create_app(load_settings(data={"dir": tmp_path}, hub={"base_path": base_path}))
    routes = list(walk(app.routes))
    assert routes
    for route in routes:
        assert isinstance(route, CarrelRoute | CarrelSocket), route
        assert isinstance(route.access, RouteAccess), route


def test_a_route_without_a_marker_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        CarrelRoute("/x", lambda request: None)  # type: ignore[call-arg]  # that is what is wrong


@pytest.mark.parametrize("base_path", ["", "/some/base"])
async def test_a_booted_hub_answers_below_its_base_path_only(open_dir: Path, base_path: str) -> None:
    app = create_app(load_settings(data={"dir": open_dir / "data"}, hub={"base_path": base_path}))
    async with app.router.lifespan_context(app) as state:
        assert state is not None

        async def with_state(scope, receive, send):  # type: ignore[no-untyped-def]  # as an ASGI server would call
            await app(scope | {"state": dict(state)}, receive, send)

        transport = httpx.ASGITransport(with_state, client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            assert (await client.get(f"{base_path}/healthz")).text == "ok\n"
            assert (await client.get(f"{base_path}/readyz")).text == "ready\n"
            pong = await client.post(f"{base_path}/api/v1/ping", auth=("", ""))
            assert pong.json()["event"] == "pong"
            for path in ("/nothing", f"{base_path}/metrics", f"{base_path}/api/v9/ping"):
                response = await client.get(path)
                assert response.status_code == 404, path
                assert set(response.json()) == {"error"}
            if base_path:
                assert (await client.get("/healthz")).status_code == 404
            await replies_have_ids(client, base_path)


async def replies_have_ids(client: httpx.AsyncClient, base_path: str) -> None:
    """Of calls, pages, refusals: the request's own id, if it is one that a log can have, else one that is made up."""
    for path in ("/api/v1/ping", "/api/v2/projects/list", "/api/conat/hub", "/healthz", "/app", "/static/x", "/no"):
        for given, is_kept in (("trace-1.a_B", True), ("a" * 37, False), ("a b", False), ("", False)):
            reply = await client.post(f"{base_path}{path}", headers={"x-request-id": given})
            (found,) = reply.headers.get_list("x-request-id")
            assert (found == given) is is_kept, (path, given)
            assert is_kept or len(found) == 36


@pytest.mark.parametrize("base_path", ["", "/some/base"])
async def test_a_browser_at_the_servers_address_is_led_to_the_application(tmp_path: Path, base_path: str) -> None:
    app = create_app(load_settings(data={"dir": tmp_path}, hub={"base_path": base_path}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.example") as client:
        reply = await client.get(f"{base_path}/?auth_token=secret")
    assert reply.status_code == 307
    assert reply.headers["location"] == f"http://hub.example{base_path}/app"
