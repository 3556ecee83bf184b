"""Facts of an initiative in De Lariks Oost that several specifications begin with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from initiatives_facts import BUURT, WIJK

from leefwijk.events.language.initiatives.life import InitiativeChanged
from leefwijk.events.language.initiatives.plans import Benefit, InitiativePlan
from leefwijk.events.language.initiatives.support import (
    Condition,
    GrantedLine,
    SupportGranted,
    SupportKind,
)

APRIL = date(2026, 4, 20)


def money_granted(
    request: int, amount: str, *conditions: Condition, year: int = 2026, on: date = APRIL
) -> SupportGranted:
    """A request granted in money, from the budget of the wijk."""
    line = GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(amount))
    return SupportGranted(
        request=request,
        area=BUURT,
        budget_area=WIJK,
        year=year,
        lines=(line,),
        charged=Decimal(amount),
        partly=False,
        conditions=conditions or None,
        on=on,
    )


def planned_costs(amount: str | None) -> InitiativeChanged:
    """The plan says what all of it costs; none: it does not say."""
    return InitiativeChanged(
        title="Green courtyard",
        themes=("greening",),  # type: ignore[arg-type]  # its wire form
        collective_benefit="Everyone",
        plan=InitiativePlan(
            costs=Decimal(amount) if amount else None, benefit=Benefit(open_to_everyone=True)
        ),
        change="Costs",
        on=APRIL,
    )
