"""Language: texts are English sentences in the code, translated when a person is about to read them.

A catalogue is read from its `.po` file as it stands in the checkout (15 ms): nothing has to be compiled.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh_CN")
LOCALE = Path(__file__).parent / "locale"
_QUOTED = r'((?:"(?:[^"\\\n]|\\.)*"\n)+)'
_ENTRY = re.compile(rf"^msgid {_QUOTED}msgstr {_QUOTED}", re.MULTILINE)  # as Babel writes them
_ESCAPED = re.compile(r"\\(.)")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}

_in_use = "en"
_spoken: ContextVar[str | None] = ContextVar("language of one reader", default=None)


def preferred(environ: Mapping[str, str] = os.environ) -> str:
    """The language that the environment asks for: Chinese in any Chinese locale, else English."""
    variables = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((environ[name] for name in variables if environ.get(name)), "en")
    return "zh_CN" if asked.lower().startswith("zh") else "en"


def use(language: str) -> None:
    """Speaks `language` from now on: a process talks to one person. ValueError for one we do not have."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}")
    global _in_use
    _in_use = language


def in_use() -> str:
    """The language that texts are translated to."""
    return _spoken.get() or _in_use


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speaks `language` to one reader, in this context alone: a server talks to many."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(message: str) -> str:
    """`message` in the language in use, or itself where the catalogue lacks it."""
    return catalogue(in_use()).get(message, message)


def N_(message: str) -> str:
    """Marks a text for the catalogue; it is translated later, by `_`."""
    return message


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English sentence → translation; empty for English."""
    if language == "en":
        return {}
    written = (LOCALE / language / "LC_MESSAGES" / "broadcaster.po").read_text(encoding="utf-8")
    said = ((_unquoted(english), _unquoted(other)) for english, other in _ENTRY.findall(written))
    return {english: other for english, other in said if english and other}


def _unquoted(lines: str) -> str:
    """What stands between the quotation marks of several lines."""
    text = "".join(line[1:-1] for line in lines.splitlines())
    return _ESCAPED.sub(lambda found: _CONTROLS.get(found[1], found[1]), text)
