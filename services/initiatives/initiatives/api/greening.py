"""Green of one initiative and of an area: planned beside made, each measure in its own unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from initiatives.domain.green_progress import GreenProgress, Progress, progress_of
from initiatives.domain.greening_state import GreenItem
from initiatives.domain.initiative import Initiative
from initiatives.knowledge.greening import greening_in
from leefwijk.events.fields import AREA_PATTERN
from leefwijk.events.language.initiatives.greening import GreenMeasure, GreenPurpose, GreenUnit
from leefwijk.service.context import context_of
from leefwijk.service.places import areas_within
from leefwijk.service.reads import Reader, Resource, load_visible, tag

router = APIRouter(tags=["greening"])

NOTHING_REPORTED = "nothing reported"
"""What stands where something is planned and nothing was heard; that is not 0 %."""


class ProgressResource(Resource):
    """How far something has come."""

    planned: Decimal
    realised: Decimal | None
    """What is there now: made, corrected, and what was lost taken off."""
    not_planned: Decimal
    """Of what was made, what nobody had planned."""
    percentage: Decimal | None
    says: str


class MeasureResource(ProgressResource):
    """The progress of one measure in its own unit; there is no total over units."""

    measure: GreenMeasure
    unit: GreenUnit


class GreenProgressResource(Resource):
    """The progress of green: per measure, and of the water that can be held, in m3."""

    measures: list[MeasureResource]
    water: ProgressResource
    purposes: dict[GreenPurpose, list[GreenMeasure]]
    """Measures by what they help against; one may stand twice here, so nothing is added up."""


class GreenItemResource(Resource):
    """So much of one measure: an item that is planned, or something that was made."""

    name: str
    measure: GreenMeasure
    quantity: Decimal
    unit: GreenUnit
    purposes: list[GreenPurpose]
    litres: Decimal | None
    """Water that one piece holds."""
    item: str | None
    """Of what was made: the planned item that it belongs to."""
    lost: Decimal


class GreeningResource(Resource):
    """The green of one initiative."""

    version: int
    planned: list[GreenItemResource]
    made: list[GreenItemResource]
    progress: GreenProgressResource


@router.get("/initiatives/{initiativeId}/greening")
async def get_greening(
    request: Request,
    response: Response,
    reader: Reader,
    initiative_id: Annotated[str, Path(alias="initiativeId", max_length=100)],
) -> GreeningResource:
    """What is planned and made of green in one initiative, with the names that corrections need."""
    loaded = await load_visible(context_of(request), Initiative, initiative_id, reader)
    tag(response, loaded.version)
    greening = loaded.state.greening
    return GreeningResource(
        version=loaded.version,
        planned=[_item(name, item) for name, item in greening.planned.items()],
        made=[_item(name, item) for name, item in greening.realised.items()],
        progress=_progress(progress_of([greening])),
    )


@router.get("/area-greening/{areaId}")
async def get_area_greening(
    request: Request,
    reader: Reader,
    area: Annotated[str, Path(alias="areaId", pattern=AREA_PATTERN)],
) -> GreenProgressResource:
    """The progress of green of all initiatives in an area and in what lies in it."""
    service = context_of(request)
    within = await areas_within(service, area) or [area]
    return _progress(progress_of(await greening_in(service, within, reader)))


def _item(name: str, item: GreenItem) -> GreenItemResource:
    return GreenItemResource(
        name=name,
        measure=item.measure,
        quantity=item.quantity,
        unit=item.counted_in,
        purposes=list(item.purposes),
        litres=item.litres,
        item=item.item,
        lost=item.lost,
    )


def _progress(found: GreenProgress) -> GreenProgressResource:
    return GreenProgressResource(
        measures=[
            MeasureResource(measure=measure, unit=unit, **_figures(one))
            for (measure, unit), one in found.measures.items()
        ],
        water=ProgressResource(**_figures(found.water)),
        purposes={purpose: list(measures) for purpose, measures in found.purposes.items()},
    )


def _figures(one: Progress) -> dict[str, Decimal | str | None]:
    says = NOTHING_REPORTED
    if one.percentage is not None:
        says = f"{one.percentage} %"
    elif one.realised is not None:
        says = "not planned"
    return {
        "planned": one.planned,
        "realised": one.realised,
        "not_planned": one.not_planned,
        "percentage": one.percentage,
        "says": says,
    }
