"""Post: letters that are due go out through their channels; what does not get through is tried again, for a day.

The attempt is written down before it is made and its success after, each in a transaction of its own: a letter is never lost,
and doubled only if the process dies in between; then it carries the same key, by which a receiver knows it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from broadcaster.storage.engine import snapshot, transaction
from broadcaster.storage.tables import ContactRow, LetterRow

log = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY, GIVES_UP = timedelta(seconds=30), timedelta(minutes=10), timedelta(days=1)
MOST_AT_ONCE = 10  # through one channel, before the others have their turn


class CannotSend(Exception):
    """It did not get through; the message says why. It is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a channel is given. `key` is the same for every attempt."""

    key: str
    name: str
    phone: str
    title: str
    text: str


Channel = Callable[[Letter], None]


def deliver(engine: Engine, channels: Mapping[str, Channel], now: datetime) -> int:
    """Sends what is due; how many got through."""
    due: dict[str, list[str]] = {}
    with snapshot(engine) as session:
        wanted = select(LetterRow.channel, LetterRow.key).where(col(LetterRow.next_at) <= now)
        for channel, key in session.exec(wanted.order_by(col(LetterRow.next_at), LetterRow.key)):
            due.setdefault(channel, []).append(key)
    return sum(_through(engine, channels, keys[:MOST_AT_ONCE], now) for keys in due.values())


def _through(engine: Engine, channels: Mapping[str, Channel], keys: Sequence[str], now: datetime) -> int:
    """Letters of one channel, until it does not take one: if it hangs, it holds up the others but once."""
    sent = takewhile(lambda key: _deliver(engine, channels, key, now), keys)
    return len(list(sent))


def _deliver(engine: Engine, channels: Mapping[str, Channel], key: str, now: datetime) -> bool:
    with transaction(engine) as session:
        row = session.get_one(LetterRow, key)
        row.attempts += 1
        row.next_at = _next(row, now)
        session.add(row)
        channel, letter = channels.get(row.channel), _letter(session, row)
    try:
        if channel is None:
            raise CannotSend(f"county.toml has no channel {row.channel}")
        channel(letter)
    except Exception as error:
        log.warning("a message did not get through", extra={"contact": row.contact, "why": str(error)})
        with transaction(engine) as session:
            failed = session.get_one(LetterRow, key)
            failed.last_error = str(error)[:500]
            session.add(failed)
        return False
    with transaction(engine) as session:
        done = session.get_one(LetterRow, key)
        done.sent_at, done.next_at, done.last_error = now, None, ""
        session.add(done)
    return True


def _next(row: LetterRow, now: datetime) -> datetime | None:
    """When it is tried again if this fails; None: it is too old to be news."""
    wait = min(FIRST_RETRY * (1 << min(row.attempts - 1, 8)), LONGEST_RETRY)
    return now + wait if now + wait <= row.made_at + GIVES_UP else None


def _letter(session: Session, row: LetterRow) -> Letter:
    contact = session.get(ContactRow, row.contact)
    return Letter(
        key=row.key,
        name=row.contact,
        phone=contact.phone if contact else "",
        title=row.title,
        text=row.text,
    )
