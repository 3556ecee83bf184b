"""Commands on support: asking for it, granting it line by line, declining it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from initiatives.domain.area_budget import AreaBudget, budget_id
from initiatives.domain.existing_places import MeetingPlaces, require_existing_considered
from initiatives.domain.gates import SupportGates
from initiatives.domain.grants import EUROS, Request, asked_of, granted_of
from initiatives.domain.initiative import OVER, Initiative, Status
from initiatives.domain.judging_again import GROUND_CHANGED, lapsed
from leefwijk.events.decider import Command, Context, Faults, OnSecond, on, refuse
from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import Euro, Reason
from leefwijk.events.language.initiatives.gates import GatesAssessed
from leefwijk.events.language.initiatives.life import Taker
from leefwijk.events.language.initiatives.plans import Nature, Origin
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import (
    Condition,
    ConditionKind,
    ExistingPlace,
    GrantedLine,
    RequestLine,
    SupportDeclined,
    SupportGranted,
    SupportKind,
    SupportRequested,
)

MOST_LINES = 50


class AskedLine(RequestLine):
    """A line of a request: money and materials in euros, space and time in hours."""

    @model_validator(mode="after")
    def _in_its_unit(self) -> Self:
        if self.kind in EUROS:
            if not self.amount or self.hours is not None:
                raise ValueError(f"{self.kind.value} is asked for as an amount above 0.00")
        elif self.hours is None or self.amount is not None:
            raise ValueError(f"{self.kind.value} is asked for in hours")
        return self


class RequestSupport(Command[Initiative]):
    """Ask for support, or replace the lines of a request that waits for a decision."""

    lines: Annotated[tuple[AskedLine, ...], Field(min_length=1, max_length=MOST_LINES)]
    nature: Nature | None = None
    total_costs: Euro | None = None
    new_meeting_place: bool = False
    """Whether it is for a meeting place that is not there yet."""
    existing: Annotated[tuple[ExistingPlace, ...], Field(max_length=MOST_LINES)] = ()
    """Meeting places that serve the area already, each with why it does not do."""

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `role-does-not-allow-support` (INI-03): a role comes before support.

        Who asks for a new meeting place looks at those that are there first (INI-02).
        """
        require_not_over(initiative)
        require_role(initiative.role, {line.kind for line in self.lines})
        numbers = [line.line for line in self.lines]
        if len(set(numbers)) != len(numbers):
            refuse("line-twice", "Each line has a number of its own.")
        if self.new_meeting_place:
            places = context.knowledge(MeetingPlaces)
            require_existing_considered(initiative, places, self.existing)
        waiting = initiative.undecided
        lines = tuple(RequestLine(**line.model_dump()) for line in self.lines)
        nature = _of_its_taker(self.nature, initiative)
        yield SupportRequested(
            request=waiting.number if waiting else initiative.gates.last_request + 1,
            lines=lines,
            nature=nature,
            total_costs=self.total_costs,
            new_meeting_place=self.new_meeting_place or None,
            existing=self.existing or None,
        )
        if waiting is not None and (waiting.lines, waiting.nature) != (lines, nature):
            # what was set aside was set aside for what was asked then (INI-12)
            for given in initiative.gates.running:
                if given.request == waiting.number:
                    yield lapsed(given, GROUND_CHANGED, (), context.today)


def _of_its_taker(nature: Nature | None, initiative: Initiative) -> Nature | None:
    """Whose proposal it is follows from who takes it, where that was not said (INI-20)."""
    own = initiative.taker == Taker.CORPORATION
    if nature is None or "origin" in nature.model_fields_set or not own:
        return nature
    return nature.model_copy(update={"origin": Origin.CORPORATION})


def require_not_over(initiative: Initiative) -> None:
    """Who does not look back cannot go on (INI-36)."""
    if initiative.status is Status.COMPLETED and initiative.supported:
        refuse("effect-not-evaluated", "It is completed: evaluate its effect before new support.")
    if initiative.status in OVER | {Status.COMPLETED, Status.EFFECT_EVALUATED}:
        refuse("initiative-is-over", f"It is {initiative.status}; go on with it first.")
    if initiative.status is Status.REFERRED:
        refuse("other-party-responsible", "It was referred to the party that is responsible.")


def require_role(role: CorporationRole | None, kinds: set[SupportKind]) -> None:
    """Whoever asks for these or gets them needs a role for it (INI-03)."""
    if role is None or role is CorporationRole.NONE:
        refuse(
            "role-does-not-allow-support",
            "The corporation has no role here; agree a role with the residents first.",
        )
    if role is CorporationRole.CONNECT and kinds - {SupportKind.TIME}:
        refuse(
            "role-does-not-allow-support",
            "The role `connect` allows time only; money, space and materials need `support`.",
        )


class DecidedLine(Wire):
    """What is granted of one line; nothing at all is 0 or absent, and needs a reason."""

    line: Annotated[int, Field(ge=1, le=MOST_LINES)]
    amount: Euro | None = None
    hours: Annotated[int, Field(ge=0, le=10_000)] | None = None
    until: date | None = None
    reason: Reason | None = None


class GivenCondition(Condition):
    """A condition of a grant; only settling has a last day."""

    @model_validator(mode="after")
    def _with_its_day(self) -> Self:
        if (self.kind is ConditionKind.SETTLE_BY) != (self.by is not None):
            raise ValueError("`settle_by` names its last day, and no other condition has one")
        return self


class GrantSupport(Command[Initiative], beside=AreaBudget):
    """Grant the requested support line by line, in whole or in part (INI-26)."""

    lines: Annotated[tuple[DecidedLine, ...], Field(min_length=1, max_length=MOST_LINES)]
    next_step: Reason | None = None
    """What the residents can do now; needed where every line is at nothing."""
    conditions: Annotated[tuple[GivenCondition, ...], Field(max_length=4)] = ()
    """What must hold; none of the kinds asks people to come (INI-31)."""

    def second(self, _initiative: Initiative, context: Context) -> str:
        """The budget of the area whose level pays, in the year of the decision."""
        gates = context.knowledge(SupportGates)
        return budget_id(gates.budget_area, gates.year)

    def decide(
        self, initiative: Initiative, budget: AreaBudget, context: Context
    ) -> Iterator[Event | OnSecond]:
        """Refuses what is above the request, less without a reason, and gates that do not pass."""
        request = require_request(initiative)
        require_four_eyes(initiative, request.number, context)
        lines = _matched(request, self.lines)
        asked = {line.line: line for line in request.lines}
        faults = Faults()
        for line in lines:
            if _above(line, asked[line.line]):
                faults.add(
                    "above-request", f"Line {line.line}: more than was asked for.", line=line.line
                )
            elif _less(line, asked[line.line]) and line.reason is None:
                faults.add(
                    "reason-missing",
                    f"Line {line.line} gets less than was asked for: say why.",
                    line=line.line,
                )
        faults.refuse_any()
        if not any(granted_of(line) for line in lines):
            if self.next_step is None:
                refuse("reason-missing", "Nothing is granted: say what the residents can do now.")
            yield SupportDeclined(
                request=request.number,
                lines=lines,
                next_step=self.next_step,
                days_late=_days_late(initiative, context),
                on=context.today,
            )
            return
        require_not_over(initiative)
        require_role(initiative.role, {line.kind for line in lines if granted_of(line)})
        charged = sum((Decimal(line.amount or 0) for line in lines), Decimal("0.00"))
        gates = context.knowledge(SupportGates)
        lines_of_gates = gates.require(initiative, charged, context.now, budget.total)
        assert initiative.area is not None  # noqa: S101 - every proposal names one
        if lines_of_gates:
            yield GatesAssessed(request=request.number, lines=lines_of_gates, on=context.today)
        yield SupportGranted(
            request=request.number,
            area=initiative.area,
            budget_area=gates.budget_area,
            year=gates.year,
            level=gates.level,
            lines=lines,
            charged=charged,
            partly=any(_less(line, asked[line.line]) for line in lines),
            gate_lines=tuple(line.verdict() for line in lines_of_gates),
            conditions=tuple(Condition(**one.model_dump()) for one in self.conditions) or None,
            days_late=_days_late(initiative, context),
            on=context.today,
        )
        if charged:
            promised = gates.commitment(
                initiative, context.stream, request.number, charged, lines_of_gates
            )
            yield on(budget, promised)


class DeclineSupport(Command[Initiative]):
    """Decline the request with one reason; it ends the request, not the initiative."""

    reason: Reason
    next_step: Reason

    def decide(self, initiative: Initiative, context: Context) -> Iterator[Event]:
        """Refuses `nothing-requested` where no request waits."""
        request = require_request(initiative)
        require_four_eyes(initiative, request.number, context)
        nothing = tuple(
            GrantedLine(line=line.line, kind=line.kind, reason=self.reason)
            for line in request.lines
        )
        yield SupportDeclined(
            request=request.number,
            lines=nothing,
            next_step=self.next_step,
            days_late=_days_late(initiative, context),
            on=context.today,
        )


def _days_late(initiative: Initiative, context: Context) -> int | None:
    """How late the decision is; it reads so for good (INI-25)."""
    return initiative.term.days_late(context.today) if initiative.term else None


def require_four_eyes(initiative: Initiative, request: int, context: Context) -> None:
    """Who sets a gate aside does not decide on the same request (INI-11)."""
    actor = context.actor.number
    experiments = any(one.by == actor != 0 for one in initiative.experiments_on(context.today))
    if experiments or initiative.gates.set_aside_by(actor, request):
        refuse(
            "four-eyes-required",
            "Who sets a gate aside does not decide on the same request.",
        )


def require_request(initiative: Initiative) -> Request:
    """The request that waits for a decision. Refuses `nothing-requested`.

    With an initiative that stopped or was handed over its request ended: `initiative-is-over`.
    """
    request = initiative.undecided
    if request is None:
        if initiative.status in OVER:
            refuse("initiative-is-over", f"It is {initiative.status}, and its request with it.")
        refuse("nothing-requested", "No request waits for a decision.")
    return request


def _above(granted: GrantedLine, asked: RequestLine) -> bool:
    """More than was asked for, or for longer."""
    longer = asked.until is not None and granted.until is not None and granted.until > asked.until
    return granted_of(granted) > asked_of(asked) or longer


def _less(granted: GrantedLine, asked: RequestLine) -> bool:
    """Less than was asked for, or for a shorter time."""
    shorter = granted.until is not None and (asked.until is None or granted.until < asked.until)
    return granted_of(granted) < asked_of(asked) or shorter


def _matched(request: Request, decided: tuple[DecidedLine, ...]) -> tuple[GrantedLine, ...]:
    """The decision on every requested line, in its own unit."""
    faults = Faults()
    by_number = {line.line: line for line in decided}
    known = {line.line for line in request.lines}
    if len(by_number) != len(decided) or by_number.keys() - known:
        faults.add("unknown-line", f"The request has the lines {sorted(known)}, each once.")
    for number in sorted(known - by_number.keys()):
        faults.add("line-undecided", f"Line {number} is not decided.", line=number)
    faults.refuse_any()
    lines = []
    for line in request.lines:
        said = by_number[line.line]
        in_euros = line.kind in EUROS
        if (said.hours if in_euros else said.amount) is not None:
            faults.add(
                "wrong-kind",
                f"Line {line.line} is {line.kind.value}: {'euros' if in_euros else 'hours'}.",
                line=line.line,
            )
        lines.append(
            GrantedLine(
                line=line.line,
                kind=line.kind,
                amount=(said.amount or Decimal("0.00")) if in_euros else None,
                hours=None if in_euros else (said.hours or 0),
                until=said.until or line.until,
                reason=said.reason,
            )
        )
    faults.refuse_any()
    return tuple(lines)
