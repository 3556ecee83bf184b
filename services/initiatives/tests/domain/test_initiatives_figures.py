"""Why an estimate proves nothing: by the real figures of RIVM, where LEEFWIJK_DATA names them."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest


def _lonely(year: int) -> dict[str, Decimal]:
    folder = os.environ.get("LEEFWIJK_DATA")
    if folder is None:
        pytest.skip("LEEFWIJK_DATA does not name the folder with the real files")
    path = Path(folder) / f"rivm_gezondheid_wijk_buurt_{year}_18plus.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["code"]: Decimal(row["eenzaam"])
            for row in csv.DictReader(file)
            if row["code"] in {"BU01060100", "WK010601", "GM0106", "NL01"}
        }


def test_the_sign_of_a_change_depends_on_what_it_is_compared_with() -> None:
    """INI-35: worse than Assen by 1.2 and 0.3, and against the country the wijk did 0.2 better."""
    before, after = _lonely(2016), _lonely(2020)
    change = {area: after[area] - before[area] for area in before}
    assert {area: str(points) for area, points in change.items()} == {
        "BU01060100": "4.3",
        "WK010601": "3.4",
        "GM0106": "3.1",
        "NL01": "3.6",
    }
    assert change["BU01060100"] - change["GM0106"] == Decimal("1.2")
    assert change["WK010601"] - change["GM0106"] == Decimal("0.3")
    assert change["WK010601"] - change["NL01"] == Decimal("-0.2")
