"""`carrel demo` as a person tries it: the course page, the plain page, a plot on the screen."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.environments import ENVIRONMENT
from support.hubs import stop_sandboxes

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

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
    process: subprocess.Popen[str]
    course: str


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
    data = Path(re.search(r"API key +(\S+)", printed)[1]).parent  # type: ignore[index]  # it is printed
    yield Demo(process, re.search(r"Open this +(\S+)", printed)[1])  # type: ignore[index]  # so is this
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
