"""Gates and questions over HTTP, with facts of housing mix and participation as they arrive."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    Score,
)
from leefwijk.events.language.housing_mix.plans import (
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanWithdrawn,
)
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)
from monitoring.domain.area import RegisterArea

PITTELO = "WK010604@2020"
BUURT = "BU01060401@2020"
BASE = f"/base-conditions/{PITTELO}"
WORKER = "neighbourhood_worker"
WELL = [{"step": step, "found": "sufficient"} for step in ("clean", "whole", "safe")]


@pytest.fixture
async def pittelo(monitoring: Any) -> Any:
    """Pittelo and its buurt are registered."""
    for area, kind, parent in (
        (PITTELO, AreaKind.DISTRICT, None),
        (BUURT, AreaKind.NEIGHBOURHOOD, PITTELO),
    ):
        command = RegisterArea(area=area, kind=kind, name="Pittelo", parent=parent)
        await monitoring.context.handler.execute(command, create=True)
    return monitoring


def _scored(score: int, day: date = date(2026, 10, 1)) -> ConditionRecorded:
    return ConditionRecorded(
        area=BUURT, complex="c", condition=Score(score=score, measured=day), on=day
    )


DEMOLITION = PlanAnnounced(
    kind=PlanKind.DEMOLITION,
    area=BUURT,
    municipalities=("GM0106",),
    complex="c",
    dwellings=("d2",),
)
DECIDED = PlanDecided(
    kind=PlanKind.DEMOLITION,
    area=BUURT,
    municipalities=("GM0106",),
    complex="c",
    homes=1,
    on=date(2026, 10, 1),
    planned=date(2028, 6, 1),
)


async def _three_homes(pittelo: Any, facts: Any) -> None:
    for home, score in (("d1", 5), ("d2", 6), ("d3", 4)):
        await pittelo.hears("housing_mix", f"{home}", facts.home(BUURT), _scored(score))
    await pittelo.hears("housing_mix", "p", DEMOLITION, DECIDED)
    await pittelo.hears("housing_mix", "i", facts.delivered())


async def test_a_home_in_condition_5_breaks_whole_and_a_decided_plan_exempts(
    pittelo: Any,
    facts: Any,
    two_percentages: Any,
) -> None:
    """MON-26: 1 broken and 1 exempt; withdrawn 2; repaired 1; a plan counts when it is decided."""
    await _three_homes(pittelo, facts)
    steps = {"complex": "c", "steps": WELL}
    assert (await pittelo.post(f"{BASE}/assessments", WORKER, steps, 0)).status_code == 201

    async def broken() -> tuple[str, int, int]:
        await pittelo.settle()
        read = (await pittelo.look(BASE))["base"]
        homes = [step.get("homes", 0) for step in read["because"] if step["step"] == "whole"]
        return read["verdict"], sum(homes), read["exempt"]

    assert await broken() == ("not_in_order", 1, 1)
    assert '"d1"' not in (await pittelo.get(BASE)).text
    await pittelo.hears(
        "housing_mix",
        "p",
        PlanWithdrawn(area=BUURT, on=date(2026, 10, 20), reason="No money"),
    )
    assert await broken() == ("not_in_order", 2, 0)
    (measured,) = await pittelo.hears("housing_mix", "d1", _scored(3, date(2026, 10, 25)))
    assert await broken() == ("not_in_order", 1, 0)
    await pittelo.hears("housing_mix", "q", DEMOLITION)
    assert await broken() == ("not_in_order", 1, 0)
    await pittelo.hears("housing_mix", "q", DECIDED)
    assert await broken() == ("in_order", 0, 1)
    facts = await pittelo.facts(f"base-conditions-{PITTELO}")
    assert facts["base-verdict-changed"] >= 8
    # the measurement of d1 was recorded wrongly: it is a 6 after all
    wrong = ConditionCorrected(
        area=BUURT,
        complex="c",
        corrects=measured,
        condition=Score(score=6, measured=date(2026, 10, 25)),
        on=date(2026, 10, 25),
        reason="Other home",
    )
    await pittelo.hears("housing_mix", "d1", wrong)
    assert await broken() == ("not_in_order", 1, 1)


async def _proposed(pittelo: Any, two_percentages: Any) -> str:
    """`extra` is proposed for Pittelo, with nobody invited."""
    story = {"theme": "meeting", "tone": "concern", "teller": "resident", "text": "Het is stil"}
    told = await pittelo.post(f"/areas/{PITTELO}/stories", WORKER, story)
    await pittelo.load(
        "code,eenzaam,moeite_met_rondkomen\nWK010604,50.1,12.0\n",
        2020,
        mapping=two_percentages("known-only"),
    )
    figures = (await pittelo.look(f"/areas/{PITTELO}/measurements"))["items"]
    body = {
        "level": "extra",
        "valid": {"from": "2027-01-01", "through": "2027-12-31"},
        "measurements": [
            {
                "sourceEdition": figures[0]["sourceEdition"],
                "indicator": figures[0]["indicator"],
                "period": figures[0]["period"],
            }
        ],
        "stories": [told.json()["id"]],
        "effects": [{"theme": "meeting", "movement": "up", "by": "2027-12-31"}],
    }
    answer = await pittelo.post(f"/areas/{PITTELO}/effort-proposals", "area_manager", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _codes(pittelo: Any, proposal: str) -> dict[str, str | None]:
    found = await pittelo.look(f"/effort-proposals/{proposal}/gates")
    return {line["gate"]: line["code"] for line in found["lines"] if line["outcome"] != "passed"}


async def test_gates_are_explained_before_and_judged_when_agreeing(
    pittelo: Any, facts: Any, two_percentages: Any
) -> None:
    """MON-34, MON-35: unknown until facts arrive; a director sets the base aside; then agreed."""
    proposal = await _proposed(pittelo, two_percentages)
    assert await _codes(pittelo, proposal) == {
        "residents-involvement": "no-involvement-check",
        "base-in-order": "base-unknown",
        "own-tenants-benefit": "own-dwellings-not-known",
    }
    one = f"/effort-proposals/{proposal}"
    refused = await pittelo.post(f"{one}/agreements", "area_manager", {}, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "gates-not-passed")
    assert "No involvement check for this area is known yet." in refused.json()["detail"]
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))
    assert await _codes(pittelo, proposal) == {"base-in-order": "base-unknown"}
    dirty = {"complex": "c", "steps": [*WELL[:2], {"step": "safe", "found": "insufficient"}]}
    await pittelo.post(f"{BASE}/assessments", WORKER, dirty, 0)
    assert await _codes(pittelo, proposal) == {"base-in-order": "base-not-in-order"}
    again = await pittelo.post(f"{one}/agreements", "area_manager", {}, 1)
    assert "complex c" in again.json()["detail"]
    override = {"gate": "base-in-order", "reason": "Lights ordered, done within six weeks"}
    by_manager = await pittelo.post(f"{one}/gate-overrides", "area_manager", override, 1)
    assert (by_manager.status_code, by_manager.json()["code"]) == (403, "role-not-allowed")
    aside = await pittelo.post(f"{one}/gate-overrides", "area_director", override, 1)
    assert aside.status_code == 201, aside.text
    agreed = await pittelo.post(f"{one}/agreements", "area_manager", {}, 2)
    assert agreed.status_code == 201, agreed.text
    shown = await pittelo.look(one)
    base = next(line for line in shown["gates"] if line["gate"] == "base-in-order")
    assert base["outcome"] == "failed"
    assert base["setAside"]["reason"] == override["reason"]


async def test_the_base_falls_away_under_a_level_and_the_question_closes_with_it(
    pittelo: Any,
    facts: Any,
    two_percentages: Any,
) -> None:
    """MON-29: a score 6 in complex C questions the level once; repaired, it closes by itself."""
    proposal = await _proposed(pittelo, two_percentages)
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT), _scored(3, date(2026, 1, 1)))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))
    whole = {"complex": "c", "steps": WELL}
    await pittelo.post(f"{BASE}/assessments", WORKER, whole, 0)
    await pittelo.settle()
    one = f"/effort-proposals/{proposal}"
    assert (await pittelo.post(f"{one}/agreements", "area_manager", {}, 1)).status_code == 201
    pittelo.clock.set("2027-03-01T09:00:00Z")
    await pittelo.hears("housing_mix", "d1", _scored(6, date(2027, 3, 1)))
    await pittelo.settle()
    shown = await pittelo.look(one)
    assert shown["inForce"] is True
    assert shown["questions"]["base"]["since"] == "2027-03-01"
    listed = await pittelo.look("/effort-proposals", questioned="base")
    assert [item["id"] for item in listed["items"]] == [proposal]
    answer = {"ground": "base", "reason": "We go on"}
    refused = await pittelo.post(
        f"{one}/question-answers", "area_manager", answer, shown["version"]
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
    pittelo.clock.set("2027-03-09T09:00:00Z")
    await pittelo.hears("housing_mix", "d1", _scored(2, date(2027, 3, 9)))
    await pittelo.settle()
    assert (await pittelo.look(one))["questions"] == {}
    facts = await pittelo.facts(f"effort-levels-{proposal}")
    assert facts["effort-level-questioned"] == 1
    assert facts["effort-level-question-answered"] == 1
    assert (await pittelo.look(BASE))["base"]["verdict"] == "in_order"


async def test_formal_advice_is_a_gate_with_a_clock_of_its_own(
    pittelo: Any, facts: Any, two_percentages: Any
) -> None:
    """PAR-27: against and answered on 14 April; refused on the 16th, possible from the 17th."""
    proposal = await _proposed(pittelo, two_percentages)
    about = Subject(kind=SubjectKind.EFFORT_LEVEL, id=proposal)
    asked = FormalAdviceAsked(
        about=about,
        title="Level of Pittelo",
        area=PITTELO,
        municipalities=("GM0106",),
        organisation="tenants",
        informed_on=date(2027, 3, 1),
        advise_by=date(2027, 4, 12),
        on=date(2027, 3, 1),
    )
    received = FormalAdviceReceived(advice=Advice.AGAINST, on=date(2027, 4, 6))
    answered = FormalAdviceAnswered(
        followed=False,
        reasons_given=True,
        on=date(2027, 4, 14),
        effect_from=date(2027, 4, 17),
    )
    await pittelo.hears("participation", "a", asked, received, answered)
    found = await pittelo.look(f"/effort-proposals/{proposal}/gates")
    line = next(one for one in found["lines"] if one["gate"] == "formal-advice")
    # `extra` where nothing holds needs no advice; what was asked is shown as evidence all the same
    assert line["outcome"] == "passed"
    assert len(line["evidence"]) == 3
