"""Low rate: which of the recordings that a document names an endpoint takes, by its link."""

from dataclasses import replace
from typing import TypeVar

from devices.documents import Alert, Alerts, Document, Plan, PlanItem

_Sounding = TypeVar("_Sounding", Alert, PlanItem)


def for_slow_line(document: Document) -> Document:
    """The document as an endpoint on a slow line obeys it: the low-rate recording takes the place of the other."""
    match document.body:
        case Plan(items=items) as plan:
            return replace(document, body=replace(plan, items=tuple(map(_slim, items))))
        case Alerts(alerts=alerts) as body:
            return replace(document, body=replace(body, alerts=tuple(map(_slim, alerts))))
        case _:
            return document


def _slim(sounding: _Sounding) -> _Sounding:
    return sounding if sounding.low_rate is None else replace(sounding, recording=sounding.low_rate)
