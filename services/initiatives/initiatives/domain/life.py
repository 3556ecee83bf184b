"""Commands on the life of an initiative: proposing, start, completion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from initiatives.domain.co_funding import require_covered
from initiatives.domain.gates import KnownArea
from initiatives.domain.initiative import Initiative, Status
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, ShortText, Theme
from leefwijk.events.language.initiatives.life import (
    InitiativeCompleted,
    InitiativeProposed,
    InitiativeRegisteredAsSelfReliant,
    InitiativeStarted,
    Taker,
)
from leefwijk.events.language.initiatives.plans import InitiativePlan
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed


class ProposeInitiative(Command[Initiative]):
    """Propose an initiative: what, where, by whom, and for whom it is good."""

    title: ShortText
    area: AreaId
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=6)]
    taker: Taker
    collective_benefit: ShortText
    expected_effect: ShortText | None = None
    plan: InitiativePlan | None = None
    group: Identifier | None = None
    """Opaque reference of the group that takes it."""
    self_reliant: bool = False
    """Whether its takers do it without the corporation."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unknown-area` where monitoring has not told of the area."""
        if initiative.status is not None:
            refuse("already-proposed", "This initiative exists already.")
        area = context.knowledge(KnownArea)
        yield InitiativeProposed(
            title=self.title,
            area=self.area,
            municipalities=area.municipalities,
            themes=self.themes,
            taker=self.taker,
            collective_benefit=self.collective_benefit,
            expected_effect=self.expected_effect,
            plan=self.plan,
            group=self.group,
            on=context.today,
        )
        if self.self_reliant:
            yield CorporationRoleAgreed(role=CorporationRole.NONE, on=context.today)
            yield InitiativeRegisteredAsSelfReliant(
                title=self.title, area=self.area, themes=self.themes, on=context.today
            )


class StartInitiative(Command[Initiative]):
    """Say that it has started."""

    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `not-ready-to-start`, and `co-funding-incomplete` where costs are not covered."""
        if initiative.status not in {Status.SUPPORTED, Status.SELF_RELIANT}:
            refuse(
                "not-ready-to-start",
                "An initiative starts when it has support or goes on by itself; "
                f"it is {initiative.status}.",
            )
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Say that it started when it has started.")
        require_covered(initiative)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeStarted(
            title=initiative.title,
            area=initiative.area,
            themes=tuple(Theme(theme) for theme in initiative.themes),
            on=day,
        )


class CompleteInitiative(Command[Initiative]):
    """Say that what was planned has been done."""

    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `not-started`, and a day before the start."""
        if initiative.status is not Status.STARTED or initiative.started is None:
            refuse("not-started", f"Only what has started is completed; it is {initiative.status}.")
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Say that it is completed when it is completed.")
        if day < initiative.started:
            refuse("day-before-start", f"It started on {initiative.started}.")
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        yield InitiativeCompleted(area=initiative.area, on=day)
