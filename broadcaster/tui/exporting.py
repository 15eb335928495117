"""Exporting: the lines of the ledger as a file to take away."""

from collections.abc import Iterable

from broadcaster.desk.ledger import LedgerLine
from broadcaster.language import N_, _
from broadcaster.registry.lists import Format
from broadcaster.registry.sheets import Cell, to_csv, to_xlsx
from broadcaster.words import word

HEADINGS = (
    N_("Ordered"),
    N_("Heard"),
    N_("Made up"),
    N_("Missed"),
    N_("Partial"),
    N_("Unknown"),
    N_("Pending"),
)


def exported(lines: Iterable[LedgerLine], format: Format) -> bytes:
    """The lines in the language in use, with a heading."""
    first = (_("Day"), _("Notice"), _("Village"), _("Village code"))
    table: list[tuple[Cell, ...]] = [(*first, *(_(heading) for heading in HEADINGS), _("Reasons"))]
    table += [_line(line) for line in lines]
    return to_csv(table) if format is Format.CSV else to_xlsx(_("Ledger"), table)


def _line(line: LedgerLine) -> tuple[Cell, ...]:
    plays = line.plays
    reasons = ", ".join(f"{_reason(name)} {number}" for name, number in plays.missed_by_reason.items())
    return (
        line.day.isoformat(),
        line.title,
        line.name,
        line.village,
        plays.ordered,
        plays.counted,
        plays.made_up,
        plays.missed,
        plays.partial,
        plays.unknown,
        plays.pending,
        reasons,
    )


def _reason(name: str) -> str:
    said = word("MissedBecause", name)
    return said if said != name else word("AbsentBecause", name)
