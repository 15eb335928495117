"""Drafts: what is being written is kept on this machine's disk until the desk has it, so that no lost line loses it."""

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from broadcaster.tui.editing import Sheet


class Drafts:
    """One file a sheet in `directory`, readable by its owner alone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, name: str, sheet: "Sheet") -> None:
        """Writes a sheet down; a torn write leaves the one before."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(name)
        new = path.with_suffix(".new")
        new.write_text(sheet.to_json(), encoding="utf-8")
        new.replace(path)

    def kept(self, name: str) -> "Sheet | None":
        """What was kept, or None; a file that cannot be read is none."""
        from broadcaster.tui.editing import Sheet  # knows all of a notice; the first screen needs none of it

        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return Sheet.from_json(self._path(name).read_text(encoding="utf-8"))
        return None

    def forget(self, name: str) -> None:
        """The desk has it."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._directory / f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}.json"


def directory_for(county: str, who: str) -> Path:
    """Where one person's drafts for one county lie, by the XDG base directories."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "broadcaster" / re.sub(r"[^\w.-]", "_", f"{county}-{who}")
