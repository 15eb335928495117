"""Acceptance: whether a genuine document is for us, and newer than what we hold. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from devices.documents import Document

TOLERANCE = timedelta(minutes=10)  # how far in the future a document may have been issued, by a trusted clock


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

    `held_revision`: the highest accepted on that topic, ever. `now`: None while the clock is not trusted, then times
    are not judged. `newest_issued`: the newest issue time ever accepted on any topic, which a time beacon must exceed.
    """
    raise NotImplementedError
