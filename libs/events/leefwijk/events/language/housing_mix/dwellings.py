"""Single homes of the corporation, as stock: no house number, no tenant, platform only.

Codes are VERA's. Facts about a home concern nobody in it (DESIGN §8.8): they leave the platform as
counts only.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Municipality, Reason, ShortText

VeraCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$", description="A code of VERA")]


class Dwelling(Wire):
    """What is known of a unit on a day."""

    area: AreaId
    """The neighbourhood (buurt) it lies in."""
    complex: Identifier | None = None
    unit: VeraCode
    """EENHEIDSOORT: `WOO` is living space."""
    unit_detail: VeraCode | None = None
    """EENHEIDDETAILSOORT, for example `TUS`."""
    tenancy: VeraCode
    """EENHEIDSTATUS: `VEH` let, `LEE` vacant, `UIT` out of use, `ADM` another owner's."""
    tenancy_detail: VeraCode | None = None
    social_label: VeraCode | None = None
    """MAATSCHAPPELIJKLABEL: `DAE` is social rent."""
    allocation: VeraCode | None = None
    """The target group that the home is meant for; none: nothing that tells of a household."""
    rent: Euro | None = None
    """Net rent a month; none: not delivered, which is neither zero nor cheap."""
    street: ShortText | None = None
    """Without a house number, to divide variation by."""
    rooms: Annotated[int, Field(ge=1, le=99)] | None = None
    accessibility: VeraCode | None = None
    """TOEGANKELIJKHEIDSLABEL."""


class LeftStock(StrEnum):
    """How a home left the stock."""

    SOLD = "sold"
    DEMOLISHED = "demolished"
    MERGED = "merged"
    SPLIT = "split"
    HANDED_BACK = "handed_back"


class DwellingRegistered(Event, type="nl.leefbaarheid.dwellings.dwelling-registered.v1"):
    """A unit is in the stock, on the reference date of the delivery that brought it (`on`)."""

    dwelling: Dwelling
    municipalities: tuple[Municipality, ...]
    on: date
    is_home: bool
    """Whether it counts as an own home: living space that stands and is ours (F1)."""


class DwellingChanged(Event, type="nl.leefbaarheid.dwellings.dwelling-changed.v1"):
    """A later delivery shows the unit differently from its reference date (`on`)."""

    dwelling: Dwelling
    municipalities: tuple[Municipality, ...]
    on: date
    is_home: bool


class DwellingCorrected(Event, type="nl.leefbaarheid.dwellings.dwelling-corrected.v1"):
    """What was recorded was wrong; this holds from a day (`on`)."""

    dwelling: Dwelling
    municipalities: tuple[Municipality, ...]
    on: date
    is_home: bool
    reason: Reason


class DwellingLeftStock(Event, type="nl.leefbaarheid.dwellings.dwelling-left-stock.v1"):
    """The unit is no longer in the stock from a day (`on`). One that was sold still stands."""

    area: AreaId
    how: LeftStock
    on: date


class Score(Wire):
    """A maintenance condition by NEN 2767: 1 excellent to 6 very bad."""

    score: Annotated[int, Field(ge=1, le=6)]
    measured: date


class ConditionRecorded(Event, type="nl.leefbaarheid.dwellings.condition-recorded.v1"):
    """The maintenance condition was measured."""

    area: AreaId
    complex: Identifier | None = None
    condition: Score
    on: date


class ConditionCorrected(Event, type="nl.leefbaarheid.dwellings.condition-corrected.v1"):
    """A measurement was recorded wrongly."""

    area: AreaId
    complex: Identifier | None = None
    corrects: UUID
    condition: Score
    on: date
    reason: Reason
    was: date | None = None
    """The day that stood there before; none: the same."""


class Defect(StrEnum):
    """What the national agreements name."""

    DAMP_AND_MOULD = "damp_and_mould"
    LEAD_PIPES = "lead_pipes"
    ASBESTOS = "asbestos"
    FIRE_SAFETY = "fire_safety"


class Measure(StrEnum):
    """What ended a defect."""

    REPAIRED = "repaired"
    REPLACED = "replaced"
    REMOVED = "removed"
    MANAGED_IN_PLACE = "managed_in_place"
    """Asbestos left bound in place: managed, apart from open and from resolved."""


class DefectRecorded(Event, type="nl.leefbaarheid.dwellings.defect-recorded.v1"):
    """A defect was found in the home."""

    area: AreaId
    complex: Identifier | None = None
    defect: Defect
    on: date


class DefectResolved(Event, type="nl.leefbaarheid.dwellings.defect-resolved.v1"):
    """It was repaired and a check showed it; advice to the tenant resolves nothing."""

    area: AreaId
    defect: Defect
    recorded: UUID
    on: date
    measure: Measure | None = None
    what: ShortText | None = None
    checked: date | None = None


class DefectRecurred(Event, type="nl.leefbaarheid.dwellings.defect-recurred.v1"):
    """The same defect came back: it is the old one, not a new one."""

    area: AreaId
    defect: Defect
    recorded: UUID
    on: date
