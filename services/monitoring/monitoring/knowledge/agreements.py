"""What binds in performance agreements, and who can sign them."""

from __future__ import annotations

from typing import Any

from leefwijk.events.decider import Context
from leefwijk.gates.agreements import Agreement, Agreements
from leefwijk.gates.line import Freshness
from leefwijk.service.context import ServiceContext
from monitoring.domain.partner import Partner
from monitoring.domain.performance_agreement import PerformanceAgreement, TenantsOrganised
from monitoring.knowledge.own import find_all


async def tenants_organised(
    service: ServiceContext, _command: Any, agreement: PerformanceAgreement, _context: Context
) -> tuple[TenantsOrganised]:
    """Whether a tenants' organisation works in the municipality."""
    terms = ("kind:tenants_organisation", f"works-in:{agreement.municipality}")
    return (TenantsOrganised(bool(await find_all(service, Partner, *terms))),)


async def agreements_of(
    service: ServiceContext, municipalities: tuple[str, ...], fresh: Freshness
) -> Agreements:
    """What binds in these municipalities, year by year; an amendment not before its conclusion."""
    found = [
        Agreement(
            state.municipality,
            state.year,
            state.binding.listing_required,
            state.binding.listed,
            (str(state.concluded),),
        )
        for municipality in municipalities
        for _, state in await find_all(
            service, PerformanceAgreement, f"municipality:{municipality}", "status:concluded"
        )
        if state.binding is not None
    ]
    return Agreements(tuple(found), fresh)
