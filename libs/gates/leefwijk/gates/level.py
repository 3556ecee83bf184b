"""An effort level: its gates before it is agreed (MON-35); the budget gate is for spending."""

from __future__ import annotations

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.advice import Advice, formal_advice
from leefwijk.gates.agreements import performance_agreements
from leefwijk.gates.base import RULE as BASE
from leefwijk.gates.base import base_in_order
from leefwijk.gates.collective import collective_interest
from leefwijk.gates.effect import expected_effect
from leefwijk.gates.involvement import involvement
from leefwijk.gates.legal import legal_basis
from leefwijk.gates.line import At
from leefwijk.gates.parties import no_other_party
from leefwijk.gates.setting_aside import overridden
from leefwijk.gates.support import Case, Known
from leefwijk.gates.tenants import own_tenants_benefit

GATES = (
    Gate.RESIDENTS_INVOLVEMENT,
    Gate.BASE_IN_ORDER,
    Gate.COLLECTIVE_INTEREST,
    Gate.EXPECTED_EFFECT_STATED,
    Gate.LEGAL_BASIS,
    Gate.PERFORMANCE_AGREEMENTS,
    Gate.NO_OTHER_PARTY_RESPONSIBLE,
    Gate.OWN_TENANTS_BENEFIT,
    Gate.FORMAL_ADVICE,
)


def judge_level(
    level: EffortLevelName, case: Case, known: Known, advice: Advice, at: At
) -> tuple[GateLine, ...]:
    """The lines for an effort level; `basic` never needs the base: that is what basic is for."""
    if level is EffortLevelName.BASIC:
        base = BASE.passed("Clean, whole and safe is what basic is for.", at.own)
    else:
        base = base_in_order(case.repairs, case.place, known.bases, at, case.proposal)
    lines = (
        involvement(case.themes, case.place, known.checks, at),
        base,
        collective_interest(
            open_to_everyone=case.open_to_everyone,
            households=case.households,
            evidence=case.proposal,
            knowing=at.own,
        ),
        expected_effect(case.effect, at, case.proposal),
        legal_basis(case.bases, case.proposal, at.own),
        performance_agreements(case.listed_as, case.place.municipalities, known.agreements, at),
        no_other_party(case.claim, case.place, known.parties, at),
        own_tenants_benefit(case.reach, known.dwellings, at),
        formal_advice(advice, at),
    )
    return overridden(lines, known.overrides, at.today)
