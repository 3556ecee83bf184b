"""The corporation's role: agreed, with the takers' leave where it would lead, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from initiatives.domain.initiative import OVER, Initiative, Status
from initiatives.domain.role_state import further
from initiatives.domain.said import left_open
from leefwijk.events.clock import day_of
from leefwijk.events.decider import Command, Context, Fact, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, ShortText, Theme
from leefwijk.events.language.initiatives.life import InitiativeRegisteredAsSelfReliant, Taker
from leefwijk.events.language.initiatives.roles import (
    CorporationRole,
    CorporationRoleAgreed,
    CorporationRoleAnswered,
    RoleAnswer,
)

NEED_LEAVE = frozenset({CorporationRole.LEAD})
"""Roles that take more than a part: the takers agree to these first."""


class AgreeCorporationRole(Command[Initiative]):
    """Agree what the corporation does in the initiative; `none` leaves it to its takers."""

    role: CorporationRole

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `residents-agreement-missing` to lead what is not the corporation's (INI-04).

        Refuses `support-still-open` for `none` while something of a grant is left.
        """
        if self.role is initiative.role:
            return
        if initiative.status in OVER:
            refuse("initiative-is-over", f"It is {initiative.status}; take it up again first.")
        others = initiative.taker != Taker.CORPORATION.value
        needs_leave = self.role in NEED_LEAVE and further(self.role, initiative.role)
        if others and needs_leave and self.role not in initiative.roles.agreed_to:
            whose = "residents" if initiative.taker == Taker.RESIDENTS.value else "a partner"
            refuse(
                "residents-agreement-missing",
                f"This initiative belongs to {whose}; "
                "record when and how they agreed that the corporation leads.",
            )
        open_grants = [
            grant
            for grant in initiative.grants
            if grant.runs and left_open(grant, but_space=grant.round != initiative.round)
        ]
        if self.role is CorporationRole.NONE and open_grants:
            refuse("support-still-open", "Something of the grant is left; end or settle it first.")
        yield CorporationRoleAgreed(role=self.role, on=context.today)
        if self.role is CorporationRole.NONE:
            yield from registered_as_self_reliant(initiative, context)


class RegisterSelfReliant(Command[Initiative]):
    """Register that residents do it themselves; nobody has to approve."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """As agreeing to the role `none`."""
        yield from AgreeCorporationRole(role=CorporationRole.NONE).decide(initiative, context)


def registered_as_self_reliant(initiative: Initiative, context: Context) -> Iterator[Event]:
    """What is recorded where nothing of the corporation's is in it any more."""
    if initiative.status not in {Status.PROPOSED, Status.ASSESSED, Status.DECLINED}:
        return
    assert initiative.area is not None  # noqa: S101 - every proposal names one
    yield InitiativeRegisteredAsSelfReliant(
        title=initiative.title,
        area=initiative.area,
        themes=tuple(Theme(theme) for theme in initiative.themes),
        on=context.today,
    )


class AnswerCorporationRole(Command[Initiative]):
    """As its takers: agree to a role of the corporation, refuse it, or take that back."""

    role: CorporationRole
    answer: RoleAnswer
    how: ShortText
    """How they said so: a meeting, a vote."""
    group: Identifier | None = None
    """The group that answers; of a group's own token it is that group."""
    on: date | None = None

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses another group than the takers; taking back gives the role of before."""
        by_token = context.actor.role == "resident"
        group = context.actor.group if by_token else self.group or initiative.group
        if by_token and (group is None or group != initiative.group):
            refuse("role-not-allowed", "This token is not of the group that takes the initiative.")
        day = self.on or context.today
        if day > context.today:
            refuse("day-in-future", "Record an answer when it was given.")
        if self.answer is RoleAnswer.TAKES_BACK and self.role not in initiative.roles.agreed_to:
            refuse("nothing-to-take-back", "They had not agreed to that role.")
        yield CorporationRoleAnswered(
            role=self.role,
            answer=self.answer,
            group=group,
            how=self.how,
            by_token=by_token,
            on=day,
        )
        if self.answer is RoleAnswer.TAKES_BACK and initiative.role is self.role:
            yield CorporationRoleAgreed(
                role=initiative.roles.before(self.role), restores=True, on=context.today
            )


@evolves(CorporationRoleAgreed)
def _(initiative: Initiative, event: CorporationRoleAgreed, fact: Fact) -> Initiative:
    alone = event.role is CorporationRole.NONE
    status = initiative.status
    if alone and status in {Status.PROPOSED, Status.ASSESSED, Status.DECLINED}:
        status = Status.SELF_RELIANT
    elif not alone and status is Status.SELF_RELIANT:
        status = Status.ASSESSED
    roles = initiative.roles.take(event.role, event.on or day_of(fact.time))
    return replace(initiative, role=event.role, status=status, roles=roles)


@evolves(InitiativeRegisteredAsSelfReliant)
def _(initiative: Initiative, _event: InitiativeRegisteredAsSelfReliant) -> Initiative:
    return replace(initiative, status=Status.SELF_RELIANT)


@evolves(CorporationRoleAnswered)
def _(initiative: Initiative, event: CorporationRoleAnswered) -> Initiative:
    taken = event.group if event.takes_on is not None else initiative.group
    return replace(
        initiative,
        group=taken,
        roles=initiative.roles.answer(event.role, event.answer, event.on),
    )
