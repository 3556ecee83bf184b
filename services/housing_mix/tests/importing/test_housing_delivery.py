"""Deliveries, judged row by row."""

from __future__ import annotations

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from housing_mix.domain.rent_limits import RentLimits
from housing_mix.importing.delivery import (
    Against,
    DeliveryRefusedError,
    Judged,
    judge,
    report_of,
)
from housing_mix.importing.vera import vera_codes

BUURT = "BU01060100"
HEADER = (
    "eenheidnummer;eenheidsoort;eenheiddetailsoort;status;label;nettohuur;conditiescore;buurt;"
    "doelgroep;aanvullendedoelgroep"
)
LIMITS = RentLimits(2026, Decimal("477.20"), Decimal("764.14"), Decimal("932.93"))


def judged(*rows: str, header: str = HEADER) -> Judged:
    """A delivery of 2026-10-01 on the division of 2020."""
    against = Against(date(2026, 10, 1), 2020, frozenset({f"{BUURT}@2020"}), vera_codes(), LIMITS)
    return judge("\n".join((header, *rows)).encode(), against)


ELEVEN = (
    f"E-1001;WOO;TUS;VEH;DAE;612,40;3;{BUURT};;",
    f"E-1002;WOO;GAR;VEH;DAE;612,40;3;{BUURT};;",
    f"E-1003;WOO;TUS;OND;DAE;612,40;3;{BUURT};;",
    f"E-1004;WOO;TUS;VEH;DAE;612,40;7;{BUURT};;",
    f"E-1005;WOO;TUS;VEH;DAE;1.012,50;3;{BUURT};;",
    f"E-1006;WOO;TUS;VEH;DAE;598.00;3;{BUURT};;",
    "E-1007;WOO;TUS;VEH;DAE;612,40;3;BU01069999;;",
    f"E-1008;WOO;TUS;VEH;DAE;601,00;3;{BUURT};;",
    f"E-1008;WOO;TUS;VEH;DAE;640,00;3;{BUURT};;",
    f"E-1009;PAR;GAR;VEH;;;;{BUURT};;",
    f"E-1010;WOO;TUS;VEH;DAE;;3;{BUURT};;",
)


def test_a_faulty_row_is_rejected_by_line_column_and_code() -> None:
    """MIX-01: and the good rows land; reasons hold no content of the row."""
    found = judged(*ELEVEN)
    assert [row.number for row in found.good] == ["e-1001", "e-1005", "e-1009", "e-1010"]
    assert found.good[1].dwelling.rent == Decimal("1012.50")
    assert (found.read, len(found.rejected), found.warnings) == (11, 7, 2)
    assert [(row.line, row.code.value) for row in found.rejected] == [
        (3, "code-parent-mismatch"),
        (4, "code-expired"),
        (5, "score-out-of-range"),
        (7, "amount-unreadable"),
        (8, "unknown-area"),
        (9, "duplicate-unit"),
        (10, "duplicate-unit"),
    ]
    warned = [(one.line, one.code) for one in found.remarks if not one.rejected]
    assert warned == [(6, "rent-above-social-limit"), (12, "rent-missing")]
    report = report_of(found.remarks, found.left_out)
    assert "UIT with its reason" in report
    for content in ("598.00", "BU01069999", "E-1008"):
        assert content not in report


def test_a_delivery_with_personal_data_is_refused_whole() -> None:
    """MIX-02: the columns are named, and never what stands in them."""
    header = f"{HEADER};geboortedatum_huurder;huisnummer"
    with pytest.raises(DeliveryRefusedError) as refused:
        judged(f"{ELEVEN[0]};1961-05-04;12", header=header)
    assert refused.value.code == "personal-data-in-file"
    assert str(refused.value) == (
        "This file holds columns about tenants or addresses (geboortedatum_huurder, huisnummer). "
        "Deliver it again without them; nothing was stored."
    )


def test_a_column_that_nobody_expects_is_left_out_and_named() -> None:
    """MIX-02: its values are kept nowhere."""
    found = judged(f"{ELEVEN[0]};blauw", header=f"{HEADER};kleur voordeur")
    assert found.left_out == ["kleur voordeur"]
    assert "blauw" not in repr(found)
    assert "kleur voordeur" in report_of(found.remarks, found.left_out)


def test_a_label_that_tells_of_the_household_is_not_kept() -> None:
    """MIX-06: only what says for whom a home is meant stays on it."""
    rows = [
        f"E-1;WOO;TUS;VEH;DAE;600,00;3;{BUURT};SEN;",
        f"E-2;WOO;TUS;VEH;DAE;600,00;3;{BUURT};ZDR;",
        f"E-3;WOO;TUS;LEE;DAE;600,00;3;{BUURT};ZOR;",
        f"E-4;WOO;TUS;VEH;DAE;600,00;3;{BUURT};;GGZ",
    ]
    found = judged(*rows)
    assert [row.dwelling.allocation for row in found.good] == ["SEN", None, None, None]
    warned = [(one.line, one.code, one.sentence) for one in found.remarks]
    sentence = "This label tells something about the household; count it per complex instead."
    assert warned == [(line, "label-withheld", sentence) for line in (3, 4, 5)]
    kept = repr(found) + report_of(found.remarks, found.left_out)
    assert not any(code in kept for code in ("ZDR", "ZOR", "GGZ"))


@examples(st.binary(max_size=300))
def test_no_file_breaks_the_judge(content: bytes) -> None:
    """Whatever is sent, it is judged or refused."""
    against = Against(date(2026, 10, 1), 2020, frozenset(), vera_codes())
    try:
        found = judge(content, against)
    except DeliveryRefusedError:
        return
    assert found.read == len(found.good) + len(found.rejected)


DATA = Path(os.environ.get("LEEFWIJK_DATA", "/nowhere")) / "vera_referentiedata.csv"


@pytest.mark.skipif(not DATA.exists(), reason="LEEFWIJK_DATA names no folder with VERA's lists")
def test_the_lists_are_veras() -> None:
    """Every code that comes with the service stands in VERA's own lists, and none is missing."""
    ours = {name for name, _ in vera_codes().entries}
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        theirs = {
            (row["Soort"], row["Code"])
            for row in csv.DictReader(file, delimiter=";")
            if row["Soort"] in ours
        }
    assert theirs == set(vera_codes().entries)
