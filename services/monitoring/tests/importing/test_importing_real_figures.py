"""Figures out of the real files, to the digit."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from leefwijk.events.language.monitoring.measurements import Figure, MeasurementsRevised
from leefwijk.events.language.monitoring.measurements import Missing as Gap
from leefwijk.events.testing import given
from monitoring.domain.measurement_series import RecordMeasurements
from monitoring.importer import measured
from monitoring.importing import (
    HierarchyMapping,
    KnownAreas,
    MeasurementsMapping,
    Outcome,
    builtin_indicators,
    builtin_mappings,
    import_hierarchy,
    load_mapping,
)
from monitoring.importing.codes import Kind
from monitoring.importing.indicators import derived
from monitoring.importing.records import AreaRecord
from monitoring.importing.rows import Missing, Reason

Read = Callable[[str], bytes]
Import = Callable[..., Outcome]
WORKING_AREA = {"0085", "0106", "0118", "0119", "1690", "1699", "1701", "1731"}


def by_area(outcome: Outcome) -> dict[str, AreaRecord]:
    """The records of an import by area code."""
    return {record.area_code: record for record in outcome.records}


def known_only(name: str) -> MeasurementsMapping:
    """A built-in mapping that refuses areas which are not registered."""
    mapping = builtin_mappings()[name]
    assert isinstance(mapping, MeasurementsMapping)
    return mapping.with_policy("known-only")


@pytest.fixture(scope="module")
def areas2020(real: Read, hierarchies: dict[str, HierarchyMapping]) -> frozenset[str]:
    """The 929 areas of the working area in edition 2020."""
    content = real("gebieden_drenthe_ooststellingwerf.csv")
    outcome = import_hierarchy(content, hierarchies["gebieden-drenthe-ooststellingwerf"], 2020, {})
    return frozenset(area.code for area in outcome.areas)


@pytest.fixture(scope="module")
def rivm(real: Read, measure: Import, areas2020: frozenset[str]) -> Mapping[str, Outcome]:
    """RIVM 18+ of the three years on the areas of 2020, unknown areas registered."""
    return {
        year: measure(
            real(f"rivm_gezondheid_wijk_buurt_{year}_18plus.csv"),
            f"rivm-{year}-18plus",
            2020,
            KnownAreas({2020: areas2020}),
        )
        for year in ("2012", "2016", "2020")
    }


@pytest.fixture(scope="module")
def kwb(real: Read, measure: Import) -> Outcome:
    """CBS key figures 2022, wijken."""
    return measure(real("cbs_kwb2022_wijken.csv"), "cbs-kwb-2022-wijken", 2022)


@pytest.fixture(scope="module")
def leefbaarometer2(real: Read, measure: Import) -> Outcome:
    """Leefbaarometer 2 classes on the areas of 2016."""
    content = real("leefbaarometer2_klassen_wijken_2002_2016.csv")
    return measure(content, "leefbaarometer-2-wijken", 2016)


def test_rivm_2020_on_known_areas(real: Read, measure: Import, areas2020: frozenset[str]) -> None:
    """MON-10: on known areas only, 929 rows are good, 16,412 bad, and 29 buurten have nothing."""
    outcome = measure(
        real("rivm_gezondheid_wijk_buurt_2020_18plus.csv"),
        known_only("rivm-2020-18plus"),
        2020,
        KnownAreas({2020: areas2020}),
    )
    report = outcome.report
    assert (report.read, report.good, report.bad) == (17_341, 929, 16_412)
    assert report.reasons == {Reason.AREA_NOT_IN_EDITION: 16_412}
    sizes = Counter(len(record.values) for record in outcome.records)
    assert sizes == {18: 900, 0: 29}
    empty = [record.area_code for record in outcome.records if not record.values]
    assert all(code.startswith("BU") for code in empty)
    assert outcome.areas == ()


def test_rivm_2020_registering_areas(rivm: Mapping[str, Outcome]) -> None:
    """MON-10: registering areas, all 17,341 rows count, with 298,296 values on 16,572 areas."""
    outcome = rivm["2020"]
    report = outcome.report
    assert (report.read, report.good, report.bad) == (17_341, 17_341, 0)
    assert len(outcome.records) == 17_341
    assert len(outcome.areas) == 16_412
    assert [area.kind for area in outcome.areas if area.code == "NL01"] == [Kind.COUNTRY]
    assert report.values == 298_296
    assert report.missing_by_reason == {Missing.NOT_PUBLISHED: 769 * 18}
    assert (report.areas_without_values, report.areas_with_gaps) == (769, 0)
    empty = [record.area_code[:2] for record in outcome.records if not record.values]
    assert Counter(empty) == {"BU": 742, "WK": 27}


@pytest.mark.parametrize(
    ("area", "column", "expected"),
    [
        ("NL01", "eenzaam", "47.0"),
        ("GM0106", "eenzaam", "46.4"),
        ("WK010601", "eenzaam", "54.1"),
        ("WK010604", "eenzaam", "49.7"),
        ("WK010608", "eenzaam", "39.0"),
        ("BU01060100", "eenzaam", "55.7"),
        ("WK010601", "moeite-met-rondkomen", "18.4"),
        ("WK010601", "ernstige-geluidhinder-buren", "8.2"),
        ("WK010601", "regie-eigen-leven-matig-veel", "88.1"),
    ],
)
def test_rivm_2020_values(
    rivm: Mapping[str, Outcome], area: str, column: str, expected: str
) -> None:
    """MON-10: a figure is stored with the digits of the file."""
    value = by_area(rivm["2020"])[area].values[f"rivm-{column}-18plus"]["2020"]
    assert str(value) == expected


def test_buurten_of_assen_without_figures(rivm: Mapping[str, Outcome]) -> None:
    """MON-10 (reading side): the 8 buurten of Assen without figures are known as not published."""
    assen = [one for one in rivm["2020"].records if one.area_code.startswith("BU0106")]
    assert len(assen) == 109
    empty = [one for one in assen if not one.values]
    assert sorted(one.area_code for one in empty) == [
        "BU01060309",
        "BU01060501",
        "BU01060505",
        "BU01060507",
        "BU01060509",
        "BU01060811",
        "BU01069914",
        "BU01069917",
    ]
    assert {
        reason for one in empty for gaps in one.missing.values() for reason in gaps.values()
    } == {Missing.NOT_PUBLISHED}


def test_three_years_of_rivm(rivm: Mapping[str, Outcome]) -> None:
    """MON-11: each year loads whole, with its own number of areas without values."""
    counted = {
        year: (one.report.good, one.report.areas_without_values, one.report.values)
        for year, one in rivm.items()
    }
    assert counted == {
        "2012": (17_341, 860, 197_772),
        "2016": (17_341, 811, 264_480),
        "2020": (17_341, 769, 298_296),
    }


def test_a_gap_is_a_gap(rivm: Mapping[str, Outcome]) -> None:
    """MON-11 (reading side): not published and not in this source are told apart, never zero."""

    def series(area: str, indicator: str) -> list[str]:
        shown = []
        for year, outcome in rivm.items():
            record = by_area(outcome)[area]
            figures = {**record.values.get(indicator, {}), **record.missing.get(indicator, {})}
            mapping = builtin_mappings()[f"rivm-{year}-18plus"]
            assert isinstance(mapping, MeasurementsMapping)
            if indicator not in mapping.indicators:
                assert figures == {}
                shown.append("not in this source")
            else:
                figure = figures[year]
                shown.append(figure.value if isinstance(figure, Missing) else str(figure))
        return shown

    lonely = "rivm-eenzaam-18plus"
    assert series("WK010601", lonely) == ["46.6", "50.7", "54.1"]
    assert series("GM0106", lonely)[1:] == ["43.3", "46.4"]
    assert series("BU01060500", lonely) == ["not_published", "not_published", "60.9"]
    assert series("BU01060310", lonely) == ["not_published", "35.9", "36.5"]
    assert series("WK010601", "rivm-vrijwilligerswerk-18plus") == [
        "not in this source",
        "25.2",
        "19.5",
    ]
    assert series("WK010601", "rivm-ernstige-geluidhinder-buren-18plus") == [
        "not in this source",
        "not in this source",
        "8.2",
    ]
    assert builtin_indicators()[lonely].note == "model estimate"


def test_rivm_65plus(real: Read, measure: Import) -> None:
    """The file for 65 and over loads whole, into indicators of its own."""
    content = real("rivm_gezondheid_wijk_buurt_2020_65plus.csv")
    report = measure(content, "rivm-2020-65plus", 2020).report
    assert (report.good, report.bad, report.values) == (17_341, 0, 280_368)
    assert report.areas_without_values == 1_765
    assert "rivm-eenzaam-65plus" in report.values_by_indicator


def test_key_figures(kwb: Outcome) -> None:
    """MON-12: 45,596 values and 1,164 missing over 14 numbers, urbanity missing 5 times."""
    report = kwb.report
    assert (report.good, report.bad) == (3_340, 0)
    values, missing = dict(report.values_by_indicator), dict(report.missing_by_indicator)
    assert (values.pop("cbs-urbanity"), missing.pop("cbs-urbanity")) == (3_335, 5)
    assert len(values) == 14
    assert (sum(values.values()), sum(missing.values())) == (45_596, 1_164)
    areas = {area.code: area for area in kwb.areas}
    assert areas["WK010601"].name == "Wijk 01 Lariks"
    assert areas["WK010601"].parent == "GM0106"
    assert Counter(area.kind for area in kwb.areas) == {Kind.MUNICIPALITY: 345, Kind.WIJK: 3_340}


def test_zero_and_empty_key_figures(kwb: Outcome) -> None:
    """MON-12: 0 is a value and an empty cell is none, for "all rent" derived from it too."""
    records = by_area(kwb)
    boschoord, empty = records["WK170117"], records["WK028902"]
    assert boschoord.values["cbs-pop-0-14"]["2022"] == Decimal("0.0")
    assert boschoord.missing["cbs-dwelling-ownership"]["2022"] is Missing.NOT_PUBLISHED
    assert empty.values["cbs-dwelling-ownership"]["2022"] == 0
    uninhabited = [one for one in kwb.records if one.values["cbs-population"]["2022"] == 0]
    assert len(uninhabited) == 28
    assert all("cbs-pop-0-14" in one.missing for one in uninhabited)
    rent = builtin_indicators()["cbs-all-rent"]
    shown = []
    for area in ("WK010601", "WK028902", "WK170117"):
        record, owned = records[area], "cbs-dwelling-ownership"
        figures = {**record.values.get(owned, {}), **record.missing.get(owned, {})}
        shown.append(derived(rent, figures["2022"]))
    assert shown == [60, 100, Missing.NOT_PUBLISHED]
    assert rent.note == "corporation and private rent together"


def test_sums_do_not_overrule_what_was_published(real: Read, measure: Import, kwb: Outcome) -> None:
    """MON-12: the wijken of Assen add up to 68,975 and the municipality stays 68,979."""
    municipalities = measure(real("cbs_kwb2022_gemeenten.csv"), "cbs-kwb-2022-gemeenten", 2022)
    assert (municipalities.report.good, municipalities.report.bad) == (345, 0)
    assert by_area(municipalities)["GM0106"].values["cbs-population"]["2022"] == 68_979
    inhabitants = [
        Decimal(record.values["cbs-population"]["2022"])
        for record in kwb.records
        if record.area_code.startswith("WK0106")
    ]
    assert (len(inhabitants), sum(inhabitants)) == (10, 68_975)


def test_classes(leefbaarometer2: Outcome) -> None:
    """MON-13: 14,066 classes and 27,909 development classes; 390 municipalities as parents."""
    report = leefbaarometer2.report
    assert (report.good, report.bad) == (2_981, 0)
    assert report.values_by_indicator == {
        "leefbaarometer2-klasse": 14_066,
        "leefbaarometer2-ontwikkeling": 27_909,
    }
    assert (report.areas_without_values, report.areas_with_gaps) == (127, 93)
    assert Counter(area.kind for area in leefbaarometer2.areas) == {
        Kind.MUNICIPALITY: 390,
        Kind.WIJK: 2_981,
    }
    empty = by_area(leefbaarometer2)["WK168104"]
    assert empty.values == {}
    assert {len(gaps) for gaps in empty.missing.values()} == {5, 10}


def test_development_is_what_the_source_says(leefbaarometer2: Outcome) -> None:
    """MON-13: development stands beside the classes, whatever their difference is."""
    centre = by_area(leefbaarometer2)["WK010600"].values
    assert centre["leefbaarometer2-klasse"]["2014"] == 8
    assert centre["leefbaarometer2-klasse"]["2016"] == 9
    assert centre["leefbaarometer2-ontwikkeling"]["2014-2016"] == 4
    changed = kept = 0
    for record in leefbaarometer2.records:
        classes = record.values.get("leefbaarometer2-klasse", {})
        development = record.values.get("leefbaarometer2-ontwikkeling", {}).get("2014-2016")
        if development is not None and {"2014", "2016"} <= classes.keys():
            same = classes["2014"] == classes["2016"]
            changed += not same and development == 4
            kept += same and development != 4
    assert (changed, kept) == (587, 90)


def test_classes_of_the_working_area(leefbaarometer2: Outcome) -> None:
    """MON-13 (reading side): the classes of 2016 over the 97 wijken of eight municipalities."""
    classes = Counter(
        record.values.get("leefbaarometer2-klasse", {}).get("2016")
        for record in leefbaarometer2.records
        if record.area_code[2:6] in WORKING_AREA
    )
    assert classes == {
        Decimal(6): 14,
        Decimal(7): 29,
        Decimal(8): 33,
        Decimal(9): 18,
        None: 3,
    }


@pytest.mark.parametrize("cell", ["0", "10"])
def test_a_class_outside_its_scale(real: Read, measure: Import, cell: str) -> None:
    """MON-13: a class 0 or 10 makes its row bad, naming column and line."""
    content = real("leefbaarometer2_klassen_wijken_2002_2016.csv")
    lines = content.decode().split("\n")
    lines[2] = lines[2].replace("WK000500,7", f"WK000500,{cell}", 1)
    outcome = measure("\n".join(lines).encode(), "leefbaarometer-2-wijken", 2016)
    [bad] = outcome.report.bad_rows
    assert (bad.line, bad.column, bad.reason) == (3, "kl02", Reason.OUT_OF_RANGE)


def test_same_code_in_two_editions(leefbaarometer2: Outcome, rivm: Mapping[str, Outcome]) -> None:
    """MON-02 (reading side): WK008501 of 2016 and of 2020 stay two areas with their own figures."""
    old, new = by_area(leefbaarometer2)["WK008501"], by_area(rivm["2020"])["WK008501"]
    assert (old.area, new.area) == ("WK008501@2016", "WK008501@2020")
    assert old.values["leefbaarometer2-klasse"]["2016"] == 6
    assert new.values["rivm-eenzaam-18plus"]["2020"] == Decimal("43.1")


@pytest.fixture(scope="module")
def amstelveen(kwb: Outcome) -> KnownAreas:
    """The areas of edition 2022, the 14 wijken of Amstelveen among them."""
    codes = {area.code for area in kwb.areas}
    assert sum(code.startswith("WK0362") for code in codes) == 14
    return KnownAreas({2022: codes})


def test_scores(real: Read, measure: Import, amstelveen: KnownAreas) -> None:
    """MON-14: 56 rows form 14 records of four years each, with 392 values of all digits."""
    content = real("voorbeeld_leefbaarometer3_wijken_amstelveen.csv")
    outcome = measure(content, "leefbaarometer-3-wijken", 2022, amstelveen)
    report = outcome.report
    assert (report.good, report.bad, report.areas, report.values) == (56, 0, 14, 392)
    for record in outcome.records:
        for periods in record.values.values():
            assert list(periods) == ["2014", "2018", "2020", "2022"]
    deviations = [
        Decimal(value)
        for one in outcome.records
        for value in one.values["leefbaarometer3-afwijking"].values()
    ]
    cohesion = [
        Decimal(value)
        for one in outcome.records
        for value in one.values["leefbaarometer3-sociale-samenhang"].values()
    ]
    assert sum(value < 0 for value in deviations) == 7
    assert sum(value < 0 for value in cohesion) == 39
    first = by_area(outcome)["WK036201"].values
    assert str(first["leefbaarometer3-totaal"]["2014"]) == "4.270599604867483"
    assert f"{first['leefbaarometer3-afwijking']['2014']:.4f}" == "0.1683"
    parts = {
        "fysieke-omgeving": "0.0064",
        "overlast-en-onveiligheid": "0.0442",
        "sociale-samenhang": "-0.0037",
        "voorzieningen": "0.1671",
        "woningvoorraad": "-0.0457",
    }
    assert {part: f"{first[f'leefbaarometer3-{part}']['2014']:.4f}" for part in parts} == parts
    fifth = by_area(outcome)["WK036205"].values["leefbaarometer3-afwijking"]["2014"]
    assert f"{fifth:.4f}" == "-0.3697"


def test_scores_that_do_not_add_up(real: Read, measure: Import, amstelveen: KnownAreas) -> None:
    """MON-14: a row whose dimensions do not add up is bad, the other 55 are good."""
    content = real("voorbeeld_leefbaarometer3_wijken_amstelveen.csv")
    damaged = content.replace(b"-0.0036676345541941", b"0.0063", 1)
    report = measure(damaged, "leefbaarometer-3-wijken", 2022, amstelveen).report
    assert report.good == 55
    [bad] = report.bad_rows
    assert (bad.line, bad.reason) == (2, Reason.INCONSISTENT_ROW)
    assert bad.sentence == "the five dimensions add up to 0.1783, afw says 0.1683"


def test_a_revised_delivery(real: Read, measure: Import, kwb: Outcome) -> None:
    """MON-17 (reading side): a later delivery differs for Lariks only, in two figures."""
    content = real("cbs_kwb2022_wijken.csv")
    lariks = next(line for line in content.decode().split("\n") if ",WK010601," in line)
    cells = lariks.split(",")
    header = content.decode().split("\n", 1)[0].split(",")
    cells[header.index("dwelling_value")] = ""
    cells[header.index("dwelling_ownership")] = "41"
    first = measure(
        content.replace(lariks.encode(), ",".join(cells).encode()), "cbs-kwb-2022-wijken", 2022
    )
    assert first.report.content_hash != kwb.report.content_hash
    before = {one.area_code: one for one in first.records}
    changed = {}
    for record in kwb.records:
        spec = given().when(_recording("first", before[record.area_code])).recorded()
        events = spec.when(_recording("third", record)).events
        if events:
            (changed[record.area_code],) = events
    assert list(changed) == ["WK010601"]
    revised = changed["WK010601"]
    assert isinstance(revised, MeasurementsRevised)
    assert {(one.indicator, one.period, one.before, one.after) for one in revised.changes} == {
        (
            "cbs-dwelling-value",
            "2022",
            Figure(missing=Gap.NOT_PUBLISHED),
            Figure(number=Decimal(176)),
        ),
        (
            "cbs-dwelling-ownership",
            "2022",
            Figure(number=Decimal(41)),
            Figure(number=Decimal(40)),
        ),
    }


def _recording(import_id: str, record: AreaRecord) -> RecordMeasurements:
    return RecordMeasurements(
        area=f"{record.area_code}@2022",
        source_edition="cbs-kwb-2022-wijken",
        import_id=import_id,
        figures=measured(record),
    )


def test_the_wrong_edition(
    real: Read, measure: Import, rivm: Mapping[str, Outcome], areas2020: frozenset[str]
) -> None:
    """MON-18 (reading side): key figures of 2022 on areas of 2020 give 3,044 good and a doubt."""
    codes = areas2020 | {area.code for area in rivm["2020"].areas}
    assert sum(code.startswith("WK") for code in codes) == 3_177
    content = real("cbs_kwb2022_wijken.csv")
    known = KnownAreas({2020: codes})
    outcome = measure(content, known_only("cbs-kwb-2022-wijken"), 2020, known)
    report = outcome.report
    assert (report.good, report.bad) == (3_044, 296)
    assert report.reasons == {Reason.AREA_NOT_IN_EDITION: 296}
    assert report.warnings[0] == (
        "296 of 3,340 rows (8.9 %) name an area that edition 2020 does not have: "
        "is this the right edition?"
    )
    assert "GM0034" in report.warnings[1]
    assert by_area(outcome)["WK168100"].values["cbs-population"]["2022"] == 1_230


def test_figures_that_an_indicator_has(rivm: Mapping[str, Outcome]) -> None:
    """MON-20 (reading side): 16,572 areas have a figure of 2020 for loneliness."""
    assert rivm["2020"].report.values_by_indicator["rivm-eenzaam-18plus"] == 16_572


def test_mon16_on_the_real_areas(
    lookalike: Read, measure: Import, areas2020: frozenset[str], kwb: Outcome
) -> None:
    """MON-16: with the 929 areas of 2020 and NL01 known, 6 of 13 rows are good."""
    known = KnownAreas({2020: areas2020 | {"NL01"}, 2022: {area.code for area in kwb.areas}})
    mapping = load_mapping(lookalike("bad_rows.yaml"))
    report = measure(lookalike("bad_rows.csv"), mapping, 2020, known).report
    assert (report.read, report.good, report.bad) == (13, 6, 7)
    assert (report.values, report.missing) == (9, 3)


def test_published_totals(real: Read, measure: Import, areas2020: frozenset[str]) -> None:
    """MON-44 (reading side): a total row is no municipality, and the good rows add up to it."""
    content = real("actium_uitgaven_leefbaarheid_2018_2020.csv")
    outcome = measure(content, "actium-uitgaven-leefbaarheid", 2020, KnownAreas({2020: areas2020}))
    report = outcome.report
    assert (report.good, report.bad) == (24, 3)
    assert [(row.line, row.reason, row.cell) for row in report.bad_rows] == [
        (line, Reason.UNKNOWN_AREA, "Totaal Actium") for line in (10, 19, 28)
    ]
    spent = {one.area_code: one.values["actium-uitgaven-leefbaarheid"] for one in outcome.records}
    assert spent["GM0106"] == {"2018": 755_000, "2019": 800_000, "2020": 768_000}
    totals = {
        year: sum(Decimal(years[year]) for years in spent.values())
        for year in ("2018", "2019", "2020")
    }
    assert totals == {"2018": 1_037_000, "2019": 1_199_000, "2020": 1_187_000}
    stated = {
        row["jaar"]: int(row["uitgaven_eur"])
        for row in csv.DictReader(io.StringIO(content.decode()))
        if row["gemeente"] == "Totaal Actium"
    }
    assert stated == totals
    shares = [f"{100 * Decimal(spent['GM0106'][year]) / totals[year]:.1f}" for year in totals]
    assert shares == ["72.8", "66.7", "64.7"]
    assert builtin_indicators()["actium-uitgaven-leefbaarheid"].unit == "EUR"
