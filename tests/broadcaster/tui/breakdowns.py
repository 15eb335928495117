"""What is broken in the fixed county: three tickets with their incidents, and the crew that goes."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.incidents import Incident, Stage, key_of
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import CrewRow
from broadcaster.tickets import following, orders, timers
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.following import Ground
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.parts import Skill
from broadcaster.tickets.ticket import Change, Ticket

CREW = "青石抢修队"
TOWN, VILLAGE, FAR_VILLAGE = "341523100000", "341523100200", "341523101201"
MINUTES = timedelta(minutes=1)
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


def _begun(session: Session, of: Incident, place: str, people: int, at: datetime) -> Ticket:
    ground = Ground(place=place, population=people, wall=wall)
    return store(session, of, place, people, following.begun(of, ground, at), at)
