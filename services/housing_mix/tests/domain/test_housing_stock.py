"""The stock: deliveries, corrections, departures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from housing_mix.domain.codes import KnownCodes
from housing_mix.domain.counting import is_occupied, is_own_home, is_social_rent
from housing_mix.domain.places import KnownAreas
from housing_mix.domain.stock import ConfirmLeftStock, CorrectDwelling, DeliverDwelling
from housing_mix.domain.unit import Unit
from housing_mix.importing.vera import vera_codes
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionRecorded,
    Dwelling,
    DwellingChanged,
    DwellingCorrected,
    DwellingLeftStock,
    LeftStock,
    Score,
)
from leefwijk.events.testing import given
from leefwijk.events.testing.clock import moment

BUURT = "BU01060100@2020"
KNOWN = KnownAreas(frozenset({BUURT}))


def test_a_delivery_registers_and_measures(dwelling: Any, registered: Any) -> None:
    """A unit is known from the reference date, its condition from the day it was measured."""
    command = DeliverDwelling(
        dwelling=dwelling(),
        reference_date=date(2026, 10, 1),
        condition=Score(score=3, measured=date(2026, 5, 4)),
    )
    given(at="2026-10-02T09:00:00Z").when(command).then(
        registered(),
        ConditionRecorded(
            area=BUURT,
            complex="c-12",
            condition=Score(score=3, measured=date(2026, 5, 4)),
            on=date(2026, 5, 4),
        ),
    )


def test_an_older_delivery_never_overwrites(dwelling: Any, registered: Any) -> None:
    """MIX-03: late history is reported, not woven in; the same delivery again is no news."""
    family, senior = dwelling(allocation="GEZ"), dwelling(allocation="SEN")
    first = given(registered(allocation="GEZ"), at="2026-10-02T09:00:00Z")
    corrected = (
        first.at("2026-10-10T09:00:00Z")
        .by("portfolio_manager")
        .knowing(KNOWN, vera_codes())
        .when(
            CorrectDwelling(
                dwelling=senior, on=date(2026, 10, 5), reason="label was wrong in the source"
            )
        )
        .then(
            DwellingCorrected(
                dwelling=senior,
                municipalities=("GM0106",),
                on=date(2026, 10, 5),
                is_home=True,
                reason="label was wrong in the source",
            )
        )
        .at("2026-10-12T09:00:00Z")
    )
    late = dwelling(allocation="GEZ", rent="605.00")
    corrected.when(DeliverDwelling(dwelling=late, reference_date=date(2026, 9, 1))).refused(
        "older-than-recorded"
    )
    corrected.when(DeliverDwelling(dwelling=family, reference_date=date(2026, 10, 1))).nothing()
    state: Unit = corrected.state(Unit)

    def label(day: date, known: str | None = None) -> str | None:
        told = state.on(day, moment(known) if known else None)
        return told.dwelling.allocation if told else None

    assert label(date(2026, 10, 3)) == "GEZ"
    assert label(date(2026, 10, 6)) == "SEN"
    assert label(date(2026, 10, 3), "2026-10-08T12:00:00Z") == "GEZ"
    assert label(date(2026, 10, 6), "2026-10-08T12:00:00Z") == "GEZ"
    assert label(date(2026, 9, 30)) is None


def test_a_later_delivery_tells_what_changed(dwelling: Any, registered: Any) -> None:
    """Only a difference is a fact."""
    known = given(registered(), at="2026-11-02T09:00:00Z")
    known.when(DeliverDwelling(dwelling=dwelling(), reference_date=date(2026, 11, 1))).nothing()
    vacant = dwelling(tenancy="LEE", tenancy_detail="MUT")
    known.when(DeliverDwelling(dwelling=vacant, reference_date=date(2026, 11, 1))).then(
        DwellingChanged(
            dwelling=vacant, municipalities=("GM0106",), on=date(2026, 11, 1), is_home=True
        )
    )


def test_a_correction_of_the_reference_date_stands(dwelling: Any, registered: Any) -> None:
    """MIX-05: going through the rows again does not undo what a person set right meanwhile."""
    wrong, right = dwelling(rooms=3), dwelling(rooms=4)
    known = given(registered(rooms=3), at="2026-10-02T09:00:00Z").and_(
        DwellingCorrected(
            dwelling=right,
            municipalities=("GM0106",),
            on=date(2026, 10, 1),
            is_home=True,
            reason="counted anew",
        )
    )
    known.when(DeliverDwelling(dwelling=wrong, reference_date=date(2026, 10, 1))).nothing()
    assert known.state(Unit).newest.dwelling.rooms == 4


def test_a_score_delivered_again_is_no_new_measurement(dwelling: Any, registered: Any) -> None:
    """Only a later measurement changes a condition."""
    on = date(2026, 10, 1)
    known = given(
        registered(),
        ConditionRecorded(area=BUURT, complex="c-12", condition=Score(score=5, measured=on), on=on),
        at="2026-11-02T09:00:00Z",
    )
    later = date(2026, 11, 1)

    def delivered(score: int, measured: date) -> DeliverDwelling:
        condition = Score(score=score, measured=measured)
        return DeliverDwelling(dwelling=dwelling(), reference_date=later, condition=condition)

    known.when(delivered(5, later)).nothing()
    known.when(delivered(3, date(2026, 9, 1))).nothing()
    (event,) = known.when(delivered(3, later)).events
    assert isinstance(event, ConditionRecorded)
    assert event.condition.score == 3


def test_a_unit_leaves_when_a_person_says_why(dwelling: Any, registered: Any) -> None:
    """MIX-04: sold, demolished, merged, split or handed back; then deliveries are refused."""
    known = given(registered(), at="2026-11-02T09:00:00Z").by("portfolio_manager")
    known.when(ConfirmLeftStock(on=date(2026, 9, 15))).refused(
        "reason-missing",
        saying="Say whether the home was sold, demolished, merged, split or handed back.",
    )
    known.when(ConfirmLeftStock(how=LeftStock.SOLD, on=date(2026, 11, 3))).refused("day-in-future")
    gone = known.when(ConfirmLeftStock(how=LeftStock.SOLD, on=date(2026, 9, 15))).then(
        DwellingLeftStock(area=BUURT, how=LeftStock.SOLD, on=date(2026, 9, 15))
    )
    assert not gone.state(Unit).own_home
    again = DeliverDwelling(dwelling=dwelling(), reference_date=date(2026, 12, 1))
    gone.when(again).refused("left-stock")
    gone.when(ConfirmLeftStock(how=LeftStock.SOLD, on=date(2026, 9, 15))).refused("left-stock")
    back = (
        gone.knowing(KNOWN, vera_codes())
        .when(CorrectDwelling(dwelling=dwelling(), on=date(2026, 9, 15), reason="it was not sold"))
        .recorded()
    )
    assert back.state(Unit).own_home
    back.when(again).nothing()


def test_a_correction_is_judged_as_a_row_is(dwelling: Any, registered: Any) -> None:
    """A correction names its ground, an area that is known and codes that VERA has."""
    known = given(registered(), at="2026-11-02T09:00:00Z").knowing(KnownAreas(), vera_codes())
    wrong = dwelling(unit_detail="GAR", allocation="ZOR")
    known.when(CorrectDwelling(dwelling=wrong, on=date(2026, 12, 1))).refused(
        "reason-missing",
        "day-in-future",
        "unknown-area",
        "code-parent-mismatch",
        "label-withheld",
    )


def _unit(number: int, detail: str | None, tenancy: str, **told: str) -> tuple[int, Dwelling]:
    given_ = {"area": BUURT, "unit": "WOO", "social_label": "DAE", **told}
    return number, Dwelling(unit_detail=detail, tenancy=tenancy, **given_)


TWELVE = dict(
    [
        _unit(1, "TUS", "VEH"),
        _unit(2, "GAL", "LEE", tenancy_detail="MUT"),
        _unit(3, "GAL", "UIT", tenancy_detail="REN"),
        _unit(4, "GAL", "UIT", tenancy_detail="SLO"),
        _unit(5, "BOV", "VEH", social_label="NDA"),
        _unit(6, "GAL", "ADM"),
        _unit(7, "TUS", "UIT", tenancy_detail="VAH"),
        _unit(8, "KAM", "VEH"),
        _unit(9, "WWP", "VEH"),
        _unit(10, None, "VEH", unit="INT"),
        _unit(11, "GAR", "VEH", unit="PAR"),
        _unit(12, "GAL", "ONT"),
    ]
)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (is_own_home, {1, 2, 3, 4, 5}),
        (is_social_rent, {1, 2, 3, 4}),
        (is_occupied, {1, 5}),
    ],
)
def test_only_homes_that_stand_count(counts: Any, expected: set[int]) -> None:
    """What counts as an own home, as social rent, as occupied; out of use is not gone."""
    assert {number for number, one in TWELVE.items() if counts(one)} == expected


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 1))


@examples(st.lists(st.tuples(DAYS, st.integers(1, 9)), min_size=1, max_size=8))
def test_whatever_the_order_of_deliveries_the_latest_day_holds(
    deliveries: list[tuple[date, int]],
) -> None:
    """MIX-03: an older delivery never overwrites newer knowledge, in any order of arrival."""
    specification = given(at="2026-12-02T09:00:00Z")
    latest: tuple[date, int] | None = None
    for day, rooms in deliveries:
        home = Dwelling(area=BUURT, unit="WOO", unit_detail="TUS", tenancy="VEH", rooms=rooms)
        decided = specification.when(DeliverDwelling(dwelling=home, reference_date=day))
        if decided.refusal is None:
            specification = decided.recorded()
            if decided.events:
                latest = (day, rooms)
    state: Unit = specification.state(Unit)
    assert latest is not None
    assert state.newest is not None
    assert (state.newest.on, state.newest.dwelling.rooms) == latest
    assert state.newest.on == max(one.on for one in state.told)


def test_codes_without_lists_are_unknown(dwelling: Any) -> None:
    """A list that is not known holds no code."""
    assert KnownCodes().fault("EENHEIDSOORT", "WOO", date(2026, 1, 1)) == "code-unknown"
