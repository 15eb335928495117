"""Comparing: what another version changes, line by line. Pure."""

import difflib
from collections.abc import Iterator, Mapping

from rich.text import Text

from broadcaster.language import _


def compared(before: Mapping[str, str] | None, after: Mapping[str, str]) -> Text:
    """Each field, with - and + where it changed; all of it where there is nothing before."""
    text = Text()
    for name, value in after.items():
        was = before.get(name, "") if before is not None else None
        text.append(f"{name}: ", "dim")
        if was is None or was == value:
            text.append(value + "\n")
        else:
            text.append("\n")
            text.append_text(Text("\n").join(_lines(was, value))).append("\n")
    if before is not None and before == dict(after):
        text.append(_("Nothing differs from the version on the air.") + "\n", "yellow")
    return text


def _lines(was: str, now: str) -> Iterator[Text]:
    for line in difflib.ndiff(was.splitlines() or [""], now.splitlines() or [""]):
        match line[:2]:
            case "- ":
                yield Text(f"  - {line[2:]}", "red")
            case "+ ":
                yield Text(f"  + {line[2:]}", "green")
            case "  ":
                yield Text(f"    {line[2:]}")
