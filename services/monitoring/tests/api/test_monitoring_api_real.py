"""The real files through the API, exact to the digit; skipped where they are not at hand."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from monitoring.importer import Importer

pytestmark = pytest.mark.timeout(400)

LONELY = "rivm-eenzaam-18plus"
POOR = "rivm-moeite-met-rondkomen-18plus"
NOISE = "rivm-ernstige-geluidhinder-buren-18plus"
VOLUNTEERS = "rivm-vrijwilligerswerk-18plus"
LARIKS = "WK010601@2020"


async def number(service: Any, area: str, indicator: str, period: str) -> str | None:
    """One figure of an area."""
    found: str | None = (await service.figures(area))[indicator, period]["number"]
    return found


class TestAreas:
    async def test_the_hierarchy_keeps_names_with_their_division(
        self, assen: Any, real_file: Any
    ) -> None:
        """MON-01: 722 good rows and 929 areas of 2020; no name is borrowed over a redivision."""
        service, reports = assen
        report = reports["gebieden-drenthe-ooststellingwerf"]
        assert (report["good"], report["bad"], report["recorded"]) == (722, 0, 929)
        facts = await service.facts("areas-%@2020")
        assert facts["area-registered"] == 929
        zuid = await service.look("/areas/BU01060104@2020")
        assert (zuid["name"], zuid["parent"]) == ("Zuid Molukse Buurt", LARIKS)
        assert (await service.look(f"/areas/{LARIKS}"))["name"] == "Wijk 01 Lariks"
        assert (await service.look("/areas/BU01190100@2020"))["name"] != "Kern Nijeveen"
        assert (await service.look("/areas/WK168100@2020"))["name"] != "Valthe"
        name = "gebieden_drenthe_ooststellingwerf.csv"
        again = await service.start(
            real_file(name), 2020, "gebieden-drenthe-ooststellingwerf", name="again.csv"
        )
        assert again.status_code == 200
        assert (again.json()["id"], again.json()["alreadyDone"]) == (report["id"], True)
        assert await service.facts("areas-%@2020") == facts

    async def test_equal_code_is_not_equal_place(self, assen: Any) -> None:
        """MON-02: Appelscha has its own figure and none of Donkerbroek's, and is told of it."""
        service, _ = assen
        found = await service.look("/areas/WK008501@2020/measurements", "neighbourhood_worker")
        by_place = {(item["indicator"], item["period"]): item for item in found["items"]}
        assert by_place[LONELY, "2020"]["number"] == "43.1"
        assert not any(indicator.startswith("leefbaarometer") for indicator, _ in by_place)
        assert any(
            "a figure exists under this code in edition 2016; no mapping recorded" in note
            for note in found["notes"]
        )

    async def test_boundaries_attach_to_their_own_edition(self, assen: Any, real_file: Any) -> None:
        """MON-08: 202 boundaries of 2022; Borger of 2020 has none and says so; again is nothing."""
        service, reports = assen
        report = reports["wijkgrenzen-2022"]
        assert (report["good"], report["bad"]) == (202, 0)
        assert (await service.facts("areas-%@2022"))["area-boundary-set"] == 202
        assert (await service.look("/areas/WK168100@2022"))["hasBoundary"]
        borger = await service.look("/areas/WK168100@2020")
        assert not borger["hasBoundary"]
        assert borger["boundaryNote"] == "no boundary of this edition is known"
        shape = await service.look("/areas/WK168100@2022/boundary", "resident")
        assert shape["geometry"]["type"] in {"Polygon", "MultiPolygon"}
        content = real_file("wijken_drenthe_ooststellingwerf_2022.geojson")
        again = await service.start(content, 2022, "wijkgrenzen-2022")
        assert again.json()["alreadyDone"]


class TestCounting:
    async def test_rivm_2020_is_exact(self, assen: Any) -> None:
        """MON-10: 17,341 rows, 929 good, 16,412 of other areas; every figure to the digit."""
        service, reports = assen
        report = reports["rivm-2020-18plus"]
        assert (report["read"], report["good"], report["bad"]) == (17341, 929, 16412)
        for area, value in (
            ("GM0106@2020", "46.4"),
            (LARIKS, "54.1"),
            ("WK010604@2020", "49.7"),
            ("WK010608@2020", "39.0"),
            ("BU01060100@2020", "55.7"),
        ):
            assert await number(service, area, LONELY, "2020") == value
        assert await number(service, LARIKS, POOR, "2020") == "18.4"
        assert await number(service, LARIKS, NOISE, "2020") == "8.2"
        figures = await service.figures(LARIKS)
        assert figures["rivm-regie-eigen-leven-matig-veel-18plus", "2020"]["number"] == "88.1"
        assert figures[LONELY, "2020"]["estimate"]

    @pytest.mark.parametrize(
        "buurt",
        [
            "BU01060309",
            "BU01060501",
            "BU01060505",
            "BU01060507",
            "BU01060509",
            "BU01060811",
            "BU01069914",
            "BU01069917",
        ],
    )
    async def test_an_unpublished_area_is_known_as_unpublished(
        self, assen: Any, buurt: str
    ) -> None:
        """MON-10: eight buurten of Assen are known and say that nothing was published."""
        service, _ = assen
        figures = await service.figures(f"{buurt}@2020")
        of_2020 = [item for (_, period), item in figures.items() if period == "2020"]
        assert len(of_2020) == 18
        assert {(item["number"], item["missing"]) for item in of_2020} == {(None, "not_published")}

    async def test_a_series_has_gaps_and_no_zeros(self, assen: Any) -> None:
        """MON-11: what is not published is missing; what is not in the source is not there."""
        service, _ = assen
        lariks = await service.figures(LARIKS)
        series = [lariks[LONELY, year]["number"] for year in ("2012", "2016", "2020")]
        assert series == ["46.6", "50.7", "54.1"]
        maten = await service.figures("BU01060500@2020")
        assert [
            (maten[LONELY, year]["number"], maten[LONELY, year]["missing"])
            for year in ("2012", "2016", "2020")
        ] == [(None, "not_published"), (None, "not_published"), ("60.9", None)]
        assert (VOLUNTEERS, "2012") not in lariks
        assert lariks[VOLUNTEERS, "2016"]["number"] == "25.2"
        assert lariks[VOLUNTEERS, "2020"]["number"] == "19.5"
        assert [period for name, period in lariks if name == NOISE] == ["2020"]

    async def test_zero_is_a_value_and_empty_is_not(self, assen: Any) -> None:
        """MON-12: 3,340 wijken; all rent is 60, 100 and missing: never 100 from an empty cell."""
        service, reports = assen
        report = reports["cbs-kwb-2022-wijken"]
        assert (report["good"], report["bad"]) == (3340, 0)
        owned = "cbs-dwelling-ownership"
        said = {}
        for code in ("WK010601", "WK028902", "WK170117"):
            figures = await service.figures(f"{code}@2022")
            rent = next(item for item in figures.values() if item["derivedFrom"] == [owned])
            assert rent["note"] == "corporation and private rent together"
            said[code] = (rent["number"] and Decimal(rent["number"]), rent["missing"])
        assert said["WK010601"] == (60, None)
        assert said["WK028902"] == (100, None)
        assert said["WK170117"][0] is None
        assert said["WK170117"][1] is not None
        boschoord = await service.figures("WK170117@2022")
        young = next(item for (name, _), item in boschoord.items() if "0-14" in name)
        assert Decimal(young["number"]) == 0

    async def test_classes_are_ranks_with_the_sources_own_development(self, assen: Any) -> None:
        """MON-13: WK010600 went from 8 to 9, development 4: unchanged according to the source."""
        service, reports = assen
        report = reports["leefbaarometer-2-wijken"]
        assert (report["good"], report["bad"]) == (2981, 0)
        figures = await service.figures("WK010600@2016")
        by_period = {period: item["number"] for (_, period), item in figures.items()}
        assert (by_period["2014"], by_period["2016"], by_period["2014-2016"]) == ("8", "9", "4")
        empty = await service.figures("WK168104@2016")
        assert {item["number"] for item in empty.values()} == {None}
        assert (await service.facts("measurements-WK168104@2016.%")) == {"measurements-recorded": 1}

    async def test_leefbaarometer_3_adds_up(self, assen: Any) -> None:
        """MON-14: 56 rows, one fact per area with four years, all digits, negative values kept."""
        service, reports = assen
        report = reports["leefbaarometer-3-wijken"]
        assert (report["good"], report["bad"]) == (56, 0)
        facts = await service.facts("measurements-WK0362%@2022.leefbaarometer%")
        assert facts == {"measurements-recorded": 14}
        parts = {
            "fysieke-omgeving": "0.0064",
            "overlast-en-onveiligheid": "0.0442",
            "sociale-samenhang": "-0.0037",
            "voorzieningen": "0.1671",
            "woningvoorraad": "-0.0457",
        }
        figures = await service.figures("WK036201@2022")

        def of_2014(name: str) -> Decimal:
            return Decimal(figures[f"leefbaarometer3-{name}", "2014"]["number"])

        assert {name: str(round(of_2014(name), 4)) for name in parts} == parts
        assert round(of_2014("totaal"), 4) == Decimal("4.2706")
        assert round(of_2014("afwijking"), 4) == Decimal("0.1683")
        assert abs(sum(map(of_2014, parts)) - of_2014("afwijking")) < Decimal("0.000001")
        low = await service.figures("WK036205@2022")
        assert low["leefbaarometer3-afwijking", "2014"]["number"].startswith("-0.3697")


class TestWholeFiles:
    """Files of the whole country, each on a database of its own."""

    async def test_seventeen_thousand_areas_over_a_restart(
        self, monitoring: Any, another: Any, real_file: Any
    ) -> None:
        """MON-19 and MON-10: stopped half-way, 17,341 areas end with one record each."""
        content = real_file("rivm_gezondheid_wijk_buurt_2020_18plus.csv")
        answer = await monitoring.start(content, 2020, "rivm-2020-18plus", areas="register-missing")
        assert answer.status_code == 202, answer.text
        id_ = answer.json()["id"]
        killed = asyncio.create_task(monitoring.context.parts[Importer].run())
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["done"] < 25_000:
            seen.append(await another.look(f"/imports/{id_}"))
            await asyncio.sleep(0.2)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        assert seen[-1]["status"] == "running"
        await another.work()
        seen.append(await another.look(f"/imports/{id_}"))
        for name in ("read", "good", "bad", "of", "done", "recorded"):
            numbers = [one[name] for one in seen]
            assert numbers == sorted(numbers)
        done = seen[-1]
        assert (done["status"], done["read"], done["good"], done["bad"]) == (
            "completed",
            17341,
            17341,
            0,
        )
        assert await another.facts("measurements-%") == {"measurements-recorded": 17341}
        assert await another.facts(f"imports-{id_}") == {
            "import-started": 1,
            "import-completed": 1,
        }
        assert (await another.look("/areas/NL01@2020"))["kind"] == "country"
        assert await number(another, "NL01@2020", LONELY, "2020") == "47.0"

    async def test_the_wrong_edition_is_taken_back(self, monitoring: Any, real_file: Any) -> None:
        """MON-18: 3,044 good and 296 bad under 2020, withdrawn as a whole; 3,340 under 2022."""
        rivm = real_file("rivm_gezondheid_wijk_buurt_2020_18plus.csv").splitlines()
        wijken = b"\n".join([rivm[0], *(line for line in rivm if b",WK" in line)])
        first = await monitoring.load(wijken, 2020, "rivm-2020-18plus", areas="register-missing")
        assert first["good"] == 3177
        kwb = real_file("cbs_kwb2022_wijken.csv")
        wrong = await monitoring.load(kwb, 2020, "cbs-kwb-2022-wijken", areas="known-only")
        assert (wrong["good"], wrong["bad"]) == (3044, 296)
        assert any("right edition" in warning for warning in wrong["warnings"])
        borger = await monitoring.figures("WK168100@2020")
        assert Decimal(borger["cbs-population", "2022"]["number"]) == 1230
        answer = await monitoring.post(
            f"/imports/{wrong['id']}/withdrawals",
            "analyst",
            {"reason": "edition was 2022"},
            wrong["version"],
        )
        assert answer.status_code == 201, answer.text
        await monitoring.work()
        facts = await monitoring.facts("measurements-%")
        assert facts == {"measurements-recorded": 3177 + 3044, "measurements-withdrawn": 3044}
        assert not any(
            name.startswith("cbs") for name, _ in await monitoring.figures("WK168100@2020")
        )
        right = await monitoring.load(kwb, 2022, "cbs-kwb-2022-wijken")
        assert (right["good"], right["bad"]) == (3340, 0)
