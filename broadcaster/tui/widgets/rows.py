"""Rows: a table of which one row is chosen, and that only changes what differs when it is shown again."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from broadcaster.language import N_


class Rows(DataTable[Text]):
    """Each row has a key; Enter chooses it (`DataTable.RowSelected`)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", N_("Open"))]

    def __init__(self, *columns: str, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, cursor_type="row")
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
        wanted = dict(rows)
        self._fit(wanted.values())
        if list(wanted) != [str(key.value) for key in self.rows]:
            self._lay_anew(wanted)
            return
        columns = list(self.columns)
        for key, cells in wanted.items():
            for column, cell in zip(columns, cells, strict=True):
                if self.get_cell(key, column) != cell:
                    self.update_cell(key, column, cell, update_width=True)

    def _fit(self, rows: Iterable[Sequence[Text]]) -> None:
        """Columns as wide as what stands in them; the table's own measure comes too late where much is asked at once."""
        for number, column in enumerate(self.ordered_columns):
            column.width = max([column.label.cell_len, *(cells[number].cell_len for cells in rows)])

    def _lay_anew(self, wanted: dict[str, Sequence[Text]]) -> None:
        chosen, number = self.chosen, self.cursor_row
        self.clear()
        for key, cells in wanted.items():
            self.add_row(*cells, key=key)
        keys = list(wanted)
        number = keys.index(chosen) if chosen in wanted else min(number, max(0, len(keys) - 1))
        self.move_cursor(row=number)
