"""Where an effort takes place, as gates look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """An area with what it consists of and what it lies in."""

    area: str
    complex: str | None = None
    within: tuple[str, ...] = ()
    """The areas it lies in, nearest first, itself not included."""
    parts: tuple[str, ...] = ()
    """The smallest administrative areas that it consists of; none: it is one itself."""
    within_of_part: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of each part the areas that it lies in."""
    municipalities: tuple[str, ...] = ()
    because: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each area that it lies in the ids of the facts that say so, as far as they were heard."""

    @property
    def nearest(self) -> tuple[str, ...]:
        """The area itself and what it lies in, nearest first."""
        return (self.area, *self.within)

    def to_cover(self) -> dict[str, frozenset[str]]:
        """Each part that people must have been asked in, with the areas that count as asked."""
        if not self.parts:
            return {self.area: frozenset(self.nearest)}
        above = dict(self.within_of_part)
        return {
            part: frozenset({part, self.area, *self.within, *above.get(part, ())})
            for part in self.parts
        }
