"""What a new delivery changes and what a withdrawal takes away."""

from __future__ import annotations

from decimal import Decimal

from monitoring.importing.difference import (
    Change,
    Delivery,
    Figure,
    Recorded,
    Revised,
    Withdrawal,
    affected,
    difference,
    figures_of,
    revision,
    standing,
    withdrawal,
)
from monitoring.importing.rows import Missing

FIRST: dict[str, dict[str, Figure]] = {
    "value": {"2022": Missing.NOT_PUBLISHED},
    "owned": {"2022": Decimal(41)},
}
THIRD: dict[str, dict[str, Figure]] = {
    "value": {"2022": Decimal(176)},
    "owned": {"2022": Decimal(40)},
}


def test_a_first_delivery_is_recorded() -> None:
    """MON-17 (reading side): an area without figures of this source edition gets a record."""
    assert difference(None, FIRST) == Recorded(FIRST)


def test_the_same_figures_change_nothing() -> None:
    """MON-17 (reading side): an area without any difference gets no fact; 41.0 is 41."""
    assert difference(FIRST, FIRST) is None
    assert difference(FIRST, FIRST | {"owned": {"2022": Decimal("41.0")}}) is None


def test_a_revision_lists_what_differs() -> None:
    """MON-17 (reading side): a revision says from what to what, and only that."""
    outcome = difference(FIRST | {"same": {"2022": Decimal(1)}}, THIRD | {"new": {"2022": "x"}})
    assert outcome == Revised(
        (
            Change("value", "2022", Missing.NOT_PUBLISHED, Decimal(176)),
            Change("owned", "2022", Decimal(41), Decimal(40)),
            Change("new", "2022", None, "x"),
        )
    )


def test_a_missing_figure_is_not_zero() -> None:
    """From missing to zero, from one reason to another and from class to gap are changes."""
    gap = {"i": {"2022": Missing.NOT_PUBLISHED}}
    for other in (Decimal(0), Missing.CONFIDENTIAL, "not_published"):
        assert isinstance(difference(gap, {"i": {"2022": other}}), Revised)


def test_values_and_gaps_of_a_record_together() -> None:
    """A record's values and gaps form one set of figures."""
    values = {"class": {"2014": Decimal(6)}}
    gaps = {"class": {"2016": Missing.NOT_PUBLISHED}}
    assert figures_of(values, gaps) == {
        "class": {"2014": Decimal(6), "2016": Missing.NOT_PUBLISHED}
    }
    assert values == {"class": {"2014": Decimal(6)}}


def test_withdrawing_the_only_import_leaves_nothing() -> None:
    """MON-18 (reading side): every figure of a withdrawn import goes."""
    history = [Delivery("wrong", FIRST)]
    assert withdrawal(history, "wrong") == Withdrawal(
        (
            Change("value", "2022", Missing.NOT_PUBLISHED, None),
            Change("owned", "2022", Decimal(41), None),
        ),
        (),
    )
    assert withdrawal(history, "other") is None
    assert standing([]) is None


def test_withdrawing_a_revision_restores_the_delivery_before() -> None:
    """MON-18 (reading side): without the revision the earlier figures stand again."""
    outcome = difference(FIRST, THIRD)
    assert isinstance(outcome, Revised)
    history = [Delivery("first", FIRST), Delivery("third", revision(outcome.changes))]
    assert standing(history) == THIRD
    assert withdrawal(history, "third") == Withdrawal(
        (
            Change("value", "2022", Decimal(176), Missing.NOT_PUBLISHED),
            Change("owned", "2022", Decimal(40), Decimal(41)),
        ),
        (),
    )


def test_withdrawing_beneath_a_later_delivery() -> None:
    """A later delivery keeps what it changed; what it found unchanged must be compared again."""
    history = [
        Delivery("first", {"a": {"2022": Decimal(1)}, "b": {"2022": Decimal(1)}}),
        Delivery("wrong", {"a": {"2022": Decimal(2)}, "b": {"2022": Decimal(2)}}),
        Delivery("third", {"a": {"2022": Decimal(3)}}),
    ]
    assert withdrawal(history, "wrong") == Withdrawal(
        (Change("b", "2022", Decimal(2), Decimal(1)),), ("third",)
    )


def test_a_withdrawal_names_the_areas_it_touches() -> None:
    """MON-18 (reading side): only areas on which the import recorded something are touched."""
    history = {
        "WK168100@2020": [Delivery("wrong", FIRST)],
        "WK010601@2020": [Delivery("right", FIRST)],
    }
    assert list(affected(history, "wrong")) == ["WK168100@2020"]
