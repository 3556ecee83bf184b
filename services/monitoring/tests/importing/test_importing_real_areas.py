"""Areas and boundaries out of the real files, to the digit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pytest

from monitoring.importing import (
    BoundariesMapping,
    HierarchyMapping,
    KnownAreas,
    Outcome,
    builtin_mappings,
    content_hash,
    division,
    import_boundaries,
    import_hierarchy,
)
from monitoring.importing.codes import Kind
from monitoring.importing.rows import Reason, RemarkCode

WORKING_AREA = {"0085", "0106", "0118", "0119", "1690", "1699", "1701", "1731"}


class Editions(NamedTuple):
    """The hierarchy of 2020 and the areas of 2014 and 2022 that it borrows names from."""

    names2014: Outcome
    key2022: Outcome
    hierarchy: Outcome


@pytest.fixture(scope="module")
def editions(
    real: Callable[[str], bytes],
    measure: Callable[..., Outcome],
    hierarchies: dict[str, HierarchyMapping],
) -> Editions:
    """All three editions, imported."""
    names = import_hierarchy(
        real("cbs_buurtnamen_2014.csv"), hierarchies["cbs-buurtnamen-2014"], 2014, {}
    )
    key = measure(real("cbs_kwb2022_wijken.csv"), "cbs-kwb-2022-wijken", 2022)
    divisions = {
        2014: division(area.code for area in names.areas),
        2022: division(area.code for area in key.areas),
    }
    hierarchy = import_hierarchy(
        real("gebieden_drenthe_ooststellingwerf.csv"),
        hierarchies["gebieden-drenthe-ooststellingwerf"],
        2020,
        divisions,
    )
    return Editions(names, key, hierarchy)


def test_hierarchy_gives_each_area_once_in_its_edition(editions: Editions) -> None:
    """MON-01: 722 rows give 929 areas of 2020, each with its parent in the same edition."""
    report, areas = editions.hierarchy.report, editions.hierarchy.areas
    assert (report.read, report.good, report.bad) == (722, 722, 0)
    assert Counter(area.kind for area in areas) == {
        Kind.MUNICIPALITY: 13,
        Kind.WIJK: 194,
        Kind.BUURT: 722,
    }
    codes = [area.code for area in areas]
    assert len(set(codes)) == len(codes) == 929
    assert {area.edition for area in areas} == {2020}
    for place, area in enumerate(areas):
        assert area.parent is None or area.parent in codes[:place]


def test_names_are_borrowed_only_within_an_equal_division(editions: Editions) -> None:
    """MON-01: 594 of 609 buurt names and 177 wijk names are kept, 15 and 4 are dropped."""
    buurten = [area for area in editions.hierarchy.areas if area.kind is Kind.BUURT]
    wijken = [area for area in editions.hierarchy.areas if area.kind is Kind.WIJK]
    assert Counter(area.name_edition for area in buurten) == {2014: 594, None: 128}
    assert Counter(area.name_edition for area in wijken) == {2022: 177, None: 17}
    assert editions.hierarchy.report.remark_counts == {
        (RemarkCode.NAME_MISSING, Kind.BUURT): 113,
        (RemarkCode.NAME_FROM_OTHER_DIVISION, Kind.BUURT): 15,
        (RemarkCode.NAME_MISSING, Kind.WIJK): 13,
        (RemarkCode.NAME_FROM_OTHER_DIVISION, Kind.WIJK): 4,
    }
    dropped = [
        remark.area_code
        for remark in editions.hierarchy.report.remarks
        if remark.code is RemarkCode.NAME_FROM_OTHER_DIVISION
    ]
    assert Counter(code[2:6] for code in dropped if code.startswith("BU")) == {"0119": 6, "0085": 9}
    assert sorted(code for code in dropped if code.startswith("WK")) == [
        "WK168100",
        "WK168101",
        "WK168102",
        "WK168103",
    ]


def test_no_village_gets_the_name_of_another(editions: Editions) -> None:
    """MON-01: the Zuid Molukse Buurt keeps its name, Watertoren is not Nijeveen, Borger not Valthe.

    The rest of MON-01, that the second import records nothing, rests on the content hash below.
    """
    areas = {area.code: area for area in editions.hierarchy.areas}
    assert areas["BU01060104"].name == "Zuid Molukse Buurt"
    assert areas["BU01060104"].parent == "WK010601"
    assert areas["WK010601"].name == "Wijk 01 Lariks"
    assert areas["BU01190100"].name is None
    assert areas["WK168100"].name is None
    assert areas["GM0106"].name == "Assen"
    assert {area.code: area.name for area in editions.names2014.areas}["BU01190100"] == (
        "Kern Nijeveen"
    )
    assert {area.code: area.name for area in editions.key2022.areas}["WK168100"] == "Valthe"


def test_boundaries_attach_to_their_own_edition(
    editions: Editions, real: Callable[[str], bytes]
) -> None:
    """MON-08: all 202 boundaries are of 2022, 104 of them in the eight municipalities."""
    mapping = builtin_mappings()["wijkgrenzen-2022"]
    assert isinstance(mapping, BoundariesMapping)
    content = real("wijken_drenthe_ooststellingwerf_2022.geojson")
    known = KnownAreas(
        {
            2020: {area.code for area in editions.hierarchy.areas},
            2022: {area.code for area in editions.key2022.areas},
        }
    )
    outcome = import_boundaries(content, mapping, 2022, known)
    assert (outcome.report.good, outcome.report.bad) == (202, 0)
    codes = [boundary.area_code for boundary in outcome.boundaries]
    assert sum(code[2:6] in WORKING_AREA for code in codes) == 104
    assert "WK168100" in codes
    assert content_hash(content, mapping, 2022) == outcome.report.content_hash

    wrong = import_boundaries(content, mapping, 2020, known)
    assert (wrong.report.good, wrong.report.bad) == (181, 21)
    assert wrong.report.reasons == {Reason.AREA_NOT_IN_EDITION: 21}
    assert {row.area_code[:6] for row in wrong.report.bad_rows} == {"WK1681"}
    assert wrong.report.warnings == (
        "21 of 202 rows (10.4 %) name an area that edition 2020 does not have: "
        "is this the right edition?",
        "The divisions of the file and of 2020 differ for GM1681.",
    )
