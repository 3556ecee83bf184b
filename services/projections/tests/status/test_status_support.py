"""Specifications of support and gates in the effort status: events in, answer out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from initiative_scenes import grant, line, override, proposal, spent
from projections_scenes import BUURT, LARIKS, extra_agreed, extra_proposed, only

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import (
    Gate,
    GateOutcome,
    KnowledgeState,
    Means,
    SetAside,
)
from leefwijk.events.language.initiatives import (
    co_funding,
    experiments,
    gates,
    life,
    spending,
    support_terms,
)
from leefwijk.events.language.monitoring import effort_levels as levels


class TestSupport:
    def test_ending_and_settling_release_to_the_cent(self, i1: Any, folded: Any) -> None:
        """INI-28: 570.00 released on ending, 15.00 on settling; 915.00 committed for good."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", spent("x1", "620.00", "2026-06-01"), "2026-06-02")
        ended = support_terms.SupportEnded(
            request=1,
            area=LARIKS,
            spent=Decimal("620.00"),
            ordered=Decimal("310.00"),
            released=(
                support_terms.BudgetShare(budget_area=LARIKS, year=2026, amount=Decimal("570.00")),
            ),
            settles_on=date(2026, 10, 28),
            reason="Done earlier",
            on=date(2026, 9, 1),
        )
        i1.say("i1", ended, "2026-09-01")
        i1.say("i1", spent("x2", "295.00", "2026-08-27"), "2026-10-20")
        settled = support_terms.SupportSettled(
            request=1,
            spent=Decimal("915.00"),
            released=(
                support_terms.BudgetShare(budget_area=LARIKS, year=2026, amount=Decimal("15.00")),
            ),
            on=date(2026, 10, 28),
        )
        i1.say("i1", settled, "2026-10-28")
        rows = folded(i1.stored)
        money = rows.status(as_of="2026-12-31").money
        assert (money.granted, money.spent, money.released, money.left) == (
            Decimal("1500.00"),
            Decimal("915.00"),
            Decimal("585.00"),
            Decimal("0.00"),
        )
        said = only(money.support)
        assert (said.status, said.ended_on, said.settled_on) == (
            "settled",
            date(2026, 9, 1),
            date(2026, 10, 28),
        )
        # the invoice counts in August, the month of delivery, though it came in October
        september = rows.status(as_of="2026-09-01").money
        assert (september.spent, september.released) == (Decimal("915.00"), Decimal("570.00"))
        assert only(september.support).status == "ended"
        known = rows.status(as_of="2026-09-01", known_at="2026-10-19").money
        assert known.spent == Decimal("620.00")
        assert only(rows.status(as_of="2026-08-31").money.support).status == "granted"

    def test_a_top_up_is_granted_from_its_day(self, i1: Any, folded: Any) -> None:
        """INI-14: what came on top is in what was granted, and shown apart; hours stay hours."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        more = support_terms.SupportToppedUp(
            request=1,
            line=1,
            area=LARIKS,
            budget_area=LARIKS,
            year=2026,
            amount=Decimal("300.00"),
            reason="A second coffee machine",
            gate_lines=(line(Gate.BASE_IN_ORDER).verdict(),),
            on=date(2026, 5, 20),
        )
        i1.say("i1", more, "2026-05-20")
        rows = folded(i1.stored)
        money = rows.status().money
        assert (money.granted, money.topped_up) == (Decimal("1800.00"), Decimal("300.00"))
        said = only(money.support)
        assert (said.euros, said.topped_up, said.hours) == (
            Decimal("1800.00"),
            Decimal("300.00"),
            24,
        )
        assert rows.status(as_of="2026-05-19").money.granted == Decimal("1500.00")

    def test_a_corrected_spending_reads_as_it_was(self, i1: Any, folded: Any) -> None:
        """EVA-24: corrected with today's knowledge, and the old figure as known then."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", spent("x1", "620.00", "2026-05-01"), "2026-05-02")
        fixed = spending.SpendingCorrected(
            spending="x1",
            request=1,
            line=1,
            amount=Decimal("602.00"),
            reason="Digits turned round",
            on=date(2026, 5, 1),
        )
        i1.say("i1", fixed, "2026-06-01")
        rows = folded(i1.stored)
        now = rows.status(as_of="2026-05-10").money
        assert now.spent == Decimal("602.00")
        assert now.spent_evidence.count == 2
        then = rows.status(as_of="2026-05-10", known_at="2026-05-31").money
        assert then.spent == Decimal("620.00")

    def test_a_pledge_that_is_withdrawn_leaves_what_was_paid(self, i1: Any, folded: Any) -> None:
        """INI-29: each party its own part; the corporation's grant does not grow by it."""
        i1.say("i1", grant("4000.00"), "2026-04-20")
        for partner, euros, hours in (("assen", "3600.00", 0), ("welfare", "2000.00", 30)):
            promised = co_funding.CoFundingPromised(
                area=LARIKS,
                partner=partner,
                amount=Decimal(euros),
                hours=hours,
                paid=Decimal("0.00"),
                on=date(2026, 4, 25),
            )
            i1.say("i1", promised, "2026-04-25")
        gone = co_funding.CoFundingWithdrawn(
            area=LARIKS,
            partner="assen",
            amount=Decimal("3600.00"),
            left=Decimal("0.00"),
            reason="Cuts in the spring budget",
            on=date(2026, 5, 20),
        )
        i1.say("i1", gone, "2026-05-20")
        rows = folded(i1.stored)
        money = rows.status().money
        said = {one.partner: (one.promised, one.withdrawn, one.hours) for one in money.co_funding}
        assert said == {
            "assen": (Decimal("0.00"), True, 0),
            "welfare": (Decimal("2000.00"), False, 30),
        }
        assert money.granted == Decimal("4000.00")
        before = rows.status(as_of="2026-05-19").money.co_funding
        assert sum(one.promised for one in before) == Decimal("5600.00")

    def test_real_costs_are_shown_per_party_to_the_cent(self, i1: Any, folded: Any) -> None:
        """INI-30: 3,095.85, 2,786.27 and 1,547.92; 904.15 goes back to the area's budget."""
        i1.say("i1", grant("4000.00"), "2026-04-20")
        for partner, euros in (("assen", "3600.00"), ("welfare", "2000.00")):
            promised = co_funding.CoFundingPromised(
                area=LARIKS,
                partner=partner,
                amount=Decimal(euros),
                paid=Decimal("0.00"),
                on=date(2026, 4, 25),
            )
            i1.say("i1", promised, "2026-04-25")
        parts = ((None, "4000.00", "3095.85"), ("assen", "3600.00", "2786.27"))
        settled = co_funding.CostsSettled(
            area=LARIKS,
            costs=Decimal("7430.04"),
            shares=tuple(
                co_funding.CostShare(partner=partner, pledge=Decimal(pledge), share=Decimal(share))
                for partner, pledge, share in (*parts, ("welfare", "2000.00", "1547.92"))
            ),
            released=(
                support_terms.BudgetShare(budget_area=LARIKS, year=2026, amount=Decimal("904.15")),
            ),
            on=date(2026, 11, 1),
        )
        i1.say("i1", settled, "2026-11-01")
        money = folded(i1.stored).status(as_of="2026-11-01").money
        shares = {one.partner: one.share for one in money.co_funding}
        assert shares == {"assen": Decimal("2786.27"), "welfare": Decimal("1547.92")}
        assert money.released == Decimal("904.15")

    def test_a_partner_sees_grants_and_its_own_part(self, i1: Any, folded: Any) -> None:
        """EVA-38: grants in its municipality and own co-funding; no spending, no other's part."""
        i1.say("i1", grant("4000.00"), "2026-04-20")
        i1.say("i1", spent("x1", "620.00", "2026-05-01"), "2026-05-02")
        for partner in ("assen", "welfare"):
            promised = co_funding.CoFundingPromised(
                area=LARIKS,
                partner=partner,
                amount=Decimal("100.00"),
                paid=Decimal("0.00"),
                on=date(2026, 4, 25),
            )
            i1.say("i1", promised, "2026-04-25")
        rows = folded(i1.stored)
        seen = rows.status(internal=False, partner="assen")
        assert seen.money.granted == Decimal("4000.00")
        assert (seen.money.spent, seen.money.left, seen.money.spent_evidence) == (None, None, None)
        assert only(seen.money.support).spent is None
        assert [one.partner for one in seen.money.co_funding] == ["assen"]
        assert seen.withheld == ["base", "effortSpent", "gates"]
        resident = rows.status(internal=False)
        assert resident.money is None
        assert "money" in resident.withheld

    def test_a_grant_whose_level_ran_out_marks_what_runs(self, i1: Any, folded: Any) -> None:
        """MON-38: from the day after the last one a running project reads "without level"."""
        proposed = extra_proposed(
            date(2026, 1, 1),
            date(2027, 12, 31),
            reaction_through=date(2025, 12, 20),
            lapses_on=date(2026, 6, 1),
        )
        i1.say("l1", proposed, "2025-11-01")
        agreed = extra_agreed(proposed)
        i1.say("l1", agreed, "2025-12-01")
        i1.say("i1", grant("1500.00", level="l1"), "2026-04-20")
        rows = folded(i1.stored)
        assert only(rows.status(as_of="2027-12-31").initiatives).marks == []
        gone = rows.status(as_of="2028-01-01")
        assert only(gone.initiatives).marks == ["without level since 2028-01-01"]
        assert gone.level.note == "not agreed; extra ran out on 2027-12-31"

    @pytest.mark.parametrize("level_of", [LARIKS, BUURT])
    def test_a_grant_whose_level_was_replaced_is_not_without_level(
        self, i1: Any, folded: Any, level_of: str
    ) -> None:
        """MON-37, MON-38: only with no successor; the district's or that of the budget's area."""
        below = () if level_of == LARIKS else (BUURT,)
        for name, area, first, through in (
            ("l1", level_of, date(2026, 1, 1), date(2027, 12, 31)),
            ("l2", LARIKS, date(2027, 7, 1), date(2028, 6, 30)),
        ):
            proposed = extra_proposed(
                first, through, area=area, reaction_through=first, lapses_on=through
            )
            i1.say(name, proposed, "2025-11-01", area=area)
            i1.say(name, extra_agreed(proposed), "2025-12-01", area=area)
        i1.say("i1", grant("1500.00", level="l1"), "2026-04-20")
        ended = levels.EffortLevelEnded(
            area=level_of,
            level=EffortLevelName.EXTRA,
            on=date(2027, 7, 1),
            superseded_by="l2",
        )
        i1.say("l1", ended, "2027-07-01", area=level_of)
        rows = folded(i1.stored)
        for day in ("2027-06-30", "2027-07-01", "2028-06-30"):
            assert only(rows.status(as_of=day, below=below).initiatives).marks == [], day
        gone = only(rows.status(as_of="2028-07-01", below=below).initiatives)
        assert gone.marks == ["without level since 2028-07-01"]

    @pytest.mark.parametrize("agreed", [True, False])
    def test_a_successor_is_agreed_and_of_the_same_area(
        self, i1: Any, folded: Any, agreed: bool
    ) -> None:
        """MON-38: a proposal is no successor, and a level of another part of the area neither."""
        first = extra_proposed(
            date(2026, 1, 1),
            date(2027, 12, 31),
            reaction_through=date(2025, 12, 20),
            lapses_on=date(2026, 6, 1),
        )
        i1.say("l1", first, "2025-11-01")
        i1.say("l1", extra_agreed(first), "2025-12-01")
        second = extra_proposed(
            date(2028, 1, 1),
            date(2029, 12, 31),
            area=BUURT if agreed else LARIKS,
            reaction_through=date(2027, 12, 20),
            lapses_on=date(2028, 6, 1),
        )
        i1.say("l2", second, "2027-11-01", area=second.area)
        if agreed:
            i1.say("l2", extra_agreed(second), "2027-12-01", area=second.area)
        i1.say("i1", grant("1500.00", level="l1"), "2026-04-20")
        gone = folded(i1.stored).status(as_of="2028-01-01", below=[BUURT])
        assert only(gone.initiatives).marks == ["without level since 2028-01-01"]


class TestGates:
    def test_what_is_not_known_reads_not_known(self, i1: Any, folded: Any) -> None:
        """INI-08: the area page reads unknown with its sentence, never nought or not in order."""
        judged = gates.GatesAssessed(
            request=1,
            lines=(
                line(
                    Gate.RESIDENTS_INVOLVEMENT,
                    GateOutcome.UNKNOWN,
                    "no-involvement-check",
                    knowledge=KnowledgeState.UNKNOWN,
                ),
                line(Gate.COLLECTIVE_INTEREST),
            ),
            on=date(2026, 4, 14),
        )
        i1.say("i1", judged, "2026-04-14")
        status = folded(i1.stored).status()
        said = only(status.gates.open)
        assert (said.outcome, said.code, said.knowledge) == (
            "unknown",
            "no-involvement-check",
            "unknown",
        )
        assert only(status.initiatives).status == "assessed"
        assert folded(i1.stored).status(as_of="2026-04-13").gates.open == []

    def test_gates_judged_again_take_the_place(self, i1: Any, folded: Any) -> None:
        """INI-09: the assessment of before reads as of its day, today's line as of today."""
        for on, outcome in (("2026-04-14", GateOutcome.FAILED), ("2026-05-14", GateOutcome.PASSED)):
            code = "base-not-in-order" if outcome is GateOutcome.FAILED else None
            judged = gates.GatesAssessed(
                lines=(line(Gate.BASE_IN_ORDER, outcome, code),), on=date.fromisoformat(on)
            )
            i1.say("i1", judged, on)
        rows = folded(i1.stored)
        assert only(rows.status(as_of="2026-05-13").gates.open).code == "base-not-in-order"
        assert rows.status(as_of="2026-05-14").gates.open == []

    def test_an_override_stays_visible_and_does_not_pass(self, i1: Any, folded: Any) -> None:
        """INI-11: with role, reason and last day; also after the base is in order again."""
        failed = line(Gate.BASE_IN_ORDER, GateOutcome.FAILED, "base-not-in-order")
        i1.say("i1", gates.GatesAssessed(request=1, lines=(failed,), on=date(2026, 4, 14)))
        why = "Lights are ordered, residents should not wait"
        ground = (Gate.BASE_IN_ORDER, "base-not-in-order")
        i1.say("i1", override(*ground, why, "2026-04-16", "2026-07-01"), "2026-04-16")
        rows = folded(i1.stored)
        assert only(rows.status(as_of="2026-04-15").gates.open).gate == "base-in-order"
        said = rows.status(as_of="2026-04-16").gates
        assert said.open == []
        aside = only(said.set_aside)
        assert (aside.role, aside.until, aside.status, aside.code) == (
            "area_director",
            date(2026, 7, 1),
            "in_force",
            "base-not-in-order",
        )
        assert aside.reason == "Lights are ordered, residents should not wait"
        aside_line = failed.model_copy(
            update={
                "set_aside": SetAside(
                    means=Means.OVERRIDE,
                    role="area_director",
                    reason="Lights are ordered",
                    on=date(2026, 4, 16),
                )
            }
        )
        i1.say("i1", gates.GatesAssessed(lines=(aside_line,), on=date(2026, 4, 20)), "2026-04-20")
        i1.say("i1", grant("1500.00", gate_lines=(aside_line.verdict(),)), "2026-04-20")
        i1.say(
            "i1",
            gates.GatesAssessed(lines=(line(Gate.BASE_IN_ORDER),), on=date(2026, 6, 1)),
            "2026-06-01",
        )
        later = folded(i1.stored).status(as_of="2026-06-01").gates
        assert (later.open, only(later.set_aside).status) == ([], "in_force")

    @pytest.mark.parametrize(
        ("over", "status", "because"),
        [
            (None, "lapsed", "date-passed"),
            (
                gates.GateOverrideLapsed(
                    override="o1",
                    gate=Gate.RESIDENTS_INVOLVEMENT,
                    ground="ground-changed",
                    on=date(2026, 5, 4),
                ),
                "lapsed",
                "ground-changed",
            ),
            (
                gates.GateOverrideWithdrawn(
                    override="o1",
                    gate=Gate.RESIDENTS_INVOLVEMENT,
                    reason="No longer needed",
                    on=date(2026, 5, 4),
                ),
                "withdrawn",
                "No longer needed",
            ),
        ],
    )
    def test_an_override_holds_no_longer_than_its_ground_and_date(
        self, i1: Any, folded: Any, over: Any, status: str, because: str
    ) -> None:
        """INI-12: lapsed by its date alone, by another ground, or taken back; both stay visible."""
        failed = line(Gate.RESIDENTS_INVOLVEMENT, GateOutcome.FAILED, "involvement-check-expired")
        i1.say("i1", gates.GatesAssessed(request=1, lines=(failed,), on=date(2026, 4, 14)))
        why = "People moved in last week"
        ground = (Gate.RESIDENTS_INVOLVEMENT, "involvement-check-expired")
        i1.say("i1", override(*ground, why, "2026-04-14", "2026-07-31"), "2026-04-14")
        if over is not None:
            i1.say("i1", over, "2026-05-04")
        rows = folded(i1.stored)
        before = rows.status(as_of="2026-05-03").gates
        assert (before.open, only(before.set_aside).status) == ([], "in_force")
        after = rows.status(as_of="2026-08-01").gates
        aside = only(after.set_aside)
        assert (aside.status, aside.because) == (status, because)
        assert only(after.open).code == "involvement-check-expired"

    def test_a_gate_lost_after_the_grant_shows_both_days(self, i1: Any, folded: Any) -> None:
        """INI-14: passed on 20 April and not in order since 18 May; passed again it goes."""
        passed = line(Gate.BASE_IN_ORDER)
        i1.say("i1", gates.GatesAssessed(lines=(passed,), on=date(2026, 4, 20)), "2026-04-20")
        i1.say("i1", grant("1500.00", gate_lines=(passed.verdict(),)), "2026-04-20")
        lost = gates.GateNoLongerPassed(
            gate=Gate.BASE_IN_ORDER,
            code="base-not-in-order",
            evidence=("m7",),
            on=date(2026, 5, 18),
        )
        i1.say("i1", lost, "2026-05-19")
        again = gates.GatePassedAgain(
            gate=Gate.BASE_IN_ORDER, reason="In order again", on=date(2026, 6, 10)
        )
        i1.say("i1", again, "2026-06-10")
        rows = folded(i1.stored)
        said = only(rows.status(as_of="2026-05-18").gates.open)
        assert (said.outcome, said.passed_on, said.since) == (
            "lost",
            date(2026, 4, 20),
            date(2026, 5, 18),
        )
        assert only(rows.status(as_of="2026-06-09").initiatives).marks == [
            "base-in-order: base-not-in-order since 2026-05-18"
        ]
        assert rows.status(as_of="2026-06-10").gates.open == []
        assert only(rows.status(as_of="2026-06-10").initiatives).marks == []

    def test_a_gate_lost_and_set_aside_is_not_open(self, i1: Any, folded: Any) -> None:
        """INI-11, INI-14: while somebody answers for this ground it is set aside, not open."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        lost = gates.GateNoLongerPassed(
            gate=Gate.BASE_IN_ORDER, code="base-not-in-order", on=date(2026, 5, 18)
        )
        i1.say("i1", lost, "2026-05-18")
        why = "Lights are ordered, residents should not wait"
        ground = (Gate.BASE_IN_ORDER, "base-not-in-order")
        i1.say("i1", override(*ground, why, "2026-05-20", "2026-07-01"), "2026-05-20")
        rows = folded(i1.stored)
        assert only(rows.status(as_of="2026-05-19").gates.open).outcome == "lost"
        for day in ("2026-05-20", "2026-07-01"):
            said = rows.status(as_of=day).gates
            assert (said.open, only(said.set_aside).status) == ([], "in_force"), day
            # set aside is not passed: the initiative still says what was lost
            assert len(only(rows.status(as_of=day).initiatives).marks) == 1
        after = rows.status(as_of="2026-07-02").gates
        assert (only(after.open).outcome, only(after.set_aside).status) == ("lost", "lapsed")

    def test_set_aside_for_one_ground_it_is_open_for_another(self, i1: Any, folded: Any) -> None:
        """INI-12: lost on another ground than was answered for, the gate is open."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        ground = (Gate.BASE_IN_ORDER, "base-not-known")
        i1.say("i1", override(*ground, "Looked at next week", "2026-05-10", "2026-07-01"))
        lost = gates.GateNoLongerPassed(
            gate=Gate.BASE_IN_ORDER, code="base-not-in-order", on=date(2026, 5, 18)
        )
        i1.say("i1", lost, "2026-05-18")
        assert only(folded(i1.stored).status().gates.open).code == "base-not-in-order"

    def test_a_gate_that_an_experiment_sets_aside_is_not_open(self, i1: Any, folded: Any) -> None:
        """INI-34: until its last day the gate is set aside, then open as in any other."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        lost = gates.GateNoLongerPassed(
            gate=Gate.BASE_IN_ORDER, code="base-not-in-order", on=date(2026, 5, 18)
        )
        i1.say("i1", lost, "2026-05-18")
        agreed = experiments.ExperimentAgreed(
            experiment="e1",
            gates=(Gate.BASE_IN_ORDER,),
            question="Does meeting first bring residents to look after the courtyard?",
            role="area_director",
            until=date(2026, 9, 30),
            on=date(2026, 5, 20),
        )
        i1.say("i1", agreed, "2026-05-20")
        rows = folded(i1.stored)
        said = [
            len(rows.status(as_of=day).gates.open)
            for day in ("2026-05-19", "2026-05-20", "2026-09-30", "2026-10-01")
        ]
        assert said == [1, 0, 0, 1]

    def test_a_grant_under_review_names_its_last_day(self, i1: Any, folded: Any) -> None:
        """INI-24: back to the table by 28 April; a gate that passes again ends the review."""
        i1.say("i1", grant("1500.00", "2026-04-13"), "2026-04-13")
        review = gates.SupportReviewRequired(
            request=1,
            gate=Gate.RESIDENTS_INVOLVEMENT,
            code="involvement-check-withdrawn",
            reason="The wrong street had been asked",
            since=date(2026, 4, 11),
            due=date(2026, 4, 28),
            on=date(2026, 4, 14),
        )
        lost = gates.GateNoLongerPassed(
            gate=Gate.RESIDENTS_INVOLVEMENT,
            code="involvement-check-withdrawn",
            on=date(2026, 4, 11),
        )
        i1.say("i1", lost, "2026-04-14")
        i1.say("i1", review, "2026-04-14")
        again = gates.GatePassedAgain(
            gate=Gate.RESIDENTS_INVOLVEMENT, reason="Asked anew", on=date(2026, 4, 25)
        )
        i1.say("i1", again, "2026-04-25")
        rows = folded(i1.stored)
        assert only(rows.status(as_of="2026-04-24").money.support).review_due == date(2026, 4, 28)
        assert only(rows.status(as_of="2026-04-25").money.support).review_due is None

    def test_no_review_is_left_of_what_is_over(self, i1: Any, folded: Any) -> None:
        """INI-37: stopped, it comes back to no table, in no later round either."""
        i1.say("i1", grant("1500.00", "2026-04-13"), "2026-04-13")
        review = gates.SupportReviewRequired(
            request=1,
            gate=Gate.RESIDENTS_INVOLVEMENT,
            code="involvement-check-withdrawn",
            reason="The wrong street had been asked",
            since=date(2026, 4, 11),
            due=date(2026, 4, 28),
            on=date(2026, 4, 14),
        )
        i1.say("i1", review, "2026-04-14")
        stop = life.InitiativeStopped(
            area=LARIKS, by=life.StoppedBy.TAKERS, reason="Nobody had time", on=date(2026, 5, 1)
        )
        i1.say("i1", stop, "2026-05-01")
        i1.say("i1", proposal(round=2, on=date(2026, 6, 1)), "2026-06-01")
        rows = folded(i1.stored)
        due = [
            only(rows.status(as_of=day).money.support).review_due
            for day in ("2026-04-30", "2026-05-01", "2026-06-01")
        ]
        assert due == [date(2026, 4, 28), None, None]

    def test_gates_of_an_initiative_that_is_over_are_not_open(self, i1: Any, folded: Any) -> None:
        """INI-37: of what was stopped no gate is asked; what was set aside stays visible."""
        failed = line(Gate.BASE_IN_ORDER, GateOutcome.FAILED, "base-not-in-order")
        i1.say("i1", gates.GatesAssessed(lines=(failed,), on=date(2026, 4, 14)), "2026-04-14")
        stop = life.InitiativeStopped(
            area=LARIKS, by=life.StoppedBy.TAKERS, reason="Nobody had time", on=date(2026, 5, 1)
        )
        i1.say("i1", stop, "2026-05-01")
        rows = folded(i1.stored)
        assert len(rows.status(as_of="2026-04-30").gates.open) == 1
        assert rows.status(as_of="2026-05-01").gates.open == []

    def test_gates_and_reasons_are_for_people_of_the_platform(self, i1: Any, folded: Any) -> None:
        """EVA-38: outside, gates are withheld and say so; they are not an empty list."""
        status = folded(i1.stored).status(internal=False)
        assert status.gates is None
        assert "gates" in status.withheld
        assert "gates" not in status.knowledge
