"""The invented life of the sample districts, read from `life/*.yaml`.

A life is one thing that somebody began, and what was done with it, in order:

    - initiative: koffiehoek              # its kind, and the name by which others point at it
      area: BU01060100@2020               # fills `{area}` of the path where the kind has one
      as: neighbourhood_worker            # who begins it; a role, or `partner NAME`
      after: [lariks]                     # lives that are over before it begins; none needed
      body: {title: Koffiehoek, ...}
      then:
        - starts                          # a command without a body, by whoever began it
        - support-grants: {lines: [...]}  # a command with its body
          as: area_manager

Days move along with the day of loading: `=day -30` is thirty days ago, `=month -5` the first day
of a month, `=end 1` the last day of next year, `=year` this year, `=moment 14 19:30` a moment in
the Netherlands, `=id NAME` the id of another life, `=event NAME` the first event of its last
command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from leefwijk.events.clock import AMSTERDAM
from leefwijk.service.roles import Role

MUNICIPALITIES = ("GM0106", "GM0118", "GM1699")
"""Assen, Hoogeveen and Noordenveld."""
LIFE = Path(__file__).parent / "life"


@dataclass(frozen=True)
class Kind:
    """Where lives of a kind are begun, and where what follows is sent to."""

    service: str
    begun: str | None
    """None: it is there already; its id is its area."""
    one: str


KINDS = {
    "partner": Kind("monitoring", "/partners", "/partners"),
    "story": Kind("monitoring", "/areas/{area}/stories", "/stories"),
    "base": Kind("monitoring", None, "/base-conditions"),
    "role": Kind("monitoring", None, "/area-roles"),
    "level": Kind("monitoring", "/areas/{area}/effort-proposals", "/effort-proposals"),
    "effort": Kind("monitoring", "/efforts", "/efforts"),
    "performance": Kind("monitoring", "/performance-agreements", "/performance-agreements"),
    "check": Kind("participation", "/involvement-checks", "/involvement-checks"),
    "panel": Kind("participation", "/wish-panels", "/wish-panels"),
    "trajectory": Kind("participation", "/trajectories", "/trajectories"),
    "agreement": Kind("participation", "/living-agreements", "/living-agreements"),
    "asset": Kind("initiatives", "/assets", "/assets"),
    "initiative": Kind("initiatives", "/initiatives", "/initiatives"),
}


@dataclass(frozen=True)
class Step:
    """One command: the noun of its path, who gives it, and what it says."""

    noun: str
    who: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Life:
    """Something that was begun, and what was done with it."""

    name: str
    kind: Kind
    area: str
    who: str
    body: Mapping[str, Any]
    steps: tuple[Step, ...]
    after: tuple[str, ...] = ()


def lives(folder: Path = LIFE) -> list[Life]:
    """All lives, in the order of the files and of what stands in them."""
    return [
        _life(found)
        for file in sorted(folder.glob("*.yaml"))
        for found in yaml.safe_load(file.read_text("utf-8"))
    ]


def _life(found: dict[str, Any]) -> Life:
    (kind,) = found.keys() & KINDS.keys()
    who = found.get("as", Role.NEIGHBOURHOOD_WORKER.value)
    steps = tuple(_step(step, who) for step in found.get("then", ()))
    return Life(
        found[kind],
        KINDS[kind],
        found.get("area", ""),
        who,
        found.get("body", {}),
        steps,
        tuple(found.get("after", ())),
    )


def _step(found: str | dict[str, Any], who: str) -> Step:
    if isinstance(found, str):
        return Step(found, who, {})
    ((noun, body),) = [(key, value) for key, value in found.items() if key != "as"]
    return Step(noun, found.get("as", who), body or {})


def named(said: Any) -> Iterator[str]:
    """The lives that a body points at."""
    if isinstance(said, str) and said.startswith(("=id ", "=event ")):
        yield said.split()[1]
    elif isinstance(said, Mapping):
        for value in said.values():
            yield from named(value)
    elif isinstance(said, Sequence) and not isinstance(said, str):
        for value in said:
            yield from named(value)


@dataclass
class Known:
    """What the signs of a body stand for."""

    today: date
    ids: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    def value(self, sign: str) -> str | int:
        """The value of a sign: `day -30`."""
        what, *told = sign.split()
        return _SIGNS[what](self, *told)

    def day(self, days: str) -> str:
        """So many days from today."""
        return self._in_days(days).isoformat()

    def month(self, months: str) -> str:
        """The first day of the month so many months from now."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + int(months), 12)
        return date(year, month + 1, 1).isoformat()

    def end(self, years: str) -> str:
        """The last day of a year."""
        return date(self.today.year + int(years), 12, 31).isoformat()

    def moment(self, days: str, at: str) -> str:
        """A moment of a day."""
        return datetime.combine(self._in_days(days), time.fromisoformat(at), AMSTERDAM).isoformat()

    def _in_days(self, days: str) -> date:
        return self.today + timedelta(days=int(days))


_SIGNS: dict[str, Callable[..., str | int]] = {
    "day": Known.day,
    "month": Known.month,
    "end": Known.end,
    "moment": Known.moment,
    "year": lambda known: known.today.year,
    "id": lambda known, name: known.ids[name],
    "event": lambda known, name: known.events[name],
}


def filled(said: Any, known: Known) -> Any:
    """A body with its days, ids and events filled in."""
    if isinstance(said, Mapping):
        return {key: filled(value, known) for key, value in said.items()}
    if isinstance(said, list):
        return [filled(value, known) for value in said]
    if isinstance(said, str) and said.startswith("="):
        return known.value(said[1:])
    return said
