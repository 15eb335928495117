"""Playlists at the desk: notices in order, played as one block under one loop rule."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from broadcaster.desk import notices, workflow
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.desk.notices import NoticeView, Title
from broadcaster.desk.places import place_names
from broadcaster.desk.workflow import Key, Step
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.mapping import rule_json, rule_of
from broadcaster.storage.tables import PlaylistRow
from schedules.notices import NoticeEvent, NoticeKind, NoticeState
from schedules.places import Place
from schedules.rules import LoopRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistDraft:
    """What a person puts together; `items` are notices in the order in which they sound."""

    title: Title
    items: tuple[str, ...]
    rule: LoopRule
    targets: tuple[str, ...]
    valid_from: datetime | None = None  # None: now
    valid_until: datetime | None = None  # None: 30 days later
    key: Key | None = None  # of a new one: sent again under it, it is written anew and not a second time


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistView:
    """One version of a playlist with its items; `duration_ms` is the length of the block."""

    id: str
    version: int
    title: str
    state: NoticeState
    items: tuple[NoticeView, ...]
    duration_ms: int
    rule: LoopRule | None
    targets: tuple[str, ...]
    places: tuple[str, ...]  # the names of the targets
    valid_from: datetime
    valid_until: datetime
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistHistory:
    """A playlist with who did what when. `live`: the version that is approved or on the air, where that is another."""

    playlist: PlaylistView
    live: PlaylistView | None
    steps: tuple[Step, ...]


class Playlists(Noun):
    """Blocks of notices."""

    @order("POST", "/playlists", right=Right.DRAFT)
    def create(self, ctx: Context, draft: PlaylistDraft) -> PlaylistView:
        """Put a new playlist together; under a `key` that is known, change that one."""
        known = workflow.written_under(ctx, draft.key)
        if known is not None:
            return _rewritten(ctx, known, draft)
        zoned = ctx.now.astimezone(ctx.house.settings.zone)
        row = _row(ctx, draft, workflow.new_id(ctx.session, PlaylistRow, "p", zoned), 1)
        workflow.written(ctx, row)
        workflow.keep_key(ctx, draft.key, row.id)
        return view(ctx.session, row)

    @order("PUT", "/playlists/{playlist}", right=Right.DRAFT)
    def edit(self, ctx: Context, playlist: str, draft: PlaylistDraft) -> PlaylistView:
        """Change a draft; of a playlist that was approved a new version begins."""
        return _rewritten(ctx, playlist, draft)

    @order("POST", "/playlists/{playlist}/submit", right=Right.SUBMIT)
    def submit(self, ctx: Context, playlist: str, comment: str = "") -> PlaylistView:
        """Hand a playlist in for approval."""
        row = newest(ctx.session, playlist)
        ctx.require(Right.SUBMIT, *map(Place, row.targets))
        workflow.move(ctx, row, NoticeEvent.SUBMIT, comment)
        return view(ctx.session, row)

    @order("POST", "/playlists/{playlist}/approve", right=Right.APPROVE)
    def approve(
        self, ctx: Context, playlist: str, comment: str = "", although_late: bool = False
    ) -> PlaylistView:
        """Approve what somebody else put together; its notices need approval of their own.

        Conflict where a serial line cannot carry their audio in time, unless `although_late`.
        """
        row = newest(ctx.session, playlist)
        workflow.approve(ctx, row, assets_of(ctx.session, row), comment, although_late=although_late)
        return view(ctx.session, row)

    @order("POST", "/playlists/{playlist}/reject", right=Right.APPROVE)
    def reject(self, ctx: Context, playlist: str, comment: str) -> PlaylistView:
        """Give a submitted playlist back, with the reason."""
        row = newest(ctx.session, playlist)
        ctx.require(Right.APPROVE, *map(Place, row.targets))
        workflow.move(ctx, row, NoticeEvent.REJECT, comment)
        return view(ctx.session, row)

    @order("POST", "/playlists/{playlist}/withdraw", right=Right.VIEW)
    def withdraw(self, ctx: Context, playlist: str, comment: str = "") -> PlaylistView:
        """Take a playlist off the air, or its draft away; for the right `withdraw`, or `draft` before it is approved."""
        row = live_or_newest(ctx.session, playlist)
        workflow.withdraw(ctx, row, comment)
        return view(ctx.session, row)

    @question("GET", "/playlists", right=Right.VIEW)
    def list(self, ctx: Context, state: NoticeState | None = None) -> tuple[PlaylistView, ...]:
        """The newest version of every playlist, the newest first."""
        wanted = select(PlaylistRow).order_by(col(PlaylistRow.created_at), col(PlaylistRow.version))
        latest = {row.id: row for row in ctx.session.exec(wanted)}
        return tuple(
            view(ctx.session, row) for row in reversed(latest.values()) if state is None or row.state is state
        )

    @question("GET", "/playlists/{playlist}", right=Right.VIEW)
    def show(self, ctx: Context, playlist: str) -> PlaylistHistory:
        """One playlist with its items and steps."""
        row, live = newest(ctx.session, playlist), live_or_newest(ctx.session, playlist)
        return PlaylistHistory(
            playlist=view(ctx.session, row),
            live=view(ctx.session, live) if live.version != row.version else None,
            steps=workflow.steps(ctx.session, row),
        )


def _rewritten(ctx: Context, playlist: str, draft: PlaylistDraft) -> PlaylistView:
    before = newest(ctx.session, playlist)
    ctx.require(Right.DRAFT, *map(Place, before.targets))
    if before.state is NoticeState.SUBMITTED:
        raise Conflict(
            N_("Playlist {playlist} is submitted: have it rejected to change it."), playlist=playlist
        )
    version = before.version + 1
    if before.state is NoticeState.DRAFT:
        version = before.version
        ctx.session.delete(before)
        ctx.session.flush()
    row = _row(ctx, draft, playlist, version)
    workflow.written(ctx, row)
    return view(ctx.session, row)


def assets_of(session: Session, row: PlaylistRow) -> tuple[str, ...]:
    """The audio of a playlist's notices, in order."""
    found = (notices.newest(session, notice).asset for notice in row.items)
    return tuple(asset for asset in found if asset)


def newest(session: Session, playlist: str) -> PlaylistRow:
    """The newest version of a playlist; NotFound where there is none."""
    wanted = select(PlaylistRow).where(PlaylistRow.id == playlist)
    row = session.exec(wanted.order_by(col(PlaylistRow.version).desc()).limit(1)).first()
    if row is None:
        raise NotFound(N_("There is no playlist {playlist}."), playlist=playlist)
    return row


def live_or_newest(session: Session, playlist: str) -> PlaylistRow:
    """The version that is approved or on the air, else the newest one."""
    live = (NoticeState.APPROVED, NoticeState.ON_AIR)
    wanted = select(PlaylistRow).where(PlaylistRow.id == playlist, col(PlaylistRow.state).in_(live))
    return session.exec(wanted).first() or newest(session, playlist)


def view(session: Session, row: PlaylistRow) -> PlaylistView:
    """A playlist version as people see it."""
    items = tuple(notices.view(session, notices.live_or_newest(session, item)) for item in row.items)
    members: dict[str, Any] = {name: getattr(row, name) for name in _MEMBERS}
    return PlaylistView(
        **members,
        items=items,
        duration_ms=sum(item.duration_ms or 0 for item in items),
        rule=rule_of(row.rule) if row.rule else None,
        targets=tuple(row.targets),
        places=place_names(session, row.targets),
    )


_MEMBERS = PlaylistView.__dataclass_fields__.keys() - {"items", "duration_ms", "rule", "targets", "places"}


def _row(ctx: Context, draft: PlaylistDraft, playlist: str, version: int) -> PlaylistRow:
    targets = workflow.targets_of(ctx, Right.DRAFT, draft.targets)
    if not draft.items:
        raise Invalid(N_("A playlist needs at least one notice."))
    for item in draft.items:
        if notices.newest(ctx.session, item).kind is NoticeKind.EMERGENCY:
            raise Invalid(N_("Notice {notice} is an emergency: it is sent, not looped."), notice=item)
    valid_from, valid_until = workflow.validity(ctx, draft.valid_from, draft.valid_until)
    row = PlaylistRow(
        id=playlist,
        version=version,
        title=draft.title,
        items=list(draft.items),
        rule=rule_json(draft.rule),
        targets=targets,
        valid_from=valid_from,
        valid_until=valid_until,
        created_by=ctx.who,
        created_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row
