"""Retelling: a sentence that was kept in English, with what it said of, in the language in use.

The audit trail keeps what an error said, as hashed text. Which message it was is found again by its fixed words.
"""

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

from broadcaster.language import LANGUAGES, _, catalogue
from broadcaster.words import facts_said

_FEWEST = 8  # letters of its own that a message must have to be told from what stands in its fields


def retold(kept: str) -> str:
    """`kept` in the language in use, line by line; what is no message of ours, as it is."""
    return "\n".join(map(_line, kept.split("\n"))) if kept else ""


def _line(kept: str) -> str:
    where, colon, rest = kept.partition(": ")
    return _sentence(kept) or (colon and f"{where}{colon}{_sentence(rest) or rest}") or kept


def _sentence(kept: str) -> str:
    """Empty for what is none of ours."""
    for pattern, message in _messages():
        if fits := pattern.fullmatch(kept):
            return _(message).format_map(facts_said(fits.groupdict()))
    return ""


@cache
def _messages() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of all messages, those with the most words of their own first."""
    found = [each for each in catalogue(LANGUAGES[-1]) if _own(each) >= _FEWEST]
    return [(_pattern(each), each) for each in sorted(found, key=_own, reverse=True)]


def _own(message: str) -> int:
    return sum(len(text) for text, _name in _parts(message))


def _pattern(message: str) -> re.Pattern[str]:
    seen: set[str] = set()
    pieces = []
    for text, name in _parts(message):
        pieces.append(re.escape(text))
        if name:
            pieces.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*)")
            seen.add(name)
    return re.compile("".join(pieces))


def _parts(message: str) -> Iterator[tuple[str, str]]:
    try:
        for text, name, _form, _conversion in Formatter().parse(message):
            yield text, name if name and name.isidentifier() else ""
    except ValueError:  # a text with single braces
        yield message, ""
