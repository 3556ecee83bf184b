"""The read models: which folds make them, from which topics. One worker serves them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.topics import platform_topic
from projections.folds import (
    area_roles,
    areas,
    assets,
    base_conditions,
    effort_levels,
    efforts,
    formal_advices,
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

GROUP = "projections"
"""The group of the workers at Kafka; each read model keeps offsets of its own in our database."""

EFFORT_STATUS_FOLDS = (
    *(areas, measurements, stories, base_conditions, effort_levels, efforts, area_roles),
    *(assets, initiatives, support, gates, greening),
    *(involvement_checks, owed_checks, wish_panels, trajectories, living_agreements),
    formal_advices,
)


@dataclass(frozen=True)
class ReadModel:
    """A read model by the name that operators use."""

    name: str
    folds: tuple[Folds, ...]
    """What makes its rows: the events they take say which topics and streams it follows."""

    @property
    def consumer(self) -> str:
        """Name of its consumer: its offsets, stream versions, generations and metrics."""
        return f"projections.{self.name}"

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services whose events it is made of."""
        return tuple(sorted({event.service for event in self.projection().handles}))

    @property
    def topics(self) -> list[str]:
        """The platform topics it reads."""
        return [platform_topic(service) for service in self.services]

    @cached_property
    def follows(self) -> Callable[[str], bool]:
        """Whether it keeps a stream, by its id."""
        return self.projection().follows

    def projection(self) -> RowProjection:
        """The projection that writes it."""
        whole = Folds()
        for folds in self.folds:
            whole.include(folds)
        return RowProjection(self.consumer, whole)

    def core(self, engine: AsyncEngine) -> ConsumerCore:
        """What applies records to it."""
        return ConsumerCore(engine, self.projection(), published_language())


AREA_EFFORT_STATUS = ReadModel(
    "area-effort-status", tuple(module.folds for module in EFFORT_STATUS_FOLDS)
)

GREENING_PROGRESS = ReadModel("greening-progress", (areas.folds, greening.folds))
SOCIAL_BASE = ReadModel("social-base", (areas.folds, assets.folds))

READ_MODELS = {model.name: model for model in (AREA_EFFORT_STATUS, GREENING_PROGRESS, SOCIAL_BASE)}
"""All that the worker serves, in the order in which they are shown."""

PROJECTIONS: tuple[Callable[[], RowProjection], ...] = tuple(
    model.projection for model in READ_MODELS.values()
)
"""For the commands of operators that name no read model."""


def all_topics() -> list[str]:
    """The topics that some read model reads."""
    return sorted({topic for model in READ_MODELS.values() for topic in model.topics})


def models_of(topic: str) -> list[ReadModel]:
    """The read models that are made of this topic."""
    return [model for model in READ_MODELS.values() if topic in model.topics]
