"""What every part of the answer shares: who asks, what was found, what a figure rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from leefwijk.events.small_counts import NOT_SHOWN
from leefwijk.gates.line import stale
from leefwijk.service.reads import Resource
from projections.rows import EVIDENCE
from projections.snapshot import Said
from projections.spans import counted


@dataclass(frozen=True)
class Asked:
    """For which moment, and who looks."""

    area: str
    as_of: date
    known_at: datetime | None
    internal: bool
    """Whether euros, requests, gates with their reasons and unpublished counts are shown."""
    partner: str | None = None
    """The partner that looks: it sees what its topic tells of its municipalities."""

    @property
    def discusses(self) -> bool:
        """Whether it takes part in agreeing levels: people of the platform, and partners."""
        return self.internal or self.partner is not None


@dataclass(frozen=True)
class Shared:
    """An area as people live it that lies here for a part: shown apart, counted nowhere here."""

    area: str
    elsewhere: tuple[str, ...]
    """Its parts elsewhere."""
    rows: Sequence[Said]
    """What is said of it."""


@dataclass(frozen=True)
class Beside:
    """What is known beside the rows of the areas."""

    now: datetime
    """The moment of asking."""
    partners: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Organisations by id: their name and kind."""
    proofs: Mapping[str, datetime] = field(default_factory=dict)
    """Per service the last moment of which it is known that everything it said was read."""
    asked_here: frozenset[str] | None = None
    """Where people are asked who live here; none: not known apart, then wherever it was counts."""
    shared: Sequence[Shared] = ()
    """Areas as people live them that lie in the area for a part only."""


@dataclass(frozen=True)
class Found:
    """Everything an answer is composed of."""

    asked: Asked
    rows: Mapping[str, Sequence[Said]]
    """By kind: of the area and of what lies in it."""
    held: Mapping[str, str]
    """Streams of which an event waits, with the reason."""
    beside: Beside
    above: Sequence[Said] = ()
    """Levels of areas above."""

    @property
    def day(self) -> date:
        """The day asked for."""
        return self.asked.as_of

    def of(self, *kinds: str) -> list[Said]:
        """Rows of these kinds, whatever their days."""
        return [row for kind in kinds for row in self.rows.get(kind, ())]

    def holding(self, *kinds: str) -> list[Said]:
        """Rows of these kinds that hold on the day."""
        return [row for row in self.of(*kinds) if row.holds_on(self.day)]

    def begun(self, *kinds: str) -> list[Said]:
        """Rows of these kinds that had begun by the day, over or not."""
        return [
            row for row in self.of(*kinds) if row.valid_from is None or row.valid_from <= self.day
        ]

    def evidence(self, rows: Iterable[Said]) -> Evidence:
        """What a figure rests on."""
        return evidence(rows, self.asked.area)

    def name(self, partner: str | None) -> str | None:
        """The name of an organisation; none where it is not known."""
        said = self.beside.partners.get(partner or "")
        return str(said["name"]) if said else None


class Evidence(Resource):
    """The events that a figure rests on."""

    events: list[UUID]
    count: int
    """How many there are, each once, also of those that are not named here."""
    more: str | None = None


def evidence(rows: Iterable[Said], area: str) -> Evidence:
    """Up to twenty ids of the events beneath, and where all of them can be read."""
    found = list(rows)
    ids = list(dict.fromkeys(id_ for row in found for id_ in row.events))
    by_stream: dict[str, list[Said]] = {}
    for row in found:
        by_stream.setdefault(row.stream_id, []).append(row)
    count = sum(_beneath(of_stream) for of_stream in by_stream.values())
    return Evidence(
        events=ids[-EVIDENCE:],
        count=count,
        more=f"/v1/areas/{area}/evidence?streams={','.join(sorted(by_stream))}"
        if count > EVIDENCE
        else None,
    )


def _beneath(rows: Sequence[Said]) -> int:
    """How many events of one stream its rows rest on; where they do not say, those they name."""
    spans = [row.rests_on for row in rows if row.rests_on is not None]
    if len(spans) == len(rows):
        return counted(spans)
    return len({id_ for row in rows for id_ in row.events})


class KnowledgeOf(StrEnum):
    """How good the knowledge is that a part of the status rests on."""

    KNOWN = "known"
    """Everything the owner said had been read not long before."""
    NOTHING_RECORDED = "nothing_recorded"
    """Everything had been read, and there was nothing about it; that is no zero."""
    UNKNOWN = "unknown"
    """Nothing was heard of it yet, which is neither yes nor no."""
    STALE = "stale"
    """What is known is shown, but nobody proved lately that it is all there is."""
    HELD = "held"
    """A message that bears on it waits: figures are behind until it is understood."""


class Knowledge(Resource):
    """How old the knowledge of one part is."""

    state: KnowledgeOf
    newest: datetime | None = None
    """When the newest event beneath it was recorded; none: there is no event, or not for you."""
    read_through: datetime | None = None
    """Everything that was said of it until this moment has been read; none: not proven yet."""


@dataclass(frozen=True)
class Origin:
    """Whose facts a part of the answer is made of."""

    kinds: tuple[str, ...]
    """The rows it rests on."""
    streams: tuple[str, ...]
    """The aggregates that those rows come from."""
    services: tuple[str, ...]


def knowledge_of(found: Found, origin: Origin) -> Knowledge:
    """How old the knowledge of a part is: held comes first, then how long ago all was read.

    Outside the corporation it does not say whether there is anything that is not shown.
    """
    rows = found.of(*origin.kinds)
    newest = max((row.recorded_from for row in rows), default=None)
    proofs = [found.beside.proofs.get(service) for service in origin.services]
    known = [proof for proof in proofs if proof is not None]
    through = min(known) if len(known) == len(proofs) else None
    late = stale(through, found.beside.now)
    if through is not None and found.asked.known_at is not None:
        through = min(through, found.asked.known_at)
    if any(_aggregate(stream) in origin.streams for stream in found.held):
        state = KnowledgeOf.HELD
    elif rows or (not found.asked.internal and through is not None):
        state = KnowledgeOf.STALE if late else KnowledgeOf.KNOWN
    elif through is None:
        state = KnowledgeOf.UNKNOWN
    else:
        state = KnowledgeOf.STALE if late else KnowledgeOf.NOTHING_RECORDED
    if not found.asked.internal:
        newest = None
    return Knowledge(state=state, newest=newest, read_through=through)


def _aggregate(stream: str) -> str:
    """The aggregate of a stream: what stands before the id of its subject."""
    return next((name for name in AGGREGATES if stream.startswith(f"{name}-")), "")


AGGREGATES = (
    *("areas", "experienced-areas", "area-roles", "assets", "base-conditions"),
    *(
        "effort-levels",
        "efforts",
        "formal-advices",
        "initiatives",
        "involvement-checks",
        "living-agreements",
    ),
    *("measurements", "owed-checks", "partners", "stories", "trajectories", "wish-panels"),
)
"""Aggregates whose streams the status is made of."""


def shown(count: Any) -> Any:
    """A figure as it may be shown; a hidden one has one mark, whatever the reason."""
    return NOT_SHOWN if count is None else count


def day(said: str | None) -> date | None:
    """A day as a row keeps it."""
    return date.fromisoformat(said) if said else None


def by(said: str | None, until: date) -> bool:
    """Whether a day is known and lies on or before another."""
    return said is not None and date.fromisoformat(said) <= until


def until(entries: Iterable[Mapping[str, Any]], last: date) -> Iterator[Mapping[str, Any]]:
    """Entries of a history that had happened by a day, in the order in which they were recorded."""
    return (entry for entry in entries if date.fromisoformat(entry["on"]) <= last)


def last_of(entries: Iterable[Mapping[str, Any]], on_or_before: date) -> Mapping[str, Any] | None:
    """The entry of a history that counts on a day."""
    found = None
    for entry in until(entries, on_or_before):
        if found is None or entry["on"] >= found["on"]:
            found = entry
    return found
