"""The message protocol with a real frame: every error text, who is answered at all, and in which order."""

import json
from typing import Any

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front, Page
from support.notebooks import code, notebook
from support.parents import CARREL, COURSE, SERVER, Parent, frame_tag, kiosk, open_parent, serve_parent
from support.people import Person

pytestmark = pytest.mark.anyio

NOBODYS = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
async def parent(visitor: Visitor, front: Front, token: str) -> Parent:
    """A page with a frame that is ready and has nothing open."""
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await parent.ready()
    return parent


WRONG: tuple[tuple[Any, str, str], ...] = (
    (None, 'There is no payload "data"', "bad_message"),
    ("open", 'The payload "data" must be an object', "bad_message"),
    (7, 'The payload "data" must be an object', "bad_message"),
    ({}, "Unknown action 'undefined'", "unknown_action"),
    ([], "Unknown action 'undefined'", "unknown_action"),
    ({"action": "fly"}, "Unknown action 'fly'", "unknown_action"),
    ({"action": "open"}, "invalid project_id='undefined'", "bad_project"),
    ({"action": "open", "project_id": "x", "path": 7}, "invalid project_id='x'", "bad_project"),
    ({"action": "open", "project_id": NOBODYS}, "invalid path, it must be a string", "bad_path"),
    ({"action": "open", "project_id": NOBODYS, "path": ""}, "path must be a file", "not_a_file"),
    ({"action": "open", "project_id": NOBODYS, "path": "a/"}, "path must be a file", "not_a_file"),
    ({"action": "open", "project_id": NOBODYS, "path": "../a"}, "path must be a file", "bad_path"),
    ({"action": "open", "project_id": NOBODYS, "path": "a"}, f"problem opening project {NOBODYS}", "forbidden"),
)


async def test_each_wrong_message_gets_its_text(parent: Parent) -> None:
    for number, (payload, mesg, reason) in enumerate(WRONG):
        before = len(await parent.heard())
        asked = isinstance(payload, dict)
        await parent.say(payload | {"id": number} if asked else payload)
        reply = await parent.hears({"status": "error"}, after=before)
        assert (payload, reply["mesg"], reply["code"]) == (payload, mesg, reason)
        assert reply.get("id") == (number if asked else None)
        if asked and payload.get("action") == "open":
            fields = {name: payload.get(name) for name in ("action", "project_id", "path")}
            assert {name: reply.get(name) for name in fields} == fields


async def test_nothing_at_all_is_no_payload(parent: Parent) -> None:
    await parent.page.evaluate("say(undefined, 0)")
    reply = await parent.hears({"status": "error"})
    assert (reply["mesg"], reply["code"]) == ('There is no payload "data"', "bad_message")


async def test_replies_and_events_of_others_are_not_answered(parent: Parent) -> None:
    for payload in ({"status": "done"}, {"event": "ready"}, {"status": "error", "mesg": "Unknown action 'undefined'"}):
        await parent.say(payload)
    await parent.ask({"action": "status"})
    assert [m["data"] for m in await parent.heard() if m["data"].get("status") == "error"] == []


async def test_fifty_messages_a_second_are_taken(parent: Parent) -> None:
    async with parent.page.expect_console_message(lambda message: "more than 50 messages" in message.text):
        await parent.page.evaluate("for (let n = 0; n < 80; n++) say({ action: 'status', id: `flood-${n}` }, 0)")
    await parent.page.wait_for_function(
        """() => { say({ action: "status", id: "later" }, 0); return heard.some(({ data }) => data.id === "later") }""",
        polling=50,
    )
    flood = [m["data"]["id"] for m in await parent.heard() if str(m["data"].get("id", "")).startswith("flood")]
    assert flood == [f"flood-{number}" for number in range(50)]


async def test_a_stopped_project_is_acknowledged_first_and_then_started(
    visitor: Visitor, front: Front, token: str, ada: Person, named: str
) -> None:
    project = ada.new_project(named)
    ada.write(project, "a.ipynb", notebook(code("1")))
    page = await visitor.new_page()
    steps: list[str] = []

    def hear(frame: str | bytes) -> None:
        message = json.loads(frame) if isinstance(frame, str) else {}
        if message.get("t") in ("accepted", "progress", "opened"):
            steps.append(message.get("state") or message["t"])

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    url = serve_parent(front, frame_tag(kiosk(token=token)))
    await page.goto(url)
    starting = Parent(page, url)
    await starting.ready()
    assert (await starting.open(project, "a.ipynb"))["status"] == "done"
    assert steps == ["accepted", "starting", "opening", "opened"]
    replies = [m["data"]["status"] for m in await starting.heard() if m["data"].get("action") == "open"]
    assert replies == ["ack", "done"]


async def test_a_missing_or_unsuitable_file_never_yields_done(parent: Parent, ada: Person, project: str) -> None:
    ada.shell(project, "mkdir -p a-directory && head -c 100 /dev/zero > zeros.bin && mkfifo -m 666 a-pipe || true")
    for path, reason in (
        ("missing.ipynb", "not_found"),
        ("a-directory", "not_a_file"),
        ("zeros.bin", "unsupported"),
        ("a-pipe", "not_a_file"),
    ):
        reply = await parent.open(project, path)
        assert (reply["status"], reply["code"], reply["path"]) == ("error", reason, path)
    assert [m["data"] for m in await parent.heard() if m["data"].get("status") == "done"] == []
    assert (await parent.ask({"action": "status"}))["open_files"] == {}


async def test_status_is_answered_before_anybody_is_signed_in(visitor: Visitor, front: Front) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk()))
    await parent.hears({"event": "auth-required"})
    status = await parent.ask({"action": "status"})
    assert (status["status"], status["ready"], status["auth"], status["open_files"]) == ("done", False, "required", {})
    assert status["connection"]["status"] != "connected"


async def test_interleaved_openings_are_acknowledged_in_order_and_the_last_asked_for_is_in_front(
    parent: Parent, ada: Person, named: str
) -> None:
    projects = [ada.new_project(f"{named} {number}") for number in range(2)]
    for project in projects:
        for number in range(5):
            ada.write(project, f"{number}.ipynb", notebook(code(f"note = 'number {number}'")))
    files = [(projects[number % 2], f"{number // 2}.ipynb") for number in range(10)]
    for number, (project, path) in enumerate(files):
        await parent.say({"action": "open", "project_id": project, "path": path, "id": f"open-{number}"})
    for number in range(10):
        await parent.hears({"id": f"open-{number}", "status": "done"}, wait_ms=60_000)
    replies = [m["data"] for m in await parent.heard() if str(m["data"].get("id", "")).startswith("open-")]
    acks = [reply["id"] for reply in replies if reply["status"] == "ack"]
    assert acks == [f"open-{number}" for number in range(10)]
    assert sorted(reply["id"] for reply in replies if reply["status"] == "done") == sorted(acks)
    status = await parent.ask({"action": "status"})
    assert {project: sorted(paths) for project, paths in status["open_files"].items()} == {
        project: [f"{number}.ipynb" for number in range(5)] for project in projects
    }
    await expect(parent.frame().get_by_text("number 4").locator("visible=true")).to_have_count(1)
    closed = await parent.ask({"action": "closeall"})
    assert (closed["status"], closed["mesg"]) == ("done", "all files are closed")
    await expect(parent.frame().locator('#carrel-embed-banner[data-state="ready"]')).to_be_visible()
    assert (await parent.ask({"action": "status"}))["open_files"] == {}


async def test_status_never_waits_and_what_comes_after_closing_does(
    parent: Parent, front: Front, ada: Person, project: str, named: str
) -> None:
    for name in ("a", "b"):
        ada.write(project, f"{named}-{name}.ipynb", notebook(code(f"{name} = 1")))
    assert (await parent.open(project, f"{named}-a.ipynb"))["status"] == "done"
    await parent.click_source("a = 1")
    front.stall()
    try:
        await parent.page.keyboard.type("2")
        await parent.say({"action": "closeall", "id": "close"})
        await parent.say({"action": "open", "project_id": project, "path": f"{named}-b.ipynb", "id": "later"})
        assert (await parent.ask({"action": "status"}))["open_files"] == {project: [f"{named}-a.ipynb"]}
        assert [m["data"] for m in await parent.heard() if m["data"].get("id") in ("close", "later")] == []
    finally:
        front.mend()
    await parent.hears({"id": "later", "status": "done"})
    ids = [m["data"].get("id") for m in await parent.heard()]
    assert ids.index("close") < ids.index("later")
    assert (await parent.ask({"action": "status"}))["open_files"] == {project: [f"{named}-b.ipynb"]}


async def test_closing_all_cancels_what_is_being_opened(parent: Parent, ada: Person, named: str) -> None:
    project = ada.new_project(named)
    ada.write(project, "a.ipynb", notebook(code("1")))
    await parent.say({"action": "open", "project_id": project, "path": "a.ipynb", "id": "open"})
    await parent.hears({"id": "open", "status": "ack"})
    closed = await parent.ask({"action": "closeall"})
    ended = await parent.hears({"id": "open"}, but={"status": "ack"})
    assert (closed["status"], ended["status"], ended["code"]) == ("done", "error", "cancelled")


async def test_a_page_that_is_not_allowed_is_neither_shown_nor_answered(
    visitor: Visitor, front: Front, token: str
) -> None:
    address = f"{SERVER}{kiosk(token=token)}"
    front.pages["stranger.example.test", "/"] = Page(
        f"""<!doctype html><title>stranger</title><script>window.heard = [];
        addEventListener("message", (event) => heard.push(event.data))</script>
        <iframe src="{address}"></iframe>""".encode()
    )
    visitor.expect_problem("frame-ancestors")
    visitor.expect_problem("target origin")
    page = await visitor.open("https://stranger.example.test/")
    await page.evaluate(f"frames[0].postMessage({{action: 'status'}}, '{SERVER}')")
    popup = await visitor.open(f"{SERVER}/app?fullscreen=kiosk&session=")
    await popup.evaluate("window.postMessage({action: 'status'}, '*')")
    await popup.evaluate("new Promise((done) => setTimeout(done))")
    assert await page.evaluate("heard") == []


async def test_a_sibling_of_the_frame_is_not_answered(visitor: Visitor, front: Front, token: str) -> None:
    front.pages[COURSE, "/sibling"] = Page(
        f"""<!doctype html><title>sibling</title><script>window.heard = [];
        addEventListener("message", (event) => heard.push(event.data));
        window.ask = () => parent.frames[0].postMessage({{action: "status"}}, "{SERVER}")</script>""".encode()
    )
    sibling = f'<iframe src="https://{COURSE}/sibling"></iframe>'
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)), sibling)
    await parent.ready()
    frame = next(frame for frame in parent.page.frames if frame.url.endswith("/sibling"))
    await frame.evaluate("ask()")
    assert (await parent.ask({"action": "status"}))["status"] == "done"  # asked later, so the first was dropped
    assert await frame.evaluate("heard") == []


async def test_neither_the_frame_itself_nor_a_stranger_with_its_window_is_answered(
    visitor: Visitor, front: Front, token: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await parent.ready()
    frame = next(frame for frame in parent.page.frames if CARREL in frame.url)
    await frame.evaluate(
        "window.heard = []; addEventListener('message', ({ data }) => heard.push(data)); postMessage({ action: 'x' })"
    )
    front.pages["stranger.example.test", "/opener"] = Page(
        f"""<!doctype html><title>stranger</title><script>window.heard = [];
        addEventListener("message", (event) => heard.push(event.data));
        window.ask = () => course.frames[0].postMessage({{action: "status"}}, "{SERVER}")</script>""".encode()
    )
    stranger = await visitor.open("https://stranger.example.test/opener")
    async with stranger.expect_popup() as popup:
        await stranger.evaluate(f"window.course = open('{parent.url}'); null")
    course = Parent(await popup.value, parent.url)
    await course.ready()
    await stranger.evaluate("ask()")
    for one in (parent, course):
        assert (await one.ask({"action": "status"}))["status"] == "done"  # asked later, so the others were dropped
    assert await stranger.evaluate("heard") == []
    assert [message for message in await frame.evaluate("heard") if "status" in message] == []
