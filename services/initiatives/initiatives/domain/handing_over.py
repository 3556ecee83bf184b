"""Handing over to residents: somebody takes it, and nothing is left open behind (INI-37)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from initiatives.domain.asset import Asset
from initiatives.domain.going_on import over
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.said import left_open
from leefwijk.events.decider import Command, Context, OnSecond, evolves, on, refuse
from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import Identifier, Reason, ShortText, Theme
from leefwijk.events.language.initiatives.assets import (
    AssetKind,
    AssetRegistered,
    HolderKind,
    OpenTo,
)
from leefwijk.events.language.initiatives.life import (
    InitiativeHandedOver,
    OpenObligation,
    RunningSpace,
    Taker,
)
from leefwijk.events.language.initiatives.roles import (
    CorporationRole,
    CorporationRoleAnswered,
    RoleAnswer,
)
from leefwijk.events.language.initiatives.support import SupportKind


class Acceptance(Wire):
    """When and how the group said yes, and what it takes on."""

    on: date
    how: ShortText
    takes_on: Reason


class HandOverInitiative(Command[Initiative], beside=Asset):
    """Hand it over to a group of residents; what it does becomes a strength of the area."""

    group: Identifier
    acceptance: Acceptance | None = None
    space: Annotated[tuple[RunningSpace, ...], Field(max_length=50)] = ()
    """Granted space that runs on, each with its last day."""

    def second(self, initiative: Initiative, context: Context) -> str:
        """The asset that the activity becomes, one per round."""
        return f"{context.stream}.{initiative.round}"

    def decide(
        self, initiative: Initiative, asset: Asset, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Refuses `handover-not-accepted`, and `support-still-open` while something is left."""
        if initiative.status not in {Status.COMPLETED, Status.EFFECT_EVALUATED}:
            refuse(
                "not-completed",
                f"It is handed over when it is completed; it is {initiative.status}.",
            )
        if self.acceptance is None:
            refuse(
                "handover-not-accepted",
                "Record when and how the group said yes, and what it takes on.",
            )
        if self.acceptance.on > context.today:
            refuse("day-in-future", "Record a yes when it was given.")
        self._require_closed(initiative, context)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        themes = tuple(Theme(theme) for theme in initiative.themes)
        yield CorporationRoleAnswered(
            role=CorporationRole.NONE,
            answer=RoleAnswer.AGREES,
            group=self.group,
            how=self.acceptance.how,
            takes_on=self.acceptance.takes_on,
            on=self.acceptance.on,
        )
        yield InitiativeHandedOver(
            title=initiative.title,
            area=initiative.area,
            obligations=_obligations(initiative),
            space=self.space,
            on=context.today,
        )
        everyone = initiative.plan.benefit.open_to_everyone
        yield on(
            asset,
            AssetRegistered(
                asset_kind=AssetKind.ACTIVITY,
                label=initiative.title,
                area=initiative.area,
                municipalities=initiative.municipalities,
                holder=HolderKind.REFERENCE,
                held_by=self.group,
                open_to=OpenTo.EVERYONE if everyone else OpenTo.MEMBERS,
                themes=themes,
                initiative=context.stream,
                on=context.today,
            ),
        )

    def _require_closed(self, initiative: Initiative, context: Context) -> None:
        named = {(one.request, one.line): one for one in self.space}
        for grant in initiative.grants:
            if not grant.runs:
                continue
            left = left_open(grant, but_space=True)
            if left is not None:
                refuse("support-still-open", f"{left} is left; end or settle it first.")
            # space of an earlier round runs on as that hand-over said
            for line in grant.lines if grant.round == initiative.round else ():
                if line.kind is not SupportKind.SPACE or not line.hours:
                    continue
                if line.until is not None and line.until < context.today:
                    continue
                runs_on = named.pop((grant.request, line.line), None)
                if runs_on is None or (line.until is not None and runs_on.until > line.until):
                    through = f" until {line.until}" if line.until else ""
                    refuse(
                        "support-still-open",
                        f"Space of line {line.line} was granted{through}: "
                        "name it with its last day, or end it first.",
                    )
        if named:
            refuse("unknown-line", "No space of this line was granted that could run on.")


def _obligations(initiative: Initiative) -> tuple[OpenObligation, ...]:
    return tuple(
        OpenObligation(obligation=name, request=grant.request, amount=order.left)
        for grant in initiative.grants
        if grant.books.settled is None
        for name, order in grant.books.orders.items()
        if order.left
    )


@evolves(InitiativeHandedOver)
def _(initiative: Initiative, event: InitiativeHandedOver) -> Initiative:
    after = over(initiative, Status.HANDED_OVER, event.on)
    roles = after.roles.take(CorporationRole.NONE, event.on)
    return replace(after, role=CorporationRole.NONE, roles=roles, taker=Taker.RESIDENTS.value)
