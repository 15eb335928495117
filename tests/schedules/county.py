"""A small county for the tests of planning: two towns, four villages, six horns; and orders to plan there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.ground import PlaceRules
from schedules.places import Level, Place, covers, endpoint_place
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.request import PlanRequest
from schedules.rules import DaySelection, Item, LoopRule, Order, Window
from schedules.slots import DayPlan, Slot

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 10, 12)  # a Monday without holidays around it
COUNTY = Place("341523000000")
HILLS, RIVER = Place("341523100000"), Place("341523200000")  # towns
LIJIA, WANGZHUANG = Place("341523100200"), Place("341523100201")  # villages in the hills
FERRY, MILL = Place("341523200200"), Place("341523200201")  # villages at the river
VILLAGES = (LIJIA, WANGZHUANG, FERRY, MILL)
HORNS = tuple(endpoint_place(village, "horn-01") for village in VILLAGES)
SCHOOL = endpoint_place(LIJIA, "school")
SHOP = endpoint_place(MILL, "shop")
PLACES: dict[Place, PlaceRules] = {
    place: PlaceRules() for place in (COUNTY, HILLS, RIVER, *VILLAGES, *HORNS, SCHOOL, SHOP)
}
EVE = datetime(2026, 10, 11, 4, tzinfo=UTC)  # noon of the day before


def at(clock: str, day: date = DAY, zone: ZoneInfo = SHANGHAI) -> datetime:
    """The instant at which clocks show "06:30" on `day`."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone).astimezone(UTC)


def windows(*texts: str) -> tuple[Window, ...]:
    """Windows from texts such as "06:30-08:00"."""
    pairs = (text.split("-") for text in texts)
    return tuple(Window(start=time.fromisoformat(a), end=time.fromisoformat(b)) for a, b in pairs)


def loop(plays: int, *texts: str, gap_s: int = 600, days: DaySelection | None = None) -> LoopRule:
    """`plays` times a day in windows such as "06:30-08:00"."""
    return LoopRule(plays=plays, windows=windows(*texts), minimum_gap_s=gap_s, days=days or DaySelection())


def fixed(*clocks: str, lateness_s: int = 300) -> LoopRule:
    """At fixed times such as "06:30"."""
    times = tuple(time.fromisoformat(clock) for clock in clocks)
    return LoopRule(fixed_times=times, fixed_lateness_s=lateness_s)


def order(
    name: str,
    rule: LoopRule,
    *targets: Place,
    seconds: float | tuple[float, ...] = 60,
    klass: BroadcastClass = BroadcastClass.DAILY,
    level: Level = Level.COUNTY,
    valid: tuple[datetime, datetime] = (EVE - timedelta(days=20), EVE + timedelta(days=20)),
    version: int = 1,
) -> Order:
    """An order of one item per length given."""
    lengths = seconds if isinstance(seconds, tuple) else (seconds,)
    items = tuple(
        Item(notice=f"{name}.{n}", version=version, duration_ms=int(length * 1000))
        for n, length in enumerate(lengths)
    )
    return Order(
        id=name,
        items=items,
        rule=rule,
        targets=targets or (COUNTY,),
        valid_from=valid[0],
        valid_until=valid[1],
        precedence=Precedence(
            klass=klass, level=level, severity=Severity.UNKNOWN, sent=EVE - timedelta(days=30), id=name
        ),
    )


def asked(
    *orders: Order,
    now: datetime = EVE,
    day: date = DAY,
    zone: ZoneInfo = SHANGHAI,
    kept: tuple[Slot, ...] = (),
    rules: dict[Place, PlaceRules] | None = None,
) -> PlanRequest:
    """A request for the plan of the small county; `rules` replace those of some places."""
    return PlanRequest(day=day, now=now, zone=zone, places=PLACES | (rules or {}), orders=orders, kept=kept)


def quiet(*texts: str) -> PlaceRules:
    """Quiet hours such as "12:00-14:00"."""
    return PlaceRules(quiet=windows(*texts))


def clocks(plan: DayPlan, name: str, where: Place, zone: ZoneInfo = SHANGHAI) -> list[str]:
    """When `where` hears the order, as its clocks show it, in order of time."""
    heard = [slot for slot in plan.slots if slot.order == name and covers(slot.place, where)]
    return [
        f"{slot.planned.astimezone(zone):%H:%M:%S}" for slot in sorted(heard, key=lambda slot: slot.planned)
    ]


def missing(plan: DayPlan, name: str, where: Place) -> list[str]:
    """Why `where` misses plays of the order, in order of their number."""
    lost = [a for a in plan.absences if a.order == name and a.place == where]
    return [str(absence.because) for absence in sorted(lost, key=lambda absence: absence.ordinal)]
