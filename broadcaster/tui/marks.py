"""Marks: one glyph and one colour for each thing that a screen tells apart. No meaning is in the colour alone.

All glyphs are one cell wide in every terminal, also where East Asian ambiguous characters take two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from broadcaster.desk.minutes import Minute
from broadcaster.desk.today import EndpointCounts
from broadcaster.language import N_
from devices.presence import Presence
from schedules.outcomes import HEARD, PENDING, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What stands for a thing on the screen; `meaning` is the English message id of its word in legends."""

    glyph: str
    style: str
    meaning: str


HEARD_ALL = Mark(glyph="✓", style="green", meaning=N_("heard"))
MADE_UP = Mark(glyph="↺", style="cyan", meaning=N_("made up"))
SOME = Mark(glyph="◒", style="yellow", meaning=N_("heard by some"))
NONE = Mark(glyph="✗", style="bold red", meaning=N_("not heard"))
UNKNOWN = Mark(glyph="?", style="bold magenta", meaning=N_("not known"))
SOUNDING = Mark(glyph="▸", style="bold black on bright_green", meaning=N_("sounds now"))
PLANNED = Mark(glyph="◌", style="blue", meaning=N_("planned"))
OWED = Mark(glyph="!", style="bold yellow", meaning=N_("overdue"))
WITHDRAWN = Mark(glyph="-", style="dim", meaning=N_("withdrawn"))
PLAY_MARKS = (HEARD_ALL, MADE_UP, SOME, NONE, UNKNOWN, SOUNDING, PLANNED, WITHDRAWN)

WELL = Mark(glyph="✓", style="green", meaning=N_("connected"))
FETCHING = Mark(glyph="◔", style="cyan", meaning=N_("fetching audio"))
SILENT = Mark(glyph="✗", style="bold red", meaning=N_("not connected"))
PARTLY = Mark(glyph="◒", style="yellow", meaning=N_("some not connected"))
NEVER = Mark(glyph="◌", style="dim", meaning=N_("never heard of"))
NOBODY = Mark(glyph="∅", style="bold red", meaning=N_("no endpoint"))
AREA_MARKS = (WELL, SOUNDING, FETCHING, PARTLY, SILENT, NEVER, NOBODY)

MINUTES: Mapping[Minute, Mark] = {
    Minute.SOUNDED: Mark(glyph="#", style="black on green", meaning=N_("sounded")),
    Minute.SILENT: Mark(glyph=".", style="dim", meaning=N_("nothing sounded")),
    Minute.DARK: Mark(glyph="X", style="white on red", meaning=N_("no power")),
    Minute.UNKNOWN: Mark(glyph="?", style="magenta", meaning=N_("not known")),
    Minute.AHEAD: Mark(glyph=" ", style="", meaning=N_("still to come")),
}


def of_play(outcomes: Mapping[Outcome, int]) -> Mark:
    """The mark of a play by where its endpoints stand; what sounds now outweighs all else."""
    there = {outcome for outcome, endpoints in outcomes.items() if endpoints}
    if Outcome.SOUNDING in there:
        return SOUNDING
    for only, mark in ((PENDING, PLANNED), ({Outcome.WITHDRAWN}, WITHDRAWN), ({Outcome.UNKNOWN}, UNKNOWN)):
        if there <= only:
            return mark
    if there <= HEARD | {Outcome.WITHDRAWN}:
        return MADE_UP if Outcome.MADE_UP in there else HEARD_ALL
    return SOME if there & HEARD else PLANNED if there & PENDING else NONE


def of_endpoints(endpoints: EndpointCounts) -> Mark:
    """The mark of an area by the endpoints in it."""
    if not endpoints.known:
        return NOBODY
    if endpoints.never == endpoints.known:
        return NEVER
    if not endpoints.connected:
        return SILENT
    if endpoints.connected < endpoints.known:
        return PARTLY
    return SOUNDING if endpoints.sounding else FETCHING if endpoints.fetching else WELL


def of_endpoint(presence: Presence | None, sounding: str | None, missing: int | None) -> Mark:
    """The mark of one endpoint."""
    if presence is None:
        return NEVER
    if presence is not Presence.ONLINE:
        return SILENT
    return SOUNDING if sounding else FETCHING if missing else WELL
