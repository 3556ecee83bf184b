"""The figures of one source edition for one area (MON-10, MON-15, MON-17, MON-18, MON-19)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from leefwijk.events.decider import Context
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
    MeasurementsRevised,
    MeasurementsWithdrawn,
    Missing,
    Revised,
)
from leefwijk.events.testing import Specification, given
from leefwijk.events.testing.specification import event_id
from monitoring.domain.measurement_series import (
    MeasurementSeries,
    RecordMeasurements,
    WithdrawMeasurements,
)

LARIKS = "WK010601@2022"
EDITION = "cbs-kwb-wijken-2022"
UNPUBLISHED = Figure(missing=Missing.NOT_PUBLISHED)


def number(value: str) -> Figure:
    """A figure with the digits of its source."""
    return Figure(number=Decimal(value))


def measured(**figures: Figure) -> tuple[Measured, ...]:
    """Figures of 2022, by indicator."""
    return tuple(
        Measured(indicator=indicator, period="2022", figure=figure)
        for indicator, figure in figures.items()
    )


def record(by: str, **figures: Figure) -> RecordMeasurements:
    """What an import says of Lariks."""
    return RecordMeasurements(
        area=LARIKS, source_edition=EDITION, import_id=by, figures=measured(**figures)
    )


def recorded(by: str, **figures: Figure) -> MeasurementsRecorded:
    """The first delivery."""
    return MeasurementsRecorded(
        area=LARIKS, source_edition=EDITION, import_id=by, figures=measured(**figures)
    )


def change(indicator: str, before: Figure | None, after: Figure | None) -> Revised:
    """One figure that differs."""
    return Revised(indicator=indicator, period="2022", before=before, after=after)


def revised(by: str, *changes: Revised) -> MeasurementsRevised:
    """A later delivery."""
    return MeasurementsRevised(area=LARIKS, source_edition=EDITION, import_id=by, changes=changes)


def withdrawn(by: str, *changes: Revised) -> MeasurementsWithdrawn:
    """An import that was taken back."""
    return MeasurementsWithdrawn(
        area=LARIKS, source_edition=EDITION, import_id=by, changes=changes, reason="wrong edition"
    )


FIRST = {"value": UNPUBLISHED, "ownership": number("41"), "homes": number("2480")}
THIRD = {"value": number("176"), "ownership": number("40"), "homes": number("2480")}
CHANGES = (
    change("value", UNPUBLISHED, number("176")),
    change("ownership", number("41"), number("40")),
)


@pytest.fixture
def first() -> Specification:
    """The first delivery of KWB 2022 is recorded."""
    return given(recorded("d1", **FIRST))


def standing(spec: Specification) -> dict[str, Figure]:
    """The figures that stand, by indicator."""
    state: MeasurementSeries = spec.state(MeasurementSeries)
    return {place.partition("/")[0]: figure for place, figure in state.figures.items()}


class TestRecording:
    def test_all_figures_of_an_area_are_one_fact(self) -> None:
        """MON-19: readers see an area's figures of one edition together or not yet."""
        given().when(record("d1", **FIRST)).then(recorded("d1", **FIRST))

    def test_an_unpublished_area_is_known_as_unpublished(self) -> None:
        """MON-10: eighteen missing figures are recorded as missing, never as 0."""
        nothing = {f"i{place}": UNPUBLISHED for place in range(18)}
        after = given().when(record("d1", **nothing)).then(recorded("d1", **nothing))
        assert set(standing(after).values()) == {UNPUBLISHED}

    @pytest.mark.parametrize("why", list(Missing))
    def test_why_a_figure_is_missing_is_kept(self, why: Missing) -> None:
        """MON-15: unknown, confidential and not applicable stay apart, and apart from zero."""
        figures = {"a": Figure(missing=why), "b": number("0")}
        after = given().when(record("d1", **figures)).recorded()
        assert standing(after) == figures

    def test_all_digits_of_the_source_are_kept(self) -> None:
        """MON-10: a figure is rounded for people only."""
        after = given().when(record("d1", a=number("4.2706"), b=number("-0.0037"))).recorded()
        assert [str(figure.number) for figure in standing(after).values()] == ["4.2706", "-0.0037"]

    def test_the_stream_follows_from_area_and_source_edition(self) -> None:
        """MON-19: whoever records the same edition of the same area meets the same stream."""
        context = Context(datetime(2026, 4, 13, tzinfo=UTC))
        one, other = record("d1", a=number("1")), record("d2", a=number("2"))
        assert one.stream(context) == other.stream(context)
        elsewhere = one.model_copy(update={"area": "WK010601@2020"})
        assert elsewhere.stream(context) != one.stream(context)


class TestAgain:
    def test_the_same_import_again_records_nothing(self, first: Specification) -> None:
        """MON-19: a killed import goes on and doubles nothing."""
        first.when(record("d1", **FIRST)).nothing()

    def test_another_file_with_the_same_figures_records_nothing(self, first: Specification) -> None:
        """MON-17: an area without any difference gets no fact."""
        first.when(record("d2", **FIRST)).nothing()

    def test_40_is_40_0(self, first: Specification) -> None:
        """MON-17: numbers are compared as numbers."""
        first.when(record("d2", **{**FIRST, "ownership": number("41.0")})).nothing()


class TestRevising:
    def test_a_later_delivery_says_only_what_differs(self, first: Specification) -> None:
        """MON-17: value from missing to 176, ownership from 41 to 40, and nothing else."""
        after = first.when(record("d3", **THIRD)).then(revised("d3", *CHANGES))
        assert standing(after) == THIRD
        after.when(record("d3", **THIRD)).nothing()

    def test_what_a_delivery_is_silent_about_stays(self, first: Specification) -> None:
        """MON-17: a delivery with one column changes one column."""
        after = first.when(record("d2", ownership=number("40"))).recorded()
        assert standing(after) == {**FIRST, "ownership": number("40")}

    def test_zero_and_missing_differ(self, first: Specification) -> None:
        """MON-15, MON-17: from missing to 0 is a revision."""
        first.when(record("d2", value=number("0"))).then(
            revised("d2", change("value", UNPUBLISHED, number("0")))
        )

    def test_every_figure_names_the_fact_it_came_with(self, first: Specification) -> None:
        """MON-17, MON-30: a figure rests on the fact that brought it, not on the latest one."""
        after = first.and_(revised("d3", *CHANGES))
        state: MeasurementSeries = after.state(MeasurementSeries)
        assert state.event_of("ownership", "2022") == event_id(2)
        assert state.event_of("homes", "2022") == event_id(1)
        assert state.event_of("absent", "2022") is None
        back = after.and_(withdrawn("d3", *CHANGES)).state(MeasurementSeries)
        assert back.event_of("ownership", "2022") == event_id(1)


class TestWithdrawing:
    def test_the_only_delivery_leaves_nothing(self, first: Specification) -> None:
        """MON-18: the figures of an import under the wrong edition are gone."""
        taken = first.when(WithdrawMeasurements(import_id="d1", reason="wrong edition"))
        after = taken.then(
            withdrawn("d1", *(change(name, figure, None) for name, figure in FIRST.items()))
        )
        assert standing(after) == {}
        assert "import:d1" not in after.state(MeasurementSeries).listing().terms()

    def test_an_earlier_delivery_stands_again(self, first: Specification) -> None:
        """MON-18: withdrawing delivery 3 brings back 41 and the missing value."""
        before = first.and_(revised("d3", *CHANGES))
        after = before.when(WithdrawMeasurements(import_id="d3", reason="wrong edition")).then(
            withdrawn(
                "d3",
                change("value", number("176"), UNPUBLISHED),
                change("ownership", number("40"), number("41")),
            )
        )
        assert standing(after) == FIRST

    def test_a_later_delivery_outlives_an_earlier_one(self, first: Specification) -> None:
        """MON-18: withdrawing delivery 1 leaves what delivery 3 said otherwise."""
        before = first.and_(revised("d3", *CHANGES))
        after = before.when(WithdrawMeasurements(import_id="d1", reason="wrong edition")).then(
            withdrawn("d1", change("homes", number("2480"), None))
        )
        assert standing(after) == {"value": number("176"), "ownership": number("40")}

    def test_withdrawing_twice_or_elsewhere_records_nothing(self, first: Specification) -> None:
        """MON-18: an import that brought nothing here has nothing to take back."""
        first.when(WithdrawMeasurements(import_id="d9", reason="wrong edition")).nothing()
        gone = first.when(WithdrawMeasurements(import_id="d1", reason="wrong edition")).recorded()
        gone.when(WithdrawMeasurements(import_id="d1", reason="wrong edition")).nothing()

    def test_figures_come_again_after_a_withdrawal(self, first: Specification) -> None:
        """MON-18: the same import, started anew, records from the beginning."""
        gone = first.when(WithdrawMeasurements(import_id="d1", reason="wrong edition")).recorded()
        gone.when(record("d1", **FIRST)).then(recorded("d1", **FIRST))


FIGURES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.one_of(
        st.sampled_from([UNPUBLISHED, Figure(label="strong")]),
        st.integers(-2, 2).map(lambda value: number(str(value))),
    ),
    min_size=1,
)


@for_all(st.lists(FIGURES, min_size=1, max_size=4), st.integers(0, 3))
def test_any_import_can_be_withdrawn(deliveries: list[dict[str, Figure]], which: int) -> None:
    """MON-18: what a withdrawal says before and after is what stood and what stands."""
    spec = given()
    for place, figures in enumerate(deliveries):
        spec = spec.when(record(f"d{place}", **figures)).recorded()
    before = standing(spec)
    taken = spec.when(WithdrawMeasurements(import_id=f"d{which}", reason="wrong edition"))
    after = standing(taken.recorded())
    for event in taken.events:
        assert isinstance(event, MeasurementsWithdrawn)
        for one in event.changes:
            assert before.pop(one.indicator) == one.before
            assert after.pop(one.indicator, None) == one.after
    assert before == after


@for_all(st.lists(FIGURES, min_size=1, max_size=4))
def test_the_last_delivery_stands(deliveries: list[dict[str, Figure]]) -> None:
    """MON-17: after any deliveries the figures are the latest that each of them said."""
    spec = given()
    expected: dict[str, Figure] = {}
    for place, figures in enumerate(deliveries):
        spec = spec.when(record(f"d{place}", **figures)).recorded()
        expected |= figures
    assert standing(spec) == expected
