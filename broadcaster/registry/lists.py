"""Lists: areas and endpoints from CSV and XLSX files into the registry, and out again. A bad file changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic

from sqlmodel import Session

from broadcaster.desk.errors import Invalid, Problem
from broadcaster.language import N_
from broadcaster.registry import areas, endpoints, sheets
from broadcaster.registry.areas import Area
from broadcaster.registry.columns import Column, Reading, records
from broadcaster.registry.differences import Difference, Listed, difference
from broadcaster.registry.endpoints import Endpoint

MOST_PROBLEMS = 50  # shown at once; after so many it is the file that is wrong, not its lines


class Format(StrEnum):
    """How a list is written."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import(Generic[Listed]):
    """What a list changed, or would change; `ignored` are headings of columns that mean nothing here."""

    difference: Difference[Listed]
    ignored: tuple[str, ...]


def import_areas(session: Session, name: str, content: bytes, *, dry_run: bool = False) -> Import[Area]:
    """Takes in a list of areas, or only says what it would change. Invalid has up to 50 problems with their lines."""
    known = areas.areas(session)
    reading = records(name, sheets.read(name, content), areas.COLUMNS)
    made = _import(name, reading, known, "code", Area, [*_repeated(reading, "code")])
    if not dry_run:
        areas.store(session, made.difference.to_store)
    return made


def import_endpoints(
    session: Session, name: str, content: bytes, *, now: datetime, dry_run: bool = False
) -> Import[Endpoint]:
    """Takes in a list of endpoints, or only says what it would change. Invalid has up to 50 problems."""
    known = endpoints.endpoints(session)
    reading = records(name, sheets.read(name, content), endpoints.COLUMNS)
    problems = [
        *_repeated(reading, "id"),
        *_repeated(reading, "resource_code"),
        *_unknown_villages(reading, areas.villages(session)),
        *_retired(reading, endpoints.retired(session)),
        *_taken_codes(reading, known),
    ]
    made = _import(name, reading, known, "id", Endpoint, problems)
    if not dry_run:
        endpoints.store(session, made.difference.to_store, now)
    return made


def export_areas(session: Session, form: Format = Format.CSV, *, language: str = "zh_CN") -> bytes:
    """All areas as a list that `import_areas` takes back."""
    return _export(form, language, "areas", areas.COLUMNS, list(areas.areas(session).values()))


def export_endpoints(session: Session, form: Format = Format.CSV, *, language: str = "zh_CN") -> bytes:
    """All endpoints that are not retired, without secrets, as a list that `import_endpoints` takes back."""
    return _export(
        form, language, "endpoints", endpoints.COLUMNS, list(endpoints.endpoints(session).values())
    )


def _import(
    name: str,
    reading: Reading,
    known: Mapping[str, Listed],
    key: str,
    new: Callable[..., Listed],
    problems: Sequence[Problem],
) -> Import[Listed]:
    found = [*reading.problems, *problems]
    if found:
        message = N_("Nothing of {name} was taken in. Problems: {count}.")
        raise Invalid(message, *found[:MOST_PROBLEMS], name=name, count=len(found))
    listed = [_merged(known.get(record.fields[key]), record.fields, new) for record in reading.records]
    return Import(difference=difference(known, listed), ignored=reading.ignored)


def _merged(before: Listed | None, fields: Mapping[str, Any], new: Callable[..., Listed]) -> Listed:
    """A list without some column leaves those fields as they are."""
    return new(**fields) if before is None else replace(before, **fields)


def _repeated(reading: Reading, name: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for record in reading.records:
        value = record.fields.get(name)
        if value and first.setdefault(value, record.where) != record.where:
            message = N_("{value} stands already in {first}")
            yield record.problem(name, message, value=value, first=first[value])


def _unknown_villages(reading: Reading, villages: frozenset[str]) -> Iterator[Problem]:
    for record in reading.records:
        if record.fields["village"] not in villages:
            message = N_("the village {village} is not in the registry: take in the list of areas first")
            yield record.problem("village", message, village=record.fields["village"])


def _retired(reading: Reading, retired: frozenset[str]) -> Iterator[Problem]:
    for record in reading.records:
        if record.fields["id"] in retired:
            message = N_("the endpoint {endpoint} was retired: a new set gets a new id")
            yield record.problem("id", message, endpoint=record.fields["id"])


def _taken_codes(reading: Reading, known: Mapping[str, Endpoint]) -> Iterator[Problem]:
    """Resource codes that another endpoint has and keeps."""
    listed = {record.fields["id"] for record in reading.records}
    kept = {
        each.resource_code: each.id for each in known.values() if each.resource_code and each.id not in listed
    }
    for record in reading.records:
        code = record.fields.get("resource_code")
        if code in kept:
            message = N_("the resource code {code} belongs to the endpoint {endpoint}")
            yield record.problem("resource_code", message, code=code, endpoint=kept[code])


def _export(
    form: Format, language: str, title: str, columns: Sequence[Column], rows: Sequence[Listed]
) -> bytes:
    chinese = language.startswith("zh")
    lines: list[list[sheets.Cell]] = [[column.chinese if chinese else column.name for column in columns]]
    lines += [[column.show(getattr(row, column.name)) for column in columns] for row in rows]
    return sheets.to_csv(lines) if form is Format.CSV else sheets.to_xlsx(title, lines)
