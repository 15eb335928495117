"""`python -m broadcaster.locale.extract`: finds every text that people read and brings the catalogues up to date.

Texts are what `_` and `N_` mark, the messages of errors that carry facts, the help of the command line, and
explanations. A new one stands in the catalogue without a translation until somebody gives it one; one that is gone
is taken out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from audio.errors import AudioError
from broadcaster.cli import placeholder
from broadcaster.cli.app import commands
from broadcaster.desk.errors import DeskError
from broadcaster.language import LANGUAGES, LOCALE
from schedules.explain import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("schedules", "audio", "devices", "broadcaster")


def texts() -> set[str]:
    """Every text that people read, in English."""
    marks = dict.fromkeys(("_", "N_", *_names(AudioError), *_names(DeskError)))
    found = {
        text
        for room in ROOMS
        for _file, _line, text, *_rest in extract_from_dir(ROOT / room, [("**.py", "python")], keywords=marks)
        if isinstance(text, str)
    }
    return found | set(filter(None, _help(commands()))) | set(SENTENCES.values())


def update(path: Path) -> Catalog:
    """The catalogue in `path` with all of today's texts and none of yesterday's."""
    with path.open("rb") as file:
        catalog = read_po(file)
    today = Catalog(charset="utf-8")
    for text in texts():
        today.add(text)
    catalog.update(today, no_fuzzy_matching=True, update_creation_date=False)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    return catalog


def _names(error: type[Exception]) -> Iterator[str]:
    yield error.__name__
    for child in error.__subclasses__():
        yield from _names(child)


def _help(command: Any) -> Iterator[str | None]:
    context = typer.Context(command)
    for part in command.params:
        yield from (part.help, placeholder.msgid(part, context))
    yield command.help
    for each in getattr(command, "commands", {}).values():
        yield from _help(each)


if __name__ == "__main__":
    for language in LANGUAGES[1:]:
        catalog = update(LOCALE / language / "LC_MESSAGES" / "broadcaster.po")
        for entry in catalog:
            if entry.id and not entry.string:
                print(f"{language}: {entry.id}")
