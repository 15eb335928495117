"""Parts: what somebody has to do with tickets, and what crews can do."""

from enum import StrEnum


class Part(StrEnum):
    """What somebody has to do with tickets."""

    CREW = "crew"
    LEAD = "lead"  # of a town
    STATION = "station"  # the county's technicians
    LEADER = "leader"
    POWER_COMPANY = "power_company"
    OPERATOR = "operator"


class Skill(StrEnum):
    """What a crew can do."""

    LIFT = "lift"  # it has a lift truck
    ELECTRICIAN = "electrician"
    RADIO = "radio"
