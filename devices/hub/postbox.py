"""The postbox: reports that must reach the broker. A tap's report is in the store before the tap learns that it has arrived."""

import logging
import sqlite3

from devices.hub.store import HubStore
from devices.links import Link, Message

log = logging.getLogger(__name__)

BATCH = 64


class Postbox:
    """Publishes what waits in the store, in order, a batch at a time; forgets a batch once the broker has it."""

    def __init__(self, store: HubStore, uplink: Link) -> None:
        self._store = store
        self._uplink = uplink
        self._connected = False
        self._up_to: int | None = None  # the number of the last report that was published
        self._waits = True  # there may be something in the store

    @property
    def under_way(self) -> bool:
        """Whether a batch was published that the broker may not have yet."""
        return self._up_to is not None

    def connected(self) -> None:
        """The uplink is there."""
        self._connected = True

    def disconnected(self) -> None:
        """The uplink is gone; what was published is repeated by it."""
        self._connected = False

    def put(self, message: Message) -> None:
        """Keep a report until the broker has it; where the disk fails it is sent at once, as well as that goes."""
        try:
            self._store.put(message)
            self._waits = True
        except sqlite3.Error:
            log.exception("a report is sent without being kept", extra={"topic": message.topic})
            self._uplink.publish(message)

    def post(self) -> None:
        """Publish the next batch, if the one before has arrived."""
        if not self._connected or not self._waits or self.under_way:
            return
        try:
            batch = self._store.waiting(BATCH)
        except sqlite3.Error:
            log.exception("reports that wait cannot be read")
            return
        self._waits = bool(batch)
        for _, message in batch:
            self._uplink.publish(message)
        self._up_to = batch[-1][0] if batch else None

    def posted(self) -> None:
        """The broker has all that was published."""
        if self._up_to is not None:
            try:
                self._store.arrived(self._up_to)
            except sqlite3.Error:
                log.exception("reports that have arrived stay in the store")
            self._up_to = None
