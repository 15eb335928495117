"""The fixed county, built once for all screens that only look at it; each test begins in English."""

import os
import shutil
from pathlib import Path

import pytest

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported

from broadcaster import language
from broadcaster.config import load
from broadcaster.house import CountyHouse
from tests.broadcaster.tui.county import build, desk


@pytest.fixture(autouse=True)
def _english():
    language.use("en")
    yield
    language.use("en")


@pytest.fixture(scope="package")
def house(tmp_path_factory) -> CountyHouse:
    """For tests that change nothing."""
    return build(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="package")
def built(tmp_path_factory) -> Path:
    """A county that nobody opens."""
    directory = tmp_path_factory.mktemp("built")
    build(directory).engine.dispose()
    return directory


@pytest.fixture
def own_house(built: Path, tmp_path: Path) -> CountyHouse:
    """For tests that change something: a copy."""
    return CountyHouse(load(shutil.copytree(built, tmp_path / "county"), environ={}))


@pytest.fixture
def county(house):
    return desk(house, "li")
