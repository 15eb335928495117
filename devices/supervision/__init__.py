"""Supervision of endpoints: from reports and passing time to flips, without ever holding our own outages against them."""

from devices.supervision.alive import Moment, Timeline, begun, resumed, wall_step
from devices.supervision.gates import CONTROLLER, GateMoved
from devices.supervision.snapshot import exported, restored
from devices.supervision.states import ALIVE, DOWN, Flip, Overlaid, Overlay, Sign, State
from devices.supervision.supervision import Happened, Supervision

__all__ = [
    "ALIVE",
    "CONTROLLER",
    "DOWN",
    "Flip",
    "GateMoved",
    "Happened",
    "Moment",
    "Overlaid",
    "Overlay",
    "Sign",
    "State",
    "Supervision",
    "Timeline",
    "begun",
    "exported",
    "restored",
    "resumed",
    "wall_step",
]
