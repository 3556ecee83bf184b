"""What a new delivery changes for one area and source edition, and what a withdrawal takes away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from monitoring.importing.rows import Gaps, Missing, Value, Values

Figure: TypeAlias = Value | Missing
Figures: TypeAlias = Mapping[str, Mapping[str, Figure]]
"""Indicator to period to value, or to why there is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that differs; none where there was, or is, no figure at all."""

    indicator: str
    period: str
    before: Figure | None
    after: Figure | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The area had nothing of this source edition yet."""

    figures: Figures


@dataclass(frozen=True, slots=True)
class Revised:
    """The area had figures and some differ."""

    changes: tuple[Change, ...]


def figures_of(values: Values, missing: Gaps) -> dict[str, dict[str, Figure]]:
    """Values and gaps of a record together."""
    figures: dict[str, dict[str, Figure]] = {
        indicator: dict(periods) for indicator, periods in values.items()
    }
    for indicator, gaps in missing.items():
        figures.setdefault(indicator, {}).update(gaps)
    return figures


def difference(previous: Figures | None, new: Figures) -> Recorded | Revised | None:
    """What the new delivery adds: nothing at all, a first record or a revision (MON-17).

    Numbers are compared as numbers (40 is 40.0). What the new delivery does not speak of stays.
    """
    if previous is None:
        return Recorded(new)
    changes = tuple(
        Change(indicator, period, before, after)
        for indicator, periods in new.items()
        for period, after in periods.items()
        if (before := previous.get(indicator, {}).get(period)) != after
    )
    return Revised(changes) if changes else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one import recorded for one area and source edition: all of it, or what it changed."""

    import_id: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What withdrawing an import changes for one area and source edition."""

    changes: tuple[Change, ...]
    """From the withdrawn figure to the one of an earlier delivery, or to none."""
    compare_again: tuple[str, ...]
    """Later imports of this source edition: what they found unchanged rested on the withdrawn
    figures, so their files are to be compared again."""


def revision(changes: Sequence[Change]) -> dict[str, dict[str, Figure]]:
    """The figures that a revision put in place, for a `Delivery`."""
    figures: dict[str, dict[str, Figure]] = {}
    for change in changes:
        if change.after is not None:
            figures.setdefault(change.indicator, {})[change.period] = change.after
    return figures


def standing(deliveries: Sequence[Delivery]) -> dict[str, dict[str, Figure]] | None:
    """The figures that stand after these deliveries, oldest first; none if nothing was recorded."""
    if not deliveries:
        return None
    figures: dict[str, dict[str, Figure]] = {}
    for delivery in deliveries:
        for indicator, periods in delivery.figures.items():
            figures.setdefault(indicator, {}).update(periods)
    return figures


def withdrawal(deliveries: Sequence[Delivery], import_id: str) -> Withdrawal | None:
    """What withdrawing one import takes away here; none if it recorded nothing here (MON-18)."""
    ids = [delivery.import_id for delivery in deliveries]
    if import_id not in ids:
        return None
    before = standing(deliveries) or {}
    after = standing([one for one in deliveries if one.import_id != import_id]) or {}
    changes = tuple(
        Change(indicator, period, figure, left)
        for indicator, periods in before.items()
        for period, figure in periods.items()
        if (left := after.get(indicator, {}).get(period)) != figure
    )
    later = tuple(dict.fromkeys(ids[ids.index(import_id) + 1 :]))
    return Withdrawal(changes, tuple(one for one in later if one != import_id))


def affected(deliveries: Mapping[str, Sequence[Delivery]], import_id: str) -> dict[str, Withdrawal]:
    """The areas that a withdrawal touches, and how."""
    found = {area: withdrawal(history, import_id) for area, history in deliveries.items()}
    return {area: outcome for area, outcome in found.items() if outcome is not None}
