import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events import log
from leefwijk.events.broker import Broker
from leefwijk.events.consume.records import Record
from leefwijk.events.envelope import Received, receive
from leefwijk.events.handling import Caller, Handler
from leefwijk.events.log import Cursor
from leefwijk.events.relay.relay import Relay, Routing
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import MAX_EVENT_BYTES
from leefwijk.events.testing.consuming import SOURCE
from leefwijk.events.testing.notes import (
    MUNICIPALITY,
    OTHER_MUNICIPALITY,
    Count,
    Counted,
    Noted,
    Notes,
    Whispered,
    Write,
    append,
    commit,
    stored,
)
from leefwijk.events.testing.servers import drop_topics, make_topics, read_topic, until
from leefwijk.events.topics import partner_topic, platform_topic


@dataclass
class Service:
    """A service with its store, its topics and, while asked for, its relay."""

    engine: AsyncEngine
    broker: Broker
    routing: Routing
    store: EventStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = EventStore(self.engine, self.routing.service)
        self.handler = Handler(self.store, self.routing.catalogue)

    @property
    def topic(self) -> str:
        """The platform topic."""
        return platform_topic(self.routing.service)

    def partner_topic(self, municipality: str = MUNICIPALITY) -> str:
        """The topic of a municipality's partners."""
        return partner_topic(self.routing.service, municipality)

    @asynccontextmanager
    async def relaying(
        self, broker: Broker | None = None, routing: Routing | None = None
    ) -> AsyncIterator[Relay]:
        """A relay at work."""
        relay = Relay(self.engine, routing or self.routing, broker or self.broker, "test")
        self.store.after_commit(relay.poke)
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def sent(self) -> None:
        """Wait until the cursor has reached the end of the log."""

        async def nothing_waits() -> bool:
            return not await self.waiting()

        await until(nothing_waits)

    async def ask_refill(self) -> None:
        """Ask for the topic to be filled again, as an operator does."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text("insert into relay_refills (topic) values (:topic)"), {"topic": self.topic}
            )

    async def nothing_is_asked(self) -> bool:
        """Whether every refill that was asked for has come to its end."""
        async with self.engine.connect() as connection:
            return not (await connection.execute(text("select topic from relay_refills"))).all()

    async def waiting(self) -> int:
        """How many events lie beyond the relay's cursor."""
        async with self.engine.connect() as connection:
            row = (
                await connection.execute(
                    text("select era, xid, position from relays where name = :name"),
                    {"name": self.routing.service},
                )
            ).one_or_none()
            cursor = Cursor(row.era, row.xid, row.position) if row else Cursor()
            return (await log.waiting_after(connection, cursor))[0]

    async def received(self, topic: str | None = None, count: int | None = None) -> list[Received]:
        """The events of a topic, in order per partition."""
        records = await read_topic(self.broker, topic or self.topic, count)
        return [receive(record.headers, record.key, record.value) for record in records]


@pytest.fixture
async def service(engine: AsyncEngine, broker: Broker, service_name: str) -> AsyncIterator[Service]:
    """A service that nobody else is, with its topics."""
    routing = Routing(service_name, SOURCE, Notes(), frozenset({MUNICIPALITY}))
    await make_topics(broker, routing.topics())
    made = Service(engine, broker, routing)
    yield made
    await made.store.close()


def first_occurrences(events: Iterable[Received]) -> dict[str, list[int]]:
    """The versions of each stream in the order in which they first stand on a topic."""
    found: dict[str, list[int]] = {}
    for event in events:
        versions = found.setdefault(event.stream_id, [])
        if event.version not in versions:
            versions.append(event.version)
    return found


@dataclass(frozen=True)
class FailsOnce(Broker):
    """A broker one of whose batches fails, `sends` says whether after it was delivered."""

    sends: bool = False
    failing: list[int] = field(default_factory=lambda: [4])
    """Which of the batches fails, counted down."""
    failed: list[str] = field(default_factory=list)

    def producer(self) -> AIOKafkaProducer:
        """A producer with small batches."""
        producer = super().producer()
        producer._message_accumulator._batch_size = 2048
        send_batch = producer.send_batch

        async def send(batch: Any, topic: str, *, partition: int) -> Any:
            self.failing[0] -= 1
            if self.failing[0] != 0:
                return await send_batch(batch, topic, partition=partition)
            self.failed.append(topic)
            if self.sends:
                await (await send_batch(batch, topic, partition=partition))
            raise KafkaTimeoutError("lost on the way")

        producer.send_batch = send
        return producer


class TestOrder:
    async def test_every_event_reaches_its_topics_in_order(self, service: Service) -> None:
        """G-RELAY-1, G-RELAY-6: order per stream; partners get partner facts, counted, unsigned."""
        caller = Caller(correlation="c-1", causation="c-2", traceparent="00-0-0-01")
        for turn in range(5):
            await asyncio.gather(
                *(
                    service.handler.execute(
                        Write(text=f"{turn}", amount=turn) if turn % 2 else Count(amount=1),
                        id_=f"{number}",
                        create=True,
                        caller=caller,
                    )
                    for number in range(20)
                )
            )
        await service.store.commit(commit(append("notes-0", 5, Whispered(text="psst"))))
        await service.store.commit(commit(append("notes-0", 6, Counted(amount=1))))
        async with service.relaying():
            await service.sent()
        events = await service.received(count=101)
        assert len(events) == 101
        assert first_occurrences(events) == {
            f"notes-{number}": [1, 2, 3, 4, 5, *([7] if number == 0 else [])]
            for number in range(20)
        }
        assert not any(event.type == Whispered.type for event in events)
        assert {event.attributes["traceparent"] for event in events if event.version < 6} == {
            "00-0-0-01"
        }

        partners = await service.received(service.partner_topic(), count=40)
        assert {event.type for event in partners} == {Noted.type}
        assert len(partners) == 40
        for number in range(20):
            own = [event for event in partners if event.stream_id == f"notes-{number}"]
            assert [event.partner_sequence for event in own] == [1, 2]
        for event in partners:
            assert not event.attributes.keys() & {
                "actor",
                "actorrole",
                "traceparent",
                "correlationid",
                "causationid",
            }

    async def test_what_is_appended_later_is_sent_soon(self, service: Service) -> None:
        """G-RELAY-1: a poked relay sends at once, and an idle one looks by itself."""
        async with service.relaying():
            await service.store.commit(commit(append("notes-1", 0)))
            await service.sent()
            other = EventStore(service.engine, "unpoked")
            await other.commit(commit(append("notes-1", 1)))
            await service.sent()
            await other.close()
        assert first_occurrences(await service.received(count=2)) == {"notes-1": [1, 2]}

    async def test_a_poked_relay_does_not_wait_for_its_next_look(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-RELAY-1: what is new is sent at once, however long an idle relay would wait."""
        for name in ("POLL_SECONDS", "IDLE_SECONDS"):
            monkeypatch.setattr(f"leefwijk.events.relay.relay.{name}", 60.0)
        await service.store.commit(commit(append("notes-1", 0)))
        async with service.relaying(), asyncio.timeout(30):
            for version in range(1, 4):
                await service.sent()
                await service.store.commit(commit(append("notes-1", version)))
            await service.sent()
        assert first_occurrences(await service.received(count=4)) == {"notes-1": [1, 2, 3, 4]}

    async def test_the_largest_event_fits_through(self, service: Service) -> None:
        """G-STORE-7: whatever the store takes, Kafka takes."""
        text_ = "x" * (MAX_EVENT_BYTES - 40)
        await service.store.commit(
            commit(append("notes-1", 0, Whispered(text=""), Noted(text=text_)))
        )
        await service.store.commit(
            commit(append("notes-1", 2, Noted(text=text_), Counted(amount=1)))
        )
        async with service.relaying():
            await service.sent()
        assert first_occurrences(await service.received(count=3)) == {"notes-1": [2, 3, 4]}


class TestFailures:
    @pytest.mark.parametrize("sends", [True, False], ids=["acknowledgement-lost", "record-lost"])
    async def test_a_failed_send_is_sent_again_from_the_cursor(
        self, service: Service, sends: bool
    ) -> None:
        """G-RELAY-2, G-RELAY-3: nothing is skipped and nothing overtakes what failed."""
        for number in range(3):
            await service.store.commit(commit(append(f"notes-{number}", 0, count=60)))
        broker = FailsOnce(service.broker.bootstrap, sends=sends)
        async with service.relaying(broker):
            await service.sent()
        events = await service.received(count=180)
        expected = {f"notes-{number}": list(range(1, 61)) for number in range(3)}
        assert first_occurrences(events) == expected
        assert len(broker.failed) == 1
        assert len(events) > 180, "what was sent before the failure was sent again"

    @pytest.mark.parametrize("which", [2, 5, 9])
    async def test_what_was_read_ahead_is_sent_again_after_a_failure(
        self, service: Service, monkeypatch: pytest.MonkeyPatch, which: int
    ) -> None:
        """G-RELAY-2: the cursor follows what was acknowledged, not what was read meanwhile."""
        monkeypatch.setattr("leefwijk.events.relay.relay.BATCH", 4)
        await service.store.commit(commit(append("notes-1", 0, count=40)))
        broker = FailsOnce(service.broker.bootstrap, failing=[which])
        async with service.relaying(broker):
            await service.sent()
        assert len(broker.failed) == 1
        events = await service.received(count=40)
        assert first_occurrences(events) == {"notes-1": list(range(1, 41))}

    async def test_a_restarted_relay_goes_on_where_it_was(self, service: Service) -> None:
        """G-RELAY-2: the cursor is kept; a relay that ended in peace repeats nothing."""
        await service.store.commit(commit(append("notes-1", 0, count=3)))
        async with service.relaying():
            await service.sent()
        await service.store.commit(commit(append("notes-1", 3, count=2)))
        async with service.relaying():
            await service.sent()
        assert [event.version for event in await service.received(count=5)] == [1, 2, 3, 4, 5]

    async def test_a_relay_that_ended_amid_a_transaction_goes_on_there(
        self, service: Service
    ) -> None:
        """G-RELAY-2: where one transaction was sent in parts, a restart sends the next part."""
        await service.store.commit(commit(append("notes-1", 0, count=6)))
        async with service.engine.begin() as connection:
            second = (await log.read_after(connection, Cursor(), 2))[-1].cursor
            await connection.execute(
                text("""
                insert into relays (name, era, xid, position)
                values (:name, :era, cast(:xid as xid8), :position)
                """),
                {"name": service.routing.service, **second.parameters()},
            )
        # a topic of which nothing was acknowledged would be filled from the start
        await self._acknowledged(service)
        async with service.relaying():
            await service.sent()
        versions = [event.version for event in await service.received(count=4)]
        assert versions == [3, 4, 5, 6]

    async def _acknowledged(self, service: Service) -> None:
        async with service.engine.begin() as connection:
            await connection.execute(
                text("""
                insert into relay_offsets (topic, partition, acknowledged)
                select topic, 0, -1 from unnest(cast(:topics as text[])) as t (topic)
                """),
                {"topics": service.routing.topics()},
            )

    async def test_a_relay_without_a_broker_ends_when_told_to(self, service: Service) -> None:
        """G-RELAY-7: while Kafka is away the store takes events, and the relay can be stopped."""
        async with asyncio.timeout(10):
            async with service.relaying(Broker("127.0.0.1:1")):
                await asyncio.sleep(0.2)
                await service.store.commit(commit(append("notes-1", 0)))
        assert await service.waiting() == 1
        async with service.relaying():
            await service.sent()

    async def test_a_lost_database_connection_ends_nothing(self, service: Service) -> None:
        """G-RELAY-5: the relay leads again after its connection was ended, and skips nothing."""
        async with service.relaying():
            await service.store.commit(commit(append("notes-1", 0)))
            await service.sent()
            async with service.engine.connect() as connection:
                await connection.execute(
                    text("select pg_terminate_backend(backend) from relays where name = :name"),
                    {"name": service.routing.service},
                )
            await service.store.commit(commit(append("notes-1", 1)))
            await service.sent()
        assert first_occurrences(await service.received(count=2)) == {"notes-1": [1, 2]}


class TestRefill:
    async def test_a_lost_topic_is_filled_again(self, service: Service) -> None:
        """G-RELAY-4: a topic that ends before what was acknowledged is filled from the start."""
        await service.store.commit(commit(append("notes-1", 0, count=3)))
        async with service.relaying():
            await service.sent()
        await drop_topics(service.broker, [service.topic])
        await make_topics(service.broker, [service.topic])
        await service.store.commit(commit(append("notes-1", 3)))
        async with service.relaying():
            await service.sent()
        assert [event.version for event in await service.received(count=4)] == [1, 2, 3, 4]

    async def test_a_topic_lost_under_a_working_relay_is_filled_again(
        self, service: Service
    ) -> None:
        """G-RELAY-4: offsets that begin again are noticed with the next event."""
        async with service.relaying():
            await service.store.commit(commit(append("notes-1", 0, count=3)))
            await service.sent()
            await drop_topics(service.broker, [service.topic])
            await make_topics(service.broker, [service.topic])
            await service.store.commit(commit(append("notes-1", 3)))
            events = await service.received(count=4)
            assert {event.version for event in events} == {1, 2, 3, 4}
            await service.sent()

    async def test_a_topic_lost_while_nobody_writes_is_filled_again(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """G-RELAY-4: what a broker lost is noticed without a next event."""
        monkeypatch.setattr("leefwijk.events.relay.relay.LOOK_SECONDS", 0.2)
        async with service.relaying():
            await service.store.commit(commit(append("notes-1", 0, count=3)))
            await service.sent()
            await drop_topics(service.broker, [service.topic])
            await make_topics(service.broker, [service.topic])
            events = await service.received(count=3)
        assert [event.version for event in events] == [1, 2, 3]

    async def test_a_new_municipality_gets_the_history(self, service: Service) -> None:
        """G-RELAY-4: a topic that is new is filled with what was recorded before it."""
        await service.handler.execute(Write(text="a"), id_="1", create=True)
        none_yet = Routing(service.routing.service, SOURCE, Notes(), frozenset())
        async with service.relaying(routing=none_yet):
            await service.sent()
        assert await service.received(service.partner_topic()) == []
        async with service.relaying():
            partners = await service.received(service.partner_topic(), count=1)
        assert [event.partner_sequence for event in partners] == [1]
        assert len(await service.received(count=1)) == 1, "the other topics stay as they are"

    async def test_a_refill_can_be_asked_for(self, service: Service) -> None:
        """G-RELAY-4: the same way is open to operators."""
        await service.store.commit(commit(append("notes-1", 0, count=2)))
        async with service.relaying():
            await service.sent()
        await service.ask_refill()
        async with service.relaying():
            events = await service.received(count=4)
        assert [event.version for event in events] == [1, 2, 1, 2]

    async def test_what_is_sent_since_a_refill_says_so(self, service: Service) -> None:
        """G-RELAY-4: every record carries the mark, also after the relay began again."""
        await service.store.commit(commit(append("notes-1", 0, count=2)))
        async with service.relaying():
            await service.sent()
        await service.ask_refill()
        async with service.relaying():
            await service.received(count=4)
            await until(service.nothing_is_asked)
        await service.store.commit(commit(append("notes-1", 2)))
        async with service.relaying():
            records = await read_topic(service.broker, service.topic, 5)
        marks = [Record.of(record).refill for record in records]
        assert marks[:2] == [None, None]
        assert marks[2] is not None
        assert marks[2].start == records[2].offset == 2
        assert marks[2:] == [marks[2]] * 3

    async def test_a_missing_topic_stops_the_relay_and_loses_nothing(
        self, service: Service
    ) -> None:
        """G-RELAY-7: topics are never made on the fly; what waits is sent once they exist."""
        await drop_topics(service.broker, [service.topic])
        await service.store.commit(commit(append("notes-1", 0)))
        async with service.relaying():
            await asyncio.sleep(0.3)
            assert await service.waiting() == 1
            await make_topics(service.broker, [service.topic])
            await service.sent()
        assert len(await service.received(count=1)) == 1


class TestRouting:
    def test_a_fact_that_was_no_partner_fact_stays_inside(self) -> None:
        """G-RELAY-6: an event recorded before its kind went to partners has no number there."""
        routing = Routing("notes", SOURCE, Notes(), frozenset({MUNICIPALITY}))
        before = stored("notes-1", 1, Noted(), municipalities=[MUNICIPALITY])
        since = stored(
            "notes-1",
            2,
            Noted(),
            municipalities=[MUNICIPALITY, OTHER_MUNICIPALITY],
            partnersequences={MUNICIPALITY: 1, OTHER_MUNICIPALITY: 1},
        )
        assert [topic for topic, _ in routing.records(before)] == ["leefwijk.notes.events"]
        assert [topic for topic, _ in routing.records(since)] == [
            "leefwijk.notes.events",
            "leefwijk.notes.partner-events.gm0106",
        ]

    def test_what_nobody_knows_any_more_stays_on_the_platform(self) -> None:
        """G-RELAY-6: an event without a definition is sent to no partner."""
        routing = Routing("notes", SOURCE, Notes([]), frozenset({MUNICIPALITY}))
        old = stored("notes-1", 1, Noted(), partnersequences={MUNICIPALITY: 1})
        assert [topic for topic, _ in routing.records(old)] == ["leefwijk.notes.events"]


async def test_two_services_share_nothing(service: Service, database_url: str) -> None:
    """Relays of different names lead at the same time."""
    engine = create_engine(database_url)
    other = Relay(engine, Routing("another", SOURCE, Notes(), frozenset()), service.broker, "x")
    task = asyncio.create_task(other.run())
    await service.store.commit(commit(append("notes-1", 0)))
    async with service.relaying():
        await service.sent()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await engine.dispose()
