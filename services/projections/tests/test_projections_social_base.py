"""The social base: what is there already, and nobody who could be recognised by it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from leefwijk.events.handling import write_token
from leefwijk.events.language.initiatives import assets
from leefwijk.events.language.initiatives.assets import AssetKind, HolderKind, OpenTo
from leefwijk.events.language.monitoring.areas import (
    AreaKind,
    AreaRegistered,
    ExperiencedAreaDrawn,
    Part,
)

LARIKS = "WK010601@2020"
ASSEN = "GM0106@2020"
EAST, WEST = "BU01060100@2020", "BU01060102@2020"
LIVED = "XA0123456789ab@1"
SECRET = "r-7f3a-secret"


def asset(kind: AssetKind, label: str, area: str = EAST, **more: Any) -> assets.AssetRegistered:
    """A strength, held by an organisation unless said otherwise."""
    given: dict[str, Any] = {
        "holder": HolderKind.ORGANISATION,
        "held_by": "vaart",
        "open_to": OpenTo.EVERYONE,
        "on": date(2026, 1, 5),
        **more,
    }
    return assets.AssetRegistered(
        asset_kind=kind, label=label, area=area, municipalities=("GM0106",), **given
    )


def talent(label: str) -> assets.AssetRegistered:
    """What somebody can do."""
    return asset(AssetKind.TALENT, label, holder=HolderKind.REFERENCE, held_by=SECRET)


def lariks(history: Any) -> list[Any]:
    """Lariks with two buurten, and an area as people live it that is one of them."""

    def area(id_: str, kind: AreaKind, parent: str) -> Any:
        return history.say(
            id_,
            AreaRegistered(
                area=id_, kind=kind, name=id_, parent=parent, municipalities=("GM0106",)
            ),
        )

    drawn = ExperiencedAreaDrawn(
        area=LIVED,
        name="Rond het plein",
        parts=(Part(area=EAST, inhabitants=10),),
        reason="Zo noemen bewoners het",
        municipalities=("GM0106",),
    )
    return [
        area(LARIKS, AreaKind.DISTRICT, ASSEN),
        area(EAST, AreaKind.NEIGHBOURHOOD, LARIKS),
        area(WEST, AreaKind.NEIGHBOURHOOD, LARIKS),
        history.say("lived", drawn, area=LIVED),
    ]


def places(history: Any) -> list[Any]:
    """INI-02: A1 to A5."""
    place = AssetKind.MEETING_PLACE
    left = assets.AssetWithdrawn(area=EAST, reason="Gesloten", on=date(2026, 2, 1))
    return [
        history.say("a1", asset(place, "Zaal"), area=EAST),
        history.say("a2", asset(place, "Buurthuis", LARIKS), area=LARIKS),
        history.say("a3", asset(place, "Hal", WEST), area=WEST),
        history.say("a4", asset(place, "Kamer", open_to=OpenTo.COMPLEX, complex="c1"), area=EAST),
        history.say("a5", asset(place, "Leeshoek"), area=EAST),
        history.say("a5", left, "2026-02-01", area=EAST),
    ]


async def base(side: Any, area: str = EAST, role: str = "analyst", **asked: Any) -> Any:
    """What somebody reads of an area."""
    answer = await side.get(f"/areas/{area}/social-base", role, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def labels(found: list[dict[str, Any]]) -> set[str]:
    """The strengths of a list."""
    return {line["label"] for line in found}


async def test_places_are_found_where_they_serve(read_side: Any, history: Any) -> None:
    """INI-02: the buurt has its own and, open to everyone, that of its wijk; not A3, not A5."""
    await read_side.receive(*lariks(history), *places(history))
    found = await base(read_side, asOf="2026-04-13")
    assert labels(found["places"]) == {"Zaal", "Kamer"}
    assert labels(found["around"]) == {"Buurthuis"}
    before = await base(read_side, asOf="2026-01-31")
    assert labels(before["places"]) == {"Zaal", "Kamer", "Leeshoek"}
    whole = await base(read_side, LARIKS, asOf="2026-04-13")
    assert labels(whole["places"]) == {"Zaal", "Kamer", "Hal", "Buurthuis"}
    known = await base(read_side, asOf="2026-04-13", knownAt="2026-01-31")
    assert "Leeshoek" in labels(known["places"])


async def test_an_area_as_people_live_it_finds_what_lies_in_its_parts(
    read_side: Any, history: Any
) -> None:
    """MON-04: what is registered for its parts and for itself is its social base."""
    own = history.say("n1", asset(AssetKind.NETWORK, "Pleinbuurt", LIVED), area=LIVED)
    await read_side.receive(*lariks(history), *places(history), own)
    found = await base(read_side, LIVED, asOf="2026-04-13")
    assert labels(found["places"]) == {"Zaal", "Kamer"}
    assert labels(found["networks"]) == {"Pleinbuurt"}
    assert labels((await base(read_side, LARIKS))["networks"]) == {"Pleinbuurt"}
    assert labels((await base(read_side, WEST))["networks"]) == set()


async def test_a_strength_is_shown_without_the_person(read_side: Any, history: Any) -> None:
    """INI-01: the area shows it; the reference stands nowhere, and small numbers are hidden."""
    told = [
        history.say(f"t{number}", talent(f"Fietsen maken {number}"), area=EAST)
        for number in range(4)
    ]
    await read_side.receive(*lariks(history), *told)
    for role in ("resident", "partner", "area_manager"):
        found = await base(read_side, role=role)
        assert len(found["others"]) == 4
        assert found["talentsHeldBy"] == {"organisations": "not_shown", "people": "not_shown"}
        assert SECRET not in json.dumps(found)
        assert {line["organisation"] for line in found["others"]} == {None}
    async with read_side.engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            "select count(*) from rows where cast(body as text) like '%%secret%%'"
        )
        assert rows.scalar_one() == 0


async def test_many_holders_are_counted_unless_a_small_rest_would_show(
    read_side: Any, history: Any
) -> None:
    """INI-01: from k on people are counted, organisations only where nothing small is left over."""
    told = [history.say(f"t{n}", talent(f"Talent {n}"), area=EAST) for n in range(7)]
    club = [history.say(f"c{n}", asset(AssetKind.TALENT, f"Les {n}"), area=EAST) for n in range(6)]
    await read_side.receive(*lariks(history), *told, *club)
    assert (await base(read_side))["talentsHeldBy"] == {"organisations": 6, "people": 7}
    places_of = {line["organisation"] for line in (await base(read_side))["others"]}
    assert places_of == {None}


async def test_the_social_base_is_awaited_held_and_a_sheet(read_side: Any, history: Any) -> None:
    """EVA-34, EVA-35, EVA-36: a token is waited for, a gap is held, and the list is a sheet."""
    said = places(history)
    await read_side.receive(*lariks(history), *said[:4], said[5])
    token = write_token({"assets-a1": 1, "initiatives-elsewhere": 9})
    found = await base(read_side, after=token)
    assert found["held"] == ["assets-a5: held: version 1 has not arrived"]
    path = f"/areas/{EAST}/social-base"
    behind = await read_side.get(path, after=write_token({"assets-a5": 2}))
    assert (behind.status_code, behind.json()["code"]) == (503, "read-side-behind")
    assert (await read_side.get(path, "operator")).status_code == 403
    assert (await read_side.get(path, "partner", of="GM0085")).status_code == 404
    sheet = await read_side.get(path, format="csv")
    rows = sheet.text.removeprefix("\ufeff").splitlines()
    assert rows[0] == "Kenmerk;Soort;Omschrijving;Gebied;Organisatie;Open voor;Thema's;Sinds"
    assert len(rows) == 3
