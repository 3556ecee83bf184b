"""Rules that need knowledge from other services and streams, given as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.events.language.monitoring.base_conditions import FailingStep, Verdict
from leefwijk.gates import base as base_gate
from leefwijk.gates.advice import Advice
from leefwijk.gates.agreements import Agreements
from leefwijk.gates.base import Base, Bases
from leefwijk.gates.effect import Effect
from leefwijk.gates.involvement import Checks
from leefwijk.gates.legal import Basis
from leefwijk.gates.level import judge_level
from leefwijk.gates.line import UNPROVED, At, Freshness
from leefwijk.gates.parties import Parties
from leefwijk.gates.place import Place
from leefwijk.gates.setting_aside import Override
from leefwijk.gates.support import Case, Known
from leefwijk.gates.tenants import Dwellings
from monitoring.domain.base_verdict import PlaceRead
from monitoring.domain.effort_level import EffortLevel

ALL_THEMES = tuple(theme.value for theme in Theme)
"""A level is about living in an area: a check on any theme says what residents want there."""


@dataclass(frozen=True)
class LevelKnowledge:
    """What bears on a level, from this service and from others."""

    place: Place
    base: PlaceRead | None = None
    """The base of the narrowest assessed place that holds the area; none: nobody looked there."""
    in_force: EffortLevelName | None = None
    """The level that holds in the area on the first day of the proposed one."""
    checks: Checks = field(default_factory=Checks)
    agreements: Agreements = field(default_factory=Agreements)
    dwellings: Dwellings = field(default_factory=Dwellings)
    advice: Advice = field(default_factory=Advice)
    parties: Parties = field(default_factory=Parties)
    """Who is responsible for something in the area or in what it lies in."""
    homes: Freshness = UNPROVED
    """How far is known what housing mix told of homes and plans, which the base rests on."""


def level_gates(level: EffortLevel, known: LevelKnowledge, at: At) -> tuple[GateLine, ...]:
    """Every gate of a proposal; the budget is for spending, not for the level itself (MON-35)."""
    proposal = (str(level.proposal),) if level.proposal else ()
    case = Case(
        place=known.place,
        themes=_themes(level),
        open_to_everyone=True,
        effect=_effect(level),
        bases=_contributions(known),
        proposal=proposal,
    )
    others = Known(
        checks=known.checks,
        bases=_bases(known, at),
        agreements=known.agreements,
        parties=known.parties,
        dwellings=known.dwellings,
        overrides=_overrides(level),
    )
    return judge_level(level.level, case, others, known.advice, at)


def advice_due(level: EffortLevelName, in_force: EffortLevelName | None) -> bool:
    """Restructuring and any lower level change policy where tenants live (Wohv 3; EVA-15)."""
    order = list(EffortLevelName)
    lower = in_force is not None and order.index(level) < order.index(in_force)
    return lower or level is EffortLevelName.LARGE_SCALE


def _themes(level: EffortLevel) -> tuple[str, ...]:
    stated = tuple(effect.theme.value for effect in level.effects if effect.theme is not None)
    return stated or ALL_THEMES


def _effect(level: EffortLevel) -> Effect | None:
    """The effect that is furthest away, from what was counted when it was proposed."""
    if not level.effects:
        return None
    last = max(level.effects, key=lambda effect: effect.by)
    about = last.indicator or (last.theme.value if last.theme else "")
    counted = next((one for one in level.measurements if one.indicator == last.indicator), None)
    start = f"{counted.figure} in {counted.period}" if counted else "what was told"
    return Effect(about, True, True, start, last.movement.value, last.by)


def _contributions(known: LevelKnowledge) -> tuple[Basis, ...]:
    """The four contributions of the law frame a level; each euro under it is judged by itself."""
    own = known.dwellings.own or 0
    name, area = "the level", known.place.area
    return (
        Basis(
            name,
            ContributionCategory.SOCIAL_WORK,
            own_tenants_only=True,
            own_tenants=own,
            households=own,
        ),
        Basis(name, ContributionCategory.INFRASTRUCTURE, small=True, property=f"homes in {area}"),
        Basis(name, ContributionCategory.CLEAN_NUISANCE_SAFETY, plan=f"the level of {area}"),
        Basis(
            name,
            ContributionCategory.MEETING,
            place=area,
            moments="as each activity says",
            open_to="everyone in the area",
        ),
    )


def _bases(known: LevelKnowledge, at: At) -> Bases:
    if known.base is None:
        return Bases((), known.homes)
    reading = known.base.reading
    in_order = {Verdict.IN_ORDER: True, Verdict.NOT_IN_ORDER: False, Verdict.UNKNOWN: None}
    base = Base(
        known.base.area,
        in_order[reading.verdict],
        reading.assessed or at.today,
        tuple(str(id_) for id_ in reading.evidence),
        tuple(_failing(step) for step in reading.because),
        reading.valid_through,
        tuple(dict.fromkeys(step.complex for step in reading.because if step.complex)),
    )
    return Bases((base,), known.homes)


def _failing(step: FailingStep) -> base_gate.FailingStep:
    """A step with its findings; each names its complex, for an area reads as its worst."""
    said = step.says or step.lack.value.replace("_", " ")
    where = f"complex {step.complex}: " if step.complex else ""
    findings = tuple(str(id_) for id_ in step.findings)
    return base_gate.FailingStep(step.step.value, findings, (f"{where}{said}",) * len(findings))


def _overrides(level: EffortLevel) -> tuple[Override, ...]:
    """They hold for this proposal only, so as long as it can be agreed (MON-34)."""
    until = level.valid_through or date.max
    return tuple(
        Override(one.gate, one.code, one.role, one.reason, one.on, max(until, one.on))
        for one in level.set_aside
    )
