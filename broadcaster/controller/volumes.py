"""Volumes put back: settings of endpoints whose volume was turned by hand are issued again, with a row of the audit trail."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from broadcaster.controller import publishing
from broadcaster.controller.desired import settings_of
from broadcaster.people import audit
from broadcaster.repairs.rules import PutBack
from broadcaster.storage.tables import EndpointRow
from broadcaster.trail import CONTROLLER, VOLUME_PUT_BACK
from devices.links import Message
from devices.signing import Signer


def put_back(session: Session, turned: Sequence[PutBack], signer: Signer, now: datetime) -> list[Message]:
    """What to send after the commit. Who is not in the registry any more is left alone."""
    messages = []
    for each in turned:
        endpoint = session.get(EndpointRow, each.endpoint)
        if endpoint is None:
            continue
        messages += publishing.issue(session, settings_of(endpoint), signer, now)
        audit.record(
            session,
            at=now,
            who=CONTROLLER,
            what=VOLUME_PUT_BACK,
            subject=each.endpoint,
            places=[endpoint.village],
            parameters={"actual": each.actual, "ordered": each.ordered},
            outcome="done",
        )
    return messages
