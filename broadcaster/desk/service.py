"""Service: the working hours that clocks of tickets run by, as the county's calendar has them."""

from broadcaster.controller.planning import calendar_of
from broadcaster.desk.house import Context
from broadcaster.tickets.hours import WorkingHours


def working_hours(ctx: Context) -> WorkingHours:
    """Of this county."""
    return WorkingHours(zone=ctx.house.settings.zone, calendar=calendar_of(ctx.session))
