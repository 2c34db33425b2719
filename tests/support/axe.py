"""What axe finds wrong with a page that somebody has to read or operate without sight or pointer."""

from pathlib import Path

from playwright.async_api import Frame, Page

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)"""


async def violations(place: Frame | Page) -> list[str]:
    await place.evaluate(_AXE.read_text())
    found: list[str] = await place.evaluate(_RUN)
    return found
