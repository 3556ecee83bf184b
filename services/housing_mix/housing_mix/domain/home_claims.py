"""Which plan holds which home: one stream for all, so that two plans cannot both be first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leefwijk.events.decider import Listing, State, evolves
from leefwijk.events.language.housing_mix.home_claims import HomesClaimed, HomesReleased

ALL_HOMES = "homes"
"""The id of the one aggregate; plans are few, so that waiting for each other costs nothing."""


@dataclass(frozen=True)
class HomeClaims(State, kind="home-claims", shape=1):
    """The plan that holds a home, by the number of the home."""

    plans: dict[str, str] = field(default_factory=dict)

    def taken(self, dwellings: Iterable[str], plan: str) -> dict[str, list[str]]:
        """Those of the homes that another plan holds, by that plan."""
        found: dict[str, list[str]] = {}
        for dwelling in dwellings:
            holder = self.plans.get(dwelling)
            if holder is not None and holder != plan:
                found.setdefault(holder, []).append(dwelling)
        return found

    def holds(self, plan: str) -> bool:
        """Whether the plan holds homes."""
        return plan in self.plans.values()

    def listing(self) -> Listing:
        """It is looked up by its id only."""
        return Listing()


@evolves(HomesClaimed)
def _(claims: HomeClaims, event: HomesClaimed) -> HomeClaims:
    claimed = dict.fromkeys(event.dwellings, event.plan)
    return replace(claims, plans={**claims.plans, **claimed})


@evolves(HomesReleased)
def _(claims: HomeClaims, event: HomesReleased) -> HomeClaims:
    left = {home: plan for home, plan in claims.plans.items() if plan != event.plan}
    return replace(claims, plans=left)
