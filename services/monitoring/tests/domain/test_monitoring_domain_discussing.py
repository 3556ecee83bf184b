"""Partners endorse or object, and an objection is answered before agreeing (MON-33)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    EffortLevelEndorsed,
    EffortLevelObjected,
    EffortLevelObjectionAnswered,
    EffortLevelProposalLapsed,
    EffortLevelProposalWithdrawn,
    EffortLevelProposed,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.agreeing import AgreeEffortLevel, JudgeLevelByTime, WithdrawProposal
from monitoring.domain.effort_level import MODES, EffortLevel
from monitoring.domain.proposing import AnswerObjection, EndorseEffortLevel, ObjectToEffortLevel

OBJECTION = EffortLevelObjected(partner="welfare", reason="no youth work until April")
ANSWER = EffortLevelObjectionAnswered(partner="welfare", answer="start in April")
ENDORSED = tuple(EffortLevelEndorsed(partner=one) for one in ("assen", "tenants"))


def agreement(**more: Any) -> EffortLevelAgreed:
    """The agreement that follows the proposal for Lariks."""
    told: dict[str, Any] = {
        "area": "WK010601@2020",
        "level": EffortLevelName.EXTRA,
        "mode": MODES[EffortLevelName.EXTRA],
        "valid": Validity(from_=date(2027, 1, 1), through=date(2028, 12, 31)),
        **more,
    }
    return EffortLevelAgreed(**told)


class TestReacting:
    def test_a_partner_endorses_for_itself(self, proposed: Specification) -> None:
        """MON-33: an invited partner endorses in its own name; a second time changes nothing."""
        once = proposed.by("partner", partner="assen").when(EndorseEffortLevel())
        again = once.then(EffortLevelEndorsed(partner="assen")).when(EndorseEffortLevel())
        again.nothing()

    def test_a_municipality_from_elsewhere_is_refused(self, proposed: Specification) -> None:
        """MON-33: Hoogeveen has no say about Assen."""
        asked = proposed.by("partner", partner="hoogeveen")
        asked.when(EndorseEffortLevel()).refused("outside-own-municipality")
        asked.when(ObjectToEffortLevel(reason="too dear")).refused("outside-own-municipality")

    def test_only_who_was_invited_reacts(self, proposed: Specification) -> None:
        """MON-33: a partner of Assen that was not asked does not react to the proposal."""
        asked = proposed.by("partner", partner="care")
        asked.when(EndorseEffortLevel()).refused("not-invited")

    def test_an_objection_says_why(self, proposed: Specification) -> None:
        """MON-33: an objection without a reason is refused, with one it is recorded."""
        asked = proposed.by("partner", partner="welfare")
        asked.when(ObjectToEffortLevel()).refused("reason-missing")
        asked.when(ObjectToEffortLevel(reason="no youth work until April")).then(OBJECTION)

    def test_a_partner_may_think_better_of_it(self, proposed: Specification) -> None:
        """MON-33: who endorses after objecting leaves nothing to answer."""
        thought = proposed.and_(*ENDORSED, OBJECTION).by("partner", partner="welfare")
        agreed = thought.when(EndorseEffortLevel()).then(EffortLevelEndorsed(partner="welfare"))
        agreed.when(AgreeEffortLevel()).then(agreement())

    def test_an_objection_after_agreeing_belongs_in_the_evaluation(
        self, proposed: Specification
    ) -> None:
        """MON-33: after agreeing, objecting is refused and points to the evaluation."""
        late = proposed.and_(agreement()).by("partner", partner="welfare")
        refusal = late.when(ObjectToEffortLevel(reason="no youth work"))
        refusal.refused("level-already-agreed", saying="Raise it as a friction in the evaluation.")


class TestAnswering:
    def test_an_answer_stands_beside_the_objection(self, proposed: Specification) -> None:
        """MON-33: the objection stays visible with its answer."""
        answered = proposed.and_(OBJECTION).when(
            AnswerObjection(partner="welfare", answer="start in April")
        )
        said = answered.then(ANSWER).state(EffortLevel).reactions["welfare"]
        assert (said.endorses, said.reason, said.answer) == (
            False,
            "no youth work until April",
            "start in April",
        )

    @pytest.mark.parametrize("partner", ["assen", "tenants"])
    def test_there_is_no_answer_without_an_objection(
        self, proposed: Specification, partner: str
    ) -> None:
        """MON-33: who endorsed or kept silent gets no answer."""
        before = proposed.and_(EffortLevelEndorsed(partner="assen"))
        before.when(AnswerObjection(partner=partner, answer="so what")).refused("no-objection")

    def test_a_new_objection_asks_for_a_new_answer(self, proposed: Specification) -> None:
        """MON-33: an answer does not cover what the partner objects to afterwards."""
        again = EffortLevelObjected(partner="welfare", reason="nor in May")
        before = proposed.and_(*ENDORSED, OBJECTION, ANSWER, again).at("2026-12-01T09:00:00Z")
        before.when(AgreeEffortLevel()).refused("objection-unanswered")


class TestAgreeingAfterTheDiscussion:
    def test_the_term_runs_for_who_has_not_reacted(self, proposed: Specification) -> None:
        """MON-33: on 20 November two partners have not reacted and the term still runs."""
        before = proposed.and_(OBJECTION).at("2026-11-20T09:00:00Z")
        before.when(AgreeEffortLevel()).refused("reaction-term-running", saying="2 invited")

    def test_the_last_day_of_the_term_is_included(self, proposed: Specification) -> None:
        """MON-33: on 30 November at 23:30 in Assen the term runs, half an hour later it is over."""
        evening = proposed.at("2026-11-30T22:30:00Z")
        evening.when(AgreeEffortLevel()).refused("reaction-term-running")
        evening.at("2026-11-30T23:00:00Z").when(AgreeEffortLevel()).recorded()

    def test_an_unanswered_objection_stops_agreeing(self, proposed: Specification) -> None:
        """MON-33: on 1 December the objection still has no answer."""
        before = proposed.and_(OBJECTION).at("2026-12-01T09:00:00Z")
        before.when(AgreeEffortLevel()).refused("objection-unanswered")

    def test_an_answered_objection_may_be_kept(self, proposed: Specification) -> None:
        """MON-33: after the answer agreeing is possible, and silence is no endorsement."""
        before = proposed.and_(OBJECTION, ANSWER).at("2026-12-01T09:00:00Z")
        before.when(AgreeEffortLevel()).then(agreement(no_reaction=("assen", "tenants")))

    def test_nobody_waits_when_all_have_reacted(self, proposed: Specification) -> None:
        """MON-33: when all three have reacted and been answered the term need not end."""
        before = proposed.and_(*ENDORSED, OBJECTION, ANSWER).at("2026-11-20T09:00:00Z")
        before.when(AgreeEffortLevel()).then(agreement())

    def test_a_level_is_agreed_once(self, proposed: Specification) -> None:
        """MON-33: agreeing again is refused."""
        before = proposed.and_(agreement()).at("2026-12-01T09:00:00Z")
        before.when(AgreeEffortLevel()).refused("level-already-agreed")


class TestLapsing:
    def test_a_proposal_lapses_six_months_after_the_term(self, proposed: Specification) -> None:
        """MON-33: the last day to agree is 30 May 2027; the fact names the day after."""
        state = proposed.state(EffortLevel)
        assert state.due().isoformat() == "2027-05-30T22:00:00+00:00"
        proposed.at("2027-05-30T21:59:00Z").when(JudgeLevelByTime()).nothing()
        lapsed = proposed.at("2027-06-09T09:00:00Z").when(JudgeLevelByTime())
        after = lapsed.then(EffortLevelProposalLapsed(on=date(2027, 5, 31)))
        assert after.state(EffortLevel).due() is None
        after.when(JudgeLevelByTime()).nothing()

    @pytest.mark.parametrize("recorded", [True, False])
    def test_what_lapsed_is_over_whether_or_not_it_was_recorded(
        self, proposed: Specification, recorded: bool
    ) -> None:
        """MON-33: no command follows on a lapsed proposal, also when the ticker is late."""
        facts = (EffortLevelProposalLapsed(on=date(2027, 5, 31)),) if recorded else ()
        late = proposed.and_(OBJECTION).at("2027-05-31T09:00:00Z").and_(*facts)
        late.when(AgreeEffortLevel()).refused("proposal-lapsed")
        late.when(WithdrawProposal(reason="too late")).refused("proposal-lapsed")
        late.when(AnswerObjection(partner="welfare", answer="yes")).refused("proposal-lapsed")
        partner = late.by("partner", partner="assen")
        partner.when(EndorseEffortLevel()).refused("proposal-lapsed")
        partner.when(ObjectToEffortLevel(reason="too late")).refused("proposal-lapsed")

    def test_an_agreed_level_never_lapses(self, proposed: Specification) -> None:
        """MON-33: only what was neither agreed nor withdrawn lapses."""
        proposed.and_(agreement()).at("2027-06-01T09:00:00Z").when(JudgeLevelByTime()).nothing()


class TestWithdrawing:
    def test_taking_back_says_why_and_ends_the_discussion(self, proposed: Specification) -> None:
        """MON-33: a withdrawn proposal can be neither agreed nor reacted to."""
        proposed.when(WithdrawProposal()).refused("reason-missing")
        gone = proposed.when(WithdrawProposal(reason="another plan")).then(
            EffortLevelProposalWithdrawn(reason="another plan")
        )
        gone.at("2026-12-01T09:00:00Z").when(AgreeEffortLevel()).refused("not-proposed")
        gone.by("partner", partner="assen").when(EndorseEffortLevel()).refused("not-proposed")
        gone.when(WithdrawProposal(reason="again")).refused("not-proposed")
        gone.at("2027-06-01T09:00:00Z").when(JudgeLevelByTime()).nothing()

    def test_an_agreed_level_is_no_proposal(self, proposed: Specification) -> None:
        """MON-33: what was agreed is ended, not withdrawn."""
        agreed = proposed.and_(agreement())
        agreed.when(WithdrawProposal(reason="oops")).refused("level-already-agreed")


def test_nobody_invited_means_nobody_to_wait_for(
    proposed_as: Callable[..., EffortLevelProposed], proposed: Specification
) -> None:
    """MON-33: the term is for the partners that were asked."""
    alone = given(proposed_as(invited=()), at="2026-11-02T09:00:00Z")
    same = alone.knowing(*proposed.known.values())
    same.when(AgreeEffortLevel()).then(agreement())
