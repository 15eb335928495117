"""Gates: a hub, a line's port or the broker that stays closed is an incident itself, and wins over other explanations."""

from broadcaster.language import N_
from broadcaster.repairs.cases import Finding
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import Flag
from devices.supervision import CONTROLLER, GateMoved

BLIND = frozenset({CONTROLLER, "broker"})  # while one of these is closed nothing is seen of anybody
_CAUSES = {"hub": Cause.SERIAL_HUB, "line": Cause.SERIAL_HUB, "broker": Cause.CONTROLLER_BLIND}


def closed(moved: GateMoved, knowledge: Knowledge) -> Finding | None:
    """What a gate that was closed means: all behind it are its members. None for the controller's own."""
    kind, _, name = moved.gate.partition(":")
    if kind not in _CAUSES:
        return None
    node = knowledge.topology.nodes.get(moved.gate)
    said = Statement(message=_PORT_LOST if kind == "line" else _GATE_CLOSED, facts={"gate": name or kind})
    return Finding(
        cause=_CAUSES[kind],
        root=moved.gate,
        onset=moved.since,
        members=tuple(node.members) if node else (),
        confidence=0.95,
        evidence=(said,),
        flags=frozenset({Flag.PLANNED}) if moved.gate in knowledge.planned else frozenset(),
        is_group=True,
    )


_GATE_CLOSED = N_("{gate} does not answer: nothing behind it can be judged.")
_PORT_LOST = N_("The hub has lost the port of {gate}: nothing on that line can be judged.")
