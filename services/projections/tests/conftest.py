"""Events in, answers out: in memory for the folds, and on a real database for what people read."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.ledger import current_generation
from leefwijk.events.consume.records import Change, Record
from leefwijk.events.envelope import platform_headers, receive, source_uri
from leefwijk.events.event import Event
from leefwijk.events.schemas import Migrations
from leefwijk.events.store.postgres import create_engine
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.testing.servers import Databases, make_topics
from leefwijk.events.topics import platform_topic
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from projections import effort_status
from projections.answers import EffortStatus
from projections.app import definition
from projections.effort_status import Asked, Beside
from projections.read_models import AREA_EFFORT_STATUS, READ_MODELS, ReadModel
from projections.rows import Batch, Row
from projections.settings import ProjectionsSettings
from projections.snapshot import Said

# test folders are no packages: the helpers beside this file are found by their folder
sys.path.append(str(Path(__file__).parent))

LARIKS = "WK010601@2020"


def moment(when: str) -> datetime:
    """A moment, or the middle of a day."""
    return datetime.fromisoformat(when if "T" in when else f"{when}T12:00:00+01:00")


@dataclass
class History:
    """Events as their owners stored them: numbered per stream, with the moment of recording."""

    stored: list[StoredEvent] = field(default_factory=list)

    def say(
        self,
        subject: str,
        event: Event,
        at: str = "2022-01-10",
        *,
        area: str | None = LARIKS,
        municipalities: tuple[str, ...] = ("GM0106",),
    ) -> StoredEvent:
        """Record an event on the stream of its subject."""
        stream = f"{type(event).aggregate}-{subject}"
        version = 1 + sum(1 for one in self.stored if one.stream_id == stream)
        said = StoredEvent(
            stream_id=stream,
            version=version,
            position=len(self.stored) + 1,
            id=uuid5(NAMESPACE_URL, f"{stream}/{version}"),
            type=type(event).type,
            data=event.to_json(),
            metadata={"area": area, "municipalities": list(municipalities)},
            recorded_at=moment(at),
        )
        self.stored.append(said)
        return said


def record_of(event: StoredEvent, offset: int | None = None) -> Record:
    """The event as it stands on the topic of its owner."""
    service = published_language().find(event.type).service
    return Record(
        platform_topic(service),
        0,
        offset,
        tuple(platform_headers(event, source_uri("04016206", service))),
        event.stream_id.encode(),
        event.data.encode(),
    )


def change_of(event: StoredEvent) -> Change:
    """The event as a fold gets it."""
    record = record_of(event)
    received = receive(record.headers, record.key, record.value)
    return Change(received, published_language().decode(received.type, received.data))


class Folded:
    """Rows folded in memory, read as the database would give them."""

    def __init__(self, events: Iterable[StoredEvent]) -> None:
        self._batch = Batch(AREA_EFFORT_STATUS.projection()._folds, {})
        for event in events:
            if published_language().find(event.type) in AREA_EFFORT_STATUS.projection().handles:
                self._batch.apply(change_of(event))

    def rows(self, known_at: datetime | None = None) -> list[Said]:
        """What is said now, or was said at that moment."""
        found = []
        for stream, version in self._batch.inserted():
            if known_at is None:
                holds = version.recorded_to is None
            else:
                holds = version.recorded_from <= known_at and (
                    version.recorded_to is None or known_at < version.recorded_to
                )
            if holds:
                found.append(_said(stream, version.row, version.recorded_from))
        return found

    def status(
        self,
        area: str = LARIKS,
        *,
        as_of: str = "2026-06-30",
        known_at: str | None = None,
        internal: bool = True,
        below: Sequence[str] = (),
        above: Sequence[str] = (),
        partner: str | None = None,
        held: Mapping[str, str] | None = None,
        read_through: str | None = "2026-06-30",
        now: str = "2026-06-30",
    ) -> EffortStatus:
        """The effort status of an area with what lies below it, under levels of `above`.

        Those are the areas that it lies in, the nearest first.
        """
        known = moment(known_at) if known_at else None
        rows = self.rows(known)
        return effort_status.compose(
            Asked(area, date.fromisoformat(as_of), known, internal, partner),
            [row for row in rows if row.area in {area, *below}],
            [row for one in above for row in rows if row.area == one and row.kind == "level"],
            {row.key: row.body for row in self.rows() if row.kind == "indicator"},
            held or {},
            Beside(
                now=moment(now),
                partners={row.key: row.body for row in self.rows() if row.kind == "partner"},
                proofs={service: moment(read_through) for service in AREA_EFFORT_STATUS.services}
                if read_through
                else {},
            ),
        )


def _said(stream: str, row: Row, recorded_from: datetime) -> Said:
    return Said(
        stream,
        row.kind,
        row.key,
        row.area,
        row.municipalities,
        row.link,
        row.valid_from,
        row.valid_through,
        recorded_from,
        row.body,
        row.events,
        row.rests_on,
    )


@pytest.fixture
def history() -> History:
    """Nothing has happened yet."""
    return History()


@pytest.fixture
def folded() -> type[Folded]:
    """Folds events in memory."""
    return Folded


@pytest.fixture
def recorded() -> Callable[..., Record]:
    """An event as a record of its topic."""
    return record_of


@pytest.fixture
def changed() -> Callable[[StoredEvent], Change]:
    """An event as a fold gets it."""
    return change_of


@pytest.fixture(scope="session")
def database_parts() -> tuple[Migrations, ...]:
    """A database of the projections."""
    return definition.all_migrations


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    """Signs tokens for readers."""
    return DevelopmentIssuer(tmp_path_factory.mktemp("projections-issuer"))


@dataclass
class ReadSide:
    """A read model on a database of its own, fed by hand, with the API that people read."""

    engine: AsyncEngine
    cores: dict[str, ConsumerCore]
    client: httpx.AsyncClient
    issuer: DevelopmentIssuer
    url: str
    databases: Databases

    @property
    def core(self) -> ConsumerCore:
        """What applies events to the effort status."""
        return self.cores[AREA_EFFORT_STATUS.name]

    async def receive(self, *events: StoredEvent, together: bool = True) -> None:
        """Let events arrive, in one batch or one at a time."""
        records = [record_of(event) for event in events]
        for batch in [records] if together else [[record] for record in records]:
            for core in self.cores.values():
                await core.apply(batch)

    async def get(self, path: str, role: str = "area_manager", **params: Any) -> httpx.Response:
        """Ask as somebody of this role; a partner is one of Assen unless `of` says otherwise."""
        municipalities = (params.pop("of", "GM0106"),) if role == "partner" else ()
        partner = "p1" if role == "partner" else None
        token = self.issuer.token(role, municipalities=municipalities, partner=partner)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.get(f"/v1{path}", params=params, headers=headers)

    async def status(
        self, area: str = LARIKS, role: str = "area_manager", **params: Any
    ) -> dict[str, Any]:
        """The effort status of an area."""
        answer = await self.get(f"/areas/{area}/effort-status", role, **params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def parked(self, model: ReadModel = AREA_EFFORT_STATUS) -> int:
        """How many events wait."""
        async with self.engine.connect() as connection:
            found = await connection.execute(
                text("select count(*) from parked where consumer = :model"),
                {"model": model.consumer},
            )
            return int(found.scalar_one())

    async def generation(self, model: ReadModel = AREA_EFFORT_STATUS) -> int:
        """The generation that people read."""
        async with self.engine.connect() as connection:
            return await current_generation(connection, model.consumer, hold=False)

    async def publish(self, broker: Broker, topic: str, events: Sequence[StoredEvent]) -> None:
        """Put events on a topic, as the relay of their owner does."""
        await make_topics(broker, [topic])
        producer = broker.producer()
        await producer.start()
        try:
            for event in events:
                record = record_of(event)
                await producer.send_and_wait(
                    topic, record.value, key=record.key, headers=list(record.headers)
                )
        finally:
            await producer.stop()

    async def close(self) -> None:
        """Stop answering and drop the database."""
        await self.client.aclose()
        await self.engine.dispose()
        await self.databases.drop(self.url)

    async def all_rows(self, model: ReadModel = AREA_EFFORT_STATUS) -> list[tuple[Any, ...]]:
        """Every row version that ever held for a while, without its generation."""
        async with self.engine.connect() as connection:
            found = await connection.execute(
                text(
                    "select stream_id, kind, key, area, municipalities, link, valid_from, "
                    "valid_through, recorded_from, recorded_to, cast(body as text), events, "
                    "rests_on from rows join consumer_generations "
                    "on generation = current and projection = consumer "
                    "where projection = :model and recorded_to is distinct from recorded_from "
                    "order by stream_id, kind, key, recorded_from"
                ),
                {"model": model.consumer},
            )
            return [tuple(map(str, row)) for row in found]


@pytest.fixture(scope="session")
async def read_sides(
    databases: Databases, tokens: DevelopmentIssuer
) -> AsyncIterator[Callable[[], Any]]:
    """Makes empty read sides."""
    made: list[ReadSide] = []

    async def make(url: str | None = None) -> ReadSide:
        """On a database of its own, or on one that was filled before."""
        url = url or await databases.fresh(*definition.all_migrations)
        engine = create_engine(url, pool=4)
        async with engine.begin() as connection:
            for model in READ_MODELS.values():
                await model.projection().prepare(connection, 1)
        settings = ProjectionsSettings(
            environment="development",
            port=8100,
            database_url=url,
            database_pool=4,
            kafka_bootstrap="127.0.0.1:9",
            chamber_number="04016206",
            issuer=ISSUER,
            jwks=str(tokens.jwks),
        )
        transport = httpx.ASGITransport(definition.app(settings), raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://projections")
        side = ReadSide(
            engine,
            {name: model.core(engine) for name, model in READ_MODELS.items()},
            client,
            tokens,
            url,
            databases,
        )
        made.append(side)
        return side

    yield make
    for side in made:
        await side.close()


@pytest.fixture
async def read_side(read_sides: Callable[[], Any]) -> Any:
    """An empty read side."""
    return await read_sides()


@pytest.fixture
def token_file(tmp_path: Path, tokens: DevelopmentIssuer) -> str:
    """The file with the service's own token."""
    file = tmp_path / "service-token"
    file.write_text(tokens.token("service"), "utf-8")
    return str(file)
