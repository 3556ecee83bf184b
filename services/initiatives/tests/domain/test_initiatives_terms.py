"""Terms that run, pause and pass; the end of support; several funders; looking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st
from pydantic import ValidationError

from initiatives.domain.asset import Asset
from initiatives.domain.by_time import JudgeInitiativeByTime
from initiatives.domain.co_funding import PromiseCoFunding, SettleCosts, WithdrawCoFunding, cover_of
from initiatives.domain.deciding import AskClarification, RecordClarification
from initiatives.domain.effect import EvaluateEffect
from initiatives.domain.ending import EndSupport
from initiatives.domain.existing_places import MeetingPlace, MeetingPlaces
from initiatives.domain.experiment import AgreeExperiment, ConcludeExperiment
from initiatives.domain.funding_state import divided
from initiatives.domain.gates import KnownParty
from initiatives.domain.going_on import ContinueInitiative, ProposeAnotherRound, StopInitiative
from initiatives.domain.green_progress import progress_of
from initiatives.domain.greening import PlanGreening, RealiseGreening
from initiatives.domain.handing_over import Acceptance, HandOverInitiative
from initiatives.domain.initiative import Initiative, Status
from initiatives.domain.life import CompleteInitiative, StartInitiative
from initiatives.domain.meeting import RecordMeetingActivity
from initiatives.domain.referral import (
    AssessResponsibility,
    ReferInitiative,
    ReturnInitiativeReferral,
)
from initiatives.domain.roles import AgreeCorporationRole, AnswerCorporationRole
from initiatives.domain.spending import EnterObligation, RecordSpending
from initiatives.domain.support import AskedLine, DeclineSupport, GrantSupport, RequestSupport
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.area_budgets import BudgetReleased
from leefwijk.events.language.initiatives.co_funding import CostsSettled
from leefwijk.events.language.initiatives.effects import (
    EffectEvaluationOverdue,
    EffectFinding,
    Observation,
    ObservationKind,
)
from leefwijk.events.language.initiatives.experiments import ExperimentExpired
from leefwijk.events.language.initiatives.greening import GreenMeasure, GreenPurpose, GreenUnit
from leefwijk.events.language.initiatives.life import InitiativeChanged
from leefwijk.events.language.initiatives.plans import Benefit, InitiativePlan
from leefwijk.events.language.initiatives.referral import InitiativeReferralUnanswered
from leefwijk.events.language.initiatives.roles import CorporationRole, RoleAnswer
from leefwijk.events.language.initiatives.support import (
    ExistingPlace,
    GrantedLine,
    SupportGranted,
    SupportKind,
)
from leefwijk.events.language.initiatives.support_terms import (
    SupportDecisionOverdue,
    SupportSettled,
)
from leefwijk.events.testing import Specification

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"


def _state(specification: Specification) -> Initiative:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state


def _named(specification: Specification, command: Any, **named: str) -> Specification:
    """What the command records, under a name of its own."""
    (event,) = specification.when(command).events
    return specification.and_(event.model_copy(update=named))


def _granted(amount: str, on: date = date(2026, 4, 20)) -> SupportGranted:
    line = GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal(amount))
    return SupportGranted(
        request=1,
        area=BUURT,
        budget_area=WIJK,
        year=2026,
        lines=(line,),
        charged=Decimal(amount),
        partly=False,
        on=on,
    )


def _asked(amount: str) -> RequestSupport:
    line = AskedLine(line=1, kind=SupportKind.MONEY, purpose="It", amount=Decimal(amount))
    return RequestSupport(lines=(line,))


def test_term_runs_pauses_and_passes(requested: Specification) -> None:
    """INI-25: 42 days; 11 used when the takers are asked; 31 left; overdue on 12 June, once."""
    assert _state(requested).term.due == date(2026, 5, 25)  # type: ignore[union-attr]  # it runs
    asked = requested.at("2026-04-24T09:00:00Z").when(AskClarification(question="When?")).recorded()
    assert _state(asked).term.due is None  # type: ignore[union-attr]  # no deadline is shown
    asked.at("2026-05-26T09:00:00Z").when(JudgeInitiativeByTime()).nothing()
    told = asked.at("2026-05-11T09:00:00Z").when(RecordClarification(answer="In June")).recorded()
    assert _state(told).term.due == date(2026, 6, 11)  # type: ignore[union-attr]  # it runs
    told.at("2026-06-11T21:59:59Z").when(JudgeInitiativeByTime()).nothing()
    late = told.at("2026-06-11T22:00:00Z").when(JudgeInitiativeByTime())
    after = late.then(
        SupportDecisionOverdue(request=1, due=date(2026, 6, 11), on=date(2026, 6, 12))
    )
    after.when(JudgeInitiativeByTime()).nothing()
    state = _state(after)
    assert state.undecided is not None
    assert state.status is Status.PROPOSED
    assert "overdue:support-decision" in state.listing().terms()
    decided = after.at("2026-06-20T09:00:00Z").when(DeclineSupport(reason="No", next_step="Go on"))
    assert decided.events[0].days_late == 9  # type: ignore[attr-defined]  # a decline


@pytest.mark.parametrize(("amount", "due"), [("500.00", 11), ("500.01", 25)])
def test_small_requests_are_decided_sooner(requested: Specification, amount: str, due: int) -> None:
    """INI-25: 500.00 is due on 11 May, 500.01 on 25 May."""
    asked = requested.at("2026-04-13T10:00:00Z").when(_asked(amount)).recorded()
    assert _state(asked).term.due == date(2026, 5, due)  # type: ignore[union-attr]  # it runs


@pytest.fixture
def ended(requested: Specification) -> Specification:
    """Of 1,500.00 620.00 is spent and 310.00 ordered; ended on 1 September."""
    running = requested.and_(_granted("1500")).at("2026-06-01T09:00:00Z")
    spent = _named(running, RecordSpending(amount=Decimal(620)), spending="s1")
    ordered = spent.at("2026-08-20T09:00:00Z").when(EnterObligation(amount=Decimal(310))).recorded()
    decided = ordered.at("2026-09-01T09:00:00Z").when(EndSupport(reason="Done"))
    (released,) = decided.decision.second  # type: ignore[union-attr]  # accepted
    assert isinstance(released, BudgetReleased)
    assert released.amount == Decimal("570.00")
    return decided.recorded()


def _order(specification: Specification) -> str:
    return next(iter(_state(specification).grants[0].books.orders))


def test_late_invoice_finds_its_place(ended: Specification) -> None:
    """INI-28: 295.00 on the order is paid after the end; settling releases 15.00, once."""
    order = _order(ended)
    later = ended.at("2026-10-20T09:00:00Z")
    bill: dict[str, Any] = {"obligation": order, "on": date(2026, 8, 27)}
    later.when(RecordSpending(amount=Decimal("310.01"), **bill)).refused("grant-exceeded")
    later.when(RecordSpending(amount=Decimal(1), on=date(2026, 8, 27))).refused(
        "no-open-obligation",
        saying="Support ended on 1 September and this was not ordered before.",
    )
    after_end = {**bill, "on": date(2026, 9, 3)}
    later.when(RecordSpending(amount=Decimal(295), **after_end)).recorded()
    paid = later.when(RecordSpending(amount=Decimal(295), **bill)).recorded()
    paid.at("2026-10-27T22:00:00Z").when(JudgeInitiativeByTime()).nothing()
    settled = paid.at("2026-10-27T23:00:00Z").when(JudgeInitiativeByTime())
    (fact,) = settled.events
    assert isinstance(fact, SupportSettled)
    assert (fact.spent, fact.released[0].amount) == (Decimal("915.00"), Decimal("15.00"))
    settled.recorded().when(JudgeInitiativeByTime()).nothing()


@pytest.fixture
def courtyard(requested: Specification) -> Specification:
    """I10: planned costs 9,600.00; 4,000.00, 3,600.00 and 2,000.00 are promised."""
    plan = InitiativePlan(costs=Decimal(9600), benefit=Benefit(open_to_everyone=True))
    changed = InitiativeChanged(
        title="Green courtyard",
        themes=("greening",),  # type: ignore[arg-type]  # its wire form
        collective_benefit="Everyone",
        plan=plan,
        change="Costs",
        on=date(2026, 4, 20),
    )
    funded = requested.and_(changed, _granted("4000"))
    for partner, amount in (("gm", 3600), ("wo", 2000)):
        promise = PromiseCoFunding(amount=Decimal(amount))
        funded = funded.by("partner", partner=partner).when(promise).recorded()
    return funded


def test_corporation_does_not_silently_pay_the_rest(courtyard: Specification) -> None:
    """INI-29: after a withdrawal cover is 62.5 % and the gap 3,600.00; it does not start."""
    cut = courtyard.by("partner", partner="gm")
    withdrawn = cut.when(WithdrawCoFunding(reason="Cuts in the spring budget")).recorded()
    cover = cover_of(_state(withdrawn))
    assert cover is not None
    assert (cover.percentage, cover.gap) == (Decimal("62.5"), Decimal(3600))
    withdrawn.when(StartInitiative()).refused(
        "co-funding-incomplete", saying="3,600.00 of 9,600.00 is not covered."
    )
    assert _state(withdrawn).grants[0].committed == Decimal(4000)
    courtyard.when(StartInitiative()).recorded()


def test_windfall_is_shared_to_the_cent(courtyard: Specification) -> None:
    """INI-30: 7,430.04 is 3,095.85, 2,786.27 and 1,547.92; 904.15 goes back."""
    done = courtyard.when(StartInitiative()).recorded().when(CompleteInitiative()).recorded()
    settled = done.when(SettleCosts(costs=Decimal("7430.04")))
    (fact,) = settled.events
    assert isinstance(fact, CostsSettled)
    assert [str(one.share) for one in fact.shares] == ["3095.85", "2786.27", "1547.92"]
    (back,) = settled.decision.second  # type: ignore[union-attr]  # accepted
    assert back.amount == Decimal("904.15")  # type: ignore[attr-defined]  # a release
    settled.recorded().when(SettleCosts(costs=Decimal(1))).refused("costs-settled-already")


@settings(suppress_health_check=[HealthCheck.too_slow])
@over(st.integers(0, 10**7), st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_shares_add_up_and_pass_no_pledge(costs: int, pledges: list[int]) -> None:
    """INI-30: shares are the costs to the cent, and never above what was promised."""
    euro = [Decimal(cents) / 100 for cents in pledges]
    shares = divided(Decimal(costs) / 100, euro)
    assert sum(shares) == min(Decimal(costs) / 100, sum(euro))
    assert all(share <= pledge for share, pledge in zip(shares, euro, strict=True))


def test_meeting_is_offered_never_imposed(requested: Specification) -> None:
    """INI-31: no condition asks people to come, and nobody coming is recorded as 0."""
    with pytest.raises(ValidationError):
        GrantSupport.model_validate(
            {"lines": [{"line": 1}], "conditions": [{"kind": "attendance"}]}
        )
    for field in ("participants", "names", "mandatory", "absent", "households"):
        with pytest.raises(ValidationError):
            RecordMeetingActivity.model_validate(
                {"activity": "Coffee", "people": 3, "hours": 2, field: 1}
            )
    nobody = RecordMeetingActivity(activity="Coffee", people=0, hours=Decimal(2))
    assert requested.when(nobody).events[0].people == 0  # type: ignore[attr-defined]  # its own


def _green(kind: GreenMeasure, quantity: str, unit: GreenUnit, litres: int | None = None) -> Any:
    return {
        "measure": kind,
        "quantity": Decimal(quantity),
        "counted_in": unit,
        "litres": None if litres is None else Decimal(litres),
        "purposes": (GreenPurpose.WATER,),
    }


def test_green_is_counted_in_its_own_units(requested: Specification) -> None:
    """INI-32: 75.7 %, 91.7 %, 100 %, nothing reported; water 5.9 of 4.8 m3 is 122.9 %."""
    unpaved, barrel = GreenMeasure.UNPAVED, GreenMeasure.RAIN_BARREL
    tree, aware = GreenMeasure.TREE, GreenMeasure.AWARENESS
    crate = GreenMeasure.INFILTRATION_CRATE
    now = requested
    for number, said in enumerate(
        (
            _green(unpaved, "216", GreenUnit.M2),
            _green(barrel, "24", GreenUnit.PIECE, 200),
            _green(tree, "6", GreenUnit.PIECE),
            _green(aware, "2", GreenUnit.ACTIVITY),
        )
    ):
        now = _named(now, PlanGreening(**said), item=f"i{number}")
    items = list(_state(now).greening.planned)
    for number, (item, said) in enumerate(
        (
            (items[0], _green(unpaved, "163.5", GreenUnit.M2)),
            (items[1], _green(barrel, "22", GreenUnit.PIECE, 200)),
            (items[2], _green(tree, "6", GreenUnit.PIECE)),
            (None, _green(crate, "1.5", GreenUnit.M3)),
        )
    ):
        now = _named(now, RealiseGreening(item=item, **said), realised=f"r{number}")
    found = progress_of([_state(now).greening])
    assert {measure: one.percentage for (measure, _), one in found.measures.items()} == {
        unpaved: Decimal("75.7"),
        tree: Decimal("100.0"),
        barrel: Decimal("91.7"),
        crate: None,
        aware: None,
    }
    assert [found.measures[aware, GreenUnit.ACTIVITY].realised] == [None]
    water = found.water
    assert (water.planned, water.realised) == (Decimal("4.8"), Decimal("5.9"))
    assert (water.percentage, water.not_planned) == (Decimal("122.9"), Decimal("1.5"))
    for wrong in (
        _green(tree, "6", GreenUnit.M2),
        _green(barrel, "6", GreenUnit.PIECE),
        _green(crate, "1", GreenUnit.M2),
    ):
        now.when(PlanGreening(**wrong)).refused("unit-does-not-fit-measure")


def test_experiment_ends_by_itself(requested: Specification) -> None:
    """INI-34: it expires once, law stays, and a second one waits for the answer to the first."""
    agree = AgreeExperiment(
        gates=(Gate.BASE_IN_ORDER,), question="Does it help?", until=date(2026, 9, 30)
    )
    running = requested.when(agree).recorded()
    running.when(agree).refused("learning-question-unanswered")
    for law in (
        Gate.LEGAL_BASIS,
        Gate.NO_OTHER_PARTY_RESPONSIBLE,
        Gate.OWN_TENANTS_BENEFIT,
        Gate.COLLECTIVE_INTEREST,
    ):
        forbidden = agree.model_copy(update={"gates": (law,)})
        running.when(forbidden).refused("law-cannot-be-set-aside")
    name = _state(running).experiments[0].experiment
    decided = running.at("2026-10-15T09:00:00Z")
    judged = decided.when(JudgeInitiativeByTime()).events
    assert ExperimentExpired(experiment=name, on=date(2026, 10, 1)) in judged
    gone = decided.when(JudgeInitiativeByTime()).recorded()
    gone.when(JudgeInitiativeByTime()).nothing()
    told = gone.when(ConcludeExperiment(experiment=name, answer="It did not work")).recorded()
    told.when(agree.model_copy(update={"until": date(2026, 12, 1)})).recorded()


@pytest.fixture
def completed(requested: Specification) -> Specification:
    """I1, granted 1,500.00 of which 1,000.00 is spent, completed on 2026-09-30."""
    now = requested.and_(_granted("1500")).at("2026-09-30T09:00:00Z")
    now = now.when(StartInitiative()).recorded()
    now = now.when(RecordSpending(amount=Decimal(1000))).recorded()
    return now.when(CompleteInitiative()).recorded()


def test_estimate_proves_nothing_of_one_initiative(completed: Specification) -> None:
    """INI-35: estimates alone carry no finding; an own count does; not to be said is accepted."""
    estimate = Observation(
        kind=ObservationKind.ESTIMATE, says="Lonely", before="51.4", after="55.7"
    )
    count = Observation(kind=ObservationKind.OWN_COUNT, says="Households", before="0", after="31")
    for finding in (EffectFinding.NOT_REACHED, EffectFinding.REACHED):
        alone = EvaluateEffect(finding=finding, observations=(estimate,), learned="-")
        completed.when(alone).refused("effect-needs-own-observation", saying="model estimates")
    completed.when(EvaluateEffect(finding=EffectFinding.NOT_TO_BE_SAID, learned="-")).recorded()
    seen = EvaluateEffect(
        finding=EffectFinding.REACHED, observations=(count, estimate), learned="It works"
    )
    assert _state(completed.when(seen).recorded()).status is Status.EFFECT_EVALUATED


def test_who_does_not_look_back_cannot_go_on(completed: Specification) -> None:
    """INI-36: overdue from 24 December, once; going on needs an evaluation, stopping does not."""
    assert _state(completed).evaluation_due == date(2026, 12, 23)
    completed.at("2026-12-23T22:00:00Z").when(JudgeInitiativeByTime()).nothing()
    late = completed.at("2026-12-23T23:00:00Z").when(JudgeInitiativeByTime())
    after = late.then(EffectEvaluationOverdue(due=date(2026, 12, 23), on=date(2026, 12, 24)))
    after.when(JudgeInitiativeByTime()).nothing()
    completed.when(ContinueInitiative()).refused("effect-not-evaluated")
    completed.when(_asked("10")).refused("effect-not-evaluated")
    completed.by("neighbourhood_worker").when(StopInitiative(reason="Enough")).recorded()
    looked = after.when(
        EvaluateEffect(finding=EffectFinding.NOT_TO_BE_SAID, learned="Nothing")
    ).recorded()
    assert _state(looked).looking_back.days_late == 1
    looked.when(ContinueInitiative(reason="Because")).refused("reason-missing")


def test_handing_over_needs_somebody_who_takes_it(completed: Specification) -> None:
    """INI-37: refused without a yes and with 500.00 left; then it is theirs, and a new round."""
    now = completed.at("2026-11-02T09:00:00Z")
    now.when(HandOverInitiative(group="g2")).refused("handover-not-accepted")
    accepted = HandOverInitiative(
        group="g2",
        acceptance=Acceptance(on=date(2026, 11, 1), how="Meeting", takes_on="Coffee and keys"),
    )
    now.when(accepted).refused("support-still-open", saying="500.00 is left")
    closed = replace(now.when(EndSupport(reason="Done")).recorded(), beside=())
    decided = closed.when(accepted)
    (asset,) = decided.decision.second  # type: ignore[union-attr]  # accepted
    assert asset.held_by == "g2"  # type: ignore[attr-defined]  # an asset
    assert Asset.kind == asset.aggregate
    theirs = decided.recorded()
    state = _state(theirs)
    assert (state.status, state.role, state.group) == (
        Status.HANDED_OVER,
        CorporationRole.NONE,
        "g2",
    )
    assert "g2" not in decided.events[1].to_json()
    assert state.evaluation_due is None
    again = theirs.when(ProposeAnotherRound()).recorded()
    assert (_state(again).status, _state(again).round) == (Status.PROPOSED, 2)


def test_corporation_does_not_take_an_initiative_over(requested: Specification) -> None:
    """INI-04: leading needs the takers' yes; taken back, the role of before returns."""
    lead = AgreeCorporationRole(role=CorporationRole.LEAD)
    requested.when(lead).refused("residents-agreement-missing", saying="belongs to residents")
    yes = AnswerCorporationRole(
        role=CorporationRole.LEAD, answer=RoleAnswer.AGREES, how="Residents' meeting"
    )
    requested.by("resident", group="other").when(yes).refused("role-not-allowed")
    led = requested.when(yes).recorded().when(lead).recorded()
    assert (_state(led).role, _state(led).taker) == (CorporationRole.LEAD, "residents")
    led.when(AgreeCorporationRole(role=CorporationRole.CONNECT)).recorded()
    back = led.when(yes.model_copy(update={"answer": RoleAnswer.TAKES_BACK})).recorded()
    assert _state(back).role is CorporationRole.SUPPORT


def test_returned_referral_comes_back_with_its_evidence(proposed: Specification) -> None:
    """INI-05: due in 4 weeks; only the addressee returns it; the assessment cites the return."""
    knowing = proposed.at("2026-04-14T09:00:00Z").knowing(KnownParty("gm", "Gemeente Assen"))
    referred = knowing.when(ReferInitiative(partner="gm", reason="Public space")).recorded()
    assert _state(referred).referrals.referral.due == date(2026, 5, 12)  # type: ignore[union-attr]  # referred
    no = ReturnInitiativeReferral(reason="The ground is the corporation's")
    back = referred.at("2026-05-06T09:00:00Z")
    back.by("partner", partner="other").when(no).refused("not-your-referral")
    returned = back.by("partner", partner="gm").when(no).recorded()
    state = _state(returned)
    assert state.status is Status.ASSESSED
    assessed = returned.by("area_manager").when(AssessResponsibility(because="Own ground"))
    assert assessed.events[0].evidence == state.referrals.return_events  # type: ignore[attr-defined]  # its own
    silent = referred.at("2026-05-12T22:00:00Z").when(JudgeInitiativeByTime())
    told = silent.then(
        InitiativeReferralUnanswered(
            area=BUURT, partner="gm", due=date(2026, 5, 12), on=date(2026, 5, 13)
        )
    )
    told.when(JudgeInitiativeByTime()).nothing()


def test_existing_meeting_places_come_first(requested: Specification) -> None:
    """INI-02: two places serve the area; each needs a reason, or the plan builds on one."""
    places = MeetingPlaces(
        (
            MeetingPlace("a1", "Common room", BUURT),
            MeetingPlace("a2", "Community centre", WIJK),
            MeetingPlace("a4", "Room", BUURT, everyone=False, complex="c1"),
        )
    )
    ask = _asked("9000").model_copy(update={"new_meeting_place": True})
    open_to_all = requested.and_(
        InitiativeChanged(
            title="Meeting room",
            themes=("meeting",),  # type: ignore[arg-type]  # its wire form
            collective_benefit="Everyone",
            plan=InitiativePlan(benefit=Benefit(open_to_everyone=True)),
            change="Open to everyone",
            on=date(2026, 4, 20),
        )
    ).knowing(places)
    open_to_all.when(ask).refused(
        "existing-assets-not-considered",
        saying="Two meeting places already serve this area: say for each why it does not do.",
    )
    said = tuple(ExistingPlace(asset=name, why_not="Too small") for name in ("a1", "a2"))
    open_to_all.when(ask.model_copy(update={"existing": said})).recorded()
