"""The site itself in a browser: somebody who has signed in."""

from playwright.async_api import Page, expect

from support.browsers import Visitor
from support.parents import SERVER, file_url
from support.people import PASSWORD, Person


async def signed_in(visitor: Visitor, person: Person) -> Page:
    """The list of the person's projects."""
    page = await visitor.open(f"{SERVER}/auth/sign-in")
    await page.get_by_label("E-mail").fill(person.email_address)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{SERVER}/projects")
    return page


async def open_file(page: Page, project_id: str, path: str, rest: str = "") -> None:
    """Load the page of a file, with the rest of its address; it is in front."""
    await page.goto(f"{SERVER}{file_url(project_id, path)}{rest}")
    await expect(page.get_by_role("region", name=path, exact=True)).to_be_visible()
