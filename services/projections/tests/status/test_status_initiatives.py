"""Specifications of initiatives in the effort status: events in, answer out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from initiative_scenes import experiment, grant, line, lost, proposal, role
from projections_scenes import LARIKS, only

from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import (
    Gate,
    GateOutcome,
)
from leefwijk.events.language.initiatives import (
    effects,
    gates,
    life,
    referral,
    roles,
    support_terms,
)
from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered


@pytest.fixture
def alone(history: Any) -> Any:
    """INI-03: residents of Lariks do it themselves since 30 March."""
    history.say("i3", proposal("Wandelgroep"), "2026-03-30")
    history.say("i3", role(roles.CorporationRole.NONE, "2026-03-30"), "2026-03-30")
    registered = life.InitiativeRegisteredAsSelfReliant(
        title="Wandelgroep", area=LARIKS, themes=(Theme.MEETING,), on=date(2026, 3, 30)
    )
    history.say("i3", registered, "2026-03-30")
    return history


def started(on: str) -> life.InitiativeStarted:
    """It runs from that day on."""
    return life.InitiativeStarted(
        title="Wandelgroep", area=LARIKS, themes=(Theme.MEETING,), on=date.fromisoformat(on)
    )


class TestLife:
    def test_self_reliant_it_counts_as_a_strength_and_costs_nothing(
        self, alone: Any, folded: Any
    ) -> None:
        """INI-03: a strength with 0.00 euros and 0 hours; no gate is open, nothing is overdue."""
        status = folded(alone.stored).status(as_of="2030-01-01")
        said = only(status.initiatives)
        assert (said.status, said.effect_overdue_since) == ("self_reliant", None)
        assert status.strengths_and_concerns.self_reliant_initiatives == 1
        assert (status.money.granted, status.money.spent, status.money.support) == (0, 0, [])
        assert status.effort_spent.hours is None
        assert status.gates.open == []

    def test_it_stays_a_strength_while_it_runs_and_once_it_is_done(
        self, alone: Any, folded: Any
    ) -> None:
        """INI-03: it can start, complete and be celebrated, and counts as a strength throughout."""
        alone.say("i3", started("2026-04-10"), "2026-04-10")
        done = life.InitiativeCompleted(area=LARIKS, on=date(2026, 9, 30))
        alone.say("i3", done, "2026-09-30")
        rows = folded(alone.stored)
        for day in ("2026-03-30", "2026-04-10", "2026-09-30"):
            for internal in (True, False):
                said = rows.status(as_of=day, internal=internal).strengths_and_concerns
                assert said.self_reliant_initiatives == 1, day
        assert rows.status(as_of="2026-03-29").strengths_and_concerns.self_reliant_initiatives == 0

    def test_what_the_corporation_has_a_role_in_is_no_strength_of_residents_alone(
        self, i1: Any, folded: Any
    ) -> None:
        """INI-03: what runs with support counts only once the corporation has no role in it."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", started("2026-04-21"), "2026-04-21")
        i1.say("i1", role(roles.CorporationRole.NONE, "2026-06-01"), "2026-06-01")
        rows = folded(i1.stored)
        said = [
            rows.status(as_of=day).strengths_and_concerns.self_reliant_initiatives
            for day in ("2026-05-31", "2026-06-01")
        ]
        assert said == [0, 1]

    def test_no_gate_is_asked_where_the_corporation_has_no_role(self, i1: Any, folded: Any) -> None:
        """INI-03: judged before, the gates do not apply any more, also once it has started."""
        failed = line(Gate.BASE_IN_ORDER, GateOutcome.FAILED, "base-not-in-order")
        i1.say("i1", gates.GatesAssessed(lines=(failed,), on=date(2026, 4, 14)), "2026-04-14")
        i1.say("i1", role(roles.CorporationRole.NONE, "2026-04-20"), "2026-04-20")
        i1.say("i1", started("2026-05-01"), "2026-05-01")
        rows = folded(i1.stored)
        assert len(rows.status(as_of="2026-04-19").gates.open) == 1
        for day in ("2026-04-20", "2026-05-01"):
            assert rows.status(as_of=day).gates.open == [], day

    def test_with_a_role_agreed_it_is_no_longer_the_residents_alone(
        self, alone: Any, folded: Any
    ) -> None:
        """INI-03: a role agreed with the residents makes it an initiative to assess again."""
        alone.say("i3", role(roles.CorporationRole.SUPPORT, "2026-04-10"), "2026-04-10")
        rows = folded(alone.stored)
        said = [only(rows.status(as_of=day).initiatives) for day in ("2026-04-09", "2026-04-10")]
        assert [(one.status, one.role) for one in said] == [
            ("self_reliant", "none"),
            ("assessed", "support"),
        ]
        alone.say("i3", grant("500.00"), "2026-04-20")
        assert only(folded(alone.stored).status(as_of="2026-04-20").initiatives).status == (
            "supported"
        )

    def test_all_five_roles_are_counted_and_none_agreed_apart(
        self, history: Any, folded: Any
    ) -> None:
        """INI-04: running initiatives by role, each of the five named, also at nought."""
        for number, said in enumerate(
            [roles.CorporationRole.NONE, roles.CorporationRole.LEAD, roles.CorporationRole.LEAD]
        ):
            history.say(f"i{number}", proposal(), "2026-03-30")
            history.say(f"i{number}", role(said, "2026-04-01"), "2026-04-01")
            start = life.InitiativeStarted(
                title="Koffiehoek", area=LARIKS, themes=(Theme.MEETING,), on=date(2026, 4, 2)
            )
            history.say(f"i{number}", start, "2026-04-02")
        history.say("i9", proposal(), "2026-03-30")
        said = {
            one.role: one.running for one in folded(history.stored).status().initiatives_by_role
        }
        assert said == {
            "none": 1,
            "connect": 0,
            "support": 0,
            "co_initiate": 0,
            "lead": 2,
            "not_agreed": 0,
        }

    def test_a_role_reads_as_it_was_on_the_day(self, i1: Any, folded: Any) -> None:
        """INI-04: lead from 20 April, support again once taken back; it stays the residents'."""
        i1.say("i1", role(roles.CorporationRole.LEAD, "2026-04-20"), "2026-04-20")
        back = roles.CorporationRoleAgreed(
            role=roles.CorporationRole.SUPPORT, restores=True, on=date(2026, 5, 1)
        )
        i1.say("i1", back, "2026-05-01")
        rows = folded(i1.stored)
        said = [
            only(rows.status(as_of=day).initiatives).role
            for day in ("2026-03-31", "2026-04-19", "2026-04-20", "2026-05-01")
        ]
        assert said == [None, "support", "lead", "support"]
        assert only(rows.status().initiatives).taker == "residents"

    def test_a_returned_referral_is_back_and_not_closed(self, i1: Any, folded: Any) -> None:
        """INI-05: referred, then back with the corporation since 6 May; its party is named."""
        party = PartnerRegistered(
            name="Gemeente Assen", kind=PartnerKind.MUNICIPALITY, municipalities=("GM0106",)
        )
        i1.say("assen", party, "2026-01-01", area=None)
        sent = referral.InitiativeReferred(
            title="Koffiehoek",
            area=LARIKS,
            partner="assen",
            reason="Public space",
            due=date(2026, 5, 12),
            on=date(2026, 4, 14),
        )
        i1.say("i1", sent, "2026-04-14")
        returned = referral.InitiativeReferralReturned(
            area=LARIKS,
            partner="assen",
            reason="The ground is yours",
            times=1,
            on=date(2026, 5, 6),
        )
        i1.say("i1", returned, "2026-05-06")
        rows = folded(i1.stored)
        away = only(rows.status(as_of="2026-05-05", internal=False).initiatives)
        assert (away.status, away.referral.said) == ("referred", "referred")
        home = only(rows.status(as_of="2026-05-06").initiatives)
        assert (home.status, home.since) == ("assessed", date(2026, 5, 6))
        assert (home.referral.said, home.referral.name) == ("returned", "Gemeente Assen")

    def test_who_did_not_look_back_is_visible(self, i1: Any, folded: Any) -> None:
        """INI-36: overdue from 24 December in the status, until somebody looked back."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", life.InitiativeCompleted(area=LARIKS, on=date(2026, 9, 30)), "2026-09-30")
        late = effects.EffectEvaluationOverdue(due=date(2026, 12, 23), on=date(2026, 12, 24))
        i1.say("i1", late, "2026-12-24")
        rows = folded(i1.stored)
        assert only(rows.status(as_of="2026-12-23").initiatives).effect_overdue_since is None
        said = only(rows.status(as_of="2026-12-24").initiatives)
        assert said.effect_overdue_since == date(2026, 12, 24)
        outside = only(rows.status(as_of="2026-12-24", internal=False).initiatives)
        assert outside.effect_overdue_since is None
        done = effects.EffectEvaluated(
            finding=effects.EffectFinding.REACHED,
            learned="It worked",
            days_late=9,
            on=date(2027, 1, 1),
        )
        i1.say("i1", done, "2027-01-01")
        after = only(folded(i1.stored).status(as_of="2027-01-01").initiatives)
        assert (after.status, after.effect_overdue_since) == ("effect_evaluated", None)
        before = only(folded(i1.stored).status(as_of="2026-12-31").initiatives)
        assert before.effect_overdue_since == date(2026, 12, 24)

    def test_who_goes_on_alone_is_asked_for_no_evaluation(self, i1: Any, folded: Any) -> None:
        """INI-36: with role `none`, also agreed after completion, it is never overdue."""
        i1.say("i1", life.InitiativeCompleted(area=LARIKS, on=date(2026, 4, 1)), "2026-04-01")
        late = effects.EffectEvaluationOverdue(due=date(2026, 5, 1), on=date(2026, 5, 2))
        i1.say("i1", late, "2026-05-02")
        i1.say("i1", role(roles.CorporationRole.NONE, "2026-05-03"), "2026-05-03")
        rows = folded(i1.stored)
        said = [
            only(rows.status(as_of=day).initiatives).effect_overdue_since
            for day in ("2026-05-02", "2026-05-03")
        ]
        assert said == [date(2026, 5, 2), None]

    def test_completed_anew_what_was_late_before_is_late_as_of_then(
        self, i1: Any, folded: Any
    ) -> None:
        """INI-36: completed for the second time nothing is late yet; what was, reads as of then."""
        i1.say("i1", life.InitiativeCompleted(area=LARIKS, on=date(2026, 4, 1)), "2026-04-01")
        late = effects.EffectEvaluationOverdue(due=date(2026, 5, 1), on=date(2026, 5, 2))
        i1.say("i1", late, "2026-05-02")
        i1.say("i1", life.InitiativeCompleted(area=LARIKS, on=date(2026, 6, 1)), "2026-06-01")
        rows = folded(i1.stored)
        said = [
            only(rows.status(as_of=day).initiatives).effect_overdue_since
            for day in ("2026-05-01", "2026-05-31", "2026-06-01")
        ]
        assert said == [None, date(2026, 5, 2), None]

    def test_handed_over_it_is_the_residents_own(self, i1: Any, folded: Any) -> None:
        """INI-37: role none, taken by residents, asked nothing any more; nobody learns who."""
        i1.say("i1", life.InitiativeCompleted(area=LARIKS, on=date(2026, 9, 30)), "2026-09-30")
        over = life.InitiativeHandedOver(title="Koffiehoek", area=LARIKS, on=date(2026, 11, 2))
        i1.say("i1", over, "2026-11-02")
        said = only(folded(i1.stored).status(as_of="2026-11-02").initiatives)
        assert (said.status, said.role, said.taker) == ("handed_over", "none", "residents")

    def test_a_new_round_begins_anew_and_the_history_stays_one(self, i1: Any, folded: Any) -> None:
        """INI-37: given back it is proposed again, and reads handed over as of before."""
        over = life.InitiativeHandedOver(title="Koffiehoek", area=LARIKS, on=date(2026, 5, 2))
        i1.say("i1", over, "2026-05-02")
        i1.say("i1", proposal(round=2, on=date(2026, 6, 1)), "2026-06-01")
        rows = folded(i1.stored)
        now = only(rows.status(as_of="2026-06-01").initiatives)
        assert (now.status, now.role) == ("proposed", None)
        before = only(rows.status(as_of="2026-05-31").initiatives)
        assert (before.status, before.role) == ("handed_over", "none")

    def test_a_new_round_leaves_what_was_before_as_it_was(self, i1: Any, folded: Any) -> None:
        """INI-37: the history stays one: referral, mark and lateness read as of their days."""
        sent = referral.InitiativeReferred(
            title="Koffiehoek",
            area=LARIKS,
            partner="assen",
            reason="Public space",
            due=date(2026, 2, 28),
            on=date(2026, 2, 10),
        )
        i1.say("i1", sent, "2026-02-10")
        gone = lost(Gate.BASE_IN_ORDER, "base-not-in-order", "2026-02-12")
        i1.say("i1", gone, "2026-02-12")
        i1.say("i1", experiment(Gate.COLLECTIVE_INTEREST, "2026-02-14"), "2026-02-14")
        late = support_terms.SupportDecisionOverdue(
            request=1, due=date(2026, 2, 14), on=date(2026, 2, 15)
        )
        i1.say("i1", late, "2026-02-15")
        overdue = effects.EffectEvaluationOverdue(due=date(2026, 2, 15), on=date(2026, 2, 16))
        i1.say("i1", overdue, "2026-02-16")
        before = folded(i1.stored).status(as_of="2026-04-30")
        over = life.InitiativeStopped(
            area=LARIKS, by=life.StoppedBy.TAKERS, reason="Nobody had time", on=date(2026, 5, 1)
        )
        i1.say("i1", over, "2026-05-01")
        i1.say("i1", proposal(round=2, on=date(2026, 6, 1)), "2026-06-01")
        rows = folded(i1.stored)
        said = rows.status(as_of="2026-04-30")
        was, still = only(before.initiatives), only(said.initiatives)
        assert still.referral.said == "referred"
        assert still.marks == ["base-in-order: base-not-in-order since 2026-02-12"]
        assert still.decision_late_since == date(2026, 2, 15)
        assert still.effect_overdue_since == date(2026, 2, 16)
        assert still.experiment_until == date(2026, 9, 30)
        assert was.model_dump(exclude={"evidence"}) == still.model_dump(exclude={"evidence"})
        assert only(said.gates.set_aside).status == "in_force"
        stopped = only(rows.status(as_of="2026-05-01").initiatives)
        assert (stopped.decision_late_since, stopped.effect_overdue_since) == (None, None)
        now = rows.status(as_of="2026-06-01")
        anew = only(now.initiatives)
        assert (anew.status, anew.referral, anew.marks) == ("proposed", None, [])
        assert (anew.decision_late_since, anew.effect_overdue_since) == (None, None)
        assert anew.experiment_until is None
        aside = only(now.gates.set_aside)
        assert (aside.status, aside.over_since) == ("lapsed", date(2026, 6, 1))

    def test_a_later_round_has_a_history_of_its_own(self, i1: Any, folded: Any) -> None:
        """INI-37: a mark of the round before does not come back, and does not pass again."""
        gone = lost(Gate.BASE_IN_ORDER, "base-not-in-order", "2026-04-12")
        i1.say("i1", gone, "2026-04-12")
        over = life.InitiativeHandedOver(title="Koffiehoek", area=LARIKS, on=date(2026, 5, 2))
        i1.say("i1", over, "2026-05-02")
        i1.say("i1", proposal(round=2, on=date(2026, 6, 1)), "2026-06-01")
        late = effects.EffectEvaluationOverdue(due=date(2026, 6, 9), on=date(2026, 6, 10))
        i1.say("i1", late, "2026-06-10")
        again = gates.GatePassedAgain(
            gate=Gate.BASE_IN_ORDER, reason="In order again", on=date(2026, 6, 12)
        )
        i1.say("i1", again, "2026-06-12")
        rows = folded(i1.stored)
        said = [
            only(rows.status(as_of=day).initiatives)
            for day in ("2026-05-31", "2026-06-01", "2026-06-11", "2026-06-12")
        ]
        assert [len(one.marks) for one in said] == [1, 0, 0, 0]
        assert [one.effect_overdue_since for one in said[1:]] == [
            None,
            date(2026, 6, 10),
            date(2026, 6, 10),
        ]

    def test_a_decision_past_its_term_shows_until_it_is_taken(self, i1: Any, folded: Any) -> None:
        """INI-25: late since 12 June; the decision ends it."""
        late = support_terms.SupportDecisionOverdue(
            request=1, due=date(2026, 6, 11), on=date(2026, 6, 12)
        )
        i1.say("i1", late, "2026-06-12")
        said = only(folded(i1.stored).status(as_of="2026-06-12").initiatives)
        assert said.decision_late_since == date(2026, 6, 12)
        i1.say("i1", grant("1500.00", "2026-06-20"), "2026-06-20")
        rows = folded(i1.stored)
        assert only(rows.status().initiatives).decision_late_since is None
        waiting = only(rows.status(as_of="2026-06-19").initiatives)
        assert waiting.decision_late_since == date(2026, 6, 12)

    def test_an_experiment_ends_on_its_day(self, i1: Any, folded: Any) -> None:
        """INI-34: until 30 September it sets a gate aside, with question and role; then no more."""
        i1.say("i1", experiment(Gate.BASE_IN_ORDER, "2026-04-20"), "2026-04-20")
        rows = folded(i1.stored)
        aside = only(rows.status(as_of="2026-09-30").gates.set_aside)
        assert (aside.about, aside.gate, aside.status, aside.role) == (
            "experiment",
            "base-in-order",
            "in_force",
            "area_director",
        )
        assert only(rows.status(as_of="2026-09-30").initiatives).experiment_until == date(
            2026, 9, 30
        )
        over = rows.status(as_of="2026-10-01")
        assert only(over.gates.set_aside).status == "lapsed"
        assert only(over.initiatives).experiment_until is None
