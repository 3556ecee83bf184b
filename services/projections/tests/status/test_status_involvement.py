"""Specifications of involvement in the effort status: events in, the answer out."""

from __future__ import annotations

from datetime import date
from typing import Any

from involvement_scenes import asking, concluded, opened, told_to_tenants
from projections_scenes import BUURT, LARIKS, only

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation import involvement_checks as checks
from leefwijk.events.language.participation.ladder import Answers
from leefwijk.events.language.participation.words import (
    Form,
    Group,
    LeadingWish,
    Level,
)


class TestChecks:
    def test_an_open_check_is_shown_before_there_is_anything_concrete(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-01: the status shows an open check; no activity, euros or hours are counted."""
        history.say("c1", opened(themes=(Theme.MEETING, Theme.GREENING)), "2026-01-05")
        status = folded(history.stored).status()
        check = only(status.involvement.checks)
        assert (check.status, check.late, check.themes) == ("open", False, ["meeting", "greening"])
        assert check.groups == ["tenants", "owners"]
        assert status.involvement.standing == "not_valid"
        assert (status.initiatives, status.money.granted, status.money.spent) == ([], 0, 0)
        assert status.effort_spent.euros is None
        assert status.effort_spent.hours is None
        assert folded(history.stored).status(as_of="2026-01-04").involvement.checks == []

    def test_a_late_check_reads_late_in_every_list(self, history: Any, folded: Any) -> None:
        """PAR-01: where the decision came first, the check shows as late with that day."""
        history.say("c1", opened(late=True), "2026-05-18")
        check = only(folded(history.stored).status().involvement.checks)
        assert (check.late, check.decided_on) == (True, date(2026, 5, 4))

    def test_no_check_known_reads_unknown(self, folded: Any) -> None:
        """INI-08: nothing known of involvement is unknown, neither asked nor not asked."""
        status = folded([]).status(read_through=None)
        assert status.involvement.standing == "unknown"
        assert status.knowledge["involvement"].state == "unknown"

    def test_what_was_promised_stands_beside_what_was_wished(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-03: per group leading wish, promise, share above and why; the role beside them."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", asking("2026-02-10"), "2026-02-11")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        status = folded(history.stored).status()
        check = only(status.involvement.checks)
        assert status.involvement.standing == "valid"
        assert (check.status, check.role, check.valid_until) == (
            "concluded",
            "support",
            date(2027, 2, 10),
        )
        assert (check.last_asked, check.asked_in) == (date(2026, 2, 10), [BUURT])
        promise = only(check.promises)
        assert (promise.leading_wish, promise.promise, promise.share_above) == (
            "help",
            "consulted",
            "38.0",
        )
        assert (promise.explanation, promise.told_on) == ("money", None)

    def test_a_group_too_small_to_show_has_a_promise_and_no_wish(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-20: the promise is always shown, the wish of fewer than five answers never."""
        small = {"leading_wish": None, "share_above": None, "below_wish": False}
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", asking("2026-02-10", answers=Answers(informed=3)), "2026-02-11")
        history.say("c1", concluded("2026-03-01", "2027-02-10", group=small), "2026-03-01")
        promise = only(only(folded(history.stored).status().involvement.checks).promises)
        assert (promise.leading_wish, promise.share_above) == ("not_shown", "not_shown")
        assert promise.promise == "consulted"

    def test_not_now_is_asked_again_on_its_day(self, history: Any, folded: Any) -> None:
        """PAR-04: a group that says not now reads `none`, with the day on which it is asked."""
        said = {
            "leading_wish": LeadingWish.NONE,
            "promise": Level.INFORMED,
            "share_above": None,
            "below_wish": False,
            "ask_again_on": date(2027, 1, 1),
        }
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10", group=said), "2026-03-01")
        promise = only(only(folded(history.stored).status().involvement.checks).promises)
        assert (promise.leading_wish, promise.ask_again_on) == ("none", date(2027, 1, 1))

    def test_nobody_answered_reads_unknown(self, history: Any, folded: Any) -> None:
        """PAR-05: asked twice without an answer reads unknown, never none, not now or nought."""
        said = {
            "leading_wish": LeadingWish.UNKNOWN,
            "promise": Level.INFORMED,
            "share_above": None,
            "below_wish": False,
        }
        history.say("c1", opened(), "2026-01-05")
        end = concluded("2026-03-01", "2026-08-10", group=said, nobody_answered=True)
        history.say("c1", end, "2026-03-01")
        check = only(folded(history.stored).status().involvement.checks)
        promise = only(check.promises)
        assert check.nobody_answered
        assert (promise.leading_wish, promise.share_above) == ("unknown", "not_shown")

    def test_the_calendar_ends_a_check_not_a_message(self, history: Any, folded: Any) -> None:
        """PAR-10: it counts on its last day and not on the next, though no expiry was recorded."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        rows = folded(history.stored)
        said = {
            day: only(rows.status(as_of=day).involvement.checks).status
            for day in ("2026-02-28", "2026-03-01", "2027-02-10", "2027-02-11")
        }
        assert list(said.values()) == ["open", "concluded", "concluded", "expired"]
        assert rows.status(as_of="2027-02-11").involvement.standing == "not_valid"

    def test_an_expiry_that_was_recorded_changes_nothing_but_the_evidence(
        self, history: Any, folded: Any
    ) -> None:
        """EVA-31: the figure falls on the day itself, with or without an event that says so."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        before = only(folded(history.stored).status(as_of="2027-02-11").involvement.checks)
        gone = checks.CheckExpired(area=LARIKS, valid_until=date(2027, 2, 10), on=date(2027, 2, 11))
        history.say("c1", gone, "2027-02-11")
        after = only(folded(history.stored).status(as_of="2027-02-11").involvement.checks)
        assert after.evidence.count == before.evidence.count + 1
        assert after.model_copy(update={"evidence": None}) == before.model_copy(
            update={"evidence": None}
        )

    def test_a_new_check_takes_the_place_and_both_stay_readable(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-09: once the new one is concluded the older reads superseded."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        history.say("c2", opened(), "2026-05-01")
        end = concluded("2026-06-01", "2027-05-10", supersedes=("c1",))
        history.say("c2", end, "2026-06-01")
        rows = folded(history.stored)
        said = {check.id: check.status for check in rows.status().involvement.checks}
        assert said == {"c1": "superseded", "c2": "concluded"}
        before = rows.status(as_of="2026-05-31").involvement.checks
        assert {check.id: check.status for check in before} == {"c1": "concluded", "c2": "open"}

    def test_a_check_that_was_withdrawn_takes_no_place(self, history: Any, folded: Any) -> None:
        """PAR-09: without the new check the earlier answer counts again, as at the gate."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        history.say("c2", opened(), "2026-05-01")
        end = concluded("2026-06-01", "2027-05-10", supersedes=("c1",))
        history.say("c2", end, "2026-06-01")
        gone = checks.CheckWithdrawn(
            area=LARIKS, reason=checks.WithdrawalReason.WRONG_SUBJECT, on=date(2026, 6, 20)
        )
        history.say("c2", gone, "2026-06-20")
        rows = folded(history.stored)
        before = rows.status(as_of="2026-06-19").involvement
        assert {one.id: one.status for one in before.checks}["c1"] == "superseded"
        after = rows.status(as_of="2026-06-20").involvement
        said = {check.id: (check.status, check.superseded_by) for check in after.checks}
        assert said == {"c1": ("concluded", None), "c2": ("withdrawn", None)}
        assert after.standing == "valid"

    def test_where_nobody_was_asked_anew_the_earlier_answer_counts(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-09: asked anew in one buurt only, the check still counts in the other."""
        other = "BU01060102@2020"
        history.say("c1", opened(), "2026-01-05")
        both = concluded("2026-03-01", "2027-02-10", asked_in=(BUURT, other))
        history.say("c1", both, "2026-03-01")
        history.say("c2", opened(), "2026-05-01")
        end = concluded("2026-06-01", "2027-05-10", asked_in=(other,), supersedes=("c1",))
        history.say("c2", end, "2026-06-01")
        found = {one.id: one for one in folded(history.stored).status().involvement.checks}
        assert (found["c1"].status, found["c1"].superseded_by) == ("concluded", None)
        assert (found["c1"].superseded_in, found["c2"].superseded_in) == ([other], [])
        history.say("c3", opened(), "2026-06-02")
        rest = concluded("2026-06-03", "2027-05-11", asked_in=(BUURT,), supersedes=("c1",))
        history.say("c3", rest, "2026-06-03")
        found = {one.id: one for one in folded(history.stored).status().involvement.checks}
        assert (found["c1"].status, found["c1"].superseded_by) == ("superseded", "c3")
        assert found["c1"].superseded_in == [BUURT, other]

    def test_an_explanation_counts_from_the_day_it_was_heard(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-12: told on 13 October, not before, and to that group only."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-10-05", "2027-02-10"), "2026-10-05")
        history.say("c1", told_to_tenants("2026-10-13"), "2026-10-14")
        rows = folded(history.stored)

        def heard(day: str) -> date | None:
            promise = only(only(rows.status(as_of=day).involvement.checks).promises)
            return promise.told_on

        assert (heard("2026-10-12"), heard("2026-10-13")) == (None, date(2026, 10, 13))

    def test_each_conclusion_is_told_by_itself(self, history: Any, folded: Any) -> None:
        """PAR-12, PAR-13: told after the first says nothing of the second, nor the other way."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        history.say("c1", told_to_tenants("2026-03-10"), "2026-03-11")
        lower = {"promise": Level.INFORMED, "share_above": "60.0"}
        history.say("c1", concluded("2026-05-01", "2027-02-10", group=lower), "2026-05-01")

        def heard(day: str) -> tuple[str, date | None]:
            check = only(folded(history.stored).status(as_of=day).involvement.checks)
            promise = only(check.promises)
            return promise.promise, promise.told_on

        assert heard("2026-03-09") == ("consulted", None)
        assert heard("2026-04-30") == ("consulted", date(2026, 3, 10))
        assert heard("2026-05-31") == ("informed", None)
        history.say("c1", told_to_tenants("2026-06-01"), "2026-06-02")
        assert heard("2026-05-31") == ("informed", None)
        assert heard("2026-06-01") == ("informed", date(2026, 6, 1))
        assert heard("2026-04-30") == ("consulted", date(2026, 3, 10))

    def test_what_is_told_with_a_conclusion_is_told_of_that_one(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-12: the same promise again is told already; a check beside it is not told by that."""
        for check in ("c1", "c2"):
            history.say(check, opened(), "2026-01-05")
            history.say(check, concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        history.say("c1", told_to_tenants("2026-03-10"), "2026-03-11")
        same = {"told_on": date(2026, 3, 10)}
        history.say("c1", concluded("2026-05-01", "2027-02-10", group=same), "2026-05-01")

        def heard(day: str) -> dict[str, date | None]:
            found = folded(history.stored).status(as_of=day).involvement.checks
            return {check.id: only(check.promises).told_on for check in found}

        assert heard("2026-03-05") == {"c1": None, "c2": None}
        for day in ("2026-04-01", "2026-06-01"):
            assert heard(day) == {"c1": date(2026, 3, 10), "c2": None}

    def test_doubt_lasts_until_it_is_concluded_again(self, history: Any, folded: Any) -> None:
        """PAR-13: in doubt from the correction; concluded again its validity does not move."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        doubt = checks.ConclusionDoubted(
            area=LARIKS,
            group=Group.TENANTS,
            leading_wish=LeadingWish.HELP,
            promise=Level.CONSULTED,
            share_above="35.0",
            on=date(2026, 4, 1),
        )
        history.say("c1", doubt, "2026-04-01")
        again = {"promise": Level.HELP, "below_wish": False, "explanation": None}
        history.say("c1", concluded("2026-04-20", "2027-02-10", group=again), "2026-04-20")
        rows = folded(history.stored)
        doubted = only(rows.status(as_of="2026-04-19").involvement.checks)
        assert doubted.status == "in_doubt"
        assert only(doubted.promises).doubted_on == date(2026, 4, 1)
        assert rows.status(as_of="2026-04-19").involvement.standing == "not_valid"
        now = only(rows.status(as_of="2026-04-20").involvement.checks)
        assert (now.status, now.valid_until) == ("concluded", date(2027, 2, 10))
        assert only(now.promises).promise == "help"

    def test_a_check_held_in_the_wrong_place_is_withdrawn(self, history: Any, folded: Any) -> None:
        """PAR-13: withdrawn from its day on; before that day it read as it did."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        gone = checks.CheckWithdrawn(
            area=LARIKS, reason=checks.WithdrawalReason.WRONG_PLACE, on=date(2026, 5, 4)
        )
        history.say("c1", gone, "2026-05-06")
        rows = folded(history.stored)
        said = only(rows.status(as_of="2026-05-04").involvement.checks)
        assert (said.status, said.withdrawn_on) == ("withdrawn", date(2026, 5, 4))
        assert only(rows.status(as_of="2026-05-03").involvement.checks).status == "concluded"
        known = rows.status(as_of="2026-05-05", known_at="2026-05-05")
        assert only(known.involvement.checks).status == "concluded"

    def test_a_partners_word_is_no_check_until_it_is_adopted(
        self, history: Any, folded: Any
    ) -> None:
        """PAR-14: handed in it counts for nothing; adopted it is open, and ours to conclude."""
        handed = checks.PartnerAskingHandedIn(
            area=LARIKS,
            municipalities=("GM0106",),
            themes=(Theme.GREENING,),
            asking="p1",
            partner="assen",
            group=Group.TENANTS,
            form=Form.SURVEY,
            asked_in=(LARIKS,),
            answers=Answers(consulted=30),
            on=date(2026, 4, 18),
        )
        history.say("c1", handed, "2026-05-01")
        status = folded(history.stored).status()
        assert only(status.involvement.checks).status == "handed_in"
        assert status.involvement.standing == "not_valid"
        assert folded(history.stored).status(internal=False).involvement.checks == []
        adopted = checks.PartnerAskingAdopted(
            area=LARIKS, asking="p1", partner="assen", late=True, decided_on=date(2026, 4, 1)
        )
        history.say("c1", adopted, "2026-05-10")
        check = only(folded(history.stored).status().involvement.checks)
        assert check.late is True
        assert (check.status, check.last_asked, check.groups) == (
            "open",
            date(2026, 4, 18),
            ["tenants"],
        )

    def test_residents_read_what_is_promised_and_not_what_is_under_way(
        self, history: Any, folded: Any
    ) -> None:
        """EVA-38: outside the corporation open checks and debts are not shown."""
        history.say("c1", opened(), "2026-01-05")
        history.say("c1", concluded("2026-03-01", "2027-02-10"), "2026-03-01")
        history.say("c2", opened(), "2026-03-02")
        outside = folded(history.stored).status(internal=False).involvement
        assert [check.id for check in outside.checks] == ["c1"]
        assert outside.owed is None
        assert outside.evidence.count == 2
