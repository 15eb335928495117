"""Cut: where a line is broken, seen from who is still heard. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from devices.reports import TapReport

_SILENT = 2  # neighbours at the far end: one alone may just be without power


@dataclass(frozen=True, slots=True)
class Cut:
    """Between the last endpoint that is heard (None: the hub itself) and the first that is not."""

    after: str | None
    before: str


def cut_of(taps: Iterable[TapReport]) -> Cut | None:
    """The place of a cut, if all from some position on are silent that were heard before, and all before it are there.

    Endpoints that were never heard say nothing: they may not be mounted yet.
    """
    known = [tap for tap in taps if tap.answers or tap.there]
    along = sorted(known, key=lambda tap: tap.position if tap.position is not None else tap.address)
    there = [tap.there for tap in along]
    last = max((number for number, is_there in enumerate(there) if is_there), default=-1)
    silent = along[last + 1 :]
    if len(silent) < _SILENT or not all(there[: last + 1]):
        return None
    return Cut(along[last].endpoint if last >= 0 else None, silent[0].endpoint)
