"""Run faults: `python tests/integration/faults/fault_run.py [--fault NAME] [--seeds N]`.

Every fault is tried until it has hit N times; a hit counts only if commands were unacknowledged or
events unsent when it struck. Ends with 1 on a violation, or when a fault did not hit often enough.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

# test folders are no packages: the helpers one folder up are found by their folder
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fault_cycle import Hit, Theatre
from fault_kit import STAGES, Fault, load_faults
from platform_scenes import Scenes

ROOT = Path(__file__).resolve().parents[3]
MISSES = 2
"""A fault may strike in vain so many times as often as it must hit."""
PER_PLATFORM = 60
"""Cycles on one platform; then a fresh one, whose history is short again."""


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--fault", action="append", default=[], help="only this one; repeatable")
    parser.add_argument("--seeds", type=int, default=10, help="counted hits per fault")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--list", action="store_true", help="name the faults, and end")
    parser.add_argument("--out", type=Path, default=ROOT / ".leefwijk" / "faults")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, flush=True)


def _broken_off(fault: Fault, seed: int, where: str, error: Exception) -> Hit:
    said = f"{where}: {type(error).__name__}: {error}"[:500]
    return Hit(fault.name, seed, 0, 0, 0, 0, 0, 0, [said])


class Run:
    """All cycles of one call."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.hits: list[Hit] = []
        self.file: Path = asked.out / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
        self.skipped: dict[str, str] = {}

    async def all(self, faults: Iterable[Fault]) -> None:
        """Every fault, those of one stage together."""
        if (mine := asyncio.current_task()) is not None:  # who is told to stop clears up first
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, mine.cancel)
        stages: dict[str, list[Fault]] = {}
        for fault in faults:
            if (why := fault.skip()) is not None:
                self.skipped[fault.name] = why
                _say(f"{fault.name}: left out, because {why}")
            else:
                stages.setdefault(fault.stage, []).append(fault)
        for stage, together in stages.items():
            jobs = [(fault, self.asked.first) for fault in together]
            while jobs:
                jobs = await self._platform(stage, jobs)

    async def _platform(self, stage: str, jobs: list[tuple[Fault, int]]) -> list[tuple[Fault, int]]:
        """Work on one platform until all is done, it is worn, or a violation spoilt it."""
        with TemporaryDirectory(prefix="leefwijk-faults-", ignore_cleanup_errors=True) as folder:
            platform = STAGES[stage](Path(folder))
            theatre = Theatre(platform, Scenes(platform))
            try:
                await theatre.open()
                for _ in range(PER_PLATFORM):
                    fault, seed = jobs[0]
                    sound = await self._one(theatre, fault, seed)
                    if not sound:
                        self._keep_logs(Path(folder), fault, seed)
                    jobs = jobs[1:] if self._done(fault, seed) else [(fault, seed + 1), *jobs[1:]]
                    if not jobs or not sound:
                        break
            except Exception as error:  # noqa: BLE001 - the others are tried on a platform of their own
                self._tell(_broken_off(*jobs[0], "the platform did not start", error))
                jobs = jobs[1:]
            finally:
                await platform.end()
        return jobs

    async def _one(self, theatre: Theatre, fault: Fault, seed: int) -> bool:
        try:
            hit = await theatre.play(fault, seed)
        except Exception as error:  # noqa: BLE001 - whatever came over the suite is told as such
            hit = _broken_off(fault, seed, "the cycle broke off", error)
        self._tell(hit)
        return not hit.violations

    def _tell(self, hit: Hit) -> None:
        """Say and save what came of a cycle."""
        self.hits.append(hit)
        self._save()
        _say(
            f"{hit.fault} seed {hit.seed}: {hit.open} open, {hit.unsent} unsent, "
            f"{hit.acknowledged} acknowledged, {hit.unanswered} asked again, "
            f"{hit.looked} seen, agrees after {hit.recovery:g} s"
            f"{'' if hit.counts else ' (does not count)'}"
        )
        for violation in hit.violations:
            _say(f"  VIOLATION {violation}")
        if hit.violations:
            _say(
                "  again: .venv/bin/python tests/integration/faults/fault_run.py "
                f"--fault {hit.fault} --seeds 1 --first {hit.seed}"
            )

    def _save(self) -> None:
        """Write down all that is known, after every cycle: a long run may be cut short."""
        saved = {
            "first": self.asked.first,
            "seeds": self.asked.seeds,
            "skipped": self.skipped,
            "hits": [hit.as_json() for hit in self.hits],
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(saved, indent=1) + "\n", "utf-8")

    def _keep_logs(self, folder: Path, fault: Fault, seed: int) -> None:
        """What the processes said before a violation."""
        kept = self.asked.out / f"{fault.name}-{seed}-logs"
        shutil.copytree(folder / "logs", kept, dirs_exist_ok=True)
        _say(f"  logs: {kept}")

    def _done(self, fault: Fault, seed: int) -> bool:
        counted = sum(hit.counts for hit in self.hits if hit.fault == fault.name)
        tries = seed - self.asked.first + 1
        return bool(counted >= self.asked.seeds or tries >= MISSES * self.asked.seeds)

    def table(self, faults: Iterable[Fault]) -> tuple[list[str], bool]:
        """The outcome in lines, and whether all is well."""
        lines = [f"{'fault':34} {'hits':>5} {'violations':>10} {'slowest recovery':>17}"]
        well = True
        for fault in faults:
            if fault.name in self.skipped:
                lines.append(f"{fault.name:34} left out: {self.skipped[fault.name]}")
                continue
            own = [hit for hit in self.hits if hit.fault == fault.name]
            hits = sum(hit.counts for hit in own)
            bad = sum(bool(hit.violations) for hit in own)
            slow = max((hit.recovery for hit in own), default=0.0)
            well = well and not bad and hits >= self.asked.seeds
            within = f"{slow:.1f} of {fault.recovers_within:g} s"
            lines.append(f"{fault.name:34} {hits:5} {bad:10} {within:>17}")
        return lines, well


def main() -> int:
    """Run what was asked for; 0 if every promise was kept often enough."""
    asked, faults = _asked(), load_faults()
    if asked.list:
        _say("\n".join(faults))
        return 0
    if unknown := set(asked.fault) - faults.keys():
        _say(f"there is no fault {', '.join(sorted(unknown))}; there are {', '.join(faults)}")
        return 2
    chosen = [faults[name] for name in asked.fault or faults]
    began, run = time.monotonic(), Run(asked)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):  # what is known is told all the same
        asyncio.run(run.all(chosen))
    lines, well = run.table(chosen)
    _say("\n" + "\n".join(lines))
    _say(f"{len(run.hits)} cycles in {time.monotonic() - began:.0f} s, first seed {asked.first}")
    _say(f"saved in {run.file}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
