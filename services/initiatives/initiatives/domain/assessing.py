"""Commands on gates before a decision: assess them, set one aside, take that back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from initiatives.domain.gates import SupportGates
from initiatives.domain.grant_state import NOTHING
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.judging_again import reviewed_again
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, SaidWhy
from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.events.language.initiatives.gates import (
    GateOverridden,
    GateOverrideWithdrawn,
    GatesAssessed,
)
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.gates.line import NOBODY


def wanted_lines(
    initiative: Initiative, context: Context, request: int | None = None
) -> tuple[GateLine, ...]:
    """The nine lines for a request: what waits for a decision, or what was granted."""
    waiting = initiative.undecided
    number = request or _latest(initiative)
    gates = context.knowledge(SupportGates)
    grant = initiative.grant_of(number) if number is not None else None
    if grant is not None:
        return gates.standing(initiative, grant, context.now)
    euros = waiting.euros if waiting is not None else NOTHING
    return gates.lines(initiative, euros, context.now)


def _latest(initiative: Initiative) -> int | None:
    """The request that waits for a decision, or else the one that was granted last."""
    if initiative.undecided is None and initiative.open_grants:
        return initiative.open_grants[-1].request
    return initiative.request.number if initiative.request else None


class AssessGates(Command[Initiative]):
    """Judge the gates now; advice for a decision, which judges them again (INI-09)."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `gates-not-applicable` where residents do it themselves (INI-03)."""
        if initiative.role is CorporationRole.NONE or initiative.status is Status.SELF_RELIANT:
            refuse("gates-not-applicable", "Residents do this themselves; no gate is evaluated.")
        yield GatesAssessed(
            request=_latest(initiative),
            lines=wanted_lines(initiative, context),
            on=context.today,
        )


class OverrideGate(Command[Initiative]):
    """Set a gate aside for one request and its present ground; it does not pass by that."""

    request: Annotated[int, Field(ge=1)] | None = None
    """Number of the request; none: the one that waits, or else the one that was granted last."""
    gate: Gate
    until: date
    reason: SaidWhy = ""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, `nothing-to-override` and `gate-not-overridable`."""
        number = self._number(initiative)
        _require_other_eyes(initiative, number, context)
        lines = wanted_lines(initiative, context, number)
        line = next((one for one in lines if one.gate is self.gate), None)
        if line is None or line.passes:
            refuse(
                "nothing-to-override", f"{self.gate.value} passes; there is nothing to set aside."
            )
        if line.overridable_by is None:
            refuse(
                "gate-not-overridable",
                NOBODY,
                gate=line.gate.value,
                failing=line.code,
                wayOn=line.way_on,
            )
        if not self.reason:
            refuse("reason-missing", "Say why this gate may be set aside.")
        if self.until < context.today:
            refuse("day-in-past", "The override would be over before it begins.")
        assert line.code is not None  # noqa: S101 - a line that does not pass says why
        yield GateOverridden(
            override=str(context.new_id()),
            request=number,
            gate=self.gate,
            code=line.code,
            evidence=line.evidence,
            reason=self.reason,
            role=context.actor.role,
            until=self.until,
            on=context.today,
        )

    def _number(self, initiative: Initiative) -> int:
        number = self.request or _latest(initiative)
        if number is None:
            refuse("nothing-requested", "No support is asked for that a gate could stop.")
        latest = initiative.request is not None and initiative.request.number == number
        if not latest and initiative.grant_of(number) is None:
            refuse("nothing-requested", f"Request {number} neither waits nor was it granted.")
        return number


def _require_other_eyes(initiative: Initiative, request: int, context: Context) -> None:
    """Who decided on a request does not set a gate of it aside afterwards (INI-11)."""
    grant, actor = initiative.grant_of(request), context.actor.number
    if grant is not None and actor != 0 and actor in grant.decided_by:
        refuse("four-eyes-required", "Who decided on a request does not set a gate of it aside.")


class WithdrawGateOverride(Command[Initiative]):
    """Take an override back; decisions made on it stand."""

    override: Identifier
    reason: SaidWhy = ""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `unknown-override` where none of this name runs."""
        given = next(
            (one for one in initiative.gates.running if one.override == self.override), None
        )
        if given is None:
            refuse("unknown-override", "No override of this name runs here.")
        if not self.reason:
            refuse("reason-missing", "Say why it is taken back.")
        yield GateOverrideWithdrawn(
            override=given.override, gate=given.gate, reason=self.reason, on=context.today
        )
        yield from reviewed_again(initiative, given, context.today)
