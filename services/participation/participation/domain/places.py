"""Areas as monitoring registered them, as far as decisions need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from leefwijk.events.decider import refuse


@dataclass(frozen=True)
class KnownArea:
    """An area with the municipalities it lies in."""

    area: str
    municipalities: tuple[str, ...]


@dataclass(frozen=True)
class KnownPlaces:
    """For each known area, itself and the areas that it lies in or is a part of."""

    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    municipalities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The municipalities that each lies in, where a decision asks for them."""

    def municipalities_of(self, areas: Iterable[str]) -> frozenset[str]:
        """All municipalities that any of these areas lies in."""
        return frozenset(code for area in areas for code in self.municipalities.get(area, ()))

    def require(self, areas: tuple[str, ...], inside: str) -> None:
        """Refuse `unknown-area` for what is not registered or lies elsewhere."""
        for area in areas:
            if area not in self.within:
                refuse("unknown-area", f"{area} is not registered, or not heard of yet.")
            if inside not in self.within[area]:
                refuse("unknown-area", f"{area} is no part of {inside}.")


@dataclass(frozen=True)
class EarlierDecision:
    """The first decision on this subject and area that was taken before anybody was asked."""

    on: date | None = None

    def before(self, asked: date | None) -> date | None:
        """Its day, where people were first asked later than that; on the day itself is in time."""
        late = self.on is not None and asked is not None and self.on < asked
        return self.on if late else None


@dataclass(frozen=True)
class AgeShares:
    """Inhabitants of an area by age, in percent; none where there are no figures."""

    children: float | None = None
    """Younger than 15, who are not asked."""
    by_group: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class EarlierChecks:
    """Concluded checks on the same subject and area, which a new conclusion supersedes."""

    ids: tuple[str, ...] = ()
