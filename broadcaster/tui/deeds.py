"""Deeds: what people do with a ticket by one key and, where it takes them, a line of words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from broadcaster.desk.county import CountyDesk
from broadcaster.language import N_
from broadcaster.tickets.states import TicketStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a key does with a ticket: the order, and the question for the words that go with it."""

    key: str
    name: str
    give: Callable[[CountyDesk, int, str], object]
    asks: str = ""
    must_say: bool = False  # whether the words may not be missing


DEEDS: Mapping[TicketStep, Deed] = {
    TicketStep.ACCEPT: Deed(
        key="a", name=N_("Accept"), give=lambda desk, ticket, words: desk.tickets.accept(ticket=ticket)
    ),
    TicketStep.ARRIVE: Deed(
        key="v", name=N_("On site"), give=lambda desk, ticket, words: desk.tickets.arrive(ticket=ticket)
    ),
    TicketStep.DONE: Deed(
        key="d",
        name=N_("Mended"),
        give=lambda desk, ticket, words: desk.tickets.done(ticket=ticket, comment=words),
        asks=N_("What was done? The device has the last word. (Enter alone says nothing.)"),
    ),
    TicketStep.RESUME: Deed(
        key="r",
        name=N_("Go on"),
        give=lambda desk, ticket, words: desk.tickets.resume(ticket=ticket, comment=words),
        asks=N_("Why does it go on? (Enter alone says nothing.)"),
    ),
    TicketStep.HAND_BACK: Deed(
        key="b",
        name=N_("Hand back"),
        give=lambda desk, ticket, words: desk.tickets.hand_back(ticket=ticket, comment=words),
        asks=N_("Why is it handed back?"),
        must_say=True,
    ),
    TicketStep.ASK_HELP: Deed(
        key="h",
        name=N_("Ask for help"),
        give=lambda desk, ticket, words: desk.tickets.ask_help(ticket=ticket, comment=words),
        asks=N_("What is the station asked? It answers within 30 working minutes."),
    ),
    TicketStep.ANSWER: Deed(
        key="s",
        name=N_("Answer"),
        give=lambda desk, ticket, words: desk.tickets.answer(ticket=ticket, comment=words),
        asks=N_("What does the station answer?"),
        must_say=True,
    ),
    TicketStep.TAKE_OVER: Deed(
        key="t",
        name=N_("Take over"),
        give=lambda desk, ticket, words: desk.tickets.take_over(ticket=ticket, comment=words),
        asks=N_("The station takes it over. Why? (Enter alone says nothing.)"),
    ),
    TicketStep.GIVE_BACK: Deed(
        key="u",
        name=N_("Back to the town"),
        give=lambda desk, ticket, words: desk.tickets.give_back(ticket=ticket, comment=words),
        asks=N_("The town has it again. Why?"),
        must_say=True,
    ),
    TicketStep.NOTE: Deed(
        key="n",
        name=N_("Note"),
        give=lambda desk, ticket, words: desk.tickets.note(ticket=ticket, comment=words),
        asks=N_("What is to be written down?"),
        must_say=True,
    ),
}
