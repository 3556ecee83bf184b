"""Several people at once, over HTTP: nobody decides on what has changed, no euro is given twice."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx
from platform_kit import Running, told
from platform_scenes import Scenes, request_body, today

SPENT = "nl.leefbaarheid.initiatives.spending-recorded.v1"


def _commands(platform: Running, made: dict[str, Any], path: str, role: str) -> Any:
    """Gives commands of one kind on one initiative, all on the version that was read."""

    async def give(
        body: dict[str, Any], key: str | None = None, *, match: int | None = made["version"]
    ) -> httpx.Response:
        address = f"/initiatives/{made['id']}/{path}"
        return await platform.post("initiatives", address, role, body, match=match, key=key)

    return give


async def _version(platform: Running, made: dict[str, Any]) -> int:
    address = f"/v1/initiatives/{made['id']}"
    return int(told(await platform.get("initiatives", address, "area_manager"), 200)["version"])


async def _spendings(platform: Running, made: dict[str, Any]) -> list[Decimal]:
    return [
        Decimal(event["data"]["amount"])
        for event in await platform.events("initiatives", f"initiatives-{made['id']}")
        if event["type"] == SPENT
    ]


async def _committed(platform: Running, area: str) -> Decimal:
    """Euros taken of the area's budget of this year, by the events of the budget."""
    stream = f"area-budgets-{area}.{today().year}"
    query = "select data->>'amount' as euros from events where stream_id = :stream"
    found = await platform.rows("initiatives", query, stream=stream)
    return sum((Decimal(row.euros) for row in found), Decimal(0))


async def test_a_grant_on_a_changed_request_is_refused(platform: Running, scenes: Scenes) -> None:
    """INI-06: what was read must stand: the answer says which line changed, and nothing happens."""
    place = scenes.place()
    await scenes.level(place.district)
    read = await scenes.requested(place.neighbourhood(), "1500.00")
    await scenes.step(read, "support-requests", request_body("koffie", "2300.00"))

    grant = _commands(platform, read, "support-grants", "area_manager")
    body = {"lines": [{"line": 1, "amount": "1500.00"}]}
    refused = await grant(body)
    blind = await grant(body, match=None)

    assert told(refused, 412)["code"] == "version-conflict"
    assert "line 1 is now 2,300.00, it was 1,500.00" in told(refused, 412)["detail"]
    assert told(blind, 428)["code"] == "version-required"
    assert await _committed(platform, place.district) == 0


async def test_of_two_decisions_on_one_request_one_stands_and_the_other_is_told(
    platform: Running, scenes: Scenes
) -> None:
    """INI-06: two area managers decide on the same request at the same moment."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.requested(place.neighbourhood(), "800.00")
    grant = _commands(platform, made, "support-grants", "area_manager")
    decline = _commands(platform, made, "support-refusals", "area_manager")

    answers = await asyncio.gather(
        grant({"lines": [{"line": 1, "amount": "800.00"}]}),
        decline({"reason": "Te veel", "nextStep": "Vraag de helft"}),
    )

    assert sorted(answer.status_code for answer in answers) == [201, 412]
    stood = next(answer for answer in answers if answer.status_code == 201)
    told_off = next(answer for answer in answers if answer.status_code == 412)
    assert told(told_off, 412)["code"] == "version-conflict"
    events = await platform.events("initiatives", f"initiatives-{made['id']}")
    decided = {event["id"] for event in events if event["id"] in stood.json()["events"]}
    assert decided == set(stood.json()["events"])
    kinds = {event["type"].split(".")[-2] for event in events}
    assert len(kinds & {"support-granted", "support-declined"}) == 1


async def test_the_budget_of_an_area_is_never_granted_twice(
    platform: Running, scenes: Scenes
) -> None:
    """INI-22: of two grants at once that do not fit together exactly one is made."""
    place = scenes.place()
    await scenes.level(place.district, "24000.00")
    for euros in ("6500.00", "4200.00", "3875.50"):
        await scenes.granted(place.neighbourhood(1), euros)
    wanted = ("6000.00", "4000.00")
    made = [await scenes.requested(place.neighbourhood(), euros) for euros in wanted]

    answers = await asyncio.gather(
        *(
            _commands(platform, one, "support-grants", "area_manager")(
                {"lines": [{"line": 1, "amount": euros}]}
            )
            for one, euros in zip(made, wanted, strict=True)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    first = next(number for number, answer in enumerate(answers) if answer.status_code == 201)
    refused = told(answers[1 - first], 409)
    assert refused["code"] == "gates-not-passed"
    assert ("3,424.50", "5,424.50")[first] + " is left" in refused["detail"]
    expected = Decimal("14575.50") + Decimal(wanted[first])
    assert await _committed(platform, place.district) == expected


async def test_many_grants_at_once_fill_the_budget_and_no_more(
    platform: Running, scenes: Scenes
) -> None:
    """INI-22: however many are decided at the same moment, the sum never passes the budget."""
    place = scenes.place()
    await scenes.level(place.district, "1000.00")
    made = [await scenes.requested(place.neighbourhood(), "300.00") for _ in range(6)]

    async def grant(one: dict[str, Any]) -> int:
        give = _commands(platform, one, "support-grants", "area_manager")
        while True:
            answer: httpx.Response = await give({"lines": [{"line": 1, "amount": "300.00"}]})
            if answer.status_code != 503:  # busy: it says when to ask again
                return answer.status_code

    assert sorted(await asyncio.gather(*(grant(one) for one in made))) == [201] * 3 + [409] * 3
    assert await _committed(platform, place.district) == Decimal("900.00")


async def test_two_spendings_at_once_never_pass_the_grant(
    platform: Running, scenes: Scenes
) -> None:
    """INI-27: of two spendings at once one is recorded, and what is left is told to the other."""
    place = scenes.place()
    await scenes.level(place.district)
    grant = await scenes.granted(place.neighbourhood(), "2500.00")
    made = await scenes.step(grant, "expenses", {"line": 1, "amount": "1940.25"})
    spend = _commands(platform, made, "expenses", "neighbourhood_worker")
    wanted = ("400.00", "300.00")

    answers = await asyncio.gather(*(spend({"line": 1, "amount": euros}) for euros in wanted))

    assert sorted(answer.status_code for answer in answers) == [201, 412]
    first = next(number for number, answer in enumerate(answers) if answer.status_code == 201)
    version = await _version(platform, made)
    again = await spend({"line": 1, "amount": wanted[1 - first]}, match=version)
    assert told(again, 409)["code"] == "grant-exceeded"
    assert ("159.75", "259.75")[first] + " is left" in again.text
    assert await _spendings(platform, made) == [Decimal("1940.25"), Decimal(wanted[first])]


async def test_the_same_spending_sent_twice_at_once_is_recorded_once(
    platform: Running, scenes: Scenes
) -> None:
    """INI-27: one key is one spending and one answer, also when the grant is used up since."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "500.00")
    spend = _commands(platform, made, "expenses", "neighbourhood_worker")
    body = {"line": 1, "amount": "500.00"}

    answers = await asyncio.gather(*(spend(body, key="delivery-17") for _ in range(4)))
    later = await spend(body, key="delivery-17")
    other = await spend({"line": 1, "amount": "499.99"}, key="delivery-17")

    assert {answer.status_code for answer in (*answers, later)} == {201}
    assert [answer.json() for answer in answers] == [later.json()] * len(answers)
    assert later.headers["etag"] == answers[0].headers["etag"]
    assert told(other, 422)["code"] == "idempotency-key-reused"
    assert await _spendings(platform, made) == [Decimal("500.00")]
    status = await scenes.status(place.district, after=later.json()["token"])
    assert Decimal(status["money"]["spent"]) == Decimal("500.00")
