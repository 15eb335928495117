"""Rights: what a role allows, where a grant holds, and why somebody may not do a thing. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from schedules.places import Place, covers


class Right(StrEnum):
    """What somebody may be allowed to do in a place."""

    VIEW = "view"
    IMPORT = "import"  # audio, and text to be spoken
    DRAFT = "draft"
    SUBMIT = "submit"
    APPROVE = "approve"  # what somebody else made
    WITHDRAW = "withdraw"  # what is approved or on the air
    SEND_ALERT = "send_alert"
    CANCEL_ALERT = "cancel_alert"
    REPAIR = "repair"  # take up tickets, write what was done, close them
    SETTLE = "settle"  # quiet hours, budgets, volumes, the calendar, crews, announced work
    REGISTER = "register"  # areas and endpoints
    PROVISION = "provision"  # hand an endpoint its secrets, or retire it
    ADMIN = "admin"  # people, keys, the audit trail


class Role(StrEnum):
    """What somebody is, at the county's station or in a town or village."""

    EDITOR = "editor"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMIN = "admin"
    TOWN_STAFF = "town_staff"
    VILLAGE_STAFF = "village_staff"


_WRITES = frozenset({Right.VIEW, Right.IMPORT, Right.DRAFT, Right.SUBMIT})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.EDITOR: _WRITES,
    Role.APPROVER: frozenset({Right.VIEW, Right.APPROVE, Right.WITHDRAW}),
    Role.OPERATOR: _WRITES
    | {Right.WITHDRAW, Right.SEND_ALERT, Right.CANCEL_ALERT, Right.SETTLE, Right.REPAIR},
    Role.ADMIN: frozenset(
        {Right.VIEW, Right.SETTLE, Right.REPAIR, Right.REGISTER, Right.PROVISION, Right.ADMIN}
    ),
    Role.TOWN_STAFF: _WRITES | {Right.SEND_ALERT, Right.CANCEL_ALERT, Right.REPAIR},
    Role.VILLAGE_STAFF: _WRITES | {Right.REPAIR},
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Grant:
    """A role in a place and in all that it covers."""

    role: Role
    place: Place


class Verdict(StrEnum):
    """Whether somebody may do a thing, or the first reason why not."""

    ALLOWED = "allowed"
    NO_ROLE = "no_role"  # they hold no role anywhere
    NOT_THIS_RIGHT = "not_this_right"  # no role of theirs brings it
    NOT_THERE = "not_there"  # a role brings it, but not in all of these places
    OWN_WORK = "own_work"  # it takes a second person


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A verdict; `lacking` are the places without the right."""

    verdict: Verdict
    lacking: tuple[Place, ...] = ()

    def __bool__(self) -> bool:
        return self.verdict is Verdict.ALLOWED


def may(grants: Collection[Grant], right: Right, places: Iterable[Place]) -> Permission:
    """Whether `grants` bring `right` in each of `places`; without places, whether anywhere."""
    if not grants:
        return Permission(verdict=Verdict.NO_ROLE)
    held = [grant.place for grant in grants if right in RIGHTS[grant.role]]
    if not held:
        return Permission(verdict=Verdict.NOT_THIS_RIGHT)
    lacking = tuple(place for place in places if not any(covers(outer, place) for outer in held))
    return Permission(verdict=Verdict.NOT_THERE if lacking else Verdict.ALLOWED, lacking=lacking)


def may_approve(
    grants: Collection[Grant], who: str, makers: Collection[str], places: Iterable[Place]
) -> Permission:
    """Whether `who` may approve what `makers` created, edited and submitted: never a part of their own work."""
    permission = may(grants, Right.APPROVE, places)
    if permission and who in makers:
        return Permission(verdict=Verdict.OWN_WORK)
    return permission
