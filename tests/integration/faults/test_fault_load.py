"""The generator of the fault suite sees a lie: whatever the platform answers is held against it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, cast

import fault_load
import httpx
import pytest
from fault_load import Acknowledged, Load, Stop
from platform_kit import Running

AREA = "BU01060000@2020"
MADE = Acknowledged("initiatives", "one", 1, "token", ("event-1",), 0.0)
Answer = Callable[[httpx.Request], httpx.Response]


class _Platform:
    """Addresses and tokens, and nothing behind them."""

    def __init__(self) -> None:
        names = ("initiatives", "initiatives-twin", "monitoring", "projections")
        self.addresses = {name: f"http://{name}" for name in names}

    def token(self, role: str) -> str:
        return role


def _load(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Load:
    """A generator whose requests are answered by a function."""
    monkeypatch.setattr(fault_load, "AGAIN_SECONDS", 0)
    monkeypatch.setattr(fault_load, "THINKING_SECONDS", 0)
    rng = random.Random(1)  # noqa: S311 - chance that can be repeated
    load = Load(cast("Running", _Platform()), [], rng)
    load._going = True
    load._http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return load


def _reading(status: int, evidence: list[str], held: list[str]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/evidence"):
            return httpx.Response(200, json={"events": evidence})
        return httpx.Response(status, json={"held": held})

    return answer


async def test_a_try_without_answer_is_made_again_with_the_same_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever got no answer, or one that asks to come back, is asked again, at the next door."""
    said: list[Any] = [httpx.ConnectError("gone"), 503, 201]
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        one = said.pop(0)
        if isinstance(one, Exception):
            raise one
        return httpx.Response(one, json={"code": "unavailable"} if one > 201 else {})

    load = _load(answer, monkeypatch)
    load.doors["initiatives"] = ("initiatives", "initiatives-twin")
    got = await load._ask("initiatives", "/initiatives", "area_manager", {}, 3)

    assert got.status_code == 201
    assert len({request.headers["idempotency-key"] for request in asked}) == 1
    hosts = [request.url.host for request in asked]
    assert hosts == ["initiatives", "initiatives-twin", "initiatives"]
    assert (load.unanswered, load.under_way) == (2, 0)


async def test_an_answer_without_the_change_is_a_broken_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A 200 to a query with `after` that lacks what was written is told."""
    load = _load(_reading(200, ["event-0"], []), monkeypatch)
    await load._look(AREA, MADE)

    assert "answered as visible and is not there" in load.broken[0]


@pytest.mark.parametrize(
    ("status", "evidence", "held"),
    [(200, ["event-0", "event-1"], []), (200, [], ["initiatives-one"]), (503, [], [])],
    ids=["it is there", "its stream is held", "not yet"],
)
async def test_an_honest_answer_is_no_broken_promise(
    status: int, evidence: list[str], held: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is there, or its stream is said to be held, or the answer says: not yet."""
    load = _load(_reading(status, evidence, held), monkeypatch)
    await load._look(AREA, MADE)

    assert load.broken == []


async def test_an_accepted_command_that_had_to_be_refused_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refusal that does not come is a broken promise."""
    load = _load(lambda _request: httpx.Response(201, json={}), monkeypatch)
    with pytest.raises(Stop):
        await load._refuse(
            load.rng, "initiatives", "/x", lambda word: {"title": word}, match=1, code="busy"
        )

    assert "was not refused with busy" in load.broken[0]


@pytest.mark.parametrize("status", [409, 500])
async def test_a_sound_command_that_is_not_accepted_is_told(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the platform, or a refusal for no reason, is a broken promise."""
    load = _load(lambda _request: httpx.Response(status, json={"code": "internal"}), monkeypatch)
    give = load._giver("initiatives", "/initiatives", AREA, load.rng)
    with pytest.raises(Stop):
        await give("", {}, "area_manager", None)

    assert f"was answered with {status}" in load.broken[0]
