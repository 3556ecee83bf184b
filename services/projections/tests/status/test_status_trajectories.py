"""Specifications of trajectories and living agreements in the effort status."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from projections_scenes import only

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation import formal_advices
from leefwijk.events.language.participation import living_agreements as agreements
from leefwijk.events.language.participation import trajectories as facts
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
)

LARIKS = "WK010601@2020"
CONCLUDED = "44444444-4444-4444-8444-444444444444"


def planned(number: int, at: str, form: Form = Form.MEETING) -> facts.MomentPlanned:
    """A moment at which people can come."""
    return facts.MomentPlanned(moment=number, form=form, at=datetime.fromisoformat(at))


def held(number: int, on: str, items: int, attendance: int | None = 19) -> facts.MomentHeld:
    """It was held, and so much came out of it."""
    return facts.MomentHeld(
        moment=number,
        on=date.fromisoformat(on),
        attendance=attendance,
        input=tuple(facts.Input(item=one + 1, what="Banken bij de vijver") for one in range(items)),
    )


def answered(number: int, item: int | None, on: str) -> facts.FeedbackGiven:
    """People heard what was done with it."""
    return facts.FeedbackGiven(
        moment=number,
        item=item,
        outcome=facts.FeedbackOutcome.TAKEN_OVER,
        told_on=date.fromisoformat(on),
        form=Form.LETTER,
    )


@pytest.fixture
def running(history: Any) -> Any:
    """A trajectory that promises tenants to co-decide, running from 1 October."""
    opened = facts.TrajectoryOpened(
        title="Het pleintje",
        area=LARIKS,
        municipalities=("GM0106",),
        themes=(Theme.MEETING,),
        check="c1",
        concluded=CONCLUDED,
        promises=(
            facts.Promise(
                group=Group.TENANTS, level=Level.CO_DECIDE, leading_wish=LeadingWish.CO_DECIDE
            ),
        ),
        on=date(2026, 9, 20),
    )
    history.say("t1", opened, "2026-09-20")
    history.say("t1", planned(1, "2026-10-06T19:30:00+02:00"), "2026-09-21")
    history.say("t1", planned(2, "2026-10-10T10:30:00+02:00"), "2026-09-21")
    history.say("t1", planned(3, "2026-10-15T14:00:00+02:00"), "2026-09-21")
    history.say("t1", facts.TrajectoryStarted(area=LARIKS, on=date(2026, 10, 1)), "2026-10-01")
    return history


def line(folded: Any, history: Any, as_of: str, **more: Any) -> Any:
    """The one trajectory on a day."""
    status = folded(history.stored).status(as_of=as_of, **{"now": as_of, **more})
    return only(status.trajectories.items)


class TestTrajectories:
    def test_the_next_moment_is_the_first_that_is_still_to_come(
        self, running: Any, folded: Any
    ) -> None:
        """PAR-21: form and local time of the next moment, of today by the clock."""
        said = line(folded, running, "2026-10-05")
        assert (said.status, said.next_moment.moment) == ("running", 1)
        assert said.next_moment.at == datetime.fromisoformat("2026-10-06T19:30:00+02:00")
        evening = line(folded, running, "2026-10-06", now="2026-10-06T19:31:00+02:00")
        assert evening.next_moment.moment == 2
        assert line(folded, running, "2026-10-16").next_moment is None

    def test_moved_and_cancelled_moments_are_not_waited_for(
        self, running: Any, folded: Any
    ) -> None:
        """PAR-21: a moment that was moved is next at its new time, a cancelled one never."""
        moved = facts.MomentMoved(
            moment=1,
            at=datetime.fromisoformat("2026-10-12T19:30:00+02:00"),
            was=datetime.fromisoformat("2026-10-06T19:30:00+02:00"),
            reason="The hall was taken",
        )
        running.say("t1", moved, "2026-10-02")
        running.say("t1", facts.MomentCancelled(moment=2, reason="Too few forms"), "2026-10-02")
        said = line(folded, running, "2026-10-05")
        assert (said.next_moment.moment, said.next_moment.at.day) == (1, 12)

    def test_a_moment_nobody_reported_is_named_from_the_eighth_day(
        self, running: Any, folded: Any
    ) -> None:
        """PAR-24: through day seven it may still be recorded; recorded late it is no longer due."""
        assert line(folded, running, "2026-10-13").unreported == []
        late = only(line(folded, running, "2026-10-14").unreported)
        assert (late.moment, late.since) == (1, date(2026, 10, 14))
        running.say("t1", held(1, "2026-10-06", 2), "2026-10-20")
        assert line(folded, running, "2026-10-14").unreported == []

    def test_how_many_came_is_no_figure_of_the_area(self, running: Any, folded: Any) -> None:
        """PAR-24: attendance stays with the trajectory; the area shows that it was held."""
        running.say("t1", held(1, "2026-10-06", 2, attendance=3), "2026-10-07")
        said = line(folded, running, "2026-10-08")
        assert said.moments_held == 1
        assert "attendance" not in said.model_dump_json(by_alias=True)

    def test_feedback_is_overdue_after_28_days_whatever_was_recorded(
        self, running: Any, folded: Any
    ) -> None:
        """PAR-25: on 4 November four answers of the moment of 6 October are overdue, not before."""
        running.say("t1", held(1, "2026-10-06", 12), "2026-10-07")
        running.say("t1", held(2, "2026-10-10", 9), "2026-10-11")
        running.say("t1", held(3, "2026-10-15", 6), "2026-10-16")
        for item in range(1, 9):
            running.say("t1", answered(1, item, "2026-10-20"), "2026-10-20")
        for number, items in ((2, 9), (3, 6)):
            for item in range(1, items + 1):
                running.say("t1", answered(number, item, "2026-10-25"), "2026-10-25")
        last = line(folded, running, "2026-11-03")
        assert (last.feedback_owed, last.feedback_overdue) == (4, [])
        said = line(folded, running, "2026-11-04")
        late = only(said.feedback_overdue)
        assert (late.moment, late.owed, late.since) == (1, 4, date(2026, 11, 4))
        assert line(folded, running, "2026-10-19").feedback_owed == 27
        running.say("t1", answered(1, 9, "2026-11-10"), "2026-11-10")
        assert only(line(folded, running, "2026-11-10").feedback_overdue).owed == 3
        outside = line(folded, running, "2026-11-04", internal=False)
        assert (outside.feedback_overdue, outside.feedback_owed) == (None, None)

    def test_a_moment_without_input_owes_one_answer(self, running: Any, folded: Any) -> None:
        """PAR-25: it was held and nothing came: that too is told once."""
        running.say("t1", held(1, "2026-10-06", 0, attendance=0), "2026-10-07")
        assert line(folded, running, "2026-10-08").feedback_owed == 1
        running.say("t1", answered(1, None, "2026-10-09"), "2026-10-09")
        assert line(folded, running, "2026-10-09").feedback_owed == 0

    def test_stopping_does_not_cancel_the_debt(self, running: Any, folded: Any) -> None:
        """PAR-25: stopped, it is still listed while people have not heard everything."""
        running.say("t1", held(1, "2026-10-06", 1), "2026-10-07")
        stop = facts.TrajectoryStopped(area=LARIKS, reason="No budget", on=date(2026, 10, 8))
        running.say("t1", stop, "2026-10-08")
        said = line(folded, running, "2026-11-04")
        assert (said.status, only(said.feedback_overdue).owed) == ("stopped", 1)
        running.say("t1", answered(1, 1, "2026-11-05"), "2026-11-05")
        done = folded(running.stored).status(as_of="2026-11-05").trajectories
        assert (done.items, done.running, done.over) == ([], 0, 1)

    def test_stopped_it_invites_nobody_and_owes_no_report_of_what_never_came(
        self, running: Any, folded: Any
    ) -> None:
        """PAR-24: what was to come after the stop is neither next nor unreported."""
        running.say("t1", held(1, "2026-10-06", 1), "2026-10-07")
        stop = facts.TrajectoryStopped(area=LARIKS, reason="No budget", on=date(2026, 10, 10))
        running.say("t1", stop, "2026-10-10T10:00:00+02:00")
        assert line(folded, running, "2026-10-09").next_moment.moment == 2
        for day in ("2026-10-10", "2026-11-04"):
            said = line(folded, running, day)
            assert (said.status, said.next_moment, said.unreported) == ("stopped", None, []), day
            assert said.feedback_owed == 1

    def test_stopped_it_still_owes_the_report_of_what_had_been(
        self, running: Any, folded: Any
    ) -> None:
        """PAR-24: a moment from before the stop is unreported until somebody says what became."""
        running.say("t1", held(1, "2026-10-06", 1), "2026-10-07")
        stop = facts.TrajectoryStopped(area=LARIKS, reason="No budget", on=date(2026, 10, 10))
        running.say("t1", stop, "2026-10-10T12:00:00+02:00")
        assert line(folded, running, "2026-10-17").unreported == []
        late = only(line(folded, running, "2026-11-04").unreported)
        assert (late.moment, late.since) == (2, date(2026, 10, 18))

    def test_what_never_ran_owes_no_report(self, running: Any, folded: Any) -> None:
        """PAR-24: stopped before it was started, it held no moment."""
        del running.stored[4]  # that it started
        running.say("t1", held(1, "2026-10-06", 1), "2026-10-07")
        stop = facts.TrajectoryStopped(area=LARIKS, reason="No budget", on=date(2026, 10, 20))
        running.say("t1", stop, "2026-10-20")
        for day in ("2026-10-19", "2026-11-04"):
            assert line(folded, running, day).unreported == []

    @pytest.mark.parametrize("over", ["closed", "stopped"])
    def test_over_it_has_no_next_moment(self, running: Any, folded: Any, over: str) -> None:
        """PAR-21: people are invited to what is prepared or runs, not to what is over."""
        running.say("t1", held(1, "2026-10-06", 1), "2026-10-07")
        running.say(
            "t1",
            facts.TrajectoryStopped(area=LARIKS, reason="No budget", on=date(2026, 10, 8))
            if over == "stopped"
            else facts.TrajectoryClosed(area=LARIKS, check="c1", promises=(), on=date(2026, 10, 8)),
            "2026-10-08",
        )
        said = line(folded, running, "2026-10-09")
        assert (said.status, said.next_moment) == (over, None)
        assert line(folded, running, "2026-10-07").next_moment.moment == 2

    def test_a_broken_promise_never_reads_kept(self, running: Any, folded: Any) -> None:
        """PAR-23: the status shows "promised co_decide, broken", also after closing."""
        running.say("t1", held(1, "2026-11-21", 1), "2026-11-22")
        running.say("t1", answered(1, 1, "2026-11-25"), "2026-11-25")
        broken = facts.PromiseBroken(
            check="c1",
            group=Group.TENANTS,
            moment=1,
            item=1,
            promise=Level.CO_DECIDE,
            reason=facts.FeedbackReason.SAFETY,
            on=date(2026, 11, 25),
        )
        running.say("t1", broken, "2026-11-25")
        kept = facts.PromiseKept(
            group=Group.TENANTS,
            leading_wish=LeadingWish.CO_DECIDE,
            promise=Level.CO_DECIDE,
            kept=False,
            broken=True,
        )
        close = facts.TrajectoryClosed(
            area=LARIKS, check="c1", promises=(kept,), on=date(2026, 12, 1)
        )
        running.say("t1", close, "2026-12-01")
        said = line(folded, running, "2027-03-01", internal=False)
        promise = only(said.promises)
        assert (said.status, promise.promised, promise.reads) == ("closed", "co_decide", "broken")
        assert only(promise.broken).reason == "safety"
        before = only(line(folded, running, "2026-11-24").promises)
        assert before.reads == "stands"

    def test_a_lowered_promise_shows_where_it_came_from(self, running: Any, folded: Any) -> None:
        """PAR-26: wished co_decide, promised co_decide, lowered to advise for money, for ever."""
        lowered = facts.PromiseLowered(
            check="c1",
            group=Group.TENANTS,
            from_=Level.CO_DECIDE,
            to=Level.ADVISE,
            reason=Explanation.MONEY,
            told_on=date(2026, 11, 9),
            form=Form.MEETING,
            share_above="36.1",
            on=date(2026, 11, 10),
        )
        running.say("t1", lowered, "2026-11-10")
        promise = only(line(folded, running, "2026-11-10").promises)
        assert (promise.leading_wish, promise.promised, promise.level, promise.reads) == (
            "co_decide",
            "co_decide",
            "advise",
            "lowered",
        )
        change = only(promise.changes)
        assert (change.from_level, change.to_level, change.reason) == (
            "co_decide",
            "advise",
            "money",
        )
        assert only(line(folded, running, "2026-11-09").promises).level == "co_decide"

    def test_reopened_it_runs_again(self, running: Any, folded: Any) -> None:
        """PAR-25: where feedback changed after closing it runs until it is closed again."""
        close = facts.TrajectoryClosed(area=LARIKS, check="c1", promises=(), on=date(2026, 12, 1))
        running.say("t1", close, "2026-12-01")
        again = facts.TrajectoryReopened(area=LARIKS, moment=1, on=date(2026, 12, 10))
        running.say("t1", again, "2026-12-10")
        rows = folded(running.stored)
        assert rows.status(as_of="2026-12-05").trajectories.running == 0
        assert rows.status(as_of="2026-12-10").trajectories.running == 1


@pytest.fixture
def advised(history: Any) -> Any:
    """PAR-27: asked on 1 March, advice against on 6 April, reasons due on 20 April."""
    asked = formal_advices.FormalAdviceAsked(
        about=formal_advices.Subject(kind=formal_advices.SubjectKind.EFFORT_LEVEL, id="l1"),
        title="Inzet in Assen Oost",
        area=LARIKS,
        municipalities=("GM0106",),
        organisation="tenants",
        informed_on=date(2027, 3, 1),
        advise_by=date(2027, 4, 12),
        on=date(2027, 3, 1),
    )
    history.say("f1", asked, "2027-03-01")
    return history


AGAINST = formal_advices.FormalAdviceReceived(
    advice=formal_advices.Advice.AGAINST, on=date(2027, 4, 6), answer_by=date(2027, 4, 20)
)


class TestFormalAdvice:
    def reads(self, folded: Any, history: Any, *days: str) -> list[str]:
        """How the one advice reads on these days."""
        rows = folded(history.stored)
        return [only(rows.status(as_of=day).formal_advice).status for day in days]

    def test_reasons_that_do_not_come_are_unanswered_from_the_day_after(
        self, advised: Any, folded: Any
    ) -> None:
        """EVA-15: "advice unanswered since", by the calendar, until the reasons are there."""
        advised.say("f1", AGAINST, "2027-04-06")
        days = ("2027-04-05", "2027-04-06", "2027-04-20", "2027-04-21")
        said = self.reads(folded, advised, *days)
        assert said == ["asked", "received", "received", "unanswered"]
        late = only(folded(advised.stored).status(as_of="2027-04-21").formal_advice)
        assert (late.unanswered_since, late.advice) == (date(2027, 4, 21), "against")
        overdue = formal_advices.FormalAdviceAnswerOverdue(
            due_on=date(2027, 4, 20), on=date(2027, 4, 21)
        )
        advised.say("f1", overdue, "2027-04-21")
        answered = formal_advices.FormalAdviceAnswered(
            followed=False,
            reasons_given=True,
            on=date(2027, 4, 25),
            effect_from=date(2027, 4, 28),
            days_late=5,
        )
        advised.say("f1", answered, "2027-04-25")
        assert self.reads(folded, advised, "2027-04-24", "2027-04-25") == [
            "unanswered",
            "answered",
        ]
        done = only(folded(advised.stored).status(as_of="2027-04-25").formal_advice)
        assert (done.followed, done.effect_from) == (False, date(2027, 4, 28))

    def test_six_weeks_include_their_last_day(self, advised: Any, folded: Any) -> None:
        """PAR-27: no advice by 12 April settles it from the 13th; residents do not read it."""
        assert self.reads(folded, advised, "2027-04-12", "2027-04-13") == ["asked", "not_given"]
        rows = folded(advised.stored)
        outside = rows.status(as_of="2027-04-13", internal=False)
        assert outside.formal_advice is None
        assert "formalAdvice" in outside.withheld
        partner = rows.status(as_of="2027-04-13", internal=False, partner="tenants")
        assert len(partner.formal_advice) == 1


@pytest.fixture
def agreed(history: Any) -> Any:
    """PAR-28: 31 of 48 homes answered, 24 agree, 7 object."""
    proposed = agreements.AgreementProposed(
        title="Trappenhuis en geluid",
        area=LARIKS,
        municipalities=("GM0106",),
        homes=48,
        topics=(agreements.Topic.STAIRWELL, agreements.Topic.NOISE),
        on=date(2026, 5, 1),
    )
    history.say("l1", proposed, "2026-05-01")
    made = agreements.AgreementMade(
        title="Trappenhuis en geluid",
        area=LARIKS,
        municipalities=("GM0106",),
        topics=(agreements.Topic.STAIRWELL, agreements.Topic.NOISE),
        homes=48,
        answered=31,
        agreeing=24,
        objecting=7,
        origin=agreements.Origin(panel="w1"),
        review_by=date(2027, 6, 1),
        on=date(2026, 6, 1),
    )
    history.say("l1", made, "2026-06-01")
    return history


def addressed(step: agreements.Step, on: str, **more: Any) -> agreements.AgreementAddressed:
    """Residents were spoken to about waste."""
    return agreements.AgreementAddressed(
        topic=more.pop("topic", agreements.Topic.WASTE),
        step=step,
        area=LARIKS,
        homes=48,
        by=agreements.AddressedBy.NEIGHBOURHOOD_WORKER,
        manner=agreements.Manner.LETTER,
        on=date.fromisoformat(on),
        **more,
    )


class TestAgreements:
    def test_objections_stay_visible_beside_what_was_agreed(self, agreed: Any, folded: Any) -> None:
        """PAR-28: made with its seven objections; before that day it is a proposal, inside only."""
        rows = folded(agreed.stored)
        said = only(rows.status(as_of="2026-06-01").agreements.items)
        assert (said.status, said.answered, said.agreeing, said.objecting) == ("made", 31, 24, 7)
        assert said.review_by == date(2027, 6, 1)
        before = rows.status(as_of="2026-05-31").agreements
        assert (only(before.items).status, before.living) == ("proposed", 0)
        assert rows.status(as_of="2026-05-31", internal=False).agreements.items == []

    def test_counts_too_small_to_show_have_one_mark(self, history: Any, folded: Any) -> None:
        """PAR-28: where the fact hides its counts, the area shows that and nothing else."""
        proposed = agreements.AgreementProposed(
            title="Fietsen",
            area=LARIKS,
            municipalities=("GM0106",),
            homes=12,
            topics=(agreements.Topic.PARKING,),
            on=date(2026, 5, 1),
        )
        history.say("l1", proposed, "2026-05-01")
        made = agreements.AgreementMade(
            title="Fietsen",
            area=LARIKS,
            municipalities=("GM0106",),
            topics=(agreements.Topic.PARKING,),
            homes=12,
            origin=agreements.Origin(panel="w1"),
            review_by=date(2027, 6, 1),
            on=date(2026, 6, 1),
        )
        history.say("l1", made, "2026-06-01")
        said = only(folded(history.stored).status().agreements.items)
        assert {said.answered, said.agreeing, said.objecting} == {"not_shown"}

    def test_a_review_that_is_late_shows_by_the_calendar(self, agreed: Any, folded: Any) -> None:
        """PAR-29: past its review date it reads so from the first day; reviewed it lives on."""
        rows = folded(agreed.stored)
        assert only(rows.status(as_of="2027-06-01").agreements.items).status == "made"
        late = only(rows.status(as_of="2027-06-02").agreements.items)
        assert (late.status, late.overdue_since) == ("review_overdue", date(2027, 6, 2))
        review = agreements.AgreementReviewed(
            outcome=agreements.ReviewOutcome.CHANGED,
            topics=(agreements.Topic.NOISE,),
            review_by=date(2028, 6, 10),
            on=date(2027, 6, 10),
        )
        agreed.say("l1", review, "2027-06-10")
        said = only(folded(agreed.stored).status(as_of="2027-06-10").agreements.items)
        assert (said.status, said.topics) == ("made", ["noise"])

    def test_steps_stand_per_topic_and_skipping_stays_visible(
        self, agreed: Any, folded: Any
    ) -> None:
        """PAR-29: the last step per topic, with what was skipped for danger; inside only."""
        agreed.say("l1", addressed(agreements.Step.INFORMED, "2026-10-05"), "2026-10-05")
        agreed.say("l1", addressed(agreements.Step.SPOKEN_TO, "2026-10-19"), "2026-10-19")
        acted = addressed(
            agreements.Step.ACTED,
            "2026-10-20",
            topic=agreements.Topic.ESCAPE_ROUTES,
            skipped=(agreements.Step.SPOKEN_TO, agreements.Step.WARNED),
            reason=agreements.SkippedFor.DANGER,
            danger=agreements.Danger.ESCAPE_ROUTE_BLOCKED,
        )
        agreed.say("l1", acted, "2026-10-20")
        rows = folded(agreed.stored)
        said = only(rows.status(as_of="2026-11-01").agreements.items).addressed
        assert [(one.topic, one.step) for one in said] == [
            ("escape_routes", "acted"),
            ("waste", "spoken_to"),
        ]
        assert (said[0].skipped, said[0].danger) == (
            ["spoken_to", "warned"],
            "escape_route_blocked",
        )
        outside = only(rows.status(as_of="2026-11-01", internal=False).agreements.items)
        assert outside.addressed is None
        ended = agreements.AddressingEnded(
            topic=agreements.Topic.WASTE,
            outcome=agreements.AddressingOutcome.IMPROVED,
            on=date(2026, 11, 10),
        )
        agreed.say("l1", ended, "2026-11-10")
        later = only(folded(agreed.stored).status(as_of="2026-11-10").agreements.items)
        assert [one.topic for one in later.addressed] == ["escape_routes"]

    def test_an_agreement_that_ended_lives_no_longer(self, agreed: Any, folded: Any) -> None:
        """PAR-28: ended, it is gone from that day on and stands as of the day before."""
        end = agreements.AgreementEnded(reason="The flat is demolished", on=date(2026, 9, 1))
        agreed.say("l1", end, "2026-09-03")
        rows = folded(agreed.stored)
        assert rows.status(as_of="2026-09-01").agreements.living == 0
        assert rows.status(as_of="2026-08-31").agreements.living == 1
        assert rows.status(as_of="2026-09-02", known_at="2026-09-02").agreements.living == 1
