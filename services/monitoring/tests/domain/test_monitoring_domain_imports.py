"""A run ends complete or is taken back, one of a source edition at a time (MON-17 to MON-19)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leefwijk.events.decider import Context
from leefwijk.events.language.monitoring.imports import (
    ImportCompleted,
    ImportFailed,
    ImportStarted,
    ImportWithdrawn,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.import_run import (
    CompleteImport,
    FailImport,
    ImportRun,
    ImportStatus,
    RunningImport,
    StartImport,
    WithdrawImport,
)

RIVM: dict[str, Any] = {
    "source": "rivm-gezondheid-18plus",
    "source_edition": "rivm-gezondheid-18plus-2020",
    "area_edition": 2020,
    "areas": "known-only",
    "content_hash": "a" * 64,
    "file_name": "rivm.csv",
}
COUNTS: dict[str, Any] = {
    "rows": 17341,
    "good": 929,
    "bad": 16412,
    "remarks": 0,
    "recorded": 929,
    "revised": 0,
    "unchanged": 0,
}
STARTED = ImportStarted(**RIVM)
COMPLETED = ImportCompleted(**COUNTS)
WITHDRAWN = ImportWithdrawn(reason="edition was 2022")


def running(*events: Any) -> Specification:
    """The run has started, and what followed; no other one runs."""
    return given(STARTED, *events).knowing(RunningImport())


def id_of(**more: Any) -> str:
    """The id of an import that differs from the first in this."""
    return StartImport(**{**RIVM, **more}).stream(Context(datetime(2026, 4, 13, tzinfo=UTC)))


class TestStarting:
    def test_a_file_starts_an_import(self) -> None:
        """MON-19: the first fact of a run names source, edition and content."""
        given().knowing(RunningImport()).when(StartImport(**RIVM)).then(STARTED)

    @pytest.mark.parametrize("after", [(), (COMPLETED,)])
    def test_the_same_file_again_is_the_same_import(self, after: tuple[Any, ...]) -> None:
        """MON-17: running or done, the same content records nothing, whatever its name."""
        renamed = StartImport(**{**RIVM, "file_name": "copy.csv"})
        running(*after).when(renamed).nothing()
        assert id_of(file_name="copy.csv") == id_of()

    @pytest.mark.parametrize(
        "other",
        [{"content_hash": "b" * 64}, {"area_edition": 2022}, {"delivery": 3}, {"source": "own"}],
    )
    def test_other_content_edition_or_delivery_is_another_import(
        self, other: dict[str, Any]
    ) -> None:
        """MON-17, MON-18: each of them makes another import."""
        assert id_of(**other) != id_of()

    def test_two_of_one_source_edition_do_not_mix(self) -> None:
        """MON-19: refused with the time in the Netherlands at which the other began."""
        other = RunningImport("other", datetime(2026, 4, 13, 8, 2, tzinfo=UTC))
        refused = given().knowing(other).when(StartImport(**RIVM))
        refused.refused("import-running", saying="since 10:02; wait or withdraw it")

    @pytest.mark.parametrize("ended", [WITHDRAWN, ImportFailed(reason="no such column")])
    def test_a_file_may_come_back(self, ended: Any) -> None:
        """MON-18: what was withdrawn or failed can be imported anew."""
        again = running(ended).when(StartImport(**RIVM)).then(STARTED)
        run = again.state(ImportRun)
        assert (run.status, run.reason, run.ended_at) == (ImportStatus.RUNNING, None, None)


class TestEnding:
    def test_an_import_completes_once(self) -> None:
        """MON-19: one `import-completed`, also when the machine restarts before it is seen."""
        done = running().when(CompleteImport(**COUNTS)).then(COMPLETED)
        done.when(CompleteImport(**COUNTS)).nothing()
        done.when(FailImport(reason="late")).nothing()
        assert done.state(ImportRun).counts == COMPLETED

    def test_a_failed_import_does_not_complete(self) -> None:
        """MON-20: what could not be read recorded nothing and never completes."""
        failed = running().when(FailImport(reason="no such column"))
        after = failed.then(ImportFailed(reason="no such column"))
        after.when(CompleteImport(**COUNTS)).nothing()

    def test_a_withdrawn_import_does_not_complete(self) -> None:
        """MON-19: a run that was withdrawn half-way stays withdrawn."""
        running(WITHDRAWN).when(CompleteImport(**COUNTS)).nothing()


class TestWithdrawing:
    @pytest.mark.parametrize("before", [(), (COMPLETED,)])
    def test_it_is_taken_back_as_a_whole(self, before: tuple[Any, ...]) -> None:
        """MON-18: with a reason, running or complete, and once."""
        running(*before).when(WithdrawImport()).refused("reason-missing")
        gone = running(*before).when(WithdrawImport(reason="edition was 2022")).then(WITHDRAWN)
        gone.when(WithdrawImport(reason="again")).nothing()
        assert gone.state(ImportRun).listing().status == "withdrawn"
