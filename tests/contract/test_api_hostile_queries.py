"""Every query and upload of every service against hostile requests."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from api_cases import (
    ARABIC_AREA,
    AUDIT,
    GARBAGE,
    INTERNAL,
    NO_AREAS,
    OPERATIONS,
    STOCK,
    TOLD_ONCE,
    WITHOUT_ACCOUNT,
    Services,
    address_of,
    every_operation,
    harmless,
)
from api_kit import AREA, Operation, problem_of
from api_tokens import hostile

from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role


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
                # who needs no account is asked for none, and told of the body that is missing
                said = 415 if operation.path in WITHOUT_ACCOUNT else 401
                assert problem_of(answer)["status"] == said


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
    if operation.path in WITHOUT_ACCOUNT:
        allowed = set(Role)
    elif operation.path in TOLD_ONCE:
        allowed = {TOLD_ONCE[operation.path]}
    elif operation.method != "get":
        allowed = {Role.ANALYST}
    elif operation.path == AUDIT:
        allowed = {Role.OPERATOR, Role.SERVICE}
    elif operation.path.startswith(INTERNAL):
        allowed = staff
    elif operation.path.startswith(STOCK):
        allowed = staff - {Role.PARTNER}
    else:
        allowed = set(Role) - {Role.OPERATOR}
    async with harmless(service) as cases:
        for role in Role:
            answer = await service.client.request(
                operation.method, address_of(operation, service), headers=service.bearer(role)
            )
            with cases.case(role):
                if role in allowed:
                    assert answer.status_code in {200, 400, 404, 415}, answer.text
                elif operation.method == "get":
                    assert problem_of(answer)["status"] == 403
                else:  # a form is read before its sender's role is judged
                    assert problem_of(answer)["status"] in {400, 403}


def _wrong_values(schema: dict[str, Any]) -> Iterator[str]:
    """Query values that this parameter cannot have, percent-encoded."""
    options = schema.get("anyOf", [schema])
    plain = any(
        option.keys() <= {"type", "maxLength", "title"} and option.get("type") == "string"
        for option in options
    )
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
                    operation.method,
                    f"{path}?{name}={value}&{others}",
                    headers=service.bearer(role),
                )
                with cases.case(name, value):
                    assert problem_of(answer)["status"] == 400
            for value in (
                "'%20or%201=1--",
                "%ff",
                "%C3%28",
                "%",
                "%F0%9F%92%A5",
                "a&b=c",
                "%D8%00",
            ):
                answer = await service.client.request(
                    operation.method,
                    f"{path}?{name}={value}&{others}",
                    headers=service.bearer(role),
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


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.within("path")], ids=str)
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


def _form(**changed: Any) -> dict[str, Any]:
    good = {"source": "cbs-buurtnamen-2014", "areaEdition": "2014", "delivery": "1"}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
async def test_files_come_from_analysts_only(role: Role, services: Services) -> None:
    """A file of anybody else is a 403."""
    service = services["monitoring"]
    async with harmless(service):
        answer = await service.client.post(
            "/imports",
            data=_form(),
            files={"file": ("a.csv", b"a;b\n")},
            headers=service.bearer(role),
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
            for value in ("x", "", "-1", "1e400", "10.005", "9" * 5000, str(2**70), "\u0662x", "\0")
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
            (
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--",
            ),
        ):
            headers = service.bearer(Role.ANALYST) | {"Content-Type": kind}
            answer = await service.client.post("/imports", content=content, headers=headers)
            with cases.case(kind, content):
                problem_of(answer)
