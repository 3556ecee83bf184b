"""What is known around the base of an area: of what lies in it, and of its own homes."""

from __future__ import annotations

from typing import Any

from leefwijk.events.decider import Context, refuse
from leefwijk.service.context import ServiceContext
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.base_verdict import KnownBase
from monitoring.domain.places import KnownPlace
from monitoring.knowledge.homes import complexes_in
from monitoring.knowledge.own import find_all, place_of


async def known_base(
    service: ServiceContext, _command: Any, _state: Any, context: Context
) -> tuple[KnownBase]:
    """What is known around the base of the area that the path names. Refuses `unknown-area`."""
    place = await place_of(service, context.stream)
    if place is None:
        refuse("unknown-area", f"{context.stream} is not registered.")
    return (await base_around(service, place),)


async def base_around(service: ServiceContext, place: KnownPlace) -> KnownBase:
    """The base of all that lies in the place, and its homes."""
    below: dict[str, BaseCondition] = {}
    for area in (place.area, *place.parts):
        below |= dict(await find_all(service, BaseCondition, f"within:{area}"))
    for part in place.parts:
        loaded = await service.handler.load(BaseCondition, part)
        if loaded.version:
            below[part] = loaded.state
    return KnownBase(
        place.area,
        place.municipalities,
        place.parts,
        tuple(below[id_] for id_ in sorted(below)),
        await complexes_in(service, (place.area, *place.parts)),
    )
