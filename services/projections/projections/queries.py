"""Queries over the read models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.service.problems import Problem
from projections import effort_status, greening_progress, social_base
from projections.answers import EffortStatus, StatusLine
from projections.effort_status import Asked, Beside
from projections.places import Place, over_each, place_of
from projections.read_models import (
    AREA_EFFORT_STATUS,
    GREENING_PROGRESS,
    SOCIAL_BASE,
    ReadModel,
)
from projections.snapshot import Said, Snapshot
from projections.status import efforts
from projections.status.common import Shared

WAIT_SECONDS = 2.0
POLL_SECONDS = 0.01
SHARED_KINDS = (*efforts.ORIGIN.kinds, *greening_progress.KINDS)
"""Rows of areas that are shared which are shown, beside what counts."""


async def wait_for(engine: AsyncEngine, model: ReadModel, streams: dict[str, int]) -> None:
    """Wait until the read model holds these versions. Raises 503 `read-side-behind`."""
    until = monotonic() + WAIT_SECONDS
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while True:
            snapshot = await Snapshot.open(connection, model)
            if await snapshot.reached(streams):
                return
            if monotonic() > until:
                raise Problem(
                    "read-side-behind",
                    "What was written is not in the read model yet; ask again in a moment.",
                    headers={"Retry-After": "1"},
                )
            await asyncio.sleep(POLL_SECONDS)


async def area_status(
    connection: AsyncConnection, asked: Asked, now: datetime
) -> EffortStatus | None:
    """The effort status of one area, or none if nothing at all is known of it."""
    snapshot = await Snapshot.open(connection, AREA_EFFORT_STATUS, asked.known_at)
    place = await place_of(snapshot, asked.area)
    rows = await _rows_of(snapshot, place)
    if not rows:
        return None
    inherited = await _levels_over(snapshot, place)
    held = await snapshot.held((row.stream_id for row in rows), place.inside)
    beside = Beside(
        now=now,
        partners=await snapshot.named("partner"),
        proofs=await snapshot.proofs(),
        asked_here=place.asked_here,
        shared=await _shared(snapshot, place),
    )
    indicators = await snapshot.named("indicator")
    status = effort_status.compose(asked, rows, inherited, indicators, held, beside)
    return status.model_copy(update={"built_through": await snapshot.built_through()})


async def greening_progress_of(
    connection: AsyncConnection, asked: Asked
) -> greening_progress.GreeningProgress | None:
    """The greening of an area, or none if nothing at all is known of it."""
    snapshot = await Snapshot.open(connection, GREENING_PROGRESS, asked.known_at)
    place = await place_of(snapshot, asked.area)
    areas = [*place.inside, *place.shared]
    rows = await snapshot.rows(areas, greening_progress.KINDS)
    held = await snapshot.held((row.stream_id for row in rows), areas)
    if place.own is None and not rows and not held:
        return None
    found = greening_progress.compose(asked, place, rows, held)
    return found.model_copy(update={"built_through": await snapshot.built_through()})


async def social_base_of(
    connection: AsyncConnection, asked: Asked
) -> social_base.SocialBaseOfArea | None:
    """The social base of an area, or none if nothing at all is known of it."""
    snapshot = await Snapshot.open(connection, SOCIAL_BASE, asked.known_at)
    place = await place_of(snapshot, asked.area)
    areas = [*place.inside, *place.shared, *place.above]
    rows = await snapshot.rows(areas, social_base.KINDS)
    held = await snapshot.held((row.stream_id for row in rows), areas)
    if place.own is None and not rows and not held:
        return None
    found = social_base.compose(asked, place, rows, held)
    return found.model_copy(update={"built_through": await snapshot.built_through()})


async def _rows_of(snapshot: Snapshot, place: Place) -> list[Said]:
    """What is said of all that lies in the area, and the checks in which people of it were asked.

    A check may be of an area above, or of one that is shared: where people were asked, is what
    counts (PAR-11).
    """
    rows = await snapshot.rows(place.inside, effort_status.KINDS)
    around = [*place.above, *place.shared]
    checks = await snapshot.rows(around, ["check"]) if around else []
    return rows + [
        check
        for check in checks
        if any(
            place.asked_here.intersection(one["askedIn"]) for one in check.body["askings"].values()
        )
    ]


async def _levels_over(snapshot: Snapshot, place: Place) -> list[Said]:
    """Levels of what the area lies in, nearest first; of two of one area the later begun leads."""
    over = await snapshot.rows(place.over, ["area", "level"]) if place.over else []
    return _nearest_first(over, place.over)


def _nearest_first(levels: Sequence[Said], over: Sequence[str]) -> list[Said]:
    found = [row for row in levels if row.area in over]
    found.sort(key=lambda row: row.valid_from or date.min, reverse=True)
    return sorted(found, key=lambda row: over.index(row.area or ""))


async def _shared(snapshot: Snapshot, place: Place) -> list[Shared]:
    """What is said of areas that lie here for a part only, for the parts that show it apart."""
    rows = await snapshot.rows([*place.shared], ["area", "effort", "level"]) if place.shared else []
    return [
        Shared(area, tuple(elsewhere), [row for row in rows if row.area == area])
        for area, elsewhere in place.shared.items()
    ]


async def status_list(
    connection: AsyncConnection,
    asked: Asked,
    *,
    municipalities: list[str],
    level: str | None,
    kinds: list[str],
    edition: int | None = None,
    after: str | None,
    limit: int,
) -> tuple[list[StatusLine], str | None]:
    """A page of areas with their level, in the order of area ids; and where the next one begins."""
    snapshot = await Snapshot.open(connection, AREA_EFFORT_STATUS, asked.known_at)
    found: list[StatusLine] = []
    while True:
        page = await snapshot.areas(
            municipalities=municipalities,
            kinds=kinds,
            edition=edition,
            after=after,
            limit=limit + 1,
        )
        over = await over_each(snapshot, page[:limit])
        wanted = {area for row in page[:limit] for area in (row.key, *over[row.key])}
        said = await snapshot.rows(sorted(wanted), ["area", "level"])
        for row in page[:limit]:
            line = _line(row, said, over[row.key], asked)
            after = row.key
            if level is None or line.level == level:
                found.append(line)
                if len(found) == limit:
                    return found, after if row is not page[-1] else None
        if len(page) <= limit:
            return found, None


def _line(row: Said, said: list[Said], over: list[str], asked: Asked) -> StatusLine:
    own = [one for one in said if one.area == row.key and one.kind == "level"]
    inherited = _nearest_first(said, over)
    found = effort_status.level_of(own, inherited, replace(asked, area=row.key))
    return StatusLine(
        area=row.key,
        name=row.body["name"],
        kind=row.body["kind"],
        municipalities=list(row.municipalities),
        level=found.level,
        agreed=found.agreed,
        valid_through=found.valid_through,
        level_id=found.id,
        by_area=found.by_area,
        by_name=found.by_name,
        by_level=found.by_level,
        by_code=found.by_code,
        leading_level=found.leading_level,
    )


@dataclass(frozen=True)
class AllEvidence:
    """What the rows of some streams in an area rest on."""

    municipalities: list[str]
    """Of the area: who may read it."""
    events: list[str]


async def all_evidence(connection: AsyncConnection, area: str, streams: list[str]) -> AllEvidence:
    """Every event id beneath rows of these streams in an area, each once."""
    snapshot = await Snapshot.open(connection, AREA_EFFORT_STATUS)
    place = await place_of(snapshot, area)
    rows = await _rows_of(snapshot, place)
    if place.shared:  # figures of those are shown apart, and rest on events too
        rows += await snapshot.rows([*place.shared], SHARED_KINDS)
    wanted = set(streams)
    events = await snapshot.beneath([row for row in rows if row.stream_id in wanted])
    return AllEvidence(effort_status.municipalities_of(rows, area), [str(id_) for id_ in events])
