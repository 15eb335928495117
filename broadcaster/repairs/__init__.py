"""Repairs: from flips and fault reports to a few incidents, each with its cause, root, evidence and who mends it. Pure.

A shell feeds a `Correlator` with what `Supervision.happened` says, ticks it, and takes `changes`: values of `Incident`
under keys that stay; an `Examiner` is given a `Reading` for each heartbeat and says the same of single endpoints' own
faults. `Supervision`, `Correlator` and `Examiner` can all be stored and go on after a restart.

A ticket belongs to each incident that has been announced (`Stage.OPEN`).
"""

from broadcaster.repairs.causes import HANDLING, Cause, Handling, Owner, Priority
from broadcaster.repairs.circumstances import Circumstances
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.examination import Examined, Examiner
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import LIVE, Correction, Flag, Incident, Stage
from broadcaster.repairs.memory import Memory
from broadcaster.repairs.rules import Reading
from broadcaster.repairs.scoring import Rates
from broadcaster.repairs.surroundings import Supervised
from broadcaster.repairs.topology import Kind, Placement, Provenance, Topology, node_id

__all__ = [
    "HANDLING",
    "LIVE",
    "Cause",
    "Circumstances",
    "Correction",
    "Correlator",
    "Examined",
    "Examiner",
    "Flag",
    "Handling",
    "Incident",
    "Kind",
    "Knowledge",
    "Memory",
    "Owner",
    "Placement",
    "Priority",
    "Provenance",
    "Rates",
    "Reading",
    "Stage",
    "Statement",
    "Supervised",
    "Topology",
    "node_id",
]
