"""On site: who was there, and what people there said, by the lines of tickets. Both bear on what a fault is taken for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from sqlmodel import Session, col, select

from broadcaster.repairs.circumstances import Answer
from broadcaster.storage.tables import TicketEntryRow, TicketRow
from broadcaster.tickets.states import TicketStep

KEPT = timedelta(days=7)
LATE = 50  # lines that may be stored after others with greater numbers
_STEPS = (TicketStep.ARRIVE, TicketStep.DONE, TicketStep.NOTE)


class Said(Struct, frozen=True, gc=False):
    """What somebody said of the root of a ticket."""

    root: str
    answer: Answer
    at: datetime


class OnSite:
    """Mutable: the newest visit and word of each root."""

    def __init__(self) -> None:
        self._visits: dict[str, datetime] = {}
        self._words: dict[str, Said] = {}
        self._read: frozenset[int] = frozenset()  # the newest lines

    def read(self, session: Session, now: datetime) -> tuple[Said, ...]:
        """What was said since it was last read."""
        return tuple(self._news(session, now))

    def visited(self, root: str, since: datetime) -> bool:
        """Whether somebody was there after `since`."""
        return root in self._visits and self._visits[root] >= since

    def said(self, root: str, since: datetime) -> Answer | None:
        """What was said of it last, after `since`."""
        word = self._words.get(root)
        return word.answer if word is not None and word.at >= since else None

    def _news(self, session: Session, now: datetime) -> Iterator[Said]:
        line, read = TicketEntryRow, self._read
        wanted = (
            select(line, TicketRow.root)
            .join(TicketRow, col(TicketRow.number) == line.ticket)
            .where(
                col(line.id) > max(read, default=0) - LATE, line.at > now - KEPT, col(line.step).in_(_STEPS)
            )
        )
        rows = {row.id or 0: (row, root) for row, root in session.exec(wanted.order_by(col(line.id)))}
        self._read = frozenset(sorted(rows)[-LATE:]) or read
        for row, root in (found for id_, found in rows.items() if id_ not in read):
            if row.step is not TicketStep.NOTE:
                self._visits[root] = row.at
            elif "answer" in row.facts:
                self._words[root] = word = Said(root, Answer(row.facts["answer"]), row.at)
                yield word
