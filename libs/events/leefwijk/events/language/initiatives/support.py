"""Support: asked for, decided line by line, topped up, ended and settled."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from leefwijk.events.catalogue import upcasts
from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Reason, ShortText
from leefwijk.events.language.gates import GateVerdict, in_codes
from leefwijk.events.language.initiatives.plans import Contribution, Nature, ServiceKind

_PARTNERS = Audience.PARTNERS
_GRANTED = "nl.leefbaarheid.initiatives.support-granted"


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


class ExistingPlace(Wire):
    """A meeting place that serves the area already, and why it does not do."""

    asset: Identifier
    why_not: Reason


class SupportRequested(Event, type="nl.leefbaarheid.initiatives.support-requested.v1"):
    """Support is asked for, or the lines of an undecided request are replaced."""

    request: Annotated[int, Field(ge=1)]
    lines: Annotated[tuple[RequestLine, ...], Field(min_length=1)]
    nature: Nature | None = None
    """Whose proposal it is, and whether it comes once or every year."""
    total_costs: Euro | None = None
    """What all of it costs together, whoever pays."""
    new_meeting_place: bool | None = None
    """Whether it is for a meeting place that is not there yet."""
    existing: tuple[ExistingPlace, ...] | None = None
    """Meeting places that serve the area already, each with why it does not do (INI-02)."""


class ConditionKind(StrEnum):
    """The only conditions that a grant may have; none of them asks people to come (INI-31)."""

    CO_FUNDING_COMPLETE = "co_funding_complete"
    PERMIT_PRESENT = "permit_present"
    OPEN_TO_EVERYONE = "open_to_everyone"
    SETTLE_BY = "settle_by"


class Condition(Wire):
    """What must hold for a grant."""

    kind: ConditionKind
    by: date | None = None
    """Of `settle_by`: the last day."""


class SupportGranted(Event, type=f"{_GRANTED}.v2", audience=_PARTNERS):
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
    gate_lines: tuple[GateVerdict, ...] | None = None
    """The nine gates that the grant rested on (INI-07); `gates-assessed` before it says why."""
    conditions: tuple[Condition, ...] | None = None
    days_late: Annotated[int, Field(ge=1)] | None = None
    """Days past the decision term; it reads so for good."""
    on: date


@upcasts(f"{_GRANTED}.v1", f"{_GRANTED}.v2")
def _granted_in_codes(data: dict[str, Any]) -> dict[str, Any]:
    """The first version carried sentences, and before the nine gates one gate of its own shape."""
    said = {name: value for name, value in data.items() if name != "gates"}
    if lines := said.get("gateLines"):
        said["gateLines"] = [in_codes(line) for line in lines]
    return said


class SupportDeclined(Event, type="nl.leefbaarheid.initiatives.support-declined.v1"):
    """The request is declined with a reason per line; it ends the request, not the initiative."""

    request: Annotated[int, Field(ge=1)]
    lines: Annotated[tuple[GrantedLine, ...], Field(min_length=1)]
    next_step: Reason
    days_late: Annotated[int, Field(ge=1)] | None = None
    on: date
