"""What the frame shows is accessible, as far as axe can tell, in light and in dark."""

from pathlib import Path

import pytest
from playwright.async_api import Frame, expect
from support.browsers import Visitor
from support.fronts import Front
from support.notebooks import code, markdown, notebook
from support.parents import CARREL, Parent, frame_tag, kiosk, open_parent
from support.people import Person

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)"""
CONTENT = notebook(
    markdown(
        "# A title\n\nText with a [link](https://elsewhere.example.test/) and $x^2$.\n\n| a | b |\n|--|--|\n| 1 | 2 |"
    ),
    code("import sys\nprint('out'); print('err', file=sys.stderr)\n{'a': [1, 2]}"),
    code("1 / 0"),
)


async def violations(parent: Parent) -> list[str]:
    frame: Frame = next(frame for frame in parent.page.frames if CARREL in frame.url)
    await frame.evaluate(AXE.read_text())
    found: list[str] = await frame.evaluate(RUN)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_banner_card_and_notebook(
    visitor: Visitor, front: Front, token: str, ada: Person, project: str, named: str, theme: str
) -> None:
    ada.write(project, f"{named}.ipynb", CONTENT)
    parent = await open_parent(visitor, front, frame_tag(kiosk(query=f"&theme={theme}")))
    await parent.hears({"event": "auth-required"})
    assert await violations(parent) == []
    await parent.ask({"action": "auth", "auth_token": token})
    await parent.ready()
    assert await violations(parent) == []
    await parent.open(project, f"{named}.ipynb")
    await parent.ask({"action": "run"}, wait_ms=60_000)
    await expect(parent.frame().get_by_text("ZeroDivisionError").first).to_be_visible()
    assert await violations(parent) == []
