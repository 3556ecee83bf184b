"""The roles that decisions ask for beyond the route, and the corporation's own role in it."""

from __future__ import annotations

from leefwijk.events.decider import Faults
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.language.participation.words import Group, Level
from participation.domain.wish import PROMISING, said

MANAGER = "area_manager"
PORTFOLIO_MANAGER = "portfolio_manager"
PARTNER = "partner"

_FITS_NO_ROLE = frozenset({Level.INFORMED, Level.SELF_MANAGE})
_LEADING = frozenset({OwnRole.LEAD, OwnRole.CO_INITIATE})


def judge_role(own: OwnRole, level: Level, group: Group, faults: Faults) -> None:
    """Adds `role-contradicts-promise` where the corporation's own role does not fit (PAR-08)."""
    none_clashes = own is OwnRole.NONE and level not in _FITS_NO_ROLE
    lead_clashes = own in _LEADING and level is Level.SELF_MANAGE
    if none_clashes or lead_clashes:
        faults.add(
            "role-contradicts-promise",
            f"Who promises {said(group)} to {PROMISING[level]} does not take the role {own.value}.",
            group=group,
            role=own,
        )
