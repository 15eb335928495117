"""The caller: what the global options say, and the desk that a command finds for them.

A controller that runs on the data directory is asked over its API, with the token that only the directory's owner
can read; else the command works on the database itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from broadcaster.config import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What was said before the command."""

    county: Path
    who: str | None
    controller: str | None
    options: Mapping[str, str]

    @property
    def settings(self) -> "Settings":
        """The settings of the county; Invalid where they have errors."""
        from broadcaster.config import load

        return load(self.county, options=self.options)


def caller(context: typer.Context) -> Caller:
    """Who called this command."""
    return cast(Caller, context.find_root().obj)
