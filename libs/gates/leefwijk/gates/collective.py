"""Collective interest: never for a single resident or dwelling."""

from __future__ import annotations

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import Knowing, Rule
from leefwijk.gates.settings import HOUSEHOLDS_FOR_COLLECTIVE_INTEREST

RULE = Rule(Gate.COLLECTIVE_INTEREST, "vision: never a single resident or dwelling")

NONE = "no-collective-interest"


def collective_interest(
    *, open_to_everyone: bool, households: int | None, evidence: tuple[str, ...], knowing: Knowing
) -> GateLine:
    """Open to everyone in the area, or for enough households."""
    if open_to_everyone:
        return RULE.passed("Open to everyone in the area.", knowing, evidence)
    if households is not None and households >= HOUSEHOLDS_FOR_COLLECTIVE_INTEREST:
        return RULE.passed(f"For {households} households.", knowing, evidence)
    told = "It does not say for whom it is."
    if households is not None:
        told = f"It is for {households} household{'' if households == 1 else 's'}."
    return RULE.failed(
        NONE,
        f"{told} A collective interest is open to everyone in the area, or for at least "
        f"{HOUSEHOLDS_FOR_COLLECTIVE_INTEREST} households.",
        knowing,
        evidence,
        way_on="Open it to everyone; for one household point the way: a home adaptation, for "
        "example, is the municipality's task (Wmo 2015).",
    )
