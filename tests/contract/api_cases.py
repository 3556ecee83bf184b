"""What the tests of hostile requests share: hostile values, addresses, cases one by one."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from api_bodies import Bodies, Leaf
from api_kit import (
    AREA,
    Command,
    Operation,
    Service,
    all_commands,
    all_operations,
    nothing_running,
)

from leefwijk.service.roles import Role

Services = dict[str, Service]

COMMANDS = all_commands()
OPERATIONS = all_operations()
every_command = pytest.mark.parametrize("command", COMMANDS, ids=str)
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)

LARGEST_COMMAND = 1024 * 1024
LONG, ARABIC = b'"' + b"9" * 40 + b'"', '"٢"'.encode()
RAW = "@raw@"
"""Marks a string whose content goes into the JSON as it is, such as a number JSON can hold only."""
GARBAGE = (
    "nope",
    "%00",
    "a%00b",
    "%ff",
    "%C3%28",
    "..%2f..%2fetc%2fpasswd",
    "%F0%9F%92%A5",
    "'%20or%201=1--",
    "x" * 5000,
    "-1",
    "@",
    "%20",
    "%0d%0aSet-Cookie:%20a=b",
    "{id}",
)
ARABIC_DIGITS = "WK\u0660\u0661\u0660\u0666\u0660\u0661@2020"
ARABIC_AREA = "WK%D9%A0%D9%A1%D9%A0%D9%A6%D9%A0%D9%A1@2020"
"""With digits of another script: digits to Python, and no area."""
NO_AREAS = (
    "WK010601",
    "WK010601@",
    "WK010601@99999",
    "WK010601@-1",
    "wk010601@2020",
    ARABIC_AREA,
    "WK010601@2020%0a",
    "XX010601@2020",
)
INTERNAL = (
    "/imports",
    "/effort-proposals",
    "/base-conditions",
    "/base-agenda",
    "/owed-checks",
    "/formal-advices",
    "/involvement-agenda",
    "/performance-agreements",
    "/efforts",
    "/areas/{areaId}/evidence",
    "/dwelling-imports",
    "/plans",
    "/rent-limits",
)
"""Queries that are not open to whoever has a role; audit apart, all others are."""
STOCK = ("/dwellings", "/missing-dwellings")
"""Queries of single homes, which are for the corporation's own people."""
AUDIT = "/events"
WITHOUT_ACCOUNT = ("/wish-panels/{panelId}/wishes",)
"""For residents, who bring a token of a panel in the body and no account."""
TOLD_ONCE = {"/wish-panels/{panelId}/tokens": Role.NEIGHBOURHOOD_WORKER}
"""Commands whose answer may not be kept, and so no command routes of the kit; who may give them."""


@cache
def bodies_of(command: Command) -> Bodies:
    """Made once per route."""
    return Bodies(command.route, command.filled)


@cache
def full_body(command: Command) -> str:
    """A valid body with all that the route takes, as JSON."""
    return json.dumps(bodies_of(command).full())


class Cases:
    """Many cases in one test: all of them are judged, and every wrong one is told."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    @contextmanager
    def case(self, *case: object) -> Iterator[None]:
        """What fails in here fails for this case."""
        try:
            yield
        except AssertionError as error:
            self.wrong.append(f"{case!r:.200}: {error!s:.300}")


@asynccontextmanager
async def harmless(service: Service) -> AsyncIterator[Cases]:
    """Nothing is stored, nothing is left running, and every case went well."""
    before = await service.stored()
    cases = Cases()
    with nothing_running(service.app):
        yield cases
    assert not cases.wrong, "\n".join(cases.wrong)
    assert await service.stored() == before


def path_of(command: Command, service: Service, id_: str | None = None) -> str:
    """The route's address, of what exists if the service has one of its kind."""
    thing = id_ or service.things.get(command.route.command.state.kind) or str(uuid4())
    if command.route.creates:
        thing = id_ or AREA
    return re.sub(r"{\w+}", lambda _: thing, command.route.path)


def headers_of(command: Command, service: Service, **more: str) -> dict[str, str]:
    """The headers of somebody who may, having read version 1."""
    headers = {**service.bearer(command.route.roles[0]), "Content-Type": "application/json"}
    if not command.route.creates:
        headers["If-Match"] = '"1"'
    return headers | more


def address_of(operation: Operation, service: Service) -> str:
    """An operation's address, with whatever is required in its query."""
    del service
    path = re.sub(r"{(\w+)}", lambda found: AREA if "area" in found[1] else "nope", operation.path)
    required = [one["name"] for one in operation.within("query") if one.get("required")]
    return path + ("?" + "&".join(f"{name}=x" for name in required) if required else "")


def content_of(body: Any) -> bytes:
    """The body as JSON, with what is marked as raw put in as it is."""
    return re.sub(rf'"{RAW}([^"]*)"', lambda found: found[1], json.dumps(body)).encode()


def spoiled(leaf: Leaf) -> Iterator[Any]:  # noqa: C901 - a table, read from top to bottom
    """Values that can never stand at this place."""
    kinds = leaf.kinds
    yield from ([], {}, [None], {"a": 1})
    if "null" not in kinds:
        yield None
    if "boolean" not in kinds:
        yield True
    if not kinds & {"integer", "number"}:
        yield from (5, -1, 10.005, 2**70, f"{RAW}1e400", f"{RAW}NaN")
    else:
        yield from (-1, 10.005, f"{RAW}1e400", f"{RAW}-1e400", f"{RAW}NaN", f"{RAW}Infinity")
        yield from ("x", "", "NaN", "1e400", "-1", "10.005")
        yield f"{RAW}{'9' * 5000}"
    if "string" not in kinds:
        yield from ("x", "")
        return
    yield from ("a\0b", "\0", f'{RAW}"\\ud800', f'{RAW}"\\ud83d')
    for option in leaf.schema["anyOf"]:
        if "maxLength" in option:
            yield "x" * (option["maxLength"] + 1)
        if option.get("minLength"):
            yield from ("", "   ", "\n\t")
        if "enum" in option:
            yield from ("", "nonsense", option["enum"][0].upper(), f"{option['enum'][0]} ")
        if option.get("format") == "date":
            yield from ("", "2026-02-30", "2026-13-01", "0000-01-01", "99999-01-01", "20260601")
            yield from ("2026-06-01T12:00:00Z", "today", "1780000000", "-2026-06-01", "2026-6-1")
        if "pattern" in option:
            yield from (
                "",
                "nonsense!",
                "WK010601@2020\n",
                ARABIC_DIGITS,
                "GM" + ARABIC_DIGITS[2:6],
                "é",
            )
