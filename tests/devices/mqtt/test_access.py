import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.mqtt.access import checked_user, covers, may_read, may_write, mosquitto_acl

levels = st.sampled_from(["a", "b", ""])
topics = st.lists(levels, min_size=1, max_size=4).map("/".join)
filters = st.builds(
    lambda parts, tail: "/".join([*parts, *tail]),
    st.lists(levels | st.just("+"), min_size=1, max_size=4),
    st.sampled_from([(), ("#",)]),
) | st.just("#")


@given(filters, filters, topics)
def test_a_pattern_matches_every_topic_of_a_filter_that_it_covers(
    pattern: str, narrow: str, topic: str
) -> None:
    if covers(pattern, narrow) and covers(narrow, topic):
        assert covers(pattern, topic)


@given(filters)
def test_a_filter_covers_itself_and_everything_covers_it(topic_filter: str) -> None:
    assert covers(topic_filter, topic_filter)
    assert covers("#", topic_filter)


@pytest.mark.parametrize(
    ("pattern", "topic_filter", "expected"),
    [
        ("a/#", "a", True),
        ("a/+", "a", False),
        ("a/+", "a/#", False),
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("+", "", True),
        ("#", "$SYS/broker", False),
        ("+/broker", "$SYS/broker", False),
    ],
)
def test_wildcards_mean_what_the_standard_says(pattern: str, topic_filter: str, expected: bool) -> None:
    assert covers(pattern, topic_filter) is expected


def test_an_endpoint_speaks_for_itself_only() -> None:
    assert may_write("e1", "ccx/1/endpoint/e1/played")
    assert not may_write("e1", "ccx/1/endpoint/e2/played")
    assert not may_write("e1", "ccx/1/endpoint/e1/plan")


def test_an_endpoint_may_not_subscribe_more_widely_than_it_may_read() -> None:
    assert may_read("e1", "ccx/1/endpoint/e1/#")
    assert may_read("e1", "ccxm/1/+/c/+")
    assert not may_read("e1", "ccx/1/endpoint/+/plan")
    assert not may_read("e1", "ccxm/1/#")
    assert not may_read("e1", "#")


def test_the_controller_may_do_everything() -> None:
    assert may_read("controller", "#")
    assert may_write("controller", "ccx/1/area/42/alerts")


def test_mosquitto_is_given_the_same_table() -> None:
    acl = mosquitto_acl().splitlines()
    assert "pattern write ccx/1/endpoint/%u/played" in acl
    assert "pattern read ccxm/1/to/%u/#" in acl
    assert acl[acl.index("user controller") + 1 :] == ["topic read #", "topic write #"]


@pytest.mark.parametrize("user", ["", "a/b", "+", "#", "a b", "a:b", "%u", "hub-1", "a\n", "\u3000"])
def test_a_name_that_would_widen_a_rule_is_refused(user: str) -> None:
    with pytest.raises(ValueError, match="cannot be an account"):
        checked_user(user)


def test_a_hub_speaks_for_its_wards_and_itself_only() -> None:
    assert may_write("hub-1", "ccx/1/endpoint/e1/played", ("e1",))
    assert may_read("hub-1", "ccx/1/endpoint/e1/plan", ("e1",))
    assert may_write("hub-1", "ccx/1/endpoint/hub-1/line", ("e1",))
    assert not may_write("hub-1", "ccx/1/endpoint/e2/played", ("e1",))
    assert not may_write("hub-1", "ccx/1/endpoint/e1/plan", ("e1",))


def test_mosquitto_is_told_the_wards_of_hubs() -> None:
    acl = mosquitto_acl({"hub-1": ("e1",)}).splitlines()
    mine = acl[acl.index("user hub-1") + 1 :]
    assert "topic write ccx/1/endpoint/e1/played" in mine
    assert "topic read ccx/1/endpoint/e1/#" in mine


def test_only_a_hub_has_the_name_of_one() -> None:
    assert checked_user("hub-1", hub=True) == "hub-1"
    with pytest.raises(ValueError, match="cannot be an account"):
        checked_user("e1", hub=True)
