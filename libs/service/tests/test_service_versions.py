"""If-Match: who changes something says what was read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


async def test_a_change_needs_the_version_that_was_read(service: Any) -> None:
    """Without If-Match a change is a 428."""
    answer = await service.count(await service.noted(), 1)
    assert (answer.status_code, answer.json()["code"]) == (428, "version-required")


@pytest.mark.parametrize("header", ["", "1", "*", '"x"', '"-1"', '"1","2"', '"1" ', 'w/"1"', '"٢"'])
async def test_what_is_no_version_is_refused(header: str, service: Any) -> None:
    """Anything but one ETag of ours is a 400, but for space around it."""
    id_ = await service.noted()
    answer = await service.client.post(
        f"/notes/{id_}/counts",
        json={"amount": 1},
        headers=[*service.headers().items(), ("If-Match", header.encode())],
    )
    assert answer.status_code == (201 if header == '"1" ' else 400)


@pytest.mark.parametrize("header", ['"1"', 'W/"1"'])
async def test_the_etag_of_a_read_is_the_version_of_a_change(header: str, service: Any) -> None:
    """What a query gave as ETag is good, also where something on the way made it weak."""
    id_ = await service.noted()
    read = await service.client.get(f"/notes/{id_}", headers=service.headers())
    assert read.headers["etag"] == '"1"'
    headers = {**service.headers(), "If-Match": header}
    answer = await service.client.post(f"/notes/{id_}/counts", json={"amount": 1}, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["version"] == 2


@pytest.mark.parametrize("version", [0, 1, 3, 999_999_999])
async def test_another_version_than_the_present_one_is_a_412(version: int, service: Any) -> None:
    """Who read something else is told where it stands now."""
    id_ = await service.noted()
    await service.count(id_, 1, version=1)
    answer = await service.count(id_, 1, version=version)
    assert (answer.status_code, answer.json()["code"]) == (412, "version-conflict")
    assert answer.json()["version"] == 2


async def test_of_two_who_read_the_same_one_succeeds(service: Any) -> None:
    """Two changes at once on one version: the second is a 412, and nothing is lost."""
    id_ = await service.noted()
    answers = await asyncio.gather(*(service.count(id_, 1, version=1) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 7
    read = await service.client.get(f"/notes/{id_}", headers=service.headers())
    assert read.json()["total"] == 1


async def test_what_does_not_exist_is_a_404_before_a_412(service: Any) -> None:
    """A change of nothing is a 404, whatever version is named."""
    answer = await service.count("3f0c6f6e-5d7c-4c60-8d0b-2f3a8f6f6b11", 1, version=7)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
