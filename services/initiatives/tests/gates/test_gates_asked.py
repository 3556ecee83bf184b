"""What residents were asked, as gates hear it from participation (PAR-10 to PAR-13)."""

from __future__ import annotations

from datetime import date
from typing import Any

from leefwijk.events.language.monitoring.areas import (
    ExperiencedAreaDrawn,
    ExperiencedAreaRedrawn,
    Part,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckExpired,
    ConclusionDoubted,
    ExplanationTold,
    GroupConclusion,
)
from leefwijk.events.language.participation.trajectories import PromiseLowered
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
)

GATE = "residents-involvement"
BUURT, WIJK = "BU01060100@2020", "WK010601@2020"
PITTELO = "BU01060400@2020"
MORE = {"line": 1, "amount": "100.00", "reason": "More people come"}
BELOW = GroupConclusion(
    group=Group.TENANTS,
    leading_wish=LeadingWish.ADVISE,
    promise=Level.CONSULTED,
    share_above="38.0",
    below_wish=True,
    explanation=Explanation.MONEY,
)


def _told(group: Group) -> ExplanationTold:
    return ExplanationTold(area=WIJK, group=group, form=Form.LETTER, told_on=date(2026, 10, 13))


async def _line(town: Any, id_: str) -> Any:
    return (await town.lines(id_))[GATE]


async def _asked_in_2027(town: Any, facts: Any) -> str:
    """The check of PAR-10, and support asked for on 2 February 2027 when it was valid."""
    await town.sql("delete from known_answers")
    await town.check("P", last_asked="2026-02-10", through="2027-02-10")
    town.clock.set("2027-02-02T09:00:00Z")
    later = {**town.plan["effect"], "by": "2027-12-31"}
    return str(await town.coffee(plan={"effect": later}))


async def test_the_gate_looks_at_the_calendar_not_at_the_word_of_expiry(
    town: Any, facts: Any
) -> None:
    """PAR-10: at midnight in Assen it is over, without any message; the evidence is the check."""
    id_ = await _asked_in_2027(town, facts)
    town.clock.set("2027-02-10T23:00:00Z")
    line = (await town.not_granted(id_))[GATE]
    assert line["code"] == "involvement-check-expired"
    assert "Residents were last asked on 10 February 2026; ask again." in line["reason"]
    assert line["evidence"] == [facts.id_of("P")]


async def test_what_was_granted_in_time_stands_and_its_top_up_is_judged_anew(
    town: Any, facts: Any
) -> None:
    """PAR-10: at 23:30 it is granted; the expiry takes nothing back, a top-up on it fails."""
    id_ = await _asked_in_2027(town, facts)
    town.clock.set("2027-02-10T22:30:00Z")
    await town.granted(id_)
    (granted,) = await town.facts_named(id_, "support-granted")
    then = {line["gate"]: line for line in granted["gateLines"]}[GATE]
    assert (then["outcome"], then["validThrough"]) == ("passed", "2027-02-10")
    await town.time_passes("2027-02-11T09:00:00Z")
    over = CheckExpired(area=WIJK, valid_until=date(2027, 2, 10), on=date(2027, 2, 11))
    await town.hear("participation", "p", over, "P-expired")
    assert len(await town.facts_named(id_, "gate-no-longer-passed")) == 1
    assert (await town.get(f"/initiatives/{id_}"))["status"] == "supported"
    refused = await town.refused(id_, "support-top-ups", MORE, "area_manager", "gates-not-passed")
    codes = [line["code"] for line in refused["refusals"][0]["lines"]]
    assert codes == ["involvement-check-expired"]


async def test_an_area_as_people_live_it_is_covered_with_each_of_its_parts(
    town: Any, facts: Any
) -> None:
    """PAR-11: its parts, each by a check of its own; where it is redrawn the new parts count."""
    await town.sql("delete from known_answers")
    lived = "XA0123456789ab@1"
    drawn = ExperiencedAreaDrawn(
        area=lived,
        name="Lariks en Pittelo",
        reason="Residents say so",
        municipalities=("GM0106",),
        parts=(Part(area=BUURT, inhabitants=900), Part(area=PITTELO, inhabitants=600)),
    )
    await town.hear("monitoring", PITTELO, facts.registered(PITTELO, None, "neighbourhood"), "BU4")
    await town.hear("monitoring", lived, drawn, "drawn")
    await town.check("P1", BUURT)
    id_ = await town.coffee(area=lived)
    half = await _line(town, id_)
    assert half["code"] == "involvement-check-other-area"
    assert PITTELO in half["reason"]
    assert BUURT not in half["reason"]
    await town.check("P2", PITTELO)
    assert (await _line(town, id_))["outcome"] == "passed"
    more = ExperiencedAreaRedrawn(
        area=lived,
        name="Lariks en Pittelo",
        municipalities=("GM0106",),
        parts=(*drawn.parts, Part(area="BU01060101@2020", inhabitants=80)),
        reason="Residents count it in",
    )
    await town.hear("monitoring", lived, more, "redrawn")
    assert "BU01060101@2020" in (await _line(town, id_))["reason"]


async def test_a_level_of_an_area_as_people_live_it_leads(town: Any, facts: Any) -> None:
    """INI-10: the area that people live in is nearer than the wijk, by the fact that drew it."""
    lived = "XA0123456789ab@1"
    drawn = ExperiencedAreaDrawn(
        area=lived,
        name="Rond de hal",
        reason="Residents say so",
        municipalities=("GM0106",),
        parts=(Part(area=BUURT, inhabitants=900),),
    )
    await town.hear("monitoring", lived, drawn, "drawn")
    await town.hear("monitoring", "lived", facts.level(lived, y2026="99.00"), "M2-lived")
    id_ = await town.coffee("50.00")
    line = (await town.lines(id_))["effort-level-and-budget"]
    assert line["reason"] == "extra, 99.00 left before this grant."
    assert line["evidence"] == [facts.id_of("M2-lived"), facts.id_of("drawn")]


async def _below(town: Any) -> str:
    """The check of PAR-03, concluded on 5 October with an explanation that nobody heard yet."""
    await town.sql("delete from known_answers")
    await town.check("P3", last_asked="2026-09-19", through="2027-09-19", groups=(BELOW,))
    town.clock.set("2026-10-12T09:00:00Z")
    return str(await town.coffee())


async def test_an_explanation_counts_when_residents_have_heard_it(town: Any, facts: Any) -> None:
    """PAR-12: not told, not passed; owners are not tenants; told, the same decision passes."""
    id_ = await _below(town)
    line = (await town.not_granted(id_))[GATE]
    assert (line["outcome"], line["code"]) == ("failed", "promise-below-wish-not-told")
    assert line["reason"] == (
        "38.0 % of the tenants wanted more than consulting; tell them why first."
    )
    town.clock.set("2026-10-13T09:00:00Z")
    await town.hear("participation", "p3", _told(Group.OWNERS), "told-owners")
    assert (await _line(town, id_))["code"] == "promise-below-wish-not-told"
    await town.hear("participation", "p3", _told(Group.TENANTS), "told-tenants")
    line = await _line(town, id_)
    assert line["evidence"] == [facts.id_of("P3"), facts.id_of("told-tenants")]
    await town.granted(id_)


async def test_a_lowered_promise_that_was_told_keeps_it_open(town: Any, facts: Any) -> None:
    """PAR-26: lowering it counts as the told explanation; another check's says nothing of this."""
    id_ = await _below(town)
    for check, name in (("other", "lowered-other"), ("p3", "lowered")):
        lowered = PromiseLowered(
            check=check,
            group=Group.TENANTS,
            from_=Level.ADVISE,
            to=Level.CONSULTED,
            reason=Explanation.MONEY,
            told_on=date(2026, 10, 12),
            form=Form.LETTER,
            share_above="36.1",
            on=date(2026, 10, 12),
        )
        await town.hear("participation", f"t-{check}", lowered, name)
        passed = (await _line(town, id_))["outcome"] == "passed"
        assert passed is (check == "p3")
    assert (await _line(town, id_))["evidence"] == [facts.id_of("P3"), facts.id_of("lowered")]


DOUBT = ConclusionDoubted(
    area=WIJK,
    group=Group.TENANTS,
    leading_wish=LeadingWish.HELP,
    promise=Level.CONSULTED,
    share_above="35.0",
    on=date(2026, 4, 20),
)


async def test_a_doubt_is_for_what_comes_next_not_for_what_is_done(town: Any, facts: Any) -> None:
    """PAR-13: S1 stays granted, with what changed and when; concluding again ends the doubt."""
    s1 = await town.coffee()
    await town.granted(s1)
    other = await town.coffee()
    town.clock.set("2026-04-20T09:00:00Z")
    await town.hear("participation", "p1", DOUBT, "doubt")
    line = (await town.not_granted(other))[GATE]
    assert (line["code"], line["since"]) == ("involvement-check-in-doubt", "2026-04-20")
    assert line["evidence"] == [facts.id_of("P1"), facts.id_of("doubt")]
    assert (await town.get(f"/initiatives/{s1}"))["status"] == "supported"
    page = await town.get(f"/initiatives/{s1}/gates")
    then = {one["gate"]: one for one in page["atGrant"]}[GATE]
    assert (then["outcome"], then["evidence"]) == ("passed", [facts.id_of("P1")])
    (lost,) = page["lost"]
    assert (lost["gate"], lost["code"], lost["since"]) == (
        GATE,
        "involvement-check-in-doubt",
        "2026-04-20",
    )
    assert lost["evidence"] == [facts.id_of("P1"), facts.id_of("doubt")]
    assert page["reviews"] == []
    town.clock.set("2026-04-22T09:00:00Z")
    await town.check("P1", again="P1-anew")
    line = await _line(town, other)
    assert (line["outcome"], line["validThrough"]) == ("passed", "2026-10-05")
    assert line["evidence"] == [facts.id_of("P1-anew")]
    page = await town.get(f"/initiatives/{s1}/gates")
    assert [one["again"] for one in page["lost"]] == ["2026-04-22"]


async def test_a_withdrawn_check_opens_nothing_and_marks_what_was_decided(town: Any) -> None:
    """PAR-13: held in the wrong building: the decision stays, marked; the next one waits."""
    s1 = await town.coffee()
    await town.granted(s1)
    town.clock.set("2026-04-20T09:00:00Z")
    await town.withdrawn("P1", "2026-04-20")
    found = await town.get(f"/initiatives/{s1}")
    assert (found["status"], found["gatesLost"]) == ("supported", 1)
    other = await town.coffee()
    line = (await town.not_granted(other))[GATE]
    assert (line["code"], line["since"]) == ("involvement-check-withdrawn", "2026-04-20")
