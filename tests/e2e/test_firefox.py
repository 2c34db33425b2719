"""A notebook in a page of another site, in Firefox, which is refused third-party cookies and storage."""

from collections.abc import AsyncIterator

import pytest
from support.firefox import Firefox, Tab, running_firefox
from support.fronts import Front
from support.notebooks import code, notebook
from support.parents import frame_tag, kiosk, serve_parent
from support.people import Person

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

HEARD = "heard.map(({ data }) => data).find((data) => Object.entries(args[0]).every(([k, v]) => data[k] === v))"


@pytest.fixture(scope="module")
async def firefox(front: Front) -> AsyncIterator[Firefox]:
    async with running_firefox(front) as firefox:
        yield firefox
        assert firefox.problems == []


async def ask(page: Tab, message: dict[str, object]) -> None:
    await page.evaluate("say(args[0], 0)", message)


async def test_a_notebook_is_opened_run_edited_saved_and_closed(
    firefox: Firefox, front: Front, ada: Person, project: str, token: str, named: str
) -> None:
    path = f"{named}.ipynb"
    ada.write(project, path, notebook(code("print(6 * 7)")))
    page = await firefox.open(serve_parent(front, frame_tag(kiosk(token=token))))
    await page.wait_for(HEARD, {"event": "ready"})
    frame = await page.frame()
    assert await frame.evaluate("document.querySelector('#carrel-embed-banner').dataset.state") == "ready"
    await ask(page, {"action": "open", "project_id": project, "path": path, "id": "open"})
    await page.wait_for(HEARD, {"id": "open", "status": "ack"})
    await page.wait_for(HEARD, {"id": "open", "status": "done"})
    await ask(page, {"action": "run", "id": "run"})
    assert (await page.wait_for(HEARD, {"id": "run", "status": "done"}))["ok"]
    await frame.wait_for("document.querySelector('.outputs')?.innerText.includes('42')")
    await frame.click(".source")
    await frame.wait_for("document.activeElement.matches('.cm-content')")
    await frame.press("Control", "a")
    await frame.type("print('fire' + 'fox')")
    await frame.press("Control", "Enter")
    await frame.wait_for("document.querySelector('.outputs')?.innerText.includes('firefox')")
    await ask(page, {"action": "closeall", "id": "close"})
    assert (await page.wait_for(HEARD, {"id": "close"}))["mesg"] == "all files are closed"
    assert "print('fire' + 'fox')" in ada.read(project, path)
    await frame.wait_for("document.querySelector('#carrel-embed-banner[data-state=ready]')")
