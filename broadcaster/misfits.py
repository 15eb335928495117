"""Misfits: what pydantic says of a value that does not fit, as sentences that can be said in any language."""

import re
from collections.abc import Mapping
from typing import Any

from broadcaster.language import N_

_WHOLE, _NUMBER = N_("expected a whole number; got {got}"), N_("expected a number; got {got}")
_YES_NO, _TEXT = N_("expected yes or no; got {got}"), N_("expected text; got {got}")
_DAY, _TIME = (
    N_("expected a day such as 2026-11-24; got {got}"),
    N_("expected a time such as 08:00; got {got}"),
)
_MOMENT, _ONE_OF = (
    N_("expected a moment such as 2026-11-24T08:00; got {got}"),
    N_("expected one of {those}; got {got}"),
)
_LIST = N_("expected a list; got {got}")

# the error types of pydantic, https://docs.pydantic.dev/latest/errors/validation_errors/
_SENTENCES: Mapping[str, str] = {
    "missing": N_("is missing"),
    "missing_argument": N_("is missing"),
    "missing_keyword_only_argument": N_("is missing"),
    "extra_forbidden": N_("there is no such field; got {got}"),
    "unexpected_keyword_argument": N_("there is no such field; got {got}"),
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "bool_parsing": _YES_NO,
    "bool_type": _YES_NO,
    "string_type": _TEXT,
    "string_too_short": N_("expected at least {min_length} characters; got {got}"),
    "string_too_long": N_("expected at most {max_length} characters; got {got}"),
    "string_pattern_mismatch": N_("expected text that fits {pattern}; got {got}"),
    "greater_than": N_("expected more than {gt}; got {got}"),
    "greater_than_equal": N_("expected at least {ge}; got {got}"),
    "less_than": N_("expected less than {lt}; got {got}"),
    "less_than_equal": N_("expected at most {le}; got {got}"),
    "too_short": N_("expected at least {min_length} entries; got {actual_length}"),
    "too_long": N_("expected at most {max_length} entries; got {actual_length}"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "json_invalid": N_("expected JSON; got {got}"),
}
_BY_STEM: Mapping[str, str] = {"datetime_": _MOMENT, "timezone_": _MOMENT, "date_": _DAY, "time_": _TIME}
_CHOICE = re.compile(r"(?:Value error, )?.+ is not one of (?P<those>.+)\.", re.DOTALL)


def sentence_of(found: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The message id and the facts for one entry of `ValidationError.errors()`."""
    kind, context = found["type"], found.get("ctx", {})
    facts = {name: str(fact) for name, fact in context.items()} | {"got": repr(found["input"])[:80]}
    if those := _choices(found, context):
        return _ONE_OF, {"those": those, "got": facts["got"]}
    known = _SENTENCES.get(kind) or next(
        (said for stem, said in _BY_STEM.items() if kind.startswith(stem)), None
    )
    if known is not None:
        return known, {name: fact for name, fact in facts.items() if f"{{{name}}}" in known}
    said = str(found["msg"]).removeprefix("Value error, ")
    # Half a character that it quotes goes on no wire
    expected = said.encode(errors="backslashreplace").decode()
    return N_("{expected}; got {got}"), {"expected": expected, "got": facts["got"]}


def _choices(found: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """What may be chosen from, such as `a, b, c`; empty for what is no choice."""
    if found["type"] in ("enum", "literal_error"):
        told = str(context["expected"])
    elif chosen := _CHOICE.fullmatch(str(found["msg"])):
        told = chosen["those"]
    else:
        return ""
    return ", ".join(re.findall(r"'([^']*)'", told)) or told
