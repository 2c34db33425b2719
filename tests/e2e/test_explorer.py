"""The explorer: files come and go by it as people are used to, whatever their names are and wherever a line is cut."""

import base64
import io
import os
from pathlib import Path
from zipfile import ZipFile

import anyio
import pytest
from playwright.async_api import FilePayload, Locator, Page, Route, expect
from support.browsers import Visitor
from support.hubs import ServedHub
from support.notebooks import code, notebook
from support.parents import SERVER
from support.people import Person
from support.site import signed_in

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => (await axe.run(document.querySelector("main"), { resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)"""
DROP = """([content, names]) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
  const fire = (type) => document.querySelector("main").dispatchEvent(
    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  fire("dragover");
  fire("drop");
}"""

CUT = """() => {
  globalThis.pieces = [];
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url) {
    pieces.push(url);
    open.call(this, method, url);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (pieces.length === 2) this.upload.addEventListener("progress", () => this.abort(), { once: true });
    send.call(this, body);
  };
}"""
"""The second piece is cut when some of it is on its way."""

HOLD = """() => {
  globalThis.pieces = [];
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url) {
    this.offset = Number(new URL(url, location).searchParams.get("offset"));
    pieces.push(this.offset);
    open.call(this, method, url);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.offset === 0) send.call(this, body);
  };
}"""
"""Only the first piece of a file is sent."""
REACHED = """async (offset) => {
  while (pieces.at(-1) !== offset) await new Promise(requestAnimationFrame);
}"""


async def explore(visitor: Visitor, person: Person, project: str, path: str = "") -> Page:
    page = await signed_in(visitor, person)
    await page.goto(f"{SERVER}/projects/{project}/files/{path}")
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


async def choose(page: Page, file: FilePayload | Path) -> None:
    await page.get_by_text("Upload", exact=True).click()
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Files", exact=True).click()
    await (await choosing.value).set_files(file)


def home_of(hub: ServedHub, project: str) -> Path:
    return hub.data_dir / "homes" / project[:2] / project


async def test_a_notebook_is_uploaded_opened_and_run(visitor: Visitor, ada: Person, named: str) -> None:
    project = ada.new_project(named)
    content = notebook(code("print(6 * 7)")).encode()
    visitor.expect_problem("409")
    page = await explore(visitor, ada, project)
    await expect(page.get_by_text("This folder is empty.")).to_be_visible()
    await choose(page, {"name": "chosen.ipynb", "mimeType": "application/json", "buffer": content})
    await expect(row(page, "chosen.ipynb")).to_be_visible()
    await page.evaluate(DROP, [base64.b64encode(content).decode(), ["dropped.ipynb", "chosen.ipynb"]])
    await expect(row(page, "dropped.ipynb")).to_be_visible()
    await page.get_by_role("button", name="Keep both").click()
    await expect(row(page, "chosen (2).ipynb")).to_be_visible()
    await page.get_by_role("link", name="dropped.ipynb").click()
    await expect(page.get_by_text("print(6 * 7)")).to_be_visible()
    await page.get_by_text("print(6 * 7)").click()
    await page.keyboard.press("Shift+Enter")
    await expect(page.get_by_text("42", exact=True)).to_be_visible()
    assert ada.read(project, "chosen (2).ipynb").encode() == content


async def test_hostile_names_do_no_harm_and_can_be_used(
    visitor: Visitor, hub: ServedHub, ada: Person, named: str
) -> None:
    project = ada.new_project(named)
    home = home_of(hub, project)
    ada.write(project, "first", "")
    shown = {
        b"new\nline": "new\\u000aline",
        b'"quo\'tes" & %41#?': '"quo\'tes" & %41#?',
        b"<img src=x onerror=document.title=1>": "<img src=x onerror=document.title=1>",
        b"x" * 255: "x" * 255,
        "\u202egpj.exe".encode(): "\\u202egpj.exe",
        b"\xff\xfe": "\\xff\\xfe",
    }
    owner = home.stat()
    for name in shown:
        path = home / os.fsdecode(name)
        path.write_text("text")
        os.chown(path, owner.st_uid, owner.st_gid)
    page = await explore(visitor, ada, project)
    for text in shown.values():
        await expect(row(page, text)).to_be_visible()
    for name in (b"new\nline", b"<img src=x onerror=document.title=1>", b"\xff\xfe"):
        text = shown[name]
        async with page.expect_download() as downloading:
            await row(page, text).locator(".explorer-tick").click()
            await page.get_by_role("link", name="Download").click()
        assert (await (await downloading.value).path()).read_text() == "text"
        await page.get_by_role("button", name="Delete", exact=True).click()
        await expect(row(page, text)).to_have_count(0)
        await page.get_by_role("button", name="Undo").last.click()
        await expect(row(page, text)).to_be_visible()
        assert (home / os.fsdecode(name)).read_text() == "text"
    assert await page.title() != "1"
    await page.evaluate(AXE.read_text())
    assert await page.evaluate(VIOLATIONS) == []


async def test_an_upload_that_is_cut_goes_on_by_itself(
    visitor: Visitor, hub: ServedHub, ada: Person, named: str, tmp_path: Path
) -> None:
    project, content = ada.new_project(named), os.urandom(40_000_000)
    (tmp_path / "big.bin").write_bytes(content)
    page = await explore(visitor, ada, project)
    await expect(page.get_by_text("This folder is empty.")).to_be_visible()
    visitor.expect_problem("409")
    await page.evaluate(CUT)
    await choose(page, tmp_path / "big.bin")
    await expect(row(page, "big.bin")).to_be_visible()
    assert (home_of(hub, project) / "big.bin").read_bytes() == content
    offsets = await page.evaluate("pieces.map((url) => Number(new URL(url, location).searchParams.get('offset')))")
    assert offsets[:2] == [0, 16_000_000]
    assert 16_000_000 <= offsets[2] < 40_000_000


async def test_folders_are_made_moved_zipped_and_deleted_by_keyboard(visitor: Visitor, ada: Person, named: str) -> None:
    project = ada.new_project(named)
    for path in ("a/one.txt", "b.txt", "c.txt"):
        ada.write(project, path, path)
    page = await explore(visitor, ada, project)
    await expect(row(page, "c.txt")).to_be_visible()
    grid = page.get_by_role("grid")
    await grid.focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown"):
        await page.keyboard.press(key)
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.get_by_role("button", name="Move", exact=True).click()
    await page.get_by_role("radio", name="a", exact=True).check()
    await page.get_by_role("button", name="Move here").click()
    await expect(row(page, "b.txt")).to_have_count(0)
    await row(page, "a").locator(".explorer-tick").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download").click()
    download = await downloading.value
    assert download.suggested_filename == "a.zip"
    with ZipFile(io.BytesIO((await download.path()).read_bytes())) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist() if not name.endswith("/")} == {
            "a/one.txt": "a/one.txt",
            "a/b.txt": "b.txt",
            "a/c.txt": "c.txt",
        }
    await grid.focus()
    await page.keyboard.press("F2")
    await page.get_by_role("textbox", name="Name", exact=True).fill("renamed")
    await page.keyboard.press("Enter")
    await expect(row(page, "renamed")).to_be_visible()
    await grid.focus()
    await page.keyboard.press("Delete")
    await expect(page.get_by_text("This folder is empty.")).to_be_visible()
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(row(page, "renamed")).to_be_visible()
    await page.evaluate("globalThis.isSameDocument = true")
    await row(page, "renamed").get_by_role("link").click()
    await expect(row(page, "one.txt")).to_be_visible()
    assert page.url.endswith(f"/projects/{project}/files/renamed/")
    assert await page.evaluate("globalThis.isSameDocument")


async def test_an_open_file_is_marked_followed_when_it_is_renamed_and_kept_when_it_is_deleted(
    visitor: Visitor, ada: Person, named: str
) -> None:
    project = ada.new_project(named)
    ada.write(project, "b.txt", "text")
    page = await explore(visitor, ada, project, "b.txt")
    await expect(page.get_by_text("text", exact=True)).to_be_visible()
    await to_files(page)
    await expect(row(page, "b.txt").get_by_text("open", exact=True)).to_be_visible()
    await row(page, "b.txt").locator(".explorer-tick").click()
    await page.get_by_role("button", name="Rename", exact=True).click()
    name = page.get_by_role("textbox", name="Name", exact=True)
    await name.fill("c.txt")
    await name.press("Enter")
    await expect(row(page, "c.txt")).to_be_visible()
    await page.locator(".tab a").click()
    await page.get_by_role("button", name="Open it there").click()
    await expect(page.get_by_role("region", name="c.txt", exact=True)).to_be_visible()
    await to_files(page)
    await row(page, "c.txt").locator(".explorer-tick").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(row(page, "c.txt")).to_have_count(0)
    await page.locator(".tab a").click()
    await expect(page.get_by_text("This file was deleted.")).to_be_visible()
    await page.get_by_text("text", exact=True).click()
    await page.keyboard.type("more ")
    await expect(page.get_by_text("Not in a file")).to_be_visible()
    await to_files(page)
    await expect(page.get_by_text("This folder is empty.")).to_be_visible()
    await page.locator(".tab a").click()
    await page.get_by_role("button", name="Save it anew").click()
    await expect(page.get_by_text("This file was deleted.")).to_have_count(0)
    assert "more " in ada.read(project, "c.txt")


async def to_files(page: Page) -> None:
    await page.get_by_role("navigation").get_by_role("link", name="Files", exact=True).click()


async def test_what_is_found_copied_published_deleted_and_put_back(
    visitor: Visitor, hub: ServedHub, ada: Person, named: str
) -> None:
    project, other = ada.new_project(named), ada.new_project(f"{named} target")
    ada.write(project, "notes/a.txt", "one\nthe Needle is here\n")
    ada.write(project, "b.txt", "b")
    page = await explore(visitor, ada, project)
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Search", exact=True).click()
    for where, text, found in (("names", "A.TXT", "notes/a.txt"), ("content", "needle", "notes/a.txt:2")):
        await dialog.get_by_role("combobox").select_option(where)
        await dialog.get_by_role("searchbox").fill(text)
        await dialog.get_by_role("searchbox").press("Enter")
        await expect(dialog.get_by_role("link", name=found, exact=True)).to_be_visible()
    await dialog.get_by_role("link", name=found, exact=True).press("Escape")  # in the field it would clear the text
    await expect(dialog).to_have_count(0)

    await row(page, "notes").locator(".explorer-tick").click()
    await row(page, "b.txt").locator(".explorer-tick").click()
    await more(page, "Copy to a project")
    await dialog.get_by_role("radio", name=f"{named} target").check()
    is_seen = anyio.Event()

    async def hold(route: Route) -> None:
        await is_seen.wait()
        await route.continue_()

    await page.route("**/copy-path-status", hold)
    await dialog.get_by_role("button", name="Copy", exact=True).click()
    await expect(dialog.get_by_role("progressbar")).to_be_visible()
    is_seen.set()
    await expect(dialog).to_have_count(0)
    assert (ada.read(other, "b.txt"), ada.read(other, "notes/a.txt")[:3]) == ("b", "one")

    await row(page, "notes").locator(".explorer-tick").click()
    await more(page, "Publish")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.locator(".explorer-public")).to_have_text("public")
    await dialog.get_by_role("button", name="Make private").click()
    await expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    await expect(page.locator(".explorer-public")).to_have_count(0)
    await page.keyboard.press("Escape")

    await page.get_by_role("grid").focus()
    await page.keyboard.press("Delete")
    await expect(row(page, "b.txt")).to_have_count(0)
    await more(page, "Trash")
    await dialog.get_by_role("button", name="Put back").click()
    await expect(dialog.get_by_text("The trash is empty.")).to_be_visible()
    await page.keyboard.press("Escape")
    await row(page, "b.txt").locator(".explorer-tick").click()
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.get_by_role("main").get_by_label("More", exact=True).click()
    await expect(page.get_by_role("button", name="Publish", exact=True)).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(row(page, "b.txt")).to_have_count(0)
    await more(page, "Trash")
    await dialog.get_by_role("button", name="Empty the trash").click()
    await dialog.get_by_role("button").last.click()
    await expect(dialog.get_by_text("The trash is empty.")).to_be_visible()
    assert not (home_of(hub, project) / ".carrel" / "trash").exists()


async def more(page: Page, name: str) -> None:
    await page.get_by_role("main").get_by_label("More", exact=True).click()
    await page.get_by_role("button", name=name, exact=True).click()


async def test_an_upload_goes_on_after_a_reload_or_is_cancelled(
    visitor: Visitor, hub: ServedHub, ada: Person, named: str, tmp_path: Path
) -> None:
    project, content = ada.new_project(named), os.urandom(20_000_000)
    file = tmp_path / "<b>big & 'quoted'.bin"
    file.write_bytes(content)
    page = await explore(visitor, ada, project)
    uploads = page.get_by_role("region", name="Uploads")
    for _ in range(2):
        await expect(page.get_by_text("This folder is empty.")).to_be_visible()
        await page.evaluate(HOLD)
        await choose(page, file)
        await page.evaluate(REACHED, 16_000_000)
        await page.reload()
    await expect(page.get_by_text("This folder is empty.")).to_be_visible()
    await page.evaluate(HOLD)
    await choose(page, file)
    await page.evaluate(REACHED, 16_000_000)
    assert await page.evaluate("pieces") == [16_000_000]
    await uploads.get_by_role("button", name="Cancel").click()
    await expect(uploads).to_have_count(0)
    await page.reload()
    await choose(page, file)
    await expect(row(page, file.name)).to_be_visible()
    assert (home_of(hub, project) / file.name).read_bytes() == content
    assert list((home_of(hub, project) / ".carrel" / "uploads").iterdir()) == []
