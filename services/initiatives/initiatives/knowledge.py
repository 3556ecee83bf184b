"""What initiatives keeps of monitoring's facts: areas, and the levels agreed for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from initiatives.domain.gates import KnownArea, SupportGates
from initiatives.domain.initiative import Initiative
from initiatives.domain.life import NoteGateNoLongerPassed
from initiatives.policies import KnownLevel, Levels, support_gates
from leefwijk.events.consume.reactions import Reaction, Reactions
from leefwijk.events.consume.records import Change
from leefwijk.events.decider import Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.monitoring.areas import (
    AreaRegistered,
    ExperiencedAreaDrawn,
    ExperiencedAreaRedrawn,
)
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    EffortLevelEnded,
    EffortLevelExpired,
)
from leefwijk.service.context import ServiceContext

CONSUMER = "initiatives.knowledge"

_AREA = text("""
insert into known_areas (area, name, parent, municipalities, parts)
values (:area, :name, :parent, :municipalities, :parts)
on conflict (area) do update set name = excluded.name, parent = excluded.parent,
    municipalities = excluded.municipalities, parts = excluded.parts
""")
_AGREED = text("""
insert into known_levels
    (level_id, area, level, valid_from, valid_through, budgets, evidence, as_of)
values (:level_id, :area, :level, :valid_from, :valid_through, cast(:budgets as jsonb),
        array[cast(:evidence as text)], :as_of)
on conflict (level_id) do update set area = excluded.area, level = excluded.level,
    valid_from = excluded.valid_from, valid_through = excluded.valid_through,
    budgets = excluded.budgets, evidence = excluded.evidence, as_of = excluded.as_of
""")
_OVER = text("""
update known_levels set valid_through = least(valid_through, cast(:last as date)),
    evidence = evidence || cast(:evidence as text), as_of = :as_of
where level_id = :level_id
""")
_FIND_AREA = text("select area, name, parent, municipalities from known_areas where area = :area")
_WITHIN = text("""
with recursive above as (
    select area, parent, 0 as distance from known_areas where area = :area
    union
    select k.area, k.parent, above.distance + 1 from known_areas k
    join above on k.area = above.parent
    where above.distance < 5
)
select area, distance, false as lived from above
union
-- an area as people live it leads over the division it is composed of
select k.area, above.distance, true from above join known_areas k on k.parts @> array[above.area]
order by distance, lived desc, area
""")
_LEVELS = text("""
select level_id, area, level, valid_from, valid_through, cast(budgets as text) as budgets, evidence,
       as_of
from known_levels where area = any(cast(:areas as text[])) order by valid_from desc, level_id
""")
_GRANTED_ON = text("""
select stream_id from documents where kind = 'initiatives'
    and facets @> array[cast(:level as text)]
order by stream_id
""")


class AreaKnowledge:
    """Keeps the tables up to date and writes the todos of reactions."""

    name = CONSUMER
    tables = ("known_areas", "known_levels")

    def __init__(self, reactions: Reactions) -> None:
        self._reactions = reactions
        self.handles: frozenset[type[Event]] = frozenset(_WRITES) | reactions.handles

    async def apply(
        self, connection: AsyncConnection, _generation: int, changes: Sequence[Change]
    ) -> None:
        """Write what the changes say, in order."""
        written = (_WRITES[type(change.event)](change) for change in changes)
        for statement, alike in groupby(written, key=itemgetter(0)):
            await connection.execute(statement, [values for _, values in alike])
        await self._reactions.add(connection, self.name, changes)


def _registered(change: Change) -> tuple[Any, dict[str, Any]]:
    event = change.event
    assert isinstance(event, AreaRegistered)  # noqa: S101 - registered for it
    return _AREA, {
        "area": event.area,
        "name": event.name,
        "parent": event.parent,
        "municipalities": list(event.municipalities),
        "parts": [],
    }


def _drawn(change: Change) -> tuple[Any, dict[str, Any]]:
    event = change.event
    assert isinstance(event, (ExperiencedAreaDrawn, ExperiencedAreaRedrawn))  # noqa: S101 - registered
    return _AREA, {
        "area": event.area,
        "name": event.name,
        "parent": None,
        "municipalities": list(event.municipalities),
        "parts": [part.area for part in event.parts],
    }


def _agreed(change: Change) -> tuple[Any, dict[str, Any]]:
    event = change.event
    assert isinstance(event, EffortLevelAgreed)  # noqa: S101 - registered for it
    return _AGREED, {
        "level_id": change.received.subject,
        "area": event.area,
        "level": event.level.value,
        "valid_from": event.valid.from_,
        "valid_through": event.valid.through,
        "budgets": json.dumps({str(item.year): str(item.amount) for item in event.budgets}),
        "evidence": str(change.received.id),
        "as_of": change.received.time,
    }


def _over(change: Change) -> tuple[Any, dict[str, Any]]:
    event = change.event
    assert isinstance(event, (EffortLevelExpired, EffortLevelEnded))  # noqa: S101 - registered
    return _OVER, {
        "level_id": change.received.subject,
        "last": event.on - timedelta(days=1),
        "evidence": str(change.received.id),
        "as_of": change.received.time,
    }


_WRITES: dict[type[Event], Callable[[Change], tuple[Any, dict[str, Any]]]] = {
    AreaRegistered: _registered,
    ExperiencedAreaDrawn: _drawn,
    ExperiencedAreaRedrawn: _drawn,
    EffortLevelAgreed: _agreed,
    EffortLevelExpired: _over,
    EffortLevelEnded: _over,
}


async def _rests_on(connection: AsyncConnection, change: Change) -> Iterable[str]:
    """Initiatives with a grant that rests on the level that is over."""
    event = change.event
    assert isinstance(event, (EffortLevelExpired, EffortLevelEnded))  # noqa: S101 - registered
    if isinstance(event, EffortLevelEnded) and event.superseded_by is not None:
        return []
    found = await connection.execute(_GRANTED_ON, {"level": f"level:{change.received.subject}"})
    return [row.stream_id.removeprefix("initiatives-") for row in found]


def _note(change: Change) -> NoteGateNoLongerPassed:
    event = change.event
    assert isinstance(event, (EffortLevelExpired, EffortLevelEnded))  # noqa: S101 - registered
    return NoteGateNoLongerPassed(
        gate=Gate.EFFORT_LEVEL_AND_BUDGET,
        code="effort-level-expired",
        evidence=str(change.received.id),
        on=event.on,
    )


REACTIONS = (
    Reaction("note-level-expired", EffortLevelExpired, _rests_on, _note),
    Reaction("note-level-ended", EffortLevelEnded, _rests_on, _note),
)


async def known_area(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownArea]:
    """The area that the command names. Refuses `unknown-area`."""
    async with service.reading.connect() as connection:
        row = (await connection.execute(_FIND_AREA, {"area": command.area})).one_or_none()
    if row is None:
        refuse(
            "unknown-area", f"{command.area} is not registered in monitoring, or not heard of yet."
        )
    return (KnownArea(row.area, row.name, tuple(row.municipalities)),)


async def gates_for_support(
    service: ServiceContext, _command: Any, initiative: Initiative, context: Context
) -> tuple[SupportGates]:
    """The budget that would pay for support to this initiative, and its gates."""
    levels = await _levels(service, initiative.area or "")
    paying = levels.paying(context.today) or levels.last_over(context.today)
    area = paying.area if paying else initiative.area or ""
    year = context.today.year
    judge = partial(support_gates, levels, context.today)
    return (SupportGates(area, year, judge, paying.level_id if paying else None),)


async def _levels(service: ServiceContext, area: str) -> Levels:
    async with service.reading.connect() as connection:
        places = [row.area for row in await connection.execute(_WITHIN, {"area": area})]
        rows = (await connection.execute(_LEVELS, {"areas": places or [area]})).all()
    found = [
        KnownLevel(
            row.level_id,
            row.area,
            row.level,
            row.valid_from,
            row.valid_through,
            _budgets(row.budgets),
            tuple(row.evidence),
            row.as_of,
        )
        for row in rows
    ]
    return Levels(tuple(sorted(found, key=lambda level: (places.index(level.area), -_rank(level)))))


def _rank(level: KnownLevel) -> int:
    return (level.valid_from - date.min).days


def _budgets(raw: str) -> dict[int, Decimal]:
    return {int(year): Decimal(amount) for year, amount in json.loads(raw).items()}
