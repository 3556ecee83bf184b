"""Housing mix in one process on a real database, its importer driven by hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from housing_mix.app import definition
from housing_mix.domain.dwelling_import import DwellingImport
from housing_mix.import_store import DwellingImportStore
from housing_mix.importer import DwellingImporter
from housing_mix.settings import HousingMixSettings
from leefwijk.events.testing.clock import FakeClock
from leefwijk.events.testing.servers import Databases
from leefwijk.service.context import ServiceContext
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.settings import Environment

HEADER = "eenheidnummer;eenheidsoort;eenheiddetailsoort;status;label;nettohuur;conditiescore;buurt"
AREA = "BU01060100"


@dataclass
class Housing:
    """The service as callers meet it."""

    client: httpx.AsyncClient
    context: ServiceContext
    issuer: DevelopmentIssuer
    clock: FakeClock

    def headers(self, role: str) -> dict[str, str]:
        """Who asks; a partner is one of Assen."""
        of = ("GM0106",) if role == "partner" else ()
        partner = "p" if role == "partner" else None
        token = self.issuer.token(role, municipalities=of, partner=partner)
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, role: str = "portfolio_manager") -> httpx.Response:
        """Read as a role."""
        return await self.client.get(f"/v1{path}", headers=self.headers(role))

    async def post(
        self, path: str, role: str, body: dict[str, Any], version: int | None = None
    ) -> httpx.Response:
        """Give a command as a role."""
        match = {} if version is None else {"If-Match": f'"{version}"'}
        headers = {**self.headers(role), **match}
        return await self.client.post(f"/v1{path}", json=body, headers=headers)

    async def start(self, *rows: str, on: str = "2026-10-01", **form: str) -> httpx.Response:
        """Upload a delivery."""
        return await self.client.post(
            "/v1/dwelling-imports",
            data={"source": "own", "areaEdition": "2020", "referenceDate": on, **form},
            files={"file": ("homes.csv", "\n".join((HEADER, *rows)).encode())},
            headers=self.headers("analyst"),
        )

    async def load(self, *rows: str, **form: str) -> dict[str, Any]:
        """Import a delivery to its end."""
        self.clock.advance(minutes=1)
        answer = await self.start(*rows, **form)
        assert answer.status_code == 202, answer.text
        await self.context.parts[DwellingImporter].once()
        found: dict[str, Any] = (await self.get(f"/dwelling-imports/{answer.json()['id']}")).json()
        assert found["status"] == "completed"
        return found

    async def facts(self) -> Counter[str]:
        """How often each fact was recorded, by its short name."""
        async with self.context.reading.connect() as connection:
            rows = (await connection.execute(text("select type from events"))).all()
        return Counter(row.type.split(".")[-2] for row in rows)


@pytest.fixture
async def housing(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Housing]:
    """The service on a database of its own; De Lariks Oost is known."""
    url = await databases.fresh(*definition.all_migrations)
    issuer = DevelopmentIssuer(tmp_path_factory.mktemp("identity"))
    settings = HousingMixSettings(
        environment=Environment.DEVELOPMENT,
        port=1,
        database_url=url,
        kafka_bootstrap="127.0.0.1:1",
        chamber_number="04016206",
        issuer=ISSUER,
        jwks=str(issuer.jwks),
        municipalities=("GM0106",),
    )
    clock = FakeClock("2026-11-02T09:00:00Z")
    app = definition.app(settings, clock)
    context: ServiceContext = app.state.context
    async with context.reading.connect() as connection:
        known = {"area": f"{AREA}@2020"}
        await connection.execute(
            text("insert into known_areas values (:area, array['GM0106'])"), known
        )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://leefwijk.test") as client:
        yield Housing(client, context, issuer, clock)
    await context.store.close()
    await context.engine.dispose()


def row(number: int, **told: str) -> str:
    """A social-rent terraced house."""
    score, rent = told.get("score", "3"), told.get("rent", "612,40")
    return f"E-{number};WOO;TUS;VEH;DAE;{rent};{score};{AREA}"


async def test_a_delivery_lands_and_again_changes_nothing(housing: Housing) -> None:
    """MIX-01, MIX-03: good rows land, bad ones are in the report; the same again is no news."""
    rows = (row(1001), row(1002, score="7"), row(1003))
    first = await housing.load(*rows)
    assert (first["read"], first["taken"], first["rejected"]) == (3, 2, 1)
    assert (first["registered"], first["municipalities"]) == (2, ["GM0106"])
    report = (await housing.get(f"/dwelling-imports/{first['id']}/report")).text
    assert "3,rejected,conditiescore,score-out-of-range" in report
    facts = await housing.facts()
    assert facts["dwelling-registered"] == facts["condition-recorded"] == 2
    again = await housing.load(*rows)
    assert (again["registered"], again["changed"], again["unchanged"]) == (0, 0, 2)
    after = await housing.facts()
    assert after["dwelling-import-completed"] == 2
    assert after["dwelling-registered"] == after["condition-recorded"] == 2
    assert after["dwelling-changed"] == 0
    older = await housing.load(row(1001, rent="605,00"), row(2000), on="2026-09-01")
    assert (older["taken"], older["older"], older["registered"]) == (1, 1, 1)


async def test_a_delivery_with_personal_data_stores_nothing(housing: Housing) -> None:
    """MIX-02: refused before one row is stored."""
    answer = await housing.client.post(
        "/v1/dwelling-imports",
        data={"source": "own", "areaEdition": "2020", "referenceDate": "2026-10-01"},
        files={"file": ("homes.csv", f"{HEADER};huisnummer\n{row(1)};12".encode())},
        headers=housing.headers("analyst"),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "personal-data-in-file")
    assert not await housing.facts()


async def test_an_import_that_was_cut_off_goes_on(housing: Housing) -> None:
    """MIX-05: every row once, one start, one end; a second one of the source waits its turn."""
    answer = await housing.start(*(row(number) for number in range(3000, 3250)))
    id_ = answer.json()["id"]
    second = await housing.start(row(1))
    assert (second.status_code, second.json()["code"]) == (409, "import-running")
    assert second.json()["detail"] == (
        "An import of this source is at 0 of 250 rows; wait or watch its progress."
    )
    # it is killed amid its first batch, before it could say how far it was
    importer = housing.context.parts[DwellingImporter]
    store = housing.context.parts[DwellingImportStore]
    work = await store.work(id_)
    run = (await housing.context.handler.load(DwellingImport, id_)).state
    assert work is not None
    assert run.started_at is not None
    for one in work.rows[:120]:
        await importer._deliver(one, run, run.started_at)
    await importer.once()
    found = (await housing.get(f"/dwelling-imports/{id_}")).json()
    assert (found["status"], found["registered"], found["done"]) == ("completed", 250, 250)
    facts = await housing.facts()
    assert facts["dwelling-registered"] == 250
    assert facts["dwelling-import-started"] == facts["dwelling-import-completed"] == 1


async def test_what_a_full_delivery_lacks_stands_on_the_work_list(housing: Housing) -> None:
    """MIX-04: it stays in stock until a person says why; single homes are not for partners."""
    await housing.load(row(1005), row(1011), row(1012))
    full = await housing.load(row(1012), on="2026-11-01", full="true")
    assert full["missing"] == 2
    body = {"how": "sold", "on": "2026-09-15"}
    one = (await housing.get("/dwellings/e-1005")).json()
    assert one["ownHome"]
    left = await housing.post(
        "/dwellings/e-1005/departures", "portfolio_manager", body, one["version"]
    )
    assert left.status_code == 201, left.text
    missing = (await housing.get("/missing-dwellings")).json()
    assert missing == [{"id": "e-1011", "code": "missing-from-delivery", "since": "2026-11-01"}]
    stock = (await housing.get(f"/dwellings?area={AREA}@2020&status=in_stock")).json()
    assert {item["id"] for item in stock["items"]} == {"e-1011", "e-1012"}
    assert (await housing.get("/dwellings/e-1011", "partner")).status_code == 403


async def test_of_two_plans_at_the_same_moment_one_gets_the_homes(housing: Housing) -> None:
    """MIX-32: over repetitions, exactly one is announced and the other refused whole."""
    await housing.load(*(row(number) for number in range(10)))
    for _ in range(5):
        bodies = [
            {"kind": "renovation", "dwellings": [f"e-{number}" for number in range(6)]},
            {"kind": "demolition", "dwellings": [f"e-{number}" for number in range(4, 10)]},
        ]
        answers = await asyncio.gather(
            *(housing.post("/plans", "portfolio_manager", body) for body in bodies)
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["code"] == "dwelling-in-other-plan"
        made = next(answer for answer in answers if answer.status_code == 201).json()
        gone = await housing.post(
            f"/plans/{made['id']}/withdrawals", "portfolio_manager", {"reason": "again"}, 1
        )
        assert gone.status_code == 201, gone.text
