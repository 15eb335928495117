"""Every order and every end of one has a word."""

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.door import entries
from broadcaster.desk.errors import KINDS
from broadcaster.desk.house import DONE, FAILED
from broadcaster.language import speaking
from broadcaster.trail import BY_ITSELF, ENDS, ORDERS, end_named, end_said, order_named, order_said


def test_every_order_of_the_desk_has_a_word_and_no_word_lacks_its_order() -> None:
    assert ORDERS.keys() == {entry.name for entry in entries(CountyDesk) if entry.is_order}
    assert ENDS.keys() == {DONE, FAILED, *KINDS}


def test_what_was_done_is_not_called_a_repair_that_was_reported() -> None:
    with speaking("zh_CN"):
        assert end_said(DONE) == "已执行"


def test_no_two_orders_are_called_alike() -> None:
    words = [*ORDERS.values(), *BY_ITSELF.values()]
    assert len(set(words)) == len(words)


def test_an_order_is_found_by_its_word_or_by_its_name() -> None:
    assert order_named(order_said("notices.submit")) == "notices.submit"
    assert order_named("notices") == "notices"
    assert all(order_named(order_said(name)) == name for name in BY_ITSELF)
    assert order_named(None) is None
    assert end_named("wrong input") == "invalid"
