"""Meeting places that serve an area already: who asks for another one looks at these first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leefwijk.events.decider import refuse
from leefwijk.events.language.initiatives.support import ExistingPlace


@dataclass(frozen=True)
class MeetingPlace:
    """A meeting place that is there."""

    asset: str
    label: str
    area: str
    everyone: bool = True
    complex: str | None = None


@dataclass(frozen=True)
class MeetingPlaces:
    """Those in the area and in what it lies in: the wijk serves the buurt."""

    found: tuple[MeetingPlace, ...] = ()

    def serving(self, initiative: Any) -> tuple[MeetingPlace, ...]:
        """Those that are open to whom the initiative is for."""
        plan = initiative.plan
        return tuple(
            place
            for place in self.found
            if place.everyone
            or (
                not plan.benefit.open_to_everyone
                and place.complex is not None
                and place.complex == plan.complex
            )
        )


_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def require_existing_considered(
    initiative: Any, places: MeetingPlaces, said: tuple[ExistingPlace, ...]
) -> None:
    """Refuses `existing-assets-not-considered` (INI-02).

    Either it builds on one of the places, or each has a reason why it does not do.
    """
    serving = places.serving(initiative)
    considered = {one.asset for one in said}
    if any(place.asset in initiative.plan.builds_on for place in serving):
        return
    missing = [place for place in serving if place.asset not in considered]
    if not missing:
        return
    count = len(serving)
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    verb, each, does = (
        ("place already serves", "it", "it does")
        if count == 1
        else ("places already serve", "each", "it does")
    )
    refuse(
        "existing-assets-not-considered",
        f"{number} meeting {verb} this area: say for {each} why {does} not do.",
        assets=[
            {"asset": place.asset, "label": place.label, "area": place.area} for place in serving
        ],
    )
