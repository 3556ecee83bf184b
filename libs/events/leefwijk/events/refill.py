"""The mark on records that were sent since a topic was last filled again.

A topic that lost its tail and was filled again may be longer than before when a consumer next looks
at it. By offsets alone nobody can tell that below the next record there lie others than those that
were read there: what they hold would never be read. So whoever fills a topic again marks every
record from there on, and says where the filling began. As each filling holds everything that was
ever sent, whoever meets a new mark needs to read that filling and nothing before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from leefwijk.events.broker import Place

HEADER = "leefwijk-refill"
NEVER = ""
"""Stands for the mark of a partition that was never filled again."""


class Refill(NamedTuple):
    """One filling of a partition."""

    id: str
    start: int
    """No record of this filling lies below this offset."""

    @property
    def header(self) -> tuple[str, bytes]:
        """The header of every record from there on: `<id> <start>`."""
        return HEADER, f"{self.id} {self.start}".encode()


def begin_refill(start: int) -> Refill:
    """A filling that begins now, at the end of the partition."""
    return Refill(secrets.token_hex(4), start)


@lru_cache(maxsize=1024)
def read_refill(header: bytes | None) -> Refill | None:
    """What a header says. A malformed one says nothing."""
    if header is None:
        return None
    try:
        name, start = header.decode().split(" ")
        return Refill(name, int(start))
    except ValueError:
        return None


class Below(NamedTuple):
    """What a look at marks brings up."""

    ranges: dict[Place, tuple[int, int]]
    """Offsets that hold other records now than when they were read, or may do so."""
    marks: dict[Place, str]
    """The marks of partitions that are others than were known."""


def refilled_below(
    seen: Iterable[tuple[Place, int, Refill | None]],
    offsets: Mapping[Place, int],
    known: Mapping[Place, str],
) -> Below:
    """What must be read again before these records, which are given by place, offset and mark.

    `offsets` are the next ones to read: records below them say nothing, they are read again. Of
    several fillings the last one is read: it holds what the others held.
    """
    below = Below({}, {})
    for place, offset, refill in seen:
        mark = refill.id if refill else NEVER
        before = below.marks.get(place, known.get(place, NEVER))
        if mark == before or offset < offsets.get(place, 0):
            continue
        below.marks[place] = mark
        start = refill.start if refill else 0
        if start < offset:
            below.ranges[place] = start, offset
    return below
