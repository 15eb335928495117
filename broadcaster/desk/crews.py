"""Crews at the desk: who goes and with what, and the people who are told."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import col, select

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.tables import ContactRow, CrewRow, DutyRow
from broadcaster.tickets.parts import Part, Skill
from schedules.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewView:
    """抢修队. Its day begins at `latitude`, `longitude` where they are known."""

    name: str
    place: str
    skills: tuple[Skill, ...]
    latitude: float | None
    longitude: float | None
    enabled: bool
    people: tuple[str, ...]


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
    """Crews, lift trucks, contacts and duties."""

    @question("GET", "/crews", right=Right.VIEW)
    def list(self, ctx: Context) -> tuple[CrewView, ...]:
        """All crews, by place and name."""
        rows = ctx.session.exec(select(CrewRow).order_by(CrewRow.place, CrewRow.name))
        return tuple(_crew(ctx, row) for row in rows)

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
    ) -> CrewView:
        """Say what a crew is; one that is not known yet begins."""
        row = CrewRow(
            name=crew,
            place=place,
            skills=[skill.value for skill in skills],
            latitude=latitude,
            longitude=longitude,
            enabled=enabled,
        )
        return _crew(ctx, ctx.session.merge(row))

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
        if part is Part.CREW and ctx.session.get(CrewRow, crew) is None:
            raise NotFound(N_("There is no crew {crew}. `broadcaster crew list` has them all."), crew=crew)
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


def _crew(ctx: Context, row: CrewRow) -> CrewView:
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
