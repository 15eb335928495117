"""Problems on the wire: what goes wrong at the desk as `application/problem+json` (RFC 9457), and back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from broadcaster.desk.errors import KINDS, DeskError, Fact, Problem, Unavailable
from broadcaster.language import N_
from broadcaster.misfits import sentence_of

MEDIA_TYPE = "application/problem+json"
NOT_SERVED = N_("There is no {method} {path} here.")
STATUS: Mapping[str, int] = {
    "refused": 403,
    "not_found": 404,
    "conflict": 409,
    "invalid": 422,
    "unavailable": 503,
}


class ProblemJson(BaseModel):
    """`detail` is for people; `kind`, `message` and `facts` let a program say it in its own words."""

    title: str
    status: int
    detail: str
    kind: str
    message: str
    facts: dict[str, Fact]
    problems: tuple[Problem, ...]


def to_json(error: DeskError, *, status: int | None = None) -> ProblemJson:
    """The error as the API sends it; `status` where HTTP has a better one than the error's kind."""
    return ProblemJson(
        title=error.kind.replace("_", " "),
        status=status or STATUS.get(error.kind, 500),
        detail=str(error),
        kind=error.kind,
        message=error.message,
        facts=error.facts,
        problems=error.problems,
    )


def from_json(answer: bytes | str) -> DeskError:
    """The error that the API sent. What has not this form came from something in between: Unavailable."""
    try:
        sent = ProblemJson.model_validate_json(answer)
    except ValidationError:
        said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        return Unavailable(N_("The answer cannot be understood: {answer}"), answer=said[:200])
    return KINDS.get(sent.kind, DeskError)(sent.message, *sent.problems, **sent.facts)


def problems_of(errors: Iterable[Mapping[str, Any]], *, skip: int = 0) -> Iterator[Problem]:
    """What pydantic found, without the first `skip` parts of each location."""
    for found in errors:
        where = ".".join(map(str, found["loc"][skip:])) or "input"
        message, facts = sentence_of(found)
        yield Problem(where=where, message=message, facts=facts)
