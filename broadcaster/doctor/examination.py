"""The examination: everything is measured and judged; what cannot even be measured is a finding too."""

from collections.abc import Callable, Iterator
from typing import Any

from broadcaster.config import Settings
from broadcaster.doctor import clock, database, disk, lines, ports, program, secrets, sound
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

Check = tuple[str, Callable[[Settings], Any], Callable[[Any], Finding]]
CHECKS: tuple[Check, ...] = (
    ("program", program.measure_program, program.judge_program),
    ("clock", clock.measure, clock.judge),
    ("zone", program.measure_zone, program.judge_zone),
    ("disk", disk.measure, disk.judge),
    ("database", database.measure, database.judge),
    ("secrets", secrets.measure, secrets.judge),
    ("broker", ports.measure_broker, ports.judge_broker),
    ("api", ports.measure_api, ports.judge_api),
    ("lines", lines.measure, lines.judge),
    ("codecs", sound.measure_codecs, sound.judge_codecs),
    ("speech", sound.measure_speech, sound.judge_speech),
    ("terminal", program.measure_terminal, program.judge_terminal),
)


def examine(settings: Settings, checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """A finding for each check."""
    for name, measure, judge in checks:
        try:
            yield judge(measure(settings))
        except Exception as error:  # a broken installation fails in any way; the doctor goes on
            facts = {
                "check": name,
                "error": str(getattr(error, "orig", None) or error) or type(error).__name__,
            }
            yield Finding(
                check=name,
                level=Level.FAIL,
                says=N_("This could not be examined ({check}): {error}"),
                facts=facts,
            )
