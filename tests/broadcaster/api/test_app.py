"""What the HTTP API shows to those who come without our client."""

import io
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from broadcaster.api import limits
from broadcaster.api.app import create_app
from broadcaster.desk.door import Door, entries
from tests.broadcaster.api.loopback import served
from tests.broadcaster.desk.sample import VILLAGE, SampleDesk, SampleHouse

HOUSE = SampleHouse()


def admit(token: str, act_as: str | None) -> Door | None:
    """Ann's token lets its owner act as others too."""
    return HOUSE.door(act_as or "ann") if token == "ann's" else None


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = create_app(SampleDesk, admit, upload_limit_mb=5, allowed_hosts=("127.0.0.1",))
    with served(app) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    HOUSE.shelf.horns.clear()
    with httpx.Client(
        base_url=f"{url}/api/v1", headers={"Authorization": "Bearer ann's"}, timeout=60
    ) as client:
        client.post("/horns", json={"id": "h1", "place": VILLAGE}).raise_for_status()
        yield client


def test_health_is_open(url: str) -> None:
    assert httpx.get(f"{url}/api/v1/health", timeout=60).json() == {"status": "ok"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bob's"}, {"Authorization": "Basic YTpi"}])
def test_a_stranger_is_told_nothing(url: str, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{url}/api/v1/horns/h1/tune", headers=headers, content=b"not even JSON", timeout=60)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["kind"] == "refused"


def test_who_acts_for_another_has_that_persons_rights(client: httpx.Client) -> None:
    answer = client.post("/horns/h1/tune", headers={"Act-As": "%E5%BC%A0"})
    assert (answer.status_code, answer.json()["facts"]["who"]) == (403, "张")


def test_an_order_under_one_key_is_done_once_and_answered_as_often_as_it_is_asked(
    client: httpx.Client,
) -> None:
    horn, key = {"id": "h2", "place": VILLAGE}, {"Idempotency-Key": "k-1"}
    answers = [client.post("/horns", json=horn, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert client.post("/horns", json=horn).status_code == 409


def test_an_order_that_was_refused_may_be_given_again_under_its_key(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "k-2"}
    assert client.post("/horns/h9/tune", headers=key).status_code == 404
    client.post("/horns", json={"id": "h9", "place": VILLAGE}).raise_for_status()
    assert client.post("/horns/h9/tune", headers=key).status_code != 404


def test_errors_are_problem_json(client: httpx.Client) -> None:
    answer = client.get("/horns/h9")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "title": "not found",
        "status": 404,
        "detail": "There is no horn h9.",
        "kind": "not_found",
        "message": "There is no horn {horn}.",
        "facts": {"horn": "h9"},
        "problems": [],
    }


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"id": "h2", "plaice": "x"}', {"place", "plaice"}),
        (b'{"id": 2, "place": "x"}', {"id"}),
        (b"[]", {"input"}),
        (b"{", {"1"}),
    ],
)
def test_an_unusable_body_is_named_part_by_part(client: httpx.Client, body: bytes, where: set[str]) -> None:
    answer = client.post("/horns", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["kind"]) == (422, "invalid")
    assert {problem["where"] for problem in answer.json()["problems"]} == where


def test_a_body_may_be_left_out_where_every_part_has_a_default(client: httpx.Client) -> None:
    assert client.post("/horns/h1/tune").json()["tone"] == "siren"


@pytest.mark.parametrize(("verb", "path"), [("GET", "/horn"), ("PATCH", "/horns")])
def test_what_is_not_there_is_a_problem_too(client: httpx.Client, verb: str, path: str) -> None:
    answer = client.request(verb, path)
    assert answer.json()["detail"] == f"There is no {verb} /api/v1{path} here."


def test_an_order_that_is_too_large_is_cut_off(client: httpx.Client) -> None:
    body = b'{"id": "' + b"x" * limits.ORDER_LIMIT_BYTES + b'"}'
    answer = client.post("/horns", content=iter([body]), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["kind"]) == (413, "invalid")


def test_an_upload_may_be_larger_than_an_order_but_has_its_limit(client: httpx.Client) -> None:
    def upload(size_mb: int) -> int:
        return client.put("/horns/h1/picture", files={"file": io.BytesIO(bytes(size_mb << 20))}).status_code

    assert (upload(4), upload(6)) == (200, 413)


def test_another_host_name_is_turned_away(client: httpx.Client) -> None:
    assert client.get("/horns", headers={"Host": "evil.example"}).status_code == 400


def test_no_page_of_another_origin_is_let_in(client: httpx.Client) -> None:
    answer = client.get("/horns", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_fault_says_nothing_of_its_inside(client: httpx.Client) -> None:
    answer = client.post("/break", json={"place": VILLAGE})
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert "a fault of ours" not in answer.text


def test_openapi_lists_every_question_and_order(url: str) -> None:
    paths = httpx.get(f"{url}/api/v1/openapi.json", timeout=60).json()["paths"]
    listed = {
        each["operationId"]: each for path in paths.values() for each in path.values() if "x-right" in each
    }
    assert listed.keys() == {entry.name for entry in entries(SampleDesk)}
    add = listed["horns.add"]
    assert (add["tags"], add["summary"], add["x-right"]) == (["horns"], "Put a horn up.", "edit")
    assert "It rings from now on." in add["description"]
    assert {"200", "422", "default"} <= add["responses"].keys()


def test_openapi_refers_only_to_what_it_defines(url: str) -> None:
    document = httpx.get(f"{url}/api/v1/openapi.json", timeout=60).json()
    schemas = document["components"]["schemas"]
    referred = re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document))
    assert set(referred) <= schemas.keys()
    assert {"Horn", "HornsAdd", "ProblemJson"} <= set(referred)
    assert schemas["HornsAdd"]["additionalProperties"] is False
