"""Indicators: what a figure means; the meaning does not change once it has figures (MON-20)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, ShortText
from leefwijk.events.language.monitoring.indicators import (
    Direction,
    IndicatorDefined,
    IndicatorRetired,
    IndicatorRevised,
)

LEEFBAAROMETER = (
    "housing_stock",
    "physical_environment",
    "amenities",
    "social_cohesion",
    "nuisance_and_unsafety",
)
"""The five dimensions of Leefbaarometer 3.0."""
POSITIVE_HEALTH = (
    "bodily_functions",
    "mental_wellbeing",
    "meaning",
    "quality_of_life",
    "participation",
    "daily_functioning",
)
"""The six dimensions of positive health (Huber)."""
DIMENSIONS = (*LEEFBAAROMETER, *POSITIVE_HEALTH, "own")


@dataclass(frozen=True)
class Indicator(State, kind="indicators", shape=1):
    """An indicator's meaning."""

    definition: IndicatorDefined | None = None
    retired: bool = False

    def listing(self) -> Listing:
        """Found by dimension."""
        if self.definition is None:
            return Listing()
        return Listing(title=self.definition.label, facets={"dimension": self.definition.dimension})


class DefineIndicator(Command[Indicator]):
    """Define an indicator; the same again records nothing, another meaning is refused."""

    indicator: Identifier
    label: ShortText
    label_nl: ShortText
    unit: ShortText
    direction: Direction
    dimension: ShortText
    source: ShortText
    note: ShortText | None = None

    def stream(self, _context: Context) -> str:
        """By its id."""
        return self.indicator

    def decide(self, indicator: Indicator, _context: Context) -> Iterator[Event]:
        """Refuses a dimension that does not exist and a change of meaning (`indicator-in-use`)."""
        if self.dimension not in DIMENSIONS:
            refuse("unknown-dimension", f"A dimension is one of {', '.join(DIMENSIONS)}.")
        known = indicator.definition
        if known is None:
            yield IndicatorDefined(**self.model_dump(exclude={"indicator"}))
            return
        meaning = (known.unit, known.direction, known.dimension)
        if meaning != (self.unit, self.direction, self.dimension):
            refuse("indicator-in-use", "Define a new indicator, or retire this one.")
        if (known.label, known.label_nl, known.note) != (self.label, self.label_nl, self.note):
            yield IndicatorRevised(label=self.label, label_nl=self.label_nl, note=self.note)


@dataclass(frozen=True)
class IndicatorUse:
    """How many areas have figures of an indicator, and of which period the latest are."""

    areas: int = 0
    period: str = ""


class ReviseIndicator(Command[Indicator]):
    """Change label or explanation; what is absent stays as it is."""

    label: ShortText | None = None
    label_nl: ShortText | None = None
    note: ShortText | None = None
    unit: ShortText | None = None
    direction: Direction | None = None

    def decide(self, indicator: Indicator, context: Context) -> Iterator[Event]:
        """Refuses `indicator-in-use` where the meaning of figures would change (MON-20)."""
        known = _defined(indicator)
        told = self.model_dump(exclude_none=True)
        after = known.model_copy(update=told)
        if (after.unit, after.direction) != (known.unit, known.direction):
            use = context.knowledge(IndicatorUse)
            if use.areas:
                refuse(
                    "indicator-in-use",
                    "Define a new indicator, or retire this one; "
                    f"{use.areas:,} areas have figures of {use.period}.",
                    areas=use.areas,
                )
            yield after
        elif after != known:
            yield IndicatorRevised(label=after.label, label_nl=after.label_nl, note=after.note)


class RetireIndicator(Command[Indicator]):
    """Use it no more; its past figures stay."""

    reason: Reason | None = None

    def decide(self, indicator: Indicator, _context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`; retiring again records nothing."""
        if self.reason is None:
            refuse("reason-missing", "Say why the indicator is retired.")
        if not indicator.retired:
            yield IndicatorRetired(reason=self.reason)


def _defined(indicator: Indicator) -> IndicatorDefined:
    if indicator.definition is None:
        refuse("not-defined", "This indicator was never defined.")
    if indicator.retired:
        refuse("indicator-retired", "This indicator was retired.")
    return indicator.definition


@evolves(IndicatorDefined)
def _(_indicator: Indicator, event: IndicatorDefined) -> Indicator:
    return Indicator(event)


@evolves(IndicatorRevised)
def _(indicator: Indicator, event: IndicatorRevised) -> Indicator:
    assert indicator.definition is not None  # noqa: S101 - defined before it is revised
    changed = {"label": event.label, "label_nl": event.label_nl, "note": event.note}
    return replace(indicator, definition=indicator.definition.model_copy(update=changed))


@evolves(IndicatorRetired)
def _(indicator: Indicator, _event: IndicatorRetired) -> Indicator:
    return replace(indicator, retired=True)
