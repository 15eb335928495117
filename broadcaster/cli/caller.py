"""The caller: what the global options say, and the desk that a command finds for them.

A controller that runs on the data directory is asked over its API, with the token that only the directory's owner
can read; else the command works on the database itself.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from broadcaster.cli import output
from broadcaster.desk.errors import Refused
from broadcaster.language import N_, _

if TYPE_CHECKING:
    from broadcaster.config import Settings
    from broadcaster.desk.county import CountyDesk
    from broadcaster.desk.door import Door


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

    def desk(self, report: Callable[[float], None] = lambda share: None) -> "CountyDesk":
        """The desk of the county, with the rights of who calls; long work tells `report` its share.

        Its door is opened by the first call through it: what was mistyped is said before a county begins.
        """
        from broadcaster.desk.county import CountyDesk
        from broadcaster.desk.late import LateDoor

        return CountyDesk(LateDoor(lambda: self._door(report)))

    def desk_for_a_screen(self) -> "CountyDesk":
        """The same desk for a screen that stands before it is answered: a database is opened by the first call, a
        controller is asked at once for what is shown first."""
        from broadcaster.desk.county import CountyDesk
        from broadcaster.desk.late import AskedDoor
        from broadcaster.desk.today import Today

        if self._found():
            return CountyDesk(AskedDoor(self._door(lambda share: None), Today.show))
        return self.desk()

    def _door(self, report: Callable[[float], None]) -> "Door":
        if where := self._found():
            from broadcaster.desk.remote import RemoteDoor

            return RemoteDoor(*where, act_as=self.who, report=report, found=self._found)
        return self._in_process(report)

    def _found(self) -> tuple[str, str] | None:
        """Where a controller answers, and with which token: the one that was named, or the one that runs on this county."""
        from broadcaster.api.running import find

        if self.controller:
            token = os.environ.get("BROADCASTER_TOKEN", "")
            if not token:
                message = N_(
                    "A controller elsewhere wants a token in BROADCASTER_TOKEN. There: broadcaster token issue USER NAME"
                )
                raise Refused(message)
            return self.controller, token
        running = find(self.county)
        return (running.url, running.token) if running else None

    def _in_process(self, report: Callable[[float], None]) -> "Door":
        from broadcaster.desk.house import OWNER, HouseDoor
        from broadcaster.house import CountyHouse

        settings = self.settings
        begins = not settings.database.url and not (self.county / "county.db").exists()
        house = CountyHouse(settings)
        if begins:
            print(_("A new county begins in {directory}.").format(directory=self.county), file=sys.stderr)
        house.report = report
        return HouseDoor(house, self.who or OWNER, clock=lambda: datetime.now(UTC))


def caller(context: typer.Context) -> Caller:
    """Who called this command."""
    return cast(Caller, context.find_root().obj)


def desk(context: typer.Context, report: Callable[[float], None] = lambda share: None) -> "CountyDesk":
    """The desk that this command finds; from now on times are the county's."""
    output.use_zone(caller(context).settings.zone)
    return caller(context).desk(report)
