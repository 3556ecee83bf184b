"""The grounds that gates ask for: own homes, residents who were asked, a base that was looked at.

Without them nothing may be granted and no level agreed, here as on any platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from platform_kit import Running, told, wait_until

from leefwijk.events.fields import area_code

WORKER = "neighbourhood_worker"
HOMES = 2
"""Own homes in each neighbourhood."""

MEETING = {
    "category": "meeting",
    "place": "De hal",
    "moments": "Dinsdag van tien tot twaalf",
    "openTo": "Iedereen in de wijk",
}
"""The contribution under the law on which a line of a request rests (Btiv 51)."""


def plan_body(last: str) -> dict[str, Any]:
    """A plan that says for whom it is and what it wants to change, by this day."""
    return {
        "size": "informal",
        "benefit": {"openToEveryone": True},
        "effect": {
            "effect": "e1",
            "kind": "outcome",
            "says": "Huishoudens die elke maand aanschuiven",
            "start": "0",
            "aim": "25",
            "by": last,
            "seenBy": "eigen telling",
        },
        "moments": "Dinsdag van tien tot twaalf",
    }


def dwelling_file(neighbourhoods: Sequence[str]) -> str:
    """Some own homes in each of these neighbourhoods, as a delivery of the stock has them."""
    rows = [
        f"e-{1000 + number};WOO;TUS;VEH;DAE;612,40;3;{area_code(area)}"
        for number, area in enumerate([*neighbourhoods] * HOMES)
    ]
    head = (
        "eenheidnummer;eenheidsoort;eenheiddetailsoort;status;label;nettohuur;conditiescore;buurt"
    )
    return "\n".join([head, *rows, ""])


async def own_homes(platform: Running, neighbourhoods: Sequence[str], day: str) -> None:
    """Deliver the stock once housing mix has heard of the areas."""
    for area in neighbourhoods:  # each may come through a partition of its own
        await knows(platform, "housing_mix", "known_areas", "area", area)
    form = {"source": "voorraad", "areaEdition": "2020", "referenceDate": day}
    content = dwelling_file(neighbourhoods)
    done = await platform.upload_to("housing_mix", "/dwelling-imports", "voorraad", content, form)
    assert (done["status"], done["rejected"]) == ("completed", 0), done


async def residents_asked(platform: Running, area: str, day: str) -> str:
    """Residents of an area were asked about all themes, and were promised what they wished."""
    await knows(platform, "participation", "known_areas", "area", area)
    themes = ["meeting", "greening", "safety", "talents", "living_together"]
    body = {"area": area, "themes": themes, "groups": ["tenants"]}
    check = told(await platform.post("participation", "/involvement-checks", WORKER, body), 201)
    path = f"/involvement-checks/{check['id']}"
    asking = asking_body(day, 20)
    asked = await platform.post(
        "participation", f"{path}/askings", WORKER, asking, match=check["version"]
    )
    promise = promise_body()
    told(
        await platform.post(
            "participation",
            f"{path}/conclusions",
            WORKER,
            promise,
            match=told(asked, 201)["version"],
        ),
        201,
    )
    stream = f"involvement-checks-{check['id']}"
    for service in ("initiatives", "monitoring"):
        await knows(platform, service, "known_answers", "stream_id", stream)
    return str(check["id"])


def asking_body(day: str, consulted: int) -> dict[str, Any]:
    """Tenants were asked at their doors, and most wished to be consulted."""
    answers = {"notNow": 1, "informed": 2, "consulted": consulted}
    return {"group": "tenants", "form": "door_to_door", "on": day, "answers": answers}


def promise_body(why: str | None = None) -> dict[str, Any]:
    """Tenants are promised what they wished."""
    promise = {"group": "tenants", "promise": "consulted"}
    said = {"explanation": "other", "explanationText": why} if why else {}
    return {"groups": [{**promise, **said}], "role": "support"}


async def base_in_order(platform: Running, area: str) -> None:
    """Somebody looked at an area as a whole, and found it clean, whole and safe."""
    steps = [{"step": step, "found": "sufficient"} for step in ("clean", "whole", "safe")]
    path = f"/base-conditions/{area}/assessments"
    looked = await platform.post("monitoring", path, WORKER, {"steps": steps}, match=0)
    told(looked, 201)
    await knows(platform, "initiatives", "known_bases", "place", area)


async def knows(platform: Running, service: str, table: str, column: str, value: str) -> None:
    """Wait until a service has heard of something."""

    async def heard() -> bool:
        query = f"select 1 from {table} where {column} = :value"
        return bool(await platform.rows(service, query, value=value))

    await wait_until(heard, f"{service} has heard of {value}")
