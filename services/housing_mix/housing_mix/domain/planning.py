"""What people decide about homes together: announce, decide, reset a date, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from housing_mix.domain.home_claims import ALL_HOMES, HomeClaims
from housing_mix.domain.plan import KnownHome, KnownHomes, Plan, PlanStatus
from housing_mix.domain.settings import PLAN_MONTHS
from leefwijk.events.dates import add_months, day_after
from leefwijk.events.decider import Command, Context, Faults, OnSecond, on, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason
from leefwijk.events.language.housing_mix.home_claims import HomesClaimed, HomesReleased
from leefwijk.events.language.housing_mix.plans import (
    DemolitionDateReset,
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanLapsed,
    PlanWithdrawn,
)

Decided = Iterator[Event | OnSecond]
LARGEST_PLAN = 2000


class AnnouncePlan(Command[Plan], beside=HomeClaims):
    """Announce a plan with its homes: it claims them, and excepts none of them from anything."""

    kind: PlanKind
    dwellings: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=LARGEST_PLAN)]

    def second(self, _plan: Plan, _context: Context) -> str:
        """All claims stand in one place."""
        return ALL_HOMES

    def decide(self, _plan: Plan, claims: HomeClaims, context: Context) -> Decided:
        """Refuses `dwelling-not-in-stock` and `dwelling-in-other-plan`, naming the homes."""
        named = tuple(sorted(set(self.dwellings)))
        known = context.knowledge(KnownHomes).homes
        faults = Faults()
        gone = [one for one in named if not (one in known and known[one].own_home)]
        if gone:
            faults.add(
                "dwelling-not-in-stock",
                f"{_homes(gone)} not in stock as an own home.",
                dwellings=gone,
            )
        for holder, taken in claims.taken(named, context.stream).items():
            faults.add(
                "dwelling-in-other-plan",
                f"{_homes(taken)} in plan {holder}.",
                plan=holder,
                dwellings=taken,
            )
        faults.refuse_any()
        homes = [known[one] for one in named]
        yield PlanAnnounced(
            kind=self.kind,
            area=common_area(home.area for home in homes),
            municipalities=tuple(sorted({code for home in homes for code in home.municipalities})),
            complex=_one_complex(homes),
            dwellings=named,
        )
        yield on(claims, HomesClaimed(plan=context.stream, dwellings=named))


class DecidePlan(Command[Plan]):
    """Decide the plan with the date on which it is carried out."""

    planned: date | None = None
    on: date | None = None

    def decide(self, plan: Plan, context: Context) -> Iterator[Event]:
        """Refuses `plan-not-announced`, `day-in-future`, `planned-date-missing` and -`too-far`."""
        if plan.status is not PlanStatus.ANNOUNCED:
            refuse("plan-not-announced", f"Only an announced plan is decided; it is {plan.status}.")
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Say that it is decided when it is decided.")
        planned = _planned(self.planned, day, day, plan.kind_)
        assert plan.kind_ is not None  # noqa: S101 - every plan is announced with its kind
        assert plan.area is not None  # noqa: S101 - and with homes
        yield PlanDecided(
            kind=plan.kind_,
            area=plan.area,
            municipalities=plan.municipalities,
            complex=plan.complex,
            homes=len(plan.dwellings),
            on=day,
            planned=planned,
        )


class SetNewDemolitionDate(Command[Plan], beside=HomeClaims):
    """Give a demolition a new date; the exception holds from today, not from before."""

    planned: date | None = None
    reason: Reason | None = None

    def second(self, _plan: Plan, _context: Context) -> str:
        """A lapsed plan claims its homes anew."""
        return ALL_HOMES

    def decide(self, plan: Plan, claims: HomeClaims, context: Context) -> Decided:
        """Refuses `reason-missing`, `no-decided-demolition` and homes in another plan by now."""
        running = plan.excepting or plan.status is PlanStatus.LAPSED
        if not running or plan.decided is None or plan.area is None:
            refuse("no-decided-demolition", "Only a decided demolition gets a new date.")
        if self.reason is None:
            refuse("reason-missing", "Say why the demolition comes later.")
        planned = _planned(self.planned, context.today, plan.decided, PlanKind.DEMOLITION)
        faults = Faults()
        for holder, taken in claims.taken(plan.dwellings, context.stream).items():
            faults.add("dwelling-in-other-plan", f"{_homes(taken)} in plan {holder}.", plan=holder)
        faults.refuse_any()
        yield DemolitionDateReset(
            area=plan.area, planned=planned, on=context.today, reason=self.reason
        )
        if not claims.holds(context.stream):
            yield on(claims, HomesClaimed(plan=context.stream, dwellings=plan.dwellings))


class WithdrawPlan(Command[Plan], beside=HomeClaims):
    """Take the plan back: its homes are free, and count again."""

    reason: Reason | None = None

    def second(self, _plan: Plan, _context: Context) -> str:
        """Its claims go."""
        return ALL_HOMES

    def decide(self, plan: Plan, claims: HomeClaims, context: Context) -> Decided:
        """Refuses `reason-missing`, and `plan-ended` where nothing is left to withdraw."""
        if self.reason is None:
            refuse("reason-missing", "Say why the plan is withdrawn.")
        if plan.status not in {PlanStatus.ANNOUNCED, PlanStatus.DECIDED}:
            refuse("plan-ended", f"This plan is {plan.status} already.")
        assert plan.area is not None  # noqa: S101 - announced with homes
        yield PlanWithdrawn(area=plan.area, on=context.today, reason=self.reason)
        if claims.holds(context.stream):
            yield on(claims, HomesReleased(plan=context.stream))


class JudgePlanByTime(Command[Plan], beside=HomeClaims, deadline=True):
    """A demolition date that passes ends the exception on that very day; issued by the ticker."""

    def second(self, _plan: Plan, _context: Context) -> str:
        """Its claims go."""
        return ALL_HOMES

    def decide(self, plan: Plan, claims: HomeClaims, context: Context) -> Decided:
        """Once; it bears the first day after the planned one, however late it is recorded."""
        if not plan.excepting or plan.planned is None or context.today <= plan.planned:
            return
        assert plan.area is not None  # noqa: S101 - announced with homes
        yield PlanLapsed(area=plan.area, on=day_after(plan.planned))
        if claims.holds(context.stream):
            yield on(claims, HomesReleased(plan=context.stream))


def _planned(planned: date | None, not_before: date, decided: date, kind: PlanKind | None) -> date:
    """The planned day; a demolition is concrete only within five years of its decision."""
    if planned is None:
        refuse("planned-date-missing", "Say on which day it is carried out at the latest.")
    if planned < not_before:
        refuse("planned-date-passed", f"The planned day lies before {not_before}.")
    last = add_months(decided, PLAN_MONTHS)
    if kind is PlanKind.DEMOLITION and planned > last:
        refuse(
            "planned-date-too-far",
            f"A demolition is planned within {PLAN_MONTHS // 12} years of its decision, "
            f"so at the latest on {last}.",
        )
    return planned


def common_area(areas: Iterable[str]) -> str:
    """The smallest area by code that holds all: `BU` in `WK` in `GM`; the first where none does."""
    all_areas = sorted(set(areas))
    if len(all_areas) == 1:
        return all_areas[0]
    first, _, edition = all_areas[0].partition("@")
    digits = [area.partition("@")[0][2:] for area in all_areas]
    for kind, length in (("WK", 6), ("GM", 4)):
        if len({code[:length] for code in digits}) == 1:
            return f"{kind}{first[2 : 2 + length]}@{edition}"
    return all_areas[0]


def _one_complex(homes: Iterable[KnownHome]) -> str | None:
    """The complex, where all homes lie in the same one."""
    found: set[Any] = {home.complex for home in homes}
    return next(iter(found)) if len(found) == 1 else None


def _homes(dwellings: list[str]) -> str:
    """The homes in words: how many, and the first and last number."""
    numbers = sorted(dwellings)
    if len(numbers) == 1:
        return f"1 home ({numbers[0].upper()}) is"
    return f"{len(numbers)} homes ({numbers[0].upper()} to {numbers[-1].upper()}) are"
