"""The read models: which folds make them, from which topics."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.topics import platform_topic
from projections.folds import (
    area_roles,
    areas,
    assets,
    base_conditions,
    effort_levels,
    efforts,
    gates,
    greening,
    initiatives,
    involvement_checks,
    living_agreements,
    measurements,
    owed_checks,
    stories,
    support,
    trajectories,
    wish_panels,
)
from projections.rows import Folds, RowProjection

EFFORT_STATUS_FOLDS = (
    *(areas, measurements, stories, base_conditions, effort_levels, efforts, area_roles),
    *(assets, initiatives, support, gates, greening),
    *(involvement_checks, owed_checks, wish_panels, trajectories, living_agreements),
)


def _effort_status_folds() -> Folds:
    folds = Folds()
    for module in EFFORT_STATUS_FOLDS:
        folds.include(module.folds)
    return folds


@dataclass(frozen=True)
class ReadModel:
    """A read model by the name that operators use."""

    name: str
    services: tuple[str, ...]
    """Services whose events it is made of."""

    @property
    def consumer(self) -> str:
        """Name of its consumer: its group at Kafka, and its books."""
        return f"projections.{self.name}"

    @property
    def topics(self) -> list[str]:
        """The platform topics it reads."""
        return [platform_topic(service) for service in self.services]

    def projection(self) -> RowProjection:
        """The projection that writes it."""
        return RowProjection(self.consumer, _FOLDS[self.name])


AREA_EFFORT_STATUS = ReadModel("area-effort-status", ("monitoring", "initiatives", "participation"))

_FOLDS = {AREA_EFFORT_STATUS.name: _effort_status_folds()}

READ_MODELS = {model.name: model for model in (AREA_EFFORT_STATUS,)}
