"""The pictures of docs/states.md: `python -m docs.states` draws them anew from the tables in the code.

A test holds that the page is up to date.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from broadcaster.tickets import states as tickets
from devices.serial import presence, to_many
from devices.supervision import states as supervision
from schedules import notices

Turn = tuple[StrEnum, StrEnum, StrEnum]  # from, sign, to
ALIKE = 4  # turns that so many states have in common are drawn once, and listed
TABLE = ("| sign | from | to |", "|---|---|---|")
PAGE = Path(__file__).with_name("states.md")
HEAD = """# State machines

Drawn from the tables in the code by `python -m docs.states`. Of what many states have in common the first is drawn, and all
stand in the table under the picture. A sign that is not named leaves the state as it is, or is refused, as the module says.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One table with where it stands; `begins`: the first state."""

    title: str
    path: str
    begins: StrEnum
    table: Mapping[Any, Mapping[Any, StrEnum]]


MACHINES = (
    Machine(
        title="A version of a notice or playlist · 通知、节目单的一版",
        path="schedules/notices.py",
        begins=notices.NoticeState.DRAFT,
        table=notices.TRANSITIONS,
    ),
    Machine(
        title="What an endpoint's reports say of its life · 终端状态",
        path="devices/supervision/states.py",
        begins=supervision.State.NEW,
        table=supervision.TABLE,
    ),
    Machine(
        title="A ticket · 工单",
        path="broadcaster/tickets/states.py",
        begins=tickets.TicketState.CANDIDATE,
        table=tickets.TABLE,
    ),
    Machine(
        title="A tap of a serial line, as its head sees it · 分接端",
        path="devices/serial/presence.py",
        begins=presence.Presence.ABSENT,
        table=presence.PRESENCES,
    ),
    Machine(
        title="A recording for several taps · 同时传给多个分接端的音频",
        path="devices/serial/to_many.py",
        begins=to_many.Phase.FILL,
        table=to_many.PHASES,
    ),
)


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_section(machine) for machine in MACHINES)


def _section(machine: Machine) -> str:
    turns = [(state, sign, after) for state, row in machine.table.items() for sign, after in row.items()]
    alike = Counter((sign, after) for _, sign, after in turns)
    first = {(sign, after): state for state, sign, after in reversed(turns) if state is not after}
    drawn = [
        (state, sign, after)
        for state, sign, after in turns
        if state is not after and (alike[sign, after] < ALIKE or first[sign, after] is state)
    ]
    arrows = [f"[*] --> {machine.begins}", *_arrows(drawn)]
    listed = [
        f"| {sign} | {_from(turns, sign, after)} | {after} |"
        for (sign, after), count in alike.items()
        if count >= ALIKE
    ]
    rows = "\n".join(["", *TABLE, *listed, ""]) if listed else ""
    picture = "\n    ".join(["stateDiagram-v2", *arrows])
    return (
        f"\n## {machine.title}\n\n[`{machine.path}`](../{machine.path})\n\n```mermaid\n{picture}\n```\n{rows}"
    )


def _arrows(turns: Iterable[Turn]) -> Iterator[str]:
    """One arrow a pair of states, with everything that leads from the one to the other."""
    signs: dict[tuple[StrEnum, StrEnum], list[StrEnum]] = {}
    for state, sign, after in turns:
        signs.setdefault((state, after), []).append(sign)
    return (f"{state} --> {after}: {', '.join(found)}" for (state, after), found in signs.items())


def _from(turns: Iterable[Turn], sign: StrEnum, after: StrEnum) -> str:
    return ", ".join(state for state, *turn in turns if turn == [sign, after])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
