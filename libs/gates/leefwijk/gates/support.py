"""Support to an initiative: its nine gates, always all of them, in one fixed order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from leefwijk.events.language.gates import GateLine
from leefwijk.gates.agreements import Agreements, performance_agreements
from leefwijk.gates.base import Bases, base_in_order
from leefwijk.gates.collective import collective_interest
from leefwijk.gates.effect import Effect, expected_effect
from leefwijk.gates.involvement import Checks, involvement
from leefwijk.gates.legal import Basis, legal_basis
from leefwijk.gates.levels import Levels, Wanted, effort_level_and_budget
from leefwijk.gates.line import At
from leefwijk.gates.parties import Claim, Parties, no_other_party
from leefwijk.gates.place import Place
from leefwijk.gates.setting_aside import (
    Experiment,
    Override,
    overridden,
    set_aside_by_experiment,
)
from leefwijk.gates.settings import SMALL_SUPPORT
from leefwijk.gates.small import SmallSupport, on_assessment
from leefwijk.gates.tenants import Dwellings, Reach, own_tenants_benefit


@dataclass(frozen=True)
class Case:
    """What is judged: an effort as it stands, in plain values."""

    place: Place
    themes: tuple[str, ...]
    open_to_everyone: bool = False
    households: int | None = None
    effect: Effect | None = None
    repairs: tuple[str, ...] = ()
    bases: tuple[Basis, ...] = ()
    claim: Claim = field(default_factory=Claim)
    reach: Reach = field(default_factory=Reach)
    wanted: Wanted = field(default_factory=Wanted)
    proposal: tuple[str, ...] = ()
    """Ids of the events in which the plan was stated."""
    request: tuple[str, ...] = ()
    """Ids of the events in which support was asked for."""
    asked_in_year: Decimal | None = None
    """Euros asked for the initiative in the calendar year, this request included."""

    @property
    def small(self) -> bool:
        """Whether it is small support."""
        return self.asked_in_year is not None and self.asked_in_year <= SMALL_SUPPORT

    @property
    def listed_as(self) -> tuple[str, ...]:
        """The names by which a list of activities may hold it."""
        categories = (basis.category.value for basis in self.bases if basis.category)
        return tuple(dict.fromkeys((*self.themes, *categories)))


@dataclass(frozen=True)
class Known:
    """What other services told that bears on a case."""

    checks: Checks = field(default_factory=Checks)
    bases: Bases = field(default_factory=Bases)
    agreements: Agreements = field(default_factory=Agreements)
    parties: Parties = field(default_factory=Parties)
    levels: Levels = field(default_factory=Levels)
    dwellings: Dwellings = field(default_factory=Dwellings)
    small: SmallSupport | None = None
    overrides: tuple[Override, ...] = ()
    experiment: Experiment | None = None


def judge_support(case: Case, known: Known, at: At) -> tuple[GateLine, ...]:
    """The nine lines, judged at this moment, with what was set aside marked on them."""
    experiment = known.experiment
    running = experiment is not None and experiment.on <= at.today <= experiment.until
    question = experiment.question if experiment is not None and running else None
    lines: Iterable[GateLine] = (
        involvement(case.themes, case.place, known.checks, at),
        base_in_order(case.repairs, case.place, known.bases, at, case.proposal),
        collective_interest(
            open_to_everyone=case.open_to_everyone,
            households=case.households,
            evidence=case.proposal,
            knowing=at.own,
        ),
        expected_effect(case.effect, at, case.proposal, learning_question=question),
        legal_basis(case.bases, case.request or case.proposal, at.own),
        performance_agreements(case.listed_as, case.place.municipalities, known.agreements, at),
        no_other_party(case.claim, case.place, known.parties, at),
        effort_level_and_budget(case.wanted, known.levels, at),
        own_tenants_benefit(case.reach, known.dwellings, at),
    )
    if case.small:
        lines = on_assessment(lines, known.small, case.wanted, known.levels, at)
    lines = set_aside_by_experiment(lines, experiment, at.today)
    return overridden(lines, known.overrides, at.today)
