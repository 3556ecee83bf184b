"""What a panel hides stays hidden in all that a check says: reads, refusals, facts for partners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as sampled
from hypothesis import strategies as st
from trajectory_kit import WISHES, opened
from trajectory_kit import check as concluded_check

from leefwijk.events.fields import Theme
from leefwijk.events.handling import Loaded
from leefwijk.events.language.participation.involvement_checks import (
    AskingRecorded,
    CheckConcluded,
    CheckOpened,
    ConclusionDoubted,
    CorrectionReason,
)
from leefwijk.events.language.participation.ladder import (
    Answers,
    NotNowReason,
    OwnRole,
    ReasonCount,
    Wish,
)
from leefwijk.events.language.participation.trajectories import PromiseLowered
from leefwijk.events.language.participation.wish_panels import GroupTally
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
)
from leefwijk.events.small_counts import NOT_SHOWN, SMALLEST, shown_counts
from leefwijk.events.testing import Specification, given
from participation.api.check_resources import GroupResource, resource_of
from participation.domain.afterwards import CorrectAsking
from participation.domain.concluding import ConcludeCheck, Promise
from participation.domain.involvement_check import InvolvementCheck
from participation.domain.panel_asking import CountPanel, KnownTally
from participation.domain.places import AgeShares, EarlierChecks, KnownPlaces
from participation.domain.trajectory_knowledge import CheckedGroup
from participation.domain.trajectory_promises import LowerPromise
from participation.domain.wish import leading_wish

LARIKS = "WK010601@2020"
T, YOUNG, OLD = Group.TENANTS, Group.RESIDENTS_15_24, Group.RESIDENTS_65PLUS
ASKED = date(2026, 9, 1)
PAR_20 = Answers(informed=20, consulted=9, help=6, advise=2, not_now=4)
"""The tenants of PAR-20: 41, of whom six are hidden in four cells."""
ROUND = Answers(informed=6)


def asking(
    group: Group,
    answers: Answers,
    *,
    panel: bool = True,
    hidden: bool = False,
    reasons: dict[NotNowReason, int] | None = None,
) -> AskingRecorded:
    """A group was asked, by panel unless said otherwise."""
    return AskingRecorded(
        area=LARIKS,
        asking=f"{group.value}-{'panel' if panel else 'round'}".replace("_", "-"),
        group=group,
        form=Form.DIGITAL_PANEL if panel else Form.KITCHEN_TABLE,
        asked_in=(LARIKS,),
        answers=answers,
        reasons=tuple(ReasonCount(reason=one, people=n) for one, n in (reasons or {}).items()),
        on_screen=panel,
        panel="p1" if panel else None,
        answers_hidden=True if hidden else None,
        on=ASKED,
    )


def asked(*askings: AskingRecorded, role: str = "area_manager") -> Specification:
    """A check whose groups were asked so, before an area manager."""
    groups = tuple(dict.fromkeys(one.group for one in askings))
    opened_ = CheckOpened(
        area=LARIKS, municipalities=("GM0106",), themes=(Theme.MEETING,), groups=groups
    )
    shares = AgeShares(12, {YOUNG.value: 11, OLD.value: 26})
    places = KnownPlaces({LARIKS: frozenset({LARIKS})})
    spec = given(opened_, *askings, at="2026-09-21T09:00:00Z")
    return spec.by(role).knowing(EarlierChecks(), shares, places)


def promising(level: str, *groups: Group, explained: bool = True) -> ConcludeCheck:
    """A conclusion that promises all groups the same."""
    said = {"explanation": Explanation.MONEY, "explanation_text": "Op"} if explained else {}
    promised = tuple(Promise(group=group, promise=Wish(level), **said) for group in groups)
    return ConcludeCheck(groups=promised, role=OwnRole.SUPPORT)


def of(spec: Specification, group: Group, *, inside: bool = True) -> GroupResource:
    """A group as it is read."""
    state = spec.state(InvolvementCheck)
    found = resource_of("c1", Loaded("involvement-checks-c1", state, 3), inside=inside)
    return next(one for one in found.groups if one.group == group)


def figures(spec: Specification, command: ConcludeCheck, code: str) -> dict[str, Any]:
    """The figures of a refusal."""
    refusal = spec.when(command).refusal
    assert refusal is not None
    (fault,) = [one for one in refusal.faults if one.code == code]
    return {**fault.figures, "said": fault.sentence}


def test_a_conclusion_tells_no_share_of_what_a_panel_counted() -> None:
    """PAR-20: beside 20, 9 and 6 shown, 16.2 % above `advise` would leave one filling of 84."""
    spec = asked(asking(T, PAR_20), asking(T, ROUND, panel=False))
    (event,) = spec.when(promising("consulted", T)).events
    assert isinstance(event, CheckConcluded)
    (group,) = event.groups
    assert (group.leading_wish, group.below_wish) == (LeadingWish.CONSULTED, False)
    assert group.share_above is None
    (alone,) = asked(asking(T, PAR_20, panel=False)).when(promising("consulted", T)).events
    assert isinstance(alone, CheckConcluded)
    assert alone.groups[0].share_above == "21.6"


def test_a_doubt_tells_no_share_of_what_a_panel_counted() -> None:
    """PAR-13, PAR-20: nor when a count beside it is corrected."""
    spec = asked(asking(T, PAR_20), asking(T, ROUND, panel=False))
    done = spec.when(promising("consulted", T)).recorded()
    correct = CorrectAsking(
        asking="tenants-round", answers=Answers(help=30), reason=CorrectionReason.MISREAD
    )
    _, doubt = done.when(correct).events
    assert isinstance(doubt, ConclusionDoubted)
    assert (doubt.leading_wish, doubt.share_above) == (LeadingWish.HELP, None)


def lowered(group: CheckedGroup, *to: Level) -> list[str | None]:
    """The shares that are told when the promise to a group comes down, step by step."""
    known = concluded_check(tenants=group.promise)
    spec = given(opened(tenants=group.promise), at="2026-11-01T09:00:00Z").by("area_manager")
    spec = spec.knowing(replace(known, groups=(group,)))
    shares = []
    for level in to:
        lower = LowerPromise(
            group=T,
            to=level,
            reason=Explanation.MONEY,
            told_on=date(2026, 11, 1),
            form=Form.MEETING,
        )
        decided = spec.when(lower)
        (event,) = decided.events
        assert isinstance(event, PromiseLowered)
        shares.append(event.share_above)
        spec = decided.recorded()
    return shares


def test_a_lowering_tells_no_share_of_what_a_panel_counted() -> None:
    """PAR-20, PAR-26: the fact is for partners too."""
    by_hand = CheckedGroup(T, Level.CO_DECIDE, WISHES)
    assert lowered(by_hand, Level.ADVISE) == ["36.1"]
    by_panel = CheckedGroup(T, Level.CO_DECIDE, WISHES, by_panel=True)
    assert lowered(by_panel, Level.ADVISE) == [None]


def test_two_lowerings_do_not_tell_the_few_between_them() -> None:
    """PAR-26: 20 above `help` and 23 above `advise` would tell of the three who want to help."""
    few = WISHES.model_copy(update={"help": 3})
    group = CheckedGroup(T, Level.CO_DECIDE, few)
    assert lowered(group, Level.HELP, Level.ADVISE) == ["29.0", None]
    assert lowered(group, Level.ADVISE) == [None]
    enough = CheckedGroup(T, Level.CO_DECIDE, WISHES)
    assert lowered(enough, Level.HELP, Level.ADVISE) == ["27.8", "36.1"]


answered = st.builds(Answers, **{wish.value: st.integers(0, 12) for wish in Wish})


@sampled(answered, st.sampled_from(Level))
def test_shares_that_are_told_lie_five_people_apart(answers: Answers, promise: Level) -> None:
    """PAR-26: whatever is promised in between, five or more lie between any two shares."""
    group = CheckedGroup(T, promise, answers)
    told = [answers.above(level) for level in Level if group.share_above(level) is not None]
    for place, one in enumerate(told):
        assert SMALLEST <= one <= answers.ladder - SMALLEST
        assert all(one - other >= SMALLEST for other in told[place + 1 :])


def test_a_refusal_gives_no_figure_of_what_a_panel_counted() -> None:
    """PAR-03, PAR-20: level after level it would give cell after cell."""
    code = "promise-below-wish-needs-explanation"
    command = promising("informed", T, explained=False)
    spec = asked(asking(T, PAR_20), asking(T, ROUND, panel=False))
    assert figures(spec, command, code) == {
        "group": T,
        "leadingWish": Level.CONSULTED,
        "promise": Level.INFORMED,
        "said": "A quarter or more of the tenants want to be consulted; you promise to inform. "
        "Say why.",
    }
    counted = figures(asked(asking(T, PAR_20, panel=False)), command, code)
    assert (counted["reach"], counted["ladder"], counted["shareAbove"]) == (17, 37, "45.9")


@pytest.mark.parametrize("young", [0, 1, 2])
def test_a_group_hardly_heard_is_named_without_figures(young: int) -> None:
    """PAR-07, PAR-20: 0.0, 2.4 or 4.8 % of the answers would tell of nobody, one or two."""
    command = promising("informed", YOUNG, OLD)
    panel = asking(YOUNG, Answers(informed=young), hidden=True)
    letter = asking(YOUNG, Answers(informed=1), panel=False)
    spec = asked(panel, letter, asking(OLD, Answers(informed=40), panel=False))
    assert figures(spec, command, "under-reached-group") == {
        "group": YOUNG,
        "said": "People of 15-24 gave less than half of the share of the answers that was to be "
        "expected; plan another way to reach them, or say why not.",
    }
    # the figures of one age tell of the other as well
    other = asked(
        asking(OLD, Answers(informed=41), hidden=True),
        asking(YOUNG, Answers(informed=1), panel=False),
    )
    assert "ratio" not in figures(other, command, "under-reached-group")


def test_no_age_has_a_ratio_beside_an_age_that_a_panel_counted() -> None:
    """PAR-07, PAR-20: 40 at the kitchen table and a ratio of 3.26 would tell that nobody spoke."""

    def read(*askings: AskingRecorded) -> list[str | None]:
        spec = asked(*askings)
        loaded = Loaded("involvement-checks-c1", spec.state(InvolvementCheck), 3)
        shares = AgeShares(12, {YOUNG.value: 11, OLD.value: 26})
        return [one.ratio for one in resource_of("c1", loaded, inside=True, shares=shares).groups]

    young, old = Answers(informed=3), Answers(informed=40)
    counted = read(asking(YOUNG, young, panel=False), asking(OLD, old, panel=False))
    assert None not in counted
    assert read(asking(YOUNG, young, hidden=True), asking(OLD, old, panel=False)) == [None, None]


STRESS = NotNowReason.STRESS
NOTHING_SHOWN = {reason.value: NOT_SHOWN for reason in NotNowReason}


def test_reasons_of_a_panel_cannot_be_taken_from_a_sum() -> None:
    """PAR-04, PAR-20: 11 in all and 9 at the kitchen table would tell of two in the panel."""
    panel = asking(T, Answers(informed=20, not_now=9), reasons={STRESS: 2})
    table = asking(T, Answers(informed=20, not_now=9), panel=False, reasons={STRESS: 9})
    both = asked(panel, table)
    assert of(both, T).reasons == NOTHING_SHOWN
    concluded_ = both.when(promising("informed", T)).recorded()
    assert of(concluded_, T, inside=False).reasons == NOTHING_SHOWN
    assert of(asked(table), T).reasons == {"stress": 9}


def test_reasons_of_a_panel_do_not_tell_how_many_said_not_now() -> None:
    """PAR-20: six with stress among hidden cells of six would tell that all six said not now."""
    hidden = asking(T, Answers(informed=20, not_now=6), reasons={STRESS: 6})
    state = asked(hidden).state(InvolvementCheck)
    found = resource_of("c1", Loaded("involvement-checks-c1", state, 2), inside=True)
    assert found.askings is not None
    assert found.askings[0].answers["not_now"] == NOT_SHOWN
    assert found.askings[0].reasons == found.groups[0].reasons == NOTHING_SHOWN
    # that nobody gave a reason is not told either
    none = asked(asking(T, Answers(informed=20, not_now=2)))
    assert of(none, T).reasons == NOTHING_SHOWN
    many = Answers(informed=20, not_now=9, help=3, advise=3)
    shown = asked(asking(T, many, reasons={STRESS: 6, NotNowReason.HEALTH: 2}))
    assert of(shown, T).reasons == {**NOTHING_SHOWN, "stress": 6}


def test_reasons_of_others_cannot_be_taken_from_a_sum_by_a_partner() -> None:
    """PAR-14: outside there is no sum of what a partner counted and what others did."""
    table = asking(T, Answers(not_now=9), panel=False, reasons={STRESS: 7})
    spec = asked(table)
    state = spec.when(promising_again(date(2027, 3, 1))).recorded().state(InvolvementCheck)
    (own,) = state.askings
    both = replace(state, askings=(own, replace(own, asking="a2", partner="hv-assen")))
    partners = Loaded("involvement-checks-c1", both, 4)
    (outside,) = resource_of("c1", partners, inside=False).groups
    assert outside.reasons == NOTHING_SHOWN
    assert resource_of("c1", partners, inside=True).groups[0].reasons == {"stress": 14}


@st.composite
def fillings(draw: st.DrawFn) -> tuple[Answers, Answers]:
    """Two tallies of which the same is shown: hidden counts changed places."""
    counts = {wish.value: draw(st.integers(0, 9)) for wish in Wish}
    shown = shown_counts(counts)
    assume(shown.total is not None)
    hidden = [wish for wish, count in shown.parts.items() if count is None]
    moved = draw(st.permutations([counts[wish] for wish in hidden]))
    other = {**counts, **dict(zip(hidden, moved, strict=True))}
    assert shown_counts(other) == shown
    return Answers(**counts), Answers(**other)


def everything(answers: Answers, beside: Answers) -> list[Any]:
    """All that is read, refused or recorded for partners, whatever the promise."""
    reasons = {STRESS: answers.not_now, NotNowReason.HEALTH: answers.not_now // 2}
    spec = asked(
        asking(T, answers, reasons=reasons),
        asking(T, beside, panel=False),
    )
    told: list[Any] = []
    for level in Level:
        for explained in (True, False):
            decided = spec.when(promising(level.value, T, explained=explained))
            if decided.refusal is not None:
                told.append(decided.refusal.faults)
                continue
            told.append(decided.events)
            after = decided.recorded().state(InvolvementCheck)
            for inside in (True, False):
                loaded = Loaded("involvement-checks-c1", after, 4)
                told.append(resource_of("c1", loaded, inside=inside))
    return told


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@sampled(fillings(), answered)
def test_what_is_hidden_in_a_panel_changes_nothing_that_is_told(
    two: tuple[Answers, Answers], beside: Answers
) -> None:
    """PAR-20: counts that may change places read alike everywhere but in the wish they lead to."""
    one, other = two
    wishes = [(leading_wish(each + beside), bool((each + beside).self_manage)) for each in two]
    assume(wishes[0] == wishes[1])
    assert everything(one, beside) == everything(other, beside)


def test_of_few_answers_nothing_is_called_an_offer() -> None:
    """PAR-20: not below and no offer would tell that the one answer is what was promised."""
    for wish in (Wish.HELP, Wish.INFORMED):
        one = asking(T, Answers(**{wish.value: 1}), panel=False)
        (event,) = asked(one).when(promising("help", T)).events
        assert isinstance(event, CheckConcluded)
        (group,) = event.groups
        assert (group.leading_wish, group.below_wish, group.offer) == (None, False, False)
    five = asking(T, Answers(informed=5), panel=False)
    (event,) = asked(five).when(promising("help", T)).events
    assert isinstance(event, CheckConcluded)
    assert event.groups[0].offer is True


def promising_again(day: date | None) -> ConcludeCheck:
    """A conclusion with a day to ask again."""
    promise = Promise(group=T, promise=Wish.INFORMED, ask_again_on=day)
    return ConcludeCheck(groups=(promise,), role=OwnRole.SUPPORT)


def test_a_day_to_ask_again_lies_ahead_for_every_group() -> None:
    """PAR-04: also for who did not all say not now; and within the validity."""
    spec = asked(asking(T, Answers(informed=9, not_now=9), panel=False))
    for day in (date(2019, 1, 1), date(2026, 9, 21), date(2027, 9, 2)):
        refused = spec.when(promising_again(day))
        refused.refused("ask-again-date-missing", saying="Ask tenants again on a day after today")
    spec.when(promising_again(date(2027, 9, 1))).recorded()
    spec.when(promising_again(None)).recorded()


def tally(group: Group, answers: Answers, tokens: int) -> KnownTally:
    """A panel on meeting in Lariks, closed, of one group."""
    counted = GroupTally(group=group, answers=answers, tokens=tokens)
    return KnownTally(
        LARIKS,
        themes=frozenset({"meeting", "greening"}),
        closed_on=ASKED,
        tally=(counted,),
        shown=frozenset({group}),
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"themes": frozenset({"safety"})}, "panel-on-other-subject"),
        ({"complex": "flat-1"}, "panel-in-other-place"),
        ({"check": "c9"}, "panel-of-other-check"),
    ],
)
def test_a_panel_counts_only_for_what_it_asked(more: dict[str, Any], code: str) -> None:
    """PAR-11: another subject, one building of the area, or meant for another check."""
    spec = asked(asking(T, ROUND, panel=False))
    known = tally(T, PAR_20, 60)
    spec.knowing(replace(known, **more)).when(CountPanel(panel="p1")).refused(code)
    spec.knowing(known).when(CountPanel(panel="p1")).recorded()
    spec.knowing(replace(known, check=spec.stream)).when(CountPanel(panel="p1")).recorded()


def test_a_panel_on_an_area_does_not_count_for_one_building(
    check: Callable[..., Specification],
) -> None:
    """PAR-11: nor one on another building; the same building does."""
    spec = check(T, complex="flat-1")
    known = tally(T, PAR_20, 60)
    spec.knowing(known).when(CountPanel(panel="p1")).refused("panel-in-other-place")
    other = replace(known, complex="flat-2")
    spec.knowing(other).when(CountPanel(panel="p1")).refused("panel-in-other-place")
    same = replace(known, complex="flat-1")
    spec.knowing(same).when(CountPanel(panel="p1")).recorded()


def test_where_tokens_were_voided_nobody_knows_who_could_answer() -> None:
    """PAR-16, PAR-18: answers of voided tokens stay counted, so the rest is no denominator."""
    spec = asked(asking(T, ROUND, panel=False))
    for tokens in (30, 60):
        known = replace(tally(T, PAR_20, tokens), voided=frozenset({T}))
        (event,) = spec.knowing(known).when(CountPanel(panel="p1")).events
        assert isinstance(event, AskingRecorded)
        assert event.invited is None
    (event,) = spec.knowing(tally(T, PAR_20, 60)).when(CountPanel(panel="p1")).events
    assert isinstance(event, AskingRecorded)
    assert event.invited == 60
