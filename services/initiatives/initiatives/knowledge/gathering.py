"""What a decision on support must know, gathered from what is kept of others and of budgets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from initiatives.domain.area_budget import AreaBudget, budget_id
from initiatives.domain.gates import SupportGates
from initiatives.domain.initiative import Initiative
from initiatives.knowledge.areas import place_of
from initiatives.knowledge.bases import bases_of
from initiatives.knowledge.checks import checks_of
from initiatives.knowledge.dwellings import dwellings_of
from initiatives.knowledge.freshness import reading_of
from initiatives.knowledge.levels import levels_of
from initiatives.knowledge.parties import agreements_of, known_party, parties_of
from initiatives.policies import support_gates
from leefwijk.events.decider import Context
from leefwijk.gates.place import Place
from leefwijk.gates.small import SmallSupport
from leefwijk.gates.support import Known
from leefwijk.service.context import ServiceContext


async def gates_for_support(
    service: ServiceContext, command: Any, initiative: Initiative, context: Context
) -> tuple[SupportGates]:
    """The budget that would pay for support to this initiative, and its gates."""
    plan = getattr(command, "plan", None) or initiative.plan
    async with service.reading.connect() as connection:
        place, below = await place_of(connection, initiative.area or "", initiative.municipalities)
        reading = await reading_of(connection)
        here = place.municipalities
        complexes = [plan.complex] if plan.complex else []
        known = Known(
            checks=await checks_of(
                connection,
                [*place.nearest, *below, *complexes],
                reading.of("participation", ("involvement-checks", "areas"), here),
            ),
            bases=await bases_of(
                connection,
                [*place.nearest, *complexes],
                reading.of("monitoring", ("base-conditions", "areas"), here),
            ),
            agreements=await agreements_of(
                connection, here, reading.of("monitoring", ("performance-agreements",), here)
            ),
            parties=await parties_of(
                connection, place.nearest, reading.of("monitoring", ("area-roles",), here)
            ),
            levels=await levels_of(
                connection,
                place,
                context.today,
                reading.of("monitoring", ("effort-levels", "efforts", "areas"), here),
            ),
            dwellings=await dwellings_of(
                connection,
                below,
                reading.of("housing_mix", ("dwellings", "dwelling-imports"), here),
            ),
        )
    small = await _small_support(service, place, context)
    gates = support_gates(place, replace(known, small=small), context.now)
    budget = await service.handler.load(AreaBudget, budget_id(gates.budget_area, gates.year))
    return (replace(gates, committed=budget.state.total),)


async def responsibility(
    service: ServiceContext, command: Any, initiative: Initiative, context: Context
) -> tuple[Any, ...]:
    """The partner that is named, and the gates by which what was granted is judged again."""
    named = await known_party(service, command, initiative, context)
    return (*named, *await gates_for_support(service, command, initiative, context))


async def _small_support(
    service: ServiceContext, place: Place, context: Context
) -> SmallSupport | None:
    """The assessment of the nearest area that was assessed for small support this year."""
    year = context.today.year
    for area in place.nearest:
        budget = await service.handler.load(AreaBudget, budget_id(area, year))
        if budget.state.small_support is not None:
            return SmallSupport(area, year, (budget.state.small_support,))
    return None
