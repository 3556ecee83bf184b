"""Sending events to their topics: at least once, in order per stream, nothing skipped.

The cursor moves only after Kafka's acknowledgement. Any failed send stops the relay with nothing in
flight and starts it again from the cursor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.broker import Broker, Place
from leefwijk.events.log import Cursor, LogEntry
from leefwijk.events.refill import Refill, begin_refill
from leefwijk.events.relay.leader import Leadership, LostLeadershipError, lead
from leefwijk.events.relay.routing import Routing
from leefwijk.events.relay.sending import Outgoing, TopicMadeAnewError, send, stop

__all__ = ["Relay", "Routing"]

_log = structlog.get_logger(__name__)

BATCH = 1000
POLL_SECONDS = 0.025
IDLE_SECONDS = 0.25
MEASURE_SECONDS = 1.0
LOOK_SECONDS = 10.0
"""So often the ends of the topics are compared with what was acknowledged, also while nothing is
sent: a broker may lose a tail without telling."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0

_ACKNOWLEDGED = text("select topic, partition, acknowledged from relay_offsets")
_REFILLS = text("select topic from relay_refills")
_ASK_REFILL = text("""
insert into relay_refills (topic) select unnest(cast(:topics as text[])) on conflict do nothing
""")
_FORGET_OFFSETS = text("delete from relay_offsets where topic = any(cast(:topics as text[]))")
_MARKS = text("select topic, partition, refill, begins_at from relay_marks")
_MARK = text("""
insert into relay_marks (topic, partition, refill, begins_at)
select * from unnest(
    cast(:topics as text[]), cast(:partitions as int[]),
    cast(:refills as text[]), cast(:starts as bigint[])
)
on conflict (topic, partition) do update
    set refill = excluded.refill, begins_at = excluded.begins_at
""")
_REFILLED = text("delete from relay_refills where topic = any(cast(:topics as text[]))")


@dataclass(frozen=True)
class _Batch:
    """Records that are ready to be sent, and where the log goes on after them."""

    records: Sequence[Outgoing] = ()
    end: Cursor | None = None
    full: bool = False


_NOTHING = _Batch()


class Relay:
    """Sends what the store holds to Kafka, as long as this process leads."""

    def __init__(self, engine: AsyncEngine, routing: Routing, broker: Broker, leader: str) -> None:
        self._engine = engine
        self._routing = routing
        self._broker = broker
        self._leader = leader
        self._more = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._refill_asked = False
        self._refilling = False
        self._marks: dict[Place, Refill] = {}

    def poke(self) -> None:
        """Something new is durable: look now instead of at the next poll."""
        self._more.set()

    async def run(self) -> None:
        """Relay until cancelled, starting again from the cursor after any failure."""
        while True:
            try:
                async with lead(self._engine, self._routing.service, self._leader) as leadership:
                    await self._lead(leadership)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever the database does
                _log.warning("relay has no database", reason=_said(error))
                await asyncio.sleep(1)

    async def _lead(self, leadership: Leadership) -> None:
        """Send for as long as the lead is ours."""
        name = self._routing.service
        metrics.RELAY_LEADER.labels(name).set(1)
        beside = [
            asyncio.create_task(self._measure(leadership)),
            asyncio.create_task(self._look_for_losses(leadership)),
        ]
        try:
            while True:
                try:
                    await self._send_from_cursor(leadership)
                except (LostLeadershipError, SQLAlchemyError):
                    raise
                except Exception as error:  # noqa: BLE001 - whatever Kafka raises
                    if isinstance(error, TopicMadeAnewError):
                        await leadership.execute(_ASK_REFILL, {"topics": [error.topic]})
                    metrics.RELAY_RESTARTS.labels(name).inc()
                    _log.warning("relay starts again", reason=_said(error))
                    await asyncio.sleep(self._pause)
                    self._pause = min(self._pause * 2, LONGEST_PAUSE)
        finally:
            for task in beside:
                task.cancel()
            metrics.RELAY_LEADER.labels(name).set(0)

    async def _send_from_cursor(self, leadership: Leadership) -> None:
        producer = self._broker.producer()
        try:
            await producer.start()
            acknowledged = await self._refill_lost(leadership, producer)
            idle = POLL_SECONDS
            while True:
                self._more.clear()
                if self._refill_asked:
                    self._refill_asked = False
                    acknowledged = await self._refill_lost(leadership, producer)
                if await self._send_what_waits(leadership, producer, acknowledged):
                    idle, self._pause = POLL_SECONDS, FIRST_PAUSE
                    # what was committed beside this batch may still be above the horizon
                    await asyncio.sleep(0)
                elif self._more.is_set():
                    await asyncio.sleep(0.001)
                else:
                    idle = min(idle * 1.5, IDLE_SECONDS)
                if await self._wait(idle):
                    idle = POLL_SECONDS
        finally:
            await stop(producer)

    async def _send_what_waits(
        self, leadership: Leadership, producer: AIOKafkaProducer, acknowledged: dict[Place, int]
    ) -> bool:
        """Send up to the end of the log; says whether there was anything.

        While one batch is on its way to Kafka the next is read, but it leaves after the first one
        was acknowledged and the cursor has moved.
        """
        batch = await self._prepared(leadership, leadership.cursor)
        found = batch.end is not None
        while batch.end is not None and not self._refill_asked:
            ahead = None
            if batch.full:
                ahead = asyncio.create_task(self._prepared(leadership, batch.end))
            try:
                offsets = await self._send(producer, batch.records, acknowledged)
            except BaseException:
                if ahead is not None:
                    ahead.cancel()
                    await asyncio.gather(ahead, return_exceptions=True)
                raise
            following = await ahead if ahead is not None else _NOTHING
            await leadership.advance(batch.end, offsets)
            acknowledged |= offsets
            batch = following
        return found

    async def _prepared(self, leadership: Leadership, after: Cursor) -> _Batch:
        entries = await leadership.read(BATCH, after)
        if not entries:
            return _NOTHING
        records = list(self._records(entries, None))
        return _Batch(records, entries[-1].cursor, full=len(entries) == BATCH)

    async def _wait(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._more.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _send(
        self,
        producer: AIOKafkaProducer,
        records: Sequence[Outgoing],
        acknowledged: dict[Place, int],
    ) -> dict[Place, int]:
        """Send the records and wait for every acknowledgement; raise the first failure."""
        offsets = await send(producer, records, acknowledged, self._marks)
        metrics.RELAY_SENT.labels(self._routing.service).inc(len(records))
        return offsets

    def _records(
        self, entries: Iterable[LogEntry], only: frozenset[str] | None
    ) -> Iterator[Outgoing]:
        for entry in entries:
            key, value = entry.event.stream_id.encode(), entry.event.data.encode()
            for topic, headers in self._routing.records(entry.event):
                if only is None or topic in only:
                    yield Outgoing(topic, key, value, headers)

    async def _refill_lost(
        self, leadership: Leadership, producer: AIOKafkaProducer
    ) -> dict[Place, int]:
        """Fill topics again that hold less than was once acknowledged, and topics that are new.

        From there on their records carry a mark: a topic may be longer by then than a consumer
        remembers it. Gives the last acknowledged offset of every partition.
        """
        ends = await self._broker.ends(self._routing.topics())
        rows = (await leadership.execute(_ACKNOWLEDGED)).all()
        acknowledged = {(row.topic, row.partition): row.acknowledged for row in rows}
        asked = {row.topic for row in (await leadership.execute(_REFILLS)).all()}
        here = {topic for topic, _ in ends}
        lost = {place[0] for place, last in acknowledged.items() if ends.get(place, 0) < last + 1}
        known = {topic for topic, _ in acknowledged}
        new = here - known if leadership.cursor.position else set()
        topics = sorted((lost | asked | new) & here)
        marks = (await leadership.execute(_MARKS)).all()
        self._marks = {(topic, partition): Refill(*mark) for topic, partition, *mark in marks}
        if not topics:
            return acknowledged
        _log.warning("fills topics from the start of the log", topics=topics)
        await leadership.execute(_ASK_REFILL, {"topics": topics})
        await leadership.execute(_FORGET_OFFSETS, {"topics": topics})
        offsets = {place: end - 1 for place, end in ends.items() if place[0] in topics}
        await self._mark(leadership, {place: last + 1 for place, last in offsets.items()})
        self._refilling = True
        try:
            async for entries in leadership.read_all(leadership.cursor):
                records = list(self._records(entries, frozenset(topics)))
                offsets |= await self._send(producer, records, offsets)
            await leadership.advance(leadership.cursor, offsets)
            await leadership.execute(_REFILLED, {"topics": topics})
        finally:
            self._refilling = False
        return acknowledged | offsets

    async def _mark(self, leadership: Leadership, starts: Mapping[Place, int]) -> None:
        """Begin a filling of these partitions, known for good before any record says so."""
        begun = {place: begin_refill(at) for place, at in starts.items()}
        await leadership.execute(
            _MARK,
            {
                "topics": [topic for topic, _ in begun],
                "partitions": [partition for _, partition in begun],
                "refills": [refill.id for refill in begun.values()],
                "starts": [refill.start for refill in begun.values()],
            },
        )
        self._marks |= begun

    async def _measure(self, leadership: Leadership) -> None:
        name = self._routing.service
        while True:
            try:
                waiting, oldest, horizon = await leadership.measure()
                asked = {row.topic for row in (await leadership.execute(_REFILLS)).all()}
            except Exception as error:  # noqa: BLE001 - whoever sends will notice what is wrong
                _log.warning("relay is not measured", reason=_said(error))
            else:
                metrics.RELAY_UNSENT.labels(name).set(waiting)
                metrics.RELAY_OLDEST_UNSENT.labels(name).set(oldest)
                metrics.HORIZON_AGE.labels(name).set(horizon)
                # an operator asked for it while we were sending
                ours = asked.intersection(self._routing.topics())
                self._refill_asked = bool(ours) and not self._refilling
            await asyncio.sleep(MEASURE_SECONDS)

    async def _look_for_losses(self, leadership: Leadership) -> None:
        """Ask for topics to be filled that hold less than was once acknowledged."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                # ours first: what is acknowledged meanwhile must not look like a loss
                rows = (await leadership.execute(_ACKNOWLEDGED)).all()
                ends = await self._broker.ends(self._routing.topics())
                lost = {
                    row.topic
                    for row in rows
                    if ends.get((row.topic, row.partition), row.acknowledged + 1)
                    <= row.acknowledged
                }
                if lost and not self._refilling:
                    await leadership.execute(_ASK_REFILL, {"topics": sorted(lost)})
            except Exception as error:  # noqa: BLE001 - whoever sends will notice what is wrong
                _log.warning("topics are not compared", reason=_said(error))


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
