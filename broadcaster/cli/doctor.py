"""`broadcaster doctor`: what is wrong with this installation, and what to do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from broadcaster.cli.caller import caller
from broadcaster.cli.output import Json, print_json
from broadcaster.language import _

if TYPE_CHECKING:
    from broadcaster.doctor.finding import Finding

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A finding in the reader's language."""

    check: str
    level: str
    says: str
    do: str


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Check this installation and say what to do. The exit code is 1 where something is broken."""
    from broadcaster.doctor.examination import examine

    diagnoses = [_diagnosis(finding) for finding in examine(caller(context).settings)]
    if as_json:
        print_json(diagnoses)
    else:
        for each in diagnoses:
            print(_MARKS[each.level], each.says)
            if each.do:
                print("  →", each.do)
    if any(each.level == "fail" for each in diagnoses):
        raise typer.Exit(1)


def _diagnosis(finding: "Finding") -> Diagnosis:
    return Diagnosis(
        check=finding.check,
        level=finding.level,
        says=_(finding.says).format_map(finding.facts),
        do=_(finding.do).format_map(finding.facts) if finding.do else "",
    )
