"""Homes in a directory that project users can reach."""

from pathlib import Path

import pytest

from carrel.domain.ids import new_project_id
from carrel.storage.homes import Home, Homes
from carrel.storage.settings import DataSettings


@pytest.fixture
def data_settings(open_dir: Path) -> DataSettings:
    return DataSettings(dir=open_dir / "data", reserve_mb=0)


@pytest.fixture
def homes(data_settings: DataSettings) -> Homes:
    return Homes(data_settings)


@pytest.fixture
def home(homes: Homes) -> Home:
    return homes.ensure(new_project_id(), 1)
