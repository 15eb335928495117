"""Notices at the desk: drafted, submitted, approved by a second person, on the air, withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.desk import recordings, series, workflow
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.desk.places import place_names
from broadcaster.desk.recordings import Made
from broadcaster.desk.workflow import Key, Step
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.changes import changed
from broadcaster.storage.mapping import rule_json, rule_of
from broadcaster.storage.tables import AreaRow, AssetRow, NoticeRow
from schedules.notices import InterruptionPolicy, NoticeEvent, NoticeKind, NoticeState
from schedules.places import Level, Place, covers
from schedules.precedence import BroadcastClass, Severity
from schedules.rules import LoopRule

if TYPE_CHECKING:
    from broadcaster.house import CountyHouse

Title = Annotated[str, Field(max_length=20_000, pattern=r"\S")]
Text = Annotated[str, Field(max_length=50_000)]
Percent = Annotated[int, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """What a person writes. `speak` has the text spoken; `asset` is audio that was imported before.

    `series`: a numbered announcement gets its issue (第 N 期) from it, or states `issue`.
    """

    kind: NoticeKind
    title: Title
    text: Text = ""
    targets: tuple[str, ...]
    valid_from: datetime | None = None  # None: now
    valid_until: datetime | None = None  # None: 30 days later
    asset: str | None = None
    speak: bool = False
    cancel_text: Text = ""  # what ends an emergency, spoken; empty: as it was, or the usual words
    klass: BroadcastClass | None = None  # None: as the kind says; a test is a drill
    severity: Severity = Severity.UNKNOWN
    level: Level | None = None  # None: county
    volume: Percent | None = None
    policy: InterruptionPolicy | None = None
    series: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    issue: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    rule: LoopRule | None = None
    key: Key | None = None  # of a new one: sent again under it, it is written anew and not a second time


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """One version of a notice."""

    id: str
    version: int
    kind: NoticeKind
    title: str
    text: str
    state: NoticeState
    targets: tuple[str, ...]
    places: tuple[str, ...]  # the names of the targets
    valid_from: datetime
    valid_until: datetime
    klass: BroadcastClass
    severity: Severity
    level: Level
    volume: int | None
    policy: InterruptionPolicy | None
    series: str | None
    issue: int | None
    asset: str | None
    cancel_asset: str | None
    duration_ms: int | None
    rule: LoopRule | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeHistory:
    """A notice with all its versions and steps."""

    notice: NoticeView
    versions: tuple[int, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    body: Made | None
    cancel: Made | None


class Notices(Noun):
    """What people are to hear."""

    @order("POST", "/notices", right=Right.DRAFT)
    def draft(self, ctx: Context, draft: NoticeDraft) -> NoticeView:
        """Write a new notice; under a `key` that is known, write that one anew."""
        known = workflow.written_under(ctx, draft.key)
        if known is not None:
            return _rewritten(ctx, known, draft)
        targets = workflow.targets_of(ctx, Right.DRAFT, draft.targets)
        notice = workflow.new_id(ctx.session, NoticeRow, "n", ctx.now.astimezone(ctx.house.settings.zone))
        row = _row(ctx, draft, notice, 1, targets)
        _wrote(ctx, row)
        workflow.keep_key(ctx, draft.key, notice)
        return view(ctx.session, row)

    @draft.beforehand
    def _speak_draft(house: "CountyHouse", draft: NoticeDraft) -> _Spoken:
        return _spoken(house, draft)

    @order("PUT", "/notices/{notice}", right=Right.DRAFT)
    def edit(self, ctx: Context, notice: str, draft: NoticeDraft) -> NoticeView:
        """Write a draft anew; of a notice that was approved a new version begins, which replaces it when approved."""
        return _rewritten(ctx, notice, draft)

    @edit.beforehand
    def _speak_edit(house: "CountyHouse", notice: str, draft: NoticeDraft) -> _Spoken:
        return _spoken(house, draft, _own_ending(house, notice, draft))

    @order("POST", "/notices/{notice}/submit", right=Right.SUBMIT)
    def submit(self, ctx: Context, notice: str, comment: str = "") -> NoticeView:
        """Hand a draft in for approval."""
        row = newest(ctx.session, notice)
        ctx.require(Right.SUBMIT, *map(Place, row.targets))
        if row.asset is None:
            raise Conflict(
                N_("Notice {notice} has no audio: import a recording or have it spoken."), notice=notice
            )
        workflow.move(ctx, row, NoticeEvent.SUBMIT, comment)
        return view(ctx.session, row)

    @order("POST", "/notices/{notice}/approve", right=Right.APPROVE)
    def approve(
        self, ctx: Context, notice: str, comment: str = "", although_late: bool = False
    ) -> NoticeView:
        """Approve what somebody else made: it goes on the air when its validity begins.

        Conflict where a serial line cannot carry its audio in time, unless `although_late`.
        """
        row = newest(ctx.session, notice)
        assets = (row.asset,) if row.asset else ()
        workflow.approve(ctx, row, assets, comment, although_late=although_late)
        return view(ctx.session, row)

    @order("POST", "/notices/{notice}/reject", right=Right.APPROVE)
    def reject(self, ctx: Context, notice: str, comment: str) -> NoticeView:
        """Give a submitted notice back, with the reason."""
        row = newest(ctx.session, notice)
        ctx.require(Right.APPROVE, *map(Place, row.targets))
        workflow.move(ctx, row, NoticeEvent.REJECT, comment)
        return view(ctx.session, row)

    @order("POST", "/notices/{notice}/withdraw", right=Right.VIEW)
    def withdraw(self, ctx: Context, notice: str, comment: str = "") -> NoticeView:
        """Take a notice back: endpoints stop at once, and what was planned is withdrawn.

        For the right `withdraw`; or `draft` before it is approved, when its issue number is given out again.
        """
        row = live_or_newest(ctx.session, notice)
        workflow.withdraw(ctx, row, comment)
        return view(ctx.session, row)

    @question("GET", "/notices", right=Right.VIEW)
    def list(
        self,
        ctx: Context,
        state: NoticeState | None = None,
        kind: NoticeKind | None = None,
        place: Place | None = None,
        search: str = "",
    ) -> tuple[NoticeView, ...]:
        """The newest version of every notice, the newest first."""
        rows = ctx.session.exec(select(NoticeRow).order_by(col(NoticeRow.created_at), col(NoticeRow.version)))
        latest = {row.id: row for row in rows}
        # Held until they are all viewed: years of notices ask for none of these by itself
        _held = [ctx.session.exec(select(table)).all() for table in (AssetRow, AreaRow)]
        return tuple(
            view(ctx.session, row)
            for row in reversed(latest.values())
            if (state is None or row.state is state)
            and (kind is None or row.kind is kind)
            and (place is None or any(covers(Place(target), place) for target in row.targets))
            and search.casefold() in f"{row.title}\n{row.text}".casefold()
        )

    @question("GET", "/notices/{notice}", right=Right.VIEW)
    def show(self, ctx: Context, notice: str, version: int | None = None) -> NoticeHistory:
        """One notice with its versions, and who did what when."""
        row = (
            newest(ctx.session, notice) if version is None else ctx.session.get(NoticeRow, (notice, version))
        )
        if row is None:
            raise NotFound(N_("Notice {notice} has no version {version}."), notice=notice, version=version)
        versions = ctx.session.exec(select(NoticeRow.version).where(NoticeRow.id == notice))
        return NoticeHistory(
            notice=view(ctx.session, row),
            versions=tuple(sorted(versions)),
            steps=workflow.steps(ctx.session, row),
        )


def newest(session: Session, notice: str) -> NoticeRow:
    """The newest version of a notice; NotFound where there is none."""
    rows = session.exec(
        select(NoticeRow).where(NoticeRow.id == notice).order_by(col(NoticeRow.version).desc()).limit(1)
    ).all()
    if not rows:
        raise NotFound(N_("There is no notice {notice}."), notice=notice)
    return rows[0]


def live_or_newest(session: Session, notice: str) -> NoticeRow:
    """The version that is approved or on the air, else the newest one."""
    live = (NoticeState.APPROVED, NoticeState.ON_AIR)
    found = session.exec(
        select(NoticeRow).where(NoticeRow.id == notice, col(NoticeRow.state).in_(live))
    ).first()
    return found or newest(session, notice)


def view(session: Session, row: NoticeRow) -> NoticeView:
    """A notice version as people see it."""
    asset = session.get(AssetRow, row.asset) if row.asset else None
    members: dict[str, Any] = {name: getattr(row, name) for name in _MEMBERS}
    return NoticeView(
        **members,
        targets=tuple(row.targets),
        places=place_names(session, row.targets),
        duration_ms=asset.duration_ms if asset else None,
        rule=rule_of(row.rule) if row.rule else None,
    )


_MEMBERS = NoticeView.__dataclass_fields__.keys() - {"targets", "places", "duration_ms", "rule"}


def _row(
    ctx: Context,
    draft: NoticeDraft,
    notice: str,
    version: int,
    targets: list[str],
    before: NoticeRow | None = None,
) -> NoticeRow:
    spoken: _Spoken = ctx.prepared
    valid_from, valid_until = workflow.validity(ctx, draft.valid_from, draft.valid_until)
    name, issue = series.numbered(ctx.session, draft.series, draft.issue, notice, before)
    row = NoticeRow(
        id=notice,
        version=version,
        kind=draft.kind,
        title=draft.title,
        text=draft.text,
        asset=_asset(ctx, spoken.body, draft.title) or _known(ctx, draft.asset),
        cancel_asset=_asset(ctx, spoken.cancel, draft.title) or (before.cancel_asset if before else None),
        targets=targets,
        valid_from=valid_from,
        valid_until=valid_until,
        klass=_class(draft),
        severity=draft.severity,
        level=draft.level if draft.level is not None else Level.COUNTY,
        volume=draft.volume,
        policy=draft.policy,
        series=name,
        issue=issue,
        rule=rule_json(draft.rule) if draft.rule else None,
        created_by=ctx.who,
        created_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _rewritten(ctx: Context, notice: str, draft: NoticeDraft) -> NoticeView:
    before = newest(ctx.session, notice)
    ctx.require(Right.DRAFT, *map(Place, before.targets))
    targets = workflow.targets_of(ctx, Right.DRAFT, draft.targets)
    if before.state is NoticeState.SUBMITTED:
        raise Conflict(N_("Notice {notice} is submitted: have it rejected to change it."), notice=notice)
    same = before.state is NoticeState.DRAFT
    if same:
        series.give_back(ctx.session, before, unless=draft.series)
        ctx.session.delete(before)
        ctx.session.flush()
    row = _row(ctx, draft, notice, before.version + (not same), targets, before)
    _wrote(ctx, row)
    return view(ctx.session, row)


def _wrote(ctx: Context, row: NoticeRow) -> None:
    workflow.written(ctx, row)
    if row.kind is NoticeKind.EMERGENCY:
        changed(ctx.session)  # endpoints get its audio before it is sent


def _class(draft: NoticeDraft) -> BroadcastClass:
    """A test never sounds as live, and nothing but an emergency is of its class."""
    emergency, test = draft.kind is NoticeKind.EMERGENCY, draft.severity is Severity.TEST
    usual = BroadcastClass.DRILL if test else BroadcastClass.EMERGENCY
    klass = draft.klass or (usual if emergency else BroadcastClass.DAILY)
    if klass is BroadcastClass.EMERGENCY and test:
        raise Invalid(N_("A test is of class drill, never of class emergency."))
    if klass is BroadcastClass.EMERGENCY and not emergency:
        raise Invalid(N_("Only a notice of kind emergency is of class emergency."))
    return klass


def _own_ending(house: "CountyHouse", notice: str, draft: NoticeDraft) -> str:
    """What a person had the end of this emergency say; empty where it says the usual, or has become a drill since."""
    with house.snapshot() as session:
        before = newest(session, notice)
        asset = session.get(AssetRow, before.cancel_asset) if before.cancel_asset else None
    said = asset.spoken_text if asset and before.klass is _class(draft) else None
    return said if said and said != _usual_ending(before.title, before.klass) else ""


def _usual_ending(title: str, klass: BroadcastClass) -> str:
    return _ENDED[klass is BroadcastClass.DRILL].format(title=title)


def _spoken(house: "CountyHouse", draft: NoticeDraft, own_ending: str = "") -> _Spoken:
    if draft.speak and draft.asset:
        raise Invalid(N_("A notice is spoken or has a recording, not both."))
    klass = _class(draft)
    text = as_drill(draft.text) if klass is BroadcastClass.DRILL else draft.text
    ending = draft.cancel_text
    if draft.kind is NoticeKind.EMERGENCY and not ending:
        ending = own_ending or _usual_ending(draft.title, klass)
    body = recordings.spoken(house, text, draft.title) if draft.speak else None
    cancel = recordings.spoken(house, ending, draft.title) if ending else None
    return _Spoken(body=body, cancel=cancel)


def as_drill(text: str) -> str:
    """The text of a drill says that it is one, whoever reads it out."""
    return text if "演练" in text or not text.strip() else f"{_DRILL}{text}"


_DRILL = "演练，演练，这是演练。"  # the villagers' language, whatever the screen's is
_ENDED = {False: "{title}，现已解除。", True: "演练结束。"}  # by whether it is a drill


def _asset(ctx: Context, made: Made | None, title: str) -> str | None:
    return recordings.keep_asset(ctx, made, title).id if made else None


def _known(ctx: Context, asset: str | None) -> str | None:
    return recordings.usable(ctx, asset).id if asset else None
