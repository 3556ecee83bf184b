"""A closed panel as an asking of a check: its tally is counted as it is, and typed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier
from leefwijk.events.language.participation.involvement_checks import AskingRecorded
from leefwijk.events.language.participation.wish_panels import GroupTally
from leefwijk.events.language.participation.words import Form, Group
from participation.domain.asking import require_check_open
from participation.domain.involvement_check import InvolvementCheck
from participation.domain.places import KnownPlaces


@dataclass(frozen=True)
class KnownTally:
    """A panel as it closed; none of it while it is open."""

    area: str
    complex: str | None = None
    themes: frozenset[str] = frozenset()
    check: str | None = None
    """The check that its tally is meant for; none: any on its subject and place."""
    closed_on: date | None = None
    tally: tuple[GroupTally, ...] = ()
    shown: frozenset[Group] = frozenset()
    """Groups whose number of answers may be shown."""
    voided: frozenset[Group] = frozenset()
    """Groups of which tokens were made void."""

    def require_meant_for(self, check: InvolvementCheck, id_: str) -> None:
        """Refuse a panel that asked about something else, elsewhere, or for another check."""
        if self.check not in {None, id_}:
            refuse("panel-of-other-check", "This panel was held for another check.")
        if self.complex != check.complex:
            refuse(
                "panel-in-other-place",
                "A check on one building counts a panel on that building, and no other does.",
            )
        others = sorted(set(check.themes) - self.themes)
        if others:
            refuse(
                "panel-on-other-subject",
                f"This panel did not ask about {', '.join(others)}.",
                themes=others,
            )


class CountPanel(Command[InvolvementCheck]):
    """Take the tally of a closed panel for the askings of its groups (PAR-16, PAR-19)."""

    panel: Identifier

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses what is not closed or not meant for the check (PAR-11); twice is once."""
        require_check_open(check)
        if any(asking.panel == self.panel for asking in check.askings):
            return
        known = context.knowledge(KnownTally)
        known.require_meant_for(check, context.stream)
        if known.closed_on is None:
            refuse("panel-not-closed", "A panel is counted when it has closed.")
        context.knowledge(KnownPlaces).require((known.area,), check.area)
        tallies = [one for one in known.tally if one.group in check.groups]
        if not tallies:
            refuse("group-not-in-check", "The check was opened for no group of this panel.")
        for one in tallies:
            # tokens that were made void may have given a wish before; then nobody knows who could
            invited = None if one.group in known.voided else one.tokens
            yield AskingRecorded(
                area=check.area,
                asking=str(context.new_id()),
                group=one.group,
                form=Form.DIGITAL_PANEL,
                asked_in=(known.area,),
                invited=invited,
                answers=one.answers,
                reasons=one.reasons,
                on_screen=True,
                panel=self.panel,
                answers_hidden=True if one.group not in known.shown else None,
                on=known.closed_on,
            )
