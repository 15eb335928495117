"""The sample county: people, areas, endpoints and spoken notices in an empty house, and its loudspeakers in one process.

Everything goes through the desk, as people would do it: drafted and submitted by one, approved by another.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from sqlmodel import select

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.notices import NoticeDraft
from broadcaster.house import CountyHouse
from broadcaster.language import _
from broadcaster.live import LiveController
from broadcaster.people.rights import Grant, Role
from broadcaster.registry.sample import AREAS, ENDPOINTS, SampleNotice, notices
from broadcaster.storage.tables import AreaRow
from schedules.places import Place
from schedules.rules import LoopRule, Window

log = logging.getLogger(__name__)

EDITOR, APPROVER = "li", "wang"
_FIRST_PLAYS = timedelta(minutes=1)  # so that whoever tries it hears something soon
_WHOLE_DAY = Window(start=time(0, 0), end=time(0, 0))


async def simulate(house: CountyHouse, live: LiveController) -> None:
    """Fills an empty house, then runs its loudspeakers until cancelled."""
    await asyncio.to_thread(fill, house, live.nudge)
    directory = loudspeakers(house)
    await asyncio.to_thread(_provision, house, directory, live.nudge)
    say(
        _("The loudspeakers of the sample county write what they sound to {directory}.").format(
            directory=directory
        )
    )
    await _fleet(directory)


def loudspeakers(house: CountyHouse) -> Path:
    """Where the simulated loudspeakers live, and write their WAV files."""
    return house.settings.directory / "loudspeakers"


def say(line: str) -> None:
    """For a person at a terminal, else for the log."""
    if sys.stdout.isatty():
        print(line, flush=True)
    else:
        log.info(line)


def fill(house: CountyHouse, after_order: Callable[[str], None] = lambda order: None) -> None:
    """Areas, endpoints, people and notices, unless there are areas already."""
    with house.snapshot() as session:
        if session.exec(select(AreaRow.code).limit(1)).first() is not None:
            return
    owner, editor, approver = (_desk(house, who, after_order) for who in (OWNER, EDITOR, APPROVER))
    say(_("Filling the sample county: areas, endpoints, and notices that are spoken."))
    with AREAS.open("rb") as areas, ENDPOINTS.open("rb") as endpoints:
        owner.areas.take_in(file=Upload(AREAS.name, areas))
        owner.endpoints.take_in(file=Upload(ENDPOINTS.name, endpoints))
    county = Place(owner.areas.list()[0].code)
    owner.users.add(user=EDITOR, full_name="李编辑", grants=(Grant(role=Role.OPERATOR, place=county),))
    owner.users.add(user=APPROVER, full_name="王主任", grants=(Grant(role=Role.APPROVER, place=county),))
    for number, sample in enumerate(notices()):
        drafted = editor.notices.draft(draft=_draft(house, sample, county, number))
        editor.notices.submit(notice=drafted.id)
        approver.notices.approve(notice=drafted.id)
        say(_("Spoken, submitted and approved: {title}").format(title=drafted.title))


def _desk(house: CountyHouse, who: str, after_order: Callable[[str], None]) -> CountyDesk:
    return CountyDesk(HouseDoor(house, who, clock=lambda: datetime.now(UTC), after_order=after_order))


def _draft(house: CountyHouse, sample: SampleNotice, county: Place, number: int) -> NoticeDraft:
    return NoticeDraft(
        kind=sample.kind,
        title=sample.title,
        text=sample.text,
        targets=(county,),
        speak=True,
        cancel_text=sample.cancel or "",
        severity=sample.severity,
        series=sample.series,
        issue=sample.issue,
        rule=_soon(house, number) if sample.rule else None,
    )


def _soon(house: CountyHouse, number: int) -> LoopRule:
    """The first notice every ten minutes from the next one on; the others a few times an hour, day and night."""
    if number:
        return LoopRule(plays=48, windows=(_WHOLE_DAY,), minimum_gap_s=600)
    first = (datetime.now(house.settings.zone) + _FIRST_PLAYS).replace(second=0, microsecond=0)
    times = (first + timedelta(minutes=10 * n) for n in range(144))
    return LoopRule(fixed_times=tuple(sorted(at.time() for at in times)))


def _provision(house: CountyHouse, directory: Path, after_order: Callable[[str], None]) -> None:
    """A provisioning file for each endpoint that has none."""
    owner = _desk(house, OWNER, after_order)
    for endpoint in owner.endpoints.list():
        path = directory / endpoint.id / "provision.json"
        if endpoint.enabled and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            made = owner.endpoints.provision(endpoint=endpoint.id)
            path.touch(mode=0o600)
            path.write_bytes(made.content)


async def _fleet(directory: Path) -> None:
    """The loudspeakers in a process of their own, which ends with this one."""
    fleet = (sys.executable, "-m", "devices.endpoint.fleet", str(directory))
    command = (sys.executable, "-m", "devices.mqtt.leash", str(os.getpid()), *fleet)
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
