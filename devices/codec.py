"""Reports as JSON bytes and back. Hostile bytes give BadReport and nothing else."""

from devices.reports import Report
from devices.topics import ReportKind

LONGEST_REPORT = 65_536  # bytes


def encode(report: Report) -> bytes:
    """Compact JSON; members that are None are left out."""
    raise NotImplementedError


def decode(kind: ReportKind, payload: bytes) -> Report:
    """The report of `kind` in `payload`, validated. Raises BadReport."""
    raise NotImplementedError
