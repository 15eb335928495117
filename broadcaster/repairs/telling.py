"""Telling: the evidence for a root in sentences that a town clerk understands."""

from collections.abc import Iterator

from broadcaster.language import N_
from broadcaster.repairs.candidates import Candidate, Scene
from broadcaster.repairs.evidence import Fact, Statement, strongest
from broadcaster.repairs.incidents import Flag
from broadcaster.repairs.observations import Observation, Seen
from broadcaster.repairs.roots import Root
from broadcaster.repairs.topology import IS_POWER, Kind

SIBLINGS_ASKED = 200


def of_root(root: Root, scene: Scene) -> tuple[Statement, ...]:
    """Why this common cause is believed."""
    members = [scene.observations[name] for name in root.members if name in scene.observations]
    seen, around = _what_was_seen(root.best, members), _around(root.best, scene)
    return strongest((*seen, *_along_the_line(root.best, scene), *around, *_doubts(root)))


def of_single(observation: Observation, witnesses: int) -> tuple[Statement, ...]:
    """What is known of one endpoint alone."""
    first = {
        Seen.GASPED: _GASPED_ALONE,
        Seen.ON_BATTERY: _BATTERY_ALONE,
        Seen.SILENT: _SILENT_ALONE,
    }[observation.seen]
    found = [Statement(message=first, weight=100.0)]
    if witnesses:
        found.append(Statement(message=_NEIGHBOURS, facts={"count": witnesses}, weight=50.0))
    return tuple(found)


def _what_was_seen(best: Candidate, members: list[Observation]) -> Iterator[Statement]:
    by_class = {seen: [o for o in members if o.seen is seen] for seen in Seen}
    gasped, silent, battery = (by_class[s] for s in (Seen.GASPED, Seen.SILENT, Seen.ON_BATTERY))
    node = best.node.partition(":")[2]
    facts: dict[str, Fact]
    if gasped:
        seconds = round(max(o.onset for o in gasped) - min(o.onset for o in gasped))
        facts = {"count": len(gasped), "all": len(members), "node": node, "seconds": seconds}
        yield Statement(message=_GASPED, facts=facts, weight=100.0 + len(gasped))
    if silent:
        message = _SILENT_TOO if gasped or battery else _ONLY_SILENT
        facts = {"count": len(silent), "all": len(members), "node": node}
        yield Statement(message=message, facts=facts, weight=90.0)
    if battery:
        facts = {"count": len(battery), "all": len(members), "node": node}
        yield Statement(message=_BATTERY, facts=facts, weight=95.0)
    if best.kind is Kind.AREA:
        yield Statement(message=_AREA, facts={"count": len(members), "node": node}, weight=120.0)
    if best.cut is not None:
        yield _where_cut(best)


def _where_cut(best: Candidate) -> Statement:
    cut = best.cut
    assert cut is not None
    facts = {"after": cut.after, "before": cut.after + 1, "agree": cut.agreement, "asked": cut.asked}
    return Statement(message=_CUT if cut.after else _CUT_AT_HUB, facts=facts, weight=120.0)


def _along_the_line(best: Candidate, scene: Scene) -> Iterator[Statement]:
    """Between whom a line is cut, and what its hub hears on it."""
    if best.cut is None:
        return
    order = scene.topology.by_position(best.node)
    if 0 < best.cut.after < len(order):
        last, first = order[best.cut.after - 1], order[best.cut.after]
        yield Statement(message=_BETWEEN, facts={"last": last, "first": first}, weight=119.0)
    line = best.node.partition(":")[2]
    if scene.taps.is_noisy(line, best.onset):
        yield Statement(message=_NOISE, facts={"line": line}, weight=118.0)


def _around(best: Candidate, scene: Scene) -> Iterator[Statement]:
    """Who answers nearby: below the parent, but not below the root."""
    node = scene.topology.nodes[best.node]
    if node.parent is not None:
        below = set(node.members)
        others = [n for n in scene.topology.nodes[node.parent].members if n not in below][:SIBLINGS_ASKED]
        alive = sum(scene.answers_since(name, best.onset) for name in others)
        if alive:
            parent = node.parent.partition(":")[2]
            yield Statement(message=_SIBLINGS, facts={"count": alive, "node": parent}, weight=60.0)
    if best.witnesses:
        yield Statement(message=_WITNESSED, facts={"count": best.witnesses}, weight=-70.0)


def _doubts(root: Root) -> Iterator[Statement]:
    if root.is_mute:
        yield Statement(message=_MUTE, weight=85.0)
    if root.rival is not None and root.best.score - root.rival.score < 10:
        names = {"node": root.best.node.partition(":")[2], "other": root.rival.node.partition(":")[2]}
        power_first = root.best.kind in IS_POWER
        yield Statement(
            message=_POWER_OR_NETWORK if power_first else _NETWORK_OR_POWER, facts=names, weight=-80.0
        )
    if Flag.MAPPING_SUSPECT in root.flags:
        yield Statement(message=_MAP, weight=-40.0)
    if root.best.kind in (Kind.VILLAGE, Kind.TOWN):
        yield Statement(message=_STAND_IN, weight=-30.0)


_GASPED = N_("{count} of {all} endpoints on {node} sent last gasps within {seconds} s.")
_SILENT_TOO = N_("{count} of {all} endpoints on {node} fell silent without a last gasp.")
_ONLY_SILENT = N_("{count} endpoints on {node} fell silent together, none with a last gasp.")
_BATTERY = N_("{count} of {all} endpoints on {node} say that they run on battery.")
_AREA = N_("Nearly everybody in {node} fell silent at once ({count}): one cause above all lines on the map.")
_CUT = N_(
    "The line is cut between pole {after} and pole {before}: {agree} of {asked} answers and silences fit."
)
_CUT_AT_HUB = N_("The line is cut before its first pole, or shorted: nobody on it answers.")
_BETWEEN = N_("{last} still answers, {first} does not.")
_NOISE = N_("Since then the hub hears noise on {line}: a short circuit or a torn shield.")
_SIBLINGS = N_("{count} other endpoints on {node} answer.")
_WITNESSED = N_("{count} endpoints below it answer nevertheless: perhaps the map is wrong.")
_POWER_OR_NETWORK = N_("It may also be the network ({other}): a call to the village would tell.")
_NETWORK_OR_POWER = N_("It may also be the power ({other}): a call to the village would tell.")
_MUTE = N_(
    "Not one sent a last gasp, though most could have: power or network, a call to the village would tell."
)
_MAP = N_("Some of them stand elsewhere on the map, in the middle of the others: check their supply.")
_STAND_IN = N_("No supply line is on the map here: the area stands in for it.")
_GASPED_ALONE = N_("It sent a last gasp: its mains failed.")
_BATTERY_ALONE = N_("It runs on battery: its mains failed.")
_SILENT_ALONE = N_("It fell silent without a last gasp: power, network or a fault of its own.")
_NEIGHBOURS = N_("{count} others on the same supply have power.")
