"""The docket: the cases that live, which of them explains whom, and what changed since it was last told."""

from collections.abc import Iterable
from dataclasses import replace

from broadcaster.repairs.cases import Case, Finding
from broadcaster.repairs.incidents import Incident, Stage, key_of


class Docket:
    """Mutable. One case at most explains an endpoint, though members of others may bear its name still."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self._case_of: dict[str, str] = {}  # endpoint → key
        self._changed: dict[str, Incident] = {}

    def recall(self, cases: dict[str, Case]) -> None:
        """Go on with these; all of them were told."""
        self.cases = cases
        self._case_of = {name: key for key, case in cases.items() for name in case.incident.members}

    def changes(self) -> tuple[Incident, ...]:
        """The incidents that changed since it was last asked, as they are now."""
        taken, self._changed = tuple(self._changed.values()), {}
        return taken

    def case_of(self, endpoint: str) -> str | None:
        """The key of the case that explains an endpoint."""
        return self._case_of.get(endpoint)

    def begin(self, finding: Finding, now: float) -> str:
        """A new case, which explains nobody yet; its key."""
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
        self.cases[key] = Case(incident, is_group=finding.is_group, rival=finding.rival)
        self.tell(incident)
        return key

    def tell(self, incident: Incident) -> None:
        """It is among the changes, whether or not it is a case."""
        self._changed[incident.key] = incident

    def put(self, key: str, incident: Incident) -> None:
        """A case's incident as it is now; told if that makes a difference."""
        if incident != self.cases[key].incident:
            self.cases[key].incident = incident
            self.tell(incident)

    def update(self, key: str, **changes: object) -> None:
        """The same of some of its values."""
        self.put(key, replace(self.cases[key].incident, **changes))  # type: ignore[arg-type]

    def explain(self, key: str, members: Iterable[str]) -> None:
        """From now on a case explains these, and no others."""
        self.release(self.explained_by(key))
        self._case_of |= dict.fromkeys(members, key)

    def explained_by(self, key: str) -> list[str]:
        """The members of a case that no other took over."""
        return [name for name in self.cases[key].incident.members if self._case_of.get(name) == key]

    def release(self, names: Iterable[str]) -> None:
        """Nothing explains these any more."""
        for name in names:
            del self._case_of[name]

    def join(self, key: str, name: str) -> None:
        """One more that a case explains."""
        self.update(key, members=tuple(sorted({*self.cases[key].incident.members, name})))
        self._case_of[name] = key

    def take_over(self, key: str, now: float) -> None:
        """Members that nothing announced explains belong to this case; what held them and has nobody left is merged."""
        bereft: set[str] = set()
        for name in self.cases[key].incident.members:
            held = self._case_of.get(name)
            if held is None or self.cases[held].incident.stage is Stage.HELD:
                bereft |= {held} if held else set()
                self._case_of[name] = key
        for other in sorted(bereft):
            left = tuple(self.explained_by(other))
            if left:
                self.update(other, members=left)
            else:
                self.end(other, Stage.MERGED, now, key)

    def end(self, key: str, stage: Stage, now: float, into: str | None = None) -> list[str]:
        """A case lives no longer; whom it explained to the last."""
        released = self.explained_by(key)
        self.update(key, stage=stage, ended=now, merged_into=into, affected=())
        self.release(released)
        del self.cases[key]
        return released
