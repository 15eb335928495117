"""Command lines run in this process, on a county of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadcaster import language
from broadcaster.cli import app

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs one command line; (exit code, stdout, stderr)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app.main(["--county", str(tmp_path), *arguments])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    yield run
    language.use("en")
