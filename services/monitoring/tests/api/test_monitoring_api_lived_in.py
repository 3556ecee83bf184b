"""The neighbourhood as people live it leads over the administrative one, over HTTP (MON-06)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from level_gates import BUURT, MANAGER, PITTELO, WELL, WORKER

from leefwijk.events.language.monitoring.areas import AreaKind
from monitoring.domain.area import RegisterArea

LARIKS = "WK010601@2020"
YEAR = {"from": "2027-01-01", "through": "2027-12-31"}
LEADS = "experienced-area-leads"

Draw = Callable[..., Awaitable[str]]


@pytest.fixture
def lived_in(pittelo: Any, facts: Any, two_percentages: Any) -> Draw:
    """Draws an area of these parts and agrees `extra` for 2027 in it; gives the area."""

    async def drawn(*parts: str) -> str:
        body = {
            "name": "Lariks en Pittelo",
            "parts": [{"area": part, "inhabitants": 100} for part in parts],
            "reason": "residents of both use one shopping street",
        }
        answer = await pittelo.post("/experienced-areas", "analyst", body)
        assert answer.status_code == 201, answer.text
        area = str((await pittelo.look(f"/experienced-areas/{answer.json()['id']}"))["id"])
        for part in parts:
            await pittelo.hears("housing_mix", f"home-{part}", facts.home(part))
        await pittelo.hears("housing_mix", "delivery-x", facts.delivered(len(parts)))
        await pittelo.hears("participation", "check-x", facts.check(area, asked_in=parts))
        looked = {"steps": WELL}
        path = f"/base-conditions/{area}/assessments"
        assert (await pittelo.post(path, WORKER, looked, 0)).status_code == 201
        story = {"theme": "meeting", "tone": "concern", "teller": "resident", "text": "Het is stil"}
        told = await pittelo.post(f"/areas/{parts[0]}/stories", WORKER, story)
        row = f"code,eenzaam,moeite_met_rondkomen\n{parts[0].partition('@')[0]},50.1,12.0\n"
        await pittelo.load(row, 2020, mapping=two_percentages("known-only"))
        found = (await pittelo.look(f"/areas/{parts[0]}/measurements"))["items"][0]
        cited = {name: found[name] for name in ("sourceEdition", "indicator", "period")}
        proposal = {
            "level": "extra",
            "valid": YEAR,
            "measurements": [{**cited, "area": parts[0]}],
            "stories": [told.json()["id"]],
            "effects": [{"theme": "meeting", "movement": "up", "by": "2027-12-31"}],
        }
        made = await pittelo.post(f"/areas/{area}/effort-proposals", MANAGER, proposal)
        assert made.status_code == 201, made.text
        await pittelo.done(f"/effort-proposals/{made.json()['id']}/agreements", MANAGER)
        return area

    return drawn


async def _proposed(pittelo: Any, area: str) -> set[str]:
    """The codes with which a bare proposal for an area is refused."""
    bare = {"level": "extra", "valid": YEAR}
    answer = await pittelo.post(f"/areas/{area}/effort-proposals", MANAGER, bare)
    return {one["code"] for one in answer.json()["refusals"]}


async def test_no_level_within_a_lived_in_area_that_has_one(
    pittelo: Any, propose: Any, lived_in: Draw
) -> None:
    """MON-06: neither proposed nor, where it was proposed before, agreed; the gates say why."""
    before = f"/effort-proposals/{await propose(pittelo, PITTELO, valid=YEAR)}"
    assert (await pittelo.look(f"{before}/gates"))["leading"] == []
    area = await lived_in(LARIKS, PITTELO)
    for inside in (PITTELO, LARIKS, BUURT):
        assert LEADS in await _proposed(pittelo, inside)
    assert LEADS not in await _proposed(pittelo, area)

    seen = await pittelo.look(f"{before}/gates")
    (leading,) = seen["leading"]
    assert (leading["code"], leading["area"], leading["level"]) == (LEADS, area, "extra")
    assert "lies wholly within Lariks en Pittelo" in leading["says"]
    assert seen["clear"] is False
    problem = await pittelo.now(f"{before}/agreements", MANAGER)
    assert LEADS in {one["code"] for one in problem.json()["refusals"]}


async def test_an_area_that_is_only_touched_has_its_own(pittelo: Any, lived_in: Draw) -> None:
    """MON-06: a drawing of one of two buurten touches the wijk; of all of them it holds it."""
    second = RegisterArea(area="BU01060402@2020", kind=AreaKind.NEIGHBOURHOOD, parent=PITTELO)
    await pittelo.context.handler.execute(second, create=True)
    await lived_in(BUURT)
    assert LEADS in await _proposed(pittelo, BUURT)
    assert LEADS not in await _proposed(pittelo, PITTELO)
    assert LEADS not in await _proposed(pittelo, LARIKS)


async def test_a_wijk_of_which_all_buurten_lie_in_it_lies_in_it(
    pittelo: Any, lived_in: Draw
) -> None:
    """MON-06: wholly within, though no part of the drawing is named as it is."""
    await lived_in(BUURT)
    assert LEADS in await _proposed(pittelo, PITTELO)
