"""Homes are made for their projects' users and closed to all others."""

import os
from pathlib import Path

import pytest

from carrel.domain.ids import ProjectId, new_project_id
from carrel.kit.unix_users import current_user
from carrel.storage.homes import Home, Homes


def test_a_home_is_closed_to_others_and_its_parents_only_let_through(homes: Homes, home: Home) -> None:
    found = home.path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (home.user.uid, home.user.gid, 0o700)
    parents = [home.path.parent, home.path.parent.parent, homes.settings.dir]
    assert [parent.stat().st_mode & 0o777 for parent in parents] == [0o711] * 3
    assert home.path == homes.settings.dir / "homes" / home.project_id[:2] / home.project_id
    assert homes.state_dir(home.project_id).stat().st_mode & 0o777 == 0o700
    assert homes.state_dir(home.project_id).stat().st_uid == os.geteuid()


def test_each_project_has_its_own_user_if_the_hub_is_root_and_the_hubs_user_if_not(homes: Homes) -> None:
    if os.geteuid() == 0:
        assert homes.user_of(7).uid == homes.user_of(7).gid == 1_900_000_007
        assert homes.copier.uid == 1_899_999_999
    else:
        assert homes.user_of(7) == homes.copier == current_user()


def test_ensure_again_keeps_what_is_in_the_home(homes: Homes, home: Home) -> None:
    (home.path / "file").write_text("kept")
    assert homes.ensure(home.project_id, 1) == home
    assert (home.path / "file").read_text() == "kept"


def test_a_home_that_was_not_handed_over_before_a_crash_is_mended(homes: Homes) -> None:
    project_id = new_project_id()
    path = homes.home(project_id, 3).path
    path.mkdir(parents=True)
    home = homes.ensure(project_id, 3)
    assert (home.path.stat().st_uid, home.path.stat().st_mode & 0o777) == (home.user.uid, 0o700)


@pytest.mark.parametrize("text", ["", "..", "../../etc", "A" * 36, "a84c76e2-4fb6-4159-b527-93543a83d8ed/x"])
def test_what_is_not_a_project_id_has_no_home(homes: Homes, text: str) -> None:
    with pytest.raises(ValueError, match="project id"):
        homes.ensure(ProjectId(text), 1)


def test_a_relative_data_directory_gives_absolute_homes(
    homes: Homes, open_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(open_dir)
    relative = Homes(homes.settings.model_copy(update={"dir": Path("data")}))
    assert relative.ensure(new_project_id(), 2).path.is_relative_to(open_dir / "data")
