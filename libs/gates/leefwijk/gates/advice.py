"""Formal advice of the tenants (Wet overleg huurders verhuurder), where it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import UNPROVED, At, Freshness, Rule, said_day

RULE = Rule(Gate.FORMAL_ADVICE, "Wet overleg huurders verhuurder, art. 5")

NOT_SETTLED = "formal-advice-not-settled"


@dataclass(frozen=True)
class Advice:
    """Whether formal advice is due, and how far it is."""

    due: bool = False
    asked: date | None = None
    settled_from: date | None = None
    """The first day on which a decision may take effect; none: not settled."""
    stands: str = ""
    """Where it stands, in words: `asked on 1 June 2026, no advice yet`."""
    evidence: tuple[str, ...] = ()
    fresh: Freshness = UNPROVED


def formal_advice(advice: Advice, at: At) -> GateLine:
    """Whether advice is settled where it is due; nobody can set this aside."""
    knowing = at.knowing(advice.fresh)
    if not advice.due:
        return RULE.passed("No formal advice is due.", knowing, advice.evidence)
    if advice.settled_from is not None and advice.settled_from <= at.today:
        return RULE.passed(
            f"Formal advice is settled since {said_day(advice.settled_from)}.",
            knowing,
            advice.evidence,
        )
    stands = advice.stands or "it was not asked"
    return RULE.failed(
        NOT_SETTLED,
        f"Formal advice of the tenants is due: {stands}.",
        knowing,
        advice.evidence,
        way_on="Ask for the advice, answer it, and let the term pass.",
    )
