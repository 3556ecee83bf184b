"""Living agreements, by participation's facts, kept as they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.told import as_told, told_about
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.participation.living_agreements import (
    AgreementEnded,
    AgreementMade,
    AgreementReviewed,
)
from leefwijk.service.context import ServiceContext
from monitoring.domain.standing_agreements import StandingAgreement, standing

_STREAMS = f"{AgreementMade.aggregate}-"


def _place(area: str) -> str:
    return f"{_STREAMS}in:{area}"


def _told(change: Change) -> Write:
    event = change.event
    return as_told(change, [_place(event.area)] if isinstance(event, AgreementMade) else [])


WRITES: Writes = dict.fromkeys((AgreementMade, AgreementReviewed, AgreementEnded), _told)


async def agreements_standing(
    service: ServiceContext, areas: Sequence[str], day: date
) -> list[StandingAgreement]:
    """The agreements of residents of these areas that stood on a day."""
    async with service.reading.connect() as connection:
        told = await told_about(connection, [_place(area) for area in areas])
    found = (standing(stream.removeprefix(_STREAMS), facts, day) for stream, facts in told)
    return [one for one in found if one is not None]
