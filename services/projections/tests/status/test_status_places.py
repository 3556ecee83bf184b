"""What the effort status of an area is made of: what lies in it, and what leads over it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from projections_scenes import BUURT, LARIKS, effort, extra_agreed, extra_proposed, only

from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.initiatives import assets, life
from leefwijk.events.language.monitoring.areas import (
    AreaKind,
    AreaRegistered,
    ExperiencedAreaDrawn,
    Part,
)
from leefwijk.events.language.participation import involvement_checks as checks
from leefwijk.events.language.participation.ladder import Answers, OwnRole
from leefwijk.events.language.participation.words import Form, Group, LeadingWish, Level

ASSEN = "GM0106@2020"
PITTELO = "WK010604@2020"
ELSEWHERE = "WK010605@2020"
LIVED = "XA0123456789ab@1"
"""Lariks en Pittelo, over two wijken."""
IN_ASSEN = ("GM0106",)


def assen(history: Any) -> list[Any]:
    """Assen with three wijken and a buurt, and an area as people live it over two of them."""
    areas = (
        (ASSEN, AreaKind.MUNICIPALITY, None),
        (LARIKS, AreaKind.DISTRICT, ASSEN),
        (PITTELO, AreaKind.DISTRICT, ASSEN),
        (ELSEWHERE, AreaKind.DISTRICT, ASSEN),
        (BUURT, AreaKind.NEIGHBOURHOOD, LARIKS),
    )
    drawn = ExperiencedAreaDrawn(
        area=LIVED,
        name="Lariks en Pittelo",
        parts=(Part(area=LARIKS, inhabitants=10), Part(area=PITTELO, inhabitants=20)),
        reason="Bewoners noemen het één buurt",
        municipalities=IN_ASSEN,
    )
    return [
        *(
            history.say(
                id_,
                AreaRegistered(
                    area=id_, kind=kind, name=id_, parent=parent, municipalities=IN_ASSEN
                ),
                area=id_,
            )
            for id_, kind, parent in areas
        ),
        history.say("lived", drawn, area=LIVED),
    ]


def level(
    history: Any, id_: str, area: str, first: str = "2026-01-01", agreed: str = "extra"
) -> list[Any]:
    """A level, proposed and agreed for an area."""
    proposed = extra_proposed(
        date.fromisoformat(first),
        date(2027, 12, 31),
        area=area,
        reaction_through=date(2026, 1, 29),
        lapses_on=date(2026, 7, 30),
    )
    said = {"municipalities": IN_ASSEN, "level": EffortLevelName(agreed)}
    proposed = proposed.model_copy(update=said)
    return [
        history.say(id_, proposed, "2026-01-05", area=area),
        history.say(id_, extra_agreed(proposed), "2026-01-06", area=area),
    ]


def meeting_place(area: str) -> assets.AssetRegistered:
    """A place that an area has."""
    return assets.AssetRegistered(
        asset_kind=assets.AssetKind.MEETING_PLACE,
        label="De hal",
        area=area,
        municipalities=IN_ASSEN,
        holder=assets.HolderKind.ORGANISATION,
        held_by="vaart",
        open_to=assets.OpenTo.EVERYONE,
        on=date(2026, 1, 10),
    )


def initiative(area: str) -> life.InitiativeProposed:
    """Something that residents are going to do."""
    return life.InitiativeProposed(
        title="Koffiehoek",
        area=area,
        municipalities=IN_ASSEN,
        themes=(Theme.MEETING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
        group="grp-1",
        on=date(2026, 3, 30),
    )


async def test_money_counts_once_where_drawn_areas_overlap(read_side: Any, history: Any) -> None:
    """MON-42: Assen 6,000; Lariks 2,000 with 4,000 shared, not added; 6,000 as people live it."""
    said = [
        history.say("e1", effort(LIVED, "4000.00"), "2026-03-02", area=LIVED),
        history.say("e2", effort(LARIKS, "1500.00"), "2026-03-02", area=LARIKS),
        history.say("e3", effort(BUURT, "500.00"), "2026-03-02", area=BUURT),
    ]
    await read_side.receive(*assen(history), *said)

    async def shown(area: str) -> Any:
        return (await read_side.status(area, asOf="2026-06-30"))["effortSpent"]

    assert (await shown(ASSEN))["euros"] == "6000.00"
    assert (await shown(ASSEN))["shared"] == []
    assert (await shown(LIVED))["euros"] == "6000.00"
    lariks = await shown(LARIKS)
    assert lariks["euros"] == "2000.00"
    shared = only(lariks["shared"])
    assert (shared["area"], shared["name"], shared["sharedWith"], shared["euros"]) == (
        LIVED,
        "Lariks en Pittelo",
        [PITTELO],
        "4000.00",
    )
    assert shared["evidence"]["events"] == [str(said[0].id)]
    path = f"/areas/{LARIKS}/evidence"
    evidence = await read_side.get(path, streams=said[0].stream_id)
    assert evidence.json()["events"] == [str(said[0].id)]
    assert (await shown(ELSEWHERE))["euros"] is None
    assert (await shown(ELSEWHERE))["shared"] == []


async def test_what_people_live_in_lies_where_all_of_its_parts_lie(
    read_side: Any, history: Any
) -> None:
    """MON-04, EVA-32: the status of Assen holds the drawing; that of a wijk it is part of not."""
    said = [
        history.say("a1", meeting_place(LIVED), "2026-01-10", area=LIVED),
        history.say("i1", initiative(LIVED), "2026-03-30", area=LIVED),
    ]
    await read_side.receive(*assen(history), *said)
    for area, places, titles in ((ASSEN, 1, ["Koffiehoek"]), (LARIKS, 0, [])):
        status = await read_side.status(area, asOf="2026-06-30")
        assert len(status["socialBase"]["places"]) == places
        assert [line["title"] for line in status["initiatives"]] == titles
        base = await read_side.get(f"/areas/{area}/social-base", asOf="2026-06-30")
        assert base.json()["byKind"] == status["socialBase"]["byKind"]


@pytest.mark.parametrize("area", [PITTELO, LARIKS, BUURT])
async def test_the_level_of_what_people_live_in_leads(
    read_side: Any, history: Any, area: str
) -> None:
    """MON-06: a wijk within it shows `extra`, by Lariks en Pittelo, and so do its buurten."""
    said = [*level(history, "l1", ASSEN), *level(history, "l2", LIVED)]
    await read_side.receive(*assen(history), *said)
    found = (await read_side.status(area, asOf="2026-06-30"))["level"]
    assert (found["agreed"], found["byArea"], found["byLevel"]) == (False, LIVED, "extra")
    wide = (await read_side.status(ELSEWHERE, asOf="2026-06-30"))["level"]
    assert wide["byArea"] == ASSEN


def leading(said: Any) -> tuple[Any, ...]:
    """Whose level leads, as a status or a line of the list says it."""
    names = ("level", "agreed", "byArea", "byName", "byLevel", "byCode", "leadingLevel")
    return tuple(said[name] for name in names)


BY_LIVED = (LIVED, "Lariks en Pittelo", "extra", "experienced-area-leads", "extra")


async def test_where_both_have_a_level_that_of_what_people_live_in_leads(
    read_side: Any, history: Any
) -> None:
    """MON-06: agreed for the wijk before the drawing got its own; it stays and does not lead."""
    own = level(history, "l1", LARIKS, agreed="large_scale")
    await read_side.receive(*assen(history), *own)
    alone = (await read_side.status(LARIKS, asOf="2026-06-30"))["level"]
    assert leading(alone) == ("large_scale", True, None, None, None, None, "large_scale")
    await read_side.receive(*level(history, "l2", LIVED, "2026-03-01"))
    both = (await read_side.status(LARIKS, asOf="2026-06-30"))["level"]
    assert leading(both) == ("large_scale", True, *BY_LIVED)
    assert leading((await read_side.status(BUURT, asOf="2026-06-30"))["level"])[2:] == BY_LIVED
    # on a day before the drawing had a level, that of the wijk leads
    before = (await read_side.status(LARIKS, asOf="2026-02-28"))["level"]
    assert leading(before) == ("large_scale", True, None, None, None, None, "large_scale")


async def test_a_level_of_the_division_around_does_not_lead_over_an_own_one(
    read_side: Any, history: Any
) -> None:
    """MON-06, INI-23: the wijk has a level of its own; that of Assen holds where there is none."""
    said = [*level(history, "l1", ASSEN), *level(history, "l2", ELSEWHERE, agreed="large_scale")]
    await read_side.receive(*assen(history), *said)
    own = (await read_side.status(ELSEWHERE, asOf="2026-06-30"))["level"]
    assert leading(own) == ("large_scale", True, None, None, None, None, "large_scale")
    under = (await read_side.status(BUURT, asOf="2026-06-30"))["level"]
    assert leading(under) == ("basic", False, ASSEN, ASSEN, "extra", None, "extra")


async def test_a_wijk_of_which_all_lies_in_it_lies_in_it(read_side: Any, history: Any) -> None:
    """MON-06: drawn over every buurt of a wijk, it leads; drawn over one of two, it does not."""
    drawn = ExperiencedAreaDrawn(
        area="XA00000000beef@1",
        name="Lariks Oost",
        parts=(Part(area=BUURT, inhabitants=10), Part(area=PITTELO, inhabitants=20)),
        reason="Bewoners noemen het één buurt",
        municipalities=IN_ASSEN,
    )
    said = [
        history.say("east", drawn, area=drawn.area),
        *level(history, "l1", drawn.area),
    ]
    await read_side.receive(*assen(history), *said)
    found = (await read_side.status(LARIKS, asOf="2026-06-30"))["level"]
    assert found["byArea"] == drawn.area
    assert await listed(read_side, LARIKS) == leading(found)
    second = AreaRegistered(
        area="BU01060101@2020",
        kind=AreaKind.NEIGHBOURHOOD,
        name="West",
        parent=LARIKS,
        municipalities=IN_ASSEN,
    )
    await read_side.receive(history.say("b2", second, area=second.area))
    found = (await read_side.status(LARIKS, asOf="2026-06-30"))["level"]
    assert leading(found) == ("basic", False, None, None, None, None, "basic")
    assert await listed(read_side, LARIKS) == leading(found)
    (touching,) = found["touching"]
    assert (touching["area"], touching["name"], touching["level"]) == (
        drawn.area,
        "Lariks Oost",
        "extra",
    )


async def test_an_area_that_is_only_touched_shows_both_levels(read_side: Any, history: Any) -> None:
    """MON-06: `large_scale` of Assen and `extra` of what lies there for a part, on its days."""
    wider = ExperiencedAreaDrawn(
        area="XA00000000beef@1",
        name="Assen en Appelscha",
        parts=(Part(area=LARIKS, inhabitants=10), Part(area="WK008501@2020", inhabitants=20)),
        reason="Bewoners noemen het één buurt",
        municipalities=(*IN_ASSEN, "GM0085"),
    )
    said = [
        history.say("wider", wider, area=wider.area),
        *level(history, "l1", ASSEN, agreed="large_scale"),
        *level(history, "l2", wider.area, "2026-03-01"),
    ]
    await read_side.receive(*assen(history), *said)
    found = (await read_side.status(ASSEN, asOf="2026-06-30"))["level"]
    assert leading(found) == ("large_scale", True, None, None, None, None, "large_scale")
    assert [(one["area"], one["id"]) for one in found["touching"]] == [(wider.area, "l2")]
    assert (await read_side.status(ASSEN, asOf="2026-02-28"))["level"]["touching"] == []


async def listed(read_side: Any, area: str, **asked: str) -> tuple[Any, ...]:
    """What the list says of an area."""
    moment = {"asOf": "2026-06-30", **asked}
    found = []
    for kind in ("municipality", "district", "neighbourhood", "experienced"):
        answer = await read_side.get("/effort-statuses", kind=kind, **moment)
        found += [item for item in answer.json()["items"] if item["area"] == area]
    return leading(only(found))


async def test_the_list_names_the_level_that_leads(read_side: Any, history: Any) -> None:
    """MON-06, EVA-36: every line says what the status says: by which area, and which level."""
    said = [
        *level(history, "l1", ASSEN),
        *level(history, "l2", LIVED, "2026-03-01"),
        *level(history, "l3", PITTELO, agreed="large_scale"),
    ]
    await read_side.receive(*assen(history), *said)
    for day in ("2026-02-28", "2026-06-30"):
        for area in (ASSEN, LARIKS, PITTELO, ELSEWHERE, BUURT, LIVED):
            status = (await read_side.status(area, asOf=day))["level"]
            assert await listed(read_side, area, asOf=day) == leading(status)
    assert await listed(read_side, BUURT) == ("basic", False, *BY_LIVED)
    assert await listed(read_side, PITTELO) == ("large_scale", True, *BY_LIVED)
    assert await listed(read_side, ELSEWHERE) == (
        "basic",
        False,
        ASSEN,
        ASSEN,
        "extra",
        None,
        "extra",
    )
    sheet = await read_side.get("/effort-statuses", asOf="2026-06-30", format="csv")
    heads, *lines = sheet.text.splitlines()
    assert "Leidend niveau" in heads
    assert LIVED in only(line for line in lines if line.startswith(PITTELO))


async def test_the_level_of_the_nearest_area_holds(read_side: Any, history: Any) -> None:
    """INI-23: of the levels above that of the nearest area, whenever it was recorded."""
    await read_side.receive(
        *assen(history), *level(history, "l1", ASSEN), *level(history, "l2", LARIKS)
    )
    assert (await read_side.status(BUURT, asOf="2026-06-30"))["level"]["byArea"] == LARIKS


async def test_a_check_counts_where_people_were_asked(read_side: Any, history: Any) -> None:
    """PAR-11: opened for what people live in, asked in one buurt: read there, with its events."""
    said = [history.say("c1", one, "2026-02-10", area=LIVED) for one in asked_of(LIVED, (BUURT,))]
    await read_side.receive(*assen(history), *said)
    for area, found in ((BUURT, ["c1"]), (LARIKS, ["c1"]), (PITTELO, [])):
        status = await read_side.status(area, asOf="2026-06-30")
        assert [check["id"] for check in status["involvement"]["checks"]] == found
        path = f"/areas/{area}/evidence"
        evidence = await read_side.get(path, streams="involvement-checks-c1")
        assert evidence.json()["events"] == ([str(one.id) for one in said] if found else [])


def concluded(asked_in: tuple[str, ...], on: str, **more: Any) -> checks.CheckConcluded:
    """A conclusion that promises what was wished."""
    return checks.CheckConcluded(
        area=LARIKS,
        themes=(Theme.MEETING,),
        asked_in=asked_in,
        groups=(
            checks.GroupConclusion(
                group=Group.TENANTS, leading_wish=LeadingWish.HELP, promise=Level.HELP
            ),
        ),
        role=OwnRole.SUPPORT,
        last_asked=date.fromisoformat(on),
        valid_until=date(2027, 2, 10),
        on=date.fromisoformat(on),
        **more,
    )


def asked_of(area: str, asked_in: tuple[str, ...]) -> list[Any]:
    """A check that was opened and people who were asked."""
    return [
        checks.CheckOpened(
            area=area, municipalities=IN_ASSEN, themes=(Theme.MEETING,), groups=(Group.TENANTS,)
        ),
        checks.AskingRecorded(
            area=area,
            asking="k1",
            group=Group.TENANTS,
            form=Form.DOOR_TO_DOOR,
            asked_in=asked_in,
            answers=Answers(informed=40, help=25),
            on=date(2026, 2, 10),
        ),
    ]


async def test_residents_count_as_asked_where_the_earlier_check_still_stands(
    read_side: Any, history: Any
) -> None:
    """PAR-09: asked anew in one buurt and in doubt there, the other still rests on the first."""
    other = "BU01060102@2020"
    known = AreaRegistered(
        area=other,
        kind=AreaKind.NEIGHBOURHOOD,
        name=other,
        parent=LARIKS,
        municipalities=IN_ASSEN,
    )
    doubted = checks.ConclusionDoubted(
        area=LARIKS,
        group=Group.TENANTS,
        leading_wish=LeadingWish.HELP,
        promise=Level.CONSULTED,
        on=date(2026, 5, 2),
    )
    said = [
        history.say(other, known, area=other),
        *(history.say("c1", one, "2026-02-10") for one in asked_of(LARIKS, (BUURT, other))),
        history.say("c1", concluded((BUURT, other), "2026-02-11"), "2026-02-11"),
        *(history.say("c2", one, "2026-04-01") for one in asked_of(LARIKS, (other,))),
        history.say("c2", concluded((other,), "2026-04-02", supersedes=("c1",)), "2026-04-02"),
        history.say("c2", doubted, "2026-05-02"),
    ]
    await read_side.receive(*assen(history), *said)
    for area, standing in ((BUURT, "valid"), (LARIKS, "valid"), (other, "not_valid")):
        found = (await read_side.status(area, asOf="2026-06-30"))["involvement"]
        assert (area, found["standing"]) == (area, standing)


async def test_asking_a_whole_wijk_is_asking_its_buurten(read_side: Any, history: Any) -> None:
    """PAR-11: people of the buurt were asked where all of the wijk were, as the gate reads it."""
    said = [
        *(history.say("c1", one, "2026-02-10") for one in asked_of(LARIKS, (LARIKS,))),
        history.say("c1", concluded((LARIKS,), "2026-02-11"), "2026-02-11"),
    ]
    await read_side.receive(*assen(history), *said)
    assert (await read_side.status(BUURT, asOf="2026-06-30"))["involvement"]["standing"] == "valid"
    found = (await read_side.status(PITTELO, asOf="2026-06-30"))["involvement"]
    assert found["standing"] == "unknown"
