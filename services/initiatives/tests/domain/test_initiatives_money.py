"""Money of several parties and budgets: shares, late bills, corrections, what returns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from initiatives_scenes import APRIL, money_granted, planned_costs

from initiatives.domain.area_budget import budget_id
from initiatives.domain.by_time import JudgeInitiativeByTime
from initiatives.domain.co_funding import PromiseCoFunding, SettleCosts, cover_of
from initiatives.domain.correcting import CorrectSpending
from initiatives.domain.ending import EndSupport
from initiatives.domain.initiative import Initiative
from initiatives.domain.life import CompleteInitiative, StartInitiative
from initiatives.domain.roles import AgreeCorporationRole
from initiatives.domain.spending import EnterObligation, RecordSpending
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.area_budgets import BudgetReleased
from leefwijk.events.language.initiatives.co_funding import CostsSettled
from leefwijk.events.language.initiatives.gates import SupportReviewRequired
from leefwijk.events.language.initiatives.roles import CorporationRole
from leefwijk.events.language.initiatives.support import (
    Condition,
    ConditionKind,
)
from leefwijk.events.language.initiatives.support_terms import SupportSettled, SupportToppedUp
from leefwijk.events.testing import Specification
from leefwijk.events.testing.specification import Decided

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"
WHOLE = Condition(kind=ConditionKind.CO_FUNDING_COMPLETE)


def _state(specification: Specification) -> Initiative:
    state = specification.state(Initiative)
    assert isinstance(state, Initiative)
    return state


def _topped_up(amount: str, year: int) -> SupportToppedUp:
    return SupportToppedUp(
        request=1,
        line=1,
        area=BUURT,
        budget_area=WIJK,
        year=year,
        amount=Decimal(amount),
        reason="More",
        gate_lines=(),
        on=APRIL,
    )


def _pledged(specification: Specification, amount: str, who: str = "gm") -> Specification:
    promise = PromiseCoFunding(amount=Decimal(amount))
    return specification.by("partner", partner=who).when(promise).recorded()


def _back(decided: Decided) -> list[tuple[int, str, str]]:
    """What went back: request, budget and euros."""
    assert decided.decision is not None, decided.refusal
    found: list[tuple[int, str, str]] = []
    for event in decided.decision.second:
        assert isinstance(event, BudgetReleased)
        found.append((event.request, budget_id(event.area, event.year), f"{event.amount:.2f}"))
    return found


def _spend(specification: Specification, name: str, amount: str, **said: Any) -> Specification:
    (event,) = specification.when(RecordSpending(amount=Decimal(amount), **said)).events
    return specification.and_(event.model_copy(update={"spending": name}))


def _order(specification: Specification, name: str, amount: str, **said: Any) -> Specification:
    (event,) = specification.when(EnterObligation(amount=Decimal(amount), **said)).events
    return specification.and_(event.model_copy(update={"obligation": name}))


def _fix(name: str, amount: str | None = None, **said: Any) -> CorrectSpending:
    euros = None if amount is None else Decimal(amount)
    return CorrectSpending(spending=name, amount=euros, reason="It was otherwise", **said)


class TestUnknownCosts:
    """INI-29: what is not known is not covered."""

    def test_pledges_without_planned_costs_do_not_start(self, requested: Specification) -> None:
        """INI-29: with a pledge of somebody else the planned costs are stated first."""
        now = _pledged(requested.and_(money_granted(1, "1500")), "500")
        assert cover_of(_state(now)) is None
        now.when(StartInitiative()).refused(
            "co-funding-incomplete", saying="not known: state the planned costs"
        )
        known = now.and_(planned_costs("2000"))
        known.when(StartInitiative()).recorded()
        known.and_(planned_costs(None)).when(StartInitiative()).refused("co-funding-incomplete")

    def test_condition_without_planned_costs_does_not_start(self, requested: Specification) -> None:
        """INI-29: a grant on complete funding waits for costs that are known."""
        now = requested.and_(money_granted(1, "1500", WHOLE))
        now.when(StartInitiative()).refused("co-funding-incomplete", saying="state")
        now.and_(planned_costs("1500")).when(StartInitiative()).recorded()

    def test_what_only_the_corporation_pays_needs_no_costs(self, requested: Specification) -> None:
        """INI-29: without other funders and without the condition nothing has to be covered."""
        requested.and_(money_granted(1, "1500")).when(StartInitiative()).recorded()

    def test_who_does_it_without_the_corporation_starts(self, proposed: Specification) -> None:
        """INI-03, INI-29: over what others do by their own means the corporation decides not."""
        none = proposed.when(AgreeCorporationRole(role=CorporationRole.NONE)).recorded()
        _pledged(none, "500").when(StartInitiative()).recorded()
        _pledged(none.and_(planned_costs("9600")), "500").when(StartInitiative()).recorded()

    def test_money_of_the_corporation_is_still_to_be_covered(
        self, requested: Specification
    ) -> None:
        """INI-29: role `none` with a grant that was used up leaves the gap where it was."""
        paid = _spend(requested.and_(planned_costs("9600"), money_granted(1, "1500")), "s1", "1500")
        ended = paid.when(EndSupport(reason="Used up")).recorded()
        none = _pledged(ended, "500").when(AgreeCorporationRole(role=CorporationRole.NONE))
        none.recorded().when(StartInitiative()).refused("co-funding-incomplete")


@pytest.fixture
def courtyard(requested: Specification) -> Specification:
    """I10: 4,000.00 granted, 3,600.00 and 2,000.00 pledged of 9,600.00; started."""
    now = requested.and_(planned_costs("9600"), money_granted(1, "4000"))
    now = _pledged(_pledged(now, "3600"), "2000", "wo").by("area_manager")
    return now.when(StartInitiative()).recorded()


SETTLE = SettleCosts(costs=Decimal("7430.04"))
"""Shares 3,095.85, 2,786.27 and 1,547.92."""


def _completed(specification: Specification) -> Specification:
    return specification.when(CompleteInitiative()).recorded()


def _shares(decided: Decided) -> list[str]:
    fact = decided.events[0]
    assert isinstance(fact, CostsSettled)
    return [f"{one.share:.2f}" for one in fact.shares]


class TestDivision:
    """INI-30: the corporation's pledge is what it granted."""

    def test_what_was_released_before_is_in_the_pledge(self, courtyard: Specification) -> None:
        """INI-30: ended with 3,000.00 spent, 1,000.00 back: still divided by 4,000.00."""
        now = _completed(_spend(courtyard, "s1", "3000"))
        ended = now.when(EndSupport(reason="Done")).recorded()
        settled = ended.when(SETTLE)
        assert _shares(settled) == ["3095.85", "2786.27", "1547.92"]
        # 1,000.00 went back already, so nothing more does
        assert _back(settled) == []
        assert _state(settled.recorded()).grants[0].committed == Decimal(3000)

    def test_two_grants_of_one_budget_settle_in_one_go(self, courtyard: Specification) -> None:
        """INI-30: what is free goes back first, of the latest grant before the one before."""
        two = _spend(courtyard.and_(money_granted(2, "1000")), "s1", "3900", request=1)
        settled = _completed(two).when(SettleCosts(costs=Decimal(8480)))
        assert _shares(settled) == ["4000.00", "2880.00", "1600.00"]
        budget = budget_id(WIJK, 2026)
        assert _back(settled) == [(2, budget, "1000.00")]
        settled = _completed(two).when(SettleCosts(costs=Decimal(8268)))
        assert _shares(settled) == ["3900.00", "2808.00", "1560.00"]
        assert _back(settled) == [(2, budget, "1000.00"), (1, budget, "100.00")]
        first, second = _state(settled.recorded()).grants
        assert (first.committed, second.committed) == (Decimal(3900), Decimal(0))

    def test_each_of_several_budgets_gets_its_own_back(self, requested: Specification) -> None:
        """INI-30: 2027 topped up 1,000.00; both get theirs, never more than they gave."""
        now = requested.and_(
            planned_costs("9600"), money_granted(1, "3000"), _topped_up("1000", 2027)
        )
        now = _pledged(now, "5600").by("area_manager").when(StartInitiative()).recorded()
        settled = _completed(now).when(SettleCosts(costs=Decimal(4800)))
        assert _shares(settled) == ["2000.00", "2800.00"]
        assert _back(settled) == [(1, budget_id(WIJK, 2027), "1000.00")]
        told = settled.events[0]
        assert isinstance(told, CostsSettled)
        assert [(one.year, one.amount) for one in told.released] == [(2027, Decimal(1000))]
        later = settled.recorded()
        assert _state(later).due() is not None
        rest = later.when(JudgeInitiativeByTime())
        assert _back(rest) == [(1, budget_id(WIJK, 2026), "1000.00")]
        done = rest.recorded()
        assert _state(done).grants[0].committed == Decimal(2000)
        done.when(JudgeInitiativeByTime()).nothing()

    def test_grants_of_several_budgets_settle(self, courtyard: Specification) -> None:
        """INI-30: 2026 has 100.00 free and 2027 nothing: 2026 gets it back."""
        two = courtyard.and_(money_granted(2, "1000", year=2027))
        two = _spend(_spend(two, "s1", "3900", request=1), "s2", "1000", request=2)
        settled = _completed(two).when(SettleCosts(costs=Decimal(10388)))
        assert _shares(settled) == ["4900.00", "3528.00", "1960.00"]
        assert _back(settled) == [(1, budget_id(WIJK, 2026), "100.00")]

    def test_two_grants_of_two_budgets_each_give_their_own(self, courtyard: Specification) -> None:
        """INI-30: an append reaches one budget; the other gets its own when time is judged."""
        two = _completed(courtyard.and_(money_granted(2, "1000", year=2027)))
        settled = two.when(SettleCosts(costs=Decimal(5300)))
        assert _shares(settled)[0] == "2500.00"
        assert _back(settled) == [(2, budget_id(WIJK, 2027), "1000.00")]
        rest = settled.recorded().when(JudgeInitiativeByTime())
        assert _back(rest) == [(1, budget_id(WIJK, 2026), "1500.00")]
        rest.recorded().when(JudgeInitiativeByTime()).nothing()

    def test_open_review_ends_with_the_settling(self, courtyard: Specification) -> None:
        """INI-24, INI-30: a grant that is divided has nothing left to review."""
        review = SupportReviewRequired(
            request=1,
            gate=Gate.BASE_IN_ORDER,
            code="base-not-in-order",
            reason="Not in order",
            since=APRIL,
            due=date(2026, 5, 4),
            on=APRIL,
        )
        reviewed = _completed(courtyard.and_(review))
        assert "review:open" in _state(reviewed).listing().terms()
        settled = _state(reviewed.when(SETTLE).recorded())
        assert settled.gates.reviews == ()
        assert "review:open" not in settled.listing().terms()


class TestBeyondTheShare:
    """INI-30: after the division the corporation pays its share and no cent more."""

    def test_late_bill_is_paid_up_to_the_share(self, courtyard: Specification) -> None:
        """INI-28, INI-30: 3,000.00 spent and 500.00 ordered; of its bill 95.85 is the share."""
        now = _completed(_order(_spend(courtyard, "s1", "3000"), "o1", "500"))
        for settled in (
            now.when(SETTLE).recorded(),
            now.when(EndSupport(reason="Done")).recorded().when(SETTLE).recorded(),
        ):
            bill = RecordSpending(amount=Decimal("95.86"), obligation="o1")
            settled.when(bill).refused(
                "spent-beyond-share", saying="3,095.85, of which 3,000.00 is spent"
            )
            fits = bill.model_copy(update={"amount": Decimal("95.85")})
            paid = settled.when(fits).recorded()
            assert _state(paid).grants[0].spent == Decimal("3095.85")
            settled.when(_fix("s1", "3095.86")).refused("no-open-obligation")
            settled.when(RecordSpending(amount=Decimal(1))).refused("no-open-obligation")

    def test_share_is_of_all_grants_together(self, courtyard: Specification) -> None:
        """INI-30: what one grant spent leaves less of the share to the bill on another."""
        two = _order(courtyard.and_(money_granted(2, "1000")), "o1", "800", request=1)
        two = _spend(_completed(two), "s2", "1000", request=2)
        settled = two.when(SettleCosts(costs=Decimal(3816))).recorded()
        assert _state(settled).funding.shares[0].share == Decimal(1800)
        bill = RecordSpending(request=1, amount=Decimal(800), obligation="o1")
        beyond = two.when(SettleCosts(costs=Decimal("3815.98"))).recorded()
        beyond.when(bill).refused("spent-beyond-share", saying="1,799.99")
        settled.when(bill).recorded()

    def test_what_was_ordered_and_not_billed_stays_with_the_share(
        self, courtyard: Specification
    ) -> None:
        """INI-30: the share was divided for good; when no bill is waited for it is settled."""
        now = _completed(_order(_spend(courtyard, "s1", "3000"), "o1", "500"))
        settled = now.when(SETTLE).recorded()
        state = _state(settled)
        assert state.grants[0].books.settled is None
        late = settled.at("2026-06-16T09:00:00Z").when(JudgeInitiativeByTime())
        (fact,) = [one for one in late.events if isinstance(one, SupportSettled)]
        assert fact.released == ()
        assert _state(late.recorded()).grants[0].committed == Decimal("3095.85")


@pytest.fixture
def ended(requested: Specification) -> Specification:
    """Of 1,500.00 620.00 is spent (s1) and 310.00 ordered (o1); ended on 1 September."""
    now = requested.and_(money_granted(1, "1500")).at("2026-08-20T09:00:00Z")
    now = _order(_spend(now, "s1", "620"), "o1", "310")
    return now.at("2026-09-01T09:00:00Z").when(EndSupport(reason="Done")).recorded()


def _settled(specification: Specification) -> Specification:
    late = specification.at("2026-10-28T09:00:00Z").when(JudgeInitiativeByTime())
    return late.recorded()


class TestLateInvoices:
    """INI-28: eight weeks, by the calendar."""

    def test_last_day_is_the_last_whether_or_not_the_ticker_came(
        self, ended: Specification
    ) -> None:
        """INI-28: accepted until midnight of 27 October, refused from then on."""
        bill = RecordSpending(amount=Decimal(295), obligation="o1", on=date(2026, 8, 27))
        paid = ended.at("2026-10-27T22:59:59Z").when(bill).recorded()
        too_late = ended.at("2026-10-27T23:00:00Z")
        too_late.when(bill).refused("no-open-obligation", saying="28 October")
        paid = _spend(ended, "s2", "295", obligation="o1")
        more = _fix("s2", "300")
        paid.at("2026-10-27T22:59:59Z").when(more).recorded()
        paid.at("2026-10-27T23:00:00Z").when(more).refused("no-open-obligation")

    def test_credit_note_after_settling_goes_back_to_the_budget(self, ended: Specification) -> None:
        """INI-28: 620.00 becomes 500.00 after all was settled: 120.00 is released, once."""
        settled = _settled(ended)
        assert _state(settled).grants[0].committed == Decimal(620)
        credited = settled.when(_fix("s1", "500"))
        assert _back(credited) == [(1, budget_id(WIJK, 2026), "120.00")]
        done = credited.recorded()
        assert _state(done).grants[0].committed == Decimal(500)
        assert _state(done).grants[0].books.settled is not None
        done.when(JudgeInitiativeByTime()).nothing()
        done.when(_fix("s1", "500.01")).refused("no-open-obligation")

    def test_credit_note_before_settling_waits_for_it(self, ended: Specification) -> None:
        """INI-28: until the last day it may be a bill that is recorded anew."""
        credited = ended.at("2026-09-10T09:00:00Z").when(_fix("s1", "500"))
        assert _back(credited) == []
        late = credited.recorded().at("2026-10-28T09:00:00Z").when(JudgeInitiativeByTime())
        assert _back(late) == [(1, budget_id(WIJK, 2026), "430.00")]

    def test_credit_note_goes_back_to_each_budget_that_paid(self, requested: Specification) -> None:
        """INI-28: 700.00 comes back of 1,000.00 and 500.00: 500.00 and then 200.00."""
        now = requested.and_(money_granted(1, "1000"), _topped_up("500", 2027))
        now = _spend(now.at("2026-09-01T09:00:00Z"), "s1", "1500")
        settled = _settled(now.when(EndSupport(reason="Done")).recorded())
        credited = settled.when(_fix("s1", "800"))
        assert _back(credited) == [(1, budget_id(WIJK, 2027), "500.00")]
        rest = credited.recorded().when(JudgeInitiativeByTime())
        assert _back(rest) == [(1, budget_id(WIJK, 2026), "200.00")]
        rest.recorded().when(JudgeInitiativeByTime()).nothing()

    def test_credit_note_after_the_division_is_the_corporations(
        self, courtyard: Specification
    ) -> None:
        """INI-28, INI-30: what its own supplier pays back leaves it at less than its share."""
        settled = _completed(_spend(courtyard, "s1", "3000")).when(SETTLE).recorded()
        credited = settled.when(_fix("s1", "2900"))
        # 95.85 of the share was not spent by itself; 195.85 would be left of it
        assert _back(credited) == [(1, budget_id(WIJK, 2026), "100.00")]
        assert _state(credited.recorded()).grants[0].committed == Decimal("2995.85")
        above = _completed(_spend(courtyard, "s1", "3500")).when(SETTLE).recorded()
        # others owe it 404.15; what comes back lessens that, and the budget has its own already
        assert _back(above.when(_fix("s1", "3200"))) == []
        assert _back(above.when(_fix("s1", "3000"))) == [(1, budget_id(WIJK, 2026), "95.85")]


def _review(gate: Gate = Gate.NO_OTHER_PARTY_RESPONSIBLE) -> SupportReviewRequired:
    return SupportReviewRequired(
        request=1,
        gate=gate,
        code="other-party-responsible",
        reason="The municipality is responsible.",
        since=date(2026, 6, 1),
        due=date(2026, 6, 26),
        on=date(2026, 6, 12),
    )


class TestCorrections:
    """INI-19, INI-27, INI-28: a correction is no way round the rules of a new spending."""

    @pytest.fixture
    def running(self, requested: Specification) -> Specification:
        """1,500.00: s1 of 100.00 delivered on 20 May, s2 of 100.00 ordered 20 May, later."""
        now = requested.and_(money_granted(1, "1500")).at("2026-06-12T09:00:00Z")
        now = _spend(now, "s1", "100", on=date(2026, 5, 20))
        return _spend(now, "s2", "100", on=date(2026, 6, 10), ordered=date(2026, 5, 20))

    def test_correction_upward_keeps_the_day_of_its_order(self, running: Specification) -> None:
        """INI-19: what was ordered before 1 June is paid, also where it turns out to be more."""
        reviewed = running.and_(_review())
        for name in ("s1", "s2"):
            reviewed.when(_fix(name, "150")).recorded()
        later = _spend(running, "s3", "100", on=date(2026, 6, 10)).and_(_review())
        later.when(_fix("s3", "100.01")).refused("support-under-review")
        later.when(_fix("s3", "99.99")).recorded()
        # to an earlier day, or the same day said once more, it asks nothing new
        later.when(_fix("s3", on=date(2026, 6, 9))).recorded()

    def test_correction_of_the_day_goes_round_no_review(self, running: Specification) -> None:
        """INI-19: delivered after 1 June after all: then it was never to be paid."""
        reviewed = running.and_(_review())
        reviewed.when(_fix("s1", on=date(2026, 6, 2))).refused("support-under-review")
        reviewed.when(_fix("s1", on=date(2026, 5, 31))).recorded()
        reviewed.when(_fix("s2", on=date(2026, 6, 11))).recorded()

    def test_review_of_an_own_rule_stops_no_correction(self, running: Specification) -> None:
        """INI-24: within the grant spending goes on, and so does what corrects it."""
        reviewed = running.and_(_review(Gate.BASE_IN_ORDER))
        reviewed.when(_fix("s1", "150", on=date(2026, 6, 2))).recorded()

    def test_what_an_order_did_not_hold_was_not_ordered_before(
        self, running: Specification
    ) -> None:
        """INI-19: 300.00 was ordered before 1 June; a bill of more brings what came after it."""
        ordered = _order(running, "o1", "300", on=date(2026, 5, 20)).and_(_review())
        bill = RecordSpending(amount=Decimal("300.01"), obligation="o1", on=date(2026, 6, 10))
        ordered.when(bill).refused("support-under-review")
        paid = _spend(ordered, "s4", "250", obligation="o1", on=date(2026, 6, 10))
        paid.when(_fix("s4", "300.01")).refused("support-under-review")
        paid.when(_fix("s4", "300")).recorded()
        # while nothing is under review what is free pays the rest
        running_on = _order(running, "o1", "300", on=date(2026, 5, 20))
        running_on.when(bill).recorded()

    def test_after_the_end_only_orders_have_room(self, ended: Specification) -> None:
        """INI-28: without an order nothing more, on its order up to what was ordered."""
        ended.when(_fix("s1", "620.01")).refused("no-open-obligation")
        billed = _spend(ended, "s2", "295", obligation="o1")
        billed.when(_fix("s2", "310.01")).refused("grant-exceeded")
        billed.when(_fix("s2", "310")).recorded()

    def test_what_was_not_ordered_is_not_delivered_after_the_end(
        self, ended: Specification
    ) -> None:
        """INI-28: moved to 3 September it would be new; on its order it was in time."""
        now = ended.at("2026-09-20T09:00:00Z")
        now.when(_fix("s1", on=date(2026, 9, 3))).refused("no-open-obligation")
        now.when(_fix("s1", on=date(2026, 9, 1))).recorded()
        billed = _spend(now, "s2", "295", obligation="o1", on=date(2026, 8, 27))
        billed.when(_fix("s2", on=date(2026, 9, 3))).recorded()

    def test_correction_passes_no_grant(self, running: Specification) -> None:
        """INI-27: 1,400.00 is left: s1 of 100.00 can become 1,400.00 and no cent more."""
        running.when(_fix("s1", "1400")).recorded()
        running.when(_fix("s1", "1400.01")).refused("grant-exceeded", saying="1,300.00 is left.")
