"""The panel over the wire: without an account, without a trace, each voice once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from leefwijk.events.deadlines import Ticker
from leefwijk.events.testing.clock import FakeClock
from leefwijk.events.testing.servers import Databases
from leefwijk.service.context import ServiceContext
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.settings import Environment
from participation.app import definition
from participation.domain.wish_panel import WishPanel

AREA = "WK010601@2020"
WORKER = "neighbourhood_worker"


@dataclass
class Panel:
    """A service with one open panel, and the means to act on it."""

    client: httpx.AsyncClient
    context: ServiceContext
    clock: FakeClock
    headers: dict[str, str]
    ticker: Ticker
    id: str = ""

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Post as a neighbourhood worker."""
        return await self.client.post(path, json=body, headers=self.headers | headers)

    async def tokens(self, group: str, number: int) -> list[str]:
        """New tokens for a group."""
        version = (await self.get()).headers["etag"]
        body = {"group": group, "tokens": number}
        issued = await self.post(f"/wish-panels/{self.id}/tokens", body, **{"If-Match": version})
        assert issued.status_code == 201, issued.text
        return list(issued.json()["tokens"])

    async def get(self) -> httpx.Response:
        """The panel as a worker reads it."""
        return await self.client.get(f"/wish-panels/{self.id}", headers=self.headers)

    async def wish(self, token: str, wish: str, **more: Any) -> httpx.Response:
        """Give a wish as a resident: no account, no version."""
        body = {"token": token, "wish": wish, **more}
        return await self.client.post(f"/wish-panels/{self.id}/wishes", json=body)

    async def stored(self) -> str:
        """All that the database keeps, as text."""
        async with self.context.reading.connect() as connection:
            kept = []
            for table in ("events", "documents", "idempotency"):
                rows = await connection.execute(text(f"select t::text from {table} t"))
                kept += list(rows.scalars())
        return "\n".join(kept)


@pytest.fixture
async def panel(databases: Databases, tmp_path: Path) -> AsyncIterator[Panel]:
    """A panel on Lariks for tenants and owners, open for an hour."""
    url = await databases.fresh(*definition.all_migrations)
    issuer = DevelopmentIssuer(tmp_path)
    clock = FakeClock("2026-11-15T18:00:00Z")
    settings = definition.settings(
        environment=Environment.DEVELOPMENT,
        port=1,
        database_url=url,
        kafka_bootstrap="127.0.0.1:1",
        chamber_number="04016206",
        issuer=ISSUER,
        jwks=str(issuer.jwks),
        municipalities=("GM0106",),
        key_encryption_key=base64.b64encode(b"k" * 32).decode(),
    )
    app = definition.app(settings, clock)
    context: ServiceContext = app.state.context
    async with context.reading.connect() as connection:
        known = "insert into known_areas (area, municipalities) values (:area, array['GM0106'])"
        await connection.execute(text(known), {"area": AREA})
    ticker = Ticker(
        context.engine,
        context.handler,
        "participation",
        definition.states,
        {command: partial(gather, context) for command, gather in definition.knows.items()},
    )
    headers = {"Authorization": f"Bearer {issuer.token(WORKER)}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t/v1") as client:
        made = Panel(client, context, clock, headers, ticker)
        body = {
            "area": AREA,
            "themes": ["meeting"],
            "groups": [{"group": "tenants", "homes": 60}, {"group": "owners", "homes": 30}],
            "closesAt": "2026-11-15T20:00:00+01:00",
        }
        opened = await made.post("/wish-panels", body)
        assert opened.status_code == 201, opened.text
        made.id = opened.json()["id"]
        yield made
    await context.store.close()
    await context.engine.dispose()


async def test_each_token_counts_once_and_is_kept_nowhere(panel: Panel) -> None:
    """PAR-16, PAR-18: first wishes, repeats and changes at once; the last of each token counts."""
    tokens = await panel.tokens("tenants", 20)
    for token in await panel.tokens("owners", 6):
        await panel.wish(token, "consulted")
    first = await asyncio.gather(*(panel.wish(token, "help") for token in tokens))
    again = await asyncio.gather(*(panel.wish(token, "help") for token in tokens[:10]))
    other = await asyncio.gather(*(panel.wish(token, "informed") for token in tokens[10:15]))
    assert {answer.status_code for answer in (*first, *again, *other)} == {201}
    assert [one.json() for one in again] == [one.json() for one in first[:10]]
    before = (await panel.get()).json()
    assert (before["answersOrMore"], before["answers"], before["results"]) == (20, None, [])
    panel.clock.advance(hours=1, seconds=5)
    await panel.ticker.tick()
    closed = (await panel.get()).json()
    tenants = closed["results"][0]
    assert closed["status"] == "closed"
    counted = (await panel.context.handler.load(WishPanel, panel.id)).state.tally[0].answers
    assert (counted.help, counted.informed, counted.total) == (15, 5, 20)
    # nobody wished anything else, which five informed would tell beside fifteen of twenty
    assert (tenants["wishes"]["help"], tenants["wishes"]["informed"]) == (15, "not_shown")
    assert (closed["answers"], tenants["answers"]) == (26, 20)
    assert tenants["wishes"]["not_now"] == "not_shown"
    kept = await panel.stored()
    assert not any(part in kept for token in tokens for part in token.split("-")[1:])


async def test_two_wishes_of_one_token_at_once_are_both_answered(panel: Panel) -> None:
    """PAR-17: two connections, two facts in one order, no conflict for a resident."""
    (token,) = await panel.tokens("tenants", 1)
    await panel.wish(token, "help")
    both = await asyncio.gather(panel.wish(token, "co_decide"), panel.wish(token, "informed"))
    assert [answer.status_code for answer in both] == [201, 201]
    counts = "select count(*) from events where type like '%wish-changed%'"
    async with panel.context.reading.connect() as connection:
        assert (await connection.execute(text(counts))).scalar_one() == 2


async def test_every_bad_token_gets_the_same_answer(panel: Panel) -> None:
    """PAR-18: invented, voided, of another panel; and no field beside the wish."""
    (token,) = await panel.tokens("owners", 1)
    version = (await panel.get()).headers["etag"]
    invented = await panel.wish("1-" + "0" * 16 + "-" + "0" * 16, "help")
    beside = await panel.wish(token, "help", comment="graag")
    assert beside.status_code == 400
    assert token not in beside.text
    url = f"/wish-panels/{panel.id}/wishes?token={token}"
    in_query = await panel.client.post(url, json={"token": token, "wish": "help"})
    assert in_query.status_code == 400
    assert token not in in_query.text
    body = {"batch": "1", "reason": "leaked"}
    void = await panel.post(f"/wish-panels/{panel.id}/voidings", body, **{"If-Match": version})
    assert void.status_code == 201, void.text
    voided = await panel.wish(token, "help")
    assert invented.status_code == voided.status_code == 409
    assert invented.json() == voided.json()
    assert voided.json()["code"] == "token-not-valid"


async def test_the_last_moment_is_too_late(panel: Panel) -> None:
    """PAR-19: refused at 20:00:00.000, though the tally comes seconds later."""
    (token,) = await panel.tokens("owners", 1)
    panel.clock.advance(hours=1)
    late = await panel.wish(token, "help")
    assert (late.status_code, late.json()["code"]) == (409, "panel-closed")
    assert late.json()["detail"] == "The panel closed on 15 November at 20:00."
