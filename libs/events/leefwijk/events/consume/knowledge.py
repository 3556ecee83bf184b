"""Building what a service knows of others anew from their topics, and switching in one moment.

Knowledge has its tables once, not per generation: it is filled in a schema beside them and moved
over in the transaction of the switch. What a service does of its own accord (`reactions`) is done
for an event once, when it becomes known; a rebuild does it only for what was not known before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import Catalogue
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.reactions import Reactions
from leefwijk.events.consume.rebuild import Progress, drop_old, rebuild
from leefwijk.events.consume.records import Applier, Change, streams_of
from leefwijk.events.event import Event
from leefwijk.events.language.restores import StoreRestored

_LOOK_FIRST_IN = text("""
select set_config('search_path', :schema || ', ' || current_setting('search_path'), true)
""")
_LOOK_AS_EVER = text("reset search_path")
_CURRENT = text("select current from consumer_generations where consumer = :consumer")
_KNOWN = text("""
select stream_id, version from consumer_streams
where consumer = :consumer and generation = :generation
    and stream_id = any(cast(:stream_ids as text[]))
""")


@runtime_checkable
class KnowledgeApplier(Applier, Protocol):
    """An applier that keeps its knowledge in tables of its own."""

    tables: Sequence[str]
    """The tables, named as its statements name them; nothing else is written."""


class _Beside:
    """Applies into a schema beside the live tables, without doing anything of its own accord."""

    def __init__(self, inner: KnowledgeApplier, reactions: Reactions, catalogue: Catalogue) -> None:
        self.name = inner.name
        restored = {event for event in catalogue if issubclass(event, StoreRestored)}
        self.handles: frozenset[type[Event]] = inner.handles | reactions.handles | restored
        self._besides = streams_of(reactions.handles | restored)
        self._inner = inner
        self._reactions = reactions
        self._waiting: dict[UUID, Change] = {}
        self._kept_through: dict[str, datetime] = {}

    def _schema(self, generation: int) -> str:
        return f"{re.sub('[^a-z0-9]', '_', self.name.lower())}_{generation}"

    def follows(self, stream_id: str, /) -> bool:
        """What the live one keeps, and who was restored."""
        return self._inner.follows(stream_id) or self._besides(stream_id)

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Make empty tables beside the live ones."""
        schema = self._schema(generation)
        await connection.execute(text(f"create schema if not exists {schema}"))
        for table in self._inner.tables:
            made = f"create table if not exists {schema}.{table} (like {table} including all)"
            await connection.execute(text(made))

    async def drop(self, connection: AsyncConnection, generation: int) -> None:
        """Drop what was made beside."""
        await connection.execute(text(f"drop schema if exists {self._schema(generation)} cascade"))

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Keep what the changes say, beside; remember what may ask for a reaction."""
        used = [change for change in changes if type(change.event) in self._inner.handles]
        if used:
            await connection.execute(_LOOK_FIRST_IN, {"schema": self._schema(generation)})
            await self._inner.apply(connection, generation, used)
            await connection.execute(_LOOK_AS_EVER)
        for change in changes:
            if type(change.event) in self._reactions.handles:
                self._waiting[change.received.id] = change
            if isinstance(change.event, StoreRestored):
                self._restored(change.received.source, change.event)

    def _restored(self, source: str, event: StoreRestored) -> None:
        if event.kept_through is not None:
            latest = self._kept_through.get(source, event.kept_through)
            self._kept_through[source] = max(latest, event.kept_through)

    async def switched(self, connection: AsyncConnection, before: int) -> None:
        """Move the knowledge over, and do what it asks for that nobody knew before."""
        mine = {"consumer": self.name}
        schema = self._schema((await connection.execute(_CURRENT, mine)).scalar_one())
        for table in self._inner.tables:
            await connection.execute(text(f"delete from {table}"))
            moved = f"insert into {table} select * from {schema}.{table}"
            await connection.execute(text(moved))
        await connection.execute(text(f"drop schema {schema} cascade"))
        await self._reactions.add(connection, self.name, await self._unknown(connection, before))

    async def _unknown(self, connection: AsyncConnection, before: int) -> list[Change]:
        """Changes that the old books have not reached, or in whose place they had lost events."""
        asked = {
            "consumer": self.name,
            "generation": before,
            "stream_ids": sorted({change.received.stream_id for change in self._waiting.values()}),
        }
        known = {
            row.stream_id: row.version for row in (await connection.execute(_KNOWN, asked)).all()
        }
        return [
            change
            for change in self._waiting.values()
            if change.received.version > known.get(change.received.stream_id, 0)
            or self._since_restore(change)
        ]

    def _since_restore(self, change: Change) -> bool:
        kept = self._kept_through.get(change.received.source)
        return kept is not None and change.received.time > kept


async def rebuild_knowledge(
    core: ConsumerCore,
    reactions: Reactions,
    broker: Broker,
    topics: list[str],
    progress: Progress | None = None,
) -> int:
    """Build the knowledge of `core` anew; the live consumer may go on meanwhile.

    `core` has the applier of the service, made without reactions. Gives the number of records that
    were read. Raises RebuildRunningError, and whatever stopped it, with the old knowledge intact.
    """
    inner = core.applier
    if not isinstance(inner, KnowledgeApplier):
        raise TypeError(f"{inner.name} does not say which tables hold its knowledge")
    beside = _Beside(inner, reactions, core.catalogue)
    filling = ConsumerCore(core.engine, beside, core.catalogue)
    read = await rebuild(filling, beside, broker, topics, progress, beside.switched)
    await drop_old(core.engine, beside, age=0)
    return read
