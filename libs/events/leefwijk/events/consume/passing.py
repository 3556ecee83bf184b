"""What was read past: offsets that move on in memory, because nothing before them is to be kept.

A consumer that follows few streams of a busy topic would write an offset for every batch and
nothing else. It need not: should the process end, what it read past is read again. What is in
memory always hangs on the offset that the database holds, which leads where the two part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leefwijk.events.broker import Place
from leefwijk.events.consume.records import Record
from leefwijk.events.refill import NEVER


@dataclass(slots=True)
class Stretch:
    """Offsets of a partition, from the one in the database up to, not including, the end."""

    start: int
    end: int
    refill: str = NEVER
    """The filling of the topic that all of it belongs to."""


class Passed:
    """The stretches of one consumer that hold nothing for it."""

    def __init__(self) -> None:
        self._stretches: dict[Place, Stretch] = {}

    def go_on(self, records: Sequence[Record]) -> bool:
        """Move on behind records that hold nothing; says whether memory was enough for it.

        It is not where a partition is not known yet, offsets before these were never read, or the
        topic was filled again.
        """
        spans: dict[Place, tuple[int, int]] = {}
        for record in records:
            if record.offset is None:
                return False
            place = (record.topic, record.partition)
            known = self._stretches.get(place)
            refill = record.refill
            if known is None or (refill.id if refill else NEVER) != known.refill:
                return False
            first, end = spans.get(place, (record.offset, 0))
            spans[place] = (first, max(end, record.offset + 1))
        if any(first > self._stretches[place].end for place, (first, _) in spans.items()):
            return False
        for place, (_, end) in spans.items():
            known = self._stretches[place]
            known.end = max(known.end, end)
        return True

    def over(self, stored: Mapping[Place, int]) -> dict[Place, int]:
        """The next offset of each partition, by what the database holds and what is known here.

        A stretch counts only where it begins at or before the stored offset: whoever set that back
        wants everything from there to be read.
        """
        found = dict(stored)
        for place, offset in stored.items():
            known = self._stretches.get(place)
            if known is not None and known.start <= offset < known.end:
                found[place] = known.end
        return found

    def ahead(self) -> list[Place]:
        """The partitions of which more was read past than is written down."""
        return [place for place, known in self._stretches.items() if known.start < known.end]

    def begin_at(self, offsets: Mapping[Place, int], refills: Mapping[Place, str]) -> None:
        """A batch has written these offsets: whatever was known before counts no more."""
        for place, offset in offsets.items():
            self._stretches[place] = Stretch(offset, offset, refills[place])

    def written(self, offsets: Mapping[Place, int], refills: Mapping[Place, str]) -> None:
        """So much of it is written down; what was read past it meanwhile stays."""
        for place, offset in offsets.items():
            known = self._stretches.get(place)
            end = known.end if known is not None and known.start <= offset < known.end else offset
            self._stretches[place] = Stretch(offset, end, refills[place])

    def forget(self, places: Iterable[Place]) -> None:
        """Know nothing of these any more: their next batch asks the database."""
        for place in places:
            self._stretches.pop(place, None)
