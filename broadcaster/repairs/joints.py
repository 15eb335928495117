"""Joints: a line that is noisy from one tap on, for hours, has a joint that corrodes: mended before it breaks."""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules import Verdict
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.taps import worn_after
from broadcaster.repairs.topology import Kind, node_id
from devices.reports import LineReport

LASTS_S = 6 * 3_600.0


class Joints:
    """The part of rule 4 of the catalogue that finds a line before it is cut."""

    def __init__(self) -> None:
        self._patience = Patience(lasts_s=LASTS_S)

    def look(self, report: LineReport, at: float) -> Verdict | None:
        """One report of a line; None: nothing that was not known."""
        if not report.open or not any(tap.there for tap in report.taps):
            return None
        line, worn = node_id(Kind.LINE, report.line), worn_after(report)
        found = self._patience.look(line, at, enters=worn is not None, leaves=worn is None)
        if found is None:
            return None
        facts = {"last": worn[0], "first": worn[1]} if worn else {}
        said = Statement(message=_WORN, facts=facts) if worn else None
        return Verdict(endpoint=line, cause=Cause.LINK_DEGRADED, on=found, evidence=said)

    def resume(self, line: str) -> None:
        """After a restart: it had been found."""
        self._patience.resume(line)


_WORN = N_(
    "For hours the line has been noisy from {first} on, and calm up to {last}: look at the joint between them."
)
