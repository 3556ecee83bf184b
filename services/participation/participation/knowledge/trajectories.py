"""What trajectories, advices and agreements must know of other streams of the service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from leefwijk.events.decider import Context, refuse
from leefwijk.events.fields import Theme
from leefwijk.events.store import listing
from leefwijk.service.context import ServiceContext
from participation.domain.formal_advice import FormalAdvice
from participation.domain.involvement_check import InvolvementCheck
from participation.domain.living_agreement_life import KnownOrigin
from participation.domain.places import KnownArea
from participation.domain.trajectory import Trajectory
from participation.domain.trajectory_forms import SENT
from participation.domain.trajectory_knowledge import (
    CheckedGroup,
    KnownAdvice,
    KnownAdvices,
    KnownCheck,
)
from participation.knowledge.areas import known_area
from participation.knowledge.own import superseded_by

_BELOW = text("""
with recursive below as (
    select area, parts from known_areas where area = :area
    union
    select k.area, k.parts from known_areas k
    join below on k.parent = below.area or k.area = any(below.parts)
)
select area from below order by area limit 5000
""")
_PANEL = text("""
select municipalities from documents where stream_id = :stream and status = 'closed'
""")


async def areas_within(service: ServiceContext, area: str) -> tuple[str, ...]:
    """The area and all that lies in it; an area as people live it holds what its parts hold."""
    async with service.reading.connect() as connection:
        found = (await connection.execute(_BELOW, {"area": area})).scalars().all()
    return tuple(found) or (area,)


async def known_check(
    service: ServiceContext, command: Any, state: Any, _context: Context
) -> tuple[KnownCheck]:
    """The check that a trajectory is opened on, or rests on, as it stands now."""
    id_ = getattr(command, "check", None) or state.check
    loaded = await service.handler.load(InvolvementCheck, id_)
    check = loaded.state
    if not loaded.version or check.status is None:
        return (KnownCheck(id_, "not known"),)
    superseded = await superseded_by(service, id_)
    standing = "superseded" if superseded else check.status.value.replace("_", " ")
    said = check.conclusion
    if said is None:
        return (KnownCheck(id_, standing),)
    return (
        KnownCheck(
            id_,
            standing,
            check.area,
            check.municipalities,
            tuple(Theme(theme) for theme in check.themes),
            UUID(said.event),
            said.valid_until,
            tuple(
                CheckedGroup(
                    one.group,
                    one.promise,
                    check.answers(one.group),
                )
                for one in said.groups
            ),
        ),
    )


async def known_advices(
    service: ServiceContext, _command: Any, _state: Any, context: Context
) -> tuple[KnownAdvices]:
    """The formal advices that name the trajectory."""
    query = listing.Query(FormalAdvice.kind, (f"trajectory:{context.stream}",), limit=200)
    found = await listing.find(service.engine, query)
    advices = []
    for document in found.documents:
        advice = (await service.handler.of_document(FormalAdvice, document)).state
        id_ = document.stream_id[len(FormalAdvice.kind) + 1 :]
        advices.append(KnownAdvice(id_, advice.settled_from, advice.stands))
    return (KnownAdvices(tuple(advices)),)


async def known_asked(
    service: ServiceContext, command: Any, state: Any, context: Context
) -> tuple[KnownArea]:
    """The area that advice is asked for. Refuses a trajectory that does not exist."""
    if command.trajectory is not None:
        loaded = await service.handler.load(Trajectory, command.trajectory)
        if not loaded.version:
            refuse("no-such-trajectory", "There is no such trajectory.")
    return await known_area(service, command, state, context)


async def known_origin(
    service: ServiceContext, command: Any, state: Any, _context: Context
) -> tuple[KnownOrigin]:
    """Whether residents were at the moment, or answered the panel, that an agreement names."""
    origin = command.origin
    if origin is None or (origin.moment is None and origin.panel is None):
        return (KnownOrigin(by_residents=False, says="No moment and no panel is named."),)
    if origin.moment is None:
        return (await _panel(service, origin.panel, state.municipalities),)
    loaded = await service.handler.load(Trajectory, origin.moment.trajectory)
    moment = loaded.state.moment(origin.moment.moment)
    if moment is None or not set(loaded.state.municipalities) & set(state.municipalities):
        return (KnownOrigin(by_residents=False, says="There is no such moment here."),)
    if moment.carries is None or moment.form in SENT:
        return (KnownOrigin(by_residents=False, says="No resident is known to have been there."),)
    return (KnownOrigin(by_residents=True),)


async def _panel(
    service: ServiceContext, panel: str, municipalities: tuple[str, ...]
) -> KnownOrigin:
    async with service.reading.connect() as connection:
        asked = {"stream": f"wish-panels-{panel}"}
        found = (await connection.execute(_PANEL, asked)).scalar_one_or_none()
    if found is None or not set(found) & set(municipalities):
        return KnownOrigin(by_residents=False, says="There is no such panel here that has closed.")
    return KnownOrigin(by_residents=True)
