"""A new round of what was stopped or handed over: gates of its own, and a history that stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from initiatives_scenes import money_granted, planned_costs

from initiatives.domain.by_time import JudgeInitiativeByTime
from initiatives.domain.co_funding import PromiseCoFunding, SettleCosts, cover_of
from initiatives.domain.correcting import CorrectSpending
from initiatives.domain.ending import EndSupport
from initiatives.domain.experiment import AgreeExperiment, ConcludeExperiment
from initiatives.domain.gates import KnownParty
from initiatives.domain.going_on import ProposeAnotherRound, StopInitiative
from initiatives.domain.green_progress import progress_of
from initiatives.domain.greening import CorrectGreening, PlanGreening, RealiseGreening
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.life import CompleteInitiative, StartInitiative
from initiatives.domain.referral import ReferInitiative
from initiatives.domain.roles import AgreeCorporationRole
from initiatives.domain.spending import EnterObligation, RecordSpending
from initiatives.domain.support import (
    AskedLine,
    DecidedLine,
    DeclineSupport,
    GrantSupport,
    RequestSupport,
)
from initiatives.domain.topping_up import TopUpSupport
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.co_funding import CostsSettled
from leefwijk.events.language.initiatives.gates import GateNoLongerPassed, SupportReviewRequired
from leefwijk.events.language.initiatives.greening import GreenMeasure, GreenPurpose, GreenUnit
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import (
    Condition,
    ConditionKind,
    GrantedLine,
    SupportGranted,
    SupportKind,
)
from leefwijk.events.testing import Specification

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"
SEPTEMBER = date(2026, 9, 1)
STOP = StopInitiative(reason="Enough")
SUPPORT = AgreeCorporationRole(role=CorporationRole.SUPPORT)


def _state(specification: Specification) -> Initiative:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state


def _ask(amount: str) -> RequestSupport:
    line = AskedLine(line=1, kind=SupportKind.MONEY, purpose="It", amount=Decimal(amount))
    return RequestSupport(lines=(line,))


def _stopped(specification: Specification) -> Specification:
    """Its takers stop, as a neighbourhood worker records; then an area manager acts again."""
    return specification.by("neighbourhood_worker").when(STOP).recorded().by("area_manager")


def _again(specification: Specification) -> Specification:
    """It is given back on 2026-09-01 and taken up anew, with the role `support`."""
    over = _stopped(specification.at("2026-09-01T09:00:00Z"))
    return over.when(ProposeAnotherRound()).recorded().when(SUPPORT).recorded()


@pytest.fixture
def granted(requested: Specification) -> Specification:
    """I1 with 1,500.00 of R1: 400.00 spent as s1, 300.00 ordered as o1, started."""
    now = requested.and_(money_granted(1, "1500")).at("2026-06-01T09:00:00Z")
    now = now.when(StartInitiative()).recorded()
    (spent,) = now.when(RecordSpending(amount=Decimal(400))).events
    now = now.and_(spent.model_copy(update={"spending": "s1"}))
    (ordered,) = now.when(EnterObligation(amount=Decimal(300))).events
    return now.and_(ordered.model_copy(update={"obligation": "o1"}))


@pytest.fixture
def again(granted: Specification) -> Specification:
    """The same in its second round, R1 of the first round never ended."""
    return _again(granted)


def test_new_round_begins_without_what_was_asked_and_granted(again: Specification) -> None:
    """INI-37: it stands at the proposal, asks for nothing, rests on nothing, and keeps R1."""
    state = _state(again)
    assert (state.status, state.round) == (Status.PROPOSED, 2)
    assert state.request is None
    assert not state.open_grants
    assert not state.supported
    assert [grant.round for grant in state.grants] == [1]
    again.when(StartInitiative()).refused("not-ready-to-start")


def test_requests_of_a_new_round_are_numbered_on(again: Specification) -> None:
    """INI-37: the history stays one, so the number of R1 is never given twice."""
    (asked,) = again.when(_ask("200")).events
    assert asked.request == 2  # type: ignore[attr-defined]  # a request


def test_grant_of_an_earlier_round_pays_what_was_ordered_and_no_more(again: Specification) -> None:
    """INI-37, INI-28: a late bill on its order finds its place; nothing new is paid or ordered."""
    later = again.at("2026-09-20T09:00:00Z")
    bill = RecordSpending(request=1, obligation="o1", amount=Decimal(290), on=date(2026, 8, 30))
    later.when(bill.model_copy(update={"amount": Decimal("300.01")})).refused("grant-exceeded")
    paid = later.when(bill).recorded()
    assert _state(paid).grants[0].spent == Decimal(690)
    for old in (RecordSpending(amount=Decimal(1)), RecordSpending(request=1, amount=Decimal(1))):
        later.when(old).refused(
            "no-open-obligation",
            saying="granted in round 1: only what was ordered in it is paid.",
        )
    later.when(EnterObligation(request=1, amount=Decimal(1))).refused("no-open-obligation")
    later.when(TopUpSupport(line=1, amount=Decimal(1), reason="-")).refused("nothing-granted")
    higher = CorrectSpending(spending="s1", amount=Decimal("400.01"), reason="-")
    later.when(higher).refused("no-open-obligation")
    later.when(higher.model_copy(update={"amount": Decimal(390)})).recorded()


def test_grant_of_an_earlier_round_is_still_ended_and_settled(again: Specification) -> None:
    """INI-28: what it left goes back to its budget, and the orders after their eight weeks."""
    decided = again.when(EndSupport(reason="Of the first round"))
    assert decided.decision is not None
    (back,) = decided.decision.second
    assert back.amount == Decimal(800)  # type: ignore[attr-defined]  # a release
    ended = decided.recorded()
    settled = ended.at("2026-10-28T09:00:00Z").when(JudgeInitiativeByTime())
    assert settled.decision is not None
    (back,) = settled.decision.second
    assert back.amount == Decimal(300)  # type: ignore[attr-defined]  # a release


def test_unnamed_grant_is_that_of_this_round(again: Specification) -> None:
    """INI-27: with one grant in this round nobody has to name it, whatever stood before."""
    second = again.when(_ask("200")).recorded().and_(money_granted(2, "200", on=SEPTEMBER))
    spent = second.when(RecordSpending(amount=Decimal("199.99"))).recorded()
    assert [grant.left(1) for grant in _state(spent).grants] == [Decimal(1100), Decimal("0.01")]
    second.when(RecordSpending(amount=Decimal("200.01"))).refused("grant-exceeded")


def test_support_of_an_earlier_round_makes_no_new_one_supported(again: Specification) -> None:
    """INI-36, INI-37: a declined request declines it, and a round without a grant is not late."""
    asked = again.when(_ask("200")).recorded()
    declined = asked.when(DeclineSupport(reason="No", next_step="Go on alone")).recorded()
    assert _state(declined).status is Status.DECLINED
    alone = declined.when(EndSupport(request=1, reason="Over")).recorded()
    alone = alone.when(AgreeCorporationRole(role=CorporationRole.NONE)).recorded()
    alone = alone.when(AgreeCorporationRole(role=CorporationRole.CONNECT)).recorded()
    assert _state(alone).complete(date(2026, 12, 1)).evaluation_due is None


def test_conditions_of_an_earlier_round_bind_no_new_one(requested: Specification) -> None:
    """INI-29: a grant of before asked for complete funding; that of this round does not."""
    whole = Condition(kind=ConditionKind.CO_FUNDING_COMPLETE)
    first = requested.and_(planned_costs("9600"), money_granted(1, "4000", whole))
    first.when(StartInitiative()).refused("co-funding-incomplete")
    second = _again(first).when(_ask("200")).recorded().and_(money_granted(2, "200", on=SEPTEMBER))
    cover = cover_of(_state(second))
    assert cover is not None
    assert cover.covered == Decimal(200)
    second.when(StartInitiative()).recorded()


def test_costs_of_a_new_round_are_divided_by_its_own_grants(granted: Specification) -> None:
    """INI-30: the corporation's part is what it granted in this round; R1 keeps its books."""
    now = _again(granted).when(_ask("1000")).recorded()
    now = now.and_(planned_costs("2000"), money_granted(2, "1000", on=SEPTEMBER))
    promised = now.by("partner", partner="gm").when(PromiseCoFunding(amount=Decimal(1000)))
    done = promised.recorded().when(StartInitiative()).recorded()
    settled = done.when(CompleteInitiative()).recorded().when(SettleCosts(costs=Decimal(1200)))
    (fact,) = settled.events
    assert isinstance(fact, CostsSettled)
    assert [one.share for one in fact.shares] == [Decimal(600), Decimal(600)]
    first, second = _state(settled.recorded()).grants
    assert (first.books.settled, second.books.settled) == (None, date(2026, 9, 1))


def test_undecided_request_ends_with_the_initiative(requested: Specification) -> None:
    """INI-25, INI-37: nothing is late on what stopped, and nothing is granted or declined."""
    over = _stopped(requested)
    assert _state(over).undecided is None
    assert _state(over).due() is None
    late = over.at("2026-06-20T09:00:00Z")
    late.when(JudgeInitiativeByTime()).nothing()
    grant = GrantSupport(lines=(DecidedLine(line=1, amount=Decimal(1500)),))
    nothing = GrantSupport(lines=(DecidedLine(line=1, reason="-"),), next_step="Go on")
    for decision in (grant, nothing, DeclineSupport(reason="-", next_step="-")):
        late.when(decision).refused("initiative-is-over")
    late.when(ProposeAnotherRound()).recorded().when(grant).refused("nothing-requested")


def test_green_of_an_earlier_round_stays_counted(requested: Specification) -> None:
    """INI-32, INI-37: what was planned and made is there, whoever takes it now."""
    tree = {
        "measure": GreenMeasure.TREE,
        "quantity": Decimal(6),
        "counted_in": GreenUnit.PIECE,
        "purposes": (GreenPurpose.HEAT,),
    }
    planned = requested.when(PlanGreening(**tree)).recorded()  # type: ignore[arg-type]  # its fields
    (item,) = _state(planned).greening.planned
    made = planned.when(RealiseGreening(item=item, **tree)).recorded()  # type: ignore[arg-type]  # its fields
    again = _again(made)
    (trees,) = progress_of([_state(again).greening]).measures.values()
    assert (trees.planned, trees.realised) == (Decimal(6), Decimal(6))
    (name,) = _state(again).greening.realised
    again.when(CorrectGreening(realised=name, quantity=Decimal(5), reason="One died")).recorded()
    assert "greening:told" in _state(again).listing().terms()


def test_learning_question_of_an_earlier_round_waits_for_its_answer(
    requested: Specification,
) -> None:
    """INI-34: a new round asks nothing anew of the same rule while the first is unanswered."""
    agree = AgreeExperiment(
        gates=(Gate.BASE_IN_ORDER,), question="Does it help?", until=date(2026, 12, 31)
    )
    again = _again(requested.when(agree).recorded())
    again.when(agree).refused("learning-question-unanswered", saying="Does it help?")
    (one,) = _state(again).experiments
    told = again.when(ConcludeExperiment(experiment=one.experiment, answer="No")).recorded()
    told.when(agree).recorded()


def test_review_of_an_earlier_grant_goes_on_and_touches_no_new_one(granted: Specification) -> None:
    """INI-19: a bill on an order of after that day stays refused; other grants know no review."""
    since = date(2026, 5, 25)
    gate = Gate.NO_OTHER_PARTY_RESPONSIBLE
    lost = GateNoLongerPassed(gate=gate, code="other-party-responsible", on=since)
    review = SupportReviewRequired(
        request=1,
        gate=gate,
        code="other-party-responsible",
        reason="The municipality is responsible.",
        since=since,
        due=date(2026, 6, 15),
        on=date(2026, 6, 1),
    )
    again = _again(granted.and_(lost, review))
    bill = RecordSpending(request=1, obligation="o1", amount=Decimal(300))
    again.when(bill).refused("support-under-review")
    second = again.when(_ask("200")).recorded().and_(money_granted(2, "200", on=SEPTEMBER))
    second.when(RecordSpending(amount=Decimal(200))).recorded()
    known = second.when(StartInitiative()).recorded().knowing(KnownParty("gm", "Assen"))
    known.when(ReferInitiative(partner="gm", reason="Theirs")).refused("not-to-be-referred")
    assert not _state(second).gates.is_lost(2, gate)


def test_space_of_an_earlier_round_keeps_no_role_from_ending(
    requested: Specification, space: Callable[[int], SupportGranted]
) -> None:
    """INI-04, INI-37: the room runs on by the hand-over; in round 2 residents may be alone."""
    again = _again(requested.and_(space(1)))
    again.when(AgreeCorporationRole(role=CorporationRole.NONE)).recorded()
    here = again.when(_ask("200")).recorded().and_(space(2))
    here.when(AgreeCorporationRole(role=CorporationRole.NONE)).refused("support-still-open")


@pytest.fixture
def space() -> Callable[[int], SupportGranted]:
    """Four hours a week in the common room, granted on a request."""

    def granted(request: int) -> SupportGranted:
        line = GrantedLine(line=1, kind=SupportKind.SPACE, hours=4, until=date(2027, 3, 31))
        said = money_granted(request, "0")
        return said.model_copy(update={"lines": (line,)})

    return granted
