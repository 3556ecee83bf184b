"""Specifications of support in the effort status: events in, answer out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from initiative_scenes import grant, line, spent, turned_round
from projections_scenes import (
    BUURT,
    LARIKS,
    extra_agreed,
    extra_of_two_years,
    extra_proposed,
    only,
)

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import (
    Gate,
)
from leefwijk.events.language.initiatives import (
    co_funding,
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
        i1.say("i1", turned_round("x1", "602.00", "2026-05-01"), "2026-06-01")
        rows = folded(i1.stored)
        now = rows.status(as_of="2026-05-10").money
        assert now.spent == Decimal("602.00")
        assert now.spent_evidence.count == 2
        then = rows.status(as_of="2026-05-10", known_at="2026-05-31").money
        assert then.spent == Decimal("620.00")

    def test_a_credit_note_after_settling_goes_back(self, i1: Any, folded: Any) -> None:
        """INI-28: 120.00 comes back on 1 December: spent and released tell it, nothing is left."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", spent("x1", "620.00", "2026-05-01"), "2026-05-02")

        def back(amount: str) -> tuple[support_terms.BudgetShare, ...]:
            share = support_terms.BudgetShare(
                budget_area=LARIKS, year=2026, amount=Decimal(amount), request=1
            )
            return (share,)

        settled = support_terms.SupportSettled(
            request=1, spent=Decimal("620.00"), released=back("880.00"), on=date(2026, 10, 28)
        )
        i1.say("i1", settled, "2026-10-28")
        credited = spending.SpendingCorrected(
            spending="x1",
            request=1,
            line=1,
            amount=Decimal("500.00"),
            reason="Credit note",
            released=back("120.00"),
            on=date(2026, 5, 1),
        )
        i1.say("i1", credited, "2026-12-01")
        rows = folded(i1.stored)
        money = rows.status(as_of="2026-12-31").money
        assert (money.spent, money.released, money.left) == (
            Decimal("500.00"),
            Decimal("1000.00"),
            Decimal("0.00"),
        )
        assert rows.status(as_of="2026-11-30").money.released == Decimal("880.00")

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
        proposed = extra_of_two_years()
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
        first = extra_of_two_years()
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
