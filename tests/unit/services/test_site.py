"""Settings that admins change while the site runs: what another hub sees, and what the operator's own word beats."""

import pytest

from carrel.services.settings import IframeSettings, SiteSettings
from carrel.services.site import SettingRefused, Site
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


async def test_another_hub_looks_and_sees_what_was_changed(store: Store) -> None:
    here, there = (Site(store, SiteSettings(), IframeSettings()) for _ in range(2))
    await here.change({"name": "A new name", "comm_hosts": "lms.example.org", "open_signup": True})
    assert (here.name, here.iframe.comm_hosts, here.open_signup) == ("A new name", "lms.example.org", True)
    assert there.name == "Carrel"
    await there.refresh()
    assert there.values == here.values


async def test_what_the_operator_sets_is_locked_and_beats_what_admins_have_changed(store: Store) -> None:
    await Site(store, SiteSettings(), IframeSettings()).change({"name": "An admin's", "help_email": "a@example.org"})
    given = Site(store, SiteSettings(name="The operator's"), IframeSettings())
    await given.refresh()
    assert (given.name, given.help_email, given.locked) == ("The operator's", "a@example.org", frozenset({"name"}))
    with pytest.raises(SettingRefused, match="name is set by the server's operator"):
        await given.change({"help_email": "b@example.org", "name": "Mine"})
    assert given.help_email == "a@example.org"
