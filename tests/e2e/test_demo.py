"""`carrel demo` as a person tries it: the course page, the plain page, a plot on the screen."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.async_api import Page, expect
from support.browsers import Visitor
from support.environments import ENVIRONMENT
from support.hubs import stop_sandboxes
from support.notebooks import code, notebook
from support.snippets import PythonPrompt, snippets_of

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

HOW_TO = Path(__file__).parents[2] / "docs/api-howto.md"
PLOT = """async (image) => {
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height), found = {};
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b] = data.slice(at, at + 3);
    const name = b > r + 60 && b > 120 ? "blue" : r > b + 100 ? "orange" : g > r + 60 ? "green" : "other";
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}"""


@dataclass
class Demo:
    """A demo that runs, and what it has printed."""

    process: subprocess.Popen[str]
    printed: str

    @property
    def course(self) -> str:
        return self.told(r"Open this +(\S+)")

    @property
    def site(self) -> str:
        return self.told(r"Carrel is at +(\S+)")

    def told(self, pattern: str) -> str:
        found = re.search(pattern, self.printed)
        assert found is not None, self.printed
        return found[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo on free ports; Ctrl-C must end it well."""
    command = [sys.executable, "-m", "carrel", "demo", "--port", "0"]
    environment = os.environ | {"CARREL_RUNNER_ENVIRONMENT": str(ENVIRONMENT)}
    log = tmp_path_factory.mktemp("demo") / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    assert process.stdout is not None
    printed = ""
    while "Ctrl-C" not in printed:
        line = process.stdout.readline()
        assert line, log.read_text()
        printed += line
    demo = Demo(process, printed)
    data = Path(demo.told(r"API key +(\S+)")).parent
    yield demo
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0, log.read_text()
    process.stdout.close()
    assert not data.exists()
    stop_sandboxes(data)


async def test_the_course_page_opens_runs_and_shows_a_plot(visitor: Visitor, demo: Demo) -> None:
    page = await visitor.open(demo.course)
    await expect(page.locator("#state")).to_have_text("ready")
    frame = page.frame_locator("#frame iframe")
    await expect(frame.locator('#carrel-embed-banner[data-state="ready"]')).to_be_visible()
    await page.get_by_role("button", name="Open the notebook").click()
    await expect(frame.get_by_role("heading", name="Waves that meet")).to_be_visible()
    await page.get_by_role("button", name="Run all cells").click()
    plot = frame.locator(".outputs img").first
    await expect(plot).to_be_visible(timeout=60_000)
    found = await plot.evaluate(PLOT)
    assert min(found.get(name, 0) for name in ("blue", "orange", "green")) > 500, found
    await expect(frame.get_by_text("one tone that swells").first).to_be_visible(timeout=60_000)
    await expect(page.locator("#log [data-direction=in]", has_text='"executed"')).to_be_visible(timeout=60_000)
    assert "sk-" not in await page.content()


async def test_the_course_page_saves_exports_and_closes(visitor: Visitor, demo: Demo) -> None:
    page = await visitor.open(demo.course)
    await page.get_by_role("button", name="Open the notebook").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#saved")).to_have_text("saved")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download as Python").click()
    assert "def beat(" in (await (await download.value).path()).read_text()
    await page.get_by_role("button", name="Close all").click()
    await expect(page.locator("#file")).to_have_text("nothing open")
    await expect(page.locator("#saved")).to_be_hidden()


async def test_the_plain_page_needs_no_more_than_the_published_contract(visitor: Visitor, demo: Demo) -> None:
    page = await visitor.open(f"{demo.course}/plain.html")
    frame = page.frame_locator("#cocalc")
    await expect(frame.locator('#carrel-embed-banner[data-state="ready"]')).to_be_visible()
    replies = page.locator("#replies")
    await page.get_by_role("button", name="status").click()
    await expect(replies).to_contain_text('"connected"')
    await page.get_by_role("button", name="open").click()
    await expect(replies).to_contain_text(re.compile('"action":"open".*"status":"done"'))
    assert (await replies.inner_text()).count('"status":"ack"') == 1
    await expect(frame.get_by_role("heading", name="Waves that meet")).to_be_visible()
    await page.get_by_role("button", name="closeall").click()
    await expect(replies).to_contain_text("all files are closed")


async def test_a_newcomer_makes_a_key_runs_a_notebook_and_works_with_somebody_else(
    new_visitor: NewVisitor, demo: Demo
) -> None:
    page = await sign_in(await new_visitor(), demo, "admin@example.com")
    key = await make_key(page, demo)
    projects = {
        "src_project_id": demo.told(r"template project +(\S+)"),
        "target_project_id": demo.told(r"student project +(\S+)"),
    }
    copying = snippets_of(HOW_TO)[1]
    reply = PythonPrompt({"r": requests, "key": key}).run(copying.filled_in(demo.site, projects))
    assert reply["event"] == "copy_path_between_projects_response"

    await page.goto(f"{demo.site}/projects/{projects['src_project_id']}/files/")
    await page.get_by_text("Upload", exact=True).click()
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Files", exact=True).click()
    content = notebook(code("print(6 * 7)")).encode()
    await (await choosing.value).set_files({"name": "mine.ipynb", "mimeType": "application/json", "buffer": content})
    await page.get_by_role("link", name="mine.ipynb").click()
    await page.get_by_text("print(6 * 7)").click()
    await page.keyboard.press("Shift+Enter")
    await expect(page.get_by_text("42", exact=True)).to_be_visible(timeout=60_000)

    await page.get_by_role("link", name="Files", exact=True).click()
    await page.get_by_text("New", exact=True).click()
    await page.get_by_role("button", name="Terminal").click()
    await expect(page.locator(".xterm-rows")).to_contain_text("$", timeout=60_000)
    await page.locator(".terminal-host").click()
    await page.keyboard.type("ls *.ipynb | sed s/mine/''there/\n")
    await expect(page.locator(".xterm-rows")).to_contain_text("there.ipynb", timeout=60_000)

    await page.get_by_role("link", name="Settings", exact=True).click()
    await page.get_by_label("Add somebody").fill("sam@example.com")
    await page.get_by_role("button", name=re.compile("^Add Sam")).click()
    await expect(page.locator(".toast").filter(has_text="was added")).to_be_visible()
    other = await sign_in(await new_visitor(), demo, "sam@example.com")
    await page.get_by_role("link", name="Files", exact=True).click()
    await page.get_by_text("New", exact=True).click()
    await page.get_by_role("button", name="Text file").click()
    await page.wait_for_url("**/*.txt")
    await other.goto(page.url)
    for each, text in ((page, "one of us"), (other, "and another")):
        await each.locator(".cm-content").click()
        await each.keyboard.type(text)
    for each in (page, other):
        await expect(each.locator(".cm-content")).to_contain_text("one of us")
        await expect(each.locator(".cm-content")).to_contain_text("and another")
        await expect(each.get_by_role("list", name="Also here").get_by_role("listitem")).to_have_count(1)


async def sign_in(visitor: Visitor, demo: Demo, email: str) -> Page:
    page = await visitor.open(f"{demo.site}/auth/sign-in")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(demo.told(r"password (\S+?)\)"))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{demo.site}/projects")
    return page


async def make_key(page: Page, demo: Demo) -> str:
    await page.goto(f"{demo.site}/settings/api-keys")
    await page.get_by_role("button", name="New key").first.click()
    await page.get_by_label("Name").fill("My course")
    await page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Your new key")
    key = re.search(r"sk-\w+", await dialog.inner_text())
    await dialog.get_by_role("button", name="Done").click()
    assert key is not None
    return key[0]
