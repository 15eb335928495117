"""A post with one looped letter."""

from pathlib import Path

import pytest

from tests.broadcaster.controller.post import Post
from tests.broadcaster.county import add_notice, sha256, sound


@pytest.fixture
def empty_post(tmp_path: Path) -> Post:
    return Post(tmp_path)


@pytest.fixture
def post(empty_post: Post) -> Post:
    empty_post.shelf[sha256("letter")] = sound("letter")
    return empty_post.change(lambda session: add_notice(session, "letter"))
