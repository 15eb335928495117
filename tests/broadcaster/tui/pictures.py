"""`python -m tests.broadcaster.tui.pictures`: the screenshots of the manual, from the fixed county."""

import asyncio
import re
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.cells import cell_len

from broadcaster import language
from broadcaster.desk.county import CountyDesk
from tests.broadcaster.tui.county import build, desk
from tests.broadcaster.tui.seeing import app_on, opened, press

DIRECTORY = Path(__file__).parents[3] / "docs" / "screens"
_TEXT = re.compile(r'(<text[^>]*textLength=")([\d.]+)("[^>]*>)([^<]+)</text>')
WAYS = {
    "today": (),
    "notice": ("3", "down", "down", "enter"),
    "confirm": ("escape", "5", "enter"),
    "ticket": ("escape", "7", "down", "down", "enter"),
    "endpoint": ("escape", "4", "down", "enter", "down", "enter", "down", "down", "enter"),
}


async def take(county: CountyDesk, tongue: str, into: Path) -> None:
    """Writes all of them in one language, 100 columns wide."""
    language.use(tongue)
    async with opened(app_on(county), (100, 28)) as pilot:
        for name, keys in WAYS.items():
            await press(pilot, *keys)
            svg = pilot.app.export_screenshot(title="broadcaster 村村响", simplify=True)
            await asyncio.to_thread(write, into / f"{name}.{tongue}.svg", svg)


def write(path: Path, svg: str) -> None:
    """With ids that do not change from run to run, and Chinese as wide as its cells: it is drawn for letters of one cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        _TEXT.sub(_as_wide_as_its_cells, re.sub(r"terminal-\d+", "terminal", svg)) + "\n", encoding="utf-8"
    )


def _as_wide_as_its_cells(found: re.Match[str]) -> str:
    start, length, middle, text = found.groups()
    said = unescape(text)
    return f"{start}{float(length) / len(said) * cell_len(said):g}{middle}{text}</text>"


def words(path: Path) -> str:
    """What stands in a picture; how it is drawn is the drawing library's affair, and where the cursor blinks is chance."""
    return "".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        county = desk(build(Path(directory)), "li")
        for tongue in language.LANGUAGES:
            asyncio.run(take(county, tongue, DIRECTORY))
