"""The indicators that Leefwijk knows from the start."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from monitoring.domain.indicator import LEEFBAAROMETER, POSITIVE_HEALTH
from monitoring.importing import builtin_indicators
from monitoring.importing.indicators import (
    IndicatorDefinition,
    derived,
    load_indicators,
)


def test_loneliness() -> None:
    """MON-20 (reading side): loneliness is a percentage, lower is better, about participation."""
    lonely = builtin_indicators()["rivm-eenzaam-18plus"]
    assert (lonely.unit, lonely.direction, lonely.dimension) == (
        "percent",
        "lower_is_better",
        "participation",
    )
    assert (lonely.nl, lonely.en) == ("Eenzaam (18 jaar en ouder)", "Lonely (18 and over)")


def test_rivm_figures_are_estimates() -> None:
    """MON-11: every RIVM figure carries "model estimate"."""
    rivm = [one for name, one in builtin_indicators().items() if name.startswith("rivm-")]
    assert len(rivm) == 36
    assert {one.note for one in rivm} == {"model estimate"}


def test_leefbaarometer3_directions() -> None:
    """MON-14: all five dimensions and the total are better when higher, also `onv`."""
    scores = {
        name: one
        for name, one in builtin_indicators().items()
        if name.startswith("leefbaarometer3-")
    }
    assert {one.direction for one in scores.values()} == {"higher_is_better"}
    assert {one.dimension for one in scores.values()} == {*LEEFBAAROMETER, "own"}
    onv = scores["leefbaarometer3-overlast-en-onveiligheid"]
    assert onv.dimension == "nuisance_and_unsafety"


def test_a_dimension_is_one_of_twelve() -> None:
    """MON-20: a dimension "comfort" is refused, naming the five, the six and `own`."""
    lonely = builtin_indicators()["rivm-eenzaam-18plus"].model_dump()
    with pytest.raises(ValidationError) as refused:
        IndicatorDefinition.model_validate(lonely | {"dimension": "comfort"})
    for dimension in (*LEEFBAAROMETER, *POSITIVE_HEALTH, "own"):
        assert dimension in str(refused.value)


def test_ids_are_unique() -> None:
    """No id is defined twice in the file."""
    text = (
        "- {source: s, unit: u, direction: none, dimension: own, "
        "indicators: [{id: a, nl: A, en: A}, {id: a, nl: B, en: B}]}"
    )
    with pytest.raises(ValueError, match="a is defined twice"):
        load_indicators(text)


def test_only_numbers_are_derived_from() -> None:
    """An indicator without a rule, or a class in text, derives nothing."""
    rent = builtin_indicators()["cbs-all-rent"]
    assert derived(rent, Decimal("40.5")) == Decimal("59.5")
    with pytest.raises(ValueError, match="does not derive"):
        derived(rent, "not urbanised")
    with pytest.raises(ValueError, match="does not derive"):
        derived(builtin_indicators()["cbs-urbanity"], Decimal(1))
