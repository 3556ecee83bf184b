"""What a service hears in a test: facts as the relay would send them, through its own consumer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from leefwijk.events.clock import Clock
from leefwijk.events.consume import ledger
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.reactions import TodoWorker
from leefwijk.events.consume.records import Record
from leefwijk.events.envelope import platform_headers, source_uri
from leefwijk.events.event import Event
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.topics import platform_topic

_STARTED = text("""
insert into consumer_generations (consumer, started_at) values (:consumer, '2020-01-01')
on conflict do nothing
""")
_OWN = text("""
select stream_id, version, id, type, cast(data as text) as data,
    metadata, recorded_at from events order by xid, position
""")


@dataclass
class Hearing:
    """Gives a service the facts of others, and its own, and lets it do what they ask for."""

    core: ConsumerCore
    todos: TodoWorker
    clock: Clock
    versions: dict[str, int] = field(default_factory=dict)
    heard: set[UUID] = field(default_factory=set)

    async def started_long_ago(self) -> None:
        """What arrives from now on is news: reactions are for what was not known at the start."""
        async with self.core.engine.begin() as connection:
            await connection.execute(_STARTED, {"consumer": self.core.name})

    async def hear(
        self,
        service: str,
        subject: str,
        *events: Event,
        ids: Sequence[UUID] = (),
        area: str | None = None,
    ) -> list[UUID]:
        """Facts of one aggregate of another service arrive; gives the ids of their events.

        `area` is where the aggregate lies, for facts that do not say so themselves.
        """
        given = tuple(ids) or tuple(uuid4() for _ in events)
        stored = [
            self.stored(subject, event, id_, area) for event, id_ in zip(events, given, strict=True)
        ]
        await self.deliver(service, *stored)
        return list(given)

    def stored(self, subject: str, event: Event, id_: UUID, area: str | None = None) -> StoredEvent:
        """The next event of a stream as its owner would have stored it."""
        stream = f"{event.aggregate}-{subject}"
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        about = getattr(event, "municipalities", None) or ("GM0106",)
        metadata: dict[str, Any] = {"municipalities": list(about)}
        place = area or getattr(event, "area", None)
        if place is not None:
            metadata["area"] = place
        return StoredEvent(
            stream, version, version, id_, event.type, event.to_json(), metadata, self.clock()
        )

    async def deliver(self, service: str, *stored: StoredEvent) -> None:
        """Records arrive, perhaps once more."""
        topic, source = platform_topic(service), source_uri("04016206", service)
        records = [
            Record(
                topic,
                0,
                None,
                tuple(platform_headers(one, source)),
                one.stream_id.encode(),
                one.data.encode(),
            )
            for one in stored
        ]
        await self.core.apply(records)

    async def hear_itself(self, service: str) -> int:
        """What the service recorded since the last time arrives; gives how many facts it was."""
        async with self.core.engine.connect() as connection:
            rows = (await connection.execute(_OWN)).all()
        news = [
            StoredEvent(
                row.stream_id,
                row.version,
                row.version,
                row.id,
                row.type,
                row.data,
                row.metadata,
                row.recorded_at,
            )
            for row in rows
            if row.id not in self.heard
        ]
        await self.deliver(service, *news)
        self.heard |= {one.id for one in news}
        return len(news)

    async def work(self) -> None:
        """Do what was set in motion."""
        while await self.todos.once():
            pass

    async def settle(self, service: str) -> None:
        """The service hears itself and does what that asks for, until nothing is new."""
        await self.work()
        while await self.hear_itself(service):
            await self.work()

    async def prove(self, *services: str) -> None:
        """Everything that these services said has been read by now."""
        topics = [platform_topic(name) for name in services]
        async with self.core.engine.begin() as connection:
            await ledger.prove_read(connection, self.core.name, topics, self.clock())
