"""The county's desk: every noun behind the one door."""

from typing import TYPE_CHECKING

from broadcaster.desk.door import Desk

if TYPE_CHECKING:
    from broadcaster.desk.alerts import Alerts
    from broadcaster.desk.areas import Areas
    from broadcaster.desk.attempts import Attempts
    from broadcaster.desk.audit import Audit
    from broadcaster.desk.calendar import Calendar
    from broadcaster.desk.crews import Crews
    from broadcaster.desk.deeds import Deeds
    from broadcaster.desk.dispatch import Dispatch
    from broadcaster.desk.documents import Documents
    from broadcaster.desk.endpoints import Endpoints
    from broadcaster.desk.incidents import Incidents
    from broadcaster.desk.indices import Indices
    from broadcaster.desk.ledger import Ledger
    from broadcaster.desk.lines import Lines
    from broadcaster.desk.maintenance import Maintenance
    from broadcaster.desk.notices import Notices
    from broadcaster.desk.plans import Plans
    from broadcaster.desk.playlists import Playlists
    from broadcaster.desk.recordings import Recordings
    from broadcaster.desk.storms import Storms
    from broadcaster.desk.terms import Terms
    from broadcaster.desk.tickets import Tickets
    from broadcaster.desk.today import Today
    from broadcaster.desk.tokens import Tokens
    from broadcaster.desk.users import Users


class CountyDesk(Desk):
    """What a county station's people may ask and order."""

    today: "Today"
    areas: "Areas"
    endpoints: "Endpoints"
    lines: "Lines"
    recordings: "Recordings"
    notices: "Notices"
    playlists: "Playlists"
    calendar: "Calendar"
    plans: "Plans"
    attempts: "Attempts"
    alerts: "Alerts"
    ledger: "Ledger"
    tickets: "Tickets"
    deeds: "Deeds"
    terms: "Terms"
    incidents: "Incidents"
    crews: "Crews"
    maintenance: "Maintenance"
    storms: "Storms"
    dispatch: "Dispatch"
    indices: "Indices"
    documents: "Documents"
    users: "Users"
    tokens: "Tokens"
    audit: "Audit"
