"""What is public, on both databases."""

from pathlib import Path

import pytest
from support.queries import Bench, account
from support.rows import add_account, add_project

from carrel.domain.ids import new_project_id
from carrel.services.public_paths import PublicPaths
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Homes
from carrel.storage.settings import DataSettings
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


def public_paths(store: Store) -> PublicPaths:
    """Only the database is asked here; what is on the disk is read in the tests of the API."""
    settings = DataSettings(dir=Path("/nowhere"))
    return PublicPaths(store, Homes(settings), ProjectFiles(settings))


PUBLISHED = {"pub": {}, "doc/a.md": {}, "off": {"disabled": True}, "members": {"authenticated": True}}


@pytest.mark.parametrize(
    ("path", "is_public"),
    [
        ("pub", True),
        ("pub/", True),
        ("pub/deep/down.txt", True),
        ("./pub//x", True),
        ("doc/a.md", True),
        ("doc/a.md/x", True),
        ("doc", False),
        ("doc/a.mdx", False),
        ("public", False),
        ("", False),
        ("off", False),
        ("off/x", False),
        ("members/x", False),
        ("pub/../secret", False),
        ("pub/..", False),
        ("..", False),
        ("/pub", False),
        ("pub/\x00", False),
        ("pub/" + "x/" * 3000, False),
        ("pub/" + "x/" * 2000, True),
    ],
)
async def test_a_path_is_public_below_an_enabled_public_path(store: Store, path: str, is_public: bool) -> None:
    ada = await add_account(store)
    project_id = await add_project(store, owner=ada)
    bench = Bench.on(store)
    for name, values in PUBLISHED.items():
        await bench.run(account(ada), {"public_paths": {"project_id": project_id, "path": name, **values}})
    paths = public_paths(store)
    assert await paths.is_public(project_id, path) is is_public
    assert await paths.is_public(project_id, "members/x", signed_in=True)
    assert not await paths.is_public(new_project_id(), "pub")
    assert not await paths.is_public("no uuid \x00", "pub")
    assert await paths.list_paths(project_id) == ["doc/a.md", "pub"]
    assert await paths.list_paths(project_id, signed_in=True) == ["doc/a.md", "members", "pub"]


async def test_the_empty_path_publishes_the_whole_home(store: Store) -> None:
    ada = await add_account(store)
    project_id = await add_project(store, owner=ada)
    await Bench.on(store).run(account(ada), {"public_paths": {"project_id": project_id, "path": ""}})
    assert await public_paths(store).is_public(project_id, "any/thing")
    assert await public_paths(store).is_public(project_id, "")
