"""What partners read of initiatives in their municipality: codes, and no words from inside."""

from __future__ import annotations

import json
import re
from typing import Any

from initiatives_facts import BUURT, WIJK, verdict

WORKER, MANAGER = "neighbourhood_worker", "area_manager"
ASKED = {"purpose-inside", "whynot-inside", "decline-inside"}
LOOKED_BACK = {"start-inside", "aim-inside", "says-inside", "before-inside", "after-inside"}
WORDS = {*ASKED, *LOOKED_BACK, "learned-inside", "override-inside", "was withdrawn on"}
"""Words of facts that no partner gets; the last are those of a review."""


async def _declined(town: Any) -> str:
    """Asked for with reasons, and declined with one."""
    places = [{"asset": "a2", "whyNot": "whynot-inside"}]
    i2 = str(await town.coffee(line={"purpose": "purpose-inside"}, group="g1"))
    line = {"line": 1, "kind": "money", "purpose": "purpose-inside", "amount": "900.00"}
    body = {"lines": [line], "existing": places}
    await town.done(i2, "support-requests", body, WORKER)
    no = {"reason": "decline-inside", "nextStep": "Ask for less"}
    await town.done(i2, "support-refusals", no, MANAGER)
    return i2


async def _under_review(town: Any) -> str:
    """Granted on an override, and what it rested on was not so."""
    effect = {"effect": "e1", "kind": "outcome", "says": "Households that drop in"}
    effect |= {"start": "start-inside", "aim": "aim-inside", "by": "2026-12-31"}
    i1 = str(await town.coffee(plan={"effect": effect}, group="g1"))
    broken = verdict(on="2026-04-10", safe=["f1"])
    await town.hear("monitoring", "base-lariks-oost", broken, "M6")
    await town.override(i1, "base-in-order", "2026-12-31", reason="override-inside")
    await town.granted(i1)
    await town.withdrawn("P1", "2026-04-11")
    return i1


async def _looked_back_at(town: Any, i1: str) -> None:
    town.clock.set("2026-09-30T09:00:00Z")
    await town.done(i1, "starts", {}, WORKER)
    await town.done(i1, "completions", {}, WORKER)
    seen = {"kind": "own_count", "says": "says-inside", "before": "before-inside"}
    seen |= {"after": "after-inside"}
    body = {"finding": "reached", "observations": [seen], "learned": "learned-inside"}
    await town.done(i1, "effect-evaluations", body, MANAGER)


async def _reads(town: Any, role: str, *initiatives: str) -> dict[str, str]:
    """Every query of the service about these initiatives, and what it answers this role."""
    described = (await town.client.get("/v1/openapi.json")).json()
    paths = [path for path, methods in described["paths"].items() if "get" in methods]
    addresses = {_address(path, one) for path in paths if path != "/events" for one in initiatives}
    headers = town.headers(role, "assen")
    told = {}
    for address in sorted(addresses):
        answer = await town.client.get(f"/v1{address}", headers=headers)
        assert answer.status_code in {200, 404}, f"{address}: {answer.text}"
        told[address] = answer.text
    return told


def _address(path: str, initiative: str) -> str:
    named = {"areaId": BUURT, "budgetId": f"{WIJK}.2026", "initiativeId": initiative}
    return re.sub(r"{(\w+)}", lambda found: named.get(found[1], "a1"), path)


def _words(told: dict[str, str]) -> set[str]:
    return {word for word in WORDS for text in told.values() if word in text}


async def test_no_query_tells_a_partner_what_was_said_inside(town: Any) -> None:
    """G-PARTNER-4, INI-07, INI-11, INI-35, decision 0035: in no query whatever."""
    i1, i2 = await _under_review(town), await _declined(town)
    mine = await _reads(town, MANAGER, i1, i2)
    theirs = await _reads(town, "partner", i1, i2)
    assert _words(mine) >= {"purpose-inside", "override-inside", "was withdrawn on"}
    assert _words(theirs) == set()
    await _looked_back_at(town, i1)
    assert _words(await _reads(town, MANAGER, i1, i2)) == WORDS
    assert _words(await _reads(town, "partner", i1, i2)) == set()


async def test_a_partner_reads_gates_in_codes(town: Any) -> None:
    """INI-07, INI-17: which gates were set aside and came back to the table, not why."""
    i1 = await _under_review(town)
    told = await town.get(f"/initiatives/{i1}/gates", "partner", "assen")
    base = next(line for line in told["atGrant"] if line["gate"] == "base-in-order")
    assert (base["outcome"], base["code"]) == ("failed", "base-not-in-order")
    assert base["setAside"] == {
        "means": "override",
        "role": "area_director",
        "on": "2026-04-13",
        "until": "2026-12-31",
    }
    assert "reason" not in base
    (override,), (review,) = told["overrides"], told["reviews"]
    assert (override["gate"], override["reason"]) == ("base-in-order", None)
    assert (review["gate"], review["code"]) == (
        "residents-involvement",
        "involvement-check-withdrawn",
    )
    assert json.dumps(told).count("wayOn") == 0


async def test_a_partner_hears_what_was_found_not_in_which_words(town: Any) -> None:
    """INI-35: whether the aim was reached, and that somebody counted; the figures stay inside."""
    i1 = await _under_review(town)
    await _looked_back_at(town, i1)
    told = await town.get(f"/initiatives/{i1}/effect", "partner", "assen")
    assert (told["finding"], told["aimReached"]) == ("reached", True)
    assert told["expected"]["says"] == "Households that drop in"
    assert [one["kind"] for one in told["seen"]] == ["own_count"]


async def test_who_comes_too_late_from_outside_hears_that_only(town: Any) -> None:
    """INI-06, decision 0039: which line reads otherwise is for people of the platform."""
    i1 = await town.coffee()
    await town.request(i1, "2300.00")
    for role, noun, body, told in (
        ("partner", "pledges", {"amount": "100.00"}, False),
        (MANAGER, "support-refusals", {"reason": "No", "nextStep": "Ask for less"}, True),
    ):
        stale = {"If-Match": '"3"'}
        answer = await town.post(f"/initiatives/{i1}/{noun}", body, role, "assen", **stale)
        assert (answer.status_code, answer.json()["code"]) == (412, "version-conflict")
        assert ("2,300.00" in answer.json()["detail"]) is told


async def test_a_partner_reads_what_was_granted_not_what_was_spent(town: Any) -> None:
    """INI-28, decision 0039: no fact tells partners of a spending, nor of other effort."""
    i1 = await _under_review(town)
    for role, inside in ((MANAGER, True), ("partner", False)):
        (grant,) = (await town.get(f"/initiatives/{i1}", role, "assen"))["grants"]
        budget = await town.get(f"/area-budgets/{WIJK}.2026", role, "assen")
        assert (grant["lines"][0]["amount"], budget["committed"]) == ("1500.00", "1500.00")
        told = (grant["left"], budget["left"], budget["elsewhere"], budget["exceededByOverride"])
        assert [one is not None for one in told] == [inside] * 4
