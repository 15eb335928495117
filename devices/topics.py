"""Where each document and report travels. Audio has a root of its own, so that `ccx/#` stays readable for people."""

from dataclasses import dataclass
from enum import StrEnum

ROOT = "ccx/1"
MEDIA = "ccxm/1"
TIME = f"{ROOT}/time"
PROBE = "probe"


class DocumentKind(StrEnum):
    """What the controller tells endpoints: signed, versioned state."""

    PLAN = "plan"
    ALERTS = "alerts"
    SETTINGS = "settings"
    MANIFEST = "manifest"
    RECEIPT = "receipt"
    TIME = "time"


class ReportKind(StrEnum):
    """What an endpoint tells the controller: plain JSON."""

    STATUS = "status"
    HEARTBEAT = "heartbeat"
    EVENT = "event"
    PLAYED = "played"
    WANT = "want"
    LINE = "line"  # of a hub


def area_document(code: str, kind: DocumentKind) -> str:
    """Topic of a document for every endpoint in an area."""
    return f"{ROOT}/area/{code}/{kind}"


def endpoint_document(endpoint: str, kind: DocumentKind) -> str:
    """Topic of a document for one endpoint."""
    return f"{ROOT}/endpoint/{endpoint}/{kind}"


def probe(endpoint: str) -> str:
    """Topic on which one endpoint is asked for a sign of life."""
    return f"{ROOT}/endpoint/{endpoint}/{PROBE}"


def report(endpoint: str, kind: ReportKind) -> str:
    """Topic of a report of one endpoint."""
    return f"{ROOT}/endpoint/{endpoint}/{kind}"


def manifest(sha256: str) -> str:
    """Topic of a recording's manifest."""
    return f"{MEDIA}/{sha256}/manifest"


def chunk(sha256: str, number: int) -> str:
    """Topic of one chunk for everybody who wants the recording."""
    return f"{MEDIA}/{sha256}/c/{number}"


def chunk_for(endpoint: str, sha256: str, number: int) -> str:
    """Topic of one chunk as the answer to a single endpoint."""
    return f"{MEDIA}/to/{endpoint}/{sha256}/{number}"


_BEFORE_CHUNK = f"{MEDIA}/"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk topic, taken apart."""

    sha256: str
    number: int


def parse_chunk(topic: str) -> Chunk | None:
    """The chunk that a topic names, or None where it names none."""
    if not topic.startswith(_BEFORE_CHUNK):
        return None
    match topic.split("/"):
        case ["ccxm", "1", sha256, "c", number] if number.isdecimal():
            return Chunk(sha256, int(number))
        case ["ccxm", "1", "to", _, sha256, number] if number.isdecimal():
            return Chunk(sha256, int(number))
    return None


_REPORTS = {str(kind): kind for kind in ReportKind}
_BEFORE_ENDPOINT = f"{ROOT}/endpoint/"
_TO_ENDPOINT = len(_BEFORE_ENDPOINT)


def parse_report(topic: str) -> tuple[str, ReportKind] | None:
    """(endpoint, kind) of a report topic, or None where it names none."""
    if not topic.startswith(_BEFORE_ENDPOINT):
        return None
    endpoint, _, word = topic[_TO_ENDPOINT:].partition("/")
    kind = _REPORTS.get(word)
    return None if kind is None else (endpoint, kind)
