"""The clock: documents are valid and plays are planned by it."""

import ctypes
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcaster.config import Settings
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # this program is younger
_TOLERANCE = timedelta(minutes=1)
_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
SET_IT = "sudo timedatectl set-ntp true"
_SET_IT = N_("Set the clock, and let it be kept right: sudo timedatectl set-ntp true")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """`newest`: the last change of a file in the data directory; `synchronised` None where the system does not tell."""

    now: datetime
    newest: datetime | None
    synchronised: bool | None


def measure(settings: Settings) -> ClockFacts:
    """This machine's clock."""
    changed = [path.stat().st_mtime for path in settings.directory.glob("*") if path.is_file()]
    newest = datetime.fromtimestamp(max(changed), UTC) if changed else None
    return ClockFacts(now=datetime.now(UTC), newest=newest, synchronised=_is_synchronised())


def judge(clock: ClockFacts) -> Finding:
    """Wrong by years, behind our own files, or not disciplined."""
    facts = {"now": clock.now.isoformat(timespec="seconds")}
    level, says, do = Level.OK, N_("The clock says {now} and is synchronised."), ""
    if clock.now < EARLIEST:
        level, says, do = Level.FAIL, N_("The clock says {now}, which cannot be."), _SET_IT
    elif clock.newest and clock.newest > clock.now + _TOLERANCE:
        facts["newest"] = clock.newest.isoformat(timespec="seconds")
        says = N_("The clock says {now}, but files of the county were written at {newest}: it was set back.")
        level, do = Level.FAIL, _SET_IT
    elif clock.synchronised is False:
        says = N_(
            "The clock says {now} and is not synchronised: it drifts, and horns will not start together."
        )
        level, do = Level.WARN, _SET_IT
    elif clock.synchronised is None:
        says = N_("The clock says {now}; the system does not tell whether it is synchronised.")
    return Finding(check="clock", level=level, says=says, do=do, facts=facts)


def _is_synchronised() -> bool | None:
    """What the kernel thinks. It fills the structure, of about 200 bytes; we want only the verdict."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(1024))
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != _UNSYNCHRONISED
