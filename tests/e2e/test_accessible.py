"""What the frame shows is accessible, as far as axe can tell: in light and in dark, on wide screens and on phones."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect
from support import axe
from support.browsers import Visitor
from support.fronts import Front
from support.notebooks import code, markdown, notebook
from support.parents import CARREL, Opener, Parent, frame_tag, kiosk, open_parent
from support.people import Person

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PHONE = {"width": 390, "height": 800}
LONG = "x = '" + "long " * 60 + "'"
CONTENT = notebook(
    markdown(
        "# A title\n\nText with a [link](https://elsewhere.example.test/) and $x^2$.\n\n| a | b |\n|--|--|\n| 1 | 2 |"
    ),
    code("import sys\nprint('out'); print('err', file=sys.stderr)\n{'a': [1, 2]}"),
    code("1 / 0"),
    code(f"{LONG}\nfor number in range(200): print(number, x[:90])"),
    markdown(f"```python\n{LONG}\n```\n\n$$x = y \\rule{{200em}}{{1em}}$$"),
)


async def violations(parent: Parent) -> list[str]:
    return await axe.violations(next(frame for frame in parent.page.frames if CARREL in frame.url))


async def press(parent: Parent, *keys: str) -> None:
    for key in keys:
        await parent.page.keyboard.press(key)


SAID = {
    "en": ("Sign-in needed", "Interrupt the kernel", "Kernel: Python 3", "Shut the kernel down", "Saved"),
    "de": ("Anmeldung nötig", "Kernel unterbrechen", "Kernel: Python 3", "Kernel beenden", "Gespeichert"),
}
"""A card's title, a button of the bar, the menu of kernels and its last choice, and that all is in the file."""


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "de")])
async def test_banner_card_and_notebook(
    new_visitor: NewVisitor, front: Front, token: str, ada: Person, project: str, named: str, theme: str, language: str
) -> None:
    card, button, kernels, choice, saved = SAID[language]
    ada.write(project, f"{named}.ipynb", CONTENT)
    parent = await open_parent(await new_visitor(locale=language), front, frame_tag(kiosk(query=f"&theme={theme}")))
    frame = parent.frame()
    await parent.hears({"event": "auth-required"})
    await expect(frame.get_by_role("heading", name=card)).to_be_visible()
    assert await violations(parent) == []
    await parent.ask({"action": "auth", "auth_token": token})
    await parent.ready()
    assert await violations(parent) == []
    await parent.open(project, f"{named}.ipynb")
    await parent.ask({"action": "run"}, wait_ms=60_000)
    await expect(frame.get_by_text("ZeroDivisionError").first).to_be_visible()
    await expect(frame.get_by_role("button", name=button)).to_be_attached()
    await expect(frame.get_by_text(saved, exact=True)).to_be_visible()
    await frame.get_by_role("button", name=kernels).click()
    await expect(frame.get_by_role("menuitem", name=choice)).to_be_visible()
    await expect(frame.locator("html")).to_have_attribute("lang", language)
    assert await violations(parent) == []


@pytest.mark.parametrize(("theme", "viewport"), [("light", None), ("dark", PHONE)])
async def test_menus_dialogs_and_editing(
    new_visitor: NewVisitor, opener: Opener, theme: str, viewport: dict[str, int] | None
) -> None:
    opener.person.write(opener.project, opener.path, CONTENT)
    visitor = await (new_visitor(viewport=viewport) if viewport else new_visitor())
    parent = await opener.open(visitor, f"&theme={theme}")
    await expect(parent.frame().locator(".cell")).to_have_count(5)
    await parent.ask({"action": "run", "stop_on_error": False}, wait_ms=90_000)
    await press_and_check(parent, 1)
    for button in ("Run more", "Kernel:", "More for this cell"):
        await parent.frame().locator(".cell.is-active").focus()
        await parent.frame().get_by_role("button", name=button).click()
        await expect(parent.frame().get_by_role("menu").get_by_role("menuitem").first).to_be_visible()
        assert await violations(parent) == [], button
        await press(parent, "Escape")


async def press_and_check(parent: Parent, number: int) -> None:
    """Look at a cell in each of its states, and at what keys open."""
    cell = parent.frame().locator(".cell").nth(number)
    await cell.focus()
    states = {
        "Enter": cell.locator(".cm-focused"),
        "Escape": parent.frame().locator(".cell:focus"),
        "h": parent.frame().get_by_role("dialog"),
        "f": parent.frame().get_by_role("search"),
        "l": cell.locator("[data-lines]"),
        "Shift+H": cell.get_by_text("Input is folded"),
        "o": cell.get_by_text("output hidden").or_(cell.get_by_text("outputs hidden")),
        "Shift+ArrowDown": parent.frame().locator(".is-selected").nth(1),
    }
    for key, shown in states.items():
        await press(parent, key)
        await expect(shown).to_be_visible()
        assert await violations(parent) == [], key
        if key in ("h", "f"):
            await press(parent, "Escape")
            await expect(shown).to_be_hidden()
            await cell.focus()
    await press(parent, "0", "0")
    await expect(parent.frame().get_by_role("alertdialog")).to_be_visible()
    assert await violations(parent) == [], "restart"
    await press(parent, "Escape", "ArrowUp", "Shift+H", "o")
