"""What counts as an own home, by VERA's codes (F1)."""

from __future__ import annotations

from leefwijk.events.language.housing_mix.dwellings import Dwelling

NO_HOMES = frozenset({"KAM", "WWP"})
"""EENHEIDDETAILSOORT within WOO that is no home of its own: a room, a caravan pitch (choice)."""
STANDING = frozenset({"VEH", "LEE", "UIT"})
"""EENHEIDSTATUS of a home that stands and is ours: let, vacant, out of use."""
NOT_OURS = frozenset({"VAH", "VAO", "VAB", "VOV", "TER", "UIT", "ADM"})
"""UITEXPLOITATIEREDEN of a home that went to another owner, or is only administrated."""
SOCIAL = "DAE"
ALLOCATIONS = frozenset({"EEN", "GEZ", "HZO", "JON", "SEN", "STA", "STU"})
"""DOELGROEP that says for whom a home is meant, and nothing of who lives in it (MIX-06)."""


def is_own_home(dwelling: Dwelling) -> bool:
    """A home that stands and is the corporation's; out of use for works, it still is (MIX-07)."""
    if dwelling.unit != "WOO" or dwelling.unit_detail in NO_HOMES:
        return False
    if dwelling.tenancy not in STANDING:
        return False
    return not (dwelling.tenancy == "UIT" and dwelling.tenancy_detail in NOT_OURS)


def is_social_rent(dwelling: Dwelling) -> bool:
    """An own home labelled DAE, whatever its present rent or vacancy (F2)."""
    return is_own_home(dwelling) and dwelling.social_label == SOCIAL


def is_occupied(dwelling: Dwelling) -> bool:
    """An own home that is let."""
    return is_own_home(dwelling) and dwelling.tenancy == "VEH"
