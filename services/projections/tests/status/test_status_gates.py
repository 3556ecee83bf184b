"""Specifications of gates in the effort status: events in, answer out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from initiative_scenes import experiment, grant, line, lost, override, proposal, review
from projections_scenes import LARIKS, only

from leefwijk.events.language.gates import (
    Gate,
    GateOutcome,
    KnowledgeState,
    Means,
    SetAside,
)
from leefwijk.events.language.initiatives import gates, life, support_terms


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
        gone = lost(Gate.BASE_IN_ORDER, "base-not-in-order", "2026-05-18", evidence=("m7",))
        i1.say("i1", gone, "2026-05-19")
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
        gone = lost(Gate.BASE_IN_ORDER, "base-not-in-order", "2026-05-18")
        i1.say("i1", gone, "2026-05-18")
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
        gone = lost(Gate.BASE_IN_ORDER, "base-not-in-order", "2026-05-18")
        i1.say("i1", gone, "2026-05-18")
        assert only(folded(i1.stored).status().gates.open).code == "base-not-in-order"

    def test_an_override_answers_for_its_own_request(self, i1: Any, folded: Any) -> None:
        """INI-11, INI-21: R1's override leaves the same gate of R2 open, on the same ground."""
        code = "base-not-in-order"
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", grant("400.00").model_copy(update={"request": 2}), "2026-04-21")
        for request in (1, 2):
            gone = lost(Gate.BASE_IN_ORDER, code, "2026-05-18", request=request)
            i1.say("i1", gone, "2026-05-18")
        aside = override(Gate.BASE_IN_ORDER, code, "Light is coming", "2026-05-20", "2026-12-31")
        i1.say("i1", aside, "2026-05-20")
        status = folded(i1.stored).status(as_of="2026-05-20")
        assert [(one.request, one.code) for one in status.gates.open] == [(2, code)]

    def test_a_gate_that_an_experiment_sets_aside_is_not_open(self, i1: Any, folded: Any) -> None:
        """INI-34: until its last day the gate is set aside, then open as in any other."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        gone = lost(Gate.BASE_IN_ORDER, "base-not-in-order", "2026-05-18")
        i1.say("i1", gone, "2026-05-18")
        i1.say("i1", experiment(Gate.BASE_IN_ORDER, "2026-05-20"), "2026-05-20")
        rows = folded(i1.stored)
        said = [
            len(rows.status(as_of=day).gates.open)
            for day in ("2026-05-19", "2026-05-20", "2026-09-30", "2026-10-01")
        ]
        assert said == [1, 0, 0, 1]

    def test_a_grant_under_review_names_its_last_day(self, i1: Any, folded: Any) -> None:
        """INI-24: back to the table by 28 April; a gate that passes again ends the review."""
        i1.say("i1", grant("1500.00", "2026-04-13"), "2026-04-13")
        gone = lost(Gate.RESIDENTS_INVOLVEMENT, "involvement-check-withdrawn", "2026-04-11")
        i1.say("i1", gone, "2026-04-14")
        i1.say("i1", review(), "2026-04-14")
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
        i1.say("i1", review(), "2026-04-14")
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

    def test_a_gate_is_lost_and_regained_by_each_grant(self, i1: Any, folded: Any) -> None:
        """INI-14, INI-21: R2 has the base again, R1 not; with the end of R1 nothing is open."""
        i1.say("i1", grant("1500.00"), "2026-04-20")
        i1.say("i1", grant("400.00").model_copy(update={"request": 2}), "2026-04-21")
        for request in (1, 2):
            lost = gates.GateNoLongerPassed(
                request=request,
                gate=Gate.BASE_IN_ORDER,
                code="base-not-in-order",
                on=date(2026, 5, 18),
            )
            i1.say("i1", lost, "2026-05-18")
        again = gates.GatePassedAgain(
            request=2, gate=Gate.BASE_IN_ORDER, reason="In order", on=date(2026, 6, 1)
        )
        i1.say("i1", again, "2026-06-01")
        ended = support_terms.SupportEnded(
            request=1,
            area=LARIKS,
            spent=Decimal("0.00"),
            ordered=Decimal("0.00"),
            settles_on=date(2026, 8, 28),
            reason="Done",
            on=date(2026, 7, 1),
        )
        i1.say("i1", ended, "2026-07-01")
        rows = folded(i1.stored)

        def lost_on(on: str) -> list[int | None]:
            found = rows.status(as_of=on).gates.open
            return [one.request for one in found if one.outcome == "lost"]

        assert lost_on("2026-05-31") == [1, 2]
        assert lost_on("2026-06-30") == [1]
        assert lost_on("2026-07-02") == []
