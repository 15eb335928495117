"""`python -m tests.broadcaster.tui.pictures`: the screenshots of the manual, from the fixed county."""

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from broadcaster import language
from tests.broadcaster.tui.county import build, desk
from tests.broadcaster.tui.seeing import app_on, opened, press

DIRECTORY = Path(__file__).parents[3] / "docs" / "screens"
WAYS = {
    "today": (),
    "notice": ("3", "down", "down", "enter"),
    "confirm": ("escape", "5", "enter"),
    "ticket": ("escape", "7", "down", "down", "enter"),
    "endpoint": ("escape", "4", "down", "enter", "down", "enter", "down", "down", "enter"),
}


async def take(into: Path) -> None:
    """Writes all of them, in Chinese, 100 columns wide."""
    language.use("zh_CN")
    with TemporaryDirectory() as directory:
        county = desk(build(Path(directory)), "li")
        async with opened(app_on(county), (100, 28)) as pilot:
            for name, keys in WAYS.items():
                await press(pilot, *keys)
                await asyncio.to_thread(
                    write, into / f"{name}.zh_CN.svg", pilot.app.export_screenshot(simplify=True)
                )


def write(path: Path, svg: str) -> None:
    """With ids that do not change from run to run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(r"terminal-\d+", "terminal", svg) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(take(DIRECTORY))
