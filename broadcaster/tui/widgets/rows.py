"""Rows: a table of which one row is chosen, and that only changes what differs when it is shown again."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from broadcaster.language import N_


class Rows(DataTable[Text]):
    """Each row has a key; Enter chooses it (`DataTable.RowSelected`). Where a table is too wide its widest columns give way."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", N_("Open"))]

    def __init__(self, *columns: str, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, cursor_type="row")
        self._shown: dict[str, Sequence[Text]] = {}
        for heading in columns:
            self.add_column(heading, width=cell_len(heading))

    @property
    def chosen(self) -> str | None:
        """The key of the row under the cursor."""
        if not self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    def show(self, rows: Iterable[tuple[str, Sequence[Text]]]) -> None:
        """These rows. Where they are the same as before only the cells that differ change, and the cursor stays."""
        self._shown = dict(rows)
        self._fit()
        if list(self._shown) != [str(key.value) for key in self.rows]:
            self._lay_anew()
            return
        columns = list(self.columns)
        for key, cells in self._shown.items():
            for column, cell in zip(columns, cells, strict=True):
                if self.get_cell(key, column) != cell:
                    self.update_cell(key, column, cell, update_width=True)

    def on_resize(self) -> None:
        """There is more room, or less."""
        if self._fit():
            self._lay_anew()

    def _fit(self) -> bool:
        """Columns as wide as what stands in them, as far as there is room; whether that changed any.

        The table's own measure comes too late where much is asked at once.
        """
        columns, rows = self.ordered_columns, self._shown.values()
        before = [column.width for column in columns]
        wanted = [
            max([column.label.cell_len, *(cells[number].cell_len for cells in rows)])
            for number, column in enumerate(columns)
        ]
        room = self.size.width - self.styles.scrollbar_size_vertical - 2 * self.cell_padding * len(columns)
        widths = narrowed(wanted, room) if self.size.width else wanted
        for column, width in zip(columns, widths, strict=True):
            column.width = width
        for text in (*(column.label for column in columns), *chain.from_iterable(rows)):
            text.overflow = "ellipsis"
        return before != widths

    def _lay_anew(self) -> None:
        chosen, number = self.chosen, self.cursor_row
        self.clear()
        for key, cells in self._shown.items():
            self.add_row(*cells, key=key)
        keys = list(self._shown)
        number = keys.index(chosen) if chosen in self._shown else min(number, max(0, len(keys) - 1))
        self.move_cursor(row=number)


def narrowed(widths: Sequence[int], room: int) -> list[int]:
    """The widths where they fit into `room`; else the widest give way until all do, so that figures are never cut."""
    for most in range(max(widths), 1, -1):
        if sum(capped := [min(width, most) for width in widths]) <= room:
            return capped
    return [min(width, 1) for width in widths]
