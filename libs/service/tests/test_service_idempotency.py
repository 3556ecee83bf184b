"""Idempotency-Key: asking again is not doing again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leefwijk.service import commands
from leefwijk.service.roles import Role

EVENTS = "select count(*) from events"


async def _events(service: Any) -> int:
    return int((await service.rows(EVENTS))[0][0])


async def test_the_same_request_again_gets_the_same_answer(service: Any) -> None:
    """A key repeats status, body and headers of the first answer, and nothing is done again."""
    first = await service.write(key="k1")
    again = await service.write(key="k1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    for name in ("etag", "location"):
        assert first.headers[name] == again.headers[name]
    assert await _events(service) == 1


async def test_an_answered_request_stays_answered_after_the_state_moved_on(service: Any) -> None:
    """The key goes before If-Match: what was answered is answered again, not refused with 412."""
    id_ = await service.noted()
    first = await service.count(id_, 2, version=1, key="k1")
    assert (await service.count(id_, 3, version=2)).status_code == 201
    again = await service.count(id_, 2, version=1, key="k1")
    assert again.status_code == 201
    assert again.json() == first.json()
    assert await _events(service) == 3


async def test_the_key_with_another_body_is_refused(service: Any) -> None:
    """A key that was used for another request is a 422, and nothing is done."""
    await service.write("Koffie", key="k1")
    answer = await service.write("Thee", key="k1")
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency-key-reused"
    assert await _events(service) == 1


async def test_two_at_once_are_done_once(service: Any) -> None:
    """Twins in one process: one is done, both get its answer."""
    service.gate.open.clear()
    twins = [asyncio.create_task(service.write(key="k1")) for _ in range(5)]
    await service.gate.reached.wait()
    await asyncio.sleep(0.05)
    service.gate.open.set()
    answers = await asyncio.gather(*twins)
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert service.gate.passed == 1
    assert await _events(service) == 1


async def test_twins_in_two_processes_are_done_once(make_service: Any) -> None:
    """Two processes on one database: the one that was second hands out the first one's answer."""
    one, other = make_service(), make_service()
    for service in (one, other):
        service.gate.open.clear()
    twins = [asyncio.create_task(service.write(key="k1")) for service in (one, other)]
    await asyncio.gather(one.gate.reached.wait(), other.gate.reached.wait())
    one.gate.open.set()
    other.gate.open.set()
    answers = await asyncio.gather(*twins)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await _events(one) == 1


async def test_a_change_by_twins_in_two_processes_is_done_once(make_service: Any) -> None:
    """The second one's version is gone by then; it still gets the answer and no 412."""
    one, other = make_service(), make_service()
    id_ = await one.noted()
    for service in (one, other):
        service.gate.reached.clear()
        service.gate.open.clear()
    twins = [
        asyncio.create_task(service.count(id_, 5, version=1, key="k1")) for service in (one, other)
    ]
    await asyncio.gather(one.gate.reached.wait(), other.gate.reached.wait())
    one.gate.open.set()
    other.gate.open.set()
    answers = await asyncio.gather(*twins)
    assert [answer.status_code for answer in answers] == [201, 201], answers[1].text
    assert answers[0].json() == answers[1].json()
    assert await _events(one) == 2


async def test_a_twin_that_takes_too_long_is_a_409(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waited for a running twin in vain is told that it still runs."""
    assert commands.TWIN_SECONDS == 5.0
    monkeypatch.setattr(commands, "TWIN_SECONDS", 0.05)
    service.gate.open.clear()
    first = asyncio.create_task(service.write(key="k1"))
    await service.gate.reached.wait()
    answer = await service.write(key="k1")
    assert answer.status_code == 409
    assert answer.json()["code"] == "in-progress"
    service.gate.open.set()
    assert (await first).status_code == 201
    assert (await service.write(key="k1")).json() == (await first).json()
    assert await _events(service) == 1


async def test_a_refusal_is_not_kept(service: Any) -> None:
    """What was refused may be asked again with the same key, and be accepted then."""
    id_ = await service.noted()
    refused = await service.count(id_, -1, version=1, key="k1")
    assert (refused.status_code, refused.json()["code"]) == (409, "below-zero")
    assert (await service.count(id_, 1, version=1)).status_code == 201
    assert (await service.count(id_, -1, version=2, key="k1")).status_code == 201
    assert await service.rows("select 1 from idempotency where key = 'k1'")


async def test_what_was_not_understood_is_not_kept(service: Any) -> None:
    """A key of a request that was a 400 is free."""
    headers = service.headers(key="k1")
    assert (await service.client.post("/notes", content="{", headers=headers)).status_code == 415
    headers["Content-Type"] = "application/json"
    assert (await service.client.post("/notes", content="{", headers=headers)).status_code == 400
    assert (await service.write(key="k1")).status_code == 201


async def test_a_key_belongs_to_its_caller_and_its_route(service: Any) -> None:
    """Somebody else's key, or the same key elsewhere, is another request."""
    mine = await service.write(key="k1")
    theirs = await service.write(key="k1", subject="somebody-else")
    assert mine.json()["id"] != theirs.json()["id"]
    counted = await service.count(mine.json()["id"], 1, version=1, key="k1")
    assert counted.status_code == 201
    assert await _events(service) == 3


async def test_a_key_is_looked_up_only_for_who_may_give_the_command(service: Any) -> None:
    """A role that may not give the command learns nothing of its answer."""
    await service.write(key="k1", subject="one")
    answer = await service.write(key="k1", subject="one", role=Role.RESIDENT)
    assert answer.status_code == 403


async def test_answers_are_kept_for_a_day(service: Any) -> None:
    """After 24 hours a key is forgotten, and not before."""
    first = await service.write(key="k1")
    await service.rows(
        "update idempotency set created_at = now() - interval '23 hours 59 minutes' returning 1"
    )
    assert await service.app.state.context.store.forget_answers() == 0
    assert (await service.write(key="k1")).json() == first.json()
    await service.rows(
        "update idempotency set created_at = now() - interval '24 hours 1 minute' returning 1"
    )
    assert await service.app.state.context.store.forget_answers() == 1
    assert not await service.rows("select 1 from idempotency")


async def test_without_a_key_the_same_is_done_twice(service: Any) -> None:
    """No key, no memory: two requests are two notes."""
    assert await service.noted() != await service.noted()
