"""How facts about gates change an initiative."""

from __future__ import annotations

from dataclasses import replace

from initiatives.domain.gate_state import GivenOverride, Review
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
        gates = gates.judged(line for line in event.lines if line.passes)
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


@evolves(GateNoLongerPassed)
def _(initiative: Initiative, event: GateNoLongerPassed) -> Initiative:
    gates = initiative.gates.lose(event.gate, event.code, event.on, event.evidence)
    return replace(initiative, gates=gates)


@evolves(GatePassedAgain)
def _(initiative: Initiative, event: GatePassedAgain) -> Initiative:
    mine = {grant.request for grant in initiative.grants_now}
    return replace(initiative, gates=initiative.gates.regain(event.gate, event.on, mine))


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
