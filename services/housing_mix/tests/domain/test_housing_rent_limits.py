"""Limits of rent classes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from housing_mix.domain.rent_limits import RentLimits, SetRentLimits
from leefwijk.events.language.housing_mix.rent_limits import RentLimitsSet
from leefwijk.events.testing import given

OF_2026 = {"year": 2026, "cheap": "477.20", "capping": "764.14", "social": "932.93"}


@pytest.mark.parametrize(
    ("rent", "expected"),
    [("477.20", "GOE"), ("764.14", "BET"), ("770.00", "DUU"), ("932.93", "DUU"), ("940.00", "BOV")],
)
def test_a_rent_equal_to_a_limit_lies_within_it(rent: str, expected: str) -> None:
    """Both laws read "not higher than" (Woningwet 46-47)."""
    limits = given(RentLimitsSet.model_validate(OF_2026)).state(RentLimits)
    assert limits.rent_class(Decimal(rent)) == expected


def test_limits_rise_and_are_set_once() -> None:
    """The same limits again are no news; limits that do not rise are refused."""
    command = SetRentLimits.model_validate(OF_2026)
    set_ = given().when(command).then(RentLimitsSet.model_validate(OF_2026))
    set_.when(command).nothing()
    wrong = SetRentLimits.model_validate({**OF_2026, "social": "700.00"})
    given().when(wrong).refused("limits-out-of-order")
