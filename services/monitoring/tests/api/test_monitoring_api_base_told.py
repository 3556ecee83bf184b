"""The base as facts of homes arrive and days pass: what an area reads, and what is questioned."""

from __future__ import annotations

from datetime import date
from typing import Any

from base_told import LARIKS, OOST, found, scored, told_of
from level_gates import BASE, BUURT, DIRECTOR, MANAGER, PITTELO, WELL, WORKER

from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    Score,
)
from leefwijk.events.language.housing_mix.plans import (
    DemolitionDateReset,
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanLapsed,
    PlanWithdrawn,
)


def _announced(*homes: str, kind: PlanKind = PlanKind.DEMOLITION) -> PlanAnnounced:
    return PlanAnnounced(
        kind=kind, area=BUURT, municipalities=("GM0106",), complex="c", dwellings=homes
    )


def _decided(planned: date, kind: PlanKind = PlanKind.DEMOLITION) -> PlanDecided:
    return PlanDecided(
        kind=kind,
        area=BUURT,
        municipalities=("GM0106",),
        complex="c",
        homes=1,
        on=date(2026, 10, 1),
        planned=planned,
    )


async def _three_homes(pittelo: Any, facts: Any) -> dict[str, str]:
    """Complex c: a 5, a 6 in a decided demolition plan, and a 4; gives the ids of the scores."""
    scores = {}
    for home, score in (("d1", 5), ("d2", 6), ("d3", 4)):
        _, told = await pittelo.hears("housing_mix", home, facts.home(BUURT), scored(score))
        scores[home] = str(told)
    await pittelo.hears("housing_mix", "p", _announced("d2"), _decided(date(2028, 6, 1)))
    await pittelo.hears("housing_mix", "i", facts.delivered(3))
    return scores


async def _whole(pittelo: Any, **when: str) -> tuple[str, int, int]:
    """The verdict, how many homes break `whole`, how many are excepted."""
    await pittelo.settle()
    read = (await pittelo.look(BASE, **when))["base"]
    homes = [step.get("homes", 0) for step in read["because"] if step["step"] == "whole"]
    return read["verdict"], sum(homes), read["exempt"]


async def test_the_base_is_looked_at_step_by_step(pittelo: Any) -> None:
    """MON-25: unknown, unknown because of safe, not in order at step 0, in order at step 2."""
    never = await pittelo.look(BASE)
    assert (never["base"]["verdict"], never["remark"]) == ("unknown", "never assessed")
    await pittelo.done(
        f"{BASE}/assessments", WORKER, {"steps": found(clean="sufficient", whole="sufficient")}
    )
    unseen = (await pittelo.look(BASE))["base"]
    assert unseen["verdict"] == "unknown"
    assert [(one["step"], one["lack"]) for one in unseen["because"]] == [("safe", "not_looked_at")]
    dark = {"step": "safe", "found": "insufficient", "says": "The back path is unlit"}
    agreed = {"step": "information_and_agreements", "found": "sufficient"}
    await pittelo.done(f"{BASE}/assessments", WORKER, {"steps": [dark, agreed]})
    work = {"step": "safe", "what": "Lights in the back path", "by": "2026-12-01"}
    await pittelo.done(f"{BASE}/actions", WORKER, work)
    broken = await pittelo.look(BASE)
    assert (broken["base"]["verdict"], broken["base"]["step"]) == ("not_in_order", 0)
    assert broken["base"]["because"][0]["says"] == "The back path is unlit"
    (action,) = broken["actions"]
    # the last day passes: overdue, once, whenever the ticker looks
    await pittelo.time_passes("2026-12-01T12:00:00Z")
    assert "base-action-became-overdue" not in await pittelo.facts()
    await pittelo.time_passes("2026-12-03T12:00:00Z")
    await pittelo.time_passes("2026-12-04T12:00:00Z")
    assert (await pittelo.facts())["base-action-became-overdue"] == 1
    await pittelo.done(f"{BASE}/action-completions", WORKER, {"action": action})
    assert (await pittelo.look(BASE))["base"]["verdict"] == "not_in_order"
    before = (await pittelo.facts())["base-verdict-changed"]
    await pittelo.done(f"{BASE}/assessments", WORKER, {"steps": found(safe="sufficient")})
    lit = (await pittelo.look(BASE))["base"]
    assert (lit["verdict"], lit["step"]) == ("in_order", 2)
    assert (await pittelo.facts())["base-verdict-changed"] == before + 1


async def test_a_home_in_condition_5_breaks_whole_and_a_decided_plan_exempts(
    pittelo: Any, facts: Any
) -> None:
    """MON-26: 1 broken and 1 exempt; withdrawn 2; repaired 1; a plan counts when it is decided."""
    scores = await _three_homes(pittelo, facts)
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
    assert await _whole(pittelo) == ("not_in_order", 1, 1)
    read = await pittelo.get(BASE)
    # the evidence names the facts of housing mix, and no home
    assert {scores["d1"], scores["d2"]} <= set(read.json()["base"]["evidence"])
    assert scores["d3"] not in read.text
    assert not any(f'"{home}"' in read.text for home in ("d1", "d2", "d3"))
    withdrawn = PlanWithdrawn(area=BUURT, on=date(2026, 10, 20), reason="No money")
    await pittelo.hears("housing_mix", "p", withdrawn)
    assert await _whole(pittelo) == ("not_in_order", 2, 0)
    (measured,) = await pittelo.hears("housing_mix", "d1", scored(3, date(2026, 10, 25)))
    assert await _whole(pittelo) == ("not_in_order", 1, 0)
    # announced is no date yet, and a renovation excepts nothing
    await pittelo.hears("housing_mix", "q", _announced("d2"))
    renovation = PlanKind.RENOVATION
    await pittelo.hears(
        "housing_mix",
        "r",
        _announced("d2", kind=renovation),
        _decided(date(2028, 6, 1), renovation),
    )
    assert await _whole(pittelo) == ("not_in_order", 1, 0)
    # the worker's word is recorded, and does not undo a six
    await pittelo.done(
        f"{BASE}/assessments", WORKER, {"complex": "c", "steps": found(whole="sufficient")}
    )
    assert (await pittelo.facts())["base-assessed"] == 2
    assert await _whole(pittelo) == ("not_in_order", 1, 0)
    await pittelo.hears("housing_mix", "q", _decided(date(2028, 6, 1)))
    assert await _whole(pittelo) == ("in_order", 0, 1)
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
    assert await _whole(pittelo) == ("not_in_order", 1, 1)


async def test_an_exception_ends_with_its_planned_day_and_every_day_can_be_asked_for(
    pittelo: Any, facts: Any
) -> None:
    """MON-26, MIX-29: over by its date, told or not; a new date excepts again from its own day."""
    await pittelo.hears("housing_mix", "d2", facts.home(BUURT), scored(6))
    await pittelo.hears("housing_mix", "p", _announced("d2"), _decided(date(2027, 3, 1)))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
    assert await _whole(pittelo) == ("in_order", 0, 1)
    pittelo.clock.set("2027-03-01T22:00:00Z")
    assert await _whole(pittelo) == ("in_order", 0, 1)
    pittelo.clock.set("2027-03-01T23:00:00Z")
    assert await _whole(pittelo) == ("not_in_order", 1, 0)
    before = (await pittelo.facts())["base-verdict-changed"]
    await pittelo.hears("housing_mix", "p", PlanLapsed(area=BUURT, on=date(2027, 3, 2)))
    await pittelo.settle()
    assert (await pittelo.facts())["base-verdict-changed"] > before
    pittelo.clock.set("2027-03-20T09:00:00Z")
    anew = DemolitionDateReset(
        area=BUURT, planned=date(2027, 9, 1), on=date(2027, 3, 20), reason="Contractor is late"
    )
    await pittelo.hears("housing_mix", "p", anew)
    assert await _whole(pittelo) == ("in_order", 0, 1)
    assert await _whole(pittelo, asOf="2027-03-19") == ("not_in_order", 1, 0)
    assert await _whole(pittelo, asOf="2027-03-01") == ("in_order", 0, 1)


async def test_an_area_is_as_good_as_its_worst_complex_and_grows_stale(
    pittelo: Any, facts: Any
) -> None:
    """MON-27: unknown naming C, not in order by C, in order; a year later A alone can cure A."""
    for complex_ in ("a", "b", "c"):
        await pittelo.hears("housing_mix", f"home-{complex_}", facts.home(BUURT, complex_))
    await pittelo.hears("housing_mix", "i", facts.delivered(3))

    async def assess(day: str, complex_: str, steps: list[dict[str, str]]) -> None:
        pittelo.clock.set(f"{day}T09:00:00Z")
        await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": complex_, "steps": steps})

    async def reads() -> tuple[str, set[str]]:
        read = (await pittelo.look(BASE))["base"]
        return read["verdict"], {one["complex"] for one in read["because"]}

    await assess("2026-01-10", "a", WELL)
    await assess("2026-03-03", "b", WELL)
    assert await reads() == ("unknown", {"c"})
    await assess("2026-04-20", "c", [*WELL[:2], *found(safe="insufficient")])
    assert await reads() == ("not_in_order", {"c"})
    await assess("2026-05-20", "c", found(safe="sufficient"))
    assert await reads() == ("in_order", set())
    await pittelo.time_passes("2026-12-05T09:00:00Z")
    announced = (await pittelo.look("/base-agenda", municipality="GM0106"))["items"]
    assert [(item["complex"], item["what"], item["due"]) for item in announced] == [
        ("a", "assess again", "2027-01-10")
    ]
    sheet = await pittelo.get("/base-agenda", municipality="GM0106", format="csv")
    assert sheet.text.splitlines()[1:] == [f"{PITTELO};a;opnieuw beoordelen;;2027-01-10;nee"]
    await pittelo.time_passes("2027-01-10T12:00:00Z")
    assert await reads() == ("in_order", set())
    await pittelo.time_passes("2027-01-11T12:00:00Z")
    assert (await pittelo.facts())["base-assessment-lapsed"] == 1
    assert await reads() == ("unknown", {"a"})
    await assess("2027-01-11", "b", WELL)
    assert await reads() == ("unknown", {"a"})
    await assess("2027-01-11", "a", WELL)
    assert await reads() == ("in_order", set())


async def test_the_sheet_of_the_agenda_keeps_the_words_of_who_planned_work(pittelo: Any) -> None:
    """MON-27: only what the platform asks for is told in Dutch; planned work as it was written."""
    dark = found(safe="insufficient")
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": dark})
    planned = {"complex": "c", "step": "safe", "what": "assess again", "by": "2026-12-01"}
    await pittelo.done(f"{BASE}/actions", WORKER, planned)
    sheet = await pittelo.get("/base-agenda", municipality="GM0106", format="csv")
    assert sheet.text.splitlines()[1:] == [f"{PITTELO};c;assess again;safe;2026-12-01;nee"]


async def test_facts_tell_of_each_day_what_is_read_as_of_it(pittelo: Any, facts: Any) -> None:
    """MON-26, MON-27: measured bad and anew before it was heard, and an exception that ended."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
    pittelo.clock.set("2027-03-20T09:00:00Z")
    six, mended = scored(6, date(2026, 12, 1)), scored(2, date(2027, 2, 1))
    await pittelo.hears("housing_mix", "d1", mended, six, scored(3, date(2026, 10, 1)))
    planned = [_announced("d1"), _decided(date(2026, 12, 20))]
    await pittelo.hears("housing_mix", "p", *planned)
    await pittelo.settle()
    days = (
        ("2026-11-01", "unknown"),
        ("2026-11-02", "in_order"),
        ("2026-12-01", "in_order"),
        ("2026-12-20", "in_order"),
        ("2026-12-21", "not_in_order"),
        ("2027-01-31", "not_in_order"),
        ("2027-02-01", "in_order"),
        ("2027-03-20", "in_order"),
    )
    reads = [(day, (await pittelo.look(BASE, asOf=day))["base"]["verdict"]) for day, _ in days]
    assert reads == list(days)
    assert await told_of(pittelo, PITTELO, *(day for day, _ in days)) == [
        verdict for _, verdict in days
    ]


async def test_a_correction_moves_a_finding_to_the_complex_that_it_is_about(
    pittelo: Any, facts: Any, propose: Any
) -> None:
    """MON-28: A's area was refused a level because of B's finding; corrected, it is possible."""
    await pittelo.hears("housing_mix", "home-a", facts.home(BUURT, "a"))
    await pittelo.hears("housing_mix", "home-b", facts.home(OOST, "b"))
    await pittelo.hears("housing_mix", "i", facts.delivered(2))
    pittelo.clock.set("2026-08-01T09:00:00Z")
    for area, complex_ in ((PITTELO, "a"), (LARIKS, "b")):
        path = f"/base-conditions/{area}/assessments"
        await pittelo.done(path, WORKER, {"complex": complex_, "steps": WELL})
    pittelo.clock.set("2026-09-01T09:00:00Z")
    unsafe = {"complex": "a", "steps": found(safe="insufficient")}
    wrong = (await pittelo.done(f"{BASE}/assessments", WORKER, unsafe))["events"][0]
    await pittelo.settle()
    pittelo.clock.set("2026-09-10T09:00:00Z")
    await pittelo.hears("participation", "k", facts.check(PITTELO))
    level = f"/effort-proposals/{await propose(pittelo, PITTELO)}"
    refused = await pittelo.refused(f"{level}/agreements", MANAGER, "gates-not-passed")
    assert [line["code"] for line in refused["refusals"][0]["lines"]] == ["base-not-in-order"]

    pittelo.clock.set("2026-09-20T09:00:00Z")
    correction = {"assessment": wrong, "complex": "b"}
    await pittelo.refused(f"{BASE}/corrections", WORKER, "reason-missing", correction)
    await pittelo.done(f"{BASE}/corrections", WORKER, {**correction, "reason": "Wrong complex"})
    await pittelo.settle()

    async def reads(**when: str) -> dict[str, str]:
        found = {}
        for area in (PITTELO, LARIKS):
            read = await pittelo.look(f"/base-conditions/{area}", **when)
            found |= {name: one["verdict"] for name, one in read["complexes"].items()}
        return found

    assert await reads() == {"a": "in_order", "b": "not_in_order"}
    assert await reads(asOf="2026-09-15") == {"a": "in_order", "b": "not_in_order"}
    then = {"asOf": "2026-09-15", "knownAt": "2026-09-15"}
    assert await reads(**then) == {"a": "not_in_order", "b": "in_order"}
    for area in (PITTELO, LARIKS):
        (marked,) = (await pittelo.look(f"/base-conditions/{area}"))["corrections"]
        assert marked["correctedOn"] == "2026-09-20"
        assert (marked["was"], marked["complex"]) == ("a", "b")
    told = await pittelo.look("/base-conditions", verdict="not_in_order")
    assert [one["area"] for one in told["items"]] == [LARIKS]
    # nothing was recorded of the refusal, so nothing has to be rewritten
    await pittelo.done(f"{level}/agreements", MANAGER)


async def test_two_assessors_do_not_erase_each_other(pittelo: Any) -> None:
    """MON-28: both read version 4; one is recorded, the other sees what was found."""
    for _ in range(2):
        await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "a", "steps": WELL})
    read = (await pittelo.look(BASE))["version"]
    dirty = {"complex": "a", "steps": found(clean="insufficient")}
    first = await pittelo.post(f"{BASE}/assessments", WORKER, dirty, read)
    clean = {"complex": "a", "steps": found(clean="sufficient")}
    second = await pittelo.post(f"{BASE}/assessments", WORKER, clean, read)
    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["code"] == "version-conflict"
    assert "Meanwhile a was found: clean insufficient." in second.json()["detail"]
    assert (await pittelo.look(BASE))["complexes"]["a"]["verdict"] == "not_in_order"


async def _in_force(pittelo: Any, facts: Any, propose: Any) -> str:
    """`extra` is in force in Pittelo through 2027, its base in order; gives its path."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT), scored(3, date(2026, 1, 1)))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))
    await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
    await pittelo.settle()
    level = f"/effort-proposals/{await propose(pittelo, PITTELO)}"
    await pittelo.done(f"{level}/agreements", MANAGER)
    pittelo.clock.set("2027-03-01T09:00:00Z")
    await pittelo.hears("housing_mix", "d1", scored(6, date(2027, 3, 1)))
    await pittelo.settle()
    return level


async def test_when_the_base_falls_away_a_director_answers_for_going_on(
    pittelo: Any, facts: Any, propose: Any
) -> None:
    """MON-29: the level stays and is questioned; the manager may not answer, the director may."""
    level = await _in_force(pittelo, facts, propose)
    shown = await pittelo.look(level)
    assert shown["inForce"] is True
    assert shown["questions"]["base"]["since"] == "2027-03-01"
    # a new project asks the gate on the base, which reads what the verdict says
    told = await pittelo.look(BASE)
    assert told["base"]["verdict"] == "not_in_order"
    listed = await pittelo.look("/effort-proposals", questioned="base")
    assert [item["id"] for item in listed["items"]] == [shown["id"]]
    answers = f"{level}/question-answers"
    body = {"ground": "base", "reason": "The repair is ordered for April"}
    await pittelo.refused(answers, MANAGER, "role-not-allowed", body)
    await pittelo.refused(answers, DIRECTOR, "reason-missing", {"ground": "base"})
    await pittelo.done(answers, DIRECTOR, body)
    after = await pittelo.look(level)
    assert (after["inForce"], after["questions"]) == (True, {})
    (answer,) = after["answers"]
    assert (answer["answer"], answer["reason"]) == ("continue", body["reason"])
    assert (answer["since"], answer["ground"]) == ("2027-03-01", "base")
    facts_now = await pittelo.facts("effort-levels-%")
    assert facts_now["effort-level-question-answered"] == 1


async def test_the_question_closes_by_itself_when_the_home_is_repaired(
    pittelo: Any, facts: Any, propose: Any
) -> None:
    """MON-29: measured anew before anybody answered, it closes with that ground."""
    level = await _in_force(pittelo, facts, propose)
    pittelo.clock.set("2027-03-09T09:00:00Z")
    await pittelo.hears("housing_mix", "d1", scored(2, date(2027, 3, 9)))
    await pittelo.settle()
    shown = await pittelo.look(level)
    assert shown["questions"] == {}
    assert [one["answer"] for one in shown["answers"]] == ["restored"]
    recorded = await pittelo.facts("effort-levels-%")
    assert recorded["effort-level-questioned"] == 1
    assert recorded["effort-level-question-answered"] == 1


async def _resting_on_the_wijk(pittelo: Any, facts: Any, propose: Any) -> str:
    """`extra` is agreed for the buurt, of which nobody looked any nearer than its wijk."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))
    await pittelo.done(f"{BASE}/assessments", WORKER, {"steps": WELL})
    await pittelo.settle()
    level = f"/effort-proposals/{await propose(pittelo, BUURT)}"
    await pittelo.done(f"{level}/agreements", MANAGER)
    return level


async def _asked_after(pittelo: Any, level: str, area: str, **steps: str) -> list[str]:
    """What is asked about the level after a look at an area."""
    await pittelo.done(f"/base-conditions/{area}/assessments", WORKER, {"steps": found(**steps)})
    await pittelo.settle()
    return list((await pittelo.look(level))["questions"])


async def test_a_level_that_rests_on_the_look_at_its_wijk_is_questioned_with_it(
    pittelo: Any, facts: Any, propose: Any
) -> None:
    """MON-29: the buurt has no look of its own; where it has one, the wijk's is not its ground."""
    level = await _resting_on_the_wijk(pittelo, facts, propose)
    assert await _asked_after(pittelo, level, PITTELO, safe="insufficient") == ["base"]
    assert await _asked_after(pittelo, level, PITTELO, safe="sufficient") == []
    await pittelo.done(f"/base-conditions/{BUURT}/assessments", WORKER, {"steps": WELL})
    assert await _asked_after(pittelo, level, PITTELO, safe="insufficient") == []
    assert (await pittelo.facts("effort-levels-%"))["effort-level-questioned"] == 1


async def test_a_level_agreed_without_the_base_is_not_questioned_for_a_buurt(
    pittelo: Any, facts: Any, propose: Any
) -> None:
    """MON-29, MON-34: set aside for the wijk, whose other complex was dark; then a buurt falls."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))
    await pittelo.done(f"/base-conditions/{BUURT}/assessments", WORKER, {"steps": WELL})
    dark = [*WELL[:2], *found(safe="insufficient")]
    await pittelo.done(f"{BASE}/assessments", WORKER, {"steps": dark})
    await pittelo.settle()
    level = f"/effort-proposals/{await propose(pittelo, PITTELO)}"
    aside = {"gate": "base-in-order", "reason": "Lighting ordered"}
    await pittelo.done(f"{level}/gate-overrides", DIRECTOR, aside)
    await pittelo.done(f"{level}/agreements", MANAGER)
    assert await _asked_after(pittelo, level, BUURT, clean="insufficient") == []


async def test_a_first_look_at_the_buurt_takes_the_ground_that_the_wijk_gave(
    pittelo: Any, facts: Any, propose: Any
) -> None:
    """MON-29: in order as far as was known; asked once, and not again once answered."""
    level = await _resting_on_the_wijk(pittelo, facts, propose)
    assert await _asked_after(pittelo, level, BUURT, safe="insufficient") == ["base"]
    body = {"ground": "base", "reason": "The repair is ordered for April"}
    await pittelo.done(f"{level}/question-answers", DIRECTOR, body)
    assert await _asked_after(pittelo, level, BUURT, clean="insufficient") == []
