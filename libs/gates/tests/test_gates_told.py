"""What participation told, folded to checks as gates look at them."""

from __future__ import annotations

from datetime import date

import pytest

from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
    GroupConclusion,
    WithdrawalReason,
)
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.language.participation.trajectories import (
    FeedbackReason,
    PromiseBroken,
    PromiseLowered,
    PromiseRaised,
)
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
)
from leefwijk.gates.involvement import Check, Untold
from leefwijk.gates.line import Freshness
from leefwijk.gates.told import Told, advice_told, check_found_by, check_told, checks_told

AREA = "WK010601@2020"
ASKED = "BU01060100@2020"
CONCLUDED = date(2026, 10, 5)


def _concluded(
    *below: Group,
    on: date = CONCLUDED,
    complex_: str | None = None,
    nobody: bool = False,
    told: date | None = None,
) -> CheckConcluded:
    groups = tuple(
        GroupConclusion(
            group=group,
            leading_wish=LeadingWish.HELP,
            promise=Level.CONSULTED,
            share_above="38.0",
            below_wish=True,
            told_on=told,
        )
        for group in below
    )
    return CheckConcluded(
        area=AREA,
        complex=complex_,
        themes=(Theme.MEETING, Theme.GREENING),
        asked_in=() if complex_ else (ASKED,),
        groups=groups,
        role=OwnRole.SUPPORT,
        last_asked=date(2026, 9, 19),
        valid_until=date(2027, 9, 19),
        nobody_answered=nobody,
        on=on,
    )


def _explained(group: Group) -> ExplanationTold:
    return ExplanationTold(area=AREA, group=group, form=Form.LETTER, told_on=date(2026, 10, 13))


DOUBTED = ConclusionDoubted(
    area=AREA,
    group=Group.TENANTS,
    leading_wish=LeadingWish.HELP,
    promise=Level.CONSULTED,
    share_above="35.0",
    on=date(2026, 11, 2),
)
WITHDRAWN = CheckWithdrawn(area=AREA, reason=WithdrawalReason.WRONG_PLACE, on=date(2026, 11, 20))


def _lowered(group: Group, on: date) -> PromiseLowered:
    return PromiseLowered(
        check="p1",
        group=group,
        from_=Level.ADVISE,
        to=Level.CONSULTED,
        reason=next(iter(Explanation)),
        told_on=on,
        form=Form.LETTER,
        on=on,
    )


def _check(*events: Event, lowered: tuple[PromiseLowered, ...] = ()) -> Check:
    facts: list[Told] = [(event, f"e{number}") for number, event in enumerate(events, start=1)]
    found = check_told("p1", facts, [(one, f"l{one.on.day}") for one in lowered])
    assert found is not None
    return found


def test_nothing_is_a_check_before_it_is_concluded() -> None:
    """INI-08: of a check that was only withdrawn or told about nothing can be said."""
    assert check_told("p1", []) is None
    assert check_told("p1", [(WITHDRAWN, "e1"), (_explained(Group.TENANTS), "e2")]) is None


def test_a_conclusion_says_about_what_where_and_until_when() -> None:
    """PAR-11: what counts is where people were asked, not the area that it was opened for."""
    check = _check(_concluded())
    assert check.asked_in == {ASKED}
    assert check.themes == ("meeting", "greening")
    assert (check.last_asked, check.valid_through) == (date(2026, 9, 19), date(2027, 9, 19))
    assert (check.evidence, check.untold, check.remark) == (("e1",), (), None)


def test_a_check_on_one_building_covers_that_building() -> None:
    """PAR-11: and nothing else of the area."""
    assert _check(_concluded(complex_="c1")).asked_in == {"c1"}


def test_nobody_answered_is_said_with_it() -> None:
    """PAR-05: asked twice without an answer counts, and says so."""
    assert _check(_concluded(nobody=True)).remark == "asked twice, no answer"


def test_a_group_is_told_by_itself() -> None:
    """PAR-12: telling owners does not open it for tenants."""
    both = _concluded(Group.TENANTS, Group.OWNERS)
    assert _check(both).untold == (
        Untold("tenants", "38.0", "consulted"),
        Untold("owners", "38.0", "consulted"),
    )
    owners = _check(both, _explained(Group.OWNERS))
    assert [one.group for one in owners.untold] == ["tenants"]
    assert owners.evidence == ("e1", "e2")
    assert _check(both, _explained(Group.OWNERS), _explained(Group.TENANTS)).untold == ()


def test_who_was_not_owed_an_explanation_adds_nothing() -> None:
    """PAR-12: telling a group again, or one that is promised what it wished, is no evidence."""
    check = _check(_concluded(Group.TENANTS), _explained(Group.OWNERS))
    assert (check.evidence, [one.group for one in check.untold]) == (("e1",), ["tenants"])


def test_told_at_an_earlier_conclusion_is_told() -> None:
    """PAR-13: concluding again with the same promise asks for no second letter."""
    assert _check(_concluded(Group.TENANTS, told=date(2026, 10, 13))).untold == ()


@pytest.mark.parametrize(
    ("group", "on", "left"),
    [
        (Group.TENANTS, date(2026, 11, 9), []),
        (Group.OWNERS, date(2026, 11, 9), ["tenants"]),
        (Group.TENANTS, date(2026, 10, 4), ["tenants"]),
    ],
)
def test_a_lowered_promise_is_told_with_its_lowering(
    group: Group, on: date, left: list[str]
) -> None:
    """PAR-26: it counts as the told explanation, of that group, after the conclusion."""
    check = _check(_concluded(Group.TENANTS), lowered=(_lowered(group, on),))
    assert [one.group for one in check.untold] == left
    assert check.evidence == (("e1",) if left else ("e1", f"l{on.day}"))


def _raised(to: Level, on: date = date(2026, 11, 9)) -> PromiseRaised:
    return PromiseRaised(
        check="p1",
        group=Group.TENANTS,
        from_=Level.CONSULTED,
        to=to,
        reason="er kan meer",
        on=on,
    )


def test_a_promise_raised_to_the_wish_needs_no_telling() -> None:
    """PAR-26: at the wish nothing is below it; halfway there is still something to explain."""
    halfway = check_told("p1", [(_concluded(Group.TENANTS), "e1")], [(_raised(Level.ADVISE), "r1")])
    assert halfway is not None
    assert halfway.untold == (Untold("tenants", None, "advise"),)
    whole = check_told("p1", [(_concluded(Group.TENANTS), "e1")], [(_raised(Level.HELP), "r1")])
    assert whole is not None
    assert (whole.untold, whole.evidence) == ((), ("e1", "r1"))


def test_a_broken_promise_is_said_with_the_check() -> None:
    """PAR-23: it closes no gate, and whoever decides reads it."""
    broken = PromiseBroken(
        check="p1",
        group=Group.TENANTS,
        moment=2,
        item=1,
        promise=Level.CO_DECIDE,
        reason=FeedbackReason.LAW,
        on=date(2026, 11, 21),
    )
    check = check_told("p1", [(_concluded(), "e1")], [(broken, "b1")])
    assert check is not None
    assert (check.untold, check.evidence) == ((), ("e1", "b1"))
    assert check.remark == "what tenants decided is not carried out"


def test_promises_of_a_trajectory_find_their_check() -> None:
    """PAR-26: a trajectory tells of promises on its own stream, found by the check it rests on."""
    concluded, lowered = _concluded(Group.TENANTS), _lowered(Group.TENANTS, date(2026, 11, 9))
    assert check_found_by(concluded) == [AREA, ASKED]
    assert check_found_by(lowered) == ["involvement-checks-p1"]
    assert check_found_by(_explained(Group.TENANTS)) == []
    streams: list[tuple[str, list[Told]]] = [
        ("involvement-checks-p1", [(concluded, "e1")]),
        ("involvement-checks-p2", [(concluded, "e2")]),
        ("trajectories-t1", [(lowered, "l1")]),
    ]
    first, second = checks_told(streams)
    assert (first.check, first.untold, first.evidence) == ("p1", (), ("e1", "l1"))
    assert (second.check, [one.group for one in second.untold]) == ("p2", ["tenants"])


def test_doubt_is_over_when_it_is_concluded_again() -> None:
    """PAR-13: out of doubt by concluding again; the last day does not move."""
    doubted = _check(_concluded(), DOUBTED)
    assert (doubted.doubted, doubted.more_evidence) == (date(2026, 11, 2), ("e2",))
    assert doubted.evidence == ("e1",)
    again = _check(_concluded(), DOUBTED, _concluded(on=date(2026, 11, 6)))
    assert (again.doubted, again.more_evidence, again.evidence) == (None, (), ("e3",))
    assert again.valid_through == doubted.valid_through


def test_a_withdrawn_check_keeps_what_it_said() -> None:
    """PAR-13: withdrawn on a day; before that day it was what it was."""
    check = _check(_concluded(), WITHDRAWN)
    assert (check.withdrawn, check.more_evidence) == (date(2026, 11, 20), ("e2",))
    assert check.valid_through == date(2027, 9, 19)


def test_a_check_says_whose_place_it_takes() -> None:
    """PAR-09: a new check on the same subject makes the earlier one superseded."""
    later = _concluded().model_copy(update={"supersedes": ("p0",)})
    assert _check(later).supersedes == ("p0",)


ASKED_ADVICE = FormalAdviceAsked(
    about=Subject(kind=SubjectKind.EFFORT_LEVEL, id="level"),
    title="Large scale in Pittelo",
    area="WK010603@2020",
    municipalities=("GM0106",),
    organisation="tenants",
    informed_on=date(2027, 3, 1),
    advise_by=date(2027, 4, 12),
    on=date(2027, 3, 1),
)


def _received(advice: Advice, on: date) -> FormalAdviceReceived:
    return FormalAdviceReceived(advice=advice, on=on)


ANSWERED = FormalAdviceAnswered(
    followed=False, reasons_given=True, on=date(2027, 4, 14), effect_from=date(2027, 4, 17)
)


@pytest.mark.parametrize(
    ("after", "settled", "says"),
    [
        ((), date(2027, 4, 13), "asked on 1 March 2027, there is time to advise until 12 April"),
        ((_received(Advice.NO_OBJECTION, date(2027, 3, 20)),), date(2027, 3, 20), "asked on"),
        ((_received(Advice.IN_FAVOUR, date(2027, 3, 20)),), date(2027, 3, 20), "asked on"),
        ((_received(Advice.AGAINST, date(2027, 4, 6)),), None, "advised against on 6 April 2027"),
        ((_received(Advice.AGAINST, date(2027, 4, 6)), ANSWERED), date(2027, 4, 17), "17 April"),
        ((_received(Advice.AGAINST, date(2027, 4, 13)),), date(2027, 4, 13), "until 12 April"),
    ],
)
def test_advice_is_settled_by_its_own_clock(
    after: tuple[Event, ...], settled: date | None, says: str
) -> None:
    """PAR-27: against waits for its answer; silence, no objection and a late advice do not."""
    facts = [(event, f"a{number}") for number, event in enumerate((ASKED_ADVICE, *after), start=1)]
    found = advice_told([facts], due=True, fresh=Freshness())
    assert (found.due, found.asked, found.settled_from) == (True, date(2027, 3, 1), settled)
    assert says in found.stands
    assert found.evidence == tuple(f"a{number}" for number in range(1, len(facts) + 1))


def test_the_last_of_several_advices_settles() -> None:
    """PAR-27: each organisation that was asked has its own term, and none is passed over."""
    open_ = [(ASKED_ADVICE, "a1")]
    objecting = [(ASKED_ADVICE, "b1"), (_received(Advice.AGAINST, date(2027, 4, 6)), "b2")]
    answered = [*objecting, (ANSWERED, "b3")]
    fresh = Freshness()
    assert advice_told([open_, objecting], due=True, fresh=fresh).settled_from is None
    both = advice_told([open_, answered], due=True, fresh=fresh)
    assert both.settled_from == date(2027, 4, 17)
    assert both.evidence == ("a1", "b1", "b2", "b3")


def test_advice_that_nobody_asked_for_is_not_settled() -> None:
    """PAR-27: due, and not asked: nothing stands anywhere."""
    found = advice_told([], due=True, fresh=Freshness())
    assert (found.due, found.asked, found.settled_from, found.evidence) == (True, None, None, ())
    assert not advice_told([], due=False, fresh=Freshness()).due
