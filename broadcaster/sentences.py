"""Sentences: what tickets and incidents say, in the language of who reads it."""

from collections.abc import Mapping

from broadcaster.language import N_, _
from broadcaster.tickets.ticket import DEVICE, TIME
from broadcaster.trail import CONTROLLER
from broadcaster.words import word

_NOBODY: Mapping[str, str] = {
    DEVICE: N_("the device"),
    TIME: N_("the clock"),
    CONTROLLER: N_("the controller"),
    "@owner": N_("the owner"),
}


_KINDS = {"why": "WaitReason", "answer": "Answer"}


def sentence(message: str, facts: Mapping[str, object]) -> str:
    """A msgid filled with its facts; titles and words among them are translated too."""
    spoken = {name: _(fact) if isinstance(fact, str) and fact else fact for name, fact in facts.items()}
    spoken |= {name: word(kind, str(facts[name])) for name, kind in _KINDS.items() if name in spoken}
    return _(message).format_map(spoken) if message else ""


def doer(who: str) -> str:
    """Who did it: a person, the device, time, or the controller."""
    return _(_NOBODY[who]) if who in _NOBODY else who
