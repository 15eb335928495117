"""Settlement: what returns, and people on site, prove of a case's cause, what it was taken for before, and what is learned."""

from dataclasses import replace

from broadcaster.language import N_
from broadcaster.repairs.adjudication import Vote, settled, vote
from broadcaster.repairs.cases import Case
from broadcaster.repairs.causes import POWER, Cause
from broadcaster.repairs.circumstances import Answer
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import Flag, Incident
from broadcaster.repairs.observations import Observation, Seen
from broadcaster.repairs.observed import Observed
from broadcaster.repairs.roots import CAUSES
from broadcaster.repairs.topology import IS_POWER, Topology
from devices.supervision import Flip

_FIRST = 200.0  # the weight of a proof among the evidence


def returned(case: Case, back: Flip, o: Observation, *, observed: Observed, knowledge: Knowledge) -> Incident:
    """A case's incident when one that was observed as `o` is back: as most returns prove it, once they do. Mutates the case."""
    said = vote(back, back.detected - o.onset, knowledge.surroundings.period(back.endpoint))
    if said is None:
        return case.incident
    case.votes[back.endpoint] = said
    if said is Vote.POWER and o.seen is not Seen.ON_BATTERY and case.is_group:
        placement = knowledge.topology.placements[back.endpoint]
        knowledge.rates = knowledge.rates.with_gasp(placement, arrived=o.seen is Seen.GASPED)
    verdict = settled(case.votes.values(), len(case.incident.members))
    if verdict is None:
        return case.incident
    return _settled_by(case, verdict, o, observed=observed, knowledge=knowledge, now=back.detected)


def told(case: Case, answer: Answer, *, observed: Observed, knowledge: Knowledge, now: float) -> Incident:
    """A case's incident after people on site were asked, as long as no return has proven anything."""
    incident, o = case.incident, observed.of.get(case.incident.root)
    if Flag.ADJUDICATED in incident.flags:
        return incident
    said = Statement(message=_SAY[answer], weight=_FIRST)
    if case.is_group and answer is not Answer.SWITCHED_OFF:
        verdict = Vote.POWER if answer is Answer.NO_POWER else Vote.NETWORK
        cause, root = _proven(case, verdict, knowledge.topology)
        corrected = incident.corrected(cause, root, said, now)
        evidence = (said, *incident.evidence)[:6]
        return replace(corrected, evidence=evidence, flags=incident.flags | {Flag.ADJUDICATED})
    if case.is_group or o is None:
        return incident
    found = knowledge.single(observed, o)
    corrected = incident.corrected(found.cause, found.root, said, now)
    return replace(corrected, evidence=found.evidence, confidence=found.confidence)


def learn_habit(case: Case, knowledge: Knowledge) -> None:
    """When it is over: a single site's loss of mains adds to its habits."""
    root, cause, onset = case.incident.root, case.incident.cause, case.incident.onset
    if not case.is_group and cause in POWER:
        switched_off = cause is Cause.SWITCHED_OFF
        knowledge.habits.lost(root, knowledge.town(root), knowledge.local(onset), switched_off=switched_off)


def _settled_by(
    case: Case, verdict: Vote, o: Observation, *, observed: Observed, knowledge: Knowledge, now: float
) -> Incident:
    incident = case.incident
    cause, root, evidence = incident.cause, incident.root, incident.evidence
    if case.is_group:
        cause, root = _proven(case, verdict, knowledge.topology)
    elif verdict is Vote.POWER:
        found = knowledge.single(observed, o, returned=True)
        cause, evidence = found.cause, found.evidence
    elif o.seen is Seen.SILENT:
        cause = Cause.SITE_LINK if verdict is Vote.NETWORK else Cause.ENDPOINT_CRASH
    message = _PROVEN[verdict] if case.is_group else _PROVEN_ALONE[verdict]
    said = Statement(message=message, facts={"count": len(case.votes)}, weight=_FIRST)
    corrected = incident.corrected(cause, root, said, now)
    if Flag.ADJUDICATED in incident.flags and corrected is incident:
        return incident
    evidence = (said, *(e for e in evidence if e.weight != said.weight))
    return replace(corrected, evidence=evidence[:6], flags=incident.flags | {Flag.ADJUDICATED})


def _proven(case: Case, verdict: Vote, mapped: Topology) -> tuple[Cause, str]:
    """Cause and root of a group: its own root if that is of the right sort, else its rival's, which then has the own as rival."""
    nodes = mapped.nodes
    for node in (case.incident.root, case.rival):
        if node in nodes and (nodes[node].kind in IS_POWER) is (verdict is Vote.POWER):
            case.rival = case.incident.root if node != case.incident.root else case.rival
            return CAUSES[nodes[node].kind], node
    if verdict is Vote.POWER:
        return Cause.GRID_OUTAGE, case.incident.root
    return case.incident.cause, case.incident.root


_SAY = {
    Answer.SWITCHED_OFF: N_("People on site say that it was switched off."),
    Answer.POWER: N_("People on site say that they have power."),
    Answer.NO_POWER: N_("People on site say that they have no power."),
}
_PROVEN = {
    Vote.POWER: N_("{count} of them started anew when they came back: it was the power."),
    Vote.NETWORK: N_(
        "{count} of them had been running all the time when they came back: it was the network."
    ),
    Vote.CRASH: N_("{count} of them started anew without having lost power: the program or its supply."),
}
_PROVEN_ALONE = {
    Vote.POWER: N_("It started anew when it came back: it was the power."),
    Vote.NETWORK: N_("It had been running all the time when it came back: it was the network."),
    Vote.CRASH: N_("It started anew without having lost power: the program or its supply."),
}
