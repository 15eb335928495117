"""Reports as JSON bytes and back. Hostile bytes give BadReport and nothing else."""

import re
from functools import lru_cache

import msgspec

from devices.errors import BadReport
from devices.reports import Event, Heartbeat, LineReport, PlayedBatch, Report, Status, Want
from devices.topics import ReportKind

LONGEST_REPORT = 65_536  # bytes

_DECODERS: dict[ReportKind, msgspec.json.Decoder[Report]] = {
    ReportKind.STATUS: msgspec.json.Decoder(Status),
    ReportKind.HEARTBEAT: msgspec.json.Decoder(Heartbeat),
    ReportKind.EVENT: msgspec.json.Decoder(Event),
    ReportKind.PLAYED: msgspec.json.Decoder(PlayedBatch),
    ReportKind.WANT: msgspec.json.Decoder(Want),
    ReportKind.LINE: msgspec.json.Decoder(LineReport),
}


def encode(report: Report) -> bytes:
    """Compact JSON; members that are None are left out."""
    members = msgspec.to_builtins(report)
    return msgspec.json.encode({name: value for name, value in members.items() if value is not None})


def decode(kind: ReportKind, payload: bytes) -> Report:
    """The report of `kind` in `payload`, validated. Raises BadReport."""
    if len(payload) > LONGEST_REPORT:
        raise BadReport(f"{kind}: {len(payload)} bytes, at most {LONGEST_REPORT} are read")
    try:
        report = _DECODERS[kind].decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as problem:
        raise BadReport(f"{kind}: {problem}") from None
    if type(report) is Heartbeat and not _is_boot(report.boot):
        raise BadReport(f"{kind}: Expected 8 hex digits, got {report.boot!r} - at `$.boot`")
    return report


@lru_cache(maxsize=65_536)
def _is_boot(boot: str) -> bool:
    """As a pattern of the type it would be tried on each heartbeat anew, which takes as long as all else that is read."""
    return re.fullmatch("[0-9a-f]{8}", boot) is not None
