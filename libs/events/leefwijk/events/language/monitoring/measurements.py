"""Counting: figures per area and source edition."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Reason


class Missing(StrEnum):
    """Why there is no figure; missing is never zero (MON-11, MON-15)."""

    NOT_PUBLISHED = "not_published"
    CONFIDENTIAL = "confidential"
    NOT_APPLICABLE = "not_applicable"
    NOT_YET_AVAILABLE = "not_yet_available"


class Figure(Wire):
    """A number with all digits of its source, a class by name, or the reason why there is none."""

    number: Decimal | None = None
    label: str | None = None
    missing: Missing | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(part is not None for part in (self.number, self.label, self.missing)) != 1:
            raise ValueError("a figure is a number, a label or missing: one of the three")
        return self


class Measured(Wire):
    """One indicator in one period (a year, or `2014-2016` for a development)."""

    indicator: str
    period: str
    figure: Figure


class Revised(Wire):
    """A figure that a later delivery gives differently; none where there was or is nothing."""

    indicator: str
    period: str
    before: Figure | None = None
    after: Figure | None = None


class MeasurementsRecorded(Event, type="nl.leefbaarheid.measurements.measurements-recorded.v1"):
    """All figures of one source edition for one area, together."""

    area: AreaId
    source_edition: Identifier
    import_id: Identifier
    estimate: bool = False
    """A model estimate: it shows where to look and cannot prove the effect of one action."""
    figures: tuple[Measured, ...]


class MeasurementsRevised(Event, type="nl.leefbaarheid.measurements.measurements-revised.v1"):
    """A later delivery of the same source edition differs in these figures (MON-17)."""

    area: AreaId
    source_edition: Identifier
    import_id: Identifier
    changes: tuple[Revised, ...]


class MeasurementsWithdrawn(Event, type="nl.leefbaarheid.measurements.measurements-withdrawn.v1"):
    """An import was withdrawn as a whole; these figures go back to what stood before (MON-18)."""

    area: AreaId
    source_edition: Identifier
    import_id: Identifier
    changes: tuple[Revised, ...]
    reason: Reason
