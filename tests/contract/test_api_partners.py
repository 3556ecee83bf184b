"""What partners are told through the APIs: codes, never the sentences of gates (decision 0035)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from api_cases import OPERATIONS
from api_kit import AREA, Operation, Service

from leefwijk.service.roles import Role

READS = [one for one in OPERATIONS if one.method == "get"]
EXPLAINED = {
    "initiatives /initiatives/{initiativeId}/gates",
    "monitoring /effort-proposals/{proposalId}/gates",
}
"""Where somebody of the platform does read sentences of gates about what is there."""


def _address(operation: Operation, service: Service) -> str:
    """The operation about what exists, if the service has one of its kind."""
    thing = AREA if "{areaId}" in operation.path else service.things.get(_kind(operation), AREA)
    needed = [one for one in operation.within("query") if one.get("required")]
    given = {"municipality": "GM0106"}
    query = "&".join(f"{one['name']}={given.get(one['name'], 'none')}" for one in needed)
    return re.sub(r"{\w+}", thing, operation.path) + (f"?{query}" if query else "")


def _kind(operation: Operation) -> str:
    return operation.path.split("/")[1]


def _sentences(value: Any) -> Iterator[str]:
    """Why a gate reads as it does, in words, wherever an answer says something of a gate."""
    if isinstance(value, list):
        for one in value:
            yield from _sentences(one)
    elif isinstance(value, dict):
        if "gate" in value:
            aside = value.get("setAside") or {}
            said = (value.get("reason"), value.get("wayOn"), aside.get("reason"))
            yield from (words for words in said if words)
        for one in value.values():
            yield from _sentences(one)


async def _told(services: dict[str, Service], role: Role) -> dict[str, list[str]]:
    """Every query that answers this role with sentences of gates, and those sentences."""
    found = {}
    for operation in READS:
        service = services[operation.service]
        answer = await service.client.get(
            _address(operation, service), headers=service.bearer(role)
        )
        assert answer.status_code in {200, 403, 404}, f"{operation}: {answer.text}"
        if answer.headers["content-type"].startswith("application/json"):
            said = list(_sentences(json.loads(answer.content)))
            if said:
                found[f"{operation.service} {operation.path}"] = said
    return found


async def test_no_query_tells_a_partner_the_sentences_of_gates(
    services: dict[str, Service],
) -> None:
    """G-PARTNER-4, DESIGN 8.8, decision 0035: whichever service answers."""
    mine = await _told(services, Role.AREA_MANAGER)
    assert mine.keys() >= EXPLAINED
    assert await _told(services, Role.PARTNER) == {}
