"""Queries over the read models."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from leefwijk.service.problems import Problem
from projections import effort_status, greening_progress, social_base
from projections.answers import EffortStatus, StatusLine
from projections.effort_status import Asked, Beside
from projections.places import above_of, above_parts_of, family_of, place_of
from projections.read_models import (
    AREA_EFFORT_STATUS,
    GREENING_PROGRESS,
    SOCIAL_BASE,
    ReadModel,
)
from projections.snapshot import Said, Snapshot

WAIT_SECONDS = 2.0
POLL_SECONDS = 0.01


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
    own = await snapshot.rows([asked.area], ["area"])
    family = await family_of(snapshot, asked.area, own)
    rows = await snapshot.rows(family, effort_status.KINDS)
    if not rows:
        return None
    above = await above_of(snapshot, own)
    inherited = await snapshot.rows(above, ["level"]) if above else []
    rows += await _asked_here(snapshot, {*above, *await above_parts_of(snapshot, own)}, family)
    held = await snapshot.held((row.stream_id for row in rows), family)
    beside = Beside(
        now=now,
        partners=await snapshot.named("partner"),
        proofs=await snapshot.proofs(),
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


async def _asked_here(snapshot: Snapshot, above: set[str], family: list[str]) -> list[Said]:
    """Checks of areas above in which people of here were asked: where, is what counts (PAR-11)."""
    checks = await snapshot.rows(sorted(above), ["check"]) if above else []
    return [
        check
        for check in checks
        if any(set(one["askedIn"]) & set(family) for one in check.body["askings"].values())
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
        levels = await snapshot.rows([row.key for row in page], ["level"])
        for row in page[:limit]:
            line = _line(row, [one for one in levels if one.area == row.key], asked)
            after = row.key
            if level is None or line.level == level:
                found.append(line)
                if len(found) == limit:
                    return found, after if row is not page[-1] else None
        if len(page) <= limit:
            return found, None


def _line(row: Said, levels: list[Said], asked: Asked) -> StatusLine:
    found = effort_status.level_of(levels, [], replace(asked, area=row.key))
    return StatusLine(
        area=row.key,
        name=row.body["name"],
        kind=row.body["kind"],
        municipalities=list(row.municipalities),
        level=found.level,
        agreed=found.agreed,
        valid_through=found.valid_through,
        level_id=found.id,
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
    family = await family_of(snapshot, area, await snapshot.rows([area], ["area"]))
    rows = await snapshot.rows(family, effort_status.KINDS)
    wanted = set(streams)
    events = dict.fromkeys(
        str(id_) for row in rows if row.stream_id in wanted for id_ in row.events
    )
    return AllEvidence(effort_status.municipalities_of(rows, area), list(events))
