"""Deeds: what people in the field do with tickets, sent by phones that lose their network; each is done once.

A phone names each deed by a key of its own making and repeats it until it is answered. The key is written down in the
transaction of the deed, so that a repetition, also after a kill of the controller, finds it and changes nothing.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr
from sqlmodel import col, select

from broadcaster.desk.attachments import keep
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid
from broadcaster.desk.house import OWNER, Context
from broadcaster.desk.tickets import carried_out, viewed
from broadcaster.desk.workorders import TicketView
from broadcaster.language import N_
from broadcaster.people import users
from broadcaster.people.rights import RIGHTS, Right
from broadcaster.storage.tables import AttachmentRow, DeedRow, TicketRow
from broadcaster.storage.tickets import ticket_of
from broadcaster.tickets import orders
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.states import OVER
from broadcaster.tickets.ticket import Change, Ticket
from schedules.places import Place, covers

MOST_PHOTO_BYTES = 2 * 2**20  # a phone makes it smaller before it sends it


class Deed(StrEnum):
    """What is done in the field."""

    ACCEPT = "accept"
    ARRIVE = "arrive"
    WAIT = "wait"
    RESUME = "resume"
    DONE = "done"
    HAND_BACK = "hand_back"
    ASK_HELP = "ask_help"
    NOTE = "note"
    PHOTO = "photo"


Key = Annotated[str, Field(min_length=16, max_length=64, pattern=r"^[0-9A-Za-z-]+$")]
Comment = Annotated[str, Field(max_length=2_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a deed: the ticket as it is now. `repeated`: it had been done before."""

    ticket: TicketView
    repeated: bool


class Deeds(Noun):
    """Tickets of those who go out, and what they do about them."""

    @question("GET", "/me", right=Right.VIEW)
    def me(self, ctx: Context) -> str:
        """Who asks: what waits on a phone is theirs alone."""
        return ctx.who

    @question("GET", "/my-tickets", right=Right.REPAIR)
    def mine(self, ctx: Context) -> tuple[TicketView, ...]:
        """Those that are not over where the person may repair, the most urgent first."""
        wanted = (
            select(TicketRow)
            .where(col(TicketRow.state).not_in(OVER))
            .order_by(col(TicketRow.priority), col(TicketRow.opened))
        )
        rows = [row for row in ctx.session.exec(wanted) if _is_mine(ctx, row.place)]
        return tuple(viewed(ctx, ticket_of(row)) for row in rows)

    @order("POST", "/tickets/{ticket}/deeds", right=Right.REPAIR)
    def do(
        self,
        ctx: Context,
        ticket: int,
        key: Key,
        deed: Deed,
        comment: Comment = "",
        why: WaitReason = WaitReason.OTHER,
        photo: SecretStr | None = None,
        name: str = "photo.jpg",
        waited_s: Annotated[float, Field(ge=0)] = 0.0,
    ) -> Receipt:
        """Do it, once for each `key`. `photo` is a JPEG in Base64, and
        no part of the audit trail; `waited_s`: since when the phone could not send it."""
        known = ctx.session.get(DeedRow, key)
        if known is not None:
            ctx.require(Right.REPAIR)
            if (known.who, known.ticket, known.deed) != (ctx.who, ticket, deed.value):
                raise Invalid(N_("The key {key} belongs to another deed."), key=key)
            return Receipt(ticket=viewed(ctx, ticket), repeated=True)
        if deed is Deed.PHOTO:
            found = carried_out(ctx, ticket, lambda of: orders.note(of, ctx.who, ctx.now, comment or name))
            _attach(ctx, ticket, name, photo.get_secret_value() if photo else "")
        else:
            found = carried_out(ctx, ticket, _deed(deed, ctx.who, ctx.now, comment, why))
        ctx.session.add(
            DeedRow(key=key, who=ctx.who, ticket=ticket, deed=deed.value, at=ctx.now, waited_s=waited_s)
        )
        return Receipt(ticket=found, repeated=False)


def _deed(deed: Deed, who: str, now: datetime, comment: str, why: WaitReason) -> Callable[[Ticket], Change]:
    def do(ticket: Ticket) -> Change:
        match deed:
            case Deed.ACCEPT:
                return orders.accept(ticket, who, now)
            case Deed.ARRIVE:
                return orders.arrive(ticket, who, now)
            case Deed.WAIT:
                return orders.wait(ticket, who, why, now, comment)
            case Deed.RESUME:
                return orders.resume(ticket, who, now, comment)
            case Deed.DONE:
                return orders.done(ticket, who, now, comment)
            case Deed.HAND_BACK:
                return orders.hand_back(ticket, who, now, comment)
            case Deed.ASK_HELP:
                return orders.ask_help(ticket, who, now, comment)
            case Deed.NOTE | Deed.PHOTO:
                return orders.note(ticket, who, now, comment)

    return do


def _attach(ctx: Context, ticket: int, name: str, photo: str) -> None:
    try:
        content = base64.b64decode(photo, validate=True)
    except binascii.Error:
        content = b""
    if not 0 < len(content) <= MOST_PHOTO_BYTES:
        raise Invalid(N_("A photo has 1 byte to {most} MB."), most=MOST_PHOTO_BYTES // 2**20)
    sha256 = keep(ctx.house.settings.directory, content)
    ctx.session.merge(
        AttachmentRow(ticket=ticket, sha256=sha256, name=name, size=len(content), by=ctx.who, at=ctx.now)
    )


def _is_mine(ctx: Context, place: str) -> bool:
    if ctx.who == OWNER:
        return True
    where = Place(place) if place else Place("000000000000")
    grants = users.grants_of(ctx.session, ctx.who)
    return any(Right.REPAIR in RIGHTS[grant.role] and covers(grant.place, where) for grant in grants)
