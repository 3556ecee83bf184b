"""Formal advice has its own clock, which no panel replaces (Wohv art. 3 and 5)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import settings as properties
from hypothesis import strategies as st
from pydantic import ValidationError

from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAnswerOverdue,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification, given
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import advice_told
from participation.domain.formal_advice import FormalAdvice, JudgeFormalAdviceByTime
from participation.domain.formal_advice_steps import (
    AnswerFormalAdvice,
    AskFormalAdvice,
    RecordFormalAdvice,
)
from participation.domain.parties import KnownParty
from participation.domain.places import KnownArea

AREA = "WK010603@2020"
LEVEL = Subject(kind=SubjectKind.EFFORT_LEVEL, id="WK010603@2020")
PLAN = Subject(kind=SubjectKind.PLAN, id="p1")
TENANTS = KnownParty("hv-assen", PartnerKind.TENANTS_ORGANISATION, frozenset({"GM0106"}))
START = given(at="2027-03-02T09:00:00Z").knowing(KnownArea(AREA, ("GM0106",)), TENANTS)


def ask(by: date, about: Subject = LEVEL) -> AskFormalAdvice:
    """Ask, informed in writing on 1 March 2027."""
    return AskFormalAdvice(
        about=about,
        title="Grootschalige inzet",
        area=AREA,
        organisation="hv-assen",
        trajectory="t1",
        informed_on=date(2027, 3, 1),
        advise_by=by,
    )


@pytest.fixture
def asked() -> Specification:
    """Advice by 12 April."""
    return START.when(ask(date(2027, 4, 12))).recorded()


def record(spec: Specification, advice: Advice, on: date) -> Specification:
    """The advice was received on a day, and recorded then."""
    spec = spec.at(f"{on}T12:00:00Z")
    return spec.when(RecordFormalAdvice(advice=advice, received_on=on)).recorded()


def settled(spec: Specification) -> date | None:
    """From which day it may go ahead."""
    found: date | None = spec.state(FormalAdvice).settled_from
    return found


def test_the_organisation_has_six_weeks() -> None:
    """PAR-27: by 9 April is too short; with 12 April it is asked."""
    START.when(ask(date(2027, 4, 9))).refused(
        "advice-term-too-short", saying="Six weeks from 1 March is 12 April."
    )
    START.when(ask(date(2027, 4, 12))).then(
        FormalAdviceAsked(
            about=LEVEL,
            title="Grootschalige inzet",
            area=AREA,
            municipalities=("GM0106",),
            organisation="hv-assen",
            trajectory="t1",
            informed_on=date(2027, 3, 1),
            advise_by=date(2027, 4, 12),
            on=date(2027, 3, 2),
        )
    )


def test_a_term_that_is_over_gives_no_time() -> None:
    """PAR-27: nobody is asked for advice by a day that has passed, however long ago informed."""
    late = START.at("2027-04-20T09:00:00Z")
    late.when(ask(date(2027, 4, 12))).refused("advice-term-too-short", saying="12 April")
    late.when(ask(date(2027, 4, 19))).refused("advice-term-too-short")
    late.when(ask(date(2027, 4, 20))).recorded()


def test_advice_against_waits_for_reasons_and_three_days(asked: Specification) -> None:
    """PAR-27: against on 6 April, reasons received 14 April: possible from 17 April."""
    spec = asked.at("2027-04-06T12:00:00Z")
    spec = spec.when(RecordFormalAdvice(advice=Advice.AGAINST, received_on=date(2027, 4, 6))).then(
        FormalAdviceReceived(
            advice=Advice.AGAINST, on=date(2027, 4, 6), answer_by=date(2027, 4, 20)
        )
    )
    assert settled(spec) is None
    spec = spec.at("2027-04-14T12:00:00Z")
    answer = AnswerFormalAdvice(followed=False, received_on=date(2027, 4, 14))
    spec.when(answer).refused("reason-missing")
    spec = spec.when(answer.model_copy(update={"reasons": "brief 14 april"})).then(
        FormalAdviceAnswered(
            followed=False,
            reasons_given=True,
            on=date(2027, 4, 14),
            effect_from=date(2027, 4, 17),
        )
    )
    assert settled(spec) == date(2027, 4, 17)


def test_reasons_are_due_in_fourteen_days_and_six_weeks_do_not_help(asked: Specification) -> None:
    """PAR-27: due 20 April, overdue the day after, once; that six weeks passed shortens nothing."""
    spec = record(asked, Advice.AGAINST, date(2027, 4, 6))
    spec.at("2027-04-20T21:59:00Z").when(JudgeFormalAdviceByTime()).nothing()
    assert spec.state(FormalAdvice).due() == moment("2027-04-20T22:00:00Z")
    spec = (
        spec.at("2027-04-23T09:00:00Z")
        .when(JudgeFormalAdviceByTime())
        .then(FormalAdviceAnswerOverdue(due_on=date(2027, 4, 20), on=date(2027, 4, 21)))
    )
    spec.when(JudgeFormalAdviceByTime()).nothing()
    assert settled(spec) is None
    answer = AnswerFormalAdvice(followed=False, reasons="brief", received_on=date(2027, 4, 22))
    spec = spec.when(answer).recorded()
    assert spec.state(FormalAdvice).days_late == 2
    assert settled(spec) == date(2027, 4, 25)


@pytest.mark.parametrize("advice", [Advice.NO_OBJECTION, Advice.IN_FAVOUR])
def test_no_objection_settles_it_that_day(asked: Specification, advice: Advice) -> None:
    """PAR-27: a written "no objection" on 20 March settles it that day."""
    assert settled(record(asked, advice, date(2027, 3, 20))) == date(2027, 3, 20)


def test_silence_settles_it_when_the_term_is_over(asked: Specification) -> None:
    """PAR-27: no advice at all settles it from 13 April; advice after that undoes nothing."""
    assert settled(asked) == date(2027, 4, 13)
    late = record(asked, Advice.AGAINST, date(2027, 4, 15))
    assert settled(late) == date(2027, 4, 13)
    assert late.state(FormalAdvice).due() is None


def test_followed_advice_needs_no_three_days(asked: Specification) -> None:
    """PAR-27: the three days run after reasons for not following it, not after agreeing."""
    spec = record(asked, Advice.AGAINST, date(2027, 4, 6)).at("2027-04-14T12:00:00Z")
    spec = spec.when(AnswerFormalAdvice(followed=True, received_on=date(2027, 4, 14))).recorded()
    assert settled(spec) == date(2027, 4, 14)


def test_an_answer_takes_back_nothing_that_was_settled(asked: Specification) -> None:
    """PAR-27: late advice, or one in favour, may be answered; what was settled stays settled."""
    late = record(asked, Advice.AGAINST, date(2027, 4, 15)).at("2027-04-20T12:00:00Z")
    answer = AnswerFormalAdvice(followed=False, reasons="brief", received_on=date(2027, 4, 20))
    assert settled(late.when(answer).recorded()) == date(2027, 4, 13)
    fine = record(asked, Advice.IN_FAVOUR, date(2027, 3, 20)).at("2027-04-20T12:00:00Z")
    assert settled(fine.when(answer).recorded()) == date(2027, 3, 20)


DAYS = st.integers(0, 80).map(lambda days: date(2027, 3, 2) + timedelta(days=days))


@properties(max_examples=60, deadline=None)
@examples(st.sampled_from(Advice), DAYS, st.integers(0, 30), st.booleans(), st.integers(0, 2))
def test_whoever_reads_the_facts_counts_the_same_days(
    advice: Advice, received: date, later: int, followed: bool, steps: int
) -> None:
    """PAR-27: the terms stand once: gates of levels and of plans read what participation does."""
    spec = START.when(ask(date(2027, 4, 12))).recorded()
    if steps > 0:
        spec = record(spec, advice, received)
    if steps > 1:
        day = received + timedelta(days=later)
        command = AnswerFormalAdvice(followed=followed, reasons="brief", received_on=day)
        spec = spec.at(f"{day}T12:00:00Z").when(command).recorded()
    facts = [(event, str(number)) for number, (event, _) in enumerate(spec.events)]
    read = advice_told([facts], due=True, fresh=Freshness())
    state = spec.state(FormalAdvice)
    assert (read.settled_from, read.stands) == (state.settled_from, state.stands)
    assert read.evidence == tuple(id_ for _, id_ in facts)


def test_who_asks_records_and_answers(asked: Specification) -> None:
    """PAR-27: a plan is for a portfolio manager, else an area manager; the organisation records."""
    START.when(ask(date(2027, 4, 12), PLAN)).refused("role-not-allowed")
    START.by("portfolio_manager").when(ask(date(2027, 4, 12), PLAN)).recorded()
    START.by("portfolio_manager").when(ask(date(2027, 4, 12))).refused("role-not-allowed")
    later = asked.at("2027-03-20T09:00:00Z")
    mine = RecordFormalAdvice(advice=Advice.NO_OBJECTION, received_on=date(2027, 3, 20))
    later.by("partner", partner="hv-assen").when(mine).recorded()
    later.by("partner", partner="hv-emmen").when(mine).refused("role-not-allowed")


def test_days_keep_their_order(asked: Specification) -> None:
    """PAR-27: nothing is received before it was asked, answered before it came, or tomorrow."""
    for day, code in ((date(2027, 3, 3), "day-in-future"), (date(2027, 2, 28), "day-before-start")):
        asked.when(RecordFormalAdvice(advice=Advice.AGAINST, received_on=day)).refused(code)
    answer: dict[str, Any] = {"followed": True, "received_on": date(2027, 4, 5)}
    asked.when(AnswerFormalAdvice(**answer)).refused("not-received")
    spec = record(asked, Advice.AGAINST, date(2027, 4, 6))
    spec.when(AnswerFormalAdvice(**answer)).refused("day-before-start")


def test_counts_of_a_panel_are_no_advice() -> None:
    """PAR-27: nor do panel counts count as consent to renovation (BW 7:220(3)): nowhere to put."""
    for more in ({"panel": "p1"}, {"agreeing": 70, "answered": 100}):
        body = {"advice": "no_objection", "received_on": date(2027, 3, 20), **more}
        with pytest.raises(ValidationError):
            RecordFormalAdvice.model_validate(body)
