"""The minutes of a day: twenty-four rows of sixty cells, so that a second glance is never needed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from broadcaster.desk.conditions import Stretch
from broadcaster.desk.minutes import Minute
from broadcaster.tui.marks import MINUTES

_HOUR_CELLS = 4


def minutes_of(stretches: Sequence[Stretch], midnight: datetime) -> list[Minute]:
    """Each minute of the day that begins at `midnight`; what sounded for part of a minute sounded in it."""
    row = [Minute.AHEAD] * 1440
    for stretch in sorted(stretches, key=lambda one: one.kind is Minute.SOUNDED):
        first = int((stretch.start - midnight) / timedelta(minutes=1))
        last = -int((midnight - stretch.end) // timedelta(minutes=1))  # rounded up
        for minute in range(max(0, first), min(1440, last)):
            row[minute] = stretch.kind
    return row


class DayMinutes(ScrollView):
    """Each hour a row; below, nothing: what the signs mean stands in the legend."""

    can_focus = True

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._minutes: list[Minute] = []
        self._hour: int | None = None  # the present one, when the day was first shown

    def show(self, stretches: Sequence[Stretch], midnight: datetime, now: datetime) -> None:
        """This day; the first time scrolled to the present hour."""
        self._minutes = minutes_of(stretches, midnight)
        self.virtual_size = Size(_HOUR_CELLS + 60, 25)
        if self._hour is None:
            self._hour = int((now - midnight) / timedelta(hours=1))
            self.call_after_refresh(self._to_present)
        self.refresh()

    def on_resize(self) -> None:
        """What stands above may have grown since: the present hour stays in the middle."""
        self.call_after_refresh(self._to_present)

    def _to_present(self) -> None:
        if self._hour is not None:
            self.scroll_to(y=max(0, self._hour - self.size.height // 2), animate=False)

    def render_line(self, y: int) -> Strip:
        """The tens of minutes on top, then the hours."""
        base = self.rich_style
        if y == 0:
            ruler = " " * _HOUR_CELLS + "".join(f"{tens:<10}" for tens in range(0, 60, 10))
            return Strip([Segment(ruler, base + Style(dim=True))]).adjust_cell_length(self.size.width, base)
        hour = y - 1 + self.scroll_offset.y
        if hour > 23 or not self._minutes:
            return Strip.blank(self.size.width, base)
        segments = [Segment(f"{hour:02d}  ", base + Style(dim=True))]
        for minute in self._minutes[hour * 60 : hour * 60 + 60]:
            mark = MINUTES[minute]
            segments.append(Segment(mark.glyph, base + Style.parse(mark.style)))
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base)
