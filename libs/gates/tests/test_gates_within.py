"""Where an area lies: by its code, and within the neighbourhood as people live it (MON-06)."""

from __future__ import annotations

import pytest

from leefwijk.gates.within import wholly_within

LARIKS = "WK010601@2020"
PITTELO = "WK010604@2020"
BUURTEN = ("BU01060400@2020", "BU01060401@2020")


@pytest.mark.parametrize(
    ("area", "made_of", "parts", "within"),
    [
        (PITTELO, BUURTEN, (LARIKS, PITTELO), True),
        (BUURTEN[0], BUURTEN[:1], (LARIKS, PITTELO), True),
        (PITTELO, BUURTEN, ("GM0106@2020",), True),
        (PITTELO, BUURTEN, BUURTEN, True),
        (PITTELO, BUURTEN, BUURTEN[:1], False),
        (PITTELO, (PITTELO,), (LARIKS,), False),
        ("GM0106@2020", (*BUURTEN, "BU01060100@2020"), (PITTELO,), False),
        ("GM0106@2020", (*BUURTEN, "BU01060100@2020"), (PITTELO, LARIKS), True),
        ("WK010604@2016", ("WK010604@2016",), (PITTELO,), False),
        (PITTELO, (), (LARIKS,), False),
        ("GM0106@2020", (PITTELO, *BUURTEN), BUURTEN, True),
        ("GM0106@2020", (PITTELO, *BUURTEN, LARIKS), BUURTEN, False),
    ],
)
def test_an_area_that_is_only_touched_does_not_lie_within(
    area: str, made_of: tuple[str, ...], parts: tuple[str, ...], within: bool
) -> None:
    """MON-06: by itself, by what it lies in, or with all that it is made of; in one edition."""
    assert wholly_within(area, made_of, parts) is within
