"""A door that is opened by the first call, and nouns that are loaded when they are spoken of."""

import pytest

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.door import entries
from broadcaster.desk.errors import Unavailable
from broadcaster.desk.late import LateDoor


class Hall:
    """What lies behind: it keeps what was carried in."""

    def __init__(self):
        self.carried = []

    def carry(self, entry, arguments):
        self.carried.append(entry.name)


def test_the_door_is_opened_by_the_first_call_and_once():
    opened = []

    def open_it():
        opened.append(Hall())
        return opened[-1]

    desk = CountyDesk(LateDoor(open_it))
    assert opened == []
    desk.today.show()
    desk.areas.list()
    assert [hall.carried for hall in opened] == [["today.show", "areas.list"]]


def test_a_door_that_could_not_be_opened_is_tried_again():
    hall, tries = Hall(), []

    def open_it():
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("The controller is starting.")
        return hall

    desk = CountyDesk(LateDoor(open_it))
    with pytest.raises(Unavailable):
        desk.today.show()
    desk.today.show()
    assert hall.carried == ["today.show"]


def test_a_noun_that_the_desk_has_not_is_told_with_its_name():
    with pytest.raises(AttributeError, match="CountyDesk has no noun 'horoscopes'"):
        CountyDesk(Hall()).horoscopes  # noqa: B018


def test_every_noun_is_found_where_the_desk_says():
    nouns = {entry.noun for entry in entries(CountyDesk)}
    assert len(nouns) == len(CountyDesk.__annotations__) - 1  # all but MODULES
