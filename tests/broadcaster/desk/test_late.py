"""Doors that are opened by the first call or asked before it, and nouns that are loaded when they are spoken of."""

import threading

import pytest

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.door import entries
from broadcaster.desk.errors import Unavailable
from broadcaster.desk.late import AskedDoor, LateDoor
from broadcaster.desk.today import Today


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


def test_what_was_asked_ahead_is_answered_to_the_first_who_asks_and_asked_again_by_the_next():
    class Counting(Hall):
        def carry(self, entry, arguments):
            super().carry(entry, arguments)
            return len(self.carried)

    desk = CountyDesk(AskedDoor(Counting(), Today.show))
    assert [desk.today.show(), desk.today.show()] == [1, 2]


def test_other_questions_do_not_wait_for_what_was_asked_ahead():
    may_answer = threading.Event()

    class Slow(Hall):
        def carry(self, entry, arguments):
            super().carry(entry, arguments)
            assert entry.name != "today.show" or may_answer.wait(10)

    hall = Slow()
    desk = CountyDesk(AskedDoor(hall, Today.show))
    desk.areas.list()
    may_answer.set()
    desk.today.show()
    assert sorted(hall.carried) == ["areas.list", "today.show"]


def test_what_went_wrong_ahead_is_told_to_the_first_who_asks():
    class Closed:
        def carry(self, entry, arguments):
            raise Unavailable("Nobody answers.")

    desk = CountyDesk(AskedDoor(Closed(), Today.show))
    with pytest.raises(Unavailable, match="Nobody answers"):
        desk.today.show()


def test_a_noun_that_the_desk_has_not_is_told_with_its_name():
    with pytest.raises(AttributeError, match="CountyDesk has no noun 'horoscopes'"):
        CountyDesk(Hall()).horoscopes  # noqa: B018


def test_every_noun_is_found_where_the_desk_says():
    nouns = {entry.noun for entry in entries(CountyDesk)}
    assert len(nouns) == len(CountyDesk.__annotations__)
