"""Commands on the life of an initiative: proposing, the corporation's role, start, completion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from initiatives.domain.gates import KnownArea
from initiatives.domain.initiative import Initiative, Status
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, ShortText, Theme
from leefwijk.events.language.initiatives.initiatives import (
    CorporationRole,
    CorporationRoleAgreed,
    InitiativeCompleted,
    InitiativeProposed,
    InitiativeStarted,
    Taker,
)
from leefwijk.events.language.initiatives.plans import InitiativePlan


class ProposeInitiative(Command[Initiative]):
    """Propose an initiative: what, where, by whom, and for whom it is good."""

    title: ShortText
    area: AreaId
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=6)]
    taker: Taker
    collective_benefit: ShortText
    expected_effect: ShortText | None = None
    plan: InitiativePlan | None = None

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
            on=context.today,
        )


class AgreeCorporationRole(Command[Initiative]):
    """Agree what the corporation does in the initiative; `none` leaves it to its takers."""

    role: CorporationRole

    def decide(self, initiative: Initiative, _context: Context) -> Iterator[Event]:
        """Refuses `support-still-open` for `none` while something of a grant is left (INI-04)."""
        if self.role is initiative.role:
            return
        open_grant = any(
            grant.left(line.line) > 0 for grant in initiative.grants for line in grant.lines
        )
        if self.role is CorporationRole.NONE and open_grant:
            refuse("support-still-open", "Something of the grant is left; end or settle it first.")
        yield CorporationRoleAgreed(role=self.role)


class StartInitiative(Command[Initiative]):
    """Say that it has started."""

    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `not-ready-to-start` before there is support or a role of its own."""
        if initiative.status not in {Status.SUPPORTED, Status.SELF_RELIANT}:
            refuse(
                "not-ready-to-start",
                "An initiative starts when it has support or goes on by itself; "
                f"it is {initiative.status}.",
            )
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Say that it started when it has started.")
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
