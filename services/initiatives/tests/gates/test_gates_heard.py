"""What is heard of levels, budgets and reading itself, and how the gates use it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.events.language.monitoring.effort_levels import (
    Answer,
    EffortLevelBridged,
    EffortLevelEnded,
    EffortLevelExpired,
    EffortLevelQuestionAnswered,
    EffortLevelQuestioned,
    Ground,
    YearBudget,
)
from leefwijk.events.language.monitoring.efforts import (
    CostCategory,
    EffortSpentCorrected,
    EffortSpentRecorded,
)
from leefwijk.events.language.participation.involvement_checks import CheckWithdrawn

GATE = "effort-level-and-budget"
BUURT, WIJK, ASSEN = "BU01060100@2020", "WK010601@2020", "GM0106@2020"
MORE = {"line": 1, "amount": "100.00", "reason": "More people come"}


async def _line(town: Any, id_: str) -> Any:
    return (await town.lines(id_))[GATE]


async def _later(town: Any, **more: Any) -> str:
    """Coffee with an effect that lies far enough away, in a place where people were asked."""
    await town.check("P-later", through="2028-12-31")
    effect = {**town.plan["effect"], "by": "2028-12-31"}
    return str(await town.coffee(plan={"effect": effect}, **more))


async def test_a_level_that_ended_takes_its_grants_along(town: Any, facts: Any) -> None:
    """INI-23: at 00:30 it is over; each grant that rests on it stands, and that is noted on it."""
    ending = facts.level(through="2026-12-31")
    await town.hear("monitoring", "lariks", ending, "M2b")
    both = [await _later(town), await _later(town)]
    for id_ in both:
        await town.granted(id_)
    waiting = await _later(town)
    await town.time_passes("2026-12-31T22:59:00Z")
    for id_ in both:
        assert await town.facts_named(id_, "gate-no-longer-passed") == []
    await town.time_passes("2026-12-31T23:30:00Z")
    line = (await town.not_granted(waiting))[GATE]
    assert line["code"] == "effort-level-expired"
    assert line["reason"] == "The agreed level ended on 31 December 2026."
    over = EffortLevelExpired(area=WIJK, level=EffortLevelName.EXTRA, on=date(2027, 1, 1))
    await town.hear("monitoring", "lariks", over, "M2-over")
    for id_ in both:
        (lost,) = await town.facts_named(id_, "gate-no-longer-passed")
        assert (lost["gate"], lost["on"]) == (GATE, "2027-01-01")
        assert (await town.get(f"/initiatives/{id_}"))["status"] == "supported"
    budget = await town.get("/area-budgets/WK010601@2020.2026")
    assert (budget["committed"], budget["left"]) == ("3000.00", "21000.00")


def _bridge(**more: Any) -> EffortLevelBridged:
    return EffortLevelBridged(
        area=WIJK,
        level=EffortLevelName.EXTRA,
        last_day=date(2026, 12, 31),
        through=date(2027, 6, 30),
        reason="The evaluation is not ready",
        role="area_director",
        on=date(2026, 12, 10),
        **more,
    )


async def test_a_bridge_keeps_level_and_budget_open(town: Any, facts: Any) -> None:
    """INI-23, EVA-12: bridged until 30 June 2027, with its euros; then it is over as any other."""
    ending = facts.level(through="2026-12-31", y2026="24000.00")
    await town.hear("monitoring", "lariks", ending, "M2b")
    id_ = await _later(town)
    await town.granted(id_)
    town.clock.set("2026-12-10T09:00:00Z")
    euros = (
        YearBudget(year=2026, amount=Decimal("500.00")),
        YearBudget(year=2027, amount=Decimal("6000.00")),
    )
    await town.hear("monitoring", "lariks", _bridge(budgets=euros), "bridged")
    budget = await town.get("/area-budgets/WK010601@2020.2026")
    assert budget["left"] == "23000.00"
    await town.time_passes("2026-12-31T23:30:00Z")
    assert await town.facts_named(id_, "gate-no-longer-passed") == []
    other = await town.coffee(plan={"effect": {**town.plan["effect"], "by": "2028-12-31"}})
    line = await _line(town, other)
    assert line["outcome"] == "passed"
    assert line["reason"].startswith("extra, bridged until 30 June 2027, 6,000.00 left")
    assert line["evidence"][:2] == [facts.id_of("M2b"), facts.id_of("bridged")]
    assert line["validThrough"] == "2027-06-30"
    await town.granted(other)
    await town.time_passes("2027-06-30T22:00:00Z")
    for one in (id_, other):
        (lost,) = await town.facts_named(one, "gate-no-longer-passed")
        assert (lost["code"], lost["on"]) == ("effort-level-expired", "2027-07-01")


async def test_a_bridge_without_euros_opens_no_budget(town: Any, facts: Any) -> None:
    """INI-23: the level holds, and euros that nobody named are not known."""
    ending = facts.level(through="2026-12-31", y2026="24000.00")
    await town.hear("monitoring", "lariks", ending, "M2b")
    await town.hear("monitoring", "lariks", _bridge(), "bridged")
    id_ = await _later(town)
    town.clock.set("2026-12-31T23:30:00Z")
    assert (await _line(town, id_))["code"] == "budget-not-known"


async def test_a_level_that_is_ended_ends_its_bridge(town: Any, facts: Any) -> None:
    """INI-23: ended before its day, a bridge does not keep it open."""
    await town.hear("monitoring", "lariks", facts.level(through="2026-12-31"), "M2b")
    await town.hear("monitoring", "lariks", _bridge(), "bridged")
    id_ = await _later(town)
    ended = EffortLevelEnded(area=WIJK, level=EffortLevelName.EXTRA, on=date(2026, 5, 1))
    await town.hear("monitoring", "lariks", ended, "ended")
    assert (await _line(town, id_))["outcome"] == "passed"
    town.clock.set("2026-04-30T22:00:00Z")
    line = await _line(town, id_)
    assert (line["code"], line["since"]) == ("effort-level-expired", "2026-05-01")


@pytest.mark.parametrize(
    ("level", "now", "code", "says"),
    [
        ({"y2026": "0.00"}, "2026-04-13T09:00:00Z", "budget-exceeded", "0.00 is left"),
        ({}, "2028-02-01T09:00:00Z", "budget-not-known", "names no euros for 2028"),
    ],
)
async def test_no_figure_is_not_the_figure_nothing(
    town: Any, facts: Any, level: dict[str, str], now: str, code: str, says: str
) -> None:
    """INI-23: 0.00 named is exceeded; nothing named for 2028 is not known, nor is what is left."""
    await town.hear("monitoring", "lariks", facts.level(**level), "M2b")
    id_ = await _later(town)
    town.clock.set(now)
    line = (await town.not_granted(id_))[GATE]
    assert line["code"] == code
    assert says in line["reason"]
    assert ("left" in line["reason"]) is (code == "budget-exceeded")


async def test_the_nearest_area_above_pays_where_the_wijk_has_no_level(
    empty: Any, facts: Any
) -> None:
    """INI-23: GM0106 has one with budget; it pays, by the facts that put the buurt in it."""
    await empty.areas()
    await empty.hear("monitoring", "assen", facts.level(ASSEN, y2026="9000.00"), "M2-gm")
    id_ = await empty.coffee()
    line = await _line(empty, id_)
    assert line["reason"] == "extra, 9,000.00 left before this grant."
    named = [facts.id_of(name) for name in ("M2-gm", f"M3-{BUURT}", f"M3-{WIJK}")]
    assert line["evidence"] == named
    assert (await empty.get(f"/initiatives/{id_}/gates"))["budgetArea"] == ASSEN


def _effort(area: str, amount: str) -> EffortSpentRecorded:
    return EffortSpentRecorded(
        area=area,
        municipalities=("GM0106",),
        year=2026,
        amount=Decimal(amount),
        contribution=ContributionCategory.MEETING,
        category=CostCategory.SOCIAL_ACTIVITIES,
        description="Neighbour mediation",
        on=date(2026, 3, 1),
    )


async def test_other_effort_takes_from_the_same_budget(town: Any, facts: Any) -> None:
    """INI-22: what monitoring booked on the wijk and in its buurten, as it is corrected later."""
    id_ = await town.coffee()
    for name, area, amount in (
        ("e1", WIJK, "20000.00"),
        ("e2", BUURT, "1000.00"),
        ("e3", "WK010604@2020", "900.00"),
        ("e4", ASSEN, "800.00"),
    ):
        await town.hear("monitoring", name, _effort(area, amount), name)
        await town.again(name)
    assert (await _line(town, id_))["reason"] == "extra, 3,000.00 left before this grant."
    corrected = EffortSpentCorrected(
        corrects=UUID(facts.id_of("e1")),
        area=WIJK,
        municipalities=("GM0106",),
        year=2026,
        amount=Decimal("22000.00"),
        contribution=ContributionCategory.MEETING,
        category=CostCategory.SOCIAL_ACTIVITIES,
        reason="A typing error",
        on=date(2026, 3, 1),
    )
    await town.hear("monitoring", "e1", corrected, "e1b")
    assert (await town.not_granted(id_))[GATE]["reason"].startswith("1,000.00 is left")


def _without_director(on: str) -> EffortLevelQuestioned:
    return EffortLevelQuestioned(
        area=WIJK,
        level=EffortLevelName.LARGE_SCALE,
        ground=Ground.DIRECTOR,
        because="No municipality directs any more.",
        on=date.fromisoformat(on),
    )


async def test_a_large_scale_level_without_its_director_takes_no_new_money(
    town: Any, facts: Any
) -> None:
    """MON-45, INI-14: the grant stands, a top-up waits, until there is a director again."""
    await town.hear("monitoring", "lariks", facts.level(name="large_scale"), "M2b")
    id_ = await town.coffee()
    await town.granted(id_)
    await town.hear("monitoring", "lariks", _without_director("2026-04-13"), "gone")
    line = await _line(town, id_)
    assert (line["code"], line["outcome"]) == ("effort-level-without-director", "failed")
    (lost,) = await town.facts_named(id_, "gate-no-longer-passed")
    assert lost["code"] == "effort-level-without-director"
    await town.refused(id_, "support-top-ups", MORE, "area_manager", "gates-not-passed")
    answered = EffortLevelQuestionAnswered(
        area=WIJK,
        level=EffortLevelName.LARGE_SCALE,
        ground=Ground.DIRECTOR,
        answer=Answer.RESTORED,
        on=date(2026, 4, 13),
    )
    await town.hear("monitoring", "lariks", answered, "back")
    assert len(await town.facts_named(id_, "gate-passed-again")) == 1
    await town.done(id_, "support-top-ups", MORE, "area_manager")


async def test_a_question_about_the_base_leaves_level_and_budget_open(
    town: Any, facts: Any
) -> None:
    """MON-29: the level stays; that the base is broken is said by the gate on the base."""
    asked = _without_director("2026-04-13").model_copy(update={"ground": Ground.BASE})
    await town.hear("monitoring", "lariks", asked, "asked")
    assert (await _line(town, await town.coffee()))["outcome"] == "passed"


WAITING = {
    "participation": ("p1", "residents-involvement"),
    "monitoring": ("lariks", GATE),
}


@pytest.mark.parametrize("service", WAITING)
async def test_while_a_message_waits_the_line_is_held(town: Any, facts: Any, service: str) -> None:
    """DESIGN 8.8: what is known may not be so: neither yes nor no, and support waits."""
    subject, gate = WAITING[service]
    message: Any = CheckWithdrawn(area=WIJK, reason="wrong_place", on=date(2026, 4, 13))
    if service == "monitoring":
        message = EffortLevelExpired(area=WIJK, level=EffortLevelName.EXTRA, on=date(2026, 4, 13))
    id_ = await town.coffee()
    assert (await town.lines(id_))[gate]["outcome"] == "passed"
    before = await town.facts(id_)
    await town.not_understood(service, subject, message, "garbled")
    lines = await town.not_granted(id_)
    assert list(lines) == [gate]
    assert (lines[gate]["code"], lines[gate]["outcome"], lines[gate]["knowledge"]) == (
        "knowledge-held",
        "unknown",
        "held",
    )
    assert lines[gate]["overridableBy"] == "area_director"
    assert await town.facts(id_) == before


async def test_what_waits_about_another_municipality_holds_nothing(town: Any) -> None:
    """DESIGN 8.8: a message about Emmen says nothing of Assen."""
    elsewhere = _effort("WK011400@2020", "10.00").model_copy(update={"municipalities": ("GM0114",)})
    await town.not_understood("monitoring", "far", elsewhere, "garbled")
    assert (await _line(town, await town.coffee()))["outcome"] == "passed"


async def test_every_line_on_others_facts_says_how_old_its_knowledge_is(
    town: Any, facts: Any
) -> None:
    """INI-24: base, level and budget, and homes: the last known value, stale, with its moment."""
    id_ = await town.coffee()
    town.clock.set("2026-04-14T09:00:00Z")
    assert {line["knowledge"] for line in (await town.lines(id_)).values()} == {"known"}
    town.clock.set("2026-04-14T09:00:01Z")
    lines = await town.lines(id_)
    stale = {gate for gate, line in lines.items() if line["knowledge"] == "stale"}
    assert stale == {
        "residents-involvement",
        "base-in-order",
        "performance-agreements",
        "no-other-party-responsible",
        GATE,
        "own-tenants-benefit",
    }
    assert {lines[gate]["asOf"] for gate in stale} == {"2026-04-13T09:00:00Z"}
    assert {lines[gate]["outcome"] for gate in lines} == {"passed"}
    await town.granted(id_)
    (granted,) = await town.facts_named(id_, "support-granted")
    said = {line["gate"]: line for line in granted["gateLines"]}
    assert {gate for gate, line in said.items() if line["knowledge"] == "stale"} == stale


async def test_the_page_explains_before_anything_is_asked(town: Any) -> None:
    """DESIGN 8.6: all nine lines with reason, source and moment, also without a request."""
    id_ = await town.propose()
    page = await town.get(f"/initiatives/{id_}/gates")
    assert (page["assessed"], page["atGrant"], page["overrides"]) == ([], [], [])
    lines = {line["gate"]: line for line in page["lines"]}
    assert len(lines) == 9
    assert all(line["reason"] and line["source"] and line["asOf"] for line in lines.values())
    assert lines["legal-basis"]["code"] == "no-legal-category"
    assert {line["outcome"] for gate, line in lines.items() if gate != "legal-basis"} == {"passed"}
    for role in ("neighbourhood_worker", "area_manager", "area_director"):
        assert (await town.get(f"/initiatives/{id_}/gates", role))["applicable"] is True
    answer = await town.client.get(f"/v1/initiatives/{id_}/gates", headers=town.headers("resident"))
    assert answer.status_code == 404
