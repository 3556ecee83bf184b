"""The whole effort status on a real database: through the API, in any arrival, after a rebuild."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from leefwijk.events.consume import ledger
from leefwijk.events.consume.rebuild import rebuild
from leefwijk.events.language.monitoring.areas import (
    AreaKind,
    AreaRegistered,
    ExperiencedAreaDrawn,
    Part,
)
from leefwijk.events.topics import platform_topic
from projections.read_models import AREA_EFFORT_STATUS

LARIKS = "WK010601@2020"
BUURT = "BU01060100@2020"
DRAWN = "XA0123456789ab@1"
ASKED: tuple[dict[str, str], ...] = (
    {"asOf": "2026-06-30"},
    {"asOf": "2026-03-15"},
    {"asOf": "2026-05-19", "knownAt": "2026-05-19"},
)


async def answers(side: Any) -> list[dict[str, Any]]:
    """What people read, on both clocks, for every kind of reader."""
    return [
        await side.status(area, role, **asked)
        for area in (LARIKS, BUURT)
        for role in ("area_manager", "partner", "resident")
        for asked in ASKED
    ]


async def prove(side: Any) -> None:
    """Note that everything was read until now."""
    topics = [platform_topic(service) for service in AREA_EFFORT_STATUS.services]
    async with side.engine.begin() as connection:
        await ledger.prove_read(connection, side.core.name, topics, datetime.now(UTC))


async def test_an_area_manager_reads_the_whole_area(read_side: Any, whole_life: Any) -> None:
    """EVA-23: every part over the wire, in camelCase, with its age and its events."""
    await read_side.receive(*whole_life.stored)
    await prove(read_side)
    said = await read_side.status(asOf="2026-06-30")
    assert said["withheld"] == []
    assert said["held"] == []
    assert {one["state"] for one in said["knowledge"].values()} == {"known"}
    assert said["strengthsAndConcerns"] == {
        "assets": 1,
        "selfReliantInitiatives": 0,
        "strengthStories": 1,
        "concernStories": 1,
    }
    assert said["base"]["verdict"] == "in_order"
    assert [one["state"] for one in said["base"]["steps"]] == ["sufficient"] * 6
    assert said["socialBase"]["places"][0]["label"] == "De hal"
    check = said["involvement"]["checks"][0]
    assert (said["involvement"]["standing"], check["validUntil"]) == ("valid", "2027-02-10")
    assert said["involvement"]["owed"][0]["status"] == "overdue"
    assert said["involvement"]["panels"][0]["results"][0]["wishes"]["informed"] == 41
    assert said["trajectories"]["items"][0]["nextMoment"]["form"] == "working_day"
    assert said["agreements"]["items"][0]["objecting"] == "not_shown"
    assert {one["role"]: one["running"] for one in said["initiativesByRole"]}["support"] == 1
    assert said["money"]["spent"] == "602.00"
    assert said["money"]["coFunding"][0]["name"] == "Gemeente Assen"
    assert said["money"]["support"][0]["status"] == "ended"
    assert [one["outcome"] for one in said["gates"]["open"]] == ["lost"]
    assert {one["role"] for one in said["gates"]["setAside"]} == {"area_director"}
    assert said["areaRoles"]["items"][0]["name"] == "Gemeente Assen"
    assert said["effortSpent"]["euros"] == "6675.50"
    assert said["level"]["questions"][0]["ground"] == "base"


async def test_each_reader_sees_its_own_part(read_side: Any, whole_life: Any) -> None:
    """EVA-38: a partner sees grants and its part, a resident no euros, another town nothing."""
    await read_side.receive(*whole_life.stored)
    partner = await read_side.status(LARIKS, "partner")
    assert partner["withheld"] == ["base", "effortSpent", "gates"]
    assert (partner["money"]["granted"], partner["money"]["spent"]) == ("1500.00", None)
    assert partner["level"]["budgets"] == {"2026": "24000.00"}
    assert partner["money"]["coFunding"] == []  # it is the municipality's part, not theirs
    resident = await read_side.status(LARIKS, "resident")
    assert resident["money"] is None
    assert resident["level"]["budgets"] is None
    assert "money" in resident["withheld"]
    assert resident["involvement"]["checks"][0]["promises"][0]["promise"] == "help"
    elsewhere = await read_side.get(f"/areas/{LARIKS}/effort-status", "partner", of="GM0118")
    assert elsewhere.status_code == 404
    for role in ("area_manager", "partner", "resident"):
        assert "secret" not in str(await read_side.status(LARIKS, role))


@pytest.mark.parametrize("seed", range(3))
async def test_late_twice_and_out_of_order_it_reads_the_same(
    read_sides: Any, whole_life: Any, seed: int
) -> None:
    """EVA-34: shuffled altogether, with duplicates and in small batches, rows are the same."""
    chance = random.Random(seed)  # noqa: S311 - an order of arrival, no secret
    arrival = [*whole_life.stored, *chance.sample(whole_life.stored, 15)]
    chance.shuffle(arrival)
    late, plain = await read_sides(), await read_sides()
    while arrival:
        size = chance.randint(1, 9)
        batch, arrival = arrival[:size], arrival[size:]
        await late.receive(*batch)
    await plain.receive(*whole_life.stored)
    assert await late.parked() == 0
    assert await late.all_rows() == await plain.all_rows()
    assert await answers(late) == await answers(plain)
    await late.close()
    await plain.close()


async def test_rebuilt_it_reads_the_same(
    read_side: Any, whole_life: Any, broker: Any, service_name: str
) -> None:
    """EVA-35: every part of the answer is the same before and after a rebuild."""
    topic = f"leefwijk.{service_name}.events"
    for event in whole_life.stored:
        await read_side.receive(event)
    before, rows = await answers(read_side), await read_side.all_rows()
    await read_side.publish(broker, topic, whole_life.stored)
    await rebuild(read_side.core, read_side.core.applier, broker, [topic])
    assert await read_side.generation() == 2
    assert await answers(read_side) == before
    assert await read_side.all_rows() == rows


async def test_a_gap_holds_its_part_until_it_is_filled(read_side: Any, whole_life: Any) -> None:
    """EVA-34: a check of which a version is missing reads held; every other part goes on."""
    stream = "involvement-checks-c1"
    missing = next(one for one in whole_life.stored if one.stream_id == stream and one.version == 2)
    await read_side.receive(*(one for one in whole_life.stored if one is not missing))
    await prove(read_side)
    said = await read_side.status(asOf="2026-06-30")
    assert said["knowledge"]["involvement"]["state"] == "held"
    assert said["knowledge"]["trajectories"]["state"] == "known"
    assert said["involvement"]["checks"][0]["status"] == "open"
    assert [one.split(": ")[0] for one in said["held"]] == [stream]
    await read_side.receive(missing)
    whole = await read_side.status(asOf="2026-06-30")
    assert whole["knowledge"]["involvement"]["state"] == "known"
    assert whole["involvement"]["checks"][0]["status"] == "concluded"


async def test_without_proof_what_is_known_reads_stale(read_side: Any, whole_life: Any) -> None:
    """INI-24: shown, and stale, as long as nobody proved that all of it was read."""
    await read_side.receive(*whole_life.stored)
    said = await read_side.status(asOf="2026-06-30")
    assert {one["state"] for one in said["knowledge"].values()} == {"stale"}
    assert said["base"]["verdict"] == "in_order"


async def test_an_experienced_area_finds_what_lies_in_its_parts(
    read_side: Any, whole_life: Any
) -> None:
    """MON-04: drawn around the buurt it shows strengths, initiatives and agreements of there."""
    drawn = ExperiencedAreaDrawn(
        area=DRAWN,
        name="Rond de hal",
        parts=(Part(area=BUURT, inhabitants=1200),),
        reason="As residents live it",
        municipalities=("GM0106",),
    )
    whole_life.say("XA1", drawn, "2026-01-02", area=DRAWN)
    await read_side.receive(*whole_life.stored)
    said = await read_side.status(DRAWN, asOf="2026-06-30")
    assert said["name"] == "Rond de hal"
    assert [one["label"] for one in said["socialBase"]["places"]] == ["De hal"]
    assert [one["title"] for one in said["initiatives"]] == ["Koffiehoek"]
    assert [one["title"] for one in said["agreements"]["items"]] == ["Trappenhuis"]
    assert said["money"]["spent"] == "602.00"
    # nobody looked at the base of what was drawn
    assert said["base"]["verdict"] == "unknown"


@pytest.mark.parametrize("drawn", [True, False])
async def test_a_check_shows_where_people_were_asked(
    read_side: Any, whole_life: Any, *, drawn: bool
) -> None:
    """PAR-11: a check opened for the wijk counts in the buurt it asked in, and not elsewhere."""
    asked, elsewhere = BUURT, "BU01060105@2020"
    other = AreaRegistered(
        area=elsewhere,
        kind=AreaKind.NEIGHBOURHOOD,
        name="Luchiesland Noord",
        parent=LARIKS,
        municipalities=("GM0106",),
    )
    whole_life.say(elsewhere, other, "2026-01-01", area=elsewhere)
    if drawn:
        for number, part in enumerate((asked, elsewhere)):
            area = f"XA{number:012d}@1"
            around = ExperiencedAreaDrawn(
                area=area,
                name="Rond de hal",
                parts=(Part(area=part, inhabitants=1200),),
                reason="As residents live it",
                municipalities=("GM0106",),
            )
            whole_life.say(f"XA{number}", around, "2026-01-02", area=area)
        asked, elsewhere = (f"XA{number:012d}@1" for number in range(2))
    await read_side.receive(*whole_life.stored)
    here = (await read_side.status(asked, asOf="2026-06-30"))["involvement"]
    there = (await read_side.status(elsewhere, asOf="2026-06-30"))["involvement"]
    assert (here["standing"], [one["id"] for one in here["checks"]]) == ("valid", ["c1"])
    assert (there["standing"], there["checks"]) == ("unknown", [])
