"""The how-to's pages, copied as they stand: only names, ids and tokens are filled in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front, Page
from support.notebooks import code, notebook
from support.parents import COURSE, SERVER
from support.people import Person

import carrel

pytestmark = pytest.mark.anyio

HOWTO = Path(__file__).parents[2] / "docs" / "embedding-howto.md"
PACKAGE = Path(carrel.__file__).parent / "hub" / "pages" / "built" / "embed" / "carrel-embed.js"


PUBLISHED = """<!doctype html><title>published</title>
<iframe id="cocalc" width="900" height="500"
  src="https://cocalc.com/app?auth_token=......&fullscreen=kiosk&session="></iframe>
<script>
  function replies(mesg) { console.log(JSON.stringify(mesg.data)); }
  window.addEventListener("message", replies, false);
  function send(payload) {
    cocalc = document.getElementById("cocalc").contentWindow;
    cocalc.postMessage(payload, "https://cocalc.com");
  }
</script>"""
"""The page that the published notes of the message protocol describe, in their words."""


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", HOWTO.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture
def serve(front: Front, ada: Person, project: str, token: str) -> None:
    """What stands on the course's site beside the page; the notebook is there too."""
    ada.write(project, "lesson.ipynb", notebook(code("print(6 * 7)")))
    front.pages[COURSE, "/carrel-embed.js"] = Page(PACKAGE.read_bytes(), "text/javascript")
    front.pages[COURSE, "/token"] = Page(json.dumps({"auth_token": token}).encode(), "application/json")


def filled_in(text: str, project: str, token: str) -> str:
    """With what a reader knows instead of the dots."""
    text = text.replace("https://carrel.example.org", SERVER).replace("auth_token=...", f"auth_token={token}")
    return re.sub(r'(projectId|project_id): "\.\.\."', rf'\1: "{project}"', text)


@pytest.mark.usefixtures("serve")
async def test_the_page_with_the_package(visitor: Visitor, front: Front, project: str, token: str) -> None:
    html = filled_in(snippets("html")[0], project, token).replace(
        "</script>", "\n  window.result = { ok, failed };</script>"
    )
    front.pages[COURSE, "/with"] = Page(f"<!doctype html><title>with</title>{html}".encode())
    page = await visitor.open(f"https://{COURSE}/with")
    await page.wait_for_function("window.result", timeout=60_000)
    assert await page.evaluate("window.result") == {"ok": True, "failed": 0}
    frame = page.frame_locator("#notebook iframe")
    await expect(frame.locator(".outputs").get_by_text("42", exact=True)).to_be_visible()


@pytest.mark.usefixtures("serve")
async def test_the_page_without_it(visitor: Visitor, front: Front, project: str, token: str) -> None:
    html, script = snippets("html")[1], snippets("js")[0]
    listening, asking = script.rsplit("carrel.postMessage", 1)
    page_text = f"{html}<script>{listening}\nwindow.ask = () => carrel.postMessage{asking}</script>"
    front.pages[COURSE, "/without"] = Page(
        f"<!doctype html><title>without</title>{filled_in(page_text, project, token)}".encode()
    )
    page = await visitor.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"https://{COURSE}/without")
    await expect(page.frame_locator("#carrel").locator('#carrel-embed-banner[data-state="ready"]')).to_be_visible()
    async with page.expect_console_message(lambda message: "status: done" in message.text, timeout=60_000):
        await page.evaluate("window.ask()")
    replies = [text for text in said if "action: open" in text]
    assert ["ack" in text for text in replies] == [True, False]
    await expect(page.frame_locator("#carrel").get_by_text("print(6 * 7)")).to_be_visible()


async def test_a_page_written_from_the_published_notes_alone(
    visitor: Visitor, front: Front, ada: Person, project: str, token: str
) -> None:
    ada.write(project, "subdir1/notebook.ipynb", notebook(code("'published'")))
    html = PUBLISHED.replace("https://cocalc.com", SERVER).replace("......", token)
    front.pages[COURSE, "/published"] = Page(html.encode())
    page = await visitor.new_page()
    said: list[dict[str, Any]] = []
    page.on("console", lambda message: said.append(json.loads(message.text)) if message.type == "log" else None)
    await page.goto(f"https://{COURSE}/published")
    await expect(page.frame_locator("#cocalc").locator("#carrel-embed-banner")).to_contain_text("ready")

    async def send(payload: dict[str, str], end: str) -> list[dict[str, Any]]:
        """What came in reply, in order; events have no status."""
        said.clear()
        async with page.expect_console_message(lambda message: f'"status":"{end}"' in message.text, timeout=60_000):
            await page.evaluate("(payload) => send(payload)", payload)
        return [message for message in said if "status" in message]

    [reply] = await send({"action": "status"}, "done")
    assert (reply["connection"]["status"], reply["open_files"]) == ("connected", {})
    opening = {"action": "open", "project_id": project, "path": "subdir1/notebook.ipynb"}
    assert [reply["status"] for reply in await send(opening, "done")] == ["ack", "done"]
    await expect(page.frame_locator("#cocalc").get_by_text("'published'", exact=True)).to_be_visible()
    [reply] = await send({"action": "status"}, "done")
    assert reply["open_files"] == {project: ["subdir1/notebook.ipynb"]}
    [reply] = await send({"action": "closeall"}, "done")
    assert reply["mesg"] == "all files are closed"
    assert len(await send({"action": "fly"}, "error")) == 1
