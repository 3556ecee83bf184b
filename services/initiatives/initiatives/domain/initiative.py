"""The life of an initiative: its state and how facts change it.

The commands stand beside: proposing and roles in `life`, requests and grants in `support`,
spending in `spending`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from initiatives.domain.effect_state import LookingBack
from initiatives.domain.experiment_state import AgreedExperiment
from initiatives.domain.first_days import first_days, overdue_of, parties_of, reviews_until
from initiatives.domain.funding_state import Funding
from initiatives.domain.gate_state import Asked, GateState, Review
from initiatives.domain.grant_state import NOTHING, Books
from initiatives.domain.grants import EUROS, Grant, Request, TopUp, asked_of
from initiatives.domain.greening_state import Greening
from initiatives.domain.referral_state import ReferralState
from initiatives.domain.role_state import RoleState
from initiatives.domain.settings import EVALUATION_TERM
from initiatives.domain.term_state import Decision, DecisionTerm, term_of
from leefwijk.events.clock import day_of
from leefwijk.events.dates import begin_of
from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.life import (
    InitiativeChanged,
    InitiativeCompleted,
    InitiativeProposed,
    InitiativeStarted,
)
from leefwijk.events.language.initiatives.plans import InitiativePlan
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import (
    ConditionKind,
    RequestLine,
    SupportDeclined,
    SupportGranted,
    SupportRequested,
)
from leefwijk.events.language.initiatives.support_terms import SupportToppedUp
from leefwijk.gates.line import said_euros


class Status(StrEnum):
    """Where an initiative stands."""

    PROPOSED = "proposed"
    ASSESSED = "assessed"
    SELF_RELIANT = "self_reliant"
    SUPPORTED = "supported"
    DECLINED = "declined"
    STARTED = "started"
    REFERRED = "referred"
    COMPLETED = "completed"
    EFFECT_EVALUATED = "effect_evaluated"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"


OVER = frozenset({Status.HANDED_OVER, Status.STOPPED})
"""Only a new round goes on from these."""


@dataclass(frozen=True)
class Initiative(State, kind="initiatives", shape=11):
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
    """The latest request of this round."""
    grants: tuple[Grant, ...] = ()
    """Those of every round; what may be paid, judged and divided now looks at `grants_now`."""
    gates: GateState = field(default_factory=GateState)
    plan: InitiativePlan = field(default_factory=InitiativePlan)
    costs: Decimal | None = None
    """What all of it costs, whoever pays, as it was said last: in the plan or with a request."""
    started: date | None = None
    completed: date | None = None
    over: date | None = None
    """The day of the hand-over or the stop."""
    group: str | None = None
    """Opaque reference of the group that takes it."""
    round: int = 1
    roles: RoleState = field(default_factory=RoleState)
    referrals: ReferralState = field(default_factory=ReferralState)
    term: DecisionTerm | None = None
    """The decision term of the request that waits."""
    decisions: tuple[Decision, ...] = ()
    """What was decided on requests, of earlier rounds too: how late it was stays (INI-25)."""
    funding: Funding = field(default_factory=Funding)
    greening: Greening = field(default_factory=Greening)
    experiments: tuple[AgreedExperiment, ...] = ()
    """Those of every round; what is set aside now looks at `experiments_on`."""
    looking_back: LookingBack = field(default_factory=LookingBack)

    @property
    def undecided(self) -> Request | None:
        """The request that waits for a decision."""
        return self.request if self.request is not None and not self.request.decided else None

    @property
    def grants_now(self) -> tuple[Grant, ...]:
        """Grants of this round, ended ones too: those of before are history (INI-37)."""
        return tuple(grant for grant in self.grants if grant.round == self.round)

    @property
    def reviews_now(self) -> tuple[Review, ...]:
        """Open reviews of grants of this round; none once it is over: nobody has to decide on them.

        What they keep from being paid stays unpaid all the same.
        """
        if self.is_over:
            return ()
        mine = {grant.request for grant in self.grants_now}
        return tuple(review for review in self.gates.reviews if review.request in mine)

    @property
    def gates_lost(self) -> frozenset[Gate]:
        """Gates that a grant rested on which was not ended, and that do not pass any more."""
        stand = {grant.request for grant in self.grants_now if grant.runs}
        return frozenset(
            lost.gate for lost in self.gates.lost if lost.again is None and lost.request in stand
        )

    def experiments_on(self, day: date) -> tuple[AgreedExperiment, ...]:
        """Experiments of this round that set own rules aside on a day."""
        return tuple(
            one for one in self.experiments if one.round == self.round and one.runs_on(day)
        )

    def grant_of(self, request: int) -> Grant | None:
        """The open grant of a request."""
        return next((grant for grant in self.open_grants if grant.request == request), None)

    @property
    def open_grants(self) -> tuple[Grant, ...]:
        """Grants that still stand: of an initiative that is over none is looked at again."""
        past = OVER | {Status.COMPLETED, Status.EFFECT_EVALUATED}
        now = () if self.status in past else self.grants_now
        return tuple(grant for grant in now if grant.runs)

    @property
    def support_runs(self) -> bool:
        """Whether a grant of this round was not ended yet, also where nothing of it is left."""
        return any(grant.runs for grant in self.grants_now)

    @property
    def supported(self) -> bool:
        """Whether the corporation takes part and ever granted anything in this round."""
        return self.role is not CorporationRole.NONE and bool(self.grants_now)

    @property
    def is_over(self) -> bool:
        """Whether it was handed over or stopped: nothing is asked of its takers any more."""
        return self.status in OVER

    @property
    def evaluation_due(self) -> date | None:
        """The last day for looking back; none where nobody is asked for it (INI-36).

        Whoever does it without the corporation is not asked, also where that was agreed afterwards.
        """
        if self.completed is None or self.is_over or not self.supported:
            return None
        return self.completed + EVALUATION_TERM

    @property
    def needs_complete_funding(self) -> bool:
        """Whether a grant of this round was given on condition that all costs are covered."""
        return any(
            condition.kind is ConditionKind.CO_FUNDING_COMPLETE
            for grant in self.grants_now
            for condition in grant.books.conditions
        )

    def with_grant(self, request: int, change: Callable[[Grant], Grant]) -> Initiative:
        """The initiative with the grant of a request changed."""
        return replace(
            self,
            grants=tuple(
                change(grant) if grant.request == request else grant for grant in self.grants
            ),
        )

    def about(self, grant: Grant) -> Initiative:
        """The initiative with the request of a grant: what its gates look at (INI-21)."""
        if grant.asked is None:
            return self
        gates = replace(self.gates, request=grant.asked_by)
        return replace(self, request=grant.asked, gates=gates)

    def assessed(self, gates: GateState) -> Initiative:
        """The initiative after its gates were judged; what was only proposed is assessed now."""
        status = Status.ASSESSED if self.status is Status.PROPOSED else self.status
        return replace(self, gates=gates, status=status)

    def complete(self, on: date) -> Initiative:
        """What was planned has been done; where it was supported, its effect is looked back at."""
        back = self.looking_back.anew()
        return replace(self, status=Status.COMPLETED, completed=on, looking_back=back)

    def due(self) -> datetime | None:
        """The begin of the first day on which time changes something."""
        granted = [grant.request for grant in self.open_grants]
        days = [*self.gates.first_days(granted), *first_days(self)]
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
                "review": "open" if self.reviews_now else (),
                "review-until": reviews_until(self),
                "party": parties_of(self),
                "overdue": overdue_of(self),
                "greening": "told" if self.greening.told else (),
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
    return said_euros(asked_of(line)) if line.kind in EUROS else f"{asked_of(line)} hours"


@evolves(InitiativeProposed)
def _(initiative: Initiative, event: InitiativeProposed, fact: Fact) -> Initiative:
    # a new round starts anew; what was granted, learned, made and set aside before is its history
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
        costs=event.plan.costs if event.plan else None,
        gates=initiative.gates.of_another_round(str(fact.id)),
        group=event.group,
        round=event.round or 1,
        grants=initiative.grants,
        greening=initiative.greening,
        experiments=initiative.experiments,
        referrals=ReferralState(returns=initiative.referrals.returns),
        decisions=initiative.decisions,
        looking_back=initiative.looking_back.anew(),
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
        costs=event.plan.costs if event.plan.costs != initiative.plan.costs else initiative.costs,
        gates=replace(gates, proposal=(*gates.proposal, str(fact.id))),
    )


@evolves(SupportRequested)
def _(initiative: Initiative, event: SupportRequested, fact: Fact) -> Initiative:
    request = Request(
        event.request, event.lines, nature=event.nature, existing=event.existing or ()
    )
    gates = initiative.gates
    day = day_of(fact.time)
    asked = Asked(day.year, request.euros)
    waiting = initiative.term if initiative.undecided else None
    return replace(
        initiative,
        request=request,
        costs=initiative.costs if event.total_costs is None else event.total_costs,
        term=waiting.of(request.euros, day) if waiting else term_of(day, request.euros),
        gates=replace(gates, request=(str(fact.id),), asked={**gates.asked, request.number: asked}),
    )


@evolves(SupportGranted)
def _(initiative: Initiative, event: SupportGranted, fact: Fact) -> Initiative:
    decided = _decided(initiative, event)
    grant = Grant(
        event.request,
        event.budget_area,
        event.year,
        event.on,
        event.lines,
        event.level,
        days_late=event.days_late,
        books=Books(conditions=event.conditions or ()),
        asked=decided.request,
        asked_by=initiative.gates.request,
        decided_by=(fact.actor,),
        round=initiative.round,
    )
    supported = initiative.status in {Status.PROPOSED, Status.ASSESSED, Status.DECLINED}
    lines = event.gate_lines or ()
    return replace(
        decided,
        grants=(*initiative.grants, grant),
        gates=initiative.gates.judged(event.request, lines).decided_on(),
        status=Status.SUPPORTED if supported else initiative.status,
    )


@evolves(SupportToppedUp)
def _(initiative: Initiative, event: SupportToppedUp, fact: Fact) -> Initiative:
    more = Decimal(event.amount) if event.amount is not None else Decimal(event.hours or 0)
    top_up = TopUp(
        event.line,
        more,
        event.budget_area,
        event.year,
        event.amount or NOTHING,
        event.on,
        event.level,
    )
    gates = initiative.gates.asked_more(event.request, Decimal(event.amount or 0), event.year)
    return replace(
        initiative,
        grants=tuple(
            grant.top_up(top_up, fact.actor) if grant.request == event.request else grant
            for grant in initiative.grants
        ),
        gates=gates.judged(event.request, event.gate_lines).decided_on(),
    )


@evolves(SupportDeclined)
def _(initiative: Initiative, event: SupportDeclined) -> Initiative:
    first = initiative.status in {Status.PROPOSED, Status.ASSESSED} and not initiative.grants_now
    decided = _decided(initiative, event, declined=event.lines, next_step=event.next_step)
    return replace(decided, status=Status.DECLINED if first else initiative.status)


def _decided(
    initiative: Initiative, event: SupportGranted | SupportDeclined, **how: Any
) -> Initiative:
    request = initiative.request
    decided = replace(request, decided=True, **how) if request else None
    decision = Decision(event.request, event.on, event.days_late)
    decisions = (*initiative.decisions, decision)
    return replace(initiative, request=decided, term=None, decisions=decisions)


@evolves(InitiativeStarted)
def _(initiative: Initiative, event: InitiativeStarted) -> Initiative:
    return replace(initiative, status=Status.STARTED, started=event.on)


@evolves(InitiativeCompleted)
def _(initiative: Initiative, event: InitiativeCompleted) -> Initiative:
    return initiative.complete(event.on)
