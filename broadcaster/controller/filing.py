"""Filing: incidents become rows, and those that are announced become tickets, in one transaction with their lines."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from broadcaster.controller import terrain
from broadcaster.controller.terrain import Terrain
from broadcaster.repairs.incidents import LIVE, Flag, Incident, Stage
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import IncidentRow, TicketRow
from broadcaster.tickets import following, timers
from broadcaster.tickets.following import Ground
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.terms import Agreed
from broadcaster.tickets.ticket import REOPEN_WITHIN, Change, Ticket

log = logging.getLogger(__name__)

PUT_OFF = timedelta(hours=1)
MOST_AT_ONCE = 500  # tickets that time moves in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What one transaction is filed by: the map, the clock of supervision as wall time, and working hours."""

    session: Session
    terrain: Terrain
    planned: frozenset[str]  # roots with announced work
    wall: Callable[[float], datetime]
    working: WorkingHours
    now: datetime
    reopened: list[Incident] = field(default_factory=list)  # for which an older ticket was opened again

    def file(self, incidents: Iterable[Incident]) -> None:
        """Incidents that changed; what was merged away comes last, when its ticket's heir is there."""
        for incident in sorted(incidents, key=lambda i: (i.stage is Stage.MERGED, i.onset, i.key)):
            with self._alone("an incident could not be filed", incident.key):
                self._file(incident)

    def pass_time(self) -> None:
        """Everything that is due by time alone. One that cannot be done is tried again in an hour, alone."""
        for number in kept.due(self.session, self.now, MOST_AT_ONCE):
            kept.put_off(self.session, number, self.now + PUT_OFF)
            with self._alone("time could not pass for a ticket", number):
                ticket = kept.load(self.session, number)
                if ticket is not None:
                    self.save(timers.passed(ticket, self.working, self.now))

    @contextmanager
    def _alone(self, fault: str, subject: str | int) -> Iterator[None]:
        """A fault in here undoes only what was done in here; faults of the database undo everything."""
        try:
            with self.session.begin_nested():
                yield
        except (OperationalError, kept.Overtaken):
            raise
        except Exception:
            log.exception(fault, extra={"subject": subject})

    def save(self, change: Change) -> Ticket:
        """A change, with the time at which the ticket moves next by itself."""
        next_at = timers.next_time(change.ticket, self.working, self.now)
        return kept.save(self.session, change, next_at)

    def _file(self, incident: Incident) -> None:
        row = self.session.get(IncidentRow, incident.key)
        number = row.ticket if row else None
        ticket = kept.load(self.session, number) if number is not None else self._begun(incident)
        place, people = row.place if row else "", row.population if row else 0
        if incident.stage in LIVE or row is None:
            place = terrain.place_of(self.terrain, incident.members)
            people = terrain.population_of(self.terrain, incident)
        kept.put_incident(self.session, incident, self.wall, place, people, ticket.number if ticket else None)
        if ticket is not None and ticket.key == incident.key:
            self._follow(ticket, incident)

    def _follow(self, ticket: Ticket, incident: Incident) -> None:
        change = following.follow(ticket, incident, self.now, self._agreed)
        if change.ticket == ticket and not change.entries:
            return
        saved = self.save(change)
        if (
            saved.state is TicketState.MERGED
            and ticket.state is not TicketState.MERGED
            and incident.merged_into
        ):
            heir = kept.of_incident(self.session, incident.merged_into)
            if heir is not None and not heir.is_over:
                self.save(following.absorbed(heir, saved, self.now))

    def _begun(self, incident: Incident) -> Ticket | None:
        """The ticket of an incident that had none: an older one that goes on, or a new one once it is announced."""
        if incident.stage not in LIVE or (Flag.PLANNED in incident.flags and incident.root in self.planned):
            return None
        last = kept.last_of(self.session, incident.cause, incident.root)
        announced = incident.announced is not None
        if last is not None and not last.is_over and (announced or last.healthy_since is not None):
            return self.save(following.relapsed(last, incident, self.now))
        if not announced:
            return None
        if last is not None and following.is_recurrence(last, incident, self.now):
            self.reopened.append(incident)
            return self.save(following.reopened(last, incident, self.now))
        change = following.begun(incident, self._ground(incident), self.now)
        if last is not None:
            change = change.quietly(recurrence_of=last.number)
        for merged in self._merged_into(incident.key):
            change = change.quietly(
                onset=min(change.ticket.onset, merged.onset), clock=change.ticket.clock.merged(merged.clock)
            )
        return self.save(change)

    def _ground(self, incident: Incident) -> Ground:
        return Ground(
            place=terrain.place_of(self.terrain, incident.members),
            population=terrain.population_of(self.terrain, incident),
            wall=self.wall,
            agreed=self._agreed,
        )

    @property
    def _agreed(self) -> Agreed:
        return kept.agreed(self.session)

    def _merged_into(self, key: str) -> list[Ticket]:
        wanted = select(TicketRow).where(
            TicketRow.state == TicketState.MERGED,
            col(TicketRow.closed_at) > self.now - REOPEN_WITHIN,
        )
        found = map(kept.ticket_of, self.session.exec(wanted))
        return [ticket for ticket in found if ticket.merged_into == key]
