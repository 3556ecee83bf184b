"""How much influence a form can carry, and at which times of the day people can come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from leefwijk.events.clock import AMSTERDAM
from leefwijk.events.language.participation.words import Form, Level
from participation.domain.settings import DAYPARTS, EVENING_FROM, FORMS

CARRIES: dict[Form, Level] = {
    Form.LETTER: Level.INFORMED,
    Form.NOTICE: Level.INFORMED,
    Form.WEBSITE: Level.INFORMED,
    Form.SURVEY: Level.CONSULTED,
    Form.DIGITAL_PANEL: Level.CONSULTED,
    Form.DOOR_TO_DOOR: Level.CONSULTED,
    Form.MEETING: Level.ADVISE,
    Form.DROP_IN: Level.ADVISE,
    Form.KITCHEN_TABLE: Level.ADVISE,
    Form.NEIGHBOURHOOD_WALK: Level.ADVISE,
    Form.POP_UP: Level.ADVISE,
    Form.WORKING_DAY: Level.HELP,
    Form.DESIGN_WORKSHOP: Level.HELP,
    Form.DECISION_MEETING: Level.CO_DECIDE,
    Form.HAND_OVER: Level.SELF_MANAGE,
}
"""Up to which level a promise is carried by a form (choice)."""

SENT = frozenset({Form.LETTER, Form.NOTICE, Form.WEBSITE})
"""Forms that reach people wherever they are: nobody comes, and they have no time of the day."""


class Daypart(StrEnum):
    """When in the day and week people can come, by local time."""

    WEEKDAY = "during a weekday"
    EVENING = "on a weekday evening"
    WEEKEND = "at the weekend"


def daypart(at: datetime) -> Daypart:
    """The part of the week that a moment lies in, in the Netherlands."""
    local = at.astimezone(AMSTERDAM)
    if local.isoweekday() > 5:  # noqa: PLR2004 - Saturday and Sunday
        return Daypart.WEEKEND
    return Daypart.EVENING if local.hour >= EVENING_FROM else Daypart.WEEKDAY


def not_varied(moments: Sequence[tuple[Form, datetime]], highest: Level) -> str | None:
    """In a sentence, what the moments lack; none: they are varied enough.

    Where nobody is promised more than to be informed, one of any form is enough.
    """
    if highest is Level.INFORMED:
        return None if moments else "No moment is planned; one letter is enough here."
    open_to_people = [(form, at) for form, at in moments if form not in SENT]
    if not open_to_people:
        return "There is no moment at which people can say something."
    all_forms = {form for form, _ in open_to_people}
    parts = {daypart(at) for _, at in open_to_people}
    count = len(open_to_people)
    if count == 1:
        return "There is one moment only; add another form at another time."
    every = "Both moments" if count == 2 else f"All {count} moments"  # noqa: PLR2004 - a pair
    said = []
    if len(parts) < DAYPARTS:
        said.append(f"{every} are {' or '.join(sorted(parts))}.")
    if len(all_forms) < FORMS:
        names = " or ".join(sorted(form.replace("_", " ") for form in all_forms))
        said.append(f"{every} have the form {names}.")
    return " ".join(said) or None
