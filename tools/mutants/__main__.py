"""`make mutants`: plant every bug of the list in a copy and see the tests turn red.

Prints a table and ends with 1 where a mutant survived or could not be judged. `--only TEXT` takes
the mutants whose name, file or invariant holds the text.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from tools.mutants.mutants import INVARIANTS, MUTANTS
from tools.mutants.plant import Mutant, NoLongerAppliesError, plant

from leefwijk.local import EmbeddedKafka, EmbeddedPostgres

ROOT = Path(__file__).parents[2]
MEMBERS = (
    "libs/events",
    "libs/service",
    "libs/gates",
    "deploy/local",
    "services/monitoring",
    "services/initiatives",
    "services/participation",
    "services/projections",
)
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".leefwijk", ".venv", ".tools", ".hypothesis", ".*_cache", "__pycache__"
)
SECONDS = 240
"""A run of tests that takes longer is ended: the mutant was not judged."""

CAUGHT, SURVIVED, UNJUDGED = "caught", "SURVIVED", "NOT JUDGED"
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)
_TESTS_FAILED = 1
_running: set[int] = set()
_PLAIN = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Result:
    """What became of a mutant."""

    mutant: Mutant
    verdict: str
    by: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Ran:
    """What pytest said."""

    code: int
    output: str

    @property
    def failed(self) -> list[str]:
        """The tests that failed, by name."""
        return [name.rpartition("::")[2] for name in _FAILED.findall(self.output)]


@contextmanager
def servers(count: int) -> Iterator[Queue[dict[str, str]]]:
    """Kafka for all runs and a PostgreSQL for each of `count`, as the fixtures take them.

    Readers of the log wait for writers in the whole cluster: two runs would disturb each other.
    """
    free: Queue[dict[str, str]] = Queue()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="leefwijk-mutants-")))
        kafka = stack.enter_context(EmbeddedKafka(folder / "kafka"))
        for number in range(count):
            server = EmbeddedPostgres(folder / f"postgres-{number}", settings=_PLAIN)
            url = stack.enter_context(server).url()
            free.put({"DATABASE_URL": url, "KAFKA_BOOTSTRAP": kafka.bootstrap})
        yield free


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the working tree that is thrown away."""
    with TemporaryDirectory(prefix="leefwijk-mutant-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        yield copy


def run_tests(copy: Path, tests: Sequence[str], free: Queue[dict[str, str]]) -> Ran:
    """Run these tests on the packages of the copy, with servers that nobody else uses."""
    where = free.get()
    try:
        return _run(copy, tests, where)
    finally:
        free.put(where)


def _run(copy: Path, tests: Sequence[str], where: dict[str, str]) -> Ran:
    paths = [str(copy / member) for member in MEMBERS]
    environment = {
        **os.environ,
        **where,
        "MUTANTS_COPY": str(copy),
        "PYTHONPATH": os.pathsep.join([*paths, str(copy)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    # the first failure is enough, and a test that waits for what never comes must end
    arguments = ["-q", "-x", "-rf", "-p", "tools.mutants.copied", "-p", "no:cacheprovider"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
        [sys.executable, "-m", "pytest", *arguments, "--timeout=60", "--no-header", *tests],
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        _running.add(process.pid)
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Ran(-1, "took too long")
        finally:
            _running.discard(process.pid)
        return Ran(process.returncode, output)


def _end_what_runs() -> None:
    """Nobody waits for these tests any more; they started in sessions of their own."""
    for pid in list(_running):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def judge(mutant: Mutant, free: Queue[dict[str, str]]) -> Result:
    """Plant a mutant and say whether its tests noticed."""
    began = time.monotonic()
    with copied() as copy:
        try:
            plant(mutant, copy)
        except NoLongerAppliesError as error:
            return Result(mutant, UNJUDGED, str(error))
        ran = run_tests(copy, mutant.tests, free)
    seconds = time.monotonic() - began
    if ran.code == _TESTS_FAILED and ran.failed:
        return Result(mutant, CAUGHT, ran.failed[0], seconds)
    if ran.code == 0:
        return Result(mutant, SURVIVED, "-", seconds)
    return Result(mutant, UNJUDGED, (ran.output.strip().splitlines() or ["?"])[-1], seconds)


def _line(result: Result) -> str:
    return f"{result.verdict:10} {result.seconds:5.1f} s  {result.mutant.name}: {result.by}"


def print_table(results: Sequence[Result]) -> None:
    """The table, and the invariants it speaks of."""
    rows = [("mutant", "invariant", "caught by", "verdict")]
    rows += [(one.mutant.name, str(one.mutant.invariant), one.by, one.verdict) for one in results]
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(cells)} |")
        if row is rows[0]:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print()
    for number, said in INVARIANTS.items():
        print(f"{number}: {said}")
    bad = [one for one in results if one.verdict != CAUGHT]
    print(f"\n{len(results)} mutants, {len(results) - len(bad)} caught, {len(bad)} not")


def _is_meant(mutant: Mutant, asked: str) -> bool:
    return asked in mutant.name or asked in mutant.file or asked == str(mutant.invariant)


def main() -> int:
    """Judge the mutants that were asked for."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[""], help="parts of names or files, or numbers of invariants"
    )
    parser.add_argument("--jobs", type=int, default=2, help="runs at once")
    asked = parser.parse_args()
    # the servers and the tests must end with us, whoever ends us
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [mutant for mutant in MUTANTS if any(_is_meant(mutant, one) for one in asked.only)]
    with servers(asked.jobs) as free:
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        print(f"{len(tests)} tests on the code as it is ...", flush=True)
        with copied() as copy:
            ran = run_tests(copy, tests, free)
        if ran.code != 0:
            print(f"{ran.output}\nthe tests are red without any mutant")
            return 1
        results: list[Result] = []
        with ThreadPoolExecutor(asked.jobs) as pool:
            try:
                for result in pool.map(lambda mutant: judge(mutant, free), chosen):
                    results.append(result)
                    one = (
                        f"{len(results):3}/{len(chosen)} {result.verdict:10} {result.seconds:5.1f}"
                    )
                    print(f"{one} s  {result.mutant.name}: {result.by}", flush=True)
            finally:
                _end_what_runs()
    print_table(results)
    return 0 if all(one.verdict == CAUGHT for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
