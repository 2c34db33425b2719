"""A frame's session outlives what pages do: reloads, Back, a frame taken out and put back, old bearers."""

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front, Page
from support.hubs import ServedHub
from support.notebooks import code, notebook
from support.parents import CARREL, COURSE, Parent, file_url, frame_tag, kiosk, open_parent, scoped_token
from support.people import Person

pytestmark = pytest.mark.anyio

SIGNING_IN = """<script>
  addEventListener("message", ({ data }) => {
    if (data?.event === "auth-required" && data.reason === "missing") say({ action: "auth", auth_token: "TOKEN" }, 0);
  });
</script>"""
"""What a page does that gives tokens by message."""


@pytest.fixture(params=["fragment", "query", "message"])
async def parent(
    request: pytest.FixtureRequest,
    visitor: Visitor,
    front: Front,
    token: str,
    ada: Person,
    project: str,
    named: str,
) -> Parent:
    """A page whose frame shows a notebook of this test, with the token in each of its places."""
    ada.write(project, f"{named}.ipynb", notebook(code(f"'{named}'")))
    file = file_url(project, f"{named}.ipynb")
    if request.param == "fragment":
        address = kiosk(file, token=token)
    else:
        address = kiosk(file, query=f"&auth_token={token}" if request.param == "query" else "")
    parent = await open_parent(visitor, front, frame_tag(address), SIGNING_IN.replace("TOKEN", token))
    await parent.ready()
    return parent


async def shows(parent: Parent, text: str) -> None:
    await expect(parent.frame().get_by_text(f"'{text}'", exact=True)).to_be_visible()


async def test_the_parent_is_loaded_again(parent: Parent, named: str) -> None:
    await parent.page.reload()
    await shows(parent, named)


async def test_the_parent_is_left_and_come_back_to(parent: Parent, front: Front, named: str) -> None:
    front.pages[COURSE, "/elsewhere"] = Page(b"<!doctype html><title>elsewhere</title>")
    await shows(parent, named)
    await parent.page.goto(f"https://{COURSE}/elsewhere")
    await parent.page.go_back()
    await shows(parent, named)


async def test_the_frame_is_loaded_again_although_its_token_was_good_once(
    visitor: Visitor, front: Front, hub: ServedHub, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.ipynb", notebook(code(f"'{named}'")))
    token = scoped_token(hub, ada, project_id=project)
    parent = await open_parent(visitor, front, frame_tag(kiosk(file_url(project, f"{named}.ipynb"), token=token)))
    await parent.ready()
    for _ in range(2):
        frame = next(frame for frame in parent.page.frames if CARREL in frame.url)
        count = len(await parent.heard())
        await frame.evaluate("location.reload(); null")
        await parent.hears({"event": "ready"}, after=count)
        await shows(parent, named)


async def test_the_frame_is_taken_out_and_put_back(parent: Parent, named: str) -> None:
    count = len(await parent.heard())
    await parent.page.evaluate(
        """() => { const frame = document.querySelector("iframe"), place = frame.parentNode, next = frame.nextSibling;
          frame.remove(); place.insertBefore(frame, next) }"""
    )
    await parent.hears({"event": "ready"}, after=count)
    await shows(parent, named)


async def test_a_revoked_token_ends_the_session_and_a_new_one_brings_it_back(
    visitor: Visitor, parent: Parent, hub: ServedHub, token: str, ada: Person, named: str
) -> None:
    await shows(parent, named)
    visitor.expect_problem("401")
    count = len(await parent.heard())
    hub.call("revoke_auth_token", auth_token=token)
    required = await parent.hears({"event": "auth-required"}, after=count, wait_ms=60_000)
    assert required["reason"] == "expired"
    new = str(hub.call("user_auth", account_id=ada.account_id, password="")["auth_token"])
    assert (await parent.ask({"action": "auth", "auth_token": new}))["status"] == "done"
    await shows(parent, named)
    assert (await parent.ask({"action": "run"}, wait_ms=60_000))["ok"]


async def test_frames_of_two_accounts_that_are_loaded_again_stay_apart(
    visitor: Visitor, front: Front, hub: ServedHub, ada: Person, eve: Person, project: str, named: str
) -> None:
    path, hers = f"{named}.ipynb", eve.new_project(named)
    ada.write(project, path, notebook(code("'of Ada'")))
    eve.write(hers, path, notebook(code("'of Eve'")))
    ways_in = [(project, scoped_token(hub, ada)), (hers, scoped_token(hub, eve))]
    tags = [frame_tag(kiosk(file_url(place, path), token=token)) for place, token in ways_in]
    parent = await open_parent(visitor, front, *tags)
    for number in range(2):
        await parent.ready(number)
    before = len(await parent.heard())
    for frame in [frame for frame in parent.page.frames if CARREL in frame.url]:
        await frame.evaluate("location.reload(); null")
    for number, text in enumerate(("'of Ada'", "'of Eve'")):
        await parent.hears({"event": "ready"}, frame=number, after=before)
        await expect(parent.frame(number).get_by_text(text, exact=True)).to_be_visible()
