"""Acceptance: whether a genuine document is for us, and newer than what we hold. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from devices import topics
from devices.documents import Document, Header
from devices.topics import DocumentKind

TOLERANCE = timedelta(minutes=10)  # how far in the future of a trusted clock a document may have been issued


class Verdict(StrEnum):
    """What becomes of a genuine document; only an accepted one is acted on."""

    ACCEPTED = "accepted"
    WRONG_TOPIC = "wrong_topic"  # kind and target are not those of the topic it came on: a replay elsewhere
    DUPLICATE = "duplicate"  # the revision held
    STALE = "stale"  # an older revision, or a beacon that is not newer than the newest issue time known
    EXPIRED = "expired"
    NOT_YET = "not_yet"  # issued in the future of a trusted clock


def accept(
    document: Document,
    *,
    topic: str,
    held_revision: int | None,
    now: datetime | None,
    newest_issued: datetime | None = None,
) -> Verdict:
    """Judge `document` that came on `topic`.

    `held_revision`: the highest ever accepted on that topic. `now`: None while the clock is not trusted; then
    times are not judged. `newest_issued`: the newest issue time ever accepted on any topic, which a beacon must
    exceed.
    """
    header = document.header
    if topic not in topics_of(header):
        return Verdict.WRONG_TOPIC
    if held_revision is not None and header.revision <= held_revision:
        return Verdict.DUPLICATE if header.revision == held_revision else Verdict.STALE
    if header.kind is DocumentKind.TIME and newest_issued is not None and header.issued <= newest_issued:
        return Verdict.STALE
    if now is not None and now >= header.expires:
        return Verdict.EXPIRED
    if now is not None and header.issued > now + TOLERANCE:
        return Verdict.NOT_YET
    return Verdict.ACCEPTED


def topics_of(header: Header) -> tuple[str, ...]:
    """Where a document with this header may travel."""
    match header.kind:
        case DocumentKind.TIME:
            return (topics.TIME,)
        case DocumentKind.MANIFEST:
            return (topics.manifest(header.target),)
        case _:
            return (
                topics.area_document(header.target, header.kind),
                topics.endpoint_document(header.target, header.kind),
            )
