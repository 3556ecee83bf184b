"""Every command of every service against hostile requests; routes come from the apps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from api_bodies import Bodies, changed, objects_in, value_at, without
from api_cases import (
    ARABIC,
    COMMANDS,
    GARBAGE,
    LARGEST_COMMAND,
    LONG,
    NO_AREAS,
    Services,
    bodies_of,
    content_of,
    every_command,
    full_body,
    harmless,
    headers_of,
    path_of,
    spoiled,
)
from api_kit import AREA, UNKNOWN_AREA, Command, problem_of
from api_tokens import hostile

from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

WITH_ID = [one for one in COMMANDS if one.names]
WITH_AREA = [
    one for one in COMMANDS if "BU[0-9]" in json.dumps(Bodies(one.route, one.filled).schema)
]


@every_command
async def test_every_command_route_takes_the_body_that_its_schema_promises(
    command: Command, services: Services
) -> None:
    """A body made from the schema alone is understood: what follows is a decision, not a fault."""
    service = services[command.service]
    for body in (bodies_of(command).valid(), bodies_of(command).full()):
        path = path_of(command, service, None if command.route.creates else str(uuid4()))
        answer = await service.client.post(path, json=body, headers=headers_of(command, service))
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
    """A field left out or one too many is a 400; no period ends before it begins."""
    service = services[command.service]
    smallest, body = bodies_of(command).valid(), json.loads(full_body(command))
    tried: list[Any] = [without(smallest, (name,)) for name in smallest]
    tried = [one for one in tried if not bodies_of(command).accepts(one)]
    tried += [changed(body, (*path, "surprise"), 1) for path in objects_in(body)]
    tried += [changed(body, (*path, "__class__"), {}) for path in objects_in(body)]
    tried += [changed(body, (name,), "x") for name in command.filled]
    backwards = [
        changed(body, (*path, "through"), "1999-01-01")
        for path in objects_in(body)
        if "from" in value_at(body, path)
    ]
    path, headers = path_of(command, service), headers_of(command, service)
    async with harmless(service) as cases:
        for one in tried:
            answer = await service.client.post(path, content=json.dumps(one), headers=headers)
            with cases.case(one):
                said = problem_of(answer)
                assert (said["status"], said["code"]) == (400, "invalid-input"), said
        for one in backwards:
            answer = await service.client.post(path, content=json.dumps(one), headers=headers)
            with cases.case(one):
                problem_of(answer)


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
async def test_every_command_refuses_every_other_role(command: Command, services: Services) -> None:
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
async def test_every_command_refuses_hostile_headers(command: Command, services: Services) -> None:
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


@every_command
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
async def test_no_command_is_done_by_another_method(
    method: str, command: Command, services: Services
) -> None:
    """Another method is a 405 or, where it is a query, a read: nothing is recorded."""
    service = services[command.service]
    async with harmless(service):
        answer = await service.client.request(
            method,
            path_of(command, service),
            content=full_body(command),
            headers=headers_of(command, service),
        )
        if method != "GET":
            assert problem_of(answer)["code"] == "method-not-allowed"
        assert answer.status_code < 500
