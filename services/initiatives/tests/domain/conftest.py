"""The two backgrounds of the scenarios, B1 and B2, as far as the gate on money needs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from initiatives.domain.gates import SupportGates, Wish
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.initiatives.life import InitiativeProposed, Taker
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.initiatives.support import RequestLine, SupportKind, SupportRequested
from leefwijk.events.testing import Specification, given
from leefwijk.gates.levels import Level, Levels, Wanted, effort_level_and_budget
from leefwijk.gates.line import At

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"

Judged = Callable[..., SupportGates]


@pytest.fixture
def extra() -> Level:
    """M2: Lariks is `extra` through 2028, with 24,000.00 for 2026 and for 2027."""
    return Level(
        level_id="m2",
        area=WIJK,
        level=EffortLevelName.EXTRA,
        valid_from=date(2025, 1, 1),
        valid_through=date(2028, 12, 31),
        budgets={2026: Decimal("24000.00"), 2027: Decimal("24000.00")},
        evidence=("m2",),
    )


@pytest.fixture
def judged() -> Judged:
    """The gate on level and money, given the levels known; the other eight are left out here."""

    def judge(*found: Level, on: date = date(2026, 4, 20)) -> SupportGates:
        levels = Levels(found)

        def money(_initiative: Any, wish: Wish, now: datetime) -> tuple[GateLine, ...]:
            asked = Wanted(euros=wish.euros, committed=wish.promised)
            return (effort_level_and_budget(asked, levels, At(now)),)

        pays = levels.paying(on) or levels.last_over(on)
        return SupportGates(pays.area if pays else BUURT, on.year, money)

    return judge


@pytest.fixture
def proposed() -> Specification:
    """I1 'Coffee corner in the hall', as residents proposed it."""
    return given(
        InitiativeProposed(
            title="Coffee corner in the hall",
            area=BUURT,
            municipalities=("GM0106",),
            themes=(Theme.MEETING,),
            taker=Taker.RESIDENTS,
            collective_benefit="Open to everyone in De Lariks Oost",
        ),
        at="2026-03-30T09:00:00Z",
    )


@pytest.fixture
def requested(proposed: Specification) -> Specification:
    """R1 of B2: one line, money 1,500.00, asked on 2026-04-13."""
    line = RequestLine(line=1, kind=SupportKind.MONEY, purpose="Furniture", amount=Decimal(1500))
    return (
        proposed.at("2026-04-13T09:00:00Z")
        .and_(CorporationRoleAgreed(role=CorporationRole.SUPPORT))
        .and_(SupportRequested(request=1, lines=(line,)))
        .at("2026-04-20T09:00:00Z")
    )
