"""What is known around the base of an area: of what lies in it, and of its own homes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from leefwijk.events.decider import Context, refuse
from leefwijk.service.context import ServiceContext
from monitoring.domain.assessing import Judging
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.base_verdict import KnownBase
from monitoring.domain.places import KnownPlace
from monitoring.knowledge.homes import areas_of, complexes_in, turns_of_homes
from monitoring.knowledge.own import find_all, place_of

_LOOKED = text("""
select substr(stream_id, 17) as id from documents
where kind = 'base-conditions' and facets && cast(:facets as text[]) order by stream_id
""")


async def known_base(
    service: ServiceContext, command: Judging, state: BaseCondition, context: Context
) -> tuple[KnownBase]:
    """What is known around the base of the area that the path names. Refuses `unknown-area`.

    Of homes from the first day that the command bears on.
    """
    place = await place_of(service, context.stream)
    if place is None:
        refuse("unknown-area", f"{context.stream} is not registered.")
    spoken_of = getattr(command, "complex", None)
    since = command.since(state, context.today)
    return (await base_around(service, place, context.today, spoken_of, since),)


async def base_around(
    service: ServiceContext,
    place: KnownPlace,
    day: date,
    spoken_of: str | None = None,
    since: date | None = None,
) -> KnownBase:
    """The base of all that lies in the place, its homes, and who else looked at its complexes.

    `spoken_of` is a complex that may be looked at here now for the first time. Homes as of the day;
    with `since` also as of each day from then on.
    """
    below: dict[str, BaseCondition] = {}
    areas = (place.area, *place.parts)
    for area in areas:
        below |= dict(await find_all(service, BaseCondition, f"within:{area}"))
    for part in place.parts:
        loaded = await service.handler.load(BaseCondition, part)
        if loaded.version:
            below[part] = loaded.state
    own = await service.handler.load(BaseCondition, place.area)
    looked_at = {name for base in (own.state, *below.values()) for name in base.complexes}
    looked_at |= {spoken_of} if spoken_of else set()
    async with service.reading.connect() as connection:
        turns = [] if since is None else await turns_of_homes(connection, areas, since, day)
        homes = await complexes_in(connection, areas, day, *turns)
        complexes = homes[day]
        here = {one.complex for one in complexes if one.complex is not None}
        elsewhere = (await areas_of(connection, sorted(looked_at - here))).keys()
        facets = [f"complex:{name}" for name in sorted(here)]
        looked = (await connection.execute(_LOOKED, {"facets": facets})).scalars().all()
    beside = [id_ for id_ in looked if id_ != place.area and id_ not in below]
    return KnownBase(
        place.area,
        place.municipalities,
        place.parts,
        tuple(below[id_] for id_ in sorted(below)),
        complexes,
        tuple([(await service.handler.load(BaseCondition, id_)).state for id_ in beside]),
        frozenset(elsewhere),
        tuple((turn, homes[turn]) for turn in turns),
    )
