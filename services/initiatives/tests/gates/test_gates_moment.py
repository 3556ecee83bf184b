"""The moment and the place at which gates are judged."""

from __future__ import annotations

from typing import Any

import pytest

BUURT = "BU01060100@2020"
WIJK = "WK010601@2020"
MORE = {"line": 1, "amount": "100.00", "reason": "More people come"}
LARIKS = tuple(f"BU0106010{number}@2020" for number in range(6))


async def _asked_in_september(town: Any) -> str:
    town.clock.set("2026-09-28T09:00:00Z")
    i1 = str(await town.coffee())
    town.clock.set("2026-09-30T09:00:00Z")
    await town.read_all()
    await town.done(i1, "gate-assessments", {}, "neighbourhood_worker")
    return i1


async def test_an_assessment_is_advice_and_the_clock_decides(town: Any) -> None:
    """INI-09, PAR-10: at midnight in Assen the check is over, told or not."""
    i1 = await _asked_in_september(town)
    (assessed,) = await town.facts_named(i1, "gates-assessed")
    assert {line["outcome"] for line in assessed["lines"]} == {"passed"}
    assert (await town.get(f"/initiatives/{i1}"))["status"] == "assessed"
    town.clock.set("2026-10-05T22:00:00Z")
    await town.read_all()
    line = (await town.not_granted(i1))["residents-involvement"]
    assert line["code"] == "involvement-check-expired"
    told = "The check of involvement was valid through 5 October 2026."
    assert line["reason"].startswith(told)
    page = await town.get(f"/initiatives/{i1}/gates")
    then = {line["gate"]: line["outcome"] for line in page["assessed"]}
    assert then["residents-involvement"] == "passed"
    now = {line["gate"]: line for line in page["lines"]}["residents-involvement"]
    assert (now["since"], now["knowledge"]) == ("2026-10-06", "known")


async def test_the_last_second_counts(town: Any) -> None:
    """INI-09: the same command a second before midnight is granted."""
    i1 = await _asked_in_september(town)
    town.clock.set("2026-10-05T21:59:59Z")
    await town.granted(i1)


async def test_a_date_that_passes_is_noted_by_itself(town: Any) -> None:
    """INI-09: with a grant open the gate is lost when 6 October begins; the grant stands."""
    i1 = await _asked_in_september(town)
    await town.granted(i1)
    await town.time_passes("2026-10-05T21:59:59Z")
    assert await town.facts_named(i1, "gate-no-longer-passed") == []
    await town.time_passes("2026-10-05T22:00:00Z")
    await town.time_passes("2026-10-06T22:00:00Z")
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert (lost["gate"], lost["on"]) == ("residents-involvement", "2026-10-06")
    assert lost["code"] == "involvement-check-expired"
    assert (await town.get(f"/initiatives/{i1}"))["status"] == "supported"
    refused = await town.refused(i1, "support-top-ups", MORE, "area_manager", "gates-not-passed")
    assert refused["refusals"][0]["lines"][0]["code"] == "involvement-check-expired"
    await town.check("P2", through="2027-10-05")
    await town.done(i1, "support-top-ups", MORE, "area_manager")


async def test_a_gate_that_passes_on_other_ground_is_assessed_anew(town: Any) -> None:
    """INI-09: when the first check is over and a second one counts, nothing is lost."""
    i1 = await _asked_in_september(town)
    await town.granted(i1)
    await town.check("P2", through="2026-11-05")
    await town.time_passes("2026-10-06T09:00:00Z")
    assert await town.facts_named(i1, "gate-no-longer-passed") == []
    await town.time_passes("2026-11-06T09:00:00Z")
    (lost,) = await town.facts_named(i1, "gate-no-longer-passed")
    assert lost["on"] == "2026-11-06"


@pytest.mark.parametrize(
    ("checks", "code", "says"),
    [
        ([("P3", LARIKS[2:4], "meeting")], "involvement-check-other-area", BUURT),
        ([("P3", LARIKS, "meeting")], None, ""),
        ([("P3", (BUURT,), "greening")], "involvement-check-other-subject", "greening"),
    ],
)
async def test_people_must_have_been_asked_about_this_here(
    town: Any, checks: Any, code: str | None, says: str
) -> None:
    """INI-10, PAR-11: what counts is where people were asked, and about what."""
    await town.sql("delete from known_answers")
    for name, asked, theme in checks:
        await town.check(name, *asked, theme=theme)
    i1 = await town.coffee(plan={"complex": "c1"})
    line = (await town.lines(i1))["residents-involvement"]
    assert line.get("code") == code
    assert says in line["reason"]
    if code is None:
        assert line["outcome"] == "passed"


async def test_an_expired_check_does_not_hide_a_valid_one(town: Any, facts: Any) -> None:
    """INI-10: expired in the buurt, valid in all six: passes on the second."""
    await town.sql("delete from known_answers")
    await town.check("P3", through="2026-03-31")
    await town.check("P4", *LARIKS)
    line = (await town.lines(await town.coffee(plan={"complex": "c1"})))["residents-involvement"]
    assert (line["outcome"], line["evidence"]) == ("passed", [facts.id_of("P4")])


@pytest.mark.parametrize(
    ("area", "theme", "code", "says"),
    [
        ("BU01060102@2020", "greening", None, ""),
        ("BU01060105@2020", "greening", "involvement-check-other-area", "BU01060105"),
        ("BU01060102@2020", "safety", "involvement-check-other-subject", "greening"),
        (WIJK, "greening", "involvement-check-other-area", LARIKS[1]),
    ],
)
async def test_a_check_opens_the_gate_for_its_subject_and_places(
    town: Any, area: str, theme: str, code: str | None, says: str
) -> None:
    """PAR-11: coverage comes from where people were asked, not from where it was opened."""
    await town.sql("delete from known_answers")
    asked = (LARIKS[0], LARIKS[2], LARIKS[3])
    await town.check("P5", *asked, theme="greening")
    i = await town.coffee(area=area, themes=[theme])
    line = (await town.lines(i))["residents-involvement"]
    assert line.get("code") == code
    assert says in line["reason"]
    if area == WIJK:
        assert all(other in line["reason"] for other in (LARIKS[1], LARIKS[4], LARIKS[5]))
        await town.check("P6", LARIKS[1], LARIKS[4], LARIKS[5], theme="greening")
        assert (await town.lines(i))["residents-involvement"]["outcome"] == "passed"


async def test_a_check_on_one_building_does_not_cover_its_street(town: Any) -> None:
    """PAR-11: people in one building are not the neighbourhood; an initiative in it is covered."""
    await town.sql("delete from known_answers")
    await town.check("P7", BUURT, opened=BUURT, complex_="c1")
    outside = (await town.lines(await town.coffee()))["residents-involvement"]
    assert outside["code"] == "involvement-check-other-area"
    inside = (await town.lines(await town.coffee(plan={"complex": "c1"})))["residents-involvement"]
    assert inside["outcome"] == "passed"


async def test_the_narrowest_place_judged_leads(town: Any, facts: Any) -> None:
    """INI-10: the complex leads over the wijk though it was judged earlier, both ways."""
    await town.hear("monitoring", "wk", facts.verdict(WIJK, on="2026-03-01"), "M1-wk")
    broken = facts.verdict(complex_="c1", on="2026-01-15", safe=["f9"])
    await town.hear("monitoring", "c1", broken, "M1-c1")
    i1 = await town.coffee(plan={"complex": "c1"})
    line = (await town.lines(i1))["base-in-order"]
    assert (line["code"], line["evidence"]) == ("base-not-in-order", [facts.id_of("M1-c1")])
    await town.hear("monitoring", "c1", facts.verdict(complex_="c1", on="2026-04-01"), "M1-c1b")
    worst = facts.verdict(on="2026-04-02", safe=["f2"], because_of="c2")
    await town.hear("monitoring", "base-lariks-oost", worst, "M1b")
    line = (await town.lines(i1))["base-in-order"]
    assert (line["outcome"], line["evidence"]) == ("passed", [facts.id_of("M1-c1b")])
    assert "c2" in line["reason"]


async def test_the_nearest_agreed_level_pays(town: Any, facts: Any) -> None:
    """INI-10: of the wijk and the municipality the wijk pays."""
    assen = facts.level("GM0106@2020", "basic", y2026="99.00")
    await town.hear("monitoring", "assen", assen, "M2-gm")
    i1 = await town.coffee()
    line = (await town.lines(i1))["effort-level-and-budget"]
    assert line["reason"] == "extra, 24,000.00 left before this grant."
    assert line["evidence"] == [facts.id_of("M2"), facts.id_of(f"M3-{BUURT}")]
