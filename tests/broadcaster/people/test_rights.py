from hypothesis import given
from hypothesis import strategies as st

from broadcaster.people.rights import RIGHTS, Grant, Right, Role, Verdict, may, may_approve
from schedules.places import Place, covers

COUNTY, TOWN, VILLAGE = Place("341523000000"), Place("341523100000"), Place("341523100200")
OTHER_TOWN, HORN = Place("341523101000"), Place("341523100200/horn-01")
PLACES = [COUNTY, TOWN, VILLAGE, OTHER_TOWN, HORN]

grants = st.frozensets(
    st.builds(Grant, role=st.sampled_from(Role), place=st.sampled_from(PLACES)), max_size=4
)


def test_a_grant_holds_for_a_place_and_all_that_it_covers() -> None:
    editor = [Grant(role=Role.EDITOR, place=TOWN)]
    assert may(editor, Right.DRAFT, [TOWN, VILLAGE, HORN])
    refused = may(editor, Right.DRAFT, [VILLAGE, COUNTY, OTHER_TOWN])
    assert (refused.verdict, refused.lacking) == (Verdict.NOT_THERE, (COUNTY, OTHER_TOWN))


def test_grants_add_up_over_places() -> None:
    both = [Grant(role=Role.VILLAGE_STAFF, place=VILLAGE), Grant(role=Role.TOWN_STAFF, place=OTHER_TOWN)]
    assert may(both, Right.DRAFT, [VILLAGE, OTHER_TOWN])
    assert may(both, Right.SEND_ALERT, [VILLAGE, OTHER_TOWN]).lacking == (VILLAGE,)


def test_who_holds_nothing_is_told_so() -> None:
    assert may([], Right.VIEW, []).verdict is Verdict.NO_ROLE


def test_who_holds_other_rights_is_told_so() -> None:
    assert (
        may([Grant(role=Role.EDITOR, place=COUNTY)], Right.ADMIN, [VILLAGE]).verdict is Verdict.NOT_THIS_RIGHT
    )


def test_without_places_the_right_is_asked_for_anywhere() -> None:
    assert may([Grant(role=Role.EDITOR, place=VILLAGE)], Right.VIEW, [])


def test_nobody_approves_what_they_had_a_hand_in() -> None:
    both = [Grant(role=Role.EDITOR, place=COUNTY), Grant(role=Role.APPROVER, place=COUNTY)]
    assert may_approve(both, "li", {"li", "wang"}, [TOWN]).verdict is Verdict.OWN_WORK
    assert may_approve(both, "zhao", {"li", "wang"}, [TOWN])


def test_a_second_person_still_needs_the_right_there() -> None:
    approver = [Grant(role=Role.APPROVER, place=TOWN)]
    assert may_approve(approver, "zhao", {"li"}, [COUNTY]).verdict is Verdict.NOT_THERE


def test_no_role_both_makes_and_approves() -> None:
    assert not [role for role, rights in RIGHTS.items() if {Right.SUBMIT, Right.APPROVE} <= rights]


def test_every_role_may_look_and_every_right_is_somebodys() -> None:
    assert all(Right.VIEW in RIGHTS[role] for role in Role)
    assert set().union(*RIGHTS.values()) == set(Right)


@given(grants, st.sampled_from(Right), st.frozensets(st.sampled_from(PLACES)))
def test_a_right_in_a_place_is_a_right_in_all_inside_it(
    held: frozenset[Grant], right: Right, asked: frozenset[Place]
) -> None:
    if asked and may(held, right, asked):
        assert may(held, right, [inner for inner in PLACES if any(covers(outer, inner) for outer in asked)])


@given(grants, grants, st.sampled_from(Right), st.frozensets(st.sampled_from(PLACES)))
def test_another_grant_never_takes_a_right_away(
    held: frozenset[Grant], more: frozenset[Grant], right: Right, asked: frozenset[Place]
) -> None:
    assert not may(held, right, asked) or may(held | more, right, asked)
