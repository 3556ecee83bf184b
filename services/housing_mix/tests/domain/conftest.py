"""What specifications of the stock begin with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from housing_mix.domain.counting import is_own_home
from leefwijk.events.language.housing_mix.dwellings import Dwelling, DwellingRegistered

BUURT = "BU01060100@2020"


def dwelling(**told: Any) -> Dwelling:
    """A social-rent terraced house in De Lariks Oost, but for what is told."""
    given: dict[str, Any] = {
        "area": BUURT,
        "complex": "c-12",
        "unit": "WOO",
        "unit_detail": "TUS",
        "tenancy": "VEH",
        "social_label": "DAE",
    }
    return Dwelling(**{**given, **told})


def registered(on: date = date(2026, 10, 1), **told: Any) -> DwellingRegistered:
    """It is in the register since a day."""
    home = dwelling(**told)
    return DwellingRegistered(
        dwelling=home, municipalities=("GM0106",), on=on, is_home=is_own_home(home)
    )


@pytest.fixture(name="dwelling")
def _dwelling() -> Any:
    return dwelling


@pytest.fixture(name="registered")
def _registered() -> Any:
    return registered
