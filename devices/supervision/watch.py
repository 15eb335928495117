"""A watch: everything that supervision keeps of one endpoint. Mutable and small."""

from dataclasses import dataclass, field

from devices.supervision.flapping import Penalty
from devices.supervision.gates import Path
from devices.supervision.rhythm import Rhythm
from devices.supervision.states import State

CALM = Penalty()


@dataclass(slots=True, eq=False)
class Watch:
    """Times are seconds of the supervision's clock; `heard` is the last proof of life."""

    endpoint: str
    path: Path
    state: State = State.NEW
    since: float = 0.0  # when this state was entered
    onset: float = 0.0  # when it truly began
    heard: float = 0.0
    boot: str = ""
    boots: int | None = None
    seq: int = 0
    due_in: float = 0.0  # from `heard` to the next periodic heartbeat, as it promised
    good: int = 0  # reports in a row, since it is new or back
    rhythm: Rhythm = field(default_factory=Rhythm)
    penalty: Penalty = CALM
    maintenance: bool = False
    gasp_boot: str = ""  # of the newest word about the mains
    gasp_seq: int = 0
    gasp_up_s: int | None = None
    gasp_rx: float = 0.0
    failed_probes: int = 0
    patience: float = 0.0  # observable silence that a suspect is allowed, s; 0: not asked yet
    bucket: int = 0  # of the wheel, in which it is looked at next; others that hold it are void
