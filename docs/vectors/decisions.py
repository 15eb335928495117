"""Vectors of what an endpoint decides by itself: what sounds next, and where owed plays go."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from schedules.agenda import Cue, agenda, in_turn
from schedules.interruption import Paused, Playable, Sounding, decide
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.slots import SlotId, Span

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAILY, EMERGENCY = BroadcastClass.DAILY, BroadcastClass.EMERGENCY
RESTART, RESUME, JOIN, DROP = InterruptionPolicy

Json = dict[str, object]


def precedence(key: str, klass: BroadcastClass, level: Level = Level.COUNTY, minute: int = 0) -> Precedence:
    """`minute`: when it was sent."""
    sent = NOW - timedelta(hours=1) + timedelta(minutes=minute)
    return Precedence(klass=klass, level=level, severity=Severity.UNKNOWN, sent=sent, id=key)


def playable(
    key: str,
    policy: InterruptionPolicy = RESTART,
    klass: BroadcastClass = DAILY,
    *,
    level: Level = Level.COUNTY,
    minute: int = 0,
    minutes_left: float | None = 60,
) -> Playable:
    """One minute long."""
    not_after = None if minutes_left is None else NOW + timedelta(minutes=minutes_left)
    return Playable(
        key=key,
        precedence=precedence(key, klass, level, minute),
        duration_ms=60_000,
        policy=policy,
        not_after=not_after,
    )


def sounding(item: Playable, heard_ms: int = 30_000) -> Sounding:
    """Since as long as it was heard."""
    return Sounding(item=item, heard_ms=heard_ms, started=NOW - timedelta(milliseconds=heard_ms))


def paused(item: Playable, heard_ms: int = 30_000) -> Paused:
    """Cut by something two minutes ago."""
    started = NOW - timedelta(minutes=2) - timedelta(milliseconds=heard_ms)
    return Paused(item=item, heard_ms=heard_ms, started=started)


FLOOD = playable("flood", RESUME, EMERGENCY, minutes_left=None)
NEWS = playable("news")


def interruptions() -> Json:
    """Situations and what is decided in them."""
    town = playable("town", level=Level.TOWN)
    live = replace(playable("news", JOIN), duration_ms=600_000)
    return {
        "counting_percent": 90,
        "now": NOW.isoformat(),
        "cases": [
            case("silence: the first in precedence starts", due=(playable("later", minute=1), NEWS)),
            case(
                "silence: what can no longer end in time does not start",
                due=(playable("late", minutes_left=0.5),),
            ),
            case("the county's notice interrupts the town's", sounding(town), due=(NEWS,)),
            case("the town's notice waits for the county's", sounding(NEWS), due=(town,)),
            case(
                "an equal waits, however early it was sent",
                sounding(playable("later", minute=1)),
                due=(NEWS,),
            ),
            *(
                case(
                    f"an emergency cuts what has the policy {policy}",
                    sounding(playable("news", policy)),
                    due=(FLOOD,),
                )
                for policy in (RESTART, RESUME, JOIN, DROP)
            ),
            case("what was heard enough counts and does not come back", sounding(NEWS, 54_000), due=(FLOOD,)),
            *(
                case(f"silence again: policy {policy}", waiting=(paused(playable("news", policy)),))
                for policy in (RESUME, JOIN)
            ),
            case("silence again: it begins anew", waiting=(Paused(item=NEWS),)),
            case(
                "an interrupted item goes before a new equal",
                waiting=(Paused(item=NEWS),),
                due=(playable("a"),),
            ),
            case(
                "an interrupted item that cannot end in time is given up",
                waiting=(paused(playable("news", RESUME, minutes_left=0.25)),),
            ),
            case("what is withdrawn stops at once", sounding(NEWS), withdrawn={"news"}),
            case("its time is over", sounding(playable("news", minutes_left=0)), due=(playable("a"),)),
            case("an alert takes breath: daily plays do not begin", due=(NEWS,), reserved=FLOOD.precedence),
            case("nothing to do"),
            case("silence again: a live source that still goes on is joined", waiting=(paused(live),)),
            case(
                "a live source is joined although its time ends before it does",
                waiting=(paused(replace(live, not_after=NOW + timedelta(minutes=1))),),
            ),
            case(
                "what waits and is withdrawn",
                waiting=(paused(playable("news", RESUME)),),
                withdrawn={"news"},
            ),
            case(
                "what waits to begin anew and is withdrawn: no record, and settled",
                waiting=(Paused(item=NEWS),),
                withdrawn={"news"},
            ),
            case("what was heard enough counts, even withdrawn", sounding(NEWS, 54_000), withdrawn={"news"}),
            case("its time is over, and nothing follows", sounding(playable("news", minutes_left=0))),
            case(
                "what was heard enough counts, even if its time is over",
                sounding(playable("news", minutes_left=0), 54_000),
            ),
            case(
                "an alert takes breath: an equal one begins",
                due=(playable("fire", RESUME, EMERGENCY, minute=1, minutes_left=None),),
                reserved=FLOOD.precedence,
            ),
        ],
    }


def case(
    what: str,
    now_sounds: Sounding | None = None,
    *,
    waiting: tuple[Paused, ...] = (),
    due: tuple[Playable, ...] = (),
    withdrawn: Iterable[str] = (),
    reserved: Precedence | None = None,
) -> Json:
    """One situation and its decision."""
    decision = decide(NOW, now_sounds, waiting, due, frozenset(withdrawn), reserved=reserved)
    situation = {
        "sounding": now_sounds,
        "paused": waiting,
        "due": due,
        "withdrawn": sorted(withdrawn),
        "reserved": reserved,
    }
    return {
        "what": what,
        "situation": msgspec.to_builtins(situation),
        "decision": msgspec.to_builtins(decision),
    }


def agendas() -> Json:
    """Cues and where they stand at a time."""
    spans = (Span(start=at(0), end=at(180)),)
    looped = [cue(f"loop-{n}", "letter", 30 * n, spans) for n in range(6)]
    owed = looped[1:4]
    halves = (Span(start=at(0), end=at(60)), Span(start=at(120), end=at(180)))
    divided = [cue(f"divided-{n}", "letter", n, halves) for n in (0, 15, 30, 45, 90)]
    long = [cue(f"long-{n}", "letter", 10 * n, (Span(start=at(0), end=at(50)),)) for n in range(5)]
    return {
        "cases": [
            agenda_case("nothing is late: every cue keeps its time", at(0), looped),
            agenda_case("hardly late: it starts at once", at(30, 59), looped[1:]),
            agenda_case("dark until minute 100: three are owed, and spread", at(100, 20), looped[1:]),
            agenda_case("more is owed than there is room for", at(31), long),
            agenda_case("the rest of the span is too short", at(179, 30), looped[5:]),
            agenda_case("a fixed time is never moved", at(33), [cue("fixed", "relay", 30, (), fixed=True)]),
            agenda_case(
                "two at one time: the second a minute late and regular, the third owed",
                at(0),
                [cue(f"at-once-{n}", f"letter-{n}", 30, spans) for n in range(3)],
            ),
            agenda_case(
                "two notices are owed: evenly, and evenly between one another",
                at(100, 20),
                [
                    cue(f"{notice}-{n}", notice, 20 * n, spans)
                    for notice in ("letter", "news")
                    for n in range(3)
                ],
            ),
            agenda_case("what is left of a span is joined with the next span", at(50, 30), divided[:4]),
            agenda_case(
                "a planned time that quiet hours took: made up, but not before it", at(0), [divided[-1]]
            ),
            agenda_case(
                "no whole minute is left to begin with: at once",
                at(178, 10),
                [cue("last", "letter", 30, (Span(start=at(0), end=at(179, 30)),))],
            ),
            agenda_case(
                "a play just ended: the gap is kept", at(100, 20), owed, last_ended={"letter": at(99)}
            ),
            agenda_case(
                "a play of another notice just ended: so is a minute",
                at(100, 20),
                owed,
                last_ended={"news": at(100, 15)},
            ),
            agenda_case(
                "the output is taken", at(100, 20), owed, busy=[Span(start=at(100), end=at(105, 30))]
            ),
            agenda_case(
                "promises are kept, a hair late too; the others are spread around them",
                at(100, 20),
                owed,
                last_ended={"letter": at(90, 10)},
                promised={owed[0].slot: at(100)},
            ),
        ]
    }


def at(minute: float, second: float = 0) -> datetime:
    """From the beginning of the sample."""
    return NOW + timedelta(minutes=minute, seconds=second)


def cue(name: str, notice: str, minute: int, spans: tuple[Span, ...], *, fixed: bool = False) -> Cue:
    """One minute long, with ten minutes between two of a notice."""
    earliest, latest = (spans[0].start, spans[-1].end) if spans else (at(minute), at(minute + 5))
    return Cue(
        slot=SlotId(hashlib.sha256(name.encode()).hexdigest()[:32]),
        order="o-1",
        notice=notice,
        version=1,
        recording=hashlib.sha256(notice.encode()).hexdigest(),
        duration_ms=60_000,
        earliest=earliest,
        planned=at(minute),
        latest=latest,
        gap_s=600,
        spans=spans,
        precedence=precedence(notice, DAILY),
        policy=RESTART,
        fixed=fixed,
    )


def agenda_case(
    what: str,
    now: datetime,
    cues: list[Cue],
    *,
    last_ended: Mapping[str, datetime] | None = None,
    busy: Iterable[Span] = (),
    promised: Mapping[SlotId, datetime] | None = None,
) -> Json:
    """One look at an agenda."""
    taken, ended, kept = tuple(busy), dict(last_ended or {}), dict(promised or {})
    found = agenda(now, in_turn(cues), last_ended=ended, busy=taken, promised=kept)
    return {
        "what": what,
        "now": now.isoformat(),
        "cues": msgspec.to_builtins(cues),
        "last_ended": msgspec.to_builtins(ended),
        "busy": msgspec.to_builtins(taken),
        "promised": msgspec.to_builtins(kept),
        "plays": [
            {"slot": p.cue.slot, "when": p.when.isoformat(), "made_up": p.made_up} for p in found.plays
        ],
        "too_late": [each.slot for each in found.too_late],
        "no_room": [each.slot for each in found.no_room],
    }
