"""The docket: the cases that live, which of them explains whom, and what changed since it was last told."""

from collections.abc import Iterable
from dataclasses import replace

from broadcaster.repairs.cases import Case, Finding
from broadcaster.repairs.incidents import Incident, Stage, key_of


class Docket:
    """Mutable. One case at most explains an endpoint, though members of others may bear its name still."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}  # by key
        self._case_of: dict[str, Case] = {}  # by endpoint
        self._changed: dict[str, Incident] = {}

    def recall(self, cases: dict[str, Case]) -> None:
        """Go on with these; all of them were told."""
        self.cases = cases
        self._case_of = {name: case for case in cases.values() for name in case.incident.members}

    def changes(self) -> tuple[Incident, ...]:
        """The incidents that changed since it was last asked, as they are now."""
        taken, self._changed = tuple(self._changed.values()), {}
        return taken

    def case_of(self, endpoint: str) -> Case | None:
        """The case that explains an endpoint."""
        return self._case_of.get(endpoint)

    def begin(self, finding: Finding, now: float) -> Case:
        """A new case, which explains nobody yet."""
        root = finding.root
        while (key := key_of(finding.cause, root, finding.onset)) in self.cases:
            root += "'"
        incident = Incident(
            key=key,
            cause=finding.cause,
            root=finding.root,
            onset=finding.onset,
            detected=now,
            members=finding.members,
            affected=finding.members,
            confidence=finding.confidence,
            evidence=finding.evidence,
        )
        case = self.cases[key] = Case(incident, is_group=finding.is_group, rival=finding.rival)
        self.tell(incident)
        return case

    def tell(self, incident: Incident) -> None:
        """It is among the changes, whether or not it is a case."""
        self._changed[incident.key] = incident

    def put(self, case: Case, incident: Incident) -> None:
        """A case's incident as it is now; told if that makes a difference."""
        if incident != case.incident:
            case.incident = incident
            self.tell(incident)

    def update(self, case: Case, **changes: object) -> None:
        """The same of some of its values."""
        self.put(case, replace(case.incident, **changes))  # type: ignore[arg-type]

    def explain(self, case: Case, members: Iterable[str]) -> None:
        """From now on a case explains these, and no others."""
        self.release(self.explained_by(case))
        self._case_of |= dict.fromkeys(members, case)

    def explained_by(self, case: Case) -> list[str]:
        """The members of a case that no other took over."""
        return [name for name in case.incident.members if self._case_of.get(name) is case]

    def release(self, names: Iterable[str]) -> None:
        """Nothing explains these any more."""
        for name in names:
            del self._case_of[name]

    def join(self, case: Case, name: str) -> None:
        """One more that a case explains."""
        self.update(case, members=tuple(sorted({*case.incident.members, name})))
        self._case_of[name] = case

    def take_over(self, case: Case, now: float) -> None:
        """Members that nothing announced explains belong to this case; what held them and has nobody left is merged."""
        bereft: dict[str, Case] = {}
        for name in case.incident.members:
            held = self._case_of.get(name)
            if held is None or held.incident.stage is Stage.HELD:
                bereft |= {held.incident.key: held} if held else {}
                self._case_of[name] = case
        for _, other in sorted(bereft.items()):
            left = tuple(self.explained_by(other))
            if left:
                self.update(other, members=left)
            else:
                self.end(other, Stage.MERGED, now, case.incident.key)

    def end(self, case: Case, stage: Stage, now: float, into: str | None = None) -> list[str]:
        """A case lives no longer; whom it explained to the last. `into`: the key of the case it is merged into."""
        released = self.explained_by(case)
        self.update(case, stage=stage, ended=now, merged_into=into, affected=())
        self.release(released)
        del self.cases[case.incident.key]
        return released
