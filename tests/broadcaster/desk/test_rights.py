"""The matrix of rights: whoever lacks an order's right is refused before anything is done, and a row says so."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, get_origin

import pytest
from pydantic import SecretStr

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.deeds import Deed
from broadcaster.desk.door import Entry, entries
from broadcaster.desk.errors import Refused
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.lines import LineDraft
from broadcaster.desk.notices import NoticeDraft
from broadcaster.desk.playlists import PlaylistDraft
from broadcaster.people.rights import RIGHTS, Grant, Right, Role
from broadcaster.repairs.causes import Priority
from broadcaster.repairs.circumstances import Answer
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.parts import Part
from tests.broadcaster.county import COUNTY, HOURLY, NOW
from tests.broadcaster.desk.people import Station, a_draft, station

ORDERS = [entry for entry in entries(CountyDesk) if entry.is_order]
LACKING = [(entry, role) for entry in ORDERS for role in Role if entry.right not in RIGHTS[role]]
GIVEN: dict[Any, Callable[[], object]] = {
    str: lambda: COUNTY,
    int: lambda: 1,
    bool: lambda: True,
    date: lambda: NOW.date(),
    datetime: lambda: NOW,
    SecretStr: lambda: SecretStr("a short sentence"),
    Upload: lambda: Upload("list.csv", io.BytesIO(b"")),
    LineDraft: lambda: LineDraft(hub="hub-1", port="/dev/ttyS0"),
    NoticeDraft: a_draft,
    PlaylistDraft: lambda: PlaylistDraft(title="早间", items=("n",), rule=HOURLY, targets=(COUNTY,)),
    WaitReason: lambda: WaitReason.WEATHER,
    Answer: lambda: Answer.POWER,
    Part: lambda: Part.CREW,
    Deed: lambda: Deed.ACCEPT,
    Priority: lambda: Priority.P1,
}

NAMED = {"line": "line-1", "key": "0" * 16}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """A county with one person for each role."""
    made = station(tmp_path_factory.mktemp("county"))
    for role in Role:
        made.desk(OWNER).users.add(
            user=f"a-{role}".replace("_", "-"), grants=(Grant(role=role, place=COUNTY),)
        )
    return made


def arguments(entry: Entry[..., Any]) -> dict[str, object]:
    """Something of the right type for each argument that an order needs."""
    needed = [name for name, parameter in entry.parameters.items() if parameter.default is parameter.empty]
    return {name: _some(entry.hints[name], name) for name in needed}


def _some(hint: Any, name: str) -> object:
    if name in NAMED:
        return NAMED[name]
    if get_origin(hint) is tuple:
        return ()
    plain = getattr(hint, "__supertype__", None) or getattr(hint, "__origin__", hint)
    return GIVEN[plain]()


@pytest.mark.parametrize(("entry", "role"), LACKING, ids=lambda each: getattr(each, "name", str(each)))
def test_who_lacks_the_right_is_refused_and_a_row_says_so(
    county: Station, entry: Entry[..., Any], role: Role
) -> None:
    who = f"a-{role}".replace("_", "-")
    door = HouseDoor(county.house, who, clock=lambda: county.now)
    with pytest.raises(Refused, match=f"{who} has no right to {entry.right}"):
        door.carry(entry, arguments(entry))
    (row,) = county.desk(OWNER).audit.list(limit=1)
    assert (row.who, row.what, row.outcome) == (who, entry.name, "refused")


def test_every_order_takes_a_right_that_not_everybody_has_or_asks_again() -> None:
    """Those for `view` ask for another right once they know whose they are; each has tests of its own."""
    open_to_all = {entry.name for entry in ORDERS if entry.right is Right.VIEW}
    assert open_to_all == {
        "notices.withdraw",
        "playlists.withdraw",
        "tokens.issue",
        "tokens.phone",
        "tokens.revoke",
    }
