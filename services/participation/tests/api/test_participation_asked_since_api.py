"""Whether people were asked since a decision: judged by place, by theme and by complex."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from participation_kit import LARIKS, LUCHIESLAND, PITTELO, Participation, granted, proposed

from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.gates import GateOverridden
from leefwijk.events.language.monitoring.effort_levels import EffortGateOverridden

MAY = date(2026, 5, 4)
BUURT, NEXT = "BU01060100@2020", "BU01060102@2020"


async def decided(
    service: Participation, area: str, *themes: str, complex_: str | None = None
) -> None:
    """Support was granted in May, without asking anybody."""
    service.clock.set("2026-05-18T09:00:00Z")
    facts = proposed(area, *themes, complex_=complex_), granted(area, MAY)
    await service.hearing.hear("initiatives", "i1", *facts)


async def asked(service: Participation, area: str, **more: Any) -> None:
    """Residents were asked since, and it was concluded; `in_` names the areas of the asking."""
    places = {"askedIn": list(more.pop("in_"))} if "in_" in more else {}
    check = await service.check(area, reason="Het kon niet wachten", **more)
    await service.ask(check, "meeting", "2026-05-17", informed=9, **places)
    await service.conclude(check, tenants="informed")


async def late(service: Participation, area: str, **more: Any) -> bool:
    """Whether a check that is opened now has to say why it comes after the decision."""
    body = {"area": area, "themes": ["meeting"], "groups": ["tenants"], **more}
    answer = await service.post("/involvement-checks", body)
    assert answer.status_code == 201 or answer.json()["code"] == "late-check-needs-reason"
    return answer.status_code != 201


async def test_asked_in_a_part_is_not_asked_in_the_whole(participation: Participation) -> None:
    """PAR-01, PAR-11: what counts is where people were asked, not what the check was opened for."""
    await decided(participation, LARIKS, "meeting")
    await asked(participation, LARIKS, in_=[BUURT])
    assert not await late(participation, BUURT)
    assert await late(participation, NEXT)
    assert await late(participation, LARIKS)
    await asked(participation, LARIKS, in_=[f"BU0106010{number}@2020" for number in range(1, 6)])
    assert not await late(participation, NEXT)
    assert not await late(participation, LARIKS)


async def test_asked_about_one_theme_is_not_asked_about_another(
    participation: Participation,
) -> None:
    """PAR-01, PAR-11: support for meeting and safety; only meeting was asked about since."""
    await decided(participation, PITTELO, "meeting", "safety")
    await asked(participation, PITTELO, themes=["meeting"])
    assert not await late(participation, PITTELO, themes=["meeting"])
    assert await late(participation, PITTELO, themes=["safety"])
    assert await late(participation, PITTELO, themes=["meeting", "safety"])
    # greening was not decided on, so nobody had to be asked about it
    assert not await late(participation, PITTELO, themes=["meeting", "greening"])


async def test_asked_in_one_building_is_asked_nowhere_else(participation: Participation) -> None:
    """PAR-01, PAR-11: neither in its street nor in another building; in the street is in both."""
    await decided(participation, LUCHIESLAND, "meeting")
    flat = {"complex": "flat-1", "homes": 64}
    await asked(participation, LUCHIESLAND, **flat)
    assert not await late(participation, LUCHIESLAND, **flat)
    assert await late(participation, LUCHIESLAND, complex="flat-2", homes=64)
    assert await late(participation, LUCHIESLAND)
    await asked(participation, LUCHIESLAND)
    assert not await late(participation, LUCHIESLAND, complex="flat-2", homes=64)


async def test_a_decision_on_one_building_came_first_in_that_building_only(
    participation: Participation,
) -> None:
    """PAR-01: who asks its street, or another building, is not late for it."""
    await decided(participation, LUCHIESLAND, "meeting", complex_="flat-1")
    assert not await late(participation, LUCHIESLAND)
    assert not await late(participation, LUCHIESLAND, complex="flat-2", homes=64)
    assert await late(participation, LUCHIESLAND, complex="flat-1", homes=64)
    assert await late(participation, LUCHIESLAND, relatesTo="initiative", relatesToId="i1")


async def test_where_nobody_was_asked_anew_the_earlier_promise_stands(
    participation: Participation,
) -> None:
    """PAR-09, PAR-11: a newer check of the same area that asked in one of two buurten only."""
    old = await participation.check(LARIKS)
    await participation.ask(old, "meeting", "2026-08-20", informed=9, help=9, askedIn=[BUURT, NEXT])
    why = {"explanation": "money", "explanationText": "Het geld is op"}
    await participation.conclude(old, tenants={"promise": "informed", **why})
    body = {"check": old.partition("/")[2], "title": "De vijver"}

    async def stands() -> tuple[list[str], int]:
        items = (await participation.look("/involvement-agenda?municipality=GM0106"))["items"]
        opened = await participation.post("/trajectories", body)
        return [item["what"] for item in items], opened.status_code

    assert await stands() == (["tell_why"], 201)
    for place, standing in ((BUURT, (["tell_why"], 201)), (NEXT, ([], 409))):
        new = await participation.check(LARIKS)
        await participation.ask(new, "meeting", "2026-08-30", informed=9, askedIn=[place])
        await participation.conclude(new, tenants="informed")
        assert await stands() == standing
    assert (await participation.look(f"/{old}"))["supersededBy"] is not None


async def handed_in(service: Participation, *days: str) -> tuple[str, list[str]]:
    """A check of which a partner handed in askings of these days, and their ids."""
    askings = [
        {"group": "tenants", "form": "meeting", "on": day, "answers": {"informed": 30}}
        for day in days
    ]
    body = {"area": PITTELO, "themes": ["meeting"], "askings": askings}
    made = await service.post("/partner-askings", body, "partner")
    assert made.status_code == 201, made.text
    check = f"involvement-checks/{made.json()['id']}"
    return check, [one["asking"] for one in (await service.look(f"/{check}"))["askings"]]


async def test_what_is_adopted_after_the_decision_says_why(participation: Participation) -> None:
    """PAR-01, PAR-14: a partner asked after the decision; the first adoption says it for good."""
    await decided(participation, PITTELO, "meeting")
    check, (first, second) = await handed_in(participation, "2026-05-10", "2026-05-12")
    said = await participation.refused(
        check, "adoptions", {"asking": first}, code="late-check-needs-reason"
    )
    assert said["detail"].startswith("The decision of 4 May came first;")
    adopt = {"asking": first, "reason": "Het kon niet wachten"}
    version = (await participation.look(f"/{check}"))["version"]
    both = [{**adopt, "reason": f"Reden {number}"} for number in range(4)]
    answers = await asyncio.gather(
        *(participation.post(f"/{check}/adoptions", one, version=version) for one in both)
    )
    (won,) = [place for place, answer in enumerate(answers) if answer.status_code == 201]
    await participation.done(check, "adoptions", {"asking": second, "reason": "Iets anders"})
    found = await participation.look(f"/{check}")
    assert (found["late"], found["decidedOn"]) == (True, "2026-05-04")
    words = await participation.look(f"/{check}/explanations", "neighbourhood_worker")
    assert words["lateBecause"] == f"Reden {won}"
    assert "Reden" not in await participation.everything()
    await participation.conclude(check, tenants="informed")
    facts = await participation.facts()
    assert [said.get("late") for name, said in facts if name.endswith("adopted")] == [True, None]
    assert facts[-1][1]["late"] is True


async def test_what_a_partner_asked_before_the_decision_is_in_time(
    participation: Participation,
) -> None:
    """PAR-01, PAR-14: residents were asked first, whenever it is adopted."""
    await decided(participation, PITTELO, "meeting")
    check, (asking,) = await handed_in(participation, "2026-05-04")
    await participation.done(check, "adoptions", {"asking": asking})
    found = await participation.look(f"/{check}")
    assert (found["late"], found["decidedOn"], found["role"]) == (False, None, None)
    await participation.conclude(check, tenants="informed")
    assert (await participation.look(f"/{check}"))["role"] == "support"
    for role, number in (("support", 1), ("lead", 0)):
        listed = await participation.look(f"/involvement-checks?role={role}")
        assert len(listed["items"]) == number


@pytest.mark.parametrize("theme", ["meeting", "safety"])
async def test_a_level_was_decided_on_every_theme(participation: Participation, theme: str) -> None:
    """PAR-01, PAR-15: a level that went ahead is about any subject, and each is asked by itself."""
    participation.clock.set("2026-05-18T09:00:00Z")
    level = EffortGateOverridden(
        area=LARIKS,
        gate=Gate.RESIDENTS_INVOLVEMENT,
        code="no-involvement-check",
        reason="Het kon niet wachten",
        role="area_director",
        on=MAY,
    )
    await participation.hearing.hear("monitoring", "l1", level)
    await asked(participation, LARIKS, themes=["meeting"])
    assert await late(participation, BUURT, themes=[theme]) is (theme == "safety")


async def test_a_debt_in_one_building_is_settled_by_asking_there(
    participation: Participation,
) -> None:
    """PAR-15: its residents are asked, or all around it; another building settles nothing."""
    participation.clock.set("2026-05-04T09:00:00Z")
    overridden = GateOverridden(
        override="o1",
        request=1,
        gate=Gate.RESIDENTS_INVOLVEMENT,
        code="no-involvement-check",
        reason="acute safety",
        role="area_director",
        until=date(2026, 6, 4),
        on=MAY,
    )
    facts = proposed(LUCHIESLAND, "meeting", complex_="flat-1"), overridden
    await participation.hearing.hear("initiatives", "i1", *facts, area=LUCHIESLAND)
    await participation.hearing.work()
    participation.clock.set("2026-05-18T09:00:00Z")
    (debt,) = (await participation.look("/owed-checks"))["items"]
    for building, settled in (("flat-2", False), ("flat-1", True)):
        await asked(participation, LUCHIESLAND, complex=building, homes=64)
        found = await participation.look(f"/owed-checks/{debt['id']}")
        assert (found["askedBy"] is not None) is settled
