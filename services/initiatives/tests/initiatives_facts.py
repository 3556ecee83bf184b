"""What other services say of De Lariks Oost, made as scenarios name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.housing_mix.dwellings import (
    Dwelling,
    DwellingRegistered,
)
from leefwijk.events.language.monitoring.area_roles import AreaRole, AreaRoleAssigned
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.base_conditions import (
    BaseVerdictChanged,
    FailingStep,
    Lack,
    Step,
    Verdict,
)
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    Mode,
    Rhythm,
    Stance,
    YearBudget,
)
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.language.monitoring.performance_agreements import (
    PerformanceAgreementConcluded,
)

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"
ASSEN = "GM0106@2020"
LARIKS = tuple(f"BU0106010{number}@2020" for number in range(6))
NAMES = UUID("5a9f4f06-1111-4222-8333-94a1d7a1b001")


def id_of(name: str) -> str:
    """The id of the event that the scenario calls by this name."""
    return str(uuid5(NAMES, name))


def registered(area: str, parent: str | None, kind: AreaKind) -> AreaRegistered:
    """An area of 2020 in Assen."""
    return AreaRegistered(area=area, kind=kind, parent=parent, municipalities=("GM0106",))


def home(area: str) -> DwellingRegistered:
    """An own home that is let."""
    return DwellingRegistered(
        dwelling=Dwelling(area=area, unit="WOO", tenancy="VEH", social_label="DAE"),
        municipalities=("GM0106",),
        on=date(2026, 4, 1),
        is_home=True,
    )


def verdict(
    area: str = BUURT,
    *,
    on: str = "2026-01-20",
    complex_: str | None = None,
    because_of: str | None = None,
    **failing: Any,
) -> BaseVerdictChanged:
    """In order, or the steps that fail with the events that are their findings."""
    because = tuple(
        FailingStep(
            step=Step(step),
            lack=Lack.INSUFFICIENT,
            complex=because_of,
            findings=tuple(UUID(id_of(f)) for f in found),
        )
        for step, found in failing.items()
    )
    return BaseVerdictChanged(
        area=area,
        municipalities=("GM0106",),
        complex=complex_,
        before=Verdict.UNKNOWN,
        verdict=Verdict.NOT_IN_ORDER if because else Verdict.IN_ORDER,
        step=0 if because else 1,
        because=because,
        on=date.fromisoformat(on),
    )


def level(
    area: str = WIJK,
    name: str = "extra",
    through: str | None = "2028-12-31",
    **budgets: str,
) -> EffortLevelAgreed:
    """M2, unless said otherwise; budgets by year: `y2026="24000.00"`."""
    euros = budgets or {"y2026": "24000.00", "y2027": "24000.00"}
    structural = name == "large_scale"
    return EffortLevelAgreed(
        area=area,
        level=EffortLevelName(name),
        mode=Mode(
            stance=Stance.REACTIVE if name == "basic" else Stance.PROACTIVE,
            rhythm=Rhythm.STRUCTURAL if structural else Rhythm.INCIDENTAL,
        ),
        valid=Validity(
            from_=date(2025, 1, 1), through=date.fromisoformat(through) if through else None
        ),
        budgets=tuple(
            YearBudget(year=int(year[1:]), amount=Decimal(amount)) for year, amount in euros.items()
        ),
    )


def agreement(
    year: int, *listed: str, required: bool = False, municipality: str = "GM0106"
) -> PerformanceAgreementConcluded:
    """What the local triangle agreed for a year."""
    return PerformanceAgreementConcluded(
        municipality=municipality,
        year=year,
        edition=1,
        listed=listed,
        listing_required=required,
        on=date(year - 1, 12, 10),
    )


def responsible(
    subject: str, *, area: str = ASSEN, from_: str = "2020-01-01", kind: str = "municipality"
) -> AreaRoleAssigned:
    """That a party is responsible for a subject."""
    return AreaRoleAssigned(
        area=area,
        municipalities=("GM0106",),
        partner="assen" if kind == "municipality" else "welfare",
        partner_kind=PartnerKind(kind),
        role=AreaRole.RESPONSIBLE,
        subject=subject,
        valid=Validity(from_=date.fromisoformat(from_)),
    )


@dataclass
class Facts:
    """Makers of the facts that scenarios name."""

    registered: Callable[..., Any] = registered
    verdict: Callable[..., Any] = verdict
    level: Callable[..., Any] = level
    agreement: Callable[..., Any] = agreement
    responsible: Callable[..., Any] = responsible
    id_of: Callable[[str], str] = id_of
