"""A page of a list of 100 000 initiatives, by every filter and some together, near and far.

The service runs as it does for users, on a store with ten years of initiatives (`past.py`).
Somebody asks one page after the other, each filter in turn: what one person waits for. The values
of a filter are common, rare and such that nothing has, because each is found in another way.
`LEEFWIJK_BENCH_LISTED` sets how many initiatives.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx
from tests.benchmarks import past
from tests.benchmarks.measuring import ROUNDS, Measured, Say, middle, number
from tests.benchmarks.over_http import load, request, service
from tests.benchmarks.servers import servers

from initiatives.app import definition

COUNT = int(os.environ.get("LEEFWIJK_BENCH_LISTED", "100000"))
GOAL_P99 = 30.0
SECONDS = 1.5
FIRST, SECOND = past.OURS[0], past.OURS[1]
DISTRICT = past.districts(FIRST)[3]
Values = Mapping[str, str]

FILTERS: Mapping[str, tuple[Values, ...]] = {
    "nothing": ({}, {"sort": "created"}),
    "area": (
        {"area": past.neighbourhoods(DISTRICT)[1]},
        {"area": DISTRICT},
        {"area": f"{FIRST}@2022"},
        {"area": past.experienced(SECOND)},
        {"area": past.districts(past.MUNICIPALITIES[100])[1]},
    ),
    "theme": ({"theme": "meeting"}, {"theme": "greening"}, {"theme": "other"}),
    "status": (
        *({"status": one} for one in ("proposed", "started", "completed", "handed_over")),
        *({"status": one} for one in ("stopped", "referred", "self_reliant", "declined")),
        {"status": "completed", "sort": "created"},
        {"status": "proposed", "sort": "created"},
    ),
    "role": tuple({"role": one} for one in ("none", "support", "co_initiate", "lead")),
    "taker": tuple({"taker": one} for one in ("residents", "corporation")),
    "municipality": ({"municipality": FIRST}, {"municipality": past.MUNICIPALITIES[200]}),
    "party": ({"party": past.PARTNERS[7]}, {"party": "nobody"}),
    "overdue": ({"overdue": "any"}, {"overdue": "effect-evaluation"}, {"overdue": "referral"}),
    "title": (
        *({"title": one} for one in ("koffie", "koffiehoek vijver", "moestuin", "hal")),
        *({"title": one} for one in ("zwembad", "taal or repair", "buurt -feest")),
    ),
    "many at once": (
        {"theme": "greening", "status": "completed", "area": f"{FIRST}@2022", "title": "tuin"},
        {"role": "support", "taker": "residents", "title": "koffie", "theme": "safety"},
        {"status": "handed_over", "role": "lead", "overdue": "any"},
        {"area": DISTRICT, "theme": "meeting", "status": "started"},
        {"municipality": FIRST, "role": "lead", "taker": "corporation", "status": "proposed"},
    ),
}
"""The filters that the list has, each with values that find much, little and nothing."""


async def measure(say: Say) -> list[Measured]:
    """Every filter by turns; its first page, and pages far down the list."""

    async def fill(url: str) -> None:
        await past.filled(url, COUNT, say)

    found: dict[str, list[dict[str, float]]] = {}
    async with servers() as running, service(running, definition, fill=fill) as (port, token):
        far = await _walked(port, token, say)
        for turn in range(ROUNDS):
            for name, values in FILTERS.items():
                for place, cursors in (("first page", ("",)), ("far down", far)):
                    asked = [_asked(port, token, one, at) for one in values for at in cursors]
                    one = await load(port, asked, 200, clients=1, seconds=SECONDS)
                    found.setdefault(f"{name}, {place}", []).append(one)
            say(f"lists: round {turn + 1} of {ROUNDS}")
    slowest = tuple(max(one[turn]["p99"] for one in found.values()) for turn in range(ROUNDS))
    return [
        Measured(
            f"page of {number(COUNT)} initiatives, p99 of the slowest filter",
            slowest,
            "ms",
            GOAL_P99,
            at_least=False,
            said="pages of 50 over HTTP, one after the other; each filter with values of its own",
            latencies={name: middle(rounds) for name, rounds in found.items()},
        )
    ]


def _asked(port: int, token: str, values: Values, cursor: str) -> str:
    query = urlencode({**values, **({"cursor": cursor} if cursor else {})})
    return request("GET", f"/v1/initiatives?{query}", port, token)


async def _walked(port: int, token: str, say: Say) -> tuple[str, ...]:
    """Go through the whole list, which holds each initiative once; cursors from along the way."""
    seen: set[str] = set()
    cursors: list[str] = []
    headers = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{port}/v1/initiatives"
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        asked = {"limit": "200"}
        while True:
            page = (await client.get(base, params=asked)).raise_for_status().json()
            seen.update(item["id"] for item in page["items"])
            if page["next"] is None:
                break
            cursors.append(page["next"])
            asked["cursor"] = page["next"]
    if len(seen) != COUNT:
        raise LookupError(f"the list holds {len(seen)} of {COUNT} initiatives")
    say(f"lists: all {number(COUNT)} were on some page, each once")
    return tuple(cursors[len(cursors) * part // 10] for part in (2, 5, 8))
