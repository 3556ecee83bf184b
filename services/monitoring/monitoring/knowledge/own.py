"""What a decision in monitoring needs to know of monitoring's other streams, as plain values."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from sqlalchemy import text

from leefwijk.events.decider import Context, State, refuse
from leefwijk.events.fields import area_code, municipality_of
from leefwijk.events.store import listing
from leefwijk.gates.within import wholly_within
from leefwijk.service.context import ServiceContext
from monitoring.domain.area import Area
from monitoring.domain.area_roles import EndRolesOfPartner
from monitoring.domain.effort_level import EffortLevel, Status
from monitoring.domain.experienced_area import Drawing, ExperiencedArea, KnownParts
from monitoring.domain.import_run import ImportRun, RunningImport
from monitoring.domain.measurement_series import MeasurementSeries, series_id
from monitoring.domain.other_levels import AreaLevels, LeadingLevel, OtherLevel
from monitoring.domain.partner import Partner
from monitoring.domain.places import KnownPlace
from monitoring.domain.proposing import (
    Grounds,
    KnownFigure,
    KnownPartner,
    KnownPartners,
    KnownStory,
    ProposeEffortLevel,
)
from monitoring.domain.story import Story

S = TypeVar("S", bound=State)

LARGEST = 500
AGREED_ONCE = (Status.AGREED, Status.ENDED, Status.EXPIRED)
"""Where a level stands that was agreed, whatever became of it."""


async def find_all(service: ServiceContext, kind: type[S], *terms: str) -> list[tuple[str, S]]:
    """Ids and states of all aggregates that match, newest first, at most five hundred."""
    page = await listing.find(service.engine, listing.Query(kind.kind, terms, limit=LARGEST))
    found = []
    for document in page.documents:
        loaded = await service.handler.of_document(kind, document)
        found.append((document.id, loaded.state))
    return found


async def drawing_of(service: ServiceContext, area: str) -> Drawing | None:
    """The drawing of an experienced area that has this id."""
    for _, state in await find_all(service, ExperiencedArea, f"code:{area_code(area)}"):
        for drawing in state.drawings:
            if drawing.area == area:
                return drawing
    return None


async def place_of(service: ServiceContext, area: str) -> KnownPlace | None:
    """A registered area, administrative or experienced."""
    if area.startswith("XA"):
        drawing = await drawing_of(service, area)
        if drawing is None:
            return None
        parts = tuple(part.area for part in drawing.parts)
        return KnownPlace(area, drawing.name, drawing.municipalities, parts=parts)
    loaded = await service.handler.load(Area, area)
    if not loaded.version:
        return None
    return KnownPlace(
        area, loaded.state.name, municipality_of(area), reference_only=area.startswith("NL")
    )


async def known_place(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownPlace]:
    """The area that the command names. Refuses `unknown-area`."""
    place = await place_of(service, command.area)
    if place is None:
        refuse("unknown-area", f"{command.area} is not registered.")
    return (place,)


async def known_parts(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownParts]:
    """The parts of a drawing."""
    municipalities: set[str] = set()
    unknown = []
    for part in command.parts:
        loaded = await service.handler.load(Area, part.area)
        if not loaded.version:
            unknown.append(part.area)
        municipalities |= set(municipality_of(part.area))
    return (KnownParts(tuple(sorted(municipalities)), tuple(unknown)),)


async def known_for_proposal(
    service: ServiceContext, command: ProposeEffortLevel, state: Any, context: Context
) -> tuple[Any, ...]:
    """Area, grounds and invited partners of a proposal."""
    (place,) = await known_place(service, command, state, context)
    figures = [await _figure(service, command, cited) for cited in command.measurements]
    stories = [await _story(service, story) for story in command.stories]
    found = tuple(story for story in stories if story is not None)
    partners = await _partners(service, command.invited, context.today)
    levels = AreaLevels(leading=await leading_levels(service, place))
    return place, Grounds(tuple(figures), found), partners, levels


async def _figure(service: ServiceContext, command: ProposeEffortLevel, cited: Any) -> KnownFigure:
    area = cited.area or command.area
    loaded = await service.handler.load(MeasurementSeries, series_id(area, cited.source_edition))
    figure = loaded.state.figures.get(f"{cited.indicator}/{cited.period}")
    said = None
    if figure is not None and figure.missing is None:
        said = str(figure.number) if figure.number is not None else figure.label
    return KnownFigure(
        area,
        cited.source_edition,
        cited.indicator,
        cited.period,
        said,
        loaded.state.event_of(cited.indicator, cited.period),
    )


async def _story(service: ServiceContext, id_: str) -> KnownStory | None:
    loaded = await service.handler.load(Story, id_)
    story = loaded.state
    if story.area is None or story.month is None or story.event is None:
        return None
    around = await find_all(service, ExperiencedArea, f"part:{story.area}")
    lived = [drawing.area for _, state in around for drawing in state.drawings]
    return KnownStory(id_, (story.area, *lived), story.month, story.event)


async def _partners(service: ServiceContext, ids: tuple[str, ...], day: date) -> KnownPartners:
    """The registered ones among these, with where they work on a day."""
    found = {}
    for id_ in ids:
        loaded = await service.handler.load(Partner, id_)
        partner = loaded.state
        if loaded.version and partner.partner_kind is not None:
            works_in = partner.works_in(day)
            found[id_] = KnownPartner(id_, partner.partner_kind.value, works_in)
    return KnownPartners(found)


async def known_for_role(
    service: ServiceContext, command: Any, _state: Any, context: Context
) -> tuple[KnownPlace, KnownPartners]:
    """The area that the path names, and the partner that gets a role. Refuses `unknown-area`."""
    place = await place_of(service, context.stream)
    if place is None:
        refuse("unknown-area", f"{context.stream} is not registered.")
    return place, await _partners(service, (command.partner,), context.today)


async def partner_that_left(
    service: ServiceContext, command: EndRolesOfPartner, _state: Any, _context: Context
) -> tuple[KnownPartners]:
    """The partner, with where it works from the day on which it left."""
    return (await _partners(service, (command.partner,), command.on),)


async def reacting_partner(
    service: ServiceContext, _command: Any, _state: Any, context: Context
) -> tuple[KnownPartners]:
    """The partner that acts."""
    own = (context.actor.partner,) if context.actor.partner else ()
    return (await _partners(service, own, context.today),)


async def area_levels(
    service: ServiceContext, _command: Any, level: EffortLevel, context: Context
) -> tuple[AreaLevels]:
    """The other agreed levels of the same area, and those that lead over it."""
    found = []
    for status in AGREED_ONCE:
        terms = (f"area:{level.area}", f"status:{status.value}")
        for id_, other in await find_all(service, EffortLevel, *terms):
            if id_ != context.stream and other.valid_from is not None:
                found.append(OtherLevel(id_, other.level, other.valid_from, other.last_day))
    place = await place_of(service, level.area)
    leading = await leading_levels(service, place) if place is not None else ()
    return (AreaLevels(tuple(found), leading),)


_LIVED_LEVELS = text("""
select substr(stream_id, 15) as id from documents
where kind = 'effort-levels' and area like 'XA%' and status = any(cast(:statuses as text[]))
    and facets && (select array_agg('municipality:' || m) from unnest(cast(:of as text[])) t (m))
order by stream_id
""")


async def _lived_levels(
    service: ServiceContext, place: KnownPlace
) -> list[tuple[str, EffortLevel]]:
    """The levels that were agreed for areas as people live them around here."""
    asked = {"statuses": [one.value for one in AGREED_ONCE], "of": list(place.municipalities)}
    async with service.reading.connect() as connection:
        ids = (await connection.execute(_LIVED_LEVELS, asked)).scalars().all()
    return [(id_, (await service.handler.load(EffortLevel, id_)).state) for id_ in ids]


async def leading_levels(service: ServiceContext, place: KnownPlace) -> tuple[LeadingLevel, ...]:
    """Agreed levels of experienced areas that an administrative one lies wholly within (MON-06).

    The drawing counts that the level was agreed for: a later one leaves its past alone (MON-05).
    """
    if place.parts or not place.municipalities:
        return ()
    lived = await _lived_levels(service, place)
    smallest = await smallest_parts(service, place) if lived else ()
    found = []
    for id_, level in lived:
        first = level.valid_from
        drawing = await drawing_of(service, level.area)
        parts = [part.area for part in drawing.parts] if drawing else []
        if drawing is not None and first is not None and wholly_within(place.area, smallest, parts):
            lived_in, over = drawing.name, place.name or place.area
            found.append(
                LeadingLevel(id_, level.level, first, level.last_day, level.area, lived_in, over)
            )
    return tuple(found)


async def smallest_parts(service: ServiceContext, place: KnownPlace) -> tuple[str, ...]:
    """What an area is made of that has nothing below it; of the smallest, itself."""
    smallest: list[str] = []
    todo = list(place.parts or (place.area,))
    while todo:
        area = todo.pop(0)
        children = [id_ for id_, _ in await find_all(service, Area, f"parent:{area}")]
        todo += sorted(children)
        if not children:
            smallest.append(area)
    return tuple(smallest)


async def running_import(
    service: ServiceContext, command: Any, _state: Any, context: Context
) -> tuple[RunningImport]:
    """Another running import of the same source edition."""
    terms = (f"source-edition:{command.source_edition}", "status:running")
    for id_, run in await find_all(service, ImportRun, *terms):
        if id_ != context.stream:
            return (RunningImport(id_, run.started_at),)
    return (RunningImport(),)


_CODES = text("select area from documents where kind = 'areas' and area is not null")


async def codes_by_edition(service: ServiceContext) -> dict[int, set[str]]:
    """All registered administrative codes, by edition."""
    found: dict[int, set[str]] = {}
    async with service.reading.connect() as connection:
        for row in await connection.execute(_CODES):
            code, _, edition = row.area.partition("@")
            found.setdefault(int(edition), set()).add(code)
    return found
