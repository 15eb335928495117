"""Times on the wire: whole milliseconds of Unix time, UTC inside."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(when: datetime) -> int:
    """Milliseconds of an aware time, cut, not rounded."""
    return (when - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The time, aware UTC. ValueError outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise ValueError(f"{milliseconds} ms is outside the calendar") from None
