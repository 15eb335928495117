"""Vectors of the clock: what an endpoint believes of documents, beacons and its system clock."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from devices.endpoint.clock import Clock, Instant

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Json = dict[str, object]
Step = tuple[float, str, timedelta | None, timedelta | None]
"""Seconds of the timer; what is heard then, and when it was issued; the system clock, None: not disciplined."""


def after(*, s: float = 0, minutes: float = 0, days: float = 0) -> timedelta:
    """An instant, counted from noon."""
    return timedelta(seconds=s, minutes=minutes, days=days)


def clocks() -> Json:
    """What is heard, one after the other, and what time it is after each."""
    return {
        "cases": [
            case(
                "a board without a clock: a floor that goes on with the timer, then beacons, the least delayed of them",
                (
                    (5, "document", after(), None),
                    (65, "", None, None),
                    (70, "beacon", after(minutes=5), None),
                    (100, "beacon", after(minutes=5, s=25), None),
                    (130, "beacon", after(minutes=6, s=0.25), None),
                    (1130, "", None, None),
                ),
            ),
            case(
                "beacons that come ever later: after eight the first is forgotten",
                ((30 * n, "beacon", after(s=29 * n), None) for n in range(9)),
            ),
            case(
                "a disciplined clock is believed, and its offset kept when it is disciplined no more",
                ((1, "", None, after(s=1)), (61, "", None, None), (91, "document", after(minutes=5), None)),
            ),
            case(
                "beacons contradict the system clock",
                (
                    (1, "", None, after(s=1)),
                    (31, "beacon", after(minutes=11, s=31), after(s=31)),
                    (61, "", None, after(minutes=2, s=61)),
                ),
            ),
            case(
                "a system clock too far before the newest document",
                ((1, "document", after(minutes=11), after(s=1)), (2, "", None, after(minutes=2, s=2))),
            ),
            case(
                "a system clock too far after the newest document",
                ((1, "document", after(), after(days=61)), (2, "", None, after(days=59))),
            ),
            case("a system clock that jumps", ((1, "", None, after(s=1)), (2, "", None, after(minutes=11)))),
        ]
    }


def case(what: str, steps: Iterable[Step]) -> Json:
    """One boot."""
    clock = Clock()
    return {"what": what, "steps": [step(clock, *each) for each in steps]}


def step(clock: Clock, at_s: float, kind: str, issued: timedelta | None, system: timedelta | None) -> Json:
    """What comes at one instant, and what is believed then."""
    if issued is not None:
        clock.verified(NOON + issued, at_s)
        if kind == "beacon":
            clock.beacon(NOON + issued, at_s)
    wall = NOON if system is None else NOON + system
    said = clock.observe(Instant(mono_s=at_s, wall=wall, synced=system is not None))
    return {
        "timer_s": at_s,
        "heard": None if issued is None else {kind: _iso(NOON + issued)},
        "system": None if system is None else _iso(wall),
        "quality": clock.quality,
        "time": _iso(clock.time(at_s)),
        "event": bool(said),
    }


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
