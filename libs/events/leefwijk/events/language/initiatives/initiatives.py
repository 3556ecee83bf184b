"""Initiatives: what residents and others take up, and what the corporation contributes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Reason, ShortText, Theme
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.initiatives.plans import (
    Contribution,
    InitiativePlan,
    Nature,
    ServiceKind,
)

_PARTNERS = Audience.PARTNERS


class Taker(StrEnum):
    """Who takes the initiative; ownership stays with them."""

    RESIDENTS = "residents"
    PROFESSIONAL_PARTNER = "professional_partner"
    CORPORATION = "corporation"


class CorporationRole(StrEnum):
    """What the corporation does in an initiative (vision, talents)."""

    NONE = "none"
    CONNECT = "connect"
    SUPPORT = "support"
    CO_INITIATE = "co_initiate"
    LEAD = "lead"


class SupportKind(StrEnum):
    """What support can consist of."""

    MONEY = "money"
    SPACE = "space"
    MATERIALS = "materials"
    TIME = "time"


class RequestLine(Wire):
    """One thing that is asked for. Money and materials in euros; space and time in hours."""

    line: Annotated[int, Field(ge=1, le=50)]
    kind: SupportKind
    purpose: ShortText
    amount: Euro | None = None
    """Euros: what the money is, or what the materials are worth."""
    hours: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Hours of time; of space: hours a week."""
    until: date | None = None
    contribution: Contribution | None = None
    """The contribution of Btiv 51(1) that it falls under, with what its condition asks."""
    service: ServiceKind | None = None
    """The kind of service, where it pays for one; some are never the corporation's."""


class GrantedLine(Wire):
    """What is granted of one requested line; a reason where it is less than was asked for."""

    line: Annotated[int, Field(ge=1, le=50)]
    kind: SupportKind
    amount: Euro | None = None
    hours: Annotated[int, Field(ge=0, le=10_000)] | None = None
    until: date | None = None
    reason: Reason | None = None


class InitiativeProposed(Event, type="nl.leefbaarheid.initiatives.initiative-proposed.v1"):
    """Somebody wants to do something for the neighbourhood."""

    title: ShortText
    area: AreaId
    municipalities: tuple[str, ...]
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    taker: Taker
    collective_benefit: ShortText
    expected_effect: ShortText | None = None
    plan: InitiativePlan | None = None
    """What gates and funders need to know of it; added in the second version of the platform."""


class InitiativeChanged(Event, type="nl.leefbaarheid.initiatives.initiative-changed.v1"):
    """The plan changed; what stands here replaces what stood before."""

    title: ShortText
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    collective_benefit: ShortText
    expected_effect: ShortText | None = None
    plan: InitiativePlan
    change: ShortText
    """What is different now, in one line."""
    on: date


class CorporationRoleAgreed(Event, type="nl.leefbaarheid.initiatives.corporation-role-agreed.v1"):
    """The corporation's role in the initiative is agreed."""

    role: CorporationRole


class SupportRequested(Event, type="nl.leefbaarheid.initiatives.support-requested.v1"):
    """Support is asked for, or the lines of an undecided request are replaced."""

    request: Annotated[int, Field(ge=1)]
    lines: Annotated[tuple[RequestLine, ...], Field(min_length=1)]
    nature: Nature | None = None
    """Whose proposal it is, and whether it comes once or every year."""
    total_costs: Euro | None = None
    """What all of it costs together, whoever pays."""


class FirstGate(StrEnum):
    """The gate that the first version judged."""

    EFFORT_LEVEL_AND_BUDGET = "effort-level-and-budget"


class FirstGateOutcome(StrEnum):
    """What a gate answered in the first version."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class GateAnswer(Wire):
    """The one gate of the first version as it read at the moment of a decision."""

    gate: FirstGate
    outcome: FirstGateOutcome
    code: str | None = None
    """Why it does not pass."""
    reason: str
    """The answer in plain words, made by the platform."""
    evidence: tuple[str, ...] = ()
    """Ids of the events it rests on."""


class SupportGranted(
    Event, type="nl.leefbaarheid.initiatives.support-granted.v1", audience=_PARTNERS
):
    """The corporation grants support, in whole or in part, from one budget of one year."""

    request: Annotated[int, Field(ge=1)]
    area: AreaId
    budget_area: AreaId
    year: int
    level: Identifier | None = None
    """The agreed effort level that the grant rests on."""
    lines: Annotated[tuple[GrantedLine, ...], Field(min_length=1)]
    charged: Euro
    """Euros taken from the budget: money and the value of materials."""
    partly: bool
    gates: tuple[GateAnswer, ...] = ()
    """Grants of the first version only: the one gate they rested on."""
    gate_lines: tuple[GateLine, ...] | None = None
    """The nine gates that the grant rested on (INI-07)."""
    on: date


class SupportDeclined(Event, type="nl.leefbaarheid.initiatives.support-declined.v1"):
    """The request is declined with a reason per line; it ends the request, not the initiative."""

    request: Annotated[int, Field(ge=1)]
    lines: Annotated[tuple[GrantedLine, ...], Field(min_length=1)]
    next_step: Reason
    on: date


class SpendingRecorded(Event, type="nl.leefbaarheid.initiatives.spending-recorded.v1"):
    """Something was spent of the grant; `on` is the day of delivery."""

    spending: Identifier
    request: Annotated[int, Field(ge=1)]
    """Number of the granted request that it is spent on."""
    line: Annotated[int, Field(ge=1)]
    amount: Euro | None = None
    hours: Annotated[int, Field(ge=1)] | None = None
    reference: ShortText | None = None
    """The invoice or its like; never a person."""
    on: date


class InitiativeStarted(
    Event, type="nl.leefbaarheid.initiatives.initiative-started.v1", audience=_PARTNERS
):
    """It is running."""

    title: ShortText
    area: AreaId
    themes: tuple[Theme, ...]
    on: date


class InitiativeCompleted(
    Event, type="nl.leefbaarheid.initiatives.initiative-completed.v1", audience=_PARTNERS
):
    """What was planned has been done."""

    area: AreaId
    on: date
