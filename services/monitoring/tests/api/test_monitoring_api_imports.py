"""Imports through the API, on small files: judged, counted, resumed, revised, withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from monitoring.import_store import ImportStore
from monitoring.importer import BATCH, Importer

LONELY = "rivm-eenzaam-18plus"
POOR = "rivm-moeite-met-rondkomen-18plus"


def refusals(answer: Any) -> list[str]:
    """The sentences of a refusal that lists faults."""
    return [fault["detail"] for fault in answer.json()["refusals"]]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds: another task works on it, and tells nobody."""
    while not await holds():  # noqa: ASYNC110 - what is waited for stands in the database
        await asyncio.sleep(0.005)


class TestRows:
    KNOWN = (
        "code,eenzaam,moeite_met_rondkomen\n"
        + "\n".join(f"WK{code},1,1" for code in ("010600", "010601", "010603", "010604", "010605"))
        + "\n"
        + "\n".join(f"WK{code},1,1" for code in ("010606", "010607", "010608", "010699"))
        + "\nGM0106,1,1\n"
    )

    async def test_bad_rows_are_listed_and_good_rows_count(
        self, monitoring: Any, small: Any, two_percentages: Any
    ) -> None:
        """MON-16: 13 rows, 6 good and 7 bad, each with line, cell and sentence in the report."""
        await monitoring.load(self.KNOWN, 2020, mapping=two_percentages(edition="0"))
        await monitoring.load(
            "code,eenzaam,moeite_met_rondkomen\nWK168184,1,1\n",
            2022,
            mapping=two_percentages(edition="1"),
        )
        done = await monitoring.load(
            small("bad_rows.csv"), 2020, mapping=two_percentages("known-only")
        )
        assert (done["status"], done["read"], done["good"], done["bad"]) == ("completed", 13, 6, 7)
        report = (await monitoring.get(f"/imports/{done['id']}/report")).text
        lines = {
            int(part)
            for line in report.splitlines()
            for part in line.split(",")[:2]
            if part.isdigit()
        }
        codes = {
            "not-a-number",
            "malformed-area-code",
            "out-of-range",
            "duplicate-area",
            "area-not-in-edition",
            "wrong-number-of-fields",
        }
        assert lines >= {4, 5, 6, 7, 8, 12, 13}, report
        assert all(code in report for code in codes)
        series = await monitoring.facts("measurements-%.two-percentages-2020")
        assert series == {"measurements-recorded": 6}
        assert (await monitoring.figures("WK010605@2020"))[LONELY, "2020"]["number"] in {"0", "1"}

    async def test_a_row_with_one_bad_cell_gives_no_figure(
        self, monitoring: Any, small: Any, two_percentages: Any
    ) -> None:
        """MON-16: WK010608 gets no figure at all, WK010605 has two zeros, a gap is no zero."""
        good = "code,eenzaam,moeite_met_rondkomen\nWK010600,1,1\nWK010608,1,1\n"
        await monitoring.load(good, 2022, mapping=two_percentages(edition="0"))
        await monitoring.load(small("bad_rows.csv"), 2020, mapping=two_percentages())
        assert (await monitoring.get("/areas/WK010608@2020/measurements")).status_code == 404
        zero = await monitoring.figures("WK010605@2020")
        assert {item["number"] for item in zero.values()} == {"0", "0.0"}
        gap = await monitoring.figures("WK010606@2020")
        assert gap[LONELY, "2020"]["missing"] == "not_published"
        assert gap[LONELY, "2020"]["number"] is None


class TestAgain:
    async def test_the_same_file_again_is_the_same_import(
        self, monitoring: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-17: equal content under another name is the earlier import, marked already done."""
        first = await monitoring.load(many(5), 2020, mapping=two_percentages())
        before = await monitoring.facts()
        answer = await monitoring.start(
            many(5), 2020, mapping=two_percentages(), name="another.csv"
        )
        await monitoring.work()
        assert answer.status_code == 200
        assert (answer.json()["id"], answer.json()["alreadyDone"]) == (first["id"], True)
        assert await monitoring.facts() == before

    async def test_a_later_delivery_changes_what_differs(
        self, monitoring: Any, two_percentages: Any
    ) -> None:
        """MON-17: one revision for the area that differs, nothing for the one that does not."""
        text = "code,eenzaam,moeite_met_rondkomen\nWK010601,.,41\nWK010604,7,8\n"
        await monitoring.load(text, 2020, mapping=two_percentages())
        done = await monitoring.load(
            text.replace(".,41", "17.6,40"), 2020, mapping=two_percentages(), delivery="3"
        )
        assert (done["recorded"], done["revised"], done["unchanged"]) == (0, 1, 1)
        facts = await monitoring.facts("measurements-%")
        assert facts == {"measurements-recorded": 2, "measurements-revised": 1}
        found = await monitoring.figures("WK010601@2020")
        assert (found[LONELY, "2020"]["number"], found[POOR, "2020"]["number"]) == ("17.6", "40")


class TestWithdrawal:
    async def test_a_wrong_edition_is_withdrawn_as_a_whole(
        self, monitoring: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-18: withdrawn with a reason: every area loses its figures, and it can come again."""
        mapping = two_percentages()
        await monitoring.load(many(3), 2022, mapping=two_percentages(edition="0"))
        wrong = await monitoring.load(many(450), 2020, mapping=mapping)
        path = f"/imports/{wrong['id']}/withdrawals"
        missing = await monitoring.post(path, "analyst", {}, wrong["version"])
        assert (missing.status_code, missing.json()["code"]) == (409, "reason-missing")
        answer = await monitoring.post(
            path, "analyst", {"reason": "edition was 2022"}, wrong["version"]
        )
        assert answer.status_code == 201, answer.text
        await monitoring.work()
        facts = await monitoring.facts("measurements-%@2020%")
        assert facts == {"measurements-recorded": 450, "measurements-withdrawn": 450}
        assert await monitoring.figures("WK990001@2020") == {}
        again = await monitoring.load(many(450), 2022, mapping=mapping)
        assert (again["status"], again["good"]) == ("completed", 450)
        assert (await monitoring.figures("WK990001@2022"))[LONELY, "2020"]["number"] is not None

    async def test_an_earlier_delivery_stands_again(
        self, monitoring: Any, two_percentages: Any
    ) -> None:
        """MON-18: withdrawing a later delivery brings back what the earlier one said."""
        text = "code,eenzaam,moeite_met_rondkomen\nWK010601,50,41\n"
        await monitoring.load(text, 2020, mapping=two_percentages())
        later = await monitoring.load(
            text.replace("41", "40"), 2020, mapping=two_percentages(), delivery="2"
        )
        await monitoring.post(
            f"/imports/{later['id']}/withdrawals", "analyst", {"reason": "x"}, later["version"]
        )
        await monitoring.work()
        assert (await monitoring.figures("WK010601@2020"))[POOR, "2020"]["number"] == "41"

    async def test_the_same_file_can_come_back_after_a_withdrawal(
        self, monitoring: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-18: a withdrawn import that was right after all is imported again under its id."""
        first = await monitoring.load(many(5), 2020, mapping=two_percentages())
        await monitoring.post(
            f"/imports/{first['id']}/withdrawals", "analyst", {"reason": "x"}, first["version"]
        )
        await monitoring.work()
        again = await monitoring.load(many(5), 2020, mapping=two_percentages())
        assert (again["id"], again["status"]) == (first["id"], "completed")
        assert len(await monitoring.figures("WK990001@2020")) == 2

    async def test_unknown_areas_ask_for_the_edition(
        self, monitoring: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-18: from five per cent unknown areas on the report asks for the right edition."""
        await monitoring.load(many(10), 2020, mapping=two_percentages(edition="0"))
        done = await monitoring.load(many(11), 2020, mapping=two_percentages("known-only"))
        assert (done["good"], done["bad"]) == (10, 1)
        assert any("right edition" in warning for warning in done["warnings"]), done["warnings"]


class TestInterruption:
    COUNT = 2 * BATCH + 17

    async def test_a_killed_import_ends_complete_and_without_doubles(
        self, monitoring: Any, another: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-19: one record per area and one completion; the counters never went down."""
        answer = await monitoring.start(many(self.COUNT), 2020, mapping=two_percentages())
        id_ = answer.json()["id"]
        store = another.context.parts[ImportStore]
        killed = asyncio.create_task(monitoring.context.parts[Importer].run())
        seen: list[tuple[int, ...]] = []

        async def look() -> Any:
            progress = await store.progress(id_)
            seen.append(
                (
                    progress.read,
                    progress.good,
                    progress.bad,
                    progress.total,
                    progress.done,
                    progress.recorded,
                )
            )
            return progress

        async def most_is_done() -> bool:
            return bool((await look()).done >= 3 * BATCH)

        async def nothing_is_left() -> bool:
            await look()
            return not await store.unfinished()

        await until(most_is_done)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        half = await look()
        assert half.done < half.total

        goes_on = asyncio.create_task(another.context.parts[Importer].run())
        await until(nothing_is_left)
        goes_on.cancel()
        await asyncio.gather(goes_on, return_exceptions=True)

        for before, after in pairwise(seen):
            assert all(now >= then for then, now in zip(before, after, strict=True))
        assert await monitoring.facts("measurements-%") == {"measurements-recorded": self.COUNT}
        assert await monitoring.facts(f"imports-{id_}") == {
            "import-started": 1,
            "import-completed": 1,
        }
        done = (await monitoring.get(f"/imports/{id_}")).json()
        assert (done["status"], done["good"], done["bad"]) == ("completed", self.COUNT, 0)
        assert done["done"] == done["of"]
        assert (done["unchanged"], done["revised"]) == (0, 0)
        assert done["recorded"] == done["of"] - 2  # two of its steps define indicators

    @pytest.mark.parametrize("batch", [1, 2, 3, 4, 5])
    async def test_what_was_made_but_not_counted_is_counted_by_the_next(
        self, monitoring: Any, another: Any, many: Any, two_percentages: Any, batch: int
    ) -> None:
        """MON-19: killed after a batch was recorded and before it was counted: sums are right."""
        answer = await monitoring.start(many(self.COUNT), 2020, mapping=two_percentages())
        store = monitoring.context.parts[ImportStore]
        count, left = store.done, [batch]

        async def die(*arguments: Any) -> None:
            left[0] -= 1
            if not left[0]:
                raise asyncio.CancelledError
            await count(*arguments)

        store.done = die
        killed = asyncio.create_task(monitoring.context.parts[Importer].run())
        await asyncio.gather(killed, return_exceptions=True)
        await another.work()
        done = (await monitoring.get(f"/imports/{answer.json()['id']}")).json()
        assert (done["status"], done["unchanged"], done["revised"]) == ("completed", 0, 0)
        assert done["recorded"] == done["of"] - 2
        assert await monitoring.facts("measurements-%") == {"measurements-recorded": self.COUNT}

    async def test_two_processes_do_not_do_one_import_twice(
        self, monitoring: Any, another: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-19: two running importers record every area once."""
        answer = await monitoring.start(many(500), 2020, mapping=two_percentages())
        tasks = [
            asyncio.create_task(one.context.parts[Importer].run()) for one in (monitoring, another)
        ]
        store = monitoring.context.parts[ImportStore]

        async def nothing_is_left() -> bool:
            return not await store.unfinished()

        await until(nothing_is_left)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await monitoring.facts("measurements-%") == {"measurements-recorded": 500}
        done = (await monitoring.get(f"/imports/{answer.json()['id']}")).json()
        assert (done["status"], done["unchanged"]) == ("completed", 0)

    async def test_a_second_import_of_the_edition_waits(
        self, monitoring: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-19: another file of the same source edition is refused, one of another is not."""
        first = await monitoring.start(many(5), 2020, mapping=two_percentages())
        second = await monitoring.start(many(6), 2020, mapping=two_percentages())
        assert (second.status_code, second.json()["code"]) == (409, "import-running")
        assert "since 10:00; wait or withdraw it" in second.json()["detail"]
        beside = await monitoring.start(many(6), 2020, mapping=two_percentages(edition="2016"))
        assert beside.status_code == 202
        await monitoring.work()
        third = await monitoring.start(many(6), 2020, mapping=two_percentages())
        assert third.status_code == 202
        assert first.json()["id"] != third.json()["id"]

    async def test_of_two_at_the_same_moment_one_starts(
        self, monitoring: Any, another: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-19: two different files of one edition sent at once: one runs, one is refused."""
        for round_ in range(3):
            edition = str(1990 + round_)
            answers = await asyncio.gather(
                *(
                    one.start(many(5 + number), 2020, mapping=two_percentages(edition=edition))
                    for number, one in enumerate((monitoring, another, monitoring, another))
                )
            )
            assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
            await monitoring.work()

    async def test_a_running_import_can_be_withdrawn(
        self, monitoring: Any, many: Any, two_percentages: Any
    ) -> None:
        """MON-19: withdrawing a running import ends it, and nothing of it stays."""
        answer = await monitoring.start(many(3 * BATCH), 2020, mapping=two_percentages())
        id_ = answer.json()["id"]
        running = asyncio.create_task(monitoring.context.parts[Importer].run())
        store = monitoring.context.parts[ImportStore]

        async def figures_are_coming() -> bool:
            return bool((await store.progress(id_)).done >= 4 * BATCH)

        async def nothing_is_left() -> bool:
            return not await store.unfinished()

        await until(figures_are_coming)
        withdrawn = await monitoring.post(
            f"/imports/{id_}/withdrawals", "analyst", {"reason": "wrong file"}, 1
        )
        await until(nothing_is_left)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        facts = await monitoring.facts()
        assert withdrawn.status_code == 201
        assert "import-completed" not in facts
        assert facts["measurements-withdrawn"] == facts["measurements-recorded"]


class TestMappings:
    async def test_every_fault_of_a_mapping_is_listed(self, monitoring: Any) -> None:
        """MON-20: unknown indicator, absent area column, a column twice: one refusal, no import."""
        mapping = """
kind: measurements
name: wrong
title: Wrong
source: wrong
source_edition: "2020"
areas: {column: gebied, policy: known-only}
years: {fixed: "2020"}
missing: {"": not_published}
defaults: {unit: percent, minimum: 0, maximum: 100}
columns:
  - {column: eenzaam, indicator: rivm-eenzaam-18plus}
  - {column: eenzaam, indicator: no-such-indicator}
"""
        answer = await monitoring.start("code,eenzaam\nWK010601,54.1\n", 2020, mapping=mapping)
        assert (answer.status_code, answer.json()["code"]) == (409, "mapping-invalid")
        said = " ".join(refusals(answer))
        assert "no-such-indicator" in said
        assert "gebied" in said
        assert "eenzaam is mapped 2 times" in said
        assert {fault["code"] for fault in answer.json()["refusals"]} == {"mapping-invalid"}
        assert len(answer.json()["refusals"]) == 3
        assert await monitoring.facts() == {}
        assert (await monitoring.look("/imports"))["items"] == []

    async def test_a_file_that_is_not_what_its_mapping_says(
        self, monitoring: Any, small: Any
    ) -> None:
        """MON-20: the mapping of 2016 on the file of 2020 is refused and records nothing."""
        answer = await monitoring.start(small("rivm_2020_18plus.csv"), 2020, "rivm-2016-18plus")
        assert answer.status_code == 409
        assert answer.json()["code"] == "file-does-not-match-mapping"
        assert await monitoring.facts() == {}

    async def test_a_source_that_is_not_known(self, monitoring: Any) -> None:
        """MON-20: an unknown source is refused with the ones there are."""
        answer = await monitoring.start("x\n", 2020, "rivm-2021")
        assert answer.json()["code"] == "unknown-source"
        assert "rivm-2020-18plus" in answer.json()["detail"]

    @pytest.mark.parametrize("role", ["neighbourhood_worker", "area_manager", "resident"])
    async def test_only_an_analyst_imports(
        self, monitoring: Any, many: Any, two_percentages: Any, role: str
    ) -> None:
        """MON-16: imports are the analyst's."""
        answer = await monitoring.start(many(1), 2020, mapping=two_percentages(), role=role)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")


async def test_the_role_is_judged_before_the_form(monitoring: Any) -> None:
    """MON-10: who may not import hears that, whatever was sent; an analyst hears its faults."""
    for role, status in (("neighbourhood_worker", 403), ("partner", 403), ("analyst", 400)):
        answer = await monitoring.client.post(
            "/v1/imports",
            files={"nothing": ("x.csv", b"x")},
            headers=monitoring.headers(role),
        )
        assert answer.status_code == status, answer.text

    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("nobody reads this")
        yield b""

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await monitoring.client.post(
        "/v1/imports", content=endless(), headers=monitoring.headers("resident") | headers
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
