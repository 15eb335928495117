"""What is to be looped now: approved notices and playlists as orders, with what each of their items sounds like."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session, col, select

from audio.recording import Profile
from broadcaster.controller.plans import ItemKey, Programme, Slim, Staged
from broadcaster.promise import slow_places
from broadcaster.storage.mapping import notice_of, rule_of
from broadcaster.storage.tables import NoticeRow, PlaylistRow, RecordingRow
from schedules.notices import Notice, NoticeKind, NoticeState
from schedules.places import Place
from schedules.precedence import Precedence
from schedules.rules import Item, LoopRule, Order

LIVE = (NoticeState.APPROVED, NoticeState.ON_AIR)
OVER = (NoticeState.EXPIRED, NoticeState.WITHDRAWN)
PROFILE = Profile.SPEECH


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """All orders in force with the programmes of their items; `staged` is audio that waits for an emergency.

    Plans of places that are `slow` name the recordings of `slim` too.
    """

    orders: tuple[Order, ...]
    programmes: Mapping[ItemKey, Programme]
    staged: Staged = field(default_factory=dict)
    slow: frozenset[Place] = frozenset()
    slim: Slim = field(default_factory=dict)


def lineup(session: Session) -> Lineup:
    """The orders of every live notice that has a loop rule, and of every live playlist, whose audio is prepared."""
    slow = slow_places(session)
    slim = low_rates(session) if slow else {}
    notices = _live_notices(session)
    lined = _lineup(notices, [(block, notices) for block in _live_playlists(session)])
    return replace(lined, staged=_staged(session), slow=slow, slim=slim)


def trial(session: Session, draft: NoticeRow | PlaylistRow) -> Lineup:
    """The same as if `draft` were approved, and a playlist's notices with it: what would it get?"""
    notices, playlists = _live_notices(session), _live_playlists(session)
    tried = _made_of(session, draft)
    if isinstance(draft, NoticeRow):
        notices |= tried
        return _lineup(notices, [(block, notices) for block in playlists])
    others = [(block, notices) for block in playlists if block.id != draft.id]
    return _lineup(notices, [*others, (draft, tried)])


def inaudible(session: Session, draft: NoticeRow | PlaylistRow) -> tuple[str, ...]:
    """Which notices of `draft` no plan can hold: they have no prepared audio yet, or have ended."""
    found = _made_of(session, draft)
    wanted = (draft.id,) if isinstance(draft, NoticeRow) else tuple(dict.fromkeys(draft.items))
    return tuple(notice for notice in wanted if notice not in found)


def _lineup(
    notices: Mapping[str, "_Found"], blocks: Iterable[tuple[PlaylistRow, Mapping[str, "_Found"]]]
) -> Lineup:
    orders: list[Order] = []
    programmes: dict[ItemKey, Programme] = {}
    for row, notice in notices.values():
        if row.rule is not None:
            order = _order(row, rule_of(row.rule), [(row, notice)])
            orders.append(order)
            programmes |= _programmes(order, [(row, notice)])
    for playlist, known in blocks:
        items = [known[item] for item in playlist.items if item in known]
        if items and playlist.rule is not None:
            order = _order(playlist, rule_of(playlist.rule), items)
            orders.append(order)
            programmes |= _programmes(order, items)
    return Lineup(orders=tuple(sorted(orders, key=lambda order: order.id)), programmes=programmes)


_Found = tuple[NoticeRow, Notice]


def _staged(session: Session) -> Staged:
    """The audio of saved emergencies, and what ends them: endpoints hold it before it is sent."""
    found: dict[Place, list[tuple[ItemKey, Programme]]] = {}
    emergencies = select(NoticeRow).where(
        NoticeRow.kind == NoticeKind.EMERGENCY, col(NoticeRow.state).not_in(OVER)
    )
    for row in session.exec(emergencies.order_by(col(NoticeRow.id), col(NoticeRow.version))):
        for asset, what in ((row.asset, row.id), (row.cancel_asset, f"{row.id}-end")):
            audio = session.get(RecordingRow, (asset, PROFILE)) if asset else None
            if audio is not None:
                programme = _waiting(row, audio)
                for target in map(Place, row.targets):
                    found.setdefault(target, []).append(((what, row.id, row.version), programme))
    return {place: tuple(items) for place, items in found.items()}


def low_rates(session: Session) -> Slim:
    """The low-rate recording of each usual one."""
    rows = session.exec(
        select(RecordingRow.asset, RecordingRow.profile, RecordingRow.sha256).where(
            col(RecordingRow.profile).in_((PROFILE, Profile.LOW_RATE))
        )
    )
    by_asset: dict[str, dict[str, str]] = {}
    for asset, profile, sha256 in rows:
        by_asset.setdefault(asset, {})[profile] = sha256
    return {each[PROFILE]: each[Profile.LOW_RATE] for each in by_asset.values() if len(each) > 1}


def _waiting(row: NoticeRow, audio: RecordingRow) -> Programme:
    notice = notice_of(row, audio.sha256, audio.duration_ms)
    return Programme(
        recording=audio.sha256,
        duration_ms=audio.duration_ms,
        precedence=_precedence(row.id, (row, notice)),
        policy=notice.interruption,
        volume=row.volume,
        gap_s=0,
        fixed=False,
    )


def _live_notices(session: Session) -> dict[str, _Found]:
    """The newest live version of every notice that has audio, by id."""
    rows = session.exec(
        select(NoticeRow, RecordingRow)
        .join(RecordingRow, col(RecordingRow.asset) == col(NoticeRow.asset))
        .where(col(NoticeRow.state).in_(LIVE), RecordingRow.profile == PROFILE)
        .order_by(col(NoticeRow.id), col(NoticeRow.version))
    )
    return {row.id: (row, notice_of(row, audio.sha256, audio.duration_ms)) for row, audio in rows}


def _live_playlists(session: Session) -> Sequence[PlaylistRow]:
    return session.exec(select(PlaylistRow).where(col(PlaylistRow.state).in_(LIVE))).all()


def _made_of(session: Session, draft: NoticeRow | PlaylistRow) -> dict[str, _Found]:
    """The notices of `draft` that have audio: what is live of each, else its newest version."""
    if isinstance(draft, NoticeRow):
        return _audible(session, [draft])
    versions = session.exec(
        select(NoticeRow)
        .where(col(NoticeRow.id).in_(draft.items), col(NoticeRow.state).not_in(OVER))
        .order_by(col(NoticeRow.id), col(NoticeRow.state).in_(LIVE), col(NoticeRow.version))
    )
    return _audible(session, {row.id: row for row in versions}.values())


def _audible(session: Session, rows: Iterable[NoticeRow]) -> dict[str, _Found]:
    """Those of the notices whose audio is prepared, by id."""
    heard = ((row, session.get(RecordingRow, (row.asset, PROFILE)) if row.asset else None) for row in rows)
    return {
        row.id: (row, notice_of(row, audio.sha256, audio.duration_ms))
        for row, audio in heard
        if audio is not None
    }


def _order(source: NoticeRow | PlaylistRow, rule: LoopRule, items: Iterable[_Found]) -> Order:
    items = list(items)
    first = min((_precedence(source.id, found) for found in items), key=lambda precedence: precedence.rank)
    return Order(
        id=source.id,
        items=tuple(
            Item(notice=notice.id, version=notice.version, duration_ms=notice.duration_ms)
            for _, notice in items
        ),
        rule=rule,
        targets=tuple(Place(target) for target in source.targets),
        valid_from=max([source.valid_from, *(notice.valid_from for _, notice in items)]),
        valid_until=min([source.valid_until, *(notice.valid_until for _, notice in items)]),
        precedence=first,
    )


def _precedence(order: str, found: _Found) -> Precedence:
    row, notice = found
    return Precedence(
        klass=notice.klass, level=notice.level, severity=notice.severity, sent=row.created_at, id=order
    )


def _programmes(order: Order, items: Iterable[_Found]) -> dict[ItemKey, Programme]:
    return {
        (order.id, notice.id, notice.version): Programme(
            recording=notice.recording or "",
            duration_ms=notice.duration_ms,
            precedence=_precedence(order.id, (row, notice)),
            policy=notice.interruption,
            volume=notice.volume,
            gap_s=order.rule.minimum_gap_s,
            fixed=bool(order.rule.fixed_times),
        )
        for row, notice in items
    }
