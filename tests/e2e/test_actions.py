"""The actions and events beyond the published contract, in a real frame: saving, running, exporting, growing."""

import hashlib
import json
from typing import Any

import pytest
import requests
from anyio import to_thread
from playwright.async_api import Frame, expect
from support.axe import violations
from support.browsers import Visitor
from support.fronts import Front
from support.hubs import ServedHub
from support.notebooks import code, markdown, notebook
from support.parents import CARREL, Parent, file_url, frame_tag, kiosk, open_parent, scoped_token
from support.people import Person, admin_of
from support.receivers import receiving
from support.v2 import ask

pytestmark = pytest.mark.anyio


class Opener:
    """Shows a notebook of this test in a frame."""

    def __init__(self, visitor: Visitor, front: Front, ada: Person, project: str, token: str, name: str) -> None:
        self.visitor, self.front, self.ada, self.project, self.token = visitor, front, ada, project, token
        self.path = f"{name}.ipynb"

    async def open(self, *cells: dict[str, object], query: str = "", token: str = "") -> Parent:
        self.ada.write(self.project, self.path, notebook(*cells))
        address = kiosk(file_url(self.project, self.path), token=token or self.token, query=query)
        parent = await open_parent(self.visitor, self.front, frame_tag(address))
        await parent.ready()
        assert (await parent.open(self.project, self.path))["status"] == "done"
        return parent


@pytest.fixture
def opener(visitor: Visitor, front: Front, ada: Person, project: str, token: str, named: str) -> Opener:
    return Opener(visitor, front, ada, project, token, named)


def frame_of(parent: Parent) -> Frame:
    return next(frame for frame in parent.page.frames if CARREL in frame.url)


async def fits(parent: Parent, height: int) -> None:
    """Make the frame so high, and see that its content is."""
    grow = "(height) => { document.querySelector('iframe').style.height = `${height}px` }"
    await parent.page.evaluate(grow, height)
    assert await frame_of(parent).evaluate("[document.documentElement.scrollHeight, innerHeight]") == [height] * 2


async def events(parent: Parent, name: str) -> list[dict[str, Any]]:
    return [m["data"] for m in await parent.heard() if m["data"].get("event") == name]


def kept_by(hub: ServedHub, snapshot_id: str) -> bytes:
    """The bytes of a snapshot, as the course's own server fetches them."""
    return requests.get(f"{hub.url}/api/v2/snapshots/{snapshot_id}", auth=(hub.key, ""), timeout=30).content


async def test_an_edit_is_told_saved_and_submitted(opener: Opener, hub: ServedHub) -> None:
    parent = await opener.open(code("kept = 1"), query="&submit=1&resize=1")
    file = {"project_id": opener.project, "path": opener.path}
    await parent.click_source("kept = 1")
    await parent.page.keyboard.press("End")
    await parent.page.keyboard.type("23")
    await parent.hears({"event": "dirty", "dirty": True} | file)
    done = await parent.ask({"action": "save"})
    (saved,) = done["saved"]
    assert (saved["project_id"], saved["path"]) == (opener.project, opener.path)
    assert saved["bytes"] == len(opener.ada.read(opener.project, opener.path).encode())
    await parent.hears({"event": "dirty", "dirty": False} | file)
    told = await events(parent, "saved")
    assert {event["cause"] for event in told} <= {"parent", "auto"}
    assert told[-1]["mtime"] == saved["mtime"]
    assert "kept = 123" in opener.ada.read(opener.project, opener.path)
    assert (await parent.ask({"action": "save", "path": "*"}))["saved"][0]["path"] == opener.path
    bar = parent.frame().get_by_role("region", name="Submitting")
    with receiving() as receiver:
        webhook = ask(admin_of(hub), "admin/webhooks/create", url=receiver.url, events=["document.submitted"])
        await bar.get_by_role("button", name="Submit").click()
        submitted = await parent.hears({"event": "submit"} | file)
        (heard,) = await to_thread.run_sync(receiver.wait_for, "document.submitted")
        ask(admin_of(hub), "admin/webhooks/delete", id=webhook["webhook"]["id"])
    await expect(bar.get_by_role("status")).to_contain_text("Submitted at")
    snapshot = file | {name: submitted[name] for name in ("snapshot_id", "sha256")}
    assert heard.told["data"] == snapshot | {"account_id": opener.ada.account_id}
    content = kept_by(hub, submitted["snapshot_id"])
    assert "kept = 123" in content.decode()
    assert hashlib.sha256(content).hexdigest() == submitted["sha256"]
    taken = await parent.ask({"action": "snapshot"})
    assert taken.items() >= (file | {"status": "done", "sha256": submitted["sha256"]}).items()
    assert await violations(frame_of(parent)) == []
    await fits(parent, (await events(parent, "resize"))[-1]["height"])


async def test_ready_is_told_once_whatever_the_network_does(opener: Opener, front: Front) -> None:
    parent = await opener.open(code("1"))
    opener.visitor.expect_problem("ERR_|WebSocket")
    front.cut()
    await expect(parent.frame().get_by_text("Offline")).to_be_visible()
    front.mend()
    await expect(parent.frame().get_by_text("Saved")).to_be_visible(timeout=60_000)
    assert len(await events(parent, "ready")) == 1


async def test_a_run_is_of_one_cell_of_all_or_ends_at_an_error(opener: Opener) -> None:
    parent = await opener.open(code("a = 1"), code("1 / 0"), code("b = 2"))
    one = await parent.ask({"action": "run", "what": "cell", "cell": "cell-2"}, wait_ms=60_000)
    assert (one["ok"], one["executed"], one["failed"]) == (True, 1, 0)
    stopped = await parent.ask({"action": "run"}, wait_ms=60_000)
    assert (stopped["status"], stopped["ok"], stopped["executed"], stopped["failed"]) == ("done", False, 2, 1)
    assert stopped["first_error"] == {"cell": "cell-1", "ename": "ZeroDivisionError", "evalue": "division by zero"}
    on = await parent.ask({"action": "run", "stop_on_error": False}, wait_ms=60_000)
    assert (on["ok"], on["executed"], on["failed"]) == (False, 3, 1)


async def test_a_run_that_takes_too_long_is_an_error(opener: Opener) -> None:
    parent = await opener.open(code("import time; time.sleep(60)"))
    late = await parent.ask({"action": "run", "timeout_ms": 300}, wait_ms=60_000)
    assert (late["status"], late["code"]) == ("error", "timeout")
    for wrong in ({"what": "half"}, {"timeout_ms": 0}, {"stop_on_error": 1}, {"what": "cell"}):
        assert (await parent.ask({"action": "run"} | wrong))["code"] == "bad_message"


async def test_a_notebook_is_exported_in_each_format(opener: Opener) -> None:
    parent = await opener.open(markdown("# Title"), code("6 * 7"))
    exported = {}
    for kind in ("raw", "ipynb", "py", "html", "md"):
        reply = await parent.ask({"action": "export", "format": kind})
        assert (reply["status"], reply["path"]) == ("done", opener.path)
        exported[kind] = reply
    assert exported["raw"]["data"] == opener.ada.read(opener.project, opener.path)
    assert [cell["source"] for cell in json.loads(exported["ipynb"]["data"])["cells"]] == ["# Title", "6 * 7"]
    assert exported["py"]["data"] == "# %% [markdown]\n# # Title\n\n# %%\n6 * 7\n"
    assert exported["md"]["data"] == "# Title\n\n```python\n6 * 7\n```\n"
    assert "<h1" in exported["html"]["data"]
    name = opener.path.removesuffix(".ipynb")
    assert [(one["filename"], one["mime"]) for one in exported.values()] == [
        (f"{name}.ipynb", "application/x-ipynb+json"),
        (f"{name}.ipynb", "application/x-ipynb+json"),
        (f"{name}.py", "text/x-python"),
        (f"{name}.html", "text/html"),
        (f"{name}.md", "text/markdown"),
    ]
    assert (await parent.ask({"action": "export", "format": "pdf"}))["code"] == "bad_message"


async def test_a_frame_tells_its_height_and_growing_makes_it_no_higher(opener: Opener) -> None:
    parent = await opener.open(*(code(f"line = {number}") for number in range(30)), query="&resize=lti")
    size = await parent.hears({"event": "resize", "path": opener.path})
    assert size["height"] > 700
    assert (await parent.hears({"subject": "lti.frameResize"}))["height"] == size["height"]
    await fits(parent, size["height"])
    count, before = len(await events(parent, "resize")), len(await parent.heard())
    await parent.frame().get_by_role("button", name="Code", exact=False).last.click()
    higher = await parent.hears({"event": "resize"}, after=before)
    heights = [event["height"] for event in (await events(parent, "resize"))[count - 1 :]]
    assert heights == sorted(heights)
    assert 2 <= higher["height"] - size["height"] < 300


async def test_a_frame_grows_only_when_it_is_asked_to(opener: Opener) -> None:
    parent = await opener.open(*(code(f"line = {number}") for number in range(30)))
    assert await events(parent, "resize") == []
    assert (await parent.ask({"action": "resize", "on": True}))["status"] == "done"
    assert (await parent.hears({"event": "resize"}))["height"] > 700


async def test_a_theme_is_this_frames_own(opener: Opener) -> None:
    parent = await opener.open(code("1"), query="&theme=dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = await frame_of(parent).evaluate(ground)
    assert (await parent.ask({"action": "theme", "theme": "light"}))["status"] == "done"
    await frame_of(parent).wait_for_function(f"(dark) => {ground} !== dark", arg=dark)
    assert (await parent.ask({"action": "theme", "theme": "pink"}))["code"] == "bad_message"
    assert "theme=dark" in frame_of(parent).url


async def test_a_token_that_only_reads_edits_runs_and_saves_nothing(opener: Opener, hub: ServedHub) -> None:
    token = scoped_token(hub, opener.ada, project_id=opener.project, readonly=True)
    parent = await opener.open(code("only = 'seen'"), token=token)
    ready = await parent.ready()
    assert [action for action in ("run", "save", "export") if action in ready["actions"]] == ["export"]
    for action in ("run", "save"):
        assert (await parent.ask({"action": action}))["code"] == "readonly"
    await parent.frame().get_by_text("only = 'seen'").click()
    await parent.page.keyboard.type("no")
    await parent.page.keyboard.press("Control+Enter")
    assert (await parent.ask({"action": "export"}))["data"] == opener.ada.read(opener.project, opener.path)
    assert "only = 'seen'" in opener.ada.read(opener.project, opener.path)
    await expect(parent.frame().get_by_text("Read only").first).to_be_visible()
    assert await events(parent, "kernel") == []


async def test_a_long_cell_is_coloured_before_its_end_is_seen(opener: Opener) -> None:
    parent = await opener.open(code("import os\n" + "\n".join(f"number_{n} = {n}" for n in range(100))))
    await expect(parent.frame().locator(".tok-keyword").first).to_be_visible()
