"""Scenarios that cross services, on the running platform: one tells, others hear and show."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fault_evidence import read_topics
from platform_grounds import MEETING, asking_body, base_in_order, promise_body
from platform_kit import DECIDING, Running, told, wait_until
from platform_scenes import Scenes, initiative_body, proposal_body, today

from leefwijk.events.language.participation.ladder import Wish
from leefwijk.events.topics import platform_topic

WORKER, MANAGER, DIRECTOR = "neighbourhood_worker", "area_manager", "area_director"


async def _lines(platform: Running, initiative: str) -> dict[str, dict[str, Any]]:
    """The gates of an initiative as they read now."""
    path = f"/v1/initiatives/{initiative}/gates"
    found = told(await platform.get("initiatives", path, MANAGER), 200)
    return {line["gate"]: line for line in found["lines"]}


async def _until_outcome(platform: Running, initiative: str, gate: str, outcome: str) -> None:
    async def reads() -> bool:
        return bool((await _lines(platform, initiative))[gate]["outcome"] == outcome)

    await wait_until(reads, f"{gate} reads {outcome}")


async def _about(scenes: Scenes, area: str, theme: str, euros: str) -> dict[str, Any]:
    """A request of residents about a theme."""
    body = {**initiative_body(area), "themes": [theme]}
    made = told(await scenes.platform.post("initiatives", "/initiatives", WORKER, body), 201)
    role = await scenes.step(made, "corporation-roles", {"role": "support"})
    line = {"line": 1, "kind": "money", "purpose": "koffie", "amount": euros}
    return await scenes.step(
        role, "support-requests", {"lines": [{**line, "contribution": MEETING}]}
    )


async def _asked(platform: Running, area: str, theme: str) -> dict[str, Any]:
    """A concluded check on one theme in one area."""
    body = {"area": area, "themes": [theme], "groups": ["tenants"], "reason": "Er was haast"}
    check = told(await platform.post("participation", "/involvement-checks", WORKER, body), 201)
    path = f"/involvement-checks/{check['id']}"
    asking = asking_body(today().isoformat(), 12)
    for noun, said in (("askings", asking), ("conclusions", promise_body())):
        answer = await platform.post(
            "participation", f"{path}/{noun}", WORKER, said, match=check["version"]
        )
        check = told(answer, 201)
    return check


async def _recorded(platform: Running, ids: set[str]) -> dict[str, str]:
    """Which service recorded each of these events."""
    query = "select cast(id as text) as id from events where cast(id as text) = any(:ids)"
    return {
        row.id: service
        for service in DECIDING
        for row in await platform.rows(service, query, ids=sorted(ids))
    }


async def test_a_grant_carries_nine_lines_whose_evidence_stands_with_its_owners(
    platform: Running, scenes: Scenes
) -> None:
    """INI-07: each line of the grant rests on events that some service really recorded."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await scenes.granted(place.neighbourhood(), "900.00")

    events = await platform.events("initiatives", f"initiatives-{made['id']}")
    (grant,) = [event for event in events if event["type"].endswith("support-granted.v2")]
    lines = grant["data"]["gateLines"]
    assert len(lines) == 9
    assert {line["outcome"] for line in lines} == {"passed"}
    owners = {
        line["gate"]: await _recorded(platform, set(line.get("evidence", ()))) for line in lines
    }
    for line in lines:
        assert set(line.get("evidence", ())) == set(owners[line["gate"]]), line["gate"]
    assert "participation" in owners["residents-involvement"].values()
    assert "monitoring" in owners["base-in-order"].values()
    assert "monitoring" in owners["effort-level-and-budget"].values()
    assert "housing_mix" in owners["own-tenants-benefit"].values()


async def test_what_has_not_arrived_reads_unknown_and_passes_nothing(
    platform: Running, scenes: Scenes
) -> None:
    """INI-08: without an assessment and a level the lines say what is not known."""
    place = scenes.place()
    made = await scenes.requested(place.neighbourhood(), "900.00")

    lines = await _lines(platform, made["id"])
    refused = await platform.post(
        "initiatives",
        f"/initiatives/{made['id']}/support-grants",
        MANAGER,
        {"lines": [{"line": 1, "amount": "900.00"}]},
        match=made["version"],
    )

    unknown = {gate: line["code"] for gate, line in lines.items() if line["outcome"] == "unknown"}
    assert unknown == {
        "base-in-order": "base-unknown",
        "effort-level-and-budget": "effort-level-not-known",
    }
    assert told(refused, 409)["code"] == "gates-not-passed"
    assert {"base-unknown", "effort-level-not-known"} <= {
        line["code"] for line in told(refused, 409)["refusals"][0]["lines"]
    }


async def test_a_level_waits_for_its_grounds(platform: Running, scenes: Scenes) -> None:
    """MON-35: a proposal is not agreed before its gates pass; once they do, it is."""
    place = scenes.place()
    story = await scenes.story(place.district)
    path = f"/areas/{place.district}/effort-proposals"
    body = proposal_body(story["id"])
    proposed = told(await platform.post("monitoring", path, MANAGER, body), 201)

    async def agree() -> Any:
        return await platform.post(
            "monitoring",
            f"/effort-proposals/{proposed['id']}/agreements",
            MANAGER,
            {"budgets": [{"year": today().year, "amount": "5000.00"}]},
            match=proposed["version"],
        )

    early = await agree()
    await base_in_order(platform, place.district)

    assert told(early, 409)["code"] == "gates-not-passed"
    assert "base-unknown" in early.text
    told(await agree(), 201)


async def test_a_check_that_is_withdrawn_takes_its_ground_away(
    platform: Running, scenes: Scenes
) -> None:
    """PAR-13: what residents were asked wrongly carries no grant any longer; the grant stands."""
    place = scenes.place()
    await scenes.level(place.district)
    check = await _asked(platform, place.neighbourhood(), "other")
    made = await _about(scenes, place.neighbourhood(), "other", "700.00")
    await _until_outcome(platform, made["id"], "residents-involvement", "passed")
    body = {"lines": [{"line": 1, "amount": "700.00"}]}
    granted = await scenes.step(made, "support-grants", body, MANAGER)

    withdrawn = await platform.post(
        "participation",
        f"/involvement-checks/{check['id']}/withdrawals",
        WORKER,
        {"reason": "wrong_place", "explanation": "De verkeerde straat"},
        match=check["version"],
    )
    told(withdrawn, 201)

    async def marked() -> list[str]:
        status = await scenes.status(place.neighbourhood())
        return [mark for one in status["initiatives"] for mark in one["marks"]]

    (mark,) = await wait_until(marked, "the mark is shown")
    assert "involvement-check-withdrawn" in mark
    spent = {"line": 1, "amount": "10.00"}
    now = told(await platform.get("initiatives", f"/v1/initiatives/{made['id']}", MANAGER), 200)
    assert now["version"] > granted["version"]
    await scenes.step(now, "expenses", spent)


async def test_a_gate_that_was_set_aside_leaves_a_debt_to_residents(
    platform: Running, scenes: Scenes
) -> None:
    """PAR-15: the override is shown for ever, the debt once, and a later check settles it."""
    place = scenes.place()
    await scenes.level(place.district)
    made = await _about(scenes, place.neighbourhood(), "other", "650.00")
    assert (await _lines(platform, made["id"]))["residents-involvement"]["outcome"] == "failed"
    until = (today() + timedelta(days=30)).isoformat()
    set_aside = {"gate": "residents-involvement", "until": until, "reason": "Acute veiligheid"}
    overridden = await scenes.step(made, "gate-overrides", set_aside, DIRECTOR)
    body = {"lines": [{"line": 1, "amount": "650.00"}]}
    granted = await scenes.step(overridden, "support-grants", body, MANAGER)

    async def debts() -> list[dict[str, Any]]:
        asked = {"area": place.neighbourhood()}
        found = await platform.get("participation", "/v1/owed-checks", MANAGER, asked)
        items: list[dict[str, Any]] = told(found, 200)["items"]
        return items

    (owed,) = await wait_until(debts, "participation books the debt")
    assert owed["status"] == "owed"
    assert owed["reason"] == "Acute veiligheid"
    assert owed["becauseOf"] in overridden["events"]
    assert owed["dueOn"] == (today() + timedelta(days=28)).isoformat()

    await _asked(platform, place.neighbourhood(), "other")

    async def settled() -> bool:
        return [one["status"] for one in await debts()] == ["settled"]

    await wait_until(settled, "a check that is concluded settles the debt")
    status = await scenes.status(place.neighbourhood(), after=granted["token"])
    (aside,) = status["gates"]["setAside"]
    assert (aside["gate"], aside["role"]) == ("residents-involvement", DIRECTOR)

    async def shown() -> bool:
        found = await scenes.status(place.neighbourhood())
        return [one["status"] for one in found["involvement"]["owed"]] == ["settled"]

    await wait_until(shown, "the effort status shows that the debt is settled")


async def test_what_residents_do_themselves_is_a_strength_of_their_area(
    platform: Running, scenes: Scenes
) -> None:
    """INI-03: it needs nobody's approval, costs nothing, and is shown beside what is a concern."""
    place = scenes.place()
    asset = {
        "assetKind": "meeting_place",
        "label": "De schuur",
        "area": place.neighbourhood(),
        "holder": "organisation",
        "heldBy": "buurtvereniging",
        "openTo": "everyone",
    }
    barn = told(await platform.post("initiatives", "/assets", WORKER, asset), 201)
    body = {**initiative_body(place.neighbourhood(), "Wandelgroep"), "selfReliant": True}
    body.pop("plan")
    made = told(await platform.post("initiatives", "/initiatives", WORKER, body), 201)

    words = {"theme": "meeting", "tone": "concern", "teller": "resident", "text": "Het is stil"}
    path = f"/areas/{place.neighbourhood()}/stories"
    quiet = told(await platform.post("monitoring", path, WORKER, words), 201)

    seen = (barn["token"], made["token"])
    status = await scenes.status(place.district, *seen, after=quiet["token"])

    assert status["strengthsAndConcerns"] == {
        "assets": 1,
        "selfReliantInitiatives": 1,
        "strengthStories": 0,
        "concernStories": 1,
    }
    assert (Decimal(status["money"]["granted"]), Decimal(status["money"]["spent"])) == (0, 0)
    assert status["gates"]["open"] == []
    (line,) = status["initiatives"]
    assert (line["status"], line["role"]) == ("self_reliant", "none")

    async def shown() -> list[dict[str, Any]]:
        path = f"/v1/areas/{place.district}/social-base"
        answer = await platform.get("projections", path, "resident", {"after": barn["token"]})
        return [] if answer.status_code == 503 else list(told(answer, 200)["places"])

    (shed,) = await wait_until(shown, "the social base shows the place")
    assert (shed["label"], shed["organisation"], shed["openTo"]) == (
        "De schuur",
        "buurtvereniging",
        "everyone",
    )


async def test_green_is_planned_and_realised_in_its_own_units(
    platform: Running, scenes: Scenes
) -> None:
    """INI-32: square metres are never added to trees, here and in the read model."""
    place = scenes.place()
    made = await scenes.initiative(place.neighbourhood())
    heat = {"purposes": ["heat"]}
    trees = {"measure": "tree", "countedIn": "piece", **heat}
    made = await scenes.step(made, "green-plans", {**trees, "quantity": "6"})
    tiles = {"measure": "unpaved", "countedIn": "m2", **heat}
    made = await scenes.step(made, "green-plans", {**tiles, "quantity": "80"})
    made = await scenes.step(made, "green-results", {**tiles, "quantity": "60.5"})

    path = f"/v1/areas/{place.district}/greening-progress"

    async def read() -> dict[str, Any]:
        asked = {"after": made["token"]}
        answer = await platform.get("projections", path, "resident", asked)
        return {} if answer.status_code == 503 else told(answer, 200)

    found = await wait_until(read, "the read model holds the green")
    metres = found["squareMetres"]
    assert metres["unit"] == "m2"
    assert (Decimal(metres["planned"]), Decimal(metres["realised"])) == (80, Decimal("60.5"))
    by_measure = {one["measure"]: one for one in found["measures"]}
    assert by_measure.keys() == {"tree", "unpaved"}
    trees = by_measure["tree"]
    said = (Decimal(trees["planned"]), Decimal(trees["realised"]))
    assert (trees["unit"], *said) == ("piece", 6, 0)


async def _panel_on_the_topic(
    platform: Running, panel: str
) -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, int]]]:
    """Group and last wish of each voice by the topic read from its start, and the tally told."""
    last: dict[str, tuple[str, str]] = {}
    tally: dict[str, dict[str, int]] = {}
    sent = (await read_topics(platform))[platform_topic("participation")]
    for record in sorted(sent, key=lambda one: one.version):  # a record may come twice
        data = json.loads(record.data)
        if record.key.startswith("wishes-") and data["panel"] == panel:
            last[record.key] = (data["group"], data["wish"])
        if record.key == f"wish-panels-{panel}" and "tally" in data:
            tally = {
                one["group"]: {wish: one["answers"].get(wish, 0) for wish in Wish}
                for one in data["tally"]
            }
    return last, tally


async def test_a_panel_shows_nothing_small_and_says_what_it_may(
    platform: Running, scenes: Scenes
) -> None:
    """PAR-16, PAR-20: a token gives one voice; no number of fewer than five is shown."""
    place = scenes.place()
    closes = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    body = {
        "area": place.neighbourhood(),
        "themes": ["greening"],
        "groups": [{"group": "tenants", "homes": 20}, {"group": "owners", "homes": 20}],
        "closesAt": closes,
    }
    panel = told(await platform.post("participation", "/wish-panels", WORKER, body), 201)
    path = f"/wish-panels/{panel['id']}"
    version = panel["version"]
    tokens: dict[str, list[str]] = {}
    for group, many in (("tenants", 12), ("owners", 6)):
        said = {"group": group, "tokens": many}
        made = told(
            await platform.post("participation", f"{path}/tokens", WORKER, said, match=version), 201
        )
        tokens[group], version = made["tokens"], made["version"]

    wishes = [(token, "consulted") for token in tokens["tenants"][:9]]
    wishes += [(token, "help") for token in tokens["owners"][:3]]
    wishes += [(tokens["tenants"][0], "advise")]  # the same token counts once, with its last wish
    for token, wish in wishes:
        given = {"token": token, "wish": wish}
        told(await platform.post("participation", f"{path}/wishes", "resident", given), 201)
    open_ = told(await platform.get("participation", f"/v1{path}", "resident"), 200)
    assert (open_["status"], open_["answersOrMore"], open_["results"]) == ("open", 10, [])

    told(await platform.post("participation", f"{path}/closings", WORKER, {}, match=version), 201)

    async def closed() -> dict[str, Any]:
        found = told(await platform.get("participation", f"/v1{path}", "resident"), 200)
        return found if found["status"] == "closed" else {}

    found = await wait_until(closed, "the panel is closed and counted", 30)
    results = {one["group"]: one for one in found["results"]}
    assert results["owners"]["answers"] == "not_shown"
    assert "3" not in {str(one["answers"]) for one in found["results"]}

    async def shown() -> dict[str, Any]:
        status = await scenes.status(place.neighbourhood())
        panels = status["involvement"]["panels"]
        # by its moment it reads closed before the tally has arrived
        closed = (one for one in panels if one["status"] == "closed" and one["results"])
        return next(closed, {})

    status = await wait_until(shown, "the effort status shows the panel")
    agreed = {one["group"]: one["answers"] for one in status["results"]}
    assert agreed == {group: one["answers"] for group, one in results.items()}

    last, tally = await _panel_on_the_topic(platform, panel["id"])
    for group, sevens in tally.items():
        told_anew = Counter(wish for owner, wish in last.values() if owner == group)
        assert {wish: count for wish, count in sevens.items() if count} == dict(told_anew)
    assert sum(sum(sevens.values()) for sevens in tally.values()) == len(last) == 12
