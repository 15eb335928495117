"""Notifying: lines of tickets become letters, and letters go out, beside everything else, until cancelled."""

import asyncio
import logging
from datetime import UTC, datetime

from broadcaster.house import CountyHouse
from broadcaster.notifications import letters, post
from broadcaster.notifications.channels import channels

log = logging.getLogger(__name__)

_EVERY_S = 2.0


async def notify(house: CountyHouse) -> None:
    """Until cancelled."""
    ways = channels(house.settings.notify)
    while True:
        await asyncio.sleep(_EVERY_S)
        try:
            await asyncio.to_thread(_once, house, ways)
        except Exception:
            log.exception("messages could not be written or sent, it is tried again")


def _once(house: CountyHouse, ways: dict[str, post.Channel]) -> None:
    now = datetime.now(UTC)
    with house.snapshot() as session:
        is_due = letters.is_due(session)
    if is_due:
        with house.transaction() as session:
            letters.write(session, house.settings.zone, now)
    post.deliver(house.engine, ways, now)
