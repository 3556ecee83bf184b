"""Initiatives as specifications of the effort status tell of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from projections_scenes import LARIKS

from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import (
    Gate,
    GateLine,
    GateOutcome,
)
from leefwijk.events.language.initiatives import (
    experiments,
    gates,
    life,
    roles,
    spending,
    support,
)


def proposal(title: str = "Koffiehoek", **more: Any) -> life.InitiativeProposed:
    """An initiative in Lariks."""
    return life.InitiativeProposed(
        title=title,
        area=LARIKS,
        municipalities=("GM0106",),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
        **{"themes": (Theme.MEETING,), "on": date(2026, 3, 30), **more},
    )


def role(said: roles.CorporationRole, on: str) -> roles.CorporationRoleAgreed:
    """A role of the corporation."""
    return roles.CorporationRoleAgreed(role=said, on=date.fromisoformat(on))


def line(
    gate: Gate, outcome: GateOutcome = GateOutcome.PASSED, code: str | None = None, **more: Any
) -> GateLine:
    """A gate as it was judged."""
    return GateLine(
        gate=gate, outcome=outcome, code=code, reason="As it was read", source="own rule", **more
    )


def override(gate: Gate, code: str, reason: str, on: str, until: str) -> gates.GateOverridden:
    """A director sets a gate of the first request aside."""
    return gates.GateOverridden(
        override="o1",
        request=1,
        gate=gate,
        code=code,
        reason=reason,
        role="area_director",
        until=date.fromisoformat(until),
        on=date.fromisoformat(on),
    )


def review() -> gates.SupportReviewRequired:
    """The first grant comes back to the table by 28 April: its check was withdrawn."""
    return gates.SupportReviewRequired(
        request=1,
        gate=Gate.RESIDENTS_INVOLVEMENT,
        code="involvement-check-withdrawn",
        reason="The wrong street had been asked",
        since=date(2026, 4, 11),
        due=date(2026, 4, 28),
        on=date(2026, 4, 14),
    )


def grant(euros: str, on: str = "2026-04-20", **more: Any) -> support.SupportGranted:
    """Support in money."""
    return support.SupportGranted(
        request=1,
        area=LARIKS,
        budget_area=LARIKS,
        year=int(on[:4]),
        lines=(
            support.GrantedLine(line=1, kind=support.SupportKind.MONEY, amount=Decimal(euros)),
            support.GrantedLine(line=2, kind=support.SupportKind.TIME, hours=24),
        ),
        charged=Decimal(euros),
        partly=False,
        on=date.fromisoformat(on),
        **more,
    )


def spent(id_: str, euros: str, on: str) -> spending.SpendingRecorded:
    """Money that was spent."""
    return spending.SpendingRecorded(
        spending=id_, request=1, line=1, amount=Decimal(euros), on=date.fromisoformat(on)
    )


def lost(gate: Gate, code: str, on: str, **more: Any) -> gates.GateNoLongerPassed:
    """A gate that a grant rests on passes no longer."""
    return gates.GateNoLongerPassed(gate=gate, code=code, on=date.fromisoformat(on), **more)


def experiment(gate: Gate, on: str, **more: Any) -> experiments.ExperimentAgreed:
    """An experiment that sets a gate aside through September 2026."""
    return experiments.ExperimentAgreed(
        gates=(gate,),
        role="area_director",
        on=date.fromisoformat(on),
        **{
            "experiment": "e1",
            "question": "Does meeting first bring residents to look after the courtyard?",
            "until": date(2026, 9, 30),
            **more,
        },
    )


def turned_round(id_: str, euros: str, on: str) -> spending.SpendingCorrected:
    """A spending was typed wrongly; this is what it was."""
    return spending.SpendingCorrected(
        spending=id_,
        request=1,
        line=1,
        amount=Decimal(euros),
        reason="Digits turned round",
        on=date.fromisoformat(on),
    )
