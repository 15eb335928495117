"""Comparing: what another version changes, line by line. Pure."""

import difflib
from collections.abc import Iterator, Mapping, Sequence

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
        text.append(_("Nothing of this differs from the version on the air.") + "\n", "yellow")
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


def rearranged(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Text:
    """The items of a playlist, each an id with its words: what is added, removed, or moved from another place."""
    old, new = [id for id, _words in before], [id for id, _words in after]
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    stays = {block.b + step for block in blocks for step in range(block.size)}
    stood = {block.a + step for block in blocks for step in range(block.size)}
    left = [number for number in range(len(old)) if number not in stood]
    text = Text()
    for number, (id, words) in enumerate(after):
        line = f"{number + 1}. {words}"
        moved = next((was for was in left if old[was] == id), None) if number not in stays else None
        if number in stays:
            text.append(f"    {line}\n")
        elif moved is not None:
            left.remove(moved)
            text.append(f"  > {line}  " + _("was {n}").format(n=moved + 1) + "\n", "cyan")
        else:
            text.append(f"  + {line}\n", "green")
    for number in left:
        text.append(f"  - {number + 1}. {before[number][1]}\n", "red")
    return text
