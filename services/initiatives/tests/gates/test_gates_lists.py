"""Initiatives are found by where they are: through the division and as people live it."""

from __future__ import annotations

from typing import Any

import pytest

BUURT, WIJK, ASSEN = "BU01060100@2020", "WK010601@2020", "GM0106@2020"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (f"area={BUURT}", True),
        (f"area={WIJK}", True),
        (f"area={ASSEN}", True),
        ("area=BU01060101@2020", False),
        ("area=WK999999@2020", False),
        (f"area={ASSEN}&role=support&taker=residents&theme=meeting", True),
        (f"area={ASSEN}&role=none", False),
    ],
)
async def test_an_area_finds_what_lies_in_it(asked: str, found: bool, empty: Any) -> None:
    """A municipality finds what is in its wijken, a wijk its buurten, and every filter narrows."""
    await empty.areas()
    id_ = await empty.propose()
    page = await empty.get(f"/initiatives?{asked}")
    assert [item["id"] for item in page["items"]] == ([id_] if found else [])
