"""Whether all parts tell the same: event tables, topics and the read model."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from platform_kit import DECIDING, Running, wait_until
from platform_topics import header, relayed

from leefwijk.events.topics import platform_topic
from projections.read_models import AREA_EFFORT_STATUS

GRANTED = "nl.leefbaarheid.initiatives.support-granted.v2"
SPENT = "nl.leefbaarheid.initiatives.spending-recorded.v1"
HANDLED = {event.type for event in AREA_EFFORT_STATUS.projection().handles}

_STORED = """
select stream_id, version, id, type, data from events order by stream_id, version
"""
_CURRENT = """
select kind, key, stream_id, area, body->>'euros' as euros from rows
where projection = 'projections.area-effort-status' and recorded_to is null
    and generation = (
        select max(generation) from rows where projection = 'projections.area-effort-status'
    )
    and kind in ('initiative', 'grant', 'spending')
"""
_EVIDENCE = """
select distinct unnest(events) as id from rows
where projection = 'projections.area-effort-status' and generation = (
    select max(generation) from rows where projection = 'projections.area-effort-status'
)
"""


async def require_one_truth(platform: Running, seconds: float = 30) -> None:
    """Fail unless store, topics and read model agree, once what is under way has arrived."""
    handled: set[Any] = set()
    for service in DECIDING:
        stored = await platform.rows(service, _STORED)
        _require_whole(stored)
        await _require_relayed(platform, platform_topic(service), stored, seconds)
        handled |= {row.id for row in stored if row.type in HANDLED}

    async def arrived() -> bool:
        return handled <= {row.id for row in await platform.rows("projections", _EVIDENCE)}

    await wait_until(arrived, "the read model holds every event", seconds, pause=0.2)
    assert handled == {row.id for row in await platform.rows("projections", _EVIDENCE)}
    await _require_folded(platform)


def _require_whole(stored: list[Any]) -> None:
    """Versions of each stream run from 1 without holes, and no id is there twice."""
    versions: dict[str, list[int]] = defaultdict(list)
    for row in stored:
        versions[row.stream_id].append(row.version)
    for found in versions.values():
        assert found == list(range(1, len(found) + 1))
    assert len({row.id for row in stored}) == len(stored)


async def _require_relayed(
    platform: Running, topic: str, stored: list[Any], seconds: float
) -> None:
    """The topic holds the stored events and no others, each stream in the order of its versions.

    An event may stand there twice, as after a crash between sending and noting that it was sent;
    the order is that of its first appearance.
    """
    expected: dict[str, list[str]] = defaultdict(list)
    for row in stored:
        expected[row.stream_id].append(str(row.id))
    ids = [id_ for stream in expected.values() for id_ in stream]
    found: dict[str, list[str]] = defaultdict(list)
    for record in await relayed(platform, topic, *ids, seconds=seconds):
        stream, id_ = record.key.decode(), header(record, "id")
        if id_ not in found[stream]:
            found[stream].append(id_)
    assert found == expected


async def _require_folded(platform: Running) -> None:
    """Rows of the read model are the fold of the stored events: none missing, none twice."""
    stored = await platform.rows("initiatives", _STORED)
    rows = await platform.rows("projections", _CURRENT)
    assert sorted(row.key for row in rows if row.kind == "initiative") == sorted(
        row.stream_id.removeprefix("initiatives-")
        for row in stored
        if row.stream_id.startswith("initiatives-") and row.version == 1
    )
    assert _euros(rows, "grant") == sorted(
        (row.stream_id, Decimal(row.data["charged"])) for row in stored if row.type == GRANTED
    )
    assert _euros(rows, "spending") == sorted(
        (row.stream_id, Decimal(row.data["amount"])) for row in stored if row.type == SPENT
    )


def _euros(rows: list[Any], kind: str) -> list[tuple[str, Decimal]]:
    return sorted((row.stream_id, Decimal(row.euros)) for row in rows if row.kind == kind)
