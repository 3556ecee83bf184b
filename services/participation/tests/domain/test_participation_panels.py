"""The digital panel: one voice per token, counted once, and no small number shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation.ladder import Answers, NotNowReason, ReasonCount, Wish
from leefwijk.events.language.participation.wish_panels import (
    ClosedBy,
    GroupTally,
    PanelClosed,
    PanelClosingBroughtForward,
    PanelGroup,
    PanelOpened,
    TokensIssued,
    TokensVoided,
    VoidingReason,
)
from leefwijk.events.language.participation.wish_tallies import shown_tally
from leefwijk.events.language.participation.wishes import WishChanged, WishGiven
from leefwijk.events.language.participation.words import Group
from leefwijk.events.testing import given
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import Specification
from participation.domain.panel_wish import GiveWish, PanelWish, Voice
from participation.domain.places import KnownArea
from participation.domain.wish_panel import SETTLING, WishPanel
from participation.domain.wish_panel_steps import (
    AskedGroup,
    ClosePanel,
    Counted,
    IssueTokens,
    JudgePanelByTime,
    OpenPanel,
    VoidTokens,
)
from participation.domain.wish_tokens import TokenMaker

AREA = "BU01060104@2020"
CLOSES = moment("2026-11-15T19:00:00Z")
OPENED = PanelOpened(
    area=AREA,
    municipalities=("GM0106",),
    themes=(Theme.MEETING,),
    groups=(
        PanelGroup(group=Group.TENANTS, homes=60),
        PanelGroup(group=Group.OWNERS, homes=30),
    ),
    closes_at=CLOSES,
)
ISSUED = TokensIssued(area=AREA, batch="1", group=Group.TENANTS, tokens=120)
BEFORE, LAST, TALLIED = "2026-11-15T18:59:59Z", "2026-11-15T19:00:00Z", "2026-11-15T19:00:04Z"
NOBODY = Counted({}, {})


def panel_at(now: str, *events: Any) -> Specification:
    """A panel that was opened a fortnight before, with what followed."""
    return given(OPENED, *events, at="2026-11-01T09:00:00Z").at(now)


def voice_at(now: str, *events: Any, panel: tuple[Any, ...] = ()) -> Specification:
    """A token of the tenants, with what it wished before."""
    opened = panel_at(now, *panel).state(WishPanel)
    heard = given(*events, at="2026-11-02T09:00:00Z").at(now)
    return heard.knowing(Voice("1", opened, Group.TENANTS))


def wished(wish: Wish, *reasons: NotNowReason) -> WishGiven:
    """A first wish."""
    return WishGiven(area=AREA, panel="1", group=Group.TENANTS, wish=wish, reasons=reasons)


def changed(before: Wish, wish: Wish, *reasons: NotNowReason) -> WishChanged:
    """A later wish."""
    return WishChanged(
        area=AREA, panel="1", group=Group.TENANTS, wish=wish, before=before, reasons=reasons
    )


def test_a_group_of_fewer_than_five_homes_cannot_be_formed() -> None:
    """PAR-20: it would point at a household."""
    area = KnownArea(AREA, ("GM0106",))
    start = given(at="2026-11-01T09:00:00Z").knowing(area)

    def opening(homes: int) -> OpenPanel:
        group = AskedGroup(group=Group.TENANTS, homes=homes)
        return OpenPanel(area=AREA, themes=(Theme.MEETING,), groups=(group,), closes_at=CLOSES)

    start.when(opening(4)).refused("points-at-household")
    start.when(opening(5)).recorded()
    start.at(LAST).when(opening(5)).refused("closes-in-past")


def test_a_voice_may_change_until_the_panel_closes() -> None:
    """PAR-17: each other wish is a fact, the same once more is none, the last one counts."""
    voice = voice_at(BEFORE, wished(Wish.CONSULTED), changed(Wish.CONSULTED, Wish.HELP))
    later = voice.when(GiveWish(wish="co_decide")).then(changed(Wish.HELP, Wish.CO_DECIDE))
    last = later.when(GiveWish(wish="informed")).then(changed(Wish.CO_DECIDE, Wish.INFORMED))
    last.when(GiveWish(wish="informed")).then()
    assert last.state(PanelWish).wish is Wish.INFORMED


def test_reasons_replace_earlier_ones_and_go_with_not_now() -> None:
    """PAR-17: from help to not now with reasons is a change like any other."""
    stress, money = NotNowReason.STRESS, NotNowReason.MONEY_WORRIES
    voice = voice_at(BEFORE, wished(Wish.HELP))
    tired = voice.when(GiveWish(wish="not_now", reasons=(stress,))).then(
        changed(Wish.HELP, Wish.NOT_NOW, stress)
    )
    other = tired.when(GiveWish(wish="not_now", reasons=(money,))).then(
        changed(Wish.NOT_NOW, Wish.NOT_NOW, money)
    )
    assert other.state(PanelWish).reasons == (money,)
    other.when(GiveWish(wish="not_now", reasons=(money, money))).then()
    other.when(GiveWish(wish="help", reasons=(stress,))).refused("reasons-without-not-now")


def test_a_level_outside_the_seven_is_refused() -> None:
    """PAR-17: `not-a-level`."""
    voice_at(BEFORE).when(GiveWish(wish="manage")).refused("not-a-level")


def test_the_last_moment_itself_is_too_late() -> None:
    """PAR-19: refused from 20:00:00.000 on, though the panel is not tallied yet."""
    voice_at("2026-11-15T18:59:59.999Z").when(GiveWish(wish="help")).then(wished(Wish.HELP))
    late = voice_at(LAST).when(GiveWish(wish="help"))
    late.refused("panel-closed")
    assert late.refusal is not None
    assert late.refusal.faults[0].sentence == "The panel closed on 15 November at 20:00."


def test_no_wish_is_under_way_when_the_panel_is_tallied() -> None:
    """PAR-19: what is stored before the tally counts; after it, by any clock, nothing does."""
    state = panel_at(BEFORE).state(WishPanel)
    assert state.due() == CLOSES + SETTLING
    assert state.counts_stored(moment("2026-11-15T19:00:03.999Z"))
    assert not state.counts_stored(moment(TALLIED))
    tallied = panel_at(TALLIED).knowing(NOBODY).when(JudgePanelByTime()).recorded()
    assert not tallied.state(WishPanel).counts_stored(moment(BEFORE))
    panel_at("2026-11-15T19:00:03.999Z").knowing(NOBODY).when(JudgePanelByTime()).then()


def test_closing_by_hand_and_by_time_give_one_tally() -> None:
    """PAR-19: a hand in the last second moves the moment; time closes, and closes once."""
    by_hand = (
        panel_at(BEFORE)
        .when(ClosePanel())
        .then(PanelClosingBroughtForward(area=AREA, closes_at=moment(BEFORE)))
    )
    by_hand.when(ClosePanel()).then()
    voice_at(BEFORE, panel=(PanelClosingBroughtForward(area=AREA, closes_at=moment(BEFORE)),)).when(
        GiveWish(wish="help")
    ).refused("panel-closed")
    tallied = by_hand.at(TALLIED).knowing(NOBODY).when(JudgePanelByTime()).recorded()
    tallied.when(JudgePanelByTime()).then()
    tallied.when(ClosePanel()).then()
    assert tallied.state(WishPanel).due() is None


def test_a_hand_after_the_last_moment_changes_nothing() -> None:
    """PAR-19: the panel is closed by time then."""
    panel_at(LAST).when(ClosePanel()).then()


def test_the_tally_counts_what_was_kept_by_group() -> None:
    """PAR-16: answers and tokens of each group, those made void not counted."""
    counted = Counted(
        {Group.TENANTS: Answers(help=30, not_now=11)},
        {Group.TENANTS: (ReasonCount(reason=NotNowReason.STRESS, people=9),)},
    )
    more = TokensIssued(area=AREA, batch="2", group=Group.TENANTS, tokens=10)
    void = TokensVoided(area=AREA, batch="2", reason=VoidingReason.LOST)
    panel_at(TALLIED, ISSUED, more, void).knowing(counted).when(JudgePanelByTime()).then(
        PanelClosed(
            area=AREA,
            closed_at=CLOSES,
            by=ClosedBy.TIME,
            tally=(
                GroupTally(
                    group=Group.TENANTS,
                    answers=Answers(help=30, not_now=11),
                    tokens=120,
                    reasons=(ReasonCount(reason=NotNowReason.STRESS, people=9),),
                ),
                GroupTally(group=Group.OWNERS, answers=Answers(), tokens=0),
            ),
        )
    )


def test_tokens_are_voided_for_a_reason() -> None:
    """PAR-18: without one it is `reason-missing`; twice is once."""
    panel = panel_at(BEFORE, ISSUED)
    panel.when(VoidTokens(batch="1")).refused("reason-missing")
    panel.when(VoidTokens(batch="2", reason=VoidingReason.LOST)).refused("no-such-batch")
    void = panel.when(VoidTokens(batch="1", reason=VoidingReason.LEAKED)).recorded()
    void.when(VoidTokens(batch="1", reason=VoidingReason.LEAKED)).then()
    panel_at(LAST, ISSUED).when(VoidTokens(batch="1", reason=VoidingReason.LOST)).refused(
        "panel-closed"
    )


def test_a_second_call_makes_new_tokens() -> None:
    """PAR-18: issued tokens are a batch of their own and cannot be asked for again."""
    once = panel_at(BEFORE).when(IssueTokens(group=Group.TENANTS, tokens=120)).then(ISSUED)
    twice = once.when(IssueTokens(group=Group.TENANTS, tokens=120)).recorded()
    assert [one.batch for one in twice.state(WishPanel).batches] == ["1", "2"]
    once.when(IssueTokens(group=Group.OTHER, tokens=1)).refused("group-not-asked")


def test_a_token_speaks_for_its_own_panel_and_batch_only() -> None:
    """PAR-18: invented tokens, and those of another panel or another secret, are none."""
    maker = TokenMaker(b"s" * 32)
    token = maker.make("p1", "7")
    assert maker.batch_of("p1", token) == "7"
    assert maker.batch_of("p2", token) is None
    assert maker.batch_of("p1", "8" + token[1:]) is None
    assert maker.batch_of("p1", token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert TokenMaker(b"t" * 32).batch_of("p1", token) is None


@sampled(st.text(max_size=60))
def test_any_other_text_is_no_token(text: str) -> None:
    """PAR-18: whatever is sent in its place gets no voice."""
    assert TokenMaker(b"s" * 32).batch_of("p1", text) is None


def test_nothing_that_is_kept_holds_a_part_of_the_token() -> None:
    """PAR-18: the voice and the receipt need the secret of the service."""
    maker = TokenMaker(b"s" * 32)
    token = maker.make("p1", "7")
    _, random, mark = token.split("-")
    kept = (voice := maker.voice("p1", token), maker.receipt(voice, 1))
    assert not any(part in text for part in (random, mark) for text in kept)
    assert TokenMaker(b"t" * 32).voice("p1", token) != voice


def test_small_groups_and_cells_are_not_shown() -> None:
    """PAR-20: 56 in all; tenants by wish, their small cells and both other groups hidden."""
    tenants = Answers(informed=20, consulted=9, help=6, advise=2, not_now=4)
    shown = shown_tally(
        (
            GroupTally(group=Group.TENANTS, answers=tenants, tokens=60),
            GroupTally(group=Group.OWNERS, answers=Answers(help=12), tokens=30),
            GroupTally(group=Group.PRIVATE_RENTERS, answers=Answers(help=3), tokens=9),
        )
    )
    assert shown.answers == 56
    by_group = {one.group: one for one in shown.groups}
    assert by_group[Group.TENANTS].answers == 41
    assert {wish for wish, count in by_group[Group.TENANTS].wishes.items() if count} == {
        Wish.INFORMED,
        Wish.CONSULTED,
        Wish.HELP,
    }
    for group in (Group.OWNERS, Group.PRIVATE_RENTERS):
        assert by_group[group].answers is None
        assert set(by_group[group].wishes.values()) == {None}


@pytest.mark.parametrize("seconds", [0, 1, 3])
def test_a_tally_never_comes_while_wishes_settle(seconds: int) -> None:
    """PAR-19: the deadline may be judged early; it waits."""
    early: datetime = CLOSES + timedelta(seconds=seconds)
    panel_at(early.isoformat()).knowing(NOBODY).when(JudgePanelByTime()).then()
