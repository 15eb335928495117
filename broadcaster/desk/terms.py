"""Service times at the desk: within which times tickets of a priority are taken up, mended and told further up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid
from broadcaster.desk.house import Context
from broadcaster.desk.places import widest_places
from broadcaster.desk.service import working_hours
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.repairs.causes import HANDLING, Priority
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import ServiceTermsRow, TicketRow
from broadcaster.tickets import orders, timers
from broadcaster.tickets import terms as agreed_terms
from broadcaster.tickets.states import OVER
from broadcaster.tickets.terms import DEFAULT, LARGEST_SHARE, LONGEST_H, SHARES

Hours = Annotated[float, Field(gt=0, le=LONGEST_H)]
Percent = Annotated[int, Field(ge=1, lt=LARGEST_SHARE * 100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTime:
    """Of one priority, in hours of working time; those of P1 run around the clock.

    `repair_h` None: what each cause has by default, from `shortest_h` to `longest_h`. `escalation`: percent of the repair
    time at which whoever has it, the town's lead, the station and the leaders are told.
    """

    priority: Priority
    respond_h: float | None
    repair_h: float | None
    shortest_h: float
    longest_h: float
    escalation: tuple[int, ...]
    by_default: bool
    tickets: int  # that are not over, and run by it


class Terms(Noun):
    """The operator's own service times, by priority."""

    @question("GET", "/service-times", right=Right.VIEW)
    def list(self, ctx: Context) -> tuple[ServiceTime, ...]:
        """All four priorities."""
        agreed = kept.agreed(ctx.session)
        return tuple(_view(ctx.session, priority, agreed.get(priority)) for priority in Priority)

    @order("PUT", "/service-times/{priority}", right=Right.SETTLE)
    def set(
        self,
        ctx: Context,
        priority: Priority,
        respond_h: Hours | None = None,
        repair_h: Hours | None = None,
        escalation: tuple[Percent, ...] = tuple(round(share * 100) for share in SHARES),
    ) -> ServiceTime:
        """Set them, for tickets to come and for those that run: what was used stays used."""
        ctx.require(Right.SETTLE, *widest_places(ctx.session))
        if respond_h is not None and repair_h is not None and respond_h > repair_h:
            raise Invalid(
                N_("Taken up within {respond} h cannot be mended within {repair} h."),
                respond=respond_h,
                repair=repair_h,
            )
        if len(escalation) != len(SHARES) or sorted(set(escalation)) != [*escalation]:
            raise Invalid(N_("Escalation takes four rising percentages, such as 50, 80, 100, 150."))
        terms = agreed_terms.Terms(
            respond_h=respond_h, repair_h=repair_h, shares=tuple(each / 100 for each in escalation)
        )
        row = ServiceTermsRow(
            priority=priority, respond_h=respond_h, repair_h=repair_h, shares=[*terms.shares]
        )
        ctx.session.merge(row)
        _apply(ctx, priority, terms)
        return _view(ctx.session, priority, terms)

    @order("DELETE", "/service-times/{priority}", right=Right.SETTLE)
    def clear(self, ctx: Context, priority: Priority) -> ServiceTime:
        """Go by the defaults of the causes again."""
        ctx.require(Right.SETTLE, *widest_places(ctx.session))
        row = ctx.session.get(ServiceTermsRow, priority)
        if row is not None:
            ctx.session.delete(row)
            _apply(ctx, priority, DEFAULT)
        return _view(ctx.session, priority, None)


def _apply(ctx: Context, priority: Priority, terms: agreed_terms.Terms) -> None:
    working = working_hours(ctx)
    for number in _running(ctx.session, priority):
        ticket = kept.load(ctx.session, number)
        if ticket is not None and ticket.terms != terms:
            change = orders.agree(ticket, ctx.who, terms, working, ctx.now)
            kept.save(ctx.session, change, timers.next_time(change.ticket, working, ctx.now))


def _running(session: Session, priority: Priority) -> Iterable[int]:
    wanted = select(TicketRow.number).where(TicketRow.priority == priority, col(TicketRow.state).not_in(OVER))
    return [number for number in session.exec(wanted) if number is not None]


def _view(session: Session, priority: Priority, terms: agreed_terms.Terms | None) -> ServiceTime:
    hours = [handling.service_h for handling in HANDLING.values() if handling.priority is priority]
    shown = terms or DEFAULT
    return ServiceTime(
        priority=priority,
        respond_h=shown.respond_h,
        repair_h=shown.repair_h,
        shortest_h=min(hours),
        longest_h=max(hours),
        escalation=tuple(round(share * 100) for share in shown.shares),
        by_default=terms is None,
        tickets=len([*_running(session, priority)]),
    )
