"""Day strips: one row a notice, its plays at their time of day with what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from broadcaster.language import _
from broadcaster.tui.marks import Mark
from broadcaster.tui.strip import Scale, scale_of, strip

_TITLE_CELLS = (16, 30)  # in a narrow and in a wide terminal
_WIDE = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class StripRow:
    """One notice: its plays as (when, what became of it)."""

    title: str
    plays: tuple[tuple[datetime, Mark], ...]


class DayStrips(ScrollView):
    """Hours above, then a row for each notice; a line marks now."""

    can_focus = True

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[StripRow, ...] = ()
        self._midnight: datetime | None = None
        self._now: datetime | None = None

    def show(self, rows: Sequence[StripRow], midnight: datetime, now: datetime | None) -> None:
        """These plays, on the day that begins at `midnight` on the county's wall."""
        self._rows, self._midnight, self._now = tuple(rows), midnight, now
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The hours stay on top; the rows scroll."""
        if self._midnight is None:
            return Strip.blank(self.size.width, self.rich_style)
        scale = self._scale(self._midnight)
        if y == 0:
            return self._line(self._hours(scale))
        number = y - 1 + self.scroll_offset.y
        return self._line(self._row(self._rows[number], scale) if number < len(self._rows) else Text())

    def _line(self, text: Text) -> Strip:
        base = self.rich_style
        segments = [
            Segment(segment.text, base + (segment.style or Style()))
            for segment in text.render(self.app.console)
            if segment.text
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _scale(self, midnight: datetime) -> Scale:
        cells = max(8, self.size.width - self._title_cells - 2)
        return scale_of([at for row in self._rows for at, _mark in row.plays], midnight, cells)

    @property
    def _title_cells(self) -> int:
        return _TITLE_CELLS[self.size.width >= _WIDE]

    def _hours(self, scale: Scale) -> Text:
        row = Text(" " * self._title_cells + " ", no_wrap=True)
        hours = Text(scale.hours(), "dim")
        cell = scale.cell(self._now) if self._now else None
        if cell is not None:
            hours.stylize("reverse", cell, cell + 1)
        return row + hours

    def _row(self, row: StripRow, scale: Scale) -> Text:
        text = Text(set_cell_size(row.title, self._title_cells) + " ", no_wrap=True)
        now = scale.cell(self._now) if self._now else None
        for cell, mark in enumerate(strip(scale, row.plays)):
            if mark is not None:
                text.append(mark.glyph, mark.style)
            else:
                text.append("|" if cell == now else " ", "dim")
        return text


def legend(marks: Sequence[Mark]) -> Text:
    """What the marks mean, in one row."""
    meanings = (Text.assemble((mark.glyph, mark.style), (f" {_(mark.meaning)}", "dim")) for mark in marks)
    return Text("  ", no_wrap=True).join(meanings)
