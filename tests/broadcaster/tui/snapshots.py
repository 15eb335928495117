"""Snapshots: how each screen looks, as text. `SNAPSHOTS=write python3 -m tests tests/broadcaster/tui` writes them anew."""

import os
from pathlib import Path

DIRECTORY = Path(__file__).parent / "looks"


def check(name: str, text: str) -> None:
    """The screen looks as it did."""
    path = DIRECTORY / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text + "\n"
