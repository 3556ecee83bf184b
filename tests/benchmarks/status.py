"""The effort status of one area while everything around it grows: areas, then events.

The area that is asked for stays the same: figures of three editions, stories, initiatives with
their money, an agreed level, its base, assets, checks, trajectories, effort, four neighbourhoods.
Its rows are made by the projection itself, from events, and then multiplied set by set: as further
areas like it, and as the rows of all other areas. An event makes a version of a row or two.
`LEEFWIJK_BENCH_ROWS` sets the events of the largest.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.benchmarks import filling
from tests.benchmarks.load import histogram, percentiles
from tests.benchmarks.measuring import ROUNDS, Measured, Say, middle, number
from tests.benchmarks.neighbourhood import MUNICIPALITY, changes
from tests.benchmarks.servers import Servers, servers

from leefwijk.events.schemas import CONSUME
from leefwijk.events.store.postgres import create_engine
from projections import queries
from projections.app import MIGRATIONS
from projections.effort_status import Asked
from projections.read_models import AREA_EFFORT_STATUS

MOST = int(os.environ.get("LEEFWIJK_BENCH_ROWS", "10000000"))
ALIKE = 40
"""Areas with the content that is asked for, in every size."""
QUERIES = 120
GOAL = 1.3
STEP = 500_000
TODAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Size:
    """How much there is around the area."""

    areas: int
    events: int

    def __str__(self) -> str:
        return f"{number(self.areas)} areas and {number(self.events)} events"


BY_AREAS = (Size(200, 12_000), Size(2_000, 120_000), Size(17_000, 1_000_000))
BY_EVENTS = (Size(17_000, 100_000), Size(17_000, 1_000_000), Size(17_000, MOST))

_TABLE = "rows_area_effort_status"
_COLUMNS = "projection, generation, kind, stream_id, key, area, municipalities, link, valid_from, valid_through, recorded_from, recorded_to, body, events"  # noqa: E501 - one list
_MOVED = """regexp_replace({}, '(GM|WK|BU)0106', '\\1' || lpad(cast(n + 1000 as text), 4, '0'))"""
_ALIKE = f"""
insert into rows ({_COLUMNS})
select projection, generation, kind, {_MOVED.format("stream_id")} || '-' || n,
       {_MOVED.format("key")}, {_MOVED.format("area")}, municipalities, {_MOVED.format("link")},
       valid_from, valid_through, recorded_from, recorded_to, body, events
from template, generate_series($1::int, $2::int) n
"""
_AREAS = f"""
insert into rows ({_COLUMNS})
select projection, generation, kind, 'areas-' || code, code, code, municipalities, null,
       valid_from, valid_through, recorded_from, recorded_to, body, events
from template, (
    select 'WK' || cast(200000 + n as text) || '@2020' as code
    from generate_series($1::int, $2::int) n
) as coded
where kind = 'area' and key like 'WK%'
"""
_OTHERS = f"""
insert into rows ({_COLUMNS})
select projection, generation, kind, 'o' || i || '-' || stream_id, key,
       'WK' || cast(200001 + i % $3::int as text) || '@2020', municipalities, link, valid_from,
       valid_through, recorded_from, recorded_to, body, events
from generate_series($1::int, $2::int) i
join template on template.place = (i / $3::int) % $4::int
"""
_TEMPLATE = f"""
create temporary table template as
select {_COLUMNS},
       row_number() over (partition by kind <> 'area' and area like 'WK%' order by md5(key)) - 1
           + case when kind <> 'area' and area like 'WK%' then 0 else 1000000 end as place
from rows where area is not null
"""


async def measure(say: Say) -> list[Measured]:
    """The query in every size, by turns."""
    sizes = sorted({*BY_AREAS, *BY_EVENTS}, key=lambda size: (size.areas, size.events))
    found: dict[Size, list[dict[str, float]]] = {size: [] for size in sizes}
    async with servers(kafka=False) as running:
        engines = {size: create_engine(await filled(running, size, say)) for size in sizes}
        for turn in range(ROUNDS):
            for size, engine in engines.items():
                found[size].append(await _asked(engine))
            say(f"status: round {turn + 1} of {ROUNDS}")
        for engine in engines.values():
            await engine.dispose()
    return [
        _compared(size, sizes[0], found) for sizes in (BY_AREAS, BY_EVENTS) for size in sizes[1:]
    ]


def _compared(size: Size, base: Size, found: dict[Size, list[dict[str, float]]]) -> Measured:
    rounds = tuple(
        grown["cost"] / small["cost"] for small, grown in zip(found[base], found[size], strict=True)
    )
    return Measured(
        f"effort status at {size} against {base}",
        rounds,
        goal=GOAL,
        at_least=False,
        latencies={f"at {one}": middle(found[one]) for one in (base, size)},
    )


async def filled(running: Servers, size: Size, say: Say) -> str:
    """A new read model of this size."""
    name = f"status_{size.areas}_{size.events}"
    url = await running.database(name, CONSUME, MIGRATIONS)
    engine = create_engine(url)
    projection = AREA_EFFORT_STATUS.projection()
    made = changes(datetime(2026, 4, 20, 10, tzinfo=UTC))
    async with engine.begin() as connection:
        await projection.prepare(connection, 1)
        await projection.apply(connection, 1, made)
        await connection.execute(
            text("insert into consumer_generations (consumer) values (:consumer)"),
            {"consumer": AREA_EFFORT_STATUS.consumer},
        )
    await engine.dispose()
    async with filling.filler(url) as connection:
        await _multiply(connection, size, say)
    return url


async def _multiply(connection: asyncpg.Connection, size: Size, say: Say) -> None:
    await connection.execute(_TEMPLATE)
    kinds = await connection.fetchval("select count(*) from template where place < 1000000")
    async with filling.without_indexes(connection, _TABLE):
        await filling.fill(connection, _ALIKE, [], ALIKE, ALIKE, say, "")
        await filling.fill(connection, _AREAS, [], size.areas, size.areas, say, "")
        left = size.events - await connection.fetchval("select count(*) from rows")
        await filling.fill(
            connection, _OTHERS, [size.areas, kinds], left, STEP, say, f"status: rows at {size}"
        )
    await filling.settle(connection, _TABLE)


async def _asked(engine: AsyncEngine) -> dict[str, float]:
    """Milliseconds of a query, areas with the same content taking turns."""
    latencies = histogram()
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for place in range(-10, QUERIES):
            area = f"WK{1001 + place % ALIKE}01@2020"
            asked = Asked(area, TODAY, None, internal=True)
            began = time.perf_counter()
            status = await queries.area_status(connection, asked, datetime.now(UTC))
            took = time.perf_counter() - began
            if status is None or not status.money or status.municipalities != [MUNICIPALITY]:
                raise LookupError(f"{area} does not have the content that was made for it")
            if place >= 0:
                latencies.record_value(max(1, round(took * 1e6)))
    return {**percentiles(latencies), "cost": latencies.get_mean_value() / 1000}
