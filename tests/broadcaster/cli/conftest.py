"""Command lines run in this process, on a county of the test's own."""

import contextlib
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from broadcaster import language
from broadcaster.cli import app

if TYPE_CHECKING:
    from tests.broadcaster.cli.county import County

Call = Callable[..., tuple[int, str, str]]


def call_in(directory: Path) -> Call:
    """What runs one command line on the county in `directory`; (exit code, stdout, stderr)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _stream in range(2))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            app.main(["--county", str(directory), *arguments])
        printed, complained = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
        return int(ended.value.code or 0), printed, complained

    return run


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Call]:
    """Runs one command line; (exit code, stdout, stderr)."""
    yield call_in(tmp_path)
    language.use("en")


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample county with people and a recording, made once and never changed."""
    from tests.broadcaster.cli.county import County

    directory = tmp_path_factory.mktemp("filled")
    County(call_in(directory)).fill(tmp_path_factory.mktemp("sounds"))
    return directory


@pytest.fixture
def county(call: Call, tmp_path: Path, _filled: Path) -> "County":
    """The sample county with people and a recording, of the test's own."""
    from tests.broadcaster.cli.county import County

    shutil.copytree(_filled, tmp_path, dirs_exist_ok=True)
    return County(call)
