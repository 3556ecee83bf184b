"""Every route of every service against hostile requests; routes come from the apps themselves."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import pytest
from api_bodies import Bodies, Leaf, changed, objects_in, value_at, without
from api_kit import (
    AREA,
    UNKNOWN_AREA,
    Command,
    Operation,
    Service,
    all_commands,
    all_operations,
    nothing_running,
    problem_of,
)
from api_tokens import hostile

from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

Services = dict[str, Service]

COMMANDS = all_commands()
OPERATIONS = all_operations()
WITH_ID = [one for one in COMMANDS if one.names]
WITH_AREA = [
    one for one in COMMANDS if "BU[0-9]" in json.dumps(Bodies(one.route, one.filled).schema)
]
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
INTERNAL = ("/imports", "/effort-proposals", "/areas/{areaId}/evidence")
"""Queries that are not open to whoever has a role; audit apart, all others are."""
AUDIT = "/events"


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
            self.wrong.append(f"{case!r:.200}: {str(error):.300}")


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


def spoiled(leaf: Leaf) -> Iterator[Any]:
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
            yield from ("", "nonsense!", "WK010601@2020\n", "WK٠١٠٦٠١@2020", "GM٠١٠٦", "é")


@every_command
async def test_every_command_route_takes_the_body_that_its_schema_promises(
    command: Command, services: Services
) -> None:
    """A body made from the schema alone is understood: what follows is a decision, not a fault."""
    service = services[command.service]
    for body in (bodies_of(command).valid(), bodies_of(command).full()):
        path = path_of(command, service, None if command.route.creates else str(uuid4()))
        answer = await service.client.post(
            path, json=body, headers=headers_of(command, service)
        )
        if command.route.creates:
            assert answer.status_code in {201, 409}, answer.text
        else:
            assert problem_of(answer)["code"] == "not-found"


@every_command
async def test_every_field_of_every_command_refuses_what_it_cannot_hold(
    command: Command, services: Services
) -> None:
    """Wrong types, numbers, dates and signs in any field are a 400 that names the place."""
    service = services[command.service]
    body = json.loads(full_body(command))
    path, headers = path_of(command, service), headers_of(command, service)
    async with harmless(service) as cases:
        for leaf in bodies_of(command).leaves(body):
            for value in spoiled(leaf):
                content = content_of(changed(body, leaf.path, value))
                answer = await service.client.post(path, content=content, headers=headers)
                with cases.case(leaf.path, value):
                    said = problem_of(answer)
                    assert (said["status"], said["code"]) == (400, "invalid-input"), said
                    assert said["faults"]


@every_command
async def test_every_command_refuses_missing_unknown_and_disordered_fields(
    command: Command, services: Services
) -> None:
    """A field left out, one too many, or a period that ends before it begins is a 400."""
    service = services[command.service]
    smallest, body = bodies_of(command).valid(), json.loads(full_body(command))
    tried: list[Any] = [without(smallest, (name,)) for name in smallest]
    tried = [one for one in tried if not bodies_of(command).accepts(one)]
    tried += [changed(body, (*path, "surprise"), 1) for path in objects_in(body)]
    tried += [changed(body, (*path, "__class__"), {}) for path in objects_in(body)]
    tried += [
        changed(body, (*path, "through"), "1999-01-01")
        for path in objects_in(body)
        if "from" in value_at(body, path)
    ]
    tried += [changed(body, (name,), "x") for name in command.filled]
    path, headers = path_of(command, service), headers_of(command, service)
    async with harmless(service) as cases:
        for one in tried:
            answer = await service.client.post(path, content=json.dumps(one), headers=headers)
            with cases.case(one):
                said = problem_of(answer)
                assert (said["status"], said["code"]) == (400, "invalid-input"), said


@every_command
async def test_every_command_refuses_what_is_no_body_at_all(
    command: Command, services: Services
) -> None:
    """No JSON, no object, bad UTF-8, a NUL or endless nesting is a 400."""
    service = services[command.service]
    whole = full_body(command).encode()
    tried = [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"5",
        b"true",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a": "\xff\xfe"}',
        b'{"\xc3\x28": 1}',
        b"\xff" + whole,
        whole + b"\0",
        b'{"a": "\0"}',
        b'{"a\\u0000": 1}',
        b'{"a": "\\u0000"}',
        whole.decode().encode("utf-16"),
        whole + whole,
        whole + b"x",
        whole.replace(b'"', b"'") + b"'",
    ]
    path, headers = path_of(command, service), headers_of(command, service)
    async with harmless(service) as cases:
        for one in tried:
            answer = await service.client.post(path, content=one, headers=headers)
            with cases.case(one[:40]):
                said = problem_of(answer)
                assert (said["status"], said["code"]) == (400, "invalid-input"), said


@every_command
async def test_every_command_refuses_other_content_types_and_huge_bodies(
    command: Command, services: Services
) -> None:
    """Only JSON, and no more than a command can need, whether the length is announced or not."""
    service = services[command.service]
    path, headers = path_of(command, service), headers_of(command, service)
    content = full_body(command).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_COMMAND // 65536 + 1):
            yield b" " * 65536

    async with harmless(service) as cases:
        for kind in ("text/plain", "application/xml", "multipart/form-data", "", "application"):
            answer = await service.client.post(
                path, content=content, headers={**headers, "Content-Type": kind}
            )
            with cases.case(kind):
                said = problem_of(answer)
                assert (said["status"], said["code"]) == (415, "unsupported-media-type")
        for huge in (b" " * (LARGEST_COMMAND + 1), pieces()):
            answer = await service.client.post(path, content=huge, headers=headers)
            with cases.case(type(huge)):
                assert problem_of(answer)["status"] == 413
        for length in ("1" + "0" * 12, "9" * 5000, "-1", "x", "1.5", "²"):
            sent = httpx.Request(
                "POST",
                service.client.base_url.join(f"/v1{path}"),
                headers=[
                    *((name.encode(), value.encode()) for name, value in headers.items()),
                    (b"Content-Length", length.encode("latin-1")),
                    (b"Host", b"leefwijk.test"),
                ],
                stream=httpx.ByteStream(content),
            )
            answer = await service.client.send(sent)
            with cases.case("Content-Length", length):
                assert problem_of(answer)["status"] in {400, 413}


@pytest.mark.parametrize("command", WITH_ID, ids=str)
async def test_every_command_refuses_ids_of_others_and_garbage(
    command: Command, services: Services
) -> None:
    """An id of nothing, of another kind or no id at all finds nothing, and an unknown area too."""
    service = services[command.service]
    own = command.route.command.state.kind
    others = [id_ for kind, id_ in service.things.items() if kind != own]
    if command.route.creates:
        others = [UNKNOWN_AREA, *(id_ for id_ in others if id_ != AREA)]
    body = bodies_of(command).valid()
    async with harmless(service) as cases:
        for id_ in (*GARBAGE, *NO_AREAS, *others, str(uuid4())):
            answer = await service.client.post(
                path_of(command, service, id_), json=body, headers=headers_of(command, service)
            )
            with cases.case(id_):
                problem_of(answer)


@pytest.mark.parametrize("command", WITH_AREA, ids=str)
async def test_every_command_refuses_unknown_areas_in_its_body(
    command: Command, services: Services
) -> None:
    """An area that nobody registered can be named nowhere."""
    service = services[command.service]
    body = json.loads(full_body(command))
    places = [
        leaf.path
        for leaf in bodies_of(command).leaves(body)
        if any("BU" in option.get("pattern", "") for option in leaf.schema["anyOf"])
    ]
    assert places
    path, headers = path_of(command, service), headers_of(command, service)
    async with harmless(service) as cases:
        for place in places:
            unknown = changed(body, place, UNKNOWN_AREA)
            answer = await service.client.post(path, json=unknown, headers=headers)
            with cases.case(place):
                problem_of(answer)


@every_command
async def test_every_command_refuses_every_other_role(
    command: Command, services: Services
) -> None:
    """A role that the route does not name is a 403, before the body is even looked at."""
    service = services[command.service]
    path = path_of(command, service)
    async with harmless(service) as cases:
        for role in Role:
            if role in command.route.roles:
                continue
            for content in (full_body(command), "{"):
                headers = headers_of(command, service) | service.bearer(role)
                answer = await service.client.post(path, content=content, headers=headers)
                with cases.case(role):
                    said = problem_of(answer)
                    assert (said["status"], said["code"]) == (403, "role-not-allowed")


@every_command
async def test_every_command_refuses_hostile_tokens(
    command: Command, services: Services, issuer: DevelopmentIssuer
) -> None:
    """A token that is missing, forged, spoiled or in the query is a 401."""
    service = services[command.service]
    path, role = path_of(command, service), command.route.roles[0]
    headers = headers_of(command, service)
    good = headers.pop("Authorization").removeprefix("Bearer ")
    content = full_body(command)
    async with harmless(service) as cases:
        for wrong, header in hostile(issuer, role).items():
            given = headers if header is None else headers | {"Authorization": header}
            answer = await service.client.post(path, content=content, headers=given)
            with cases.case(wrong):
                assert problem_of(answer)["status"] == 401
                assert answer.headers["www-authenticate"].startswith("Bearer")
        for name in ("access_token", "token", "authorization"):
            answer = await service.client.post(
                path, params={name: good}, content=content, headers=headers
            )
            with cases.case(name):
                assert problem_of(answer)["status"] == 401


@every_command
async def test_every_command_refuses_hostile_headers(
    command: Command, services: Services
) -> None:
    """If-Match and Idempotency-Key are judged before anything is done."""
    service = services[command.service]
    path, headers = path_of(command, service), headers_of(command, service)
    content = full_body(command).encode()

    async def said(**given: bytes | None) -> int:
        sent: list[tuple[bytes, bytes]] = [
            (name.encode(), value.encode())
            for name, value in headers.items()
            if name.replace("-", "_") not in given
        ]
        sent += [
            (name.replace("_", "-").encode(), value)
            for name, value in given.items()
            if value is not None
        ]
        answer = await service.client.post(path, content=content, headers=sent)
        return int(problem_of(answer)["status"])

    async with harmless(service) as cases:
        for key in (b"", b" ", b"x" * 256, b"a b", b"\xff", b"a\x7f", "é".encode()):
            with cases.case(key):
                assert await said(Idempotency_Key=key) == 400
        if command.route.creates:
            return
        assert await said(If_Match=None) == 428
        for version in (b"", b"*", b"1", b'"x"', b'"-1"', b'"1", "2"', LONG, ARABIC, b"\xff"):
            with cases.case(version):
                assert await said(If_Match=version) == 400
        if command.route.command.state.kind in service.things:
            assert await said(If_Match=b'"999"') == 412


@every_operation
async def test_every_operation_refuses_hostile_tokens(
    operation: Operation, services: Services, issuer: DevelopmentIssuer
) -> None:
    """What is asked needs a good token too."""
    service = services[operation.service]
    address = address_of(operation, service)
    async with harmless(service) as cases:
        for wrong, header in hostile(issuer, Role.SERVICE).items():
            given = {} if header is None else {"Authorization": header}
            answer = await service.client.request(operation.method, address, headers=given)
            with cases.case(wrong):
                assert problem_of(answer)["status"] == 401


@every_operation
async def test_every_operation_is_for_the_roles_it_is_meant_for(
    operation: Operation, services: Services
) -> None:
    """What is internal or audit is closed to all who may not read it, and open to who may."""
    service = services[operation.service]
    staff = {
        Role.NEIGHBOURHOOD_WORKER,
        Role.AREA_MANAGER,
        Role.AREA_DIRECTOR,
        Role.PORTFOLIO_MANAGER,
        Role.ANALYST,
        Role.SERVICE,
        Role.PARTNER,
    }
    if operation.method != "get":
        allowed = {Role.ANALYST}
    elif operation.path == AUDIT:
        allowed = {Role.OPERATOR, Role.SERVICE}
    elif operation.path.startswith(INTERNAL):
        allowed = staff
    else:
        allowed = set(Role) - {Role.OPERATOR}
    async with harmless(service) as cases:
        for role in Role:
            answer = await service.client.request(
                operation.method, address_of(operation, service), headers=service.bearer(role)
            )
            with cases.case(role):
                if role in allowed:
                    assert answer.status_code in {200, 400, 404}, answer.text
                elif operation.method == "get":
                    assert problem_of(answer)["status"] == 403
                else:  # a form is read before its sender's role is judged
                    assert problem_of(answer)["status"] in {400, 403}


def _wrong_values(schema: dict[str, Any]) -> Iterator[str]:
    """Query values that this parameter cannot have, percent-encoded."""
    options = schema.get("anyOf", [schema])
    plain = any(option.keys() <= {"type", "maxLength", "title"} and option.get("type") == "string" for option in options)
    if not plain:
        yield from ("", "nonsense!", "%00", "%ff", "%F0%9F%92%A5", "null", "[]", "%20")
    for option in options:
        if option.get("type") == "integer":
            yield from ("-1", "1e400", "10.005", str(2**70), "9" * 5000, "NaN", "0x10", "%D9%A1x")
        if option.get("format") in {"date", "date-time"}:
            yield from ("2026-02-30", "2026-13-01", "0000-01-01", "99999-01-01")
        if "maxLength" in option:
            yield "x" * (option["maxLength"] + 1)
        if "pattern" in option:
            for wrong in ("WK010601", ARABIC_AREA, "GM%D9%A0%D9%A1%D9%A0%D9%A6", "-created%0a"):
                if not re.search(option["pattern"], wrong):
                    yield wrong


@every_operation
async def test_every_query_refuses_what_its_parameters_cannot_hold(
    operation: Operation, services: Services
) -> None:
    """Every parameter with a form refuses what has another: 400, and a NUL always."""
    service = services[operation.service]
    role = Role.SERVICE if operation.method == "get" else Role.ANALYST
    path, _, needed = address_of(operation, service).partition("?")
    path = path.replace("nope", str(uuid4()))
    async with harmless(service) as cases:
        for parameter in operation.within("query"):
            name = parameter["name"]
            others = "&".join(
                pair for pair in needed.split("&") if pair and not pair.startswith(f"{name}=")
            )
            for value in (*_wrong_values(parameter["schema"]), "%00", "a%00b"):
                answer = await service.client.request(
                    operation.method, f"{path}?{name}={value}&{others}", headers=service.bearer(role)
                )
                with cases.case(name, value):
                    assert problem_of(answer)["status"] == 400
            for value in ("'%20or%201=1--", "%ff", "%C3%28", "%", "%F0%9F%92%A5", "a&b=c", "%D8%00"):
                answer = await service.client.request(
                    operation.method, f"{path}?{name}={value}&{others}", headers=service.bearer(role)
                )
                with cases.case(name, value):
                    assert answer.status_code < 500, answer.text


def _opaque(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


OPAQUE = {
    "no base64": "é~",
    "no JSON": _opaque(b"{"),
    "bad UTF-8": _opaque(b'["\xff"]'),
    "a number": _opaque(b"5"),
    "a deep list": _opaque(b"[" * 1400),
    "a long number": _opaque(b"9" * 1400),
    "a number for a stream": _opaque(b'[5,"x"]'),
    "a moment without a zone": _opaque(b'["2026-01-01","x"]'),
    "a moment before time": _opaque(b'["0001-01-01T00:00:00+14:00","x"]'),
    "a moment after time": _opaque(b'["9999-12-31T23:59:59-14:00","x"]'),
    "a NUL": _opaque(b'["2026-01-01T00:00:00Z","\\u0000"]'),
    "half a sign": _opaque(b'["2026-01-01T00:00:00Z","\\ud800"]'),
    "three parts": _opaque(b'["2026-01-01T00:00:00Z","x","y"]'),
    "a version that is too large": _opaque(b'{"initiatives-1":1180591620717411303424}'),
    "a version below nothing": _opaque(b'{"initiatives-1":-1}'),
    "a version that is true": _opaque(b'{"initiatives-1":true}'),
    "a stream with a NUL": _opaque(b'{"a\\u0000":1}'),
    "a stream of half a sign": _opaque(b'{"a\\ud800":1}'),
}
"""Cursors and tokens that the platform never gave."""


@pytest.mark.parametrize(
    "operation",
    [
        one
        for one in OPERATIONS
        if {"cursor", "after"} & {parameter["name"] for parameter in one.within("query")}
    ],
    ids=str,
)
async def test_forged_cursors_and_tokens_are_refused(
    operation: Operation, services: Services
) -> None:
    """What is opaque to callers is checked as if it came from an enemy."""
    service = services[operation.service]
    address = address_of(operation, service)
    async with harmless(service) as cases:
        for parameter in operation.within("query"):
            if parameter["name"] not in {"cursor", "after"}:
                continue
            for wrong, value in OPAQUE.items():
                answer = await service.client.get(
                    address.partition("?")[0],
                    params={**_required(operation), parameter["name"]: value},
                    headers=service.bearer(Role.SERVICE),
                )
                with cases.case(parameter["name"], wrong):
                    assert problem_of(answer)["status"] == 400


@pytest.mark.parametrize(
    "operation",
    [
        one
        for one in OPERATIONS
        if any("date" in json.dumps(parameter["schema"]) for parameter in one.within("query"))
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+99:00",
        "1780000000",
        "-1e300",
    ],
)
async def test_days_at_the_ends_of_time_break_nothing(
    value: str, operation: Operation, services: Services
) -> None:
    """The first and the last day that can be written are answered or refused."""
    service = services[operation.service]
    async with harmless(service) as cases:
        for parameter in operation.within("query"):
            if "date" not in json.dumps(parameter["schema"]):
                continue
            answer = await service.client.get(
                address_of(operation, service),
                params={**_required(operation), parameter["name"]: value},
                headers=service.bearer(Role.SERVICE),
            )
            with cases.case(parameter["name"]):
                assert answer.status_code < 500, answer.text


def _required(operation: Operation) -> dict[str, str]:
    return {one["name"]: "x" for one in operation.within("query") if one.get("required")}


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.within("path")], ids=str
)
async def test_every_operation_refuses_garbage_in_its_path(
    operation: Operation, services: Services
) -> None:
    """Garbage, NUL and ids of other kinds find nothing; no area is known without its edition."""
    service = services[operation.service]
    names = [one["name"] for one in operation.within("path")]
    role = Role.SERVICE if operation.method == "get" else Role.ANALYST
    _, _, needed = address_of(operation, service).partition("?")
    tried = [*GARBAGE, *NO_AREAS]
    if names != ["areaId"]:
        tried.append(AREA)
    async with harmless(service) as cases:
        for id_ in tried:
            path = re.sub(r"{\w+}", lambda _, id_=id_: id_, operation.path)
            answer = await service.client.request(
                operation.method, f"{path}?{needed}", headers=service.bearer(role)
            )
            with cases.case(id_):
                problem_of(answer)


@pytest.mark.parametrize("name", sorted({one.service for one in OPERATIONS}))
@pytest.mark.parametrize(
    "address", ["/", "", "/nothing", "/initiatives/", "/areas/", "/events/", "//", "/%00"]
)
async def test_what_is_at_no_address_is_a_problem_of_its_own(
    name: str, address: str, services: Services
) -> None:
    """An unknown address, or one with a slash too many, is a 404 without a redirect."""
    service = services[name]
    answer = await service.client.get(
        f"http://leefwijk.test/v1{address}", headers=service.bearer(Role.ANALYST)
    )
    assert problem_of(answer)["status"] in {400, 404}


@every_command
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
async def test_no_command_is_done_by_another_method(
    method: str, command: Command, services: Services
) -> None:
    """Another method is a 405 or, where it is a query, a read: nothing is recorded."""
    service = services[command.service]
    async with harmless(service) as cases:
        answer = await service.client.request(
            method,
            path_of(command, service),
            content=full_body(command),
            headers=headers_of(command, service),
        )
        if method != "GET":
            assert problem_of(answer)["code"] == "method-not-allowed"
        assert answer.status_code < 500


def _form(**changed: Any) -> dict[str, Any]:
    good = {"source": "cbs-buurtnamen-2014", "areaEdition": "2014", "delivery": "1"}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
async def test_files_come_from_analysts_only(role: Role, services: Services) -> None:
    """A file of anybody else is a 403."""
    service = services["monitoring"]
    async with harmless(service):
        answer = await service.client.post(
            "/imports", data=_form(), files={"file": ("a.csv", b"a;b\n")}, headers=service.bearer(role)
        )
        assert problem_of(answer)["status"] == 403


async def test_a_hostile_upload_is_refused_whole(services: Services) -> None:
    """No file, no form, a file that is something else, hostile numbers and names: all 4xx."""
    service = services["monitoring"]
    deep = b"[" * 100_000
    file = ("a.csv", b"a;b\n1;2\n")
    tried: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (_form(), {}),
        ({}, {"file": file}),
        *((_form(**{name: None}), {"file": file}) for name in ("source", "areaEdition")),
        *(
            (_form(areaEdition=value), {"file": file})
            for value in ("x", "", "-1", "1e400", "10.005", "9" * 5000, str(2**70), "٢٠١٤x", "\0")
        ),
        *((_form(delivery=value), {"file": file}) for value in ("0", "-1", "100", "x")),
        *((_form(areas=value), {"file": file}) for value in ("all", "", "\0")),
        *((_form(source=value), {"file": file}) for value in ("nope", "", "\0", "x" * 101, "../x")),
        *(
            (_form(), {"file": ("a.csv", content)})
            for content in (b"", b"\0" * 1000, b"\xff\xfe" * 100, b"PK\x03\x04", deep, b'"' * 9999)
        ),
        *(
            (_form(source="own"), {"file": file, "mapping": ("m.json", content)})
            for content in (b"", b"{", b"null", b"[]", deep, b'{"a":' * 50_000, b"\0", b"\xff\xfe")
        ),
        *((_form(), {"file": (name, b"\0")}) for name in ("../../etc/passwd", "a\0b", "x" * 5000)),
    ]
    async with harmless(service) as cases:
        for form, files in tried:
            answer = await service.client.post(
                "/imports", data=form, files=files, headers=service.bearer(Role.ANALYST)
            )
            with cases.case(form, files):
                problem_of(answer)
        for kind, content in (
            ("application/json", b"{}"),
            ("multipart/form-data", b"x"),
            ("multipart/form-data; boundary=x", b"--y\r\n\r\nno"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"),
        ):
            headers = service.bearer(Role.ANALYST) | {"Content-Type": kind}
            answer = await service.client.post("/imports", content=content, headers=headers)
            with cases.case(kind, content):
                problem_of(answer)
