"""Alerts: emergencies and urgent notices sent at once, and their end; confirmed before, proved after."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from audio.recording import Profile
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.hearings import Hearing, VillageHearing, hearings
from broadcaster.desk.house import Context
from broadcaster.desk.notices import as_drill
from broadcaster.desk.places import place_names
from broadcaster.desk.reach import Reach, encountered, hushed, precedence_of, reach_of
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.tables import AlertRow, NoticeRow, RecordingRow
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place
from schedules.precedence import BroadcastClass, Severity

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
_FRESH = timedelta(minutes=10)  # how long what was shown may be confirmed
_LONGEST_TEXT = 4_000  # characters that an endpoint reads out
_CONFIRMATION = re.compile("[0-9a-f]{11}-[0-9a-f]{9}")  # milliseconds of the epoch, and a hash
_SENDABLE = (NoticeState.APPROVED, NoticeState.ON_AIR)


class AlertState(StrEnum):
    """Where an alert stands."""

    IN_FORCE = "in_force"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What will sound where, for how many, and what it interrupts; `confirmation` is to be handed to `send`."""

    title: str
    text: str
    version: int
    state: NoticeState
    klass: BroadcastClass
    severity: Severity
    duration_ms: int
    expires_after_min: int
    reach: Reach
    interrupts: tuple[str, ...]  # titles of what sounds there now and gives way
    waits_for: tuple[str, ...]  # titles of what is in force there and goes first
    quiet_in: tuple[str, ...]  # villages where quiet hours hold it back: it is no emergency
    confirmation: str  # good for ten minutes, once
    linked: bool | None = None  # whether the controller reaches its broker; None: no controller runs here


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert."""

    id: str
    notice: str
    title: str
    klass: BroadcastClass
    severity: Severity
    places: tuple[str, ...]
    place_names: tuple[str, ...]
    state: AlertState
    sent_at: datetime
    sent_by: str
    expires: datetime
    cancelled_at: datetime | None
    cancelled_by: str | None
    linked: bool | None = None  # whether the controller reaches its broker; None: no controller runs here


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
        self, ctx: Context, notice: str, places: tuple[Place, ...] = (), minutes: Minutes = 30
    ) -> Preview:
        """What sending a notice now would do; without places, to its own targets."""
        row, where = _asked(ctx, notice, places)
        met = encountered(ctx.session, where, precedence_of(row, ctx.now), ctx.now)
        audio = _recording(ctx.session, row.asset)
        reach = reach_of(ctx.session, where)
        live = row.klass is BroadcastClass.EMERGENCY
        return Preview(
            title=row.title,
            text=_text(row),
            version=row.version,
            state=row.state,
            klass=row.klass,
            severity=row.severity,
            duration_ms=audio.duration_ms if audio else 0,
            expires_after_min=minutes,
            reach=reach,
            interrupts=met.interrupts,
            waits_for=met.waits_for,
            quiet_in=() if live else hushed(ctx.session, where, ctx.now, ctx.house.settings.zone),
            confirmation=_confirmation(row, where, minutes, reach, int(1000 * ctx.now.timestamp())),
            linked=ctx.house.linked(),
        )

    @order("POST", "/alerts", right=Right.SEND_ALERT)
    def send(
        self,
        ctx: Context,
        notice: str,
        confirmation: str,
        places: tuple[Place, ...] = (),
        minutes: Minutes = 30,
        repeat_gap_s: Annotated[int, Field(ge=0, le=3600)] = 10,
        repeats: Annotated[int, Field(ge=1, le=1000)] | None = None,
        volume: Annotated[int, Field(ge=0, le=100)] | None = None,
    ) -> AlertView:
        """Sound a notice at once, over everything of lower precedence, until it is cancelled or expires.

        Sent twice with the same confirmation it is one alert: who got no answer may ask again.
        """
        row, where = _asked(ctx, notice, places)
        ctx.act.subject = alert_id = _id(confirmation)
        if (known := ctx.session.get(AlertRow, alert_id)) and _state(known, ctx.now) is AlertState.IN_FORCE:
            return _view(ctx, known)
        reach = reach_of(ctx.session, where)
        if known or not _confirms(confirmation, row, where, minutes, reach, ctx.now):
            raise Conflict(
                N_(
                    "What would sound is not what was confirmed for notice {notice}: look at the preview again."
                ),
                notice=notice,
            )
        audio, ending = _recording(ctx.session, row.asset), _recording(ctx.session, row.cancel_asset)
        alert = AlertRow(
            id=alert_id,
            notice=row.id,
            version=row.version,
            title=row.title,
            text=_text(row),
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
            expires=ctx.now + timedelta(minutes=minutes),
            repeat_gap_s=repeat_gap_s,
            repeats=repeats,
            volume=volume if volume is not None else row.volume,
        )
        ctx.session.add(alert)
        ctx.session.flush()
        return _view(ctx, alert)

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
        return _view(ctx, row)

    @question("GET", "/alerts", right=Right.VIEW)
    def list(self, ctx: Context, in_force: bool = False) -> tuple[AlertView, ...]:
        """Alerts, the newest first."""
        wanted = select(AlertRow).order_by(col(AlertRow.sent_at).desc())
        if in_force:
            wanted = wanted.where(AlertRow.expires > ctx.now, col(AlertRow.cancelled_at).is_(None))
        return tuple(_view(ctx, row) for row in ctx.session.exec(wanted))

    @question("GET", "/alerts/{alert}", right=Right.VIEW)
    def show(self, ctx: Context, alert: str) -> AlertStatus:
        """Who sounds it, who is silent, who did not answer, village by village."""
        row = _alert(ctx.session, alert)
        view = _view(ctx, row)
        in_force = view.state is AlertState.IN_FORCE
        villages = hearings(ctx.session, row, in_force=in_force)
        said = [hearing for village in villages for hearing in village.endpoints.values()]
        wanted = {Hearing.HEARD, Hearing.SOUNDING} if in_force else {Hearing.SILENT}
        return AlertStatus(
            alert=view,
            villages=villages,
            totals={hearing: said.count(hearing) for hearing in Hearing},
            proved=(bool(said) or not in_force) and all(hearing in wanted for hearing in said),
        )


def _asked(ctx: Context, notice: str, places: tuple[Place, ...]) -> tuple[NoticeRow, tuple[Place, ...]]:
    """What is to sound and where, for whoever may send it there."""
    row = _notice(ctx.session, notice, ctx.now)
    where = tuple(dict.fromkeys(places or map(Place, row.targets)))
    reach_of(ctx.session, where)
    ctx.require(Right.SEND_ALERT, *where)
    if row.asset is None and not row.text.strip():
        raise Conflict(N_("Notice {notice} has neither audio nor text: nothing would sound."), notice=notice)
    return row, where


def _text(row: NoticeRow) -> str:
    """What endpoints read out where they have no audio."""
    return (as_drill(row.text) if row.klass is BroadcastClass.DRILL else row.text)[:_LONGEST_TEXT]


def _notice(session: Session, notice: str, now: datetime) -> NoticeRow:
    """The newest version that may be sent: an emergency as it is saved, everything else only when approved."""
    rows = session.exec(
        select(NoticeRow).where(NoticeRow.id == notice).order_by(col(NoticeRow.version).desc())
    ).all()
    if not rows:
        raise NotFound(N_("There is no notice {notice}."), notice=notice)
    ended = (NoticeState.WITHDRAWN, NoticeState.EXPIRED)
    for row in rows:
        if row.valid_until <= now and row.state not in ended:
            raise Conflict(
                N_("Notice {notice} ended on {ends}: what is over is not sent."),
                notice=notice,
                ends=row.valid_until.isoformat(),
            )
        if row.state in _SENDABLE or (row.kind is NoticeKind.EMERGENCY and row.state not in ended):
            return row
    raise Conflict(
        N_("Notice {notice} is {state}: only emergencies and approved notices are sent."),
        notice=notice,
        state=rows[0].state,
    )


def _recording(session: Session, asset: str | None) -> RecordingRow | None:
    return session.get(RecordingRow, (asset, Profile.SPEECH)) if asset else None


def _confirmation(row: NoticeRow, where: Iterable[Place], minutes: int, reach: Reach, shown_ms: int) -> str:
    """Names what was shown and when: the sound and its class, the places, the time, and whoever is there."""
    notice = (row.id, row.version, row.title, row.text, row.asset)
    sound = (row.klass, row.level, row.severity, row.volume, minutes)
    shown = (*notice, *sound, *where, reach.endpoints, reach.people, shown_ms)
    return f"{shown_ms:x}-{hashlib.sha256(repr(shown).encode()).hexdigest()[:9]}"


def _id(confirmation: str) -> str:
    """Of the alert that it is for, whenever that is sent: the day is that of the preview."""
    shown_at = _shown_at(confirmation)
    return f"a{shown_at:%Y%m%d}-{confirmation}" if shown_at else ""


def _shown_at(confirmation: str) -> datetime | None:
    """When a preview was shown; None for what none gave."""
    if not _CONFIRMATION.fullmatch(confirmation):
        return None
    return datetime.fromtimestamp(_shown_ms(confirmation) / 1000, UTC)


def _shown_ms(confirmation: str) -> int:
    return int(confirmation.partition("-")[0], 16)


def _confirms(
    confirmation: str, row: NoticeRow, where: Iterable[Place], minutes: int, reach: Reach, now: datetime
) -> bool:
    """Whether it names what would sound now, and was shown lately."""
    shown_at = _shown_at(confirmation)
    if shown_at is None or not timedelta(seconds=-1) <= now - shown_at <= _FRESH:
        return False
    return confirmation == _confirmation(row, where, minutes, reach, _shown_ms(confirmation))


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


def _view(ctx: Context, row: AlertRow) -> AlertView:
    return AlertView(
        id=row.id,
        notice=row.notice,
        title=row.title,
        klass=row.klass,
        severity=row.severity,
        places=tuple(row.targets),
        place_names=place_names(ctx.session, row.targets),
        state=_state(row, ctx.now),
        sent_at=row.sent_at,
        sent_by=row.sent_by,
        expires=row.expires,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        linked=ctx.house.linked(),
    )
