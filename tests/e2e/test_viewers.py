"""What is shown of files beside their text: previews, and viewers of those that have none."""

import re

import pytest
from playwright.async_api import Page, expect
from support.browsers import Visitor
from support.fronts import Front
from support.parents import file_url, frame_tag, kiosk, open_parent
from support.people import Person
from support.site import open_file, signed_in

pytestmark = pytest.mark.anyio

MAKE = r"""
import struct, sys, zlib
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
rows = zlib.compress((b"\0" + b"\x80\x20\x20" * 30) * 20)
head = struct.pack(">IIBBBBB", 30, 20, 8, 2, 0, 0, 0)
picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
pages = 12
parts = ["<</Type/Catalog/Pages 2 0 R>>"]
parts.append("<</Type/Pages/Count %d/Kids[%s]>>" % (pages, " ".join("%d 0 R" % (4 + 2 * n) for n in range(pages))))
parts.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
for n in range(pages):
    text = "BT /F1 40 Tf 72 700 Td (Sheet %d) Tj ET" % (n + 1)
    look = "/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
    parts.append("<</Type/Page/Parent 2 0 R%s/Contents %d 0 R>>" % (look, 5 + 2 * n))
    parts.append("<</Length %d>>stream\n%s\nendstream" % (len(text), text))
paper = b"%PDF-1.4\n%\xff\xff\n"
places = []
for n, part in enumerate(parts):
    places.append(len(paper))
    paper += ("%d 0 obj%s endobj\n" % (n + 1, part)).encode()
table = b"".join(b"%010d 00000 n \n" % place for place in places)
paper += b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
    len(parts) + 1, table, len(parts) + 1, len(paper))
for name, data in (("png", picture), ("pdf", paper), ("bin", bytes(range(256)) * 8)):
    open(sys.argv[1] + "." + name, "wb").write(data)
"""


@pytest.fixture
def made(ada: Person, project: str, named: str) -> str:
    """The name, without its extension, of an image, a PDF and a file of bytes."""
    made = ada.call("project_exec", project_id=project, command="python3", args=["-c", MAKE, named])
    assert made["exit_code"] == 0, made
    return named


async def test_images_and_pdf_are_shown_and_other_files_can_be_had(
    visitor: Visitor, ada: Person, project: str, made: str
) -> None:
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{made}.png")
    await expect(page.get_by_text(re.compile("^30 . 20 pixels$"))).to_be_visible()
    await open_file(page, project, f"{made}.pdf", "#page=9")
    await expect(page.get_by_text("Sheet 9", exact=True)).to_be_in_viewport()
    await expect(page.get_by_role("spinbutton", name="Page")).to_have_value("9")
    assert await page.locator(".pdf-page canvas").count() < 12
    await open_file(page, project, f"{made}.bin")
    await expect(page.get_by_text("application/octet-stream")).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").last.click()
    download = await downloading.value
    assert download.suggested_filename == f"{made}.bin"
    assert (await download.path()).read_bytes() == bytes(range(256)) * 8


async def test_a_kiosk_page_shows_the_image_of_its_address(
    visitor: Visitor, front: Front, token: str, project: str, made: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk(file_url(project, f"{made}.png"), token=token)))
    await expect(parent.frame().get_by_role("img", name=f"{made}.png")).to_be_visible()


async def show(page: Page, layout: str) -> None:
    await page.get_by_role("button", name=layout, exact=True).click()


async def test_the_preview_of_markdown_follows_what_is_typed(
    visitor: Visitor, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.md", "# Begun\n")
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{named}.md")
    await show(page, "Side by side")
    await expect(page.get_by_role("heading", name="Begun")).to_be_visible()
    await page.locator(".cm-content").click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("\nand **gone on**")
    await expect(page.locator(".preview strong")).to_have_text("gone on")
    await page.reload()
    await expect(page.locator(".preview strong")).to_have_text("gone on")


async def test_a_table_of_a_hundred_thousand_rows_is_scrolled_to_its_end(
    visitor: Visitor, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.csv", "id,name\n" + "".join(f'{row},"row, {row}"\n' for row in range(100_000)))
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{named}.csv")
    await show(page, "Preview")
    await expect(page.get_by_text("100,000 rows")).to_be_visible()
    table = page.get_by_role("table", name="Table")
    await expect(table.get_by_role("cell", name="row, 0", exact=True)).to_be_visible()
    await page.get_by_role("region", name="Table", exact=True).focus()
    await page.keyboard.press("End")
    await expect(table.get_by_role("cell", name="row, 99999", exact=True)).to_be_visible()
    assert await table.get_by_role("row").count() < 100
