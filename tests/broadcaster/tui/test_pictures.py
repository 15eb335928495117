"""The pictures of the manual show what the screens show."""

import pytest

from broadcaster import language
from tests.broadcaster.tui.pictures import DIRECTORY, WAYS, take, words


@pytest.mark.parametrize("tongue", language.LANGUAGES)
async def test_the_pictures_of_the_manual_show_what_the_screens_show(county, tmp_path, tongue):
    await take(county, tongue, tmp_path)
    stale = [
        name
        for name in (f"{screen}.{tongue}.svg" for screen in WAYS)
        if words(DIRECTORY / name) != words(tmp_path / name)
    ]
    assert not stale, "run `python -m tests.broadcaster.tui.pictures` and look at them"
