"""The trail's words: what the orders in the audit trail are called, and how they ended. Programs know them by name."""

from collections.abc import Mapping

from broadcaster.language import N_, _

ORDERS: Mapping[str, str] = {
    "areas.take_in": N_("import areas"),
    "areas.settle": N_("settle hours and minutes of an area"),
    "endpoints.take_in": N_("import endpoints"),
    "endpoints.enable": N_("switch an endpoint on or off"),
    "endpoints.provision": N_("provision an endpoint"),
    "endpoints.retire": N_("retire an endpoint"),
    "lines.set": N_("register a line"),
    "lines.remove": N_("remove a line"),
    "lines.provision": N_("provision a hub"),
    "recordings.take_in": N_("import a recording"),
    "recordings.speak": N_("have a text spoken"),
    "recordings.clear": N_("clear recordings away"),
    "notices.draft": N_("write a notice"),
    "notices.edit": N_("edit a notice"),
    "notices.submit": N_("submit a notice"),
    "notices.approve": N_("approve a notice"),
    "notices.reject": N_("reject a notice"),
    "notices.withdraw": N_("withdraw a notice"),
    "playlists.create": N_("put a playlist together"),
    "playlists.edit": N_("edit a playlist"),
    "playlists.submit": N_("submit a playlist"),
    "playlists.approve": N_("approve a playlist"),
    "playlists.reject": N_("reject a playlist"),
    "playlists.withdraw": N_("withdraw a playlist"),
    "calendar.set": N_("correct the calendar"),
    "calendar.clear": N_("take back a correction of the calendar"),
    "alerts.send": N_("send an alert"),
    "alerts.cancel": N_("cancel an alert"),
    "tickets.assign": N_("assign a ticket"),
    "tickets.accept": N_("accept a ticket"),
    "tickets.hand_back": N_("hand a ticket back"),
    "tickets.arrive": N_("arrive on site"),
    "tickets.wait": N_("have a ticket wait"),
    "tickets.resume": N_("go on with a ticket"),
    "tickets.done": N_("say that a ticket is done"),
    "tickets.override": N_("close a ticket against the device"),
    "tickets.note": N_("note on a ticket"),
    "tickets.hear": N_("write down what people on site say"),
    "tickets.attach": N_("attach a file to a ticket"),
    "tickets.ask_help": N_("ask the station for help"),
    "tickets.answer": N_("answer a request for help"),
    "tickets.take_over": N_("take a ticket over"),
    "tickets.give_back": N_("give a ticket back"),
    "deeds.do": N_("report a deed from the phone"),
    "terms.set": N_("set service times"),
    "terms.clear": N_("go by the usual service times again"),
    "crews.set": N_("enter a crew"),
    "crews.leave": N_("enter a leave of a crew"),
    "crews.back": N_("strike a leave of a crew out"),
    "crews.tell": N_("enter a contact"),
    "crews.on_duty": N_("put somebody on duty"),
    "maintenance.plan": N_("announce work"),
    "maintenance.cancel": N_("call announced work off"),
    "storms.note": N_("note a storm"),
    "storms.cancel": N_("take the note of a storm back"),
    "users.add": N_("add a user"),
    "users.grant": N_("give a user roles"),
    "users.enable": N_("let a user in or keep them out"),
    "tokens.issue": N_("issue a token"),
    "tokens.phone": N_("make a link for a phone"),
    "tokens.revoke": N_("revoke a token"),
}
CONTROLLER = "@controller"  # who did it, where no person ordered it; no user can have this name
VOLUME_PUT_BACK = "endpoints.put_volume_back"
BY_ITSELF: Mapping[str, str] = {VOLUME_PUT_BACK: N_("put a volume back that was turned by hand")}
_CALLED = {**ORDERS, **BY_ITSELF}
ENDS: Mapping[str, str] = {
    "done": N_("carried out"),
    "refused": N_("refused"),
    "failed": N_("failed"),
    "not_found": N_("not found"),
    "conflict": N_("not possible then"),
    "invalid": N_("wrong input"),
    "unavailable": N_("not available"),
}


def order_said(name: str) -> str:
    """What an order is called in the language in use; one that has no word by its name."""
    return _(_CALLED.get(name, name))


def end_said(outcome: str) -> str:
    """How an order ended, in the language in use."""
    return _(ENDS.get(outcome, outcome))


def order_named(said: str | None) -> str | None:
    """The name of the order that is called so, or what was said itself."""
    return next((name for name in _CALLED if said == order_said(name)), said)


def end_named(said: str | None) -> str | None:
    """The name of the end that is called so, or what was said itself."""
    return next((name for name in ENDS if said == end_said(name)), said)
