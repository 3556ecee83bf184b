"""The life of an initiative: its state and how facts change it.

The commands stand beside: proposing and roles in `life`, requests and grants in `support`,
spending in `spending`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from initiatives.domain.gate_state import Asked, GateState
from leefwijk.events.clock import day_of
from leefwijk.events.dates import begin_of
from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.language.initiatives.initiatives import (
    CorporationRole,
    CorporationRoleAgreed,
    GrantedLine,
    InitiativeChanged,
    InitiativeCompleted,
    InitiativeProposed,
    InitiativeStarted,
    RequestLine,
    SpendingRecorded,
    SupportDeclined,
    SupportGranted,
    SupportKind,
    SupportRequested,
)
from leefwijk.events.language.initiatives.plans import InitiativePlan, Nature
from leefwijk.events.language.initiatives.support_terms import SupportToppedUp


class Status(StrEnum):
    """Where an initiative stands."""

    PROPOSED = "proposed"
    ASSESSED = "assessed"
    SELF_RELIANT = "self_reliant"
    SUPPORTED = "supported"
    DECLINED = "declined"
    STARTED = "started"
    COMPLETED = "completed"


EUROS = frozenset({SupportKind.MONEY, SupportKind.MATERIALS})
"""Kinds counted in euros; space and time are counted in hours."""


@dataclass(frozen=True)
class Request:
    """What is asked for in one go, and what became of it."""

    number: int
    lines: tuple[RequestLine, ...]
    decided: bool = False
    nature: Nature | None = None
    total_costs: Decimal | None = None
    """What all of it costs, whoever pays."""

    @property
    def euros(self) -> Decimal:
        """Euros asked for: money and the value of materials."""
        mine = (asked_of(line) for line in self.lines if line.kind in EUROS)
        return sum(mine, Decimal("0.00"))


@dataclass(frozen=True)
class TopUp:
    """What came on top of a grant, and the budget that pays it."""

    line: int
    more: Decimal
    budget_area: str
    year: int


@dataclass(frozen=True)
class Grant:
    """A granted request and what was used of each line: euros or hours."""

    request: int
    budget_area: str
    year: int
    on: date
    lines: tuple[GrantedLine, ...]
    level: str | None = None
    """The effort level it rests on."""
    used: dict[int, Decimal] = field(default_factory=dict)
    top_ups: tuple[TopUp, ...] = ()

    @property
    def euros(self) -> Decimal:
        """Euros granted, top-ups included."""
        mine = (granted_of(line) for line in self.lines if line.kind in EUROS)
        return sum(mine, Decimal("0.00"))

    def top_up(self, more: TopUp) -> Grant:
        """The grant after a line got more."""
        return replace(
            self,
            lines=tuple(
                _raised(line, more.more) if line.line == more.line else line for line in self.lines
            ),
            top_ups=(*self.top_ups, more),
        )

    def line(self, number: int) -> GrantedLine | None:
        """The granted line of this number."""
        return next((line for line in self.lines if line.line == number), None)

    def left(self, number: int) -> Decimal:
        """What is left of a line, in its own unit."""
        line = self.line(number)
        granted = Decimal(0) if line is None else granted_of(line)
        return granted - self.used.get(number, Decimal(0))

    def spend(self, number: int, used: Decimal) -> Grant:
        """The grant after something of a line was used."""
        return replace(self, used={**self.used, number: self.used.get(number, Decimal(0)) + used})


def _raised(line: GrantedLine, more: Decimal) -> GrantedLine:
    if line.kind in EUROS:
        return line.model_copy(update={"amount": granted_of(line) + more})
    return line.model_copy(update={"hours": int(granted_of(line) + more)})


def granted_of(line: GrantedLine) -> Decimal:
    """What a line grants, in euros or hours by its kind."""
    return Decimal(line.amount or 0) if line.kind in EUROS else Decimal(line.hours or 0)


def asked_of(line: RequestLine) -> Decimal:
    """What a line asks for, in euros or hours by its kind."""
    return Decimal(line.amount or 0) if line.kind in EUROS else Decimal(line.hours or 0)


def euros(amount: Decimal) -> str:
    """Euros as people read them: `1,500.00`."""
    return f"{amount:,.2f}"


@dataclass(frozen=True)
class Initiative(State, kind="initiatives", shape=3):
    """An initiative as it stands; the empty one has no status yet."""

    status: Status | None = None
    title: str = ""
    area: str | None = None
    municipalities: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    taker: str = ""
    collective_benefit: str = ""
    expected_effect: str | None = None
    role: CorporationRole | None = None
    request: Request | None = None
    """The latest request."""
    grants: tuple[Grant, ...] = ()
    gates: GateState = field(default_factory=GateState)
    plan: InitiativePlan = field(default_factory=InitiativePlan)
    started: date | None = None
    completed: date | None = None

    @property
    def undecided(self) -> Request | None:
        """The request that waits for a decision."""
        return self.request if self.request is not None and not self.request.decided else None

    def grant_of(self, request: int) -> Grant | None:
        """The open grant of a request."""
        return next((grant for grant in self.open_grants if grant.request == request), None)

    @property
    def no_euros(self) -> Decimal:
        """What a look at the gates wants where nothing waits for a decision."""
        return Decimal("0.00")

    @property
    def open_grants(self) -> tuple[Grant, ...]:
        """Grants that still stand: of an initiative that is over none is looked at again."""
        return () if self.status is Status.COMPLETED else self.grants

    def assessed(self, gates: GateState) -> Initiative:
        """The initiative after its gates were judged; what was only proposed is assessed now."""
        status = Status.ASSESSED if self.status is Status.PROPOSED else self.status
        return replace(self, gates=gates, status=status)

    def due(self) -> datetime | None:
        """The begin of the first day on which time changes something."""
        days = list(self.gates.first_days(granted=bool(self.open_grants)))
        return begin_of(min(days)) if days else None

    def listing(self) -> Listing:
        """Found by area, theme, status, role and taker, and by budgets and levels of its grants."""
        budgets = sorted({grant.budget_area for grant in self.grants})
        return Listing(
            self.area,
            self.municipalities,
            self.status.value if self.status else None,
            self.title,
            {
                "theme": self.themes,
                "taker": self.taker,
                "role": self.role.value if self.role else (),
                "budget-area": budgets,
                "level": sorted({grant.level for grant in self.grants if grant.level}),
                "gates": "watched" if self.open_grants or self.gates.running else (),
                "review": "open" if self.gates.reviews else (),
            },
        )

    def changed_since(self, before: Any) -> str | None:
        """Which lines of the request read otherwise now (INI-06)."""
        was = {line.line: line for line in before.request.lines} if before.request else {}
        now = {line.line: line for line in self.request.lines} if self.request else {}
        parts = [
            _difference(number, was.get(number), now.get(number))
            for number in sorted(was.keys() | now.keys())
            if was.get(number) != now.get(number)
        ]
        if not parts:
            return None
        return f"The request changed after you opened it: {'; '.join(parts)}."


def _difference(number: int, was: RequestLine | None, now: RequestLine | None) -> str:
    if _said(was) == _said(now):
        return f"line {number} reads otherwise"
    return f"line {number} is now {_said(now)}, it was {_said(was)}"


def _said(line: RequestLine | None) -> str:
    if line is None:
        return "absent"
    return euros(asked_of(line)) if line.kind in EUROS else f"{asked_of(line)} hours"


@evolves(InitiativeProposed)
def _(_initiative: Initiative, event: InitiativeProposed, fact: Fact) -> Initiative:
    return Initiative(
        status=Status.PROPOSED,
        title=event.title,
        area=event.area,
        municipalities=event.municipalities,
        themes=tuple(theme.value for theme in event.themes),
        taker=event.taker.value,
        collective_benefit=event.collective_benefit,
        expected_effect=event.expected_effect,
        plan=event.plan or InitiativePlan(),
        gates=GateState(proposal=(str(fact.id),)),
    )


@evolves(InitiativeChanged)
def _(initiative: Initiative, event: InitiativeChanged, fact: Fact) -> Initiative:
    gates = initiative.gates
    declined = initiative.status is Status.DECLINED
    return replace(
        initiative,
        status=Status.ASSESSED if declined else initiative.status,
        title=event.title,
        themes=tuple(theme.value for theme in event.themes),
        collective_benefit=event.collective_benefit,
        expected_effect=event.expected_effect,
        plan=event.plan,
        gates=replace(gates, proposal=(*gates.proposal, str(fact.id))),
    )


@evolves(CorporationRoleAgreed)
def _(initiative: Initiative, event: CorporationRoleAgreed) -> Initiative:
    alone = event.role is CorporationRole.NONE
    status = initiative.status
    if alone and status in {Status.PROPOSED, Status.ASSESSED, Status.DECLINED}:
        status = Status.SELF_RELIANT
    elif not alone and status is Status.SELF_RELIANT:
        status = Status.PROPOSED
    return replace(initiative, role=event.role, status=status)


@evolves(SupportRequested)
def _(initiative: Initiative, event: SupportRequested, fact: Fact) -> Initiative:
    request = Request(
        event.request, event.lines, nature=event.nature, total_costs=event.total_costs
    )
    gates = initiative.gates
    asked = Asked(day_of(fact.time).year, request.euros)
    return replace(
        initiative,
        request=request,
        gates=replace(gates, request=(str(fact.id),), asked={**gates.asked, request.number: asked}),
    )


@evolves(SupportGranted)
def _(initiative: Initiative, event: SupportGranted) -> Initiative:
    grant = Grant(event.request, event.budget_area, event.year, event.on, event.lines, event.level)
    supported = initiative.status in {Status.PROPOSED, Status.ASSESSED, Status.DECLINED}
    lines = event.gate_lines or ()
    return replace(
        _decided(initiative),
        grants=(*initiative.grants, grant),
        gates=replace(initiative.gates.judged(lines), decided=lines),
        status=Status.SUPPORTED if supported else initiative.status,
    )


@evolves(SupportToppedUp)
def _(initiative: Initiative, event: SupportToppedUp) -> Initiative:
    more = Decimal(event.amount) if event.amount is not None else Decimal(event.hours or 0)
    top_up = TopUp(event.line, more, event.budget_area, event.year)
    gates = initiative.gates.asked_more(event.request, Decimal(event.amount or 0))
    return replace(
        initiative,
        grants=tuple(
            grant.top_up(top_up) if grant.request == event.request else grant
            for grant in initiative.grants
        ),
        gates=replace(gates.judged(event.gate_lines), decided=event.gate_lines),
    )


@evolves(SupportDeclined)
def _(initiative: Initiative, _event: SupportDeclined) -> Initiative:
    first = initiative.status in {Status.PROPOSED, Status.ASSESSED} and not initiative.grants
    return replace(_decided(initiative), status=Status.DECLINED if first else initiative.status)


def _decided(initiative: Initiative) -> Initiative:
    request = initiative.request
    return replace(initiative, request=replace(request, decided=True) if request else None)


@evolves(SpendingRecorded)
def _(initiative: Initiative, event: SpendingRecorded) -> Initiative:
    used = Decimal(event.amount) if event.amount is not None else Decimal(event.hours or 0)
    return replace(
        initiative,
        grants=tuple(
            grant.spend(event.line, used) if grant.request == event.request else grant
            for grant in initiative.grants
        ),
    )


@evolves(InitiativeStarted)
def _(initiative: Initiative, event: InitiativeStarted) -> Initiative:
    return replace(initiative, status=Status.STARTED, started=event.on)


@evolves(InitiativeCompleted)
def _(initiative: Initiative, event: InitiativeCompleted) -> Initiative:
    return replace(initiative, status=Status.COMPLETED, completed=event.on)
