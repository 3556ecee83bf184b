"""Effort spent outside initiatives: lawful, exact to the cent, corrected in the open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from leefwijk.events.language.initiatives.plans import ContributionCategory, ServiceKind
from leefwijk.events.language.monitoring.efforts import (
    CostCategory,
    EffortSpentCorrected,
    EffortSpentRecorded,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.effort import CorrectEffort, Effort, RecordEffort
from monitoring.domain.places import KnownPlace

LARIKS, PITTELO = "WK010601@2020", "WK010604@2020"
SOCIAL, SMALL, CLEAN, MEETING = ContributionCategory


def _record(contribution: ContributionCategory | None, **more: Any) -> RecordEffort:
    told: dict[str, Any] = {
        "area": LARIKS,
        "on": date(2026, 5, 10),
        "amount": Decimal("1250.00"),
        "contribution": contribution,
        "category": CostCategory.PHYSICAL_ACTIVITIES,
        "description": "Lighting back path, adjoining complex C",
        **more,
    }
    return RecordEffort(**told)


@pytest.fixture
def empty(place: KnownPlace) -> Specification:
    """Nothing is booked on 2 June 2026."""
    return given(at="2026-06-02T09:00:00Z").by("area_manager").knowing(place)


def test_every_euro_fits_one_of_the_four_kinds(empty: Specification) -> None:
    """MON-41: recorded, or refused for what its kind asks; no kind is no livability work."""
    recorded = empty.when(_record(SMALL, near_own_property=True)).events[0]
    assert isinstance(recorded, EffortSpentRecorded)
    assert (recorded.amount, recorded.year) == (Decimal("1250.00"), 2026)
    empty.when(_record(SOCIAL)).refused(
        "not-for-own-tenants", saying="Housing social work is for own tenants only."
    )
    empty.when(_record(SOCIAL, own_tenants_only=True)).recorded()
    empty.when(_record(SMALL)).refused("not-near-own-property")
    empty.when(_record(None)).refused("outside-btiv-51", saying="refer to the party responsible")
    meals = _record(MEETING, service=ServiceKind.MEALS_AT_HOME)
    empty.when(meals).refused("outside-btiv-51")
    # a courtyard party of own tenants at which neighbours are welcome
    empty.when(_record(MEETING)).recorded()
    empty.when(_record(CLEAN)).recorded()


def test_hours_stay_hours(empty: Specification) -> None:
    """MON-41: 7.5 hours are recorded as hours, never as euros; nothing at all is refused."""
    hours = _record(CLEAN, amount=None, hours=Decimal("7.5"), category=CostCategory.STAFF)
    recorded = empty.when(hours).events[0]
    assert isinstance(recorded, EffortSpentRecorded)
    assert (recorded.amount, recorded.hours) == (None, Decimal("7.5"))
    empty.when(_record(CLEAN, amount=None)).refused("nothing-spent")
    tomorrow = _record(CLEAN, on=date(2026, 6, 3), amount=None)
    empty.when(tomorrow).refused("nothing-spent", "day-in-future")


def test_an_effort_belongs_to_the_year_in_which_it_was_made(empty: Specification) -> None:
    """MON-43: 18 December 2026 typed on 5 January 2027 is 2026."""
    late = empty.at("2027-01-05T09:00:00Z").when(_record(CLEAN, on=date(2026, 12, 18)))
    recorded = late.events[0]
    assert isinstance(recorded, EffortSpentRecorded)
    assert recorded.year == 2026


def test_a_wrong_booking_is_corrected_in_the_open(empty: Specification) -> None:
    """MON-43: booked on Pittelo, it was Lariks: both lines stay visible."""
    booked = empty.when(_record(CLEAN, area=PITTELO)).recorded()
    booked.when(CorrectEffort(area=LARIKS)).refused("reason-missing")
    corrected = booked.when(CorrectEffort(area=LARIKS, reason="Wrong area"))
    event = corrected.events[0]
    assert isinstance(event, EffortSpentCorrected)
    assert (event.area, event.amount) == (LARIKS, Decimal("1250.00"))
    effort = corrected.recorded().state(Effort)
    assert [line.area for line in effort.booked] == [PITTELO, LARIKS]
    assert event.corrects == effort.booked[0].event
    corrected.recorded().when(CorrectEffort(area=LARIKS, reason="Again")).nothing()
    ahead = CorrectEffort(on=date(2026, 7, 1), reason="Other day")
    booked.when(ahead).refused("day-in-future")
    booked.when(_record(CLEAN)).refused("already-recorded")
