from hypothesis import given
from hypothesis import strategies as st

from devices.mqtt.access import covers
from devices.mqtt.filters import Filters
from tests.devices.mqtt.test_access import filters, topics


@given(st.sets(filters, max_size=12), st.sets(filters, max_size=4), topics)
def test_exactly_the_filters_that_match_are_found(kept: set[str], gone: set[str], topic: str) -> None:
    known: Filters[str] = Filters()
    for topic_filter in kept | gone:
        known[topic_filter] = topic_filter
    for topic_filter in gone:
        del known[topic_filter]
    assert sorted(known.matching(topic)) == sorted(each for each in kept - gone if covers(each, topic))


def test_nothing_is_found_after_clearing() -> None:
    known: Filters[int] = Filters()
    known["a/#"] = 1
    known.clear()
    assert list(known.matching("a/b")) == []
