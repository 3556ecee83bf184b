"""What every row shares: a figure per round, its median and spread, and the goal it is held to."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

ROUNDS = 3
"""Each side of a comparison is measured this many times, by turns."""

_LIBRARIES = ("aiokafka", "asyncpg", "fastapi", "faust-streaming", "sqlalchemy", "uvicorn")


@dataclass(frozen=True)
class Measured:
    """A figure that was measured several times in one run."""

    name: str
    rounds: tuple[float, ...]
    unit: str = "x"
    """`x`: a ratio of two things measured side by side."""
    goal: float | None = None
    at_least: bool = True
    """Whether more is better; otherwise the goal is an upper bound."""
    said: str = ""
    """The two sides of a ratio, or how the figure came about."""
    latencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Percentiles in milliseconds, by what was timed; each the median of its rounds."""

    def told(self) -> list[str]:
        """What stands behind the figure, a line each."""
        lines = [self.said] if self.said else []
        for what, parts in self.latencies.items():
            found = ", ".join(f"{part} {number(value)}" for part, value in parts.items())
            lines.append(f"{what}: {found} ms")
        return lines

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.rounds)

    @property
    def met(self) -> bool:
        """Whether the median reaches the goal, if there is one."""
        if self.goal is None:
            return True
        return self.median >= self.goal if self.at_least else self.median <= self.goal

    def line(self) -> str:
        """`name | figure (spread) | goal | met or short`."""
        figure = f"{number(self.median)}{_unit(self.unit)}"
        if len(self.rounds) > 1:
            figure += f" ({number(min(self.rounds))} to {number(max(self.rounds))})"
        if self.goal is None:
            return f"{self.name} | {figure} | - | -"
        bound = "at least" if self.at_least else "at most"
        verdict = "met" if self.met else "short"
        return f"{self.name} | {figure} | {bound} {number(self.goal)}{_unit(self.unit)} | {verdict}"


def ratio(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    goal: float | None,
    against: str,
    latencies: Mapping[str, Mapping[str, float]] | None = None,
) -> Measured:
    """The ratio of two rates, round by round; `against` says what the second one is."""
    rounds = tuple(mine / other for mine, other in zip(ours, theirs, strict=True))
    said = (
        f"{number(statistics.median(ours))}/s against "
        f"{number(statistics.median(theirs))}/s of {against}"
    )
    return Measured(name, rounds, goal=goal, said=said, latencies=latencies or {})


PARTS = ("p50", "p95", "p99", "p99.9")


def middle(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each percentile's median over the rounds."""
    return {part: statistics.median(one[part] for one in rounds) for part in PARTS}


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _unit(unit: str) -> str:
    return unit if unit == "x" else f" {unit}"


@dataclass
class Report:
    """What a run found, on which machine."""

    machine: dict[str, str]
    settings: dict[str, str]
    rows: dict[str, list[Measured]] = field(default_factory=dict)

    def save(self, folder: Path) -> Path:
        """Write everything measured, by the moment of the run."""
        folder.mkdir(parents=True, exist_ok=True)
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        file = folder / f"{at}.json"
        found = {
            "at": at,
            "machine": self.machine,
            "settings": self.settings,
            "rows": {
                name: [{**asdict(item), "median": item.median, "met": item.met} for item in items]
                for name, items in self.rows.items()
            },
        }
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return file


def machine() -> dict[str, str]:
    """Hardware and versions: without them a figure says nothing."""
    return {
        "processor": _processor(),
        "cores": str(psutil.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "load before": f"{psutil.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


Say = Callable[[str], None]
