"""Performance agreements: a local agreement binds; the law itself asks no listing any more."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import DIRECTOR, UNPROVED, At, Freshness, Rule

RULE = Rule(
    Gate.PERFORMANCE_AGREEMENTS,
    "local agreement; no duty in law since 1 January 2022",
    DIRECTOR,
)

NOT_LISTED = "not-in-performance-agreements"


@dataclass(frozen=True)
class Agreement:
    """What the performance agreements of one municipality and year say of livability."""

    municipality: str
    year: int
    required: bool
    """Whether livability activities must be listed."""
    listed: tuple[str, ...]
    """Themes or contributions that are."""
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Agreements:
    """The agreements known, with how fresh that knowledge is."""

    found: tuple[Agreement, ...] = ()
    fresh: Freshness = UNPROVED


def performance_agreements(
    what: tuple[str, ...],
    municipalities: tuple[str, ...],
    agreements: Agreements,
    at: At,
) -> GateLine:
    """Whether it is listed in every municipality that requires it in the year of the decision.

    `what` names the effort as lists may: its themes and its contributions under the law.
    """
    knowing = at.knowing(agreements.fresh)
    year = at.today.year
    binding = [
        agreement
        for agreement in agreements.found
        if agreement.municipality in municipalities and agreement.year == year
    ]
    evidence = tuple(id_ for agreement in binding for id_ in agreement.evidence)
    missing = [
        agreement
        for agreement in binding
        if agreement.required and not set(agreement.listed) & set(what)
    ]
    if missing:
        return RULE.failed(
            NOT_LISTED,
            " ".join(
                f"{agreement.municipality} requires for {year} that it is listed; listed are: "
                f"{', '.join(agreement.listed) or 'none'}."
                for agreement in missing
            ),
            knowing,
            evidence,
            way_on="Amend the agreements, or let a director answer for it.",
        )
    if any(agreement.required for agreement in binding):
        return RULE.passed(f"Listed for {year}.", knowing, evidence)
    if binding:
        return RULE.passed(f"Not required in {year}.", knowing, evidence)
    return RULE.passed(f"No local requirement for {year} is known, and the law has none.", knowing)
