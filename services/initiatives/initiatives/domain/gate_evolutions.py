"""How facts about gates change an initiative."""

from __future__ import annotations

from dataclasses import replace

from initiatives.domain.gate_state import GivenOverride, LostGate, Review
from initiatives.domain.initiative import Initiative
from leefwijk.events.decider import Fact, evolves
from leefwijk.events.language.initiatives.gates import (
    GateNoLongerPassed,
    GateOverridden,
    GateOverrideLapsed,
    GateOverrideWithdrawn,
    GatePassedAgain,
    GatesAssessed,
    SupportReviewRequired,
)
from leefwijk.gates.setting_aside import LAW


@evolves(GatesAssessed)
def _(initiative: Initiative, event: GatesAssessed) -> Initiative:
    gates = replace(initiative.gates, assessed=event.lines, assessed_on=event.on)
    if event.request is not None and initiative.grant_of(event.request) is not None:
        # how standing grants read: only what passes is news here, a loss is a fact of its own
        gates = gates.judged(event.request, (line for line in event.lines if line.passes))
    return initiative.assessed(gates)


@evolves(GateOverridden)
def _(initiative: Initiative, event: GateOverridden, fact: Fact) -> Initiative:
    given = GivenOverride(
        event.override,
        event.request,
        event.gate,
        event.code,
        event.reason,
        event.role,
        event.on,
        event.until,
        fact.actor,
    )
    return replace(initiative, gates=initiative.gates.override(given))


@evolves(GateOverrideWithdrawn)
def _(initiative: Initiative, event: GateOverrideWithdrawn) -> Initiative:
    return replace(initiative, gates=initiative.gates.end_override(event.override, "withdrawn"))


@evolves(GateOverrideLapsed)
def _(initiative: Initiative, event: GateOverrideLapsed) -> Initiative:
    return replace(initiative, gates=initiative.gates.end_override(event.override, event.ground))


def _about(initiative: Initiative, request: int | None) -> tuple[int, ...]:
    """The grants that a fact is about: facts of before named none, and meant all that stood."""
    if request is not None:
        return (request,)
    return tuple(grant.request for grant in initiative.open_grants)


@evolves(GateNoLongerPassed)
def _(initiative: Initiative, event: GateNoLongerPassed) -> Initiative:
    gates = initiative.gates
    for request in _about(initiative, event.request):
        gates = gates.lose(
            LostGate(request, event.gate, event.code, event.on, evidence=event.evidence)
        )
    return replace(initiative, gates=gates)


@evolves(GatePassedAgain)
def _(initiative: Initiative, event: GatePassedAgain) -> Initiative:
    gates = initiative.gates
    for request in _about(initiative, event.request):
        gates = gates.regain(request, event.gate, event.on)
    return replace(initiative, gates=gates)


@evolves(SupportReviewRequired)
def _(initiative: Initiative, event: SupportReviewRequired) -> Initiative:
    review = Review(
        event.request,
        event.gate,
        event.code,
        event.reason,
        event.since,
        event.due,
        stops_orders=event.gate in LAW,
    )
    gates = initiative.gates
    return replace(initiative, gates=replace(gates, reviews=(*gates.reviews, review)))
