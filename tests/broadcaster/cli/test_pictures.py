"""Pictures on terminals of 40, 60 and 80 columns, in both languages: no row is broken."""

import pytest
from rich.cells import cell_len

from tests.broadcaster.cli.county import LOOP, County


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("columns", "day", "sound"), [(40, 24, 40), (60, 48, 60), (80, 72, 72)])
def test_pictures_are_as_wide_as_the_terminal_lets_them(
    county: County, monkeypatch: pytest.MonkeyPatch, columns: int, day: int, sound: int, language: str
) -> None:
    county.approved("节约用水", *LOOP)
    monkeypatch.setenv("COLUMNS", str(columns))
    plan = county.done("--language", language, "plan", "show", "石桥村", "tomorrow").splitlines()
    recording = county.done("--language", language, "recording", "show", "hum").splitlines()
    assert max(map(cell_len, plan + recording)) <= columns
    assert _braille(plan) == {day}
    assert _braille(recording) == {sound}


def _braille(lines: list[str]) -> set[int]:
    """How wide the rows are that hold nothing but braille."""
    return {len(line) for line in lines if line and all(0x2800 <= ord(cell) < 0x2900 for cell in line)}
