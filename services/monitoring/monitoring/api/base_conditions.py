"""`/v1/base-conditions`: clean, whole and safe, per area and complex."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from leefwijk.events.clock import day_of
from leefwijk.events.fields import AREA_PATTERN
from leefwijk.events.handling import Loaded
from leefwijk.events.language.monitoring.base_conditions import FailingStep, Step, Verdict
from leefwijk.service.commands import Commands
from leefwijk.service.context import ServiceContext, context_of
from leefwijk.service.identity import Principal
from leefwijk.service.moments import known_at
from leefwijk.service.problems import Problem
from leefwijk.service.reads import (
    InternalReader,
    Page,
    Paging,
    Resource,
    SheetFormat,
    page_of,
    sheet_of,
    tag,
)
from leefwijk.service.roles import Role
from leefwijk.service.sheets import Sheet
from leefwijk.service.told import told_words
from monitoring.api.areas import AreaPath, require_area
from monitoring.domain.assessing import (
    AssessBase,
    CompleteBaseAction,
    CorrectBaseAssessment,
    PlanBaseAction,
)
from monitoring.domain.base_agenda import ASSESS_AGAIN, Item, agenda
from monitoring.domain.base_condition import BaseCondition
from monitoring.domain.base_verdict import KnownBase, Reading, read_area
from monitoring.domain.standing_agreements import StandingAgreement
from monitoring.knowledge.base import base_around, known_base
from monitoring.knowledge.living_agreements import agreements_standing
from monitoring.knowledge.own import find_all, place_of
from monitoring.within import areas_within

WORKER = Role.NEIGHBOURHOOD_WORKER
_ONE = "/{areaId}"

commands = Commands("/base-conditions", BaseCondition, tag="base condition")
commands.post(f"{_ONE}/assessments", AssessBase, role=WORKER, knows=known_base, starts=True)
commands.post(f"{_ONE}/corrections", CorrectBaseAssessment, role=WORKER, knows=known_base)
commands.post(f"{_ONE}/actions", PlanBaseAction, role=WORKER)
commands.post(f"{_ONE}/action-completions", CompleteBaseAction, role=WORKER)

router = APIRouter(tags=["base condition"])


class ReadingResource(Resource):
    """A verdict with what it rests on: ids of events, never an address."""

    verdict: str
    step: int
    because: list[dict[str, Any]]
    evidence: list[str]
    assessed: date | None
    valid_through: date | None
    exempt: int
    """Homes in condition 5 or 6 with a decided demolition plan."""


class AgreementResource(Resource):
    """A living agreement that stands here: evidence for information and agreements (PAR-28).

    It binds nobody in law, and the verdict stays with whoever looks.
    """

    agreement: str
    title: str
    area: str
    topics: list[str]
    made: date
    review_by: date
    review_overdue: bool
    evidence: list[str]


class BaseResource(Resource):
    """The base of an area as of a day, as known at a moment.

    Partners are told verdicts and steps; what was seen, why it was corrected and what is done about
    it are words for people of the platform.
    """

    area: str
    version: int
    as_of: date
    known_at: datetime | None
    base: ReadingResource
    remark: str | None
    complexes: dict[str, ReadingResource]
    corrections: list[dict[str, Any]]
    actions: dict[str, dict[str, Any]]
    agreements: list[AgreementResource]


def _agreement(found: StandingAgreement, day: date) -> AgreementResource:
    return AgreementResource(
        agreement=found.agreement,
        title=found.title,
        area=found.area,
        topics=list(found.topics),
        made=found.made,
        review_by=found.review_by,
        review_overdue=found.review_overdue(day),
        evidence=list(found.evidence),
    )


def _reading(reader: Principal, reading: Reading) -> ReadingResource:
    return ReadingResource(
        verdict=reading.verdict.value,
        step=reading.step,
        because=[_failing(reader, step) for step in reading.because],
        evidence=[str(id_) for id_ in reading.evidence],
        assessed=reading.assessed,
        valid_through=reading.valid_through,
        exempt=reading.exempt,
    )


def _failing(reader: Principal, step: FailingStep) -> dict[str, Any]:
    """What a step lacks; what somebody saw there, in words, is for people of the platform."""
    words = None if reader.inside else {"says"}
    return step.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=words)


class Clocks(BaseModel):
    """For which day, and with whose knowledge."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    asOf: date | None = None  # noqa: N815 - the query key
    knownAt: date | datetime | None = None  # noqa: N815 - the query key


@router.get("/base-conditions/{areaId}")
async def get_base(
    request: Request,
    response: Response,
    reader: InternalReader,
    area_id: AreaPath,
    query: Annotated[Clocks, Query()],
) -> BaseResource:
    """The verdict, why, and the work that is planned; unknown where nobody ever looked."""
    require_area(area_id)
    service = context_of(request)
    place = await place_of(service, area_id)
    if place is None or not reader.sees(place.municipalities):
        raise Problem("not-found", "This area is not registered.")
    loaded = await service.handler.load(BaseCondition, area_id)
    tag(response, loaded.version)
    known = known_at(query.knownAt)
    day = query.asOf or service.handler.today()
    around = await base_around(service, place, day)
    read = read_area(loaded.state, around, day, known)
    assessed = read.area.assessed is not None
    told = min(day, day_of(known)) if known else day
    within = await areas_within(service, area_id) or [area_id]
    agreements = await agreements_standing(service, within, told)
    return BaseResource(
        area=area_id,
        version=loaded.version,
        as_of=day,
        known_at=known,
        base=_reading(reader, read.area),
        remark=None if assessed else "never assessed",
        complexes={name: _reading(reader, one) for name, one in sorted(read.complexes.items())},
        corrections=_corrections(reader, loaded.state, around, known),
        actions=_actions(reader, loaded.state),
        agreements=[_agreement(one, day) for one in agreements],
    )


def _corrections(
    reader: Principal, base: BaseCondition, around: KnownBase, known: datetime | None
) -> list[dict[str, Any]]:
    """What was corrected, when it was and why: both lines stay visible.

    Also where it was recorded through another area and turned out to be about a complex here.
    """
    here = {one.complex for one in around.complexes}
    made = [(one, pair) for one in base.assessments for pair in pairwise(one.said)]
    made += [
        (one, (before, said))
        for other in around.beside
        for one in other.assessments
        for before, said in pairwise(one.said)
        if {before.complex, said.complex} & here
    ]
    return [
        {
            "assessment": str(one.id),
            "complex": said.complex,
            "was": before.complex,
            "on": said.on,
            "correctedOn": day_of(said.recorded_at),
            "reason": told_words(reader, said.reason),
        }
        for one, (before, said) in made
        if known is None or said.recorded_at <= known
    ]


def _actions(reader: Principal, base: BaseCondition) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "complex": action.complex,
            "step": action.step.value,
            "assessment": str(action.assessment),
            "what": told_words(reader, action.what),
            "by": action.by,
            "completed": action.completed,
            "overdue": action.overdue,
        }
        for name, action in base.actions.items()
    }


class BaseQuery(Paging):
    """What to list; every condition given must hold."""

    area: Annotated[str | None, Query(pattern=AREA_PATTERN)] = None
    """The area and all that lies in it; of an area as people live it also its parts."""
    verdict: Verdict | None = None
    complex: Annotated[str | None, Query(max_length=80)] = None
    municipality: Annotated[str | None, Query(pattern=r"^GM[0-9]{4}$")] = None


class BaseListed(Resource):
    """An assessed area with the verdict last recorded."""

    area: str
    version: int
    verdict: str | None
    step: int
    valid_through: date | None
    because: list[dict[str, Any]]


def _listed(id_: str, loaded: Loaded[BaseCondition], reader: Principal) -> BaseListed:
    told = loaded.state.reads_last
    return BaseListed(
        area=id_,
        version=loaded.version,
        verdict=told.verdict.value if told else None,
        step=told.step if told else 0,
        valid_through=told.valid_through if told else None,
        because=[_failing(reader, step) for step in told.because] if told else [],
    )


SHEET = Sheet(
    BaseListed,
    area="Gebied",
    verdict="Oordeel",
    step="Stap",
    valid_through="Geldig tot en met",
    because="Omdat",
)
"""Columns of the sheet."""


@router.get("/base-conditions")
async def list_bases(
    request: Request,
    response: Response,
    reader: InternalReader,
    query: Annotated[BaseQuery, Query()],
) -> Page[BaseListed]:
    """Areas that somebody assessed, newest first."""
    terms = {
        "status": query.verdict,
        "complex": query.complex,
        "municipality": query.municipality,
    }
    return await page_of(
        request,
        response,
        BaseCondition,
        query,
        reader,
        lambda id_, loaded: _listed(id_, loaded, reader),
        terms,
        within=await areas_within(context_of(request), query.area),
        sheet=SHEET,
    )


class AgendaQuery(BaseModel):
    """Whose work."""

    model_config = ConfigDict(extra="forbid")

    municipality: Annotated[str, Query(pattern=r"^GM[0-9]{4}$")]
    format: SheetFormat = None


class AgendaItem(Resource):
    """Something that a neighbourhood worker has to do about the base."""

    area: str
    complex: str | None
    what: str | None
    """Planned work in words is for people of the platform; partners read the step."""
    step: Step | None
    due: date
    overdue: bool


class Agenda(Resource):
    """What lapses soon and what is to be done, the most urgent first."""

    items: list[AgendaItem]


AGENDA_SHEET = Sheet(
    AgendaItem,
    area="Gebied",
    complex="Complex",
    what="Wat",
    step="Stap",
    due="Uiterlijk",
    overdue="Te laat",
)
"""Columns of the sheet of the agenda."""
ASSESS_AGAIN_SAID = "opnieuw beoordelen"
"""`assess again` as people of the corporation read it in the sheet."""


def _as_read(item: AgendaItem) -> AgendaItem:
    """A line of the sheet; work that somebody planned stays in its own words."""
    if item.step is not None or item.what != ASSESS_AGAIN:
        return item
    return item.model_copy(update={"what": ASSESS_AGAIN_SAID})


@router.get("/base-agenda")
async def get_agenda(
    request: Request, reader: InternalReader, query: Annotated[AgendaQuery, Query()]
) -> Agenda:
    """Assessments that lapse soon and planned work that is open (MON-27)."""
    service = context_of(request)
    seen = reader.sees((query.municipality,))
    items = [
        AgendaItem(
            area=item.area,
            complex=item.complex,
            what=told_words(reader, item.what) if item.step else item.what,
            step=item.step,
            due=item.due,
            overdue=item.overdue,
        )
        for item in (await _items(service, query.municipality) if seen else ())
    ]
    whole = Agenda(items=items)
    lines = [_as_read(item) for item in items]
    return sheet_of(request, query.format, "base-agenda", AGENDA_SHEET, lines) or whole


async def _items(service: ServiceContext, municipality: str) -> list[Item]:
    found = await find_all(service, BaseCondition, f"municipality:{municipality}")
    today = service.handler.today()
    items = [item for _, base in found for item in agenda(base, today)]
    return sorted(items, key=lambda item: item.due)
