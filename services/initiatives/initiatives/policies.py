"""Rules that need knowledge from other services, given as plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from initiatives.domain.gates import SupportGates, Wish
from initiatives.domain.grant_state import NOTHING
from initiatives.domain.grants import EUROS, Request
from initiatives.domain.initiative import Initiative
from leefwijk.events.clock import day_of
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.initiatives.plans import (
    ContributionCategory,
    EffectKind,
    Origin,
    Rhythm,
)
from leefwijk.events.language.initiatives.support import RequestLine
from leefwijk.gates.effect import Effect
from leefwijk.gates.legal import Basis
from leefwijk.gates.levels import Wanted
from leefwijk.gates.line import At
from leefwijk.gates.parties import Claim, Responsibility
from leefwijk.gates.place import Place
from leefwijk.gates.programme import still_run_by
from leefwijk.gates.setting_aside import Experiment, Override, set_aside_by_experiment
from leefwijk.gates.support import Case, Known, judge_support
from leefwijk.gates.tenants import Reach

SUCCESSIVE_YEARS = 3
"""So many single years after each other are structural support (INI-20)."""


def support_gates(place: Place, known: Known, now: datetime) -> SupportGates:
    """The budget that would pay on this day, and the gates as they are judged then."""
    today = day_of(now)
    paying = known.levels.paying(today) or known.levels.last_over(today)

    def judge(initiative: Initiative, wish: Wish, at: datetime) -> tuple[GateLine, ...]:
        case = case_of(initiative, place, wish, day_of(at).year)
        first, *others = experiments_of(initiative, day_of(at)) or (None,)
        set_aside = replace(known, overrides=overrides_of(initiative), experiment=first)
        lines = judge_support(case, set_aside, At(at))
        for other in others:
            lines = set_aside_by_experiment(lines, other, day_of(at))
        return lines

    return SupportGates(
        paying.area if paying else place.area,
        today.year,
        judge,
        paying.level_id if paying else None,
    )


def overrides_of(initiative: Initiative) -> tuple[Override, ...]:
    """What directors set aside for the judged request; what ended counts for nothing."""
    number = initiative.request.number if initiative.request else 0
    return tuple(
        Override(
            given.gate,
            given.code,
            given.role,
            given.reason,
            given.on,
            given.until,
            ended=given.ended is not None,
        )
        for given in initiative.gates.overrides
        if given.request == number and given.ended != "withdrawn"
    )


def experiments_of(initiative: Initiative, day: date) -> tuple[Experiment, ...]:
    """The experiments that set own rules aside on a day."""
    return tuple(
        Experiment(frozenset(one.gates), one.question, one.role, one.on, one.until)
        for one in initiative.experiments_on(day)
    )


def _responsibility(initiative: Initiative) -> Responsibility | None:
    found = initiative.referrals.assessed
    if found is None:
        return None
    return Responsibility(found.party, found.because, found.on, found.evidence)


def case_of(initiative: Initiative, place: Place, wish: Wish, year: int) -> Case:
    """What is judged, in the words of the gates: the plan, with the request of `initiative`."""
    plan, request = initiative.plan, initiative.request
    lines = request.lines if request else ()
    bases = tuple(_basis(initiative, line) for line in lines)
    social_work = [basis.category is ContributionCategory.SOCIAL_WORK for basis in bases]
    return Case(
        place=replace(place, complex=plan.complex),
        themes=initiative.themes,
        open_to_everyone=plan.benefit.open_to_everyone,
        households=plan.benefit.households,
        effect=_effect(initiative),
        repairs=plan.repairs,
        bases=bases,
        claim=Claim(
            subjects=plan.subjects,
            other_party=plan.other_party,
            programme_of=still_run_by(plan.programme),
            # one such line opens no door to the others
            lawful_contribution=any(social_work) and all(social_work),
            evidence=initiative.gates.proposal,
            assessed=_responsibility(initiative),
        ),
        reach=_reach(initiative, wish.euros, social_work=any(social_work)),
        wanted=_wanted(initiative, wish, year),
        proposal=initiative.gates.proposal,
        request=initiative.gates.request,
        asked_in_year=initiative.gates.asked_in(year, request.number) if request else None,
    )


def _basis(initiative: Initiative, line: RequestLine) -> Basis:
    plan, said = initiative.plan, line.contribution
    basis = Basis(
        f"line {line.line}",
        said.category if said else None,
        line.service or plan.service,
        own_tenants=plan.benefit.own_tenants,
        households=plan.benefit.households,
    )
    if said is None:
        return basis
    return replace(
        basis,
        own_tenants_only=said.own_tenants_only,
        behind_the_front_door=said.behind_the_front_door,
        organisation=still_run_by(plan.programme, said.organisation),
        small=said.small,
        property=said.property,
        plan=said.plan,
        place=said.place,
        moments=said.moments,
        open_to=said.open_to,
    )


def _effect(initiative: Initiative) -> Effect | None:
    said = initiative.plan.effect
    if said is None:
        # words alone, of before effects were stated in parts
        words = initiative.expected_effect
        return Effect(words, True, True, None, None, None) if words else None
    reaches_tenants = said.for_own_tenants and initiative.plan.benefit.own_tenants != 0
    return Effect(
        said.says,
        said.kind is EffectKind.OUTCOME,
        reaches_tenants,
        said.start,
        said.aim,
        said.by,
    )


def _reach(initiative: Initiative, wanted: Decimal, *, social_work: bool) -> Reach:
    benefit, request = initiative.plan.benefit, initiative.request
    beside = (
        (line.contribution.property for line in request.lines if line.contribution)
        if (request)
        else ()
    )
    costs = initiative.costs
    if costs is None and request is not None:
        costs = request.euros
    return Reach(
        households=benefit.households,
        own_tenants=benefit.own_tenants,
        next_to=benefit.next_to or next((name for name in beside if name), None),
        divisible=benefit.divisible,
        parts=benefit.parts,
        own_parts=benefit.own_parts,
        what=benefit.part_name or "parts",
        social_work=social_work,
        costs=costs,
        euros=wanted + _granted_before(initiative),
        evidence=initiative.gates.proposal,
    )


def _granted_before(initiative: Initiative) -> Decimal:
    """Euros granted already of the costs that the share is taken of: it is not passed in steps.

    Where nobody said what all of it costs, a request is measured against itself. What an ended
    grant gave back is not granted any more.
    """
    number = initiative.request.number if initiative.request else 0
    mine = (
        grant.committed
        for grant in initiative.grants_now
        if initiative.costs is not None or grant.request == number
    )
    return sum(mine, NOTHING)


def _wanted(initiative: Initiative, wish: Wish, year: int) -> Wanted:
    request = initiative.request
    nature = request.nature if request else None
    own = nature.origin is Origin.CORPORATION if nature else initiative.taker == "corporation"
    yearly = nature is not None and (
        nature.rhythm is Rhythm.YEARLY or (nature.years is not None and nature.years > 1)
    )
    years = nature.years if nature else None
    return Wanted(
        euros=wish.euros,
        proactive=own,
        structural=yearly or (request is not None and _successive(request)),
        through_year=year + years - 1 if years else None,
        committed=wish.promised,
        rests_on=wish.rests_on,
    )


def _successive(request: Request) -> bool:
    """Single years in one request that follow each other are structural all the same."""
    years = {line.until.year for line in request.lines if line.until and line.kind in EUROS}
    return any(years.issuperset(range(year, year + SUCCESSIVE_YEARS)) for year in years)
