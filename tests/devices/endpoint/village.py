"""What a village hears: recordings, cues, plans and alerts of one day, by the village's wall clock."""

import hashlib
import random
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from devices.chunks import CHUNK
from devices.documents import Alert, Cue, Plan, PlanItem
from devices.provisioning import Provision
from devices.signing import Ed25519Signer
from schedules.notices import InterruptionPolicy
from schedules.places import Level, Place
from schedules.precedence import BroadcastClass, Precedence, Severity

SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
VILLAGE = Place("341523100200")
TOWN = Place("341523100000")
COUNTY = Place("341523000000")
PROVISION = Provision(
    endpoint="horn-01",
    village=VILLAGE,
    areas=(VILLAGE, TOWN, COUNTY),
    host="127.0.0.1",
    username="horn-01",
    password="secret",
    proof_key=bytes(32),
    keys=(SIGNER.public,),
)
DAWN = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # 06:00 in the village, a Tuesday
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(clock: str, day: int = 0) -> datetime:
    """A time of the village's first day by its wall clock, such as "08:30" or "08:30:15"."""
    hours, minutes, *seconds = (float(part) for part in clock.split(":"))
    midnight = DAWN - timedelta(hours=6)
    return midnight + timedelta(days=day, hours=hours, minutes=minutes, seconds=sum(seconds))


def span(start: str, end: str) -> tuple[time, time]:
    """Wall-clock times of day, as settings have them."""
    return time.fromisoformat(start), time.fromisoformat(end)


def sound_bytes(name: str, chunks: int = 1) -> bytes:
    """The bytes of a recording."""
    return random.Random(name).randbytes(CHUNK * chunks - 100)


def sha256(name: str, chunks: int = 1) -> str:
    return hashlib.sha256(sound_bytes(name, chunks)).hexdigest()


LETTER = sha256("letter")
WARNING = sha256("warning")


def slot(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def item(notice: str = "letter", **changes: Any) -> PlanItem:
    members: dict[str, Any] = {
        "order": "order-1",
        "notice": notice,
        "version": 1,
        "recording": LETTER,
        "duration_ms": 60_000,
        "precedence": Precedence(
            klass=BroadcastClass.DAILY,
            level=Level.COUNTY,
            severity=Severity.UNKNOWN,
            sent=DAWN - timedelta(days=1),
            id=notice,
        ),
        "policy": InterruptionPolicy.RESTART,
        "volume": None,
        "gap_s": 600,
        "spans": (),
    }
    return PlanItem(**members | changes)


def cue(
    clock: str, until: str = "22:00", *, since: str | None = None, name: str | None = None, **changes: Any
) -> Cue:
    """A cue planned at a wall-clock time of the first day; its slot is named after that."""
    members: dict[str, Any] = {
        "slot": slot(name or clock),
        "item": 0,
        "earliest": at(since or clock),
        "planned": at(clock),
        "latest": at(until),
    }
    return Cue(**members | changes)


def plan(*cues: Cue, items: Iterable[PlanItem] | None = None) -> Plan:
    return Plan(items=tuple(items) if items is not None else (item(),), cues=cues)


def alert(name: str = "flood", **changes: Any) -> Alert:
    members: dict[str, Any] = {
        "id": name,
        "notice": name,
        "version": 1,
        "klass": BroadcastClass.EMERGENCY,
        "level": Level.COUNTY,
        "severity": Severity.RED,
        "sent": DAWN,
        "starts": DAWN,
        "expires": DAWN + timedelta(days=1),
        "recording": WARNING,
        "duration_ms": 30_000,
        "text": "洪水",
    }
    return Alert(**members | changes)
