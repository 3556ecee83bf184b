"""One district with all that a read model can say of it, as the events that say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from tests.benchmarks.with_residents import with_residents

from leefwijk.events.consume.records import Change
from leefwijk.events.envelope import Received
from leefwijk.events.event import Event, Validity
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.initiatives import life, roles, support
from leefwijk.events.language.initiatives.spending import SpendingRecorded
from leefwijk.events.language.monitoring import effort_levels as levels
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.indicators import Direction, IndicatorDefined
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
)
from leefwijk.events.language.monitoring.stories import StoryRecorded, Teller, Tone

MUNICIPALITY = "GM0106"
DISTRICT = "WK010601@2020"
NEIGHBOURHOODS = tuple(f"BU0106010{number}@2020" for number in range(4))
INDICATORS = 18
EDITIONS = (2012, 2016, 2020)
STORIES = 20
INITIATIVES = 10
SPENDINGS = 2
"""Of an initiative with support; every second one has it."""
START = date(2026, 1, 1)


def changes(at: datetime) -> list[Change]:
    """The events in the order in which they were recorded, a second apart."""
    made = []
    versions: dict[str, int] = {}
    for number, (stream, event) in enumerate(_events()):
        versions[stream] = versions.get(stream, 0) + 1
        moment = at + timedelta(seconds=number)
        made.append(Change(_received(stream, versions[stream], event, moment), event))
    return made


def _received(stream: str, version: int, event: Event, at: datetime) -> Received:
    return Received(
        id=uuid4(),
        source="urn:bench",
        type=event.type,
        subject=stream.partition("-")[2],
        time=at,
        stream_id=stream,
        version=version,
        data=b"",
        area=DISTRICT,
        municipalities=(MUNICIPALITY,),
        headers={},
    )


def _events() -> Iterator[tuple[str, Event]]:
    for number in range(INDICATORS):
        yield f"indicators-indicator-{number}", _indicator(number)
    yield f"areas-{DISTRICT}", _area(DISTRICT, AreaKind.DISTRICT, f"{MUNICIPALITY}@2020")
    for area in NEIGHBOURHOODS:
        yield f"areas-{area}", _area(area, AreaKind.NEIGHBOURHOOD, DISTRICT)
    for area in (DISTRICT, *NEIGHBOURHOODS):
        for year in EDITIONS:
            yield f"measurements-{area}.survey-{year}", _figures(area, year)
    for number in range(STORIES):
        yield f"stories-{uuid4()}", _story(number)
    level = f"effort-levels-{uuid4()}"
    for fact in _level():
        yield level, fact
    for number in range(INITIATIVES):
        initiative = f"initiatives-{uuid4()}"
        for fact in _initiative(number):
            yield initiative, fact
    yield from with_residents(DISTRICT, MUNICIPALITY, START)


def _indicator(number: int) -> IndicatorDefined:
    return IndicatorDefined(
        label=f"Indicator {number}",
        label_nl=f"Indicator {number}",
        unit="percent",
        direction=Direction.HIGHER,
        dimension="health",
        source="survey",
    )


def _area(area: str, kind: AreaKind, parent: str) -> AreaRegistered:
    return AreaRegistered(
        area=area, kind=kind, name="Lariks", parent=parent, municipalities=(MUNICIPALITY,)
    )


def _figures(area: str, year: int) -> MeasurementsRecorded:
    return MeasurementsRecorded(
        area=area,
        source_edition=f"survey-{year}",
        import_id=f"import-{year}",
        figures=tuple(
            Measured(
                indicator=f"indicator-{number}",
                period=str(year),
                figure=Figure(number=Decimal(number * 5) + Decimal("0.5")),
            )
            for number in range(INDICATORS)
        ),
    )


def _story(number: int) -> StoryRecorded:
    return StoryRecorded(
        area=DISTRICT,
        municipalities=(MUNICIPALITY,),
        theme=Theme.MEETING,
        tone=Tone.STRENGTH if number % 2 else Tone.CONCERN,
        teller=Teller.RESIDENT,
        month=START,
    )


def _level() -> Iterator[Event]:
    mode = levels.Mode(stance=levels.Stance.PROACTIVE, rhythm=levels.Rhythm.STRUCTURAL)
    valid = Validity(from_=START, through=date(2027, 12, 31))
    yield levels.EffortLevelProposed(
        area=DISTRICT,
        municipalities=(MUNICIPALITY,),
        level=EffortLevelName.EXTRA,
        mode=mode,
        valid=valid,
        measurements=(
            levels.MeasurementGround(
                area=DISTRICT,
                source_edition="survey-2020",
                indicator="indicator-1",
                period="2020",
                figure="5.5",
                event_id=uuid4(),
            ),
        ),
        stories=(levels.StoryGround(story=str(uuid4()), event_id=uuid4()),),
        effects=(
            levels.ExpectedEffect(
                indicator="indicator-1", movement=levels.Movement.UP, by=date(2027, 12, 31)
            ),
        ),
        invited=(),
        reaction_through=START,
        lapses_on=date(2027, 1, 1),
    )
    yield levels.EffortLevelAgreed(
        area=DISTRICT,
        level=EffortLevelName.EXTRA,
        mode=mode,
        valid=valid,
        budgets=(levels.YearBudget(year=2026, amount=Decimal("5000.00")),),
    )


def _initiative(number: int) -> Iterator[Event]:
    title = f"Koffiehoek {number} in de hal van de flat"
    yield life.InitiativeProposed(
        title=title,
        area=DISTRICT,
        municipalities=(MUNICIPALITY,),
        themes=(Theme.MEETING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen van het portiek is welkom, elke woensdag",
        on=START,
    )
    yield roles.CorporationRoleAgreed(role=roles.CorporationRole.SUPPORT)
    if number % 2:
        yield support.SupportGranted(
            request=1,
            area=DISTRICT,
            budget_area=DISTRICT,
            year=2026,
            lines=(
                support.GrantedLine(
                    line=1, kind=support.SupportKind.MONEY, amount=Decimal("250.00")
                ),
            ),
            charged=Decimal("250.00"),
            partly=False,
            on=START,
        )
    yield life.InitiativeStarted(title=title, area=DISTRICT, themes=(Theme.MEETING,), on=START)
    if number % 2:
        for place in range(SPENDINGS):
            yield SpendingRecorded(
                spending=str(UUID(int=number * 100 + place)),
                request=1,
                line=1,
                amount=Decimal("50.00"),
                on=START,
            )
