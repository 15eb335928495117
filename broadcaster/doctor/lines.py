"""Serial lines: the ports of this computer are there, and may be used."""

import getpass
import os
from dataclasses import dataclass

from broadcaster.config import Settings
from broadcaster.doctor.database import is_missing
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePort:
    """The port of a line at this computer, no URL."""

    line: str
    port: str
    is_there: bool
    is_allowed: bool  # to read and write it


def measure(settings: Settings) -> tuple[LinePort, ...]:
    """Of the station's own hub; a missing database has no lines."""
    from sqlalchemy import inspect, make_url

    from broadcaster.storage.engine import connect

    if is_missing(make_url(settings.database_url)):
        return ()
    with connect(settings.database_url).connect() as connection:
        if not inspect(connection).has_table("line"):
            return ()
        wanted = "SELECT name, port, hub FROM line ORDER BY name"
        rows = connection.exec_driver_sql(wanted).all()
    here = ((name, port) for name, port, hub in rows if hub == settings.lines.hub and "://" not in port)
    return tuple(_port(name, port) for name, port in here)


def _port(line: str, port: str) -> LinePort:
    return LinePort(
        line=line,
        port=port,
        is_there=os.path.exists(port),
        is_allowed=os.access(port, os.R_OK | os.W_OK),
    )


def judge(lines: tuple[LinePort, ...]) -> Finding:
    """All there, or the first that is not."""
    bad = next((line for line in lines if not (line.is_there and line.is_allowed)), None)
    if bad is None:
        says = N_("The ports of all serial lines of this computer are there: {count}.")
        says = says if lines else N_("No serial line is at this computer.")
        return Finding(check="lines", level=Level.OK, says=says, facts={"count": len(lines)})
    facts = {"line": bad.line, "port": bad.port, "user": getpass.getuser()}
    level, says = Level.WARN, N_("{port} of the serial line {line} is not there.")
    do = N_("Plug its adapter in, or correct the line: broadcaster line set {line} --port …")
    if bad.is_there:
        level, says = Level.FAIL, N_("{port} of the serial line {line} may not be used by {user}.")
        do = N_("Let the controller's user use serial ports: sudo usermod -aG dialout {user}")
    return Finding(check="lines", level=level, says=says, do=do, facts=facts)
