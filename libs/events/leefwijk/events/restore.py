"""Going on from a backup: what the store no longer has stands on no topic, and partners are told.

Positions and transaction numbers may have gone back with the database, while topics may hold events
that the store lost. A restore therefore raises the era, empties every topic of the service and
fills it again from the store. Topics are emptied and not deleted: their offsets go on, so that no
reader takes a new record for one that it has read.

Every step may be repeated: a restore that was killed is carried out by running it again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import Catalogue
from leefwijk.events.clock import Clock, system_clock
from leefwijk.events.consume.records import Record
from leefwijk.events.envelope import Received
from leefwijk.events.language.restores import StoreRestored
from leefwijk.events.log import Cursor, waiting_after
from leefwijk.events.relay.ahead import look_ahead
from leefwijk.events.relay.leader import STALE_SECONDS, Leadership, lead
from leefwijk.events.relay.relay import Relay
from leefwijk.events.relay.routing import Routing

_log = structlog.get_logger(__name__)

PATIENCE_SECONDS = STALE_SECONDS + 5
"""How long a relay may hold the lead before it counts as alive: one that died is displaced."""
LOOK_SECONDS = 0.2

_LEADER = text("""
select leader, extract(epoch from clock_timestamp() - heartbeat_at) as age from relays
where name = :name
""")
_NEWEST = text("""
select id, type, era from events order by events.era desc, events.xid desc, events.position desc
limit 1
""")
_NUMBERS_WENT_BACK = text("""
select exists (
    select from events
    where era = (select max(era) from eras) and xid >= pg_snapshot_xmax(pg_current_snapshot())
)
""")
_KEPT_THROUGH = text("""
select max(recorded_at) from (
    select recorded_at from events
    order by events.era desc, events.xid desc, events.position desc limit 1000
) as newest
""")
_NO_WRITER = text("lock table events in share row exclusive mode")
_RAISE = text("insert into eras select max(era) + 1 from eras returning era")
_TELL = text("""
insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
values (:stream_id, 1, :era, :id, :type, cast(:data as jsonb), cast(:metadata as jsonb),
        :recorded_at)
""")
_ASK_REFILL = text("""
insert into relay_refills (topic) select unnest(cast(:topics as text[])) on conflict do nothing
""")
_LEFT_TO_FILL = text("""
select count(*) from relay_refills where topic = any(cast(:topics as text[]))
""")
_CURSOR = text("select era, xid, position from relays where name = :name")


class RelayAliveError(Exception):
    """A process of the service is sending: it must be stopped first."""


@dataclass
class Restored:
    """What a restore found and did."""

    era: int | None = None
    """The era that it began; none: the history goes on in the one it found."""
    lost: dict[UUID, Received] = field(default_factory=dict)
    """Events that stood on the topics and are not in the store."""
    topics: list[str] = field(default_factory=list)
    """Topics that were emptied and filled again."""

    @property
    def nothing_to_do(self) -> bool:
        """Whether topics and store agreed already."""
        return not (self.era or self.topics)


@dataclass
class Restorer:
    """Carries a restore of one service out. `tell` hears of every step that is done."""

    engine: AsyncEngine
    routing: Routing
    broker: Broker
    leader: str
    clock: Clock = system_clock
    keep: Callable[[Record], None] = lambda _record: None
    """Gets every lost event once, before the topics are emptied: nobody else has it then."""
    tell: Callable[[str], None] = lambda _step: None
    patience: float = PATIENCE_SECONDS

    async def run(self) -> Restored:
        """Bring topics in step with the store, and tell partners where anything was lost.

        Raises RelayAliveError while a process of the service is sending, TopicMissingError, and
        whatever says that the database or the broker is away. Run it again then.
        """
        done = Restored()
        topics = self.routing.topics()
        async with self._sole_lead() as leadership:
            told: set[UUID] = set()
            await look_ahead(
                self.engine, self.broker, topics, self._noting(done), self._telling(told)
            )
            self.tell(f"compared {len(topics)} topics with the store: {len(done.lost)} events lost")
            back = bool((await leadership.execute(_NUMBERS_WENT_BACK)).scalar_one())
            if done.lost or back:
                if back or not await self._begun(leadership, told):
                    done.era = await self._raise_era(topics)
                    self.tell(f"era {done.era} begins")
                await self._empty(leadership, topics)
                done.topics = topics
        # an earlier run may have ended between filling the topics and telling of the restore
        if await self._left_to_fill(topics) or await self._unsent():
            await self._fill(topics)
            self.tell("filled the topics from the store")
        return done

    @asynccontextmanager
    async def _sole_lead(self) -> AsyncIterator[Leadership]:
        """Lead in place of every relay of the service."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self.patience):
                    leadership = await stack.enter_async_context(
                        lead(self.engine, self.routing.service, self.leader)
                    )
            except TimeoutError:
                raise RelayAliveError(await self._who_leads()) from None
            yield leadership

    async def _who_leads(self) -> str:
        async with self.engine.connect() as connection:
            row = (await connection.execute(_LEADER, {"name": self.routing.service})).one_or_none()
        if row is None:
            return f"the database of {self.routing.service} did not answer in time"
        return (
            f"the relay of {self.routing.service} is alive: {row.leader}, seen "
            f"{float(row.age or 0):.0f} seconds ago; stop every process of the service first"
        )

    def _noting(self, done: Restored) -> Callable[[Received, Record], None]:
        def lost(received: Received, record: Record) -> None:
            if received.id not in done.lost:
                done.lost[received.id] = received
                self.keep(record)

        return lost

    def _telling(self, told: set[UUID]) -> Callable[[Received, Record], None]:
        mine = restored_event(self.routing.catalogue, self.routing.service).type

        def known(received: Received, _record: Record) -> None:
            if received.type == mine:
                told.add(received.id)

        return known

    async def _begun(self, leadership: Leadership, told: set[UUID]) -> bool:
        """Whether an earlier run raised the era for this restore and was ended after that.

        Nothing was recorded since then, and nobody was told yet.
        """
        newest = (await leadership.execute(_NEWEST)).one_or_none()
        mine = restored_event(self.routing.catalogue, self.routing.service).type
        return newest is not None and newest.type == mine and newest.id not in told

    async def _raise_era(self, topics: list[str]) -> int:
        """Begin an era with its first event, and ask for every topic to be filled again.

        No append is under way meanwhile: one that began before has ended, so that events of the
        eras before are final; one that waits reads the new era.
        """
        async with self.engine.begin() as connection:
            await connection.execute(_NO_WRITER)
            kept = (await connection.execute(_KEPT_THROUGH)).scalar_one()
            era = int((await connection.execute(_RAISE)).scalar_one())
            await connection.execute(_TELL, self._event(era, kept))
            await connection.execute(_ASK_REFILL, {"topics": topics})
        return era

    def _event(self, era: int, kept: datetime | None) -> dict[str, object]:
        """The event that says so, in a stream of its own.

        Its id is new: a restore may be followed by another from the same backup, and two events of
        one version would be a fork.
        """
        kind = restored_event(self.routing.catalogue, self.routing.service)
        now = self.clock()
        codes = sorted(self.routing.municipalities)
        metadata = {"role": "operator", "municipalities": codes} | (
            {"partnersequences": dict.fromkeys(codes, 1)} if codes else {}
        )
        return {
            "stream_id": f"{kind.aggregate}-{uuid4()}",
            "era": era,
            "id": uuid4(),
            "type": kind.type,
            "data": kind(era=era, restored_at=now, kept_through=kept).to_json(),
            "metadata": json.dumps(metadata),
            "recorded_at": max(now, kept) if kept else now,
        }

    async def _empty(self, leadership: Leadership, topics: list[str]) -> None:
        """Delete every record of the topics; their offsets, settings and rights stay."""
        async with self.broker.admin() as admin:
            for topic in topics:
                ends = await self.broker.ends([topic])
                # on the connection that holds the lead: whoever lost it must delete nothing
                await leadership.execute(_ASK_REFILL, {"topics": topics})
                await admin.delete_records(
                    {TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items()}
                )
                self.tell(f"emptied {topic}")

    async def _left_to_fill(self, topics: list[str]) -> bool:
        async with self.engine.connect() as connection:
            return bool((await connection.execute(_LEFT_TO_FILL, {"topics": topics})).scalar_one())

    async def _fill(self, topics: list[str]) -> None:
        """Let the relay do what it does: fill what was asked for, then send what is new."""
        relay = Relay(self.engine, self.routing, self.broker, self.leader)
        work = asyncio.create_task(relay.run(), name=f"relay of {self.routing.service}")
        try:
            while await self._left_to_fill(topics) or await self._unsent():  # noqa: ASYNC110 - tables tell nobody
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def _unsent(self) -> int:
        async with self.engine.connect() as connection:
            row = (await connection.execute(_CURSOR, {"name": self.routing.service})).one()
            return (await waiting_after(connection, Cursor(row.era, row.xid, row.position)))[0]


def restored_event(catalogue: Catalogue, service: str) -> type[StoreRestored]:
    """The event with which a service says that it was restored. Raises LookupError."""
    for event in catalogue.of_service(service):
        if issubclass(event, StoreRestored):
            return event
    raise LookupError(f"{service} has no event for a restore in the language")
