"""Monitoring in one process on a real database, its importer driven by hand."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.reactions import TodoWorker
from leefwijk.events.deadlines import Ticker
from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import Dwelling, DwellingRegistered
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    GroupConclusion,
)
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.language.participation.words import Group, Level
from leefwijk.events.schemas import Migrations
from leefwijk.events.testing.clock import FakeClock
from leefwijk.events.testing.hearing import Hearing
from leefwijk.events.testing.servers import Databases
from leefwijk.service.context import ServiceContext
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from monitoring.app import definition
from monitoring.domain.area import RegisterArea
from monitoring.import_store import ImportStore
from monitoring.importer import Importer
from monitoring.settings import MonitoringSettings

# test folders are no packages: the helpers beside this file are found by their folder
sys.path.append(str(Path(__file__).parent))

FILES = Path(__file__).parent.parent / "importing" / "files"
KEY = base64.b64encode(b"k" * 32).decode()

RIVM_HEADER = "code,eenzaam,moeite_met_rondkomen"


@dataclass
class Monitoring:
    """The service as callers meet it."""

    client: httpx.AsyncClient
    context: ServiceContext
    issuer: DevelopmentIssuer
    clock: FakeClock
    url: str
    hearing: Hearing
    ticker: Ticker

    def headers(self, role: str, **more: Any) -> dict[str, str]:
        """Who asks; a partner is the organisation `p` of Assen unless said otherwise."""
        municipalities = more.pop("of", ("GM0106",)) if role == "partner" else ()
        partner = more.pop("partner", "p") if role == "partner" else None
        token = self.issuer.token(role, municipalities=municipalities, partner=partner)
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, role: str = "analyst", **params: Any) -> httpx.Response:
        """Read as a role."""
        return await self.client.get(f"/v1{path}", params=params, headers=self.headers(role))

    async def post(
        self,
        path: str,
        role: str,
        body: dict[str, Any] | None = None,
        version: int | None = None,
        **who: Any,
    ) -> httpx.Response:
        """Give a command as a role."""
        headers = self.headers(role, **who)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.client.post(f"/v1{path}", json=body or {}, headers=headers)

    async def hears(self, service: str, subject: str, *events: Event) -> list[UUID]:
        """Facts of another service arrive; gives the ids of their events."""
        return await self.hearing.hear(service, subject, *events)

    async def settle(self) -> None:
        """It hears itself and does what that asks for, until nothing is new."""
        await self.hearing.settle("monitoring")

    async def time_passes(self, to: str) -> None:
        """It is later now, and the ticker has looked."""
        self.clock.set(to)
        while await self.ticker.tick():
            pass
        await self.settle()

    async def now(
        self, path: str, role: str, body: dict[str, Any] | None = None, **who: Any
    ) -> httpx.Response:
        """Give a command on a thing as it stands now; the path ends in the noun of the command."""
        read = await self.get(path.rpartition("/")[0])
        return await self.post(path, role, body, int(read.headers["ETag"].strip('"')), **who)

    async def done(self, path: str, role: str, body: dict[str, Any] | None = None) -> Any:
        """A command on a thing as it stands now that must be accepted."""
        answer = await self.now(path, role, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(
        self, path: str, role: str, code: str, body: dict[str, Any] | None = None
    ) -> Any:
        """A command on a thing as it stands now that must be refused with this code."""
        answer = await self.now(path, role, body)
        problem = answer.json()
        assert answer.status_code in {403, 409}, answer.text
        assert problem["code"] == code, problem
        return problem

    async def start(
        self,
        content: bytes | str,
        edition: int,
        source: str = "own",
        *,
        mapping: str | None = None,
        name: str = "file.csv",
        role: str = "analyst",
        **form: str,
    ) -> httpx.Response:
        """Upload a file."""
        raw = content.encode() if isinstance(content, str) else content
        files = {"file": (name, raw)}
        if mapping is not None:
            files["mapping"] = ("mapping.yaml", mapping.encode())
        return await self.client.post(
            "/v1/imports",
            data={"source": source, "areaEdition": str(edition), **form},
            files=files,
            headers=self.headers(role),
        )

    async def work(self) -> None:
        """Do what an importer has to do, until nothing is left."""
        store, importer = self.context.parts[ImportStore], self.context.parts[Importer]
        while unfinished := await store.unfinished():
            for id_, status in unfinished:
                await (importer._import(id_) if status == "running" else importer._take_back(id_))

    async def load(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Import a file to its end."""
        answer = await self.start(*arguments, **named)
        assert answer.status_code in {200, 202}, answer.text
        await self.work()
        found = await self.get(f"/imports/{answer.json()['id']}")
        result: dict[str, Any] = found.json()
        return result

    async def look(self, path: str, role: str = "analyst", **params: Any) -> Any:
        """The JSON of what must be there."""
        answer = await self.get(path, role, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def figures(self, area: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The figures of an area, by indicator and period."""
        found = await self.look(f"/areas/{area}/measurements")
        return {(item["indicator"], item["period"]): item for item in found["items"]}

    async def facts(self, like: str = "%") -> dict[str, int]:
        """How often each fact was recorded, by its short name, on streams that match."""
        async with self.context.reading.connect() as connection:
            found = await connection.execute(
                text(
                    "select split_part(type, '.', 4) as fact, count(*) as times from events "
                    "where stream_id like :like group by 1"
                ),
                {"like": like},
            )
            return {row.fact: row.times for row in found}

    async def sealed(self, story: str) -> int:
        """How many sealed texts with their keys are kept of a story."""
        async with self.context.reading.connect() as connection:
            found = await connection.execute(
                text("select count(*) from story_words where story_id = :story"), {"story": story}
            )
            return int(found.scalar_one())

    async def everything(self) -> str:
        """All that stands in the event table and the documents, as text."""
        async with self.context.reading.connect() as connection:
            found = []
            for table in ("events", "documents"):
                rows = await connection.execute(
                    text(f"select row_to_json(t)::text as line from {table} t")
                )
                found += [row.line for row in rows]
        return "\n".join(found)


@pytest.fixture(scope="session")
def database_parts() -> tuple[Migrations, ...]:
    """A database of monitoring."""
    return definition.all_migrations


@pytest.fixture(scope="session")
def api_tokens(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    """Signs tokens for callers."""
    return DevelopmentIssuer(tmp_path_factory.mktemp("monitoring-issuer"))


def service(url: str, issuer: DevelopmentIssuer) -> Monitoring:
    """The service on a database."""
    clock = FakeClock("2026-11-02T09:00:00Z")
    settings = MonitoringSettings(
        environment="development",
        port=8105,
        database_url=url,
        kafka_bootstrap="127.0.0.1:9",
        chamber_number="04016206",
        issuer=ISSUER,
        jwks=str(issuer.jwks),
        key_encryption_key=KEY,
    )
    app = definition.app(settings, clock)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://monitoring",
        timeout=120,
    )
    context: ServiceContext = app.state.context
    knowledge = definition.knowledge
    applier = definition.consumer()
    assert knowledge is not None
    assert applier is not None
    knows = {command: partial(gather, context) for command, gather in definition.knows.items()}
    core = ConsumerCore(context.engine, applier, published_language())
    todos = TodoWorker(context.engine, context.handler, knowledge.commands, knows)
    ticker = Ticker(context.engine, context.handler, definition.name, definition.states, knows)
    return Monitoring(client, context, issuer, clock, url, Hearing(core, todos, clock), ticker)


@pytest.fixture
async def monitoring(
    databases: Databases, api_tokens: DevelopmentIssuer
) -> AsyncIterator[Monitoring]:
    """An empty monitoring, on 2 November 2026."""
    made = service(await databases.fresh(*definition.all_migrations), api_tokens)
    await made.hearing.started_long_ago()
    yield made
    await made.client.aclose()
    await made.context.store.close()
    await made.context.engine.dispose()
    await databases.drop(made.url)


def home(area: str, complex_: str = "c") -> DwellingRegistered:
    """An own home that is let."""
    return DwellingRegistered(
        dwelling=Dwelling(area=area, complex=complex_, unit="WOO", tenancy="VEH"),
        municipalities=("GM0106",),
        on=date(2026, 1, 1),
        is_home=True,
    )


def delivered(homes: int = 1) -> DwellingImportCompleted:
    """An import of own homes has completed."""
    return DwellingImportCompleted(
        reference_date=date(2026, 1, 1),
        municipalities=("GM0106",),
        read=homes,
        taken=homes,
        rejected=0,
        warnings=0,
        registered=homes,
        changed=0,
        unchanged=0,
    )


def check(area: str, **more: Any) -> CheckConcluded:
    """Residents of an area were asked in September 2026, and told what was promised."""
    told: dict[str, Any] = {
        "area": area,
        "themes": (Theme.MEETING,),
        "asked_in": (area,),
        "groups": (GroupConclusion(group=Group.TENANTS, promise=Level.CONSULTED),),
        "role": OwnRole.SUPPORT,
        "last_asked": date(2026, 9, 1),
        "valid_until": date(2027, 9, 1),
        "on": date(2026, 9, 10),
        **more,
    }
    return CheckConcluded(**told)


@dataclass
class Facts:
    """Makers of what other services may say."""

    home: Callable[..., DwellingRegistered] = home
    delivered: Callable[..., DwellingImportCompleted] = delivered
    check: Callable[..., CheckConcluded] = check


@pytest.fixture(scope="session")
def facts() -> Facts:
    """What other services may say."""
    return Facts()


WELL = [{"step": step, "found": "sufficient"} for step in ("clean", "whole", "safe")]


@pytest.fixture(scope="session")
def gates_pass() -> Callable[[Monitoring, str], Any]:
    """Lets every gate of a level pass in an area: asked, looked at, and with an own home."""

    async def let_pass(monitoring: Monitoring, area: str) -> None:
        await monitoring.hears("housing_mix", "home-1", home(area))
        await monitoring.hears("housing_mix", "delivery-1", delivered())
        await monitoring.hears("participation", "check-1", check(area))
        path = f"/base-conditions/{area}/assessments"
        answer = await monitoring.post(path, "neighbourhood_worker", {"steps": WELL}, 0)
        assert answer.status_code == 201, answer.text

    return let_pass


@pytest.fixture(scope="session")
def propose(two_percentages: Callable[..., str]) -> Callable[..., Any]:
    """Proposes a level for a registered area from a figure and a story; gives its id."""

    async def proposed(monitoring: Monitoring, area: str, **more: Any) -> str:
        story = {"theme": "meeting", "tone": "concern", "teller": "resident", "text": "Het is stil"}
        told = await monitoring.post(f"/areas/{area}/stories", "neighbourhood_worker", story)
        row = f"{area.partition('@')[0]},50.1,12.0"
        figures = f"{RIVM_HEADER}\n{row}\n"
        await monitoring.load(figures, 2020, mapping=two_percentages("known-only"))
        found = (await monitoring.look(f"/areas/{area}/measurements"))["items"][0]
        cited = {name: found[name] for name in ("sourceEdition", "indicator", "period")}
        body = {
            "level": "extra",
            "valid": {"from": "2027-01-01", "through": "2027-12-31"},
            "measurements": [cited],
            "stories": [told.json()["id"]],
            "effects": [{"theme": "meeting", "movement": "up", "by": "2027-12-31"}],
            **more,
        }
        answer = await monitoring.post(f"/areas/{area}/effort-proposals", "area_manager", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return proposed


@pytest.fixture
async def pittelo(monitoring: Monitoring) -> Monitoring:
    """Two wijken of Assen are registered, Pittelo and Lariks, each with a buurt."""
    for area, kind, parent in (
        ("WK010604@2020", AreaKind.DISTRICT, None),
        ("BU01060401@2020", AreaKind.NEIGHBOURHOOD, "WK010604@2020"),
        ("WK010601@2020", AreaKind.DISTRICT, None),
        ("BU01060100@2020", AreaKind.NEIGHBOURHOOD, "WK010601@2020"),
    ):
        command = RegisterArea(area=area, kind=kind, name="Pittelo", parent=parent)
        await monitoring.context.handler.execute(command, create=True)
    return monitoring


@pytest.fixture
async def another(
    monitoring: Monitoring, api_tokens: DevelopmentIssuer
) -> AsyncIterator[Monitoring]:
    """The same service started again on the same database."""
    made = service(monitoring.url, api_tokens)
    yield made
    await made.client.aclose()
    await made.context.store.close()
    await made.context.engine.dispose()


@pytest.fixture(scope="session")
def small() -> Callable[[str], bytes]:
    """Reads a small file that is shaped like a real one."""
    return lambda name: (FILES / name).read_bytes()


@pytest.fixture(scope="session")
def two_percentages() -> Callable[..., str]:
    """A mapping of two percentages per area; `areas` says what happens to unknown ones."""

    def make(areas: str = "register-missing", edition: str = "2020") -> str:
        plain = (FILES / "bad_rows.yaml").read_text("utf-8")
        return plain.replace("policy: known-only", f"policy: {areas}").replace(
            'source_edition: "2020"', f'source_edition: "{edition}"'
        )

    return make


@pytest.fixture(scope="session")
def many() -> Callable[..., str]:
    """A file of two percentages for as many wijken as wanted."""

    def make(count: int, start: int = 0) -> str:
        rows = [
            f"WK{number:06d},{number % 90 + 1}.5,{number % 40}.1"
            for number in range(990000 + start, 990000 + start + count)
        ]
        return "\n".join([RIVM_HEADER, *rows]) + "\n"

    return make


def real_folder() -> Path:
    """Where the real files lie; without them the test is skipped."""
    folder = os.environ.get("LEEFWIJK_DATA")
    if not folder:
        pytest.skip("LEEFWIJK_DATA does not name the folder with the real files")
    return Path(folder)


@pytest.fixture(scope="session")
def real_file() -> Callable[[str], bytes]:
    """Reads a real file."""
    folder = real_folder()
    return lambda name: (folder / name).read_bytes()


@pytest.fixture(scope="session")
async def assen(
    databases: Databases, api_tokens: DevelopmentIssuer, real_file: Callable[[str], bytes]
) -> AsyncIterator[Any]:
    """Monitoring with the real files, each under the edition it belongs to."""
    made = service(await databases.fresh(*definition.all_migrations), api_tokens)
    reports = {}
    for source, name, edition in (
        ("cbs-buurtnamen-2014", "cbs_buurtnamen_2014.csv", 2014),
        ("cbs-kwb-2022-wijken", "cbs_kwb2022_wijken.csv", 2022),
        (
            "gebieden-drenthe-ooststellingwerf",
            "gebieden_drenthe_ooststellingwerf.csv",
            2020,
        ),
        ("rivm-2020-18plus", "rivm_gezondheid_wijk_buurt_2020_18plus.csv", 2020),
        ("rivm-2016-18plus", "rivm_gezondheid_wijk_buurt_2016_18plus.csv", 2020),
        ("rivm-2012-18plus", "rivm_gezondheid_wijk_buurt_2012_18plus.csv", 2020),
        ("leefbaarometer-2-wijken", "leefbaarometer2_klassen_wijken_2002_2016.csv", 2016),
        ("wijkgrenzen-2022", "wijken_drenthe_ooststellingwerf_2022.geojson", 2022),
        (
            "leefbaarometer-3-wijken",
            "voorbeeld_leefbaarometer3_wijken_amstelveen.csv",
            2022,
        ),
    ):
        known = {"areas": "known-only"} if source.startswith("rivm") else {}
        reports[source] = await made.load(real_file(name), edition, source, name=name, **known)
    yield made, reports
    await made.client.aclose()
    await made.context.store.close()
    await made.context.engine.dispose()
    await databases.drop(made.url)
