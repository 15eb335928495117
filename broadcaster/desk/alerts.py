"""Alerts: emergencies and urgent notices sent at once, and their end; confirmed before, proved after."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from audio.recording import Profile
from broadcaster.controller.publishing import topic_of
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.proof.ledger import roster
from broadcaster.storage.tables import (
    AlertRow,
    AreaRow,
    EndpointStateRow,
    NoticeRow,
    PlayedRow,
    PublishedRow,
    RecordingRow,
)
from devices.topics import ROOT, DocumentKind
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Level, Place, covers, level_of
from schedules.precedence import BroadcastClass, Severity

_LONGEST_MIN = 24 * 60
_SENDABLE = (NoticeState.APPROVED, NoticeState.ON_AIR)


class AlertState(StrEnum):
    """Where an alert stands."""

    IN_FORCE = "in_force"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Hearing(StrEnum):
    """What an endpoint last said about an alert."""

    SOUNDING = "sounding"
    HEARD = "heard"  # it sounded at least once and holds the alert
    HOLDS = "holds"  # it holds the alert and has not sounded it yet
    SILENT = "silent"  # it holds the end of the alert, and something else or nothing sounds
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom an alert concerns."""

    places: tuple[str, ...]
    names: tuple[str, ...]
    villages: int
    endpoints: int
    people: int
    villages_without_endpoint: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What will sound where, for how many, and what it interrupts; `confirmation` is to be handed to `send`."""

    title: str
    text: str
    klass: BroadcastClass
    severity: Severity
    duration_ms: int
    expires_after_min: int
    reach: Reach
    interrupts: tuple[str, ...]  # titles of alerts, and what sounds now by endpoint
    confirmation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert."""

    id: str
    notice: str
    title: str
    klass: BroadcastClass
    severity: Severity
    places: tuple[str, ...]
    state: AlertState
    sent_at: datetime
    sent_by: str
    expires: datetime
    cancelled_at: datetime | None
    cancelled_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageHearing:
    """One village: its endpoints by what they last said."""

    village: str
    name: str
    endpoints: Mapping[str, Hearing]

    def count(self, hearing: Hearing) -> int:
        """How many said so."""
        return sum(said is hearing for said in self.endpoints.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStatus:
    """An alert and, village by village, who sounds, who is silent, and who did not answer."""

    alert: AlertView
    villages: tuple[VillageHearing, ...]
    totals: Mapping[Hearing, int]
    proved: bool  # of one in force: heard by every endpoint; of one that ended: every endpoint is silent


class Alerts(Noun):
    """What is sent at once."""

    @question("POST", "/alerts/preview", right=Right.SEND_ALERT, places="places")
    def preview(
        self, ctx: Context, notice: str, places: tuple[Place, ...] = (), minutes: int = 30
    ) -> Preview:
        """What sending a notice now would do; without places, to its own targets."""
        row = _notice(ctx.session, notice)
        where = places or tuple(map(Place, row.targets))
        ctx.require(Right.SEND_ALERT, *where)
        audio = _recording(ctx.session, row.asset)
        reach = _reach(ctx.session, where)
        return Preview(
            title=row.title,
            text=row.text,
            klass=row.klass,
            severity=row.severity,
            duration_ms=audio.duration_ms if audio else 0,
            expires_after_min=_checked_minutes(minutes),
            reach=reach,
            interrupts=_interrupted(ctx.session, where),
            confirmation=_confirmation(row, where, minutes, reach),
        )

    @order("POST", "/alerts", right=Right.SEND_ALERT)
    def send(
        self,
        ctx: Context,
        notice: str,
        confirmation: str,
        places: tuple[Place, ...] = (),
        minutes: int = 30,
        repeat_gap_s: int = 10,
        repeats: int | None = None,
        volume: int | None = None,
    ) -> AlertView:
        """Sound a notice at once, over everything of lower precedence, until it is cancelled or expires."""
        row = _notice(ctx.session, notice)
        where = places or tuple(map(Place, row.targets))
        ctx.require(Right.SEND_ALERT, *where)
        if confirmation != _confirmation(row, where, minutes, _reach(ctx.session, where)):
            raise Conflict(
                N_(
                    "What would sound is not what was confirmed for notice {notice}: look at the preview again."
                ),
                notice=notice,
            )
        audio, ending = _recording(ctx.session, row.asset), _recording(ctx.session, row.cancel_asset)
        alert = AlertRow(
            id=_new_id(ctx.session, ctx.now),
            notice=row.id,
            version=row.version,
            title=row.title,
            text=row.text,
            targets=list(where),
            klass=row.klass,
            level=row.level,
            severity=row.severity,
            recording=audio.sha256 if audio else None,
            cancel_recording=ending.sha256 if ending else None,
            duration_ms=audio.duration_ms if audio else 0,
            sent_at=ctx.now,
            sent_by=ctx.who,
            starts=ctx.now,
            expires=ctx.now + timedelta(minutes=_checked_minutes(minutes)),
            repeat_gap_s=repeat_gap_s,
            repeats=repeats,
            volume=volume if volume is not None else row.volume,
        )
        ctx.session.add(alert)
        ctx.session.flush()
        return _view(alert, ctx.now)

    @order("POST", "/alerts/{alert}/cancel", right=Right.CANCEL_ALERT)
    def cancel(self, ctx: Context, alert: str, announce: bool = False) -> AlertView:
        """End an alert: silence everywhere. `announce` sounds its saved cancel audio once."""
        row = _alert(ctx.session, alert)
        ctx.require(Right.CANCEL_ALERT, *map(Place, row.targets))
        if _state(row, ctx.now) is not AlertState.IN_FORCE:
            raise Conflict(
                N_("Alert {alert} is over already ({state})."), alert=alert, state=_state(row, ctx.now)
            )
        if announce and row.cancel_recording is None:
            raise Invalid(
                N_("Alert {alert} was saved without cancel audio: cancel it without announcing."), alert=alert
            )
        row.cancelled_at, row.cancelled_by = ctx.now, ctx.who
        ctx.session.add(row)
        if announce:
            ctx.session.add(_ending(ctx.session, row, ctx.now, ctx.who))
        ctx.session.flush()
        return _view(row, ctx.now)

    @question("GET", "/alerts", right=Right.VIEW)
    def list(self, ctx: Context, in_force: bool = False) -> tuple[AlertView, ...]:
        """Alerts, the newest first."""
        rows = ctx.session.exec(select(AlertRow).order_by(col(AlertRow.sent_at).desc()))
        views = tuple(_view(row, ctx.now) for row in rows)
        return tuple(view for view in views if view.state is AlertState.IN_FORCE) if in_force else views

    @question("GET", "/alerts/{alert}", right=Right.VIEW)
    def show(self, ctx: Context, alert: str) -> AlertStatus:
        """Who sounds it, who is silent, who did not answer, village by village."""
        row = _alert(ctx.session, alert)
        view = _view(row, ctx.now)
        villages = _hearings(ctx.session, row, view.state)
        said = [hearing for village in villages for hearing in village.endpoints.values()]
        wanted = {Hearing.HEARD, Hearing.SOUNDING} if view.state is AlertState.IN_FORCE else {Hearing.SILENT}
        return AlertStatus(
            alert=view,
            villages=villages,
            totals={hearing: said.count(hearing) for hearing in Hearing},
            proved=all(hearing in wanted for hearing in said),
        )


def _notice(session: Session, notice: str) -> NoticeRow:
    """The newest version that may be sent: an emergency as it is saved, everything else only when approved."""
    rows = session.exec(
        select(NoticeRow).where(NoticeRow.id == notice).order_by(col(NoticeRow.version).desc())
    ).all()
    if not rows:
        raise NotFound(N_("There is no notice {notice}."), notice=notice)
    ended = (NoticeState.WITHDRAWN, NoticeState.EXPIRED)
    for row in rows:
        if row.state in _SENDABLE or (row.kind is NoticeKind.EMERGENCY and row.state not in ended):
            return row
    raise Conflict(
        N_("Notice {notice} is {state}: only emergencies and approved notices are sent."),
        notice=notice,
        state=rows[0].state,
    )


def _recording(session: Session, asset: str | None) -> RecordingRow | None:
    return session.get(RecordingRow, (asset, Profile.SPEECH)) if asset else None


def _checked_minutes(minutes: int) -> int:
    if not 1 <= minutes <= _LONGEST_MIN:
        raise Invalid(
            N_("An alert lasts 1 to {longest} minutes, got {minutes}."), longest=_LONGEST_MIN, minutes=minutes
        )
    return minutes


def _reach(session: Session, places: Iterable[Place]) -> Reach:
    where = tuple(places)
    areas = {Place(row.code): row for row in session.exec(select(AreaRow))}
    unknown = [place for place in where if level_of(place) is not Level.ENDPOINT and place not in areas]
    if unknown or not where:
        raise Invalid(
            N_("There is no area {areas}: import it, or name another."), areas=", ".join(unknown) or "—"
        )
    heard_in = {
        village: [name for name in names if any(covers(p, Place(f"{village}/{name}")) for p in where)]
        for village, names in roster(session).items()
        if any(covers(p, village) or p.startswith(village) for p in where)
    }
    return Reach(
        places=where,
        names=tuple(areas[p].name if p in areas else p.partition("/")[2] for p in where),
        villages=len(heard_in),
        endpoints=sum(map(len, heard_in.values())),
        people=sum(areas[village].population for village in heard_in if village in areas),
        villages_without_endpoint=tuple(areas[v].name for v, names in heard_in.items() if not names),
    )


def _interrupted(session: Session, places: Iterable[Place]) -> tuple[str, ...]:
    """The titles and ids of what sounds there now, as far as it was said."""
    inside = _endpoints_in(session, places)
    rows = session.exec(select(EndpointStateRow).where(col(EndpointStateRow.sounding).is_not(None)))
    return tuple(sorted({f"{row.endpoint}: {row.sounding}" for row in rows if row.endpoint in inside}))


def _endpoints_in(session: Session, places: Iterable[Place]) -> dict[str, Place]:
    where = tuple(places)
    return {
        name: village
        for village, names in roster(session).items()
        for name in names
        if any(covers(place, Place(f"{village}/{name}")) for place in where)
    }


def _confirmation(row: NoticeRow, places: Iterable[Place], minutes: int, reach: Reach) -> str:
    """Names what was shown: it changes with the text, the audio, the places, the time and who is there."""
    shown = (
        row.id,
        row.version,
        row.title,
        row.text,
        row.asset,
        *places,
        minutes,
        reach.endpoints,
        reach.people,
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]


def _new_id(session: Session, now: datetime) -> str:
    stem = f"a{now:%Y%m%d%H%M%S}"
    taken = set(session.exec(select(AlertRow.id).where(col(AlertRow.id).startswith(stem))))
    return next(name for n in range(1, 1000) if (name := f"{stem}-{n}") not in taken)


def _ending(session: Session, ended: AlertRow, now: datetime, who: str) -> AlertRow:
    audio = session.exec(select(RecordingRow).where(RecordingRow.sha256 == ended.cancel_recording)).first()
    members = ended.model_dump() | {
        "id": f"{ended.id}-end",
        "recording": ended.cancel_recording,
        "cancel_recording": None,
        "duration_ms": audio.duration_ms if audio else 0,
        "text": "",
        "sent_at": now,
        "sent_by": who,
        "starts": now,
        "expires": now + timedelta(minutes=10),
        "repeats": 1,
        "cancelled_at": None,
        "cancelled_by": None,
    }
    return AlertRow(**members)


def _alert(session: Session, alert: str) -> AlertRow:
    row = session.get(AlertRow, alert)
    if row is None:
        raise NotFound(N_("There is no alert {alert}."), alert=alert)
    return row


def _state(row: AlertRow, now: datetime) -> AlertState:
    if row.cancelled_at is not None:
        return AlertState.CANCELLED
    return AlertState.EXPIRED if now >= row.expires else AlertState.IN_FORCE


def _view(row: AlertRow, now: datetime) -> AlertView:
    return AlertView(
        id=row.id,
        notice=row.notice,
        title=row.title,
        klass=row.klass,
        severity=row.severity,
        places=tuple(row.targets),
        state=_state(row, now),
        sent_at=row.sent_at,
        sent_by=row.sent_by,
        expires=row.expires,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
    )


def _hearings(session: Session, row: AlertRow, state: AlertState) -> tuple[VillageHearing, ...]:
    targets = [Place(target) for target in row.targets]
    inside = _endpoints_in(session, targets)
    states = {s.endpoint: s for s in session.exec(select(EndpointStateRow))}
    heard = set(
        session.exec(select(PlayedRow.endpoint).where(PlayedRow.alert == row.id, PlayedRow.heard_ms > 0))
    )
    revisions: dict[str, int] = {}
    for target in targets:
        topic, _ = topic_of(DocumentKind.ALERTS, target)
        published = session.get(PublishedRow, topic)
        revisions[topic.removeprefix(f"{ROOT}/")] = published.revision if published else 0
    names = {Place(area.code): area.name for area in session.exec(select(AreaRow))}
    villages: dict[Place, dict[str, Hearing]] = {}
    for endpoint, village in inside.items():
        said = _said(states.get(endpoint), row, revisions, heard, state)
        villages.setdefault(village, {})[endpoint] = said
    return tuple(
        VillageHearing(village=village, name=names.get(village, village), endpoints=endpoints)
        for village, endpoints in sorted(villages.items())
    )


def _said(
    said: EndpointStateRow | None,
    row: AlertRow,
    revisions: Mapping[str, int],
    heard: set[str],
    state: AlertState,
) -> Hearing:
    if said is None:
        return Hearing.NO_ANSWER
    if (said.sounding or "").partition("#")[0] == row.id:
        return Hearing.SOUNDING
    held = said.held or {}
    if not any(held.get(topic, 0) >= revision > 0 for topic, revision in revisions.items()):
        return Hearing.NO_ANSWER
    if state is not AlertState.IN_FORCE:
        return Hearing.SILENT
    return Hearing.HEARD if said.endpoint in heard else Hearing.HOLDS
