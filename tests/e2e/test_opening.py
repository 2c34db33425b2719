"""From a token to a notebook on the screen: the ways in, and what is left of the token afterwards."""

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front
from support.hubs import ServedHub
from support.notebooks import code, markdown, notebook
from support.parents import CARREL, Parent, auth_token, file_url, frame_tag, kiosk, open_parent, scoped_token
from support.people import Person

pytestmark = pytest.mark.anyio

LESSON = notebook(markdown("# Lesson\n\nThis is $x^2$."), code("print(6 * 7)"))


@pytest.fixture
def lesson(ada: Person, project: str, named: str) -> str:
    path = f"{named}.ipynb"
    ada.write(project, path, LESSON)
    return path


async def shows_lesson(parent: Parent, number: int = 0) -> None:
    frame = parent.frame(number)
    await expect(frame.get_by_role("heading", name="Lesson")).to_be_visible()
    await expect(frame.get_by_text("print(6 * 7)")).to_be_visible()


async def test_a_notebook_in_a_page_of_another_site_runs_and_shows_its_output(
    visitor: Visitor, front: Front, token: str, project: str, lesson: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk(file_url(project, lesson), token=token)))
    await shows_lesson(parent)
    ready = await parent.ready()
    assert (ready["protocol"], ready["project_id"], ready["path"]) == (1, project, lesson)
    ran = await parent.ask({"action": "run"}, wait_ms=60_000)
    assert (ran["status"], ran["ok"], ran["executed"], ran["failed"]) == ("done", True, 1, 0)
    await expect(parent.frame().locator(".outputs").get_by_text("42", exact=True)).to_be_visible()


async def test_a_token_in_the_query_opens_the_notebook(
    visitor: Visitor, front: Front, token: str, project: str, lesson: str
) -> None:
    address = kiosk(file_url(project, lesson), query=f"&auth_token={token}")
    parent = await open_parent(visitor, front, frame_tag(address))
    await shows_lesson(parent)


async def test_a_token_in_a_message_opens_the_notebook(
    visitor: Visitor, front: Front, token: str, project: str, lesson: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk(file_url(project, lesson))))
    assert (await parent.hears({"event": "auth-required"}))["reason"] == "missing"
    banner = parent.frame().locator("#carrel-embed-banner")
    await expect(banner).to_have_attribute("data-state", "auth-required")
    visitor.expect_problem("401")
    assert (await parent.ask({"action": "auth", "auth_token": "no" * 12}))["code"] == "auth"
    assert (await parent.ask({"action": "auth", "auth_token": token}))["status"] == "done"
    await shows_lesson(parent)


@pytest.mark.parametrize("where", ["query", "fragment", "message"])
async def test_after_loading_the_token_is_nowhere(
    visitor: Visitor, front: Front, hub: ServedHub, token: str, project: str, lesson: str, where: str
) -> None:
    front.seen.clear()
    plain = kiosk(file_url(project, lesson))
    suffix = {"query": f"&auth_token={token}", "fragment": f"#auth_token={token}", "message": ""}[where]
    parent = await open_parent(visitor, front, frame_tag(plain + suffix))
    if where == "message":
        await parent.hears({"event": "auth-required"})
        await parent.say({"action": "auth", "auth_token": token})
    await parent.ready()
    await shows_lesson(parent)
    document, *others = [seen for seen in front.seen if seen.host == CARREL]
    assert (token in document.target) == (where == "query")
    assert [seen for seen in others if token in f"{seen.target}{seen.headers}"] == []
    frame = next(frame for frame in parent.page.frames if CARREL in frame.url)
    stored = await frame.evaluate(
        """async () => {
          const read = (name) => { try { return JSON.stringify(window[name]); } catch { return ""; } };
          const databases = await indexedDB.databases().catch(() => []), kept = await caches.keys().catch(() => []);
          return [JSON.stringify([databases, kept, navigation.entries().map(({ url }) => url)]),
            location.href, document.referrer, document.cookie, read("localStorage"), read("sessionStorage"),
            JSON.stringify(history.state), document.documentElement.outerHTML,
            JSON.stringify(performance.getEntries().slice(1).map((entry) => entry.name))].join(" ");
        }"""
    )
    assert token not in stored
    assert token not in hub.log_file.read_text()


@pytest.mark.parametrize("start", ["file", "application"])
async def test_a_frame_takes_no_focus_and_scrolls_nothing(
    visitor: Visitor, front: Front, token: str, project: str, lesson: str, start: str
) -> None:
    path = file_url(project, lesson) if start == "file" else "/app"
    parent = await open_parent(visitor, front, frame_tag(kiosk(path, token=token)))
    await parent.page.evaluate("document.querySelector('input').focus(); window.scrollTo(0, 300)")
    await parent.ready()
    await parent.open(project, lesson, cell="cell-1")
    await shows_lesson(parent)
    assert (await parent.ask({"action": "run"}, wait_ms=60_000))["ok"]
    assert await parent.page.evaluate("[document.activeElement.tagName, window.scrollY]") == ["INPUT", 300]


async def test_a_single_use_token_for_one_file_opens_that_file_only(
    visitor: Visitor, front: Front, hub: ServedHub, ada: Person, project: str, lesson: str
) -> None:
    ada.write(project, "secret.txt", "not for everybody")
    token = scoped_token(hub, ada, project_id=project, paths=[lesson], allow=["run"])
    parent = await open_parent(visitor, front, frame_tag(kiosk(file_url(project, lesson), token=token)))
    assert "save" not in (await parent.ready())["actions"]
    await shows_lesson(parent)
    refused = await parent.open(project, "secret.txt")
    assert (refused["status"], refused["code"]) == ("error", "forbidden")


async def test_a_read_only_frame_shows_and_changes_nothing(
    visitor: Visitor, front: Front, token: str, ada: Person, project: str, lesson: str
) -> None:
    address = kiosk(file_url(project, lesson), token=token, query="&readonly=1")
    parent = await open_parent(visitor, front, frame_tag(address))
    await parent.ready()
    await shows_lesson(parent)
    assert (await parent.ask({"action": "run"}))["code"] == "readonly"
    await parent.frame().get_by_text("print(6 * 7)").click()
    await parent.page.keyboard.type("import os")
    assert (await parent.ask({"action": "status"}))["dirty"] == {}
    assert ada.read(project, lesson) == LESSON


async def test_what_a_person_types_and_runs_is_shown_and_saved(
    visitor: Visitor, front: Front, token: str, ada: Person, project: str, lesson: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk(file_url(project, lesson), token=token)))
    await parent.ready()
    await parent.click_source("print(6 * 7)")
    await parent.page.keyboard.press("ControlOrMeta+a")
    await parent.page.keyboard.type("print('a' + 'b')")
    await parent.page.keyboard.press("Control+Enter")
    await expect(parent.frame().locator(".outputs").get_by_text("ab", exact=True)).to_be_visible(timeout=60_000)
    saved = await parent.ask({"action": "save"})
    assert [file["path"] for file in saved["saved"]] == [lesson]
    assert "print('a' + 'b')" in ada.read(project, lesson)


async def test_two_frames_of_two_accounts_in_one_page_stay_apart(
    visitor: Visitor, front: Front, hub: ServedHub, token: str, ada: Person, eve: Person, project: str, lesson: str
) -> None:
    hers = eve.new_project("Eve's project")
    eve.write(hers, lesson, LESSON)
    parent = await open_parent(
        visitor, front, frame_tag(kiosk(token=token)), frame_tag(kiosk(token=auth_token(hub, eve)))
    )
    await parent.ready(0)
    await parent.ready(1)
    assert (await parent.open(project, lesson, 0))["status"] == "done"
    assert (await parent.open(hers, lesson, 1))["status"] == "done"
    assert (await parent.open(hers, lesson, 0))["code"] == "forbidden"
    assert (await parent.open(project, lesson, 1))["code"] == "forbidden"
    await shows_lesson(parent, 0)
    await shows_lesson(parent, 1)
