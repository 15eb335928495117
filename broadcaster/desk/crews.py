"""Crews at the desk: who goes, when and with what, and the people who are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import col, select

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.crews import crews_of, hours_of
from broadcaster.storage.tables import ContactRow, CrewRow, DutyRow, LeaveRow
from broadcaster.tickets.crews import Crew
from broadcaster.tickets.parts import Part, Skill
from schedules.places import Place
from schedules.rules import Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewView:
    """抢修队. Its day begins at `latitude`, `longitude` where they are known.

    Without `days` it goes out on the county's working days, without `hours` at the county's. `away_until`: when it is back, where
    it is away now.
    """

    name: str
    place: str
    skills: tuple[Skill, ...]
    latitude: float | None
    longitude: float | None
    enabled: bool
    people: tuple[str, ...]
    days: tuple[Weekday, ...] = ()
    hours: tuple[time, time] | None = None
    stand_in: str = ""
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveView:
    """停勤: from when until when a crew is away, or lacks `skill`, and why."""

    id: int
    crew: str
    begins: datetime
    ends: datetime
    skill: Skill | None
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """Somebody who is told, through the channels that county.toml names."""

    name: str
    place: str
    part: Part
    crew: str
    phone: str
    channels: tuple[str, ...]
    quiet_hours: tuple[tuple[time, time], ...]
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """When somebody is on duty."""

    id: int
    contact: str
    begins: datetime
    ends: datetime


class Crews(Noun):
    """Crews, lift trucks, leaves, contacts and duties."""

    @question("GET", "/crews", right=Right.VIEW)
    def list(self, ctx: Context) -> tuple[CrewView, ...]:
        """All crews, by place and name."""
        rows = ctx.session.exec(select(CrewRow).order_by(CrewRow.place, CrewRow.name)).all()
        crews = crews_of(ctx.session, ctx.now)
        return tuple(_crew(ctx, row, crews) for row in rows)

    @order("PUT", "/crews/{crew}", right=Right.SETTLE, places="place")
    def set(
        self,
        ctx: Context,
        crew: str,
        place: Place,
        skills: tuple[Skill, ...] = (),
        latitude: float | None = None,
        longitude: float | None = None,
        enabled: bool = True,
        days: tuple[Weekday, ...] = (),
        hours: tuple[time, time] | None = None,
        stand_in: str = "",
    ) -> CrewView:
        """Say what a crew is, when it goes out and who is told while it is away; one that is not known yet begins."""
        before = ctx.session.get(CrewRow, crew)
        if before is not None:
            ctx.require(Right.SETTLE, Place(before.place))
        if hours is not None and hours[1] <= hours[0]:
            raise Invalid(N_("The hours of a crew end after they begin, on the same day."))
        if stand_in:
            _known(ctx, stand_in)
        if stand_in == crew:
            raise Invalid(N_("Nobody stands in for themselves."))
        row = CrewRow(
            name=crew,
            place=place,
            skills=[skill.value for skill in skills],
            latitude=latitude,
            longitude=longitude,
            enabled=enabled,
            days=[day.value for day in Weekday if day in days],
            hours=[f"{at:%H:%M}" for at in hours or ()],
            stand_in=stand_in,
        )
        row = ctx.session.merge(row)
        return _crew(ctx, row, crews_of(ctx.session, ctx.now))

    @question("GET", "/leaves", right=Right.VIEW)
    def leaves(self, ctx: Context) -> tuple[LeaveView, ...]:
        """Leaves that are not over, by their begin."""
        wanted = select(LeaveRow).where(LeaveRow.ends > ctx.now)
        return tuple(map(_leave, ctx.session.exec(wanted.order_by(col(LeaveRow.begins), col(LeaveRow.id)))))

    @order("POST", "/crews/{crew}/leaves", right=Right.SETTLE)
    def leave(
        self,
        ctx: Context,
        crew: str,
        begins: datetime,
        ends: datetime,
        reason: str,
        skill: Skill | None = None,
    ) -> LeaveView:
        """Say that a crew is away, or with `skill` what it lacks: without `lift` its truck is in the workshop."""
        row = _known(ctx, crew)
        ctx.require(Right.SETTLE, Place(row.place))
        if ends <= max(begins, ctx.now):
            raise Invalid(N_("A leave has to end after it begins, and not before now."))
        if not reason.strip():
            raise Invalid(N_("It takes a reason."))
        if skill is not None and skill not in row.skills:
            raise Invalid(N_("{crew} has no “{skill}” that it could lack."), crew=crew, skill=skill.value)
        leave = LeaveRow(crew=crew, begins=begins, ends=ends, skill=skill or "", reason=reason, by=ctx.who)
        ctx.session.add(leave)
        ctx.session.flush()
        return _leave(leave)

    @order("DELETE", "/leaves/{leave}", right=Right.SETTLE)
    def back(self, ctx: Context, leave: int) -> CrewView:
        """Strike a leave out: the crew is back early, or does not go on leave."""
        row = ctx.session.get(LeaveRow, leave)
        if row is None:
            raise NotFound(N_("There is no leave {leave}."), leave=leave)
        crew = _known(ctx, row.crew)
        ctx.require(Right.SETTLE, Place(crew.place))
        ctx.session.delete(row)
        ctx.session.flush()
        return _crew(ctx, crew, crews_of(ctx.session, ctx.now))

    @question("GET", "/contacts", right=Right.VIEW)
    def contacts(self, ctx: Context) -> tuple[ContactView, ...]:
        """Everybody who is told."""
        rows = ctx.session.exec(select(ContactRow).order_by(ContactRow.place, ContactRow.name))
        return tuple(map(_contact, rows))

    @order("PUT", "/contacts/{contact}", right=Right.SETTLE, places="place")
    def tell(
        self,
        ctx: Context,
        contact: str,
        place: Place,
        part: Part,
        channels: tuple[str, ...] = (),
        phone: str = "",
        crew: str = "",
        quiet_hours: tuple[tuple[time, time], ...] = (),
        enabled: bool = True,
    ) -> ContactView:
        """Say who is told, for which place, and through which channels."""
        before = ctx.session.get(ContactRow, contact)
        if before is not None:
            ctx.require(Right.SETTLE, Place(before.place))
        if part is Part.CREW:
            _known(ctx, crew)
        if "sms" in channels and not phone:
            raise Invalid(N_("To be told by SMS takes a phone number."))
        row = ContactRow(
            name=contact,
            place=place,
            part=part,
            crew=crew,
            phone=phone,
            channels=[*channels],
            quiet_hours=[[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in quiet_hours],
            enabled=enabled,
        )
        return _contact(ctx.session.merge(row))

    @question("GET", "/duties", right=Right.VIEW)
    def duties(self, ctx: Context) -> tuple[DutyView, ...]:
        """Duties that are not over."""
        wanted = select(DutyRow).where(DutyRow.ends > ctx.now)
        return tuple(map(_duty, ctx.session.exec(wanted.order_by(col(DutyRow.begins), col(DutyRow.id)))))

    @order("POST", "/contacts/{contact}/duties", right=Right.SETTLE)
    def on_duty(self, ctx: Context, contact: str, begins: datetime, ends: datetime) -> DutyView:
        """Put somebody on duty: while anybody of their part and place is, only those are told."""
        row = ctx.session.get(ContactRow, contact)
        if row is None:
            raise NotFound(N_("Nobody called {contact} is told."), contact=contact)
        ctx.require(Right.SETTLE, Place(row.place))
        if ends <= begins:
            raise Invalid(N_("A duty ends after it begins."))
        duty = DutyRow(contact=contact, begins=begins, ends=ends)
        ctx.session.add(duty)
        ctx.session.flush()
        return _duty(duty)


def _known(ctx: Context, crew: str) -> CrewRow:
    row = ctx.session.get(CrewRow, crew)
    if row is None:
        raise NotFound(N_("There is no crew {crew}. `broadcaster crew list` has them all."), crew=crew)
    return row


def _crew(ctx: Context, row: CrewRow, crews: Mapping[str, Crew]) -> CrewView:
    known = crews.get(row.name)
    people = ctx.session.exec(
        select(ContactRow.name).where(ContactRow.crew == row.name).order_by(ContactRow.name)
    )
    return CrewView(
        name=row.name,
        place=row.place,
        skills=tuple(map(Skill, row.skills)),
        latitude=row.latitude,
        longitude=row.longitude,
        enabled=row.enabled,
        people=tuple(people),
        days=tuple(map(Weekday, row.days)),
        hours=hours_of(row),
        stand_in=row.stand_in,
        away_until=known.away_until(ctx.now) if known else None,
    )


def _leave(row: LeaveRow) -> LeaveView:
    assert row.id is not None
    return LeaveView(
        id=row.id,
        crew=row.crew,
        begins=row.begins,
        ends=row.ends,
        skill=Skill(row.skill) if row.skill else None,
        reason=row.reason,
        by=row.by,
    )


def _contact(row: ContactRow) -> ContactView:
    return ContactView(
        name=row.name,
        place=row.place,
        part=Part(row.part),
        crew=row.crew,
        phone=row.phone,
        channels=tuple(row.channels),
        quiet_hours=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in row.quiet_hours),
        enabled=row.enabled,
    )


def _duty(row: DutyRow) -> DutyView:
    assert row.id is not None
    return DutyView(id=row.id, contact=row.contact, begins=row.begins, ends=row.ends)
