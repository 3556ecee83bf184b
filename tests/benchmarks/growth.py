"""What a full store costs: appending and loading with millions of events, against an empty store.

Both stores are on one server and are measured by turns. The full one is filled set by set with
streams of five events and their document, in the form in which the store itself writes them.
`LEEFWIJK_BENCH_EVENTS` sets how many events.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from dataclasses import dataclass
from uuid import UUID

from tests.benchmarks import filling, samples
from tests.benchmarks.append import append_rate
from tests.benchmarks.load import histogram, percentiles
from tests.benchmarks.measuring import ROUNDS, Measured, Say, middle, number
from tests.benchmarks.servers import Servers, servers

from leefwijk.events.schemas import STORE
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import Append

EVENTS = int(os.environ.get("LEEFWIJK_BENCH_EVENTS", "5000000"))
SMALL = 5_000
"""Events in the store that is called empty: something must be there to load."""
EVENTS_A_STREAM = 5
AREAS = 17_000
WRITERS = (1, 32)
SECONDS = 2.0
LOADS = 1_500
WARM = 5_000
"""Loads before: a store that has been at work for a while holds in memory what is asked for."""
MEMORY = {"shared_buffers": "4GB"}
"""As a server has that keeps so much: a quarter or less of a machine's memory."""
GOAL = 1.3
STEP = 100_000
"""Streams that are filled in one statement."""

_STREAMS = """
insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
select 'initiatives-' || cast(md5(cast(n as text)) as uuid), v, 1, gen_random_uuid(), $3,
       cast($4 as text)::jsonb, cast($5 as text)::jsonb, now()
from generate_series(cast($1 as int), cast($2 as int)) n, generate_series(1, $6::int) v
"""
_DOCUMENTS = """
insert into documents (stream_id, version, shape, state, kind, area, municipalities, status, title,
                       facets, created_at, recorded_at)
select 'initiatives-' || cast(md5(cast(n as text)) as uuid), $3::int, $4::int,
       cast($5 as text)::jsonb, $6, area, $7::text[], $8, $9,
       array_replace($10::text[], $11, 'area:' || area), now() - n * interval '1 second', now()
from (
    select n, 'WK' || lpad(cast(n % $12::int as text), 6, '0') || '@2020' as area
    from generate_series(cast($1 as int), cast($2 as int)) n
) as numbered
"""


@dataclass(frozen=True)
class Filled:
    """A store that holds so many events."""

    url: str
    events: int

    def stream(self, chance: random.Random) -> str:
        """One of its streams."""
        place = chance.randint(1, self.events // EVENTS_A_STREAM)
        digest = hashlib.md5(str(place).encode(), usedforsecurity=False).hexdigest()
        return f"initiatives-{UUID(digest)}"


async def measure(say: Say) -> list[Measured]:
    """Each cost in the full store over that in the empty one."""
    append = await samples.proposal()
    costs: dict[tuple[str, int], list[dict[str, float]]] = {}
    async with servers(kafka=False, postgres=MEMORY) as running:
        stores = [await filled(running, append, size, say) for size in (SMALL, EVENTS)]
        for turn in range(ROUNDS):
            for store in stores:
                for what, found in (await _costs(store, append)).items():
                    costs.setdefault((what, store.events), []).append(found)
            say(f"growth: round {turn + 1} of {ROUNDS}")
    return [_compared(what, costs) for what, size in costs if size == SMALL]


def _compared(what: str, costs: dict[tuple[str, int], list[dict[str, float]]]) -> Measured:
    small, full = costs[what, SMALL], costs[what, EVENTS]
    rounds = tuple(
        grown["cost"] / before["cost"] for before, grown in zip(small, full, strict=True)
    )
    latencies = {
        f"with {number(size)} events": middle(found)
        for size, found in ((SMALL, small), (EVENTS, full))
    }
    name = f"{what}, with {number(EVENTS)} events against an empty store"
    return Measured(name, rounds, goal=GOAL, at_least=False, latencies=latencies)


async def filled(running: Servers, append: Append, events: int, say: Say) -> Filled:
    """A new database with so many events and the documents of their streams."""
    url = await running.database(f"store_{events}", STORE)
    streams = events // EVENTS_A_STREAM
    event, document = append.events[0], append.document
    async with filling.filler(url) as connection:
        async with filling.without_indexes(connection, "events", "documents"):
            values = [event.type, event.data, event.metadata, EVENTS_A_STREAM]
            await filling.fill(connection, _STREAMS, values, streams, STEP, say, "growth: streams")
            values = [
                *(EVENTS_A_STREAM, document.shape, document.state, document.kind),
                *(list(document.municipalities), document.status, document.title),
                *(list(document.facets), f"area:{document.area}", AREAS),
            ]
            await filling.fill(
                connection, _DOCUMENTS, values, streams, STEP, say, "growth: documents"
            )
        say(f"growth: indexes over {number(events)} events stand")
        await filling.settle(connection, "events", "documents")
    return Filled(url, events)


async def _costs(store: Filled, append: Append) -> dict[str, dict[str, float]]:
    """Milliseconds per append at each number of writers, and per load."""
    found = {}
    for writers in WRITERS:
        one = await append_rate(store.url, append, writers, SECONDS)
        found[f"append, {writers} writers"] = {**one, "cost": 1000 / one["rate"]}
    engine = create_engine(store.url)
    events = EventStore(engine, "bench")
    for what, load in (
        ("load of a kept state", events.document),
        ("load of a stream's events", events.events_of),
    ):
        chance = random.Random(store.events)  # noqa: S311 - any streams will do
        latencies = histogram()
        for _ in range(WARM):
            await load(store.stream(chance))
        started = time.perf_counter()
        for _ in range(LOADS):
            began = time.perf_counter()
            if not await load(store.stream(chance)):
                raise LookupError("a stream that was filled cannot be found")
            latencies.record_value(max(1, round((time.perf_counter() - began) * 1e6)))
        took = time.perf_counter() - started
        found[what] = {**percentiles(latencies), "cost": 1000 * took / LOADS}
    await events.close()
    await engine.dispose()
    return found
