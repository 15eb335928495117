"""Store: what an endpoint must still know after its power was cut, in one SQLite file."""

import random
from pathlib import Path


class EndpointStore:
    """Open with `open`; every method is one transaction, so a kill between two of them leaves nothing half done.

    A simulated endpoint keeps the store object over its restarts: `EndpointStore.open(None, chance)` lives in memory.
    """

    @classmethod
    def open(cls, path: Path | None, chance: random.Random) -> "EndpointStore":
        """The store at `path` (None: in memory). A damaged file is moved aside: `replaced` tells, the chain begins anew."""
        raise NotImplementedError

    chain: str  # 16 hex digits, drawn when the store was created
    replaced: str  # why the store had to be begun anew at this opening; empty if it did not

    def close(self) -> None:
        raise NotImplementedError
