"""Admission: who comes in with a token, to the API and to the pages for phones."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from broadcaster.desk.door import Door
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.people import tokens

Admit = Callable[[str, str | None], Door | None]  # (token, act as) → that person's door; None for a stranger


def admission(
    house: CountyHouse,
    owner: str,
    after_order: Callable[[str], None],
    *,
    phones: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Admit:
    """The owner of the data directory comes in as anybody, by the token `owner`; others as themselves.

    The token of a phone's link travels in messages, and so opens nothing but the pages for `phones`.
    """

    def admit(token: str, act_as: str | None) -> Door | None:
        if secrets.compare_digest(token.encode(), owner.encode()):
            who = act_as or OWNER
        else:
            with house.snapshot() as session:
                holder = tokens.holder(session, token, now=clock(), phones=phones)
            if holder is None or act_as not in (None, holder):
                return None
            who = holder
        return HouseDoor(house, who, clock=clock, after_order=after_order)

    return admit
