"""Sending events to their topics: at least once, in order per stream, nothing skipped.

The cursor moves only after Kafka's acknowledgement. Any failed send stops the relay with nothing in
flight and starts it again from the cursor: a client may otherwise send the next batch before the
failed one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import Catalogue
from leefwijk.events.envelope import Headers, partner_headers, platform_headers
from leefwijk.events.event import Audience
from leefwijk.events.log import LogEntry
from leefwijk.events.relay.leader import Leadership, LostLeadershipError, lead
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.topics import partner_topic, platform_topic

_log = structlog.get_logger(__name__)

BATCH = 1000
POLL_SECONDS = 0.025
IDLE_SECONDS = 0.25
MEASURE_SECONDS = 1.0

_ACKNOWLEDGED = text("select topic, partition, acknowledged from relay_offsets")
_REFILLS = text("select topic from relay_refills")
_ASK_REFILL = text(
    "insert into relay_refills (topic) select unnest(cast(:topics as text[])) on conflict do nothing"
)
_FORGET_OFFSETS = text("delete from relay_offsets where topic = any(cast(:topics as text[]))")
_REFILLED = text("delete from relay_refills where topic = any(cast(:topics as text[]))")


@dataclass(frozen=True)
class Routing:
    """Which topics an event goes to, and with which headers."""

    service: str
    source: str
    catalogue: Catalogue
    municipalities: frozenset[str]
    """The municipalities that have partner topics."""

    def topics(self) -> list[str]:
        """Every topic of the service."""
        names = [platform_topic(self.service)]
        audiences = {event.audience for event in self.catalogue.of_service(self.service)}
        if Audience.PARTNERS in audiences:
            names += [partner_topic(self.service, code) for code in sorted(self.municipalities)]
        return names

    def records(self, event: StoredEvent) -> Iterable[tuple[str, Headers]]:
        """Topic and headers of each record that the event becomes."""
        audience = self.audience(event.type)
        if audience is Audience.VAULT:
            return
        yield platform_topic(self.service), platform_headers(event, self.source)
        if audience is Audience.PARTNERS:
            for code in event.metadata.get("municipalities", ()):
                if code in self.municipalities:
                    yield (
                        partner_topic(self.service, code),
                        partner_headers(event, self.source, code),
                    )

    def audience(self, type_: str) -> Audience:
        """The audience the definition states; an event that is no longer known stays inside."""
        try:
            return self.catalogue.find(type_).audience
        except LookupError:
            return Audience.PLATFORM


class Relay:
    """Sends what the store holds to Kafka, as long as this process leads."""

    def __init__(self, engine: AsyncEngine, routing: Routing, broker: Broker, leader: str) -> None:
        self._engine = engine
        self._routing = routing
        self._broker = broker
        self._leader = leader
        self._more = asyncio.Event()

    def poke(self) -> None:
        """Something new is durable: look now instead of at the next poll."""
        self._more.set()

    async def run(self) -> None:
        """Relay until cancelled, starting again from the cursor after any failure."""
        pause = 0.5
        while True:
            try:
                async with lead(self._engine, self._routing.service, self._leader) as leadership:
                    metrics.RELAY_LEADER.labels(self._routing.service).set(1)
                    measuring = asyncio.create_task(self._measure(leadership))
                    try:
                        while True:
                            try:
                                await self._send_from_cursor(leadership)
                            except (LostLeadershipError, SQLAlchemyError):
                                raise
                            except Exception as error:  # noqa: BLE001 - whatever Kafka raises
                                metrics.RELAY_RESTARTS.labels(self._routing.service).inc()
                                _log.warning("relay starts again", reason=_said(error))
                                await asyncio.sleep(pause)
                                pause = min(pause * 2, 5)
                            else:
                                pause = 0.5
                    finally:
                        measuring.cancel()
                        metrics.RELAY_LEADER.labels(self._routing.service).set(0)
            except (LostLeadershipError, SQLAlchemyError, OSError) as error:
                _log.warning("relay has no database", reason=_said(error))
                await asyncio.sleep(1)

    async def _send_from_cursor(self, leadership: Leadership) -> None:
        producer = self._broker.producer()
        await producer.start()
        try:
            await self._refill_lost(leadership, producer)
            idle = POLL_SECONDS
            while True:
                self._more.clear()
                entries = await leadership.read(BATCH)
                if entries:
                    offsets = await self._send(producer, entries)
                    await leadership.advance(entries[-1].cursor, offsets)
                    idle = POLL_SECONDS
                    if len(entries) == BATCH:
                        continue
                    # what was committed beside this batch may still be above the horizon
                    await asyncio.sleep(0)
                elif self._more.is_set():
                    await asyncio.sleep(0.001)
                else:
                    idle = min(idle * 1.5, IDLE_SECONDS)
                if await self._wait(idle):
                    idle = POLL_SECONDS
        finally:
            await producer.stop()

    async def _wait(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._more.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _send(
        self,
        producer: AIOKafkaProducer,
        entries: list[LogEntry],
        only: frozenset[str] | None = None,
    ) -> dict[tuple[str, int], int]:
        """Send the entries and wait for every acknowledgement; raise the first failure."""
        pending = []
        for entry in entries:
            key, value = entry.event.stream_id.encode(), entry.event.data.encode()
            for topic, headers in self._routing.records(entry.event):
                if only is None or topic in only:
                    pending.append(
                        await producer.send(topic, value=value, key=key, headers=headers)
                    )
        done = await asyncio.gather(*pending, return_exceptions=True)
        offsets: dict[tuple[str, int], int] = {}
        for result in done:
            if isinstance(result, BaseException):
                raise result
            place = (result.topic, result.partition)
            offsets[place] = max(offsets.get(place, -1), result.offset)
        metrics.RELAY_SENT.labels(self._routing.service).inc(len(pending))
        return offsets

    async def _refill_lost(self, leadership: Leadership, producer: AIOKafkaProducer) -> None:
        """Fill topics again that hold less than was once acknowledged, and topics that are new."""
        ends = await self._broker.ends(self._routing.topics())
        rows = (await leadership.execute(_ACKNOWLEDGED)).all()
        acknowledged = {(row.topic, row.partition): row.acknowledged for row in rows}
        asked = {row.topic for row in (await leadership.execute(_REFILLS)).all()}
        lost = {
            place[0] for place, last in acknowledged.items() if ends.get(place, 0) < last + 1
        } & {topic for topic, _ in ends}
        known = {topic for topic, _ in acknowledged}
        new = {topic for topic, _ in ends} - known if leadership.cursor.position else set()
        topics = sorted(lost | asked | new)
        if not topics:
            return
        _log.warning("fills topics from the start of the log", topics=topics)
        await leadership.execute(_ASK_REFILL, {"topics": topics})
        await leadership.execute(_FORGET_OFFSETS, {"topics": topics})
        offsets: dict[tuple[str, int], int] = {
            place: end - 1 for place, end in ends.items() if place[0] in topics
        }
        async for entries in leadership.read_all(leadership.cursor):
            offsets |= await self._send(producer, entries, frozenset(topics))
        await leadership.advance(leadership.cursor, offsets)
        await leadership.execute(_REFILLED, {"topics": topics})

    async def _measure(self, leadership: Leadership) -> None:
        name = self._routing.service
        while True:
            waiting, oldest, horizon = await leadership.measure()
            metrics.RELAY_UNSENT.labels(name).set(waiting)
            metrics.RELAY_OLDEST_UNSENT.labels(name).set(oldest)
            metrics.HORIZON_AGE.labels(name).set(horizon)
            await asyncio.sleep(MEASURE_SECONDS)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
