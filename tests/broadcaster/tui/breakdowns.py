"""What is broken in the fixed county: three tickets with their incidents, and the crew that goes."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from broadcaster.controller.telemetry import quarter_of
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.incidents import Incident, Stage, key_of
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import CrewRow, FlipRow, TelemetryRow
from broadcaster.tickets import following, orders, timers
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.following import Ground
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.parts import Skill
from broadcaster.tickets.ticket import Change, Ticket
from devices.reports import Reset
from devices.supervision import Sign, State

CREW = "青石抢修队"
TOWN, VILLAGE, FAR_VILLAGE = "341523100000", "341523100200", "341523101201"
MINUTES, HALF = timedelta(minutes=1), timedelta(seconds=30)
CLEAN = Statement(
    message="The voltage was normal ({volts} V) until it was gone.", facts={"volts": 231}, weight=0.7
)
REPEATS = Statement(
    message="On {days} of the last 14 days it happened at the same time of day.",
    facts={"days": 4},
    weight=0.5,
)
STORM = Statement(message="There was a storm.", weight=0.4)


def wall(at_s: float) -> datetime:
    """The supervision's clock is the wall's here."""
    return datetime.fromtimestamp(at_s, UTC)


def incident(cause: Cause, root: str, members: tuple[str, ...], began: datetime, *why: Statement) -> Incident:
    """An incident that is announced."""
    onset = began.timestamp()
    return Incident(
        key=key_of(cause, root, onset),
        cause=cause,
        root=root,
        onset=onset,
        detected=onset + 60,
        members=members,
        affected=members,
        confidence=0.93,
        evidence=why,
        stage=Stage.OPEN,
        announced=onset + 120,
    )


def store(session: Session, of: Incident, place: str, people: int, change: Change, now: datetime) -> Ticket:
    """The ticket of an incident, with its history."""
    saved = kept.save(session, change, timers.next_time(change.ticket, WorkingHours(), now))
    kept.put_incident(session, of, wall, place, people, saved.number)
    return saved


def save(session: Session, change: Change, now: datetime) -> Ticket:
    """A change that somebody or the device makes later."""
    return kept.save(session, change, timers.next_time(change.ticket, WorkingHours(), now))


def break_down(session: Session, now: datetime) -> None:
    """1: a crew is on site and has asked for help; 2: waits for the power company; 3: was opened just now."""
    session.add(CrewRow(name=CREW, place=TOWN, skills=[Skill.LIFT.value, Skill.ELECTRICIAN.value]))
    dark = incident(
        Cause.SITE_POWER_FAULT, "shiqiao-02", ("shiqiao-02",), now - 100 * MINUTES, CLEAN, REPEATS
    )
    one = _begun(session, dark, VILLAGE, 615, now - 95 * MINUTES)
    one = save(session, orders.assign(one, "sun", CREW, now - 80 * MINUTES), now)
    one = save(session, orders.accept(one, "sun", now - 75 * MINUTES), now)
    one = save(session, orders.arrive(one, "sun", now - 30 * MINUTES), now)
    save(session, orders.ask_help(one, "sun", now - 12 * MINUTES, "开关完好，电表有电，哪里还可能断？"), now)
    cut = incident(
        Cause.GRID_OUTAGE, "feeder:10 kV-3", ("baitang-01", "baitang-02"), now - 40 * MINUTES, STORM
    )
    two = _begun(session, cut, TOWN, 1540, now - 35 * MINUTES)
    waits = orders.wait(two, "li", WaitReason.POWER_COMPANY, now - 20 * MINUTES, "供电所已派人")
    save(session, waits, now)
    quiet = incident(Cause.AMPLIFIER, "dukou-01", ("dukou-01",), now - 9 * MINUTES, CLEAN)
    _begun(session, quiet, FAR_VILLAGE, 1105, now - 4 * MINUTES)
    flip(session, now)
    measure(session, now)


def measure(session: Session, now: datetime) -> None:
    """A day of telemetry of two endpoints; the mains of the second are gone since 100 minutes."""
    for number, endpoint in enumerate(("shiqiao-01", "shiqiao-02")):
        for quarter in range(96):
            at = now - quarter * 15 * MINUTES
            if number and at > now - 100 * MINUTES:
                continue
            session.add(
                TelemetryRow(
                    quarter=quarter_of(at),
                    endpoint=endpoint,
                    mains_v=231 - (quarter % 24) // 3,
                    battery=93,
                    temperature=10 + abs(48 - quarter) // 4,
                    signal=-71 - quarter % 5,
                    current_percent=98 if quarter % 8 == 2 else None,
                )
            )


def flip(session: Session, now: datetime) -> None:
    """The second endpoint gasped 100 minutes ago; the third had no power from half past six to seven."""
    S, T = State, Sign
    told = (
        ("shiqiao-02", S.OK, S.MAINS_LOST_HELD, T.GASPED, now - 100 * MINUTES, None),
        ("shiqiao-02", S.MAINS_LOST_HELD, S.MAINS_LOST, T.HOLD_ENDED, now - 100 * MINUTES + HALF, None),
        ("shiqiao-03", S.OK, S.MAINS_LOST_HELD, T.GASPED, now - 210 * MINUTES, None),
        ("shiqiao-03", S.MAINS_LOST_HELD, S.MAINS_LOST, T.HOLD_ENDED, now - 210 * MINUTES + HALF, None),
        ("shiqiao-03", S.MAINS_LOST, S.RETURNING, T.HEARD, now - 179 * MINUTES, 60),
    )
    for endpoint, before, after, sign, at, up_s in told:
        session.add(
            FlipRow(
                endpoint=endpoint,
                from_state=before,
                to_state=after,
                onset=at,
                detected=at,
                onset_s=at.timestamp(),
                detected_s=at.timestamp(),
                because=sign,
                up_s=up_s,
                reset=Reset.POWER_ON if up_s else "",
            )
        )


def _begun(session: Session, of: Incident, place: str, people: int, at: datetime) -> Ticket:
    ground = Ground(place=place, population=people, wall=wall)
    return store(session, of, place, people, following.begun(of, ground, at), at)
