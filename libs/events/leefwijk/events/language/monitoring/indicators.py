"""Indicators: what a figure means, in which unit, and which way is better."""

from __future__ import annotations

from enum import StrEnum

from leefwijk.events.event import Event
from leefwijk.events.fields import Reason, ShortText


class Direction(StrEnum):
    """Which way is better for the people who live there."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"
    NONE = "none"


class IndicatorDefined(Event, type="nl.leefbaarheid.indicators.indicator-defined.v1"):
    """An indicator exists from now on; its meaning does not change once it has figures."""

    label: ShortText
    label_nl: ShortText
    unit: ShortText
    direction: Direction
    dimension: ShortText
    source: ShortText
    note: ShortText | None = None


class IndicatorRevised(Event, type="nl.leefbaarheid.indicators.indicator-revised.v1"):
    """Its label or explanation changed; its meaning did not."""

    label: ShortText
    label_nl: ShortText
    note: ShortText | None = None


class IndicatorRetired(Event, type="nl.leefbaarheid.indicators.indicator-retired.v1"):
    """It is used no more; its past figures stay."""

    reason: Reason
