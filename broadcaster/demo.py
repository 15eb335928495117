"""The sample county: people, areas, endpoints and spoken notices in an empty house, and its loudspeakers in one process.

Everything goes through the desk, as people would do it: drafted and submitted by one, approved by another. Each step
looks at what is there already, so a start that was cut short is taken up where it ended.
"""

import asyncio
import io
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.endpoints import SERIAL_PORT
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.notices import NoticeDraft, NoticeView
from broadcaster.desk.playlists import PlaylistDraft
from broadcaster.house import CountyHouse
from broadcaster.language import _
from broadcaster.live import LiveController
from broadcaster.people.rights import Grant, Role
from broadcaster.registry.line import on_line
from broadcaster.registry.sample import AREAS, ENDPOINTS, QUIET_HOURS, SampleNotice, areas, notices
from broadcaster.wired import Wired, fits, lay
from devices.endpoint.program import PROVISION
from devices.provisioning import Provision
from schedules.notices import NoticeState
from schedules.places import Place
from schedules.rules import LoopRule, Window
from schedules.windows import spans_around

log = logging.getLogger(__name__)

EDITOR, APPROVER = "li", "wang"
TRIAL = "试播节目单"
TRIAL_PLAYS, TRIAL_EVERY, TRIAL_LASTS = 8, timedelta(minutes=15), timedelta(hours=2)
_FIRST_PLAY_IN = timedelta(seconds=50)  # so that endpoints hold plan and audio by then
_OVER = frozenset({NoticeState.EXPIRED, NoticeState.WITHDRAWN})

AfterOrder = Callable[[str], None]


async def fill(house: CountyHouse, live: LiveController) -> None:
    """Makes an empty house the sample county, and takes up what was cut short."""
    await asyncio.to_thread(settle, house, loudspeakers(house), lay(house), live.nudge)


async def simulate(house: CountyHouse, live: LiveController) -> None:
    """Runs the loudspeakers of a settled house until cancelled; the first of them sound within two minutes."""
    directory = loudspeakers(house)
    say(
        _("The loudspeakers of the sample county write what they sound to {directory}.").format(
            directory=directory
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_fleet(directory), name="loudspeakers")
        tasks.create_task(asyncio.to_thread(put_on_air, house, live.nudge), name="sample notices")


def loudspeakers(house: CountyHouse) -> Path:
    """Where the simulated loudspeakers live, and write their WAV files."""
    return house.settings.directory / "loudspeakers"


def say(line: str) -> None:
    """For a person at a terminal, else for the log."""
    if sys.stdout.isatty():
        print(line, flush=True)
    else:
        log.info(line)


def settle(
    house: CountyHouse,
    directory: Path,
    wired: Wired,
    after_order: AfterOrder = lambda order: None,
) -> None:
    """Areas, people and endpoints, each with its provisioning file below `directory`; what is there stays."""
    owner = _desk(house, OWNER, after_order)
    if not owner.areas.list():
        say(_("Filling the sample county: areas, endpoints, and notices that are spoken."))
        quiet = quiet_hours_at(datetime.now(house.settings.zone))
        owner.areas.take_in(file=Upload(AREAS.name, io.BytesIO(areas(quiet))))
        if quiet != QUIET_HOURS:
            say(_("It is late: the quiet hours of the sample county are moved away from the next two hours."))
    if not owner.endpoints.list():
        owner.endpoints.take_in(file=Upload(ENDPOINTS.name, io.BytesIO(wired.listed(owner))))
    wired.settle(owner)
    county, known = _county(owner), {user.name for user in owner.users.list()}
    for name, full_name, role in ((EDITOR, "李编辑", Role.OPERATOR), (APPROVER, "王主任", Role.APPROVER)):
        if name not in known:
            owner.users.add(user=name, full_name=full_name, grants=(Grant(role=role, place=county),))
    _provision(owner, directory, wired)


def put_on_air(house: CountyHouse, after_order: AfterOrder = lambda order: None) -> None:
    """The sample notices, spoken and approved, and a playlist of those that loop, for whoever tries it now."""
    editor, approver = (_desk(house, who, after_order) for who in (EDITOR, APPROVER))
    county = _county(editor)
    drafted = {notice.title: notice for notice in editor.notices.list()}
    looped: list[str] = []
    for sample in notices():
        notice = drafted.get(sample.title) or editor.notices.draft(draft=_draft(sample, county))
        _approved(editor, approver, notice)
        if sample.rule is not None:
            looped.append(notice.id)
    if not _trial_goes_on(editor):
        now = datetime.now(house.settings.zone)
        rule = first_plays_after(now)
        draft = PlaylistDraft(
            title=TRIAL,
            items=tuple(looped),
            rule=rule,
            targets=(county,),
            valid_until=now + TRIAL_LASTS,
        )
        trial = editor.playlists.create(draft=draft)
        editor.playlists.submit(playlist=trial.id)
        approver.playlists.approve(playlist=trial.id)
        say(
            _("They sound together from {time} on, every 15 minutes.").format(
                time=f"{rule.fixed_times[0]:%H:%M}"
            )
        )


def quiet_hours_at(now: datetime) -> tuple[Window, ...]:
    """Those of the sample, or other ones where they begin or last within the trial that begins `now` (county time)."""
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    quiet = spans_around(QUIET_HOURS, now.date(), zone)
    if not any(span.start < now + TRIAL_LASTS and now < span.end for span in quiet):
        return QUIET_HOURS
    start, end = ((now.hour + hours) % 24 for hours in (10, 16))
    return (Window(start=time(start), end=time(end)),)


def first_plays_after(now: datetime) -> LoopRule:
    """Every quarter of an hour from the next full minute that can be met, on the wall clock of `now`, until midnight."""
    first = (now + _FIRST_PLAY_IN + timedelta(minutes=1)).replace(second=0, microsecond=0)
    plays = (first + TRIAL_EVERY * n for n in range(TRIAL_PLAYS))
    return LoopRule(fixed_times=tuple(play.time() for play in plays if play.date() == first.date()))


def _county(desk: CountyDesk) -> Place:
    return Place(desk.areas.list()[0].code)


def _desk(house: CountyHouse, who: str, after_order: AfterOrder) -> CountyDesk:
    return CountyDesk(HouseDoor(house, who, clock=lambda: datetime.now(UTC), after_order=after_order))


def _draft(sample: SampleNotice, county: Place) -> NoticeDraft:
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
        rule=sample.rule,
    )


def _approved(editor: CountyDesk, approver: CountyDesk, notice: NoticeView) -> None:
    if notice.state is NoticeState.DRAFT:
        notice = editor.notices.submit(notice=notice.id)
    if notice.state is NoticeState.SUBMITTED:
        approver.notices.approve(notice=notice.id)
        say(_("Spoken, submitted and approved: {title}").format(title=notice.title))


def _trial_goes_on(desk: CountyDesk) -> bool:
    return any(playlist.title == TRIAL and playlist.state not in _OVER for playlist in desk.playlists.list())


def _provision(owner: CountyDesk, directory: Path, wired: Wired) -> None:
    """A provisioning file for each endpoint that has none, or one of another link."""
    bauds = {line.name: line.baud for line in owner.lines.list()}
    for endpoint in owner.endpoints.list():
        path, port, on = directory / endpoint.id / PROVISION, wired.port_of(endpoint), on_line(endpoint.link)
        if endpoint.enabled and not fits(path, port, bauds[on.line] if on else None):
            path.parent.mkdir(parents=True, exist_ok=True)
            made = owner.endpoints.provision(endpoint=endpoint.id, port=port or SERIAL_PORT)
            Provision.from_json(made.content).save(path)


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
