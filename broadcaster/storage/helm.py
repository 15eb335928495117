"""The helm: of the controllers that share a server's database one works, and the others stand by until it is gone.

A lock of the server tells which. It belongs to a connection, so it goes with a controller that is killed or loses its power.
A database in a file has one controller by the claim on its directory: there is nobody to share it with.
"""

import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import DBAPIError

from broadcaster.storage.engine import connect

log = logging.getLogger(__name__)

_LOCK = 0x63637832  # "ccx2"
_EVERY_S = 1.0
_NOTICED = (  # ten seconds after our machine lost its power, the server gives the lock on
    "SELECT set_config('tcp_keepalives_idle', '4', false)",
    "SELECT set_config('tcp_keepalives_interval', '2', false)",
    "SELECT set_config('tcp_keepalives_count', '3', false)",
)


class Standing(StrEnum):
    """Where a controller stands among those that share its database."""

    AT_THE_HELM = "at_the_helm"
    BY = "by"  # another one is at the helm
    BLIND = "blind"  # the server does not answer


class Helm:
    """One controller's try for the helm of the database at `url`. Raises CannotOpen for a URL that leads nowhere."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self._is_shared = self._engine.dialect.name != "sqlite"
        self._held: Any = None  # the connection that has the lock

    def look(self) -> Standing:
        """Where it stands now; takes the helm if nobody has it. May wait for the server."""
        if not self._is_shared:
            return Standing.AT_THE_HELM
        driver: Any = self._engine.dialect.loaded_dbapi
        try:
            return self._look()
        except (DBAPIError, driver.Error):
            self._let_go()
            return Standing.BLIND

    def close(self) -> None:
        """The next may work."""
        self._let_go()
        self._engine.dispose()

    def _look(self) -> Standing:
        if self._held is not None:
            self._ask("SELECT 1")
            return Standing.AT_THE_HELM
        self._held = self._engine.raw_connection()
        for keepalive in _NOTICED:
            self._ask(keepalive)
        if self._ask(f"SELECT pg_try_advisory_lock({_LOCK})"):
            return Standing.AT_THE_HELM
        self._let_go()
        return Standing.BY

    def _ask(self, question: str) -> Any:
        connection: Any = self._held.driver_connection
        connection.autocommit = True  # no transaction stays open
        return connection.execute(question).fetchone()[0]

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.invalidate()  # closed: in the pool it would keep the lock
            self._held = None


async def taken(look: Callable[[], Awaitable[Standing]], sleep: Callable[[float], Awaitable[None]]) -> None:
    """Waits while another controller is at the helm. Of a server that does not answer, whoever asks it next will tell."""
    if await look() is Standing.BY:
        log.warning("another controller works on this database: this one stands by")
        while await look() is not Standing.AT_THE_HELM:
            await sleep(_EVERY_S)
        log.warning("the other controller is gone: this one takes over")


async def lost(look: Callable[[], Awaitable[Standing]], sleep: Callable[[float], Awaitable[None]]) -> None:
    """Returns when another controller has taken the helm, which can be while the server went away."""
    while await look() is not Standing.BY:
        await sleep(_EVERY_S)
    log.error("another controller took over this database while its server was away: this one ends")
