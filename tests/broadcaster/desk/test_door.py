"""The same desk in process and over HTTP: every behaviour of the door holds at both."""

import io
from collections.abc import Callable, Iterator

import httpx
import pytest
from pydantic import SecretStr

from broadcaster.api.app import create_app
from broadcaster.desk.door import Desk, Entry, Noun, order
from broadcaster.desk.errors import Conflict, DeskError, Invalid, NotFound, Refused, Unavailable
from broadcaster.desk.files import Upload
from broadcaster.desk.remote import RemoteDoor
from tests.broadcaster.api.loopback import served
from tests.broadcaster.desk.sample import (
    NOON,
    OTHER_VILLAGE,
    VILLAGE,
    Horn,
    Right,
    SampleDesk,
    SampleHouse,
    Tone,
)

DeskOf = Callable[[str], SampleDesk]


@pytest.fixture
def house() -> SampleHouse:
    return SampleHouse()


@pytest.fixture(params=["in process", "over HTTP"])
def desk_of(request: pytest.FixtureRequest, house: SampleHouse) -> Iterator[DeskOf]:
    if request.param == "in process":
        yield lambda who: SampleDesk(house.door(who))
        return
    app = create_app(SampleDesk, lambda token, act_as: house.door(token.removeprefix("token-of-")))
    with served(app) as url:
        yield lambda who: SampleDesk(RemoteDoor(url, f"token-of-{who}"))


@pytest.fixture
def desk(desk_of: DeskOf) -> SampleDesk:
    desk = desk_of("ann")
    desk.horns.add(id="h1", place=VILLAGE, tags=("school", "river"))
    return desk


def test_answers_come_back_as_the_values_they_were(desk: SampleDesk) -> None:
    horn = Horn(id="h1", place=VILLAGE, since=NOON, tags=("school", "river"))
    assert desk.horns.show(horn="h1") == horn
    assert desk.horns.list() == (horn,)


def test_questions_take_enums_and_lists(desk: SampleDesk) -> None:
    assert desk.horns.list(tone=Tone.SIREN) == ()
    assert [horn.id for horn in desk.horns.list(tags=("school", "river"))] == ["h1"]
    assert desk.horns.list(tags=("school", "market")) == ()


def test_arguments_may_stand_by_position(desk: SampleDesk) -> None:
    assert desk.horns.tune("h1", Tone.BELL).tone is Tone.BELL


def test_defaults_hold(desk: SampleDesk) -> None:
    assert desk.horns.tune(horn="h1").tone is Tone.SIREN


def test_an_order_may_answer_nothing(desk: SampleDesk) -> None:
    assert desk.horns.remove(horn="h1") is None
    assert desk.horns.list() == ()


def test_a_file_goes_in_with_its_name_and_fields(desk: SampleDesk) -> None:
    upload = Upload("山.png", io.BytesIO(b"\x89PNG"))
    assert (
        desk.horns.picture(horn="h1", file=upload, title="山", tags=("a", "b"))
        == "山.png 山 ('a', 'b') 89504e47"
    )


def test_a_file_comes_out_with_its_name(desk: SampleDesk) -> None:
    poster = desk.horns.poster(horn="h1")
    assert (poster.name, poster.content, poster.media_type) == ("喇叭 h1.svg", b"<svg/>", "image/svg+xml")


def test_names_with_slashes_and_spaces_pass_in_a_path(desk: SampleDesk) -> None:
    with pytest.raises(NotFound, match="no horn 二 1/%2F"):
        desk.horns.show(horn="二 1/%2F")


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda horns: horns.show(horn="h9"), NotFound, "There is no horn h9."),
        (lambda horns: horns.add(id="h1", place=VILLAGE), Conflict, "There is a horn h1 already."),
        (lambda horns: horns.storm(place=VILLAGE), Unavailable, "No storm today."),
        (
            lambda horns: horns.add(id="h2", place=OTHER_VILLAGE),
            Refused,
            "ann has no right to edit in 341523200201.",
        ),
    ],
)
def test_errors_keep_their_kind_message_and_facts(
    desk: SampleDesk, ask: Callable[[object], object], kind: type[DeskError], says: str
) -> None:
    with pytest.raises(kind) as raised:
        ask(desk.horns)
    assert str(raised.value) == says
    assert raised.value.message.format(**raised.value.facts) == says


def test_each_problem_of_an_input_comes_back(desk: SampleDesk) -> None:
    with pytest.raises(Invalid) as raised:
        desk.horns.import_(place=VILLAGE, lines=("x", "y"))
    assert [str(problem) for problem in raised.value.problems] == [
        "line 1: expected a horn, got x",
        "line 2: expected a horn, got y",
    ]


def test_an_argument_of_the_wrong_type_is_named(desk: SampleDesk) -> None:
    with pytest.raises(Invalid, match="tone: expected one of bell, siren; got 'trumpet'"):
        desk.horns.tune(horn="h1", tone="trumpet")  # type: ignore[arg-type]


def test_who_may_look_may_not_order(desk: SampleDesk, desk_of: DeskOf) -> None:
    bob = desk_of("bob").horns
    assert len(bob.list()) == 1
    with pytest.raises(Refused, match="bob has no right to edit"):
        bob.tune(horn="h1")


def test_every_order_leaves_a_row_with_its_outcome(
    desk: SampleDesk, desk_of: DeskOf, house: SampleHouse
) -> None:
    desk.horns.lock(horn="h1", code=SecretStr("1234"))
    with pytest.raises(Refused):
        desk_of("bob").horns.tune(horn="h1")
    with pytest.raises(NotFound):
        desk.horns.remove(horn="h9")
    rows = [(act.who, act.what, act.subject, act.outcome, act.places) for act in house.shelf.acts]
    assert rows == [
        ("ann", "horns.add", "h1", "done", [VILLAGE]),
        ("ann", "horns.lock", "h1", "done", [VILLAGE]),
        ("bob", "horns.tune", "h1", "refused", []),
        ("ann", "horns.remove", "h9", "not_found", []),
    ]
    assert house.shelf.acts[0].parameters == {"id": "h1", "place": VILLAGE, "tags": ["school", "river"]}
    assert house.done == ["horns.add", "horns.lock"]


def test_a_secret_arrives_but_is_not_recorded(desk: SampleDesk, house: SampleHouse) -> None:
    assert desk.horns.lock(horn="h1", code=SecretStr("1234")) == 4
    assert "1234" not in str(house.shelf.acts)


def test_a_question_leaves_no_row(desk: SampleDesk, house: SampleHouse) -> None:
    before = len(house.shelf.acts)
    desk.horns.list()
    assert len(house.shelf.acts) == before


def test_a_fault_undoes_the_order_and_is_recorded(desk: SampleDesk, house: SampleHouse) -> None:
    with pytest.raises((ZeroDivisionError, DeskError)):
        desk.horns.destroy(place=VILLAGE)
    assert [horn.id for horn in desk.horns.list()] == ["h1"]
    assert house.shelf.acts[-1].outcome == "failed"


def test_an_order_that_asks_for_no_right_in_a_place_is_undone(desk: SampleDesk) -> None:
    with pytest.raises((TypeError, DeskError)):
        desk.horns.careless()
    assert [horn.id for horn in desk.horns.list()] == ["h1"]


def test_a_mark_that_names_a_parameter_that_is_not_there_is_found_at_once() -> None:
    with pytest.raises(TypeError, match=r"does not take \['village'\]"):

        class Wrong(Noun):
            @order("POST", "/x/{village}", right=Right.EDIT)
            def do(self, ctx: object) -> None:
                """Nothing."""


def test_a_mark_keeps_the_name_and_the_contract_of_its_method() -> None:
    entry = SampleDesk.__annotations__["horns"].__dict__["add"]
    assert isinstance(entry, Entry)
    assert (entry.name, entry.contract) == ("horns.add", "Put a horn up.")


def test_a_controller_that_does_not_answer_is_unavailable() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    door = RemoteDoor("http://127.0.0.1:9", "t", client=httpx.Client(transport=httpx.MockTransport(refuse)))
    with pytest.raises(Unavailable, match=r"http://127.0.0.1:9 does not answer \(Connection refused\)"):
        SampleDesk(door).horns.list()


def test_a_controller_that_was_started_again_is_found_where_it_answers_now_and_asked_where_it_was_until_then() -> (
    None
):
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.netloc.decode(), request.headers["Authorization"]))
        return httpx.Response(200, json=[])

    client, now_at = (
        httpx.Client(transport=httpx.MockTransport(answer)),
        [None, ("http://127.0.0.1:10", "new")],
    )
    door = RemoteDoor("http://127.0.0.1:9", "old", client=client, found=lambda: now_at.pop(0))
    desk = SampleDesk(door)
    assert (desk.horns.list(), desk.horns.list()) == ((), ())
    assert asked == [("127.0.0.1:9", "Bearer old"), ("127.0.0.1:10", "Bearer new")]


def test_an_answer_from_something_else_is_unavailable() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(502, text="<h1>Bad gateway</h1>"))
    door = RemoteDoor("http://127.0.0.1:9", "t", client=httpx.Client(transport=transport))
    with pytest.raises(Unavailable, match="<h1>Bad gateway"):
        SampleDesk(door).horns.list()


def test_a_controller_of_another_version_is_told_from_what_is_not_there(house: SampleHouse) -> None:
    app = create_app(Desk, lambda token, act_as: house.door("ann"))
    with served(app) as url, pytest.raises(Unavailable, match=f"{url} is of another version"):
        SampleDesk(RemoteDoor(url, "t")).horns.list()


def test_an_answer_of_another_shape_is_that_of_another_version() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=[{"id": "h1"}]))
    door = RemoteDoor("http://127.0.0.1:9", "t", client=httpx.Client(transport=transport))
    with pytest.raises(Unavailable, match="another version"):
        SampleDesk(door).horns.list()
