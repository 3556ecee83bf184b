"""What is late, for how long it is told, and that it stays (INI-25, INI-36, INI-37)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from initiatives.domain.by_time import JudgeInitiativeByTime
from initiatives.domain.changing import ChangeInitiative
from initiatives.domain.deciding import AskClarification, RecordClarification
from initiatives.domain.effect import EvaluateEffect
from initiatives.domain.ending import EndSupport
from initiatives.domain.going_on import ContinueInitiative, ProposeAnotherRound, StopInitiative
from initiatives.domain.handing_over import Acceptance, HandOverInitiative
from initiatives.domain.initiative import Initiative
from initiatives.domain.life import CompleteInitiative, StartInitiative
from initiatives.domain.roles import AgreeCorporationRole
from initiatives.domain.support import AskedLine, DeclineSupport, RequestSupport
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.effects import EffectFinding
from leefwijk.events.language.initiatives.gates import SupportReviewRequired
from leefwijk.events.language.initiatives.life import StoppedBy
from leefwijk.events.language.initiatives.plans import EffectKind, InitiativePlan, StatedEffect
from leefwijk.events.language.initiatives.referral import InitiativeReferred
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import GrantedLine, SupportGranted, SupportKind
from leefwijk.events.language.initiatives.support_terms import SupportDecisionOverdue
from leefwijk.events.testing import Specification

BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
WORKER = "neighbourhood_worker"
BY_TIME = JudgeInitiativeByTime()
NOT_TO_BE_SAID = EvaluateEffect(finding=EffectFinding.NOT_TO_BE_SAID, learned="Nobody counted")
DECLINE = DeclineSupport(reason="No", next_step="Go on alone")
EFFECT = StatedEffect(
    effect="e1",
    kind=EffectKind.OUTCOME,
    says="Households that drop in",
    start="0",
    aim="25",
    by=date(2026, 12, 31),
)
COOKING = EFFECT.model_copy(
    update={"effect": "e2", "says": "They cook together", "by": date(2027, 12, 31)}
)


def _state(specification: Specification) -> Initiative:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state


def _late(specification: Specification) -> list[str]:
    terms = _state(specification).listing().terms()
    return [term.removeprefix("overdue:") for term in terms if term.startswith("overdue:")]


def _asked(amount: str) -> RequestSupport:
    line = AskedLine(line=1, kind=SupportKind.MONEY, purpose="It", amount=Decimal(amount))
    return RequestSupport(lines=(line,))


@pytest.fixture
def planned(requested: Specification) -> Specification:
    """B2 with its expected effect E1."""
    change = ChangeInitiative(plan=InitiativePlan(effect=EFFECT), change="With an effect")
    return requested.when(change).recorded()


@pytest.fixture
def completed(planned: Specification) -> Specification:
    """I1, granted 1,500.00, completed on 2026-09-30: looking back is due on 23 December."""
    grant = SupportGranted(
        request=1,
        area=BUURT,
        budget_area=WIJK,
        year=2026,
        lines=(GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(1500)),),
        charged=Decimal(1500),
        partly=False,
        on=date(2026, 4, 20),
    )
    now = planned.and_(grant).at("2026-09-30T09:00:00Z").when(StartInitiative()).recorded()
    return now.when(CompleteInitiative()).recorded()


@pytest.fixture
def overdue(completed: Specification) -> Specification:
    """Told on 24 December that nobody looked back."""
    return completed.at("2026-12-24T09:00:00Z").when(BY_TIME).recorded()


REVIEW = SupportReviewRequired(
    request=1,
    gate=Gate.COLLECTIVE_INTEREST,
    code="no-collective-interest",
    reason="For two households.",
    since=date(2026, 9, 30),
    due=date(2026, 10, 14),
    on=date(2026, 9, 30),
)


class TestOver:
    """INI-37: no evaluation or deadline is asked of residents afterwards."""

    @pytest.mark.parametrize("how", ["taken over", "stopped for its takers", "stopped"])
    def test_nothing_is_late_any_more(self, overdue: Specification, how: str) -> None:
        """INI-36, INI-37: what was told to be late and under review is so no longer."""
        reviewed = overdue.and_(REVIEW)
        assert _late(reviewed) == ["any", "effect-evaluation"]
        after = _over(reviewed, how)
        assert _late(after) == []
        assert "review:open" not in _state(after).listing().terms()
        assert _state(after).reviews_now == ()
        assert not _state(after).looking_back.told
        assert _state(after).evaluation_due is None

    def test_nothing_becomes_late_any_more(self, requested: Specification) -> None:
        """INI-37: a decision, a referral and a review that wait are waited for no longer."""
        referred = InitiativeReferred(
            area=BUURT,
            partner="assen",
            title="Coffee corner in the hall",
            reason="It is theirs",
            due=date(2026, 5, 12),
            on=date(2026, 4, 20),
        )
        running = requested.and_(referred)
        stopped = running.by(WORKER).when(StopInitiative(reason="Enough")).recorded()
        assert _state(stopped).due() is None
        stopped.at("2027-12-31T09:00:00Z").when(BY_TIME).nothing()
        assert len(running.at("2027-12-31T09:00:00Z").when(BY_TIME).events) == 2

    def test_a_grant_is_settled_all_the_same(self, completed: Specification) -> None:
        """INI-28, INI-37: late bills are waited for, also of what was stopped."""
        ended = completed.when(EndSupport(reason="Done")).recorded()
        stopped = _over(ended, "stopped")
        assert len(stopped.at("2026-12-01T09:00:00Z").when(BY_TIME).events) == 1

    @pytest.mark.parametrize("how", ["taken over", "stopped"])
    def test_its_plan_is_not_changed(self, completed: Specification, how: str) -> None:
        """Only a new round goes on from there; that one may be changed."""
        change = ChangeInitiative(
            plan=InitiativePlan(effect=EFFECT, moments="Mondays"), change="It"
        )
        over = _over(completed, how)
        over.when(change).refused("initiative-is-over")
        over.when(ProposeAnotherRound()).recorded().when(change).recorded()


def _over(specification: Specification, how: str) -> Specification:
    if how == "taken over":
        yes = Acceptance(on=date(2026, 9, 30), how="Meeting", takes_on="Coffee and keys")
        if not _state(specification).grants[0].books.ended:
            specification = specification.when(EndSupport(reason="Done")).recorded()
        return (
            Specification(**{**vars(specification), "beside": ()})
            .when(HandOverInitiative(group="g2", acceptance=yes))
            .recorded()
        )
    if how == "stopped":
        stop = StopInitiative(by=StoppedBy.CORPORATION, reason="Enough")
        return specification.when(stop).recorded()
    return specification.by(WORKER).when(StopInitiative(reason="Enough")).recorded()


class TestKeptForGood:
    """Lateness is no mark that goes away."""

    def test_of_an_evaluation_also_after_going_on(self, overdue: Specification) -> None:
        """INI-36: evaluated late: the lateness stays, next to what is found later in time."""
        looked = overdue.when(NOT_TO_BE_SAID).recorded()
        assert _state(looked).looking_back.days_late == 1
        going_on = looked.when(ContinueInitiative(effect=COOKING, reason="Again")).recorded()
        (first,) = _state(going_on).looking_back.earlier
        assert (first.evaluated, first.days_late) == (date(2026, 12, 24), 1)
        done = going_on.when(CompleteInitiative()).recorded()
        in_time = done.when(NOT_TO_BE_SAID).recorded()
        back = _state(in_time).looking_back
        assert (back.days_late, back.earlier) == (None, (first,))
        round_two = _over(in_time, "stopped").when(ProposeAnotherRound()).recorded()
        assert [one.days_late for one in _state(round_two).looking_back.earlier] == [1, None]

    def test_of_a_decision_also_after_the_next_one(self, requested: Specification) -> None:
        """INI-25: it reads "9 days late" for good, declined or granted; a later one is in time."""
        told = requested.at("2026-05-26T09:00:00Z").when(BY_TIME).recorded()
        declined = told.at("2026-06-03T09:00:00Z").when(DECLINE).recorded()
        again = declined.when(_asked("100.00")).recorded().when(DECLINE).recorded()
        decisions = _state(again).decisions
        assert [(one.request, one.days_late) for one in decisions] == [(1, 9), (2, None)]

    def test_of_a_decision_on_which_the_takers_are_asked_again(
        self, requested: Specification
    ) -> None:
        """INI-25: it was late by nine days before they were asked; a question wipes nothing out."""
        late = requested.at("2026-06-03T09:00:00Z").when(BY_TIME).recorded()
        asked = late.when(AskClarification(question="When?")).recorded()
        (decided,) = asked.at("2026-06-20T09:00:00Z").when(DECLINE).events
        assert decided.days_late == 9  # type: ignore[attr-defined]  # a decline


class TestToldAgain:
    """INI-25: what has time again can become overdue again, and is told of once more, once."""

    def test_lines_with_a_longer_term(self, requested: Specification) -> None:
        """500.00 is late on 12 May; replaced by 500.01 it is late on 26 May, told of again."""
        short = requested.when(_asked("500.00")).recorded()
        late = short.at("2026-05-12T09:00:00Z").when(BY_TIME).recorded()
        assert _late(late) == ["any", "support-decision"]
        longer = late.when(_asked("500.01")).recorded()
        assert _late(longer) == []
        longer.at("2026-05-25T09:00:00Z").when(BY_TIME).nothing()
        again = longer.at("2026-05-26T09:00:00Z").when(BY_TIME)
        told = SupportDecisionOverdue(request=1, due=date(2026, 5, 25), on=date(2026, 5, 26))
        again.then(told).when(BY_TIME).nothing()

    def test_lines_that_change_while_the_takers_are_asked(self, requested: Specification) -> None:
        """Their answer makes a larger request of it: what was late has time from then on."""
        short = requested.when(_asked("500.00")).recorded()
        late = short.at("2026-05-12T09:00:00Z").when(BY_TIME).recorded()
        asked = late.when(AskClarification(question="How much?")).recorded()
        larger = asked.when(_asked("1500.00")).recorded()
        answered = larger.when(RecordClarification(answer="More")).recorded()
        assert _late(answered) == []
        assert len(answered.at("2026-06-30T09:00:00Z").when(BY_TIME).events) == 1

    def test_what_is_late_already_is_not_told_twice(self, requested: Specification) -> None:
        """An answer, or lines with the same term, give no time that has run."""
        late = requested.at("2026-05-26T09:00:00Z").when(BY_TIME).recorded()
        asked = late.when(AskClarification(question="When?")).recorded()
        answered = asked.when(RecordClarification(answer="In June")).recorded()
        answered.at("2026-06-30T09:00:00Z").when(BY_TIME).nothing()
        assert _late(late.when(_asked("1400.00")).recorded()) == ["any", "support-decision"]


class TestWithoutTheCorporation:
    """INI-36: an initiative with role `none` is never overdue."""

    def test_agreed_after_completion_it_is_asked_nothing(self, completed: Specification) -> None:
        """It was due; its takers go on by themselves, and 24 December passes."""
        none = AgreeCorporationRole(role=CorporationRole.NONE)
        alone = completed.when(EndSupport(reason="Done")).recorded().when(none).recorded()
        assert _state(alone).evaluation_due is None
        events = alone.at("2026-12-24T09:00:00Z").when(BY_TIME).events
        assert [type(event).__name__ for event in events] == ["SupportSettled"]

    def test_agreed_once_it_was_told_it_is_late_no_longer(self, overdue: Specification) -> None:
        """The mark goes with the question."""
        none = AgreeCorporationRole(role=CorporationRole.NONE)
        assert _late(overdue) == ["any", "effect-evaluation"]
        alone = overdue.when(EndSupport(reason="Done")).recorded().when(none).recorded()
        assert _late(alone) == []


class TestNewEffect:
    """INI-36: who goes on says what is expected now, which is something else and still to come."""

    def test_the_same_effect_is_no_new_one(self, completed: Specification) -> None:
        """Neither under its own name nor under another; another aim or day is new."""
        looked = completed.when(NOT_TO_BE_SAID).recorded()
        renamed = EFFECT.model_copy(update={"effect": "e2"})
        for same in (EFFECT, renamed):
            again = ContinueInitiative(effect=same, reason="Once more")
            looked.when(again).refused("reason-missing", saying="expected before")
        further = EFFECT.model_copy(update={"aim": "30"})
        looked.when(ContinueInitiative(effect=further, reason="Once more")).recorded()

    def test_an_effect_whose_day_is_over_is_no_expectation(self, completed: Specification) -> None:
        """Through its last day it can be stated; the day after it cannot."""
        looked = completed.when(NOT_TO_BE_SAID).recorded()
        soon = COOKING.model_copy(update={"by": date(2026, 10, 31)})
        going_on = ContinueInitiative(effect=soon, reason="Once more")
        looked.at("2026-10-31T22:59:59Z").when(going_on).recorded()
        looked.at("2026-10-31T23:00:00Z").when(going_on).refused("day-in-past")

    def test_a_plan_is_changed_to_no_effect_that_is_past(self, planned: Specification) -> None:
        """The day of the effect that stands may pass while other parts of the plan change."""
        later = planned.at("2027-01-04T09:00:00Z")
        mondays = InitiativePlan(effect=EFFECT, moments="Mondays")
        later.when(ChangeInitiative(plan=mondays, change="Mondays")).recorded()
        past = InitiativePlan(effect=COOKING.model_copy(update={"by": date(2027, 1, 3)}))
        later.when(ChangeInitiative(plan=past, change="Cooking")).refused("day-in-past")


class TestWhoStops:
    """The tables of commands and states: each side's word is its own."""

    @pytest.mark.parametrize(
        ("by", "role", "accepted"),
        [
            (StoppedBy.TAKERS, WORKER, True),
            (StoppedBy.TAKERS, "area_manager", False),
            (StoppedBy.CORPORATION, "area_manager", True),
            (StoppedBy.CORPORATION, WORKER, False),
        ],
    )
    def test_workers_for_the_takers_managers_for_the_corporation(
        self, completed: Specification, by: StoppedBy, role: str, *, accepted: bool
    ) -> None:
        """`initiative-stopped` of a worker when the takers stop, of a manager after completion."""
        decided = completed.by(role).when(StopInitiative(by=by, reason="Enough"))
        if accepted:
            decided.recorded()
        else:
            decided.refused("role-not-allowed")
