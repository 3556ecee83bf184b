"""Specifications of what people tell, take up and spend: events in, the effort status out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest

from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives import gates, life, roles, support
from leefwijk.events.language.initiatives.spending import SpendingRecorded
from leefwijk.events.language.monitoring.stories import (
    StoryConsentGiven,
    StoryConsentWithdrawn,
    StoryErased,
    StoryPublished,
    StoryRecorded,
    Teller,
    Tone,
)

LARIKS = "WK010601@2020"
BUURT = "BU01060100@2020"


def story(tone: Tone, month: str = "2022-01-01", area: str = LARIKS) -> StoryRecorded:
    """A story about meeting."""
    return StoryRecorded(
        area=area,
        municipalities=("GM0106",),
        theme=Theme.MEETING,
        tone=tone,
        teller=Teller.RESIDENT,
        month=date.fromisoformat(month),
    )


def initiative(area: str = LARIKS) -> life.InitiativeProposed:
    """A coffee corner."""
    return life.InitiativeProposed(
        title="Koffiehoek",
        area=area,
        municipalities=("GM0106",),
        themes=(Theme.MEETING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
        on=date(2022, 1, 5),
    )


def grant(euros: str, on: str) -> support.SupportGranted:
    """Support in money."""
    return support.SupportGranted(
        request=1,
        area=LARIKS,
        budget_area=LARIKS,
        year=int(on[:4]),
        lines=(support.GrantedLine(line=1, kind=support.SupportKind.MONEY, amount=Decimal(euros)),),
        charged=Decimal(euros),
        partly=False,
        on=date.fromisoformat(on),
    )


def spending(id_: str, euros: str, on: str) -> SpendingRecorded:
    """Money that was spent."""
    return SpendingRecorded(
        spending=id_, request=1, line=1, amount=Decimal(euros), on=date.fromisoformat(on)
    )


class TestTelling:
    def test_strengths_and_concerns_stand_together(self, history: Any, folded: Any) -> None:
        """EVA-23: both tones are in every answer, also where there is only one of them."""
        history.say("s1", story(Tone.CONCERN), "2022-01-10")
        stories = folded(history.stored).status().stories
        assert (stories.strengths, stories.concerns) == (0, 1)
        assert stories.themes == {"strength": {}, "concern": {"meeting": 1}}

    def test_residents_see_published_stories_only(self, history: Any, folded: Any) -> None:
        """MON-22: unpublished stories count for professionals, published ones for everybody."""
        for number, tone in enumerate([Tone.STRENGTH] * 3 + [Tone.CONCERN]):
            history.say(f"s{number}", story(tone), "2022-01-10")
        history.say("s0", StoryConsentGiven(), "2022-01-11")
        history.say("s0", StoryPublished(), "2022-01-12")
        rows = folded(history.stored)
        inside, outside = rows.status().stories, rows.status(internal=False).stories
        assert (inside.strengths, inside.concerns) == (3, 1)
        assert (outside.strengths, outside.concerns) == (1, 0)

    @pytest.mark.parametrize("last", [StoryConsentWithdrawn(), StoryErased()])
    def test_the_count_stays_when_the_words_go(self, history: Any, folded: Any, last: Any) -> None:
        """MON-24: withdrawn or erased words leave the count as it was, and nobody outside it."""
        history.say("s1", story(Tone.CONCERN), "2022-01-10")
        history.say("s1", StoryConsentGiven(), "2022-01-11")
        history.say("s1", StoryPublished(), "2022-01-12")
        history.say("s1", last, "2022-02-01")
        rows = folded(history.stored)
        assert rows.status().stories.concerns == 1
        assert rows.status(internal=False).stories.concerns == 0

    def test_a_story_is_not_told_before_its_month(self, history: Any, folded: Any) -> None:
        """EVA-24: as of a day before a story was told it does not count."""
        history.say("s1", story(Tone.CONCERN, "2022-03-01"), "2022-03-10")
        rows = folded(history.stored)
        assert rows.status(as_of="2022-02-28").stories.concerns == 0
        assert rows.status(as_of="2022-03-31").stories.concerns == 1


class TestInitiatives:
    def test_a_life_as_of_every_day(self, history: Any, folded: Any) -> None:
        """EVA-24: an initiative reads as it stood on the day asked for."""
        history.say("i1", initiative(), "2022-01-05")
        history.say("i1", grant("900.00", "2022-02-01"), "2022-02-01")
        history.say(
            "i1",
            life.InitiativeStarted(
                title="Koffiehoek", area=LARIKS, themes=(Theme.MEETING,), on=date(2022, 3, 1)
            ),
            "2022-03-01",
        )
        history.say("i1", life.InitiativeCompleted(area=LARIKS, on=date(2022, 9, 1)), "2022-09-01")
        rows = folded(history.stored)
        assert rows.status(as_of="2022-01-04").initiatives == []
        said = {
            day: rows.status(as_of=day).initiatives[0].status
            for day in ("2022-01-05", "2022-02-01", "2022-03-01", "2022-09-01")
        }
        assert list(said.values()) == ["proposed", "supported", "started", "completed"]
        assert rows.status(as_of="2022-08-31").initiatives_running == 1
        assert rows.status(as_of="2022-09-01").initiatives_running == 0

    def test_residents_see_what_runs(self, history: Any, folded: Any) -> None:
        """EVA-38: residents see running initiatives, and their number is that of what they see."""
        history.say("i1", initiative(), "2022-01-05")
        history.say("i1", grant("900.00", "2022-02-01"), "2022-02-01")
        history.say("i2", initiative(), "2022-01-05")
        history.say(
            "i2",
            roles.CorporationRoleAgreed(role=roles.CorporationRole.NONE),
            "2022-01-06",
        )
        status = folded(history.stored).status(internal=False)
        assert [line.id for line in status.initiatives] == ["i2"]
        assert status.initiatives_running == 1
        assert status.money is None

    def test_a_lost_gate_marks_the_initiative_for_professionals(
        self, history: Any, folded: Any
    ) -> None:
        """EVA-38: gates with reasons are for professionals."""
        history.say("i1", initiative(), "2022-01-05")
        history.say("i1", grant("900.00", "2022-02-01"), "2022-02-01")
        history.say(
            "i1",
            life.InitiativeStarted(
                title="Koffiehoek", area=LARIKS, themes=(Theme.MEETING,), on=date(2022, 3, 1)
            ),
            "2022-03-01",
        )
        history.say(
            "i1",
            gates.GateNoLongerPassed(
                gate=Gate.EFFORT_LEVEL_AND_BUDGET,
                code="effort-level-expired",
                evidence=("e1",),
                on=date(2022, 5, 1),
            ),
            "2022-05-01",
        )
        rows = folded(history.stored)
        said = ["effort-level-and-budget: effort-level-expired since 2022-05-01"]
        assert rows.status().initiatives[0].marks == said
        assert rows.status(internal=False).initiatives[0].marks == []

    def test_a_declined_request_ends_the_request_only(self, history: Any, folded: Any) -> None:
        """EVA-38: the initiative of a declined request is still listed, without money."""
        history.say("i1", initiative(), "2022-01-05")
        history.say(
            "i1",
            support.SupportDeclined(
                request=1,
                lines=(
                    support.GrantedLine(
                        line=1,
                        kind=support.SupportKind.MONEY,
                        amount=Decimal(0),
                        reason="no collective benefit yet",
                    ),
                ),
                next_step="talk with the neighbours",
                on=date(2022, 2, 1),
            ),
            "2022-02-01",
        )
        status = folded(history.stored).status()
        assert status.initiatives[0].status == "declined"
        assert status.money.granted == 0


class TestMoney:
    AMOUNTS = ("4200.00", "11850.00", "2475.50")

    def test_every_sum_can_be_redone_from_its_events(self, history: Any, folded: Any) -> None:
        """EVA-23: adding up the events that a sum names gives it; leaving one out does not."""
        history.say("i1", initiative(), "2022-01-05")
        history.say("i1", grant("20000.00", "2022-02-01"), "2022-02-01")
        for number, euros in enumerate(self.AMOUNTS):
            history.say("i1", spending(f"x{number}", euros, "2022-03-01"), "2022-03-01")
        money = folded(history.stored).status().money
        assert money.spent == Decimal("18525.50")
        by_id = {one.id: one for one in history.stored}
        named = [by_id[id_] for id_ in money.spent_evidence.events]
        amounts = [SpendingRecorded.from_json(one.data).amount or Decimal(0) for one in named]
        assert money.spent_evidence.count == len(named) == 3
        assert sum(amounts) == money.spent
        assert all(sum(some) != money.spent for some in combinations(amounts, 2))
        assert [by_id[id_].type for id_ in money.granted_evidence.events] == [
            support.SupportGranted.type
        ]

    def test_stories_and_initiatives_name_their_events(self, history: Any, folded: Any) -> None:
        """EVA-23: stories and initiatives name exactly the events they rest on."""
        told = history.say("s1", story(Tone.STRENGTH), "2022-01-10")
        taken = history.say("i1", initiative(), "2022-01-11")
        status = folded(history.stored).status()
        assert status.stories.evidence.events == [told.id]
        assert status.initiatives[0].evidence.events == [taken.id]

    def test_money_of_a_buurt_counts_once_in_its_wijk(self, history: Any, folded: Any) -> None:
        """MON-42: what is spent in a part counts in the whole, once."""
        history.say("i1", initiative(BUURT), "2022-01-05", area=BUURT)
        history.say("i1", spending("x1", "500.00", "2022-03-01"), "2022-03-01", area=BUURT)
        history.say("i2", initiative(), "2022-01-05")
        history.say("i2", spending("x2", "1500.00", "2022-03-01"), "2022-03-01")
        rows = folded(history.stored)
        assert rows.status(below=[BUURT]).money.spent == Decimal("2000.00")
        assert rows.status(BUURT).money.spent == Decimal("500.00")

    def test_spending_after_the_day_does_not_count(self, history: Any, folded: Any) -> None:
        """EVA-24: as of a day, spending of later days is not in the sum."""
        history.say("i1", initiative(), "2022-01-05")
        history.say("i1", spending("x1", "100.00", "2022-03-01"), "2022-03-05")
        history.say("i1", spending("x2", "50.00", "2022-04-01"), "2022-04-05")
        rows = folded(history.stored)
        assert rows.status(as_of="2022-03-31").money.spent == Decimal("100.00")
        then = rows.status(as_of="2022-03-31", known_at="2022-03-04")
        assert then.money.spent == Decimal("0.00")


def test_evidence_has_no_id_twice(history: Any, folded: Any) -> None:
    """EVA-23: no figure names an event twice."""
    for number in range(25):
        history.say(f"s{number}", story(Tone.STRENGTH), "2022-01-10")
    evidence = folded(history.stored).status().stories.evidence
    assert len(set(evidence.events)) == len(evidence.events) == 20
    assert evidence.count == 25
    assert evidence.more is not None
    assert all(isinstance(id_, UUID) for id_ in evidence.events)
