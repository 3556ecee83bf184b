"""A database that was filled by an earlier version: nothing read before is lost by the upgrade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from test_projections_models import world

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.rebuild import rebuild
from leefwijk.events.migrate import migrate
from leefwijk.events.store.postgres import create_engine
from leefwijk.events.testing.servers import Databases
from projections.app import MIGRATIONS, definition
from projections.read_models import AREA_EFFORT_STATUS
from projections.rows import RowProjection


class RowsOfBefore(RowProjection):
    """The effort status as it was kept when it was the only read model: a partition each time."""

    def __init__(self) -> None:
        super().__init__(AREA_EFFORT_STATUS.consumer, AREA_EFFORT_STATUS.projection()._folds)
        self._table = "rows"

    async def prepare(self, connection: AsyncConnection, generation: int) -> None:
        """Make the partition of a generation, right under the table of all."""
        await connection.execute(
            text(f"create table rows_{generation} partition of rows for values in ({generation})")
        )


async def _without_counts(side: Any) -> list[tuple[Any, ...]]:
    """Its rows, without what those of before do not say until they are rebuilt."""
    return [row[:-1] for row in await side.all_rows()]


async def test_the_rows_of_one_read_model_become_those_of_the_first_of_many(
    databases: Databases,
    read_sides: Callable[..., Any],
    history: Any,
    recorded: Callable[..., Any],
    broker: Any,
    service_name: str,
) -> None:
    """EVA-35: two generations of before are kept, read, gone on with, rebuilt and dropped."""
    said = [event for stream in world(history) for event in stream]
    half = len(said) // 2
    before = tuple(
        replace(part, through="0002") if part == MIGRATIONS else part
        for part in definition.all_migrations
    )
    url = await databases.fresh(*before)
    engine, rows = create_engine(url, pool=2), RowsOfBefore()
    async with engine.begin() as connection:
        await connection.execute(text("alter table rows add column rests_on int[]"))
        for generation in (1, 2):
            await rows.prepare(connection, generation)
    old = ConsumerCore(engine, rows, published_language())
    await old.apply([recorded(event) for event in said[:half]])
    async with engine.begin() as connection:
        # what writes rows now says more of them than was kept then
        await connection.execute(text("alter table rows drop column rests_on"))
        await connection.execute(
            text(
                "insert into rows select projection, 2, kind, stream_id, key, area, "
                "municipalities, link, valid_from, valid_through, recorded_from, recorded_to, "
                "body, events from rows where generation = 1"
            )
        )
    await engine.dispose()

    await migrate(url, *definition.all_migrations)
    upgraded, plain = await read_sides(url), await read_sides()
    await plain.receive(*said[:half])
    assert await upgraded.all_rows()
    assert await _without_counts(upgraded) == await _without_counts(plain)
    for side in (upgraded, plain):
        await side.receive(*said[half:])
    assert await _without_counts(upgraded) == await _without_counts(plain)

    projection = AREA_EFFORT_STATUS.projection()
    async with upgraded.engine.begin() as connection:
        await projection.drop(connection, 2)  # of a rebuild that was broken off
    topic = f"leefwijk.{service_name}.events"
    await upgraded.publish(broker, topic, said)
    await rebuild(upgraded.core, projection, broker, [topic])
    async with upgraded.engine.begin() as connection:
        await projection.drop(connection, 1)
    assert await upgraded.generation() == 2
    assert await upgraded.all_rows() == await plain.all_rows()
