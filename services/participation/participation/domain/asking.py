"""Commands on a check until it is concluded: opening, asking, what partners hand in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NoReturn

from pydantic import Field

from leefwijk.events.dates import day_and_month
from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Reason, ShortText, Theme
from leefwijk.events.language.participation.involvement_checks import (
    AskingRecorded,
    CheckOpened,
    PartnerAskingAdopted,
    PartnerAskingHandedIn,
    RelatesTo,
)
from leefwijk.events.language.participation.ladder import Answers, People, ReasonCount
from leefwijk.events.language.participation.words import Form, Group
from leefwijk.events.small_counts import SMALLEST
from participation.domain.involvement_check import SCREENS, Asking, InvolvementCheck, Status
from participation.domain.parties import KnownParty
from participation.domain.places import EarlierDecision, KnownArea, KnownPlaces

Themes = Annotated[tuple[Theme, ...], Field(min_length=1, max_length=6)]
Groups = Annotated[tuple[Group, ...], Field(min_length=1, max_length=10)]
Areas = Annotated[tuple[AreaId, ...], Field(max_length=50)]
Reasons = Annotated[tuple[ReasonCount, ...], Field(max_length=6)]


class OpenCheck(Command[InvolvementCheck]):
    """Begin to ask how residents want to be involved; there need be no plan yet."""

    area: AreaId
    complex: Identifier | None = None
    homes: People | None = None
    themes: Themes
    groups: Groups
    relates_to: RelatesTo = RelatesTo.NONE
    relates_to_id: Identifier | None = None
    reason: Reason | None = None
    """Why residents are asked only now, where a decision came first; kept encrypted."""

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses `late-check-needs-reason` and `points-at-household` (PAR-01, PAR-20)."""
        if check.status is not None:
            refuse("already-opened", "This check exists already.")
        _require_building(self.complex, self.homes)
        earlier = context.knowledge(EarlierDecision).on
        _require_late_reason(earlier, self.reason)
        yield CheckOpened(
            area=self.area,
            municipalities=context.knowledge(KnownArea).municipalities,
            complex=self.complex,
            homes=self.homes,
            themes=tuple(dict.fromkeys(self.themes)),
            groups=tuple(dict.fromkeys(self.groups)),
            relates_to=self.relates_to,
            relates_to_id=self.relates_to_id,
            late=earlier is not None,
            decided_on=earlier,
        )


def _require_late_reason(decided_on: date | None, reason: str | None) -> None:
    """Refuse `late-check-needs-reason` where a decision came first and nothing is said of it."""
    if decided_on is not None and reason is None:
        refuse(
            "late-check-needs-reason",
            f"The decision of {day_and_month(decided_on)} came first; "
            "say why residents are asked only now.",
            decidedOn=decided_on.isoformat(),
        )


def _require_building(complex_: str | None, homes: int | None) -> None:
    """Refuse `points-at-household` for a building of fewer than five homes, or of unsaid size."""
    if homes is not None and homes < SMALLEST:
        refuse(
            "points-at-household",
            f"It has fewer than {SMALLEST} homes; that would point at a household.",
        )
    if complex_ is not None and homes is None:
        refuse(
            "points-at-household",
            "Say how many homes the building has; a few would point at a household.",
        )


def require_check_open(check: InvolvementCheck) -> None:
    """Refuse `check-not-open`."""
    if check.status is Status.OPEN:
        return
    if check.standing:
        refuse("check-not-open", "Concluded; open a new check.")
    refuse("check-not-open", f"This check is {check.status}; open a new check.")


def require_counts(
    answers: Answers, total: int | None, invited: int | None, reasons: tuple[ReasonCount, ...]
) -> None:
    """Refuse counts that cannot be (PAR-02, PAR-04)."""
    if total is not None and total != answers.total:
        refuse(
            "counts-do-not-add-up",
            f"The seven counts add up to {answers.total}, not to {total}.",
            total=total,
            counted=answers.total,
        )
    if len({count.reason for count in reasons}) != len(reasons):
        refuse("counts-do-not-add-up", "A reason is counted twice.")
    for count in reasons:
        if count.people > answers.not_now:
            refuse(
                "counts-do-not-add-up",
                f"{count.people} people gave {count.reason} as a reason, "
                f"and {answers.not_now} said not now.",
                reason=count.reason,
                people=count.people,
                notNow=answers.not_now,
            )
    if invited is not None and answers.total > invited:
        refuse(
            "more-answers-than-invited",
            f"{answers.total} answers came on {invited} invitations.",
            answers=answers.total,
            invited=invited,
        )


class RecordAsking(Command[InvolvementCheck]):
    """Record one time that a group was asked, with the seven counts."""

    group: Group
    form: Form
    on: date
    asked_in: Areas = ()
    """None: the area of the check."""
    invited: People | None = None
    """None: an open invitation, which has no response rate."""
    answers: Answers
    total: People | None = None
    reasons: Reasons = ()
    on_screen: bool = False
    """Of a survey: whether it was filled in on a screen."""

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses `check-not-open`, counts that cannot be, and a day in the future."""
        require_check_open(check)
        if self.group not in check.groups:
            refuse("group-not-in-check", "The check was not opened for this group.")
        if self.on > context.today:
            refuse("day-in-future", "Record an asking when it has been held.")
        require_counts(self.answers, self.total, self.invited, self.reasons)
        asked_in = tuple(dict.fromkeys(self.asked_in)) or (check.area,)
        context.knowledge(KnownPlaces).require(asked_in, check.area)
        yield AskingRecorded(
            area=check.area,
            asking=str(context.new_id()),
            group=self.group,
            form=self.form,
            asked_in=asked_in,
            invited=self.invited,
            answers=self.answers,
            reasons=self.reasons,
            on_screen=self.on_screen or self.form in SCREENS,
            on=self.on,
        )


class PartnerAsking(Wire):
    """Who was asked, how, when, and how many wished what."""

    group: Group
    form: Form
    on: date
    asked_in: Areas = ()
    invited: People | None = None
    answers: Answers
    reasons: Reasons = ()
    on_screen: bool = False


class HandInPartnerAsking(Command[InvolvementCheck]):
    """A partner hands in what residents told it; its word alone is no check (PAR-14)."""

    area: AreaId
    themes: Themes
    statement: ShortText | None = None
    askings: Annotated[tuple[PartnerAsking, ...], Field(max_length=20)] = ()

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses `statement-without-counts` and `outside-own-municipality`.

        Its municipalities are those of its account in which it still works with us.
        """
        if check.status is not None:
            refuse("already-opened", "This check exists already.")
        municipalities = context.knowledge(KnownArea).municipalities
        party = context.knowledge(KnownParty)
        own = context.actor.municipalities & party.works_in
        if not own & set(municipalities):
            _refuse_outside(self.area)
        if not self.askings or not any(asking.answers.total for asking in self.askings):
            refuse(
                "statement-without-counts",
                "Say who was asked, how, when, and how many wished what.",
            )
        for asking in self.askings:
            if asking.on > context.today:
                refuse("day-in-future", "Hand in an asking when it has been held.")
            require_counts(asking.answers, None, asking.invited, asking.reasons)
            asked_in = tuple(dict.fromkeys(asking.asked_in)) or (self.area,)
            places = context.knowledge(KnownPlaces)
            places.require(asked_in, self.area)
            if not places.municipalities_of(asked_in) <= own:
                _refuse_outside(", ".join(asked_in))
            yield PartnerAskingHandedIn(
                area=self.area,
                municipalities=municipalities,
                themes=tuple(dict.fromkeys(self.themes)),
                asking=str(context.new_id()),
                partner=party.partner,
                group=asking.group,
                form=asking.form,
                asked_in=asked_in,
                invited=asking.invited,
                answers=asking.answers,
                reasons=asking.reasons,
                on_screen=asking.on_screen or asking.form in SCREENS,
                on=asking.on,
            )


def _refuse_outside(places: str) -> NoReturn:
    """A partner says what it did where it works: in no part of another municipality."""
    refuse("outside-own-municipality", f"{places} lies outside the partner's municipalities.")


class AdoptPartnerAsking(Command[InvolvementCheck]):
    """Take what a partner handed in for the corporation's own check, with its source named."""

    asking: Identifier
    reason: Reason | None = None
    """Why residents were asked only after a decision, where one came first; kept encrypted."""

    def decide(self, check: InvolvementCheck, context: Context) -> Iterator[Event]:
        """Refuses `check-not-open`; a second adoption changes nothing.

        By the first one it becomes a check, so that one says why it is late (PAR-01).
        """
        if check.status is not Status.HANDED_IN:
            require_check_open(check)
        asking = required_asking(check, self.asking)
        if asking.partner is None:
            refuse("not-handed-in", "This asking is the corporation's own.")
        if asking.counted:
            return
        decided_on = None
        if check.status is Status.HANDED_IN:
            decided_on = context.knowledge(EarlierDecision).before(check.first_asked)
            _require_late_reason(decided_on, self.reason)
        yield PartnerAskingAdopted(
            area=check.area,
            asking=self.asking,
            partner=asking.partner,
            late=True if decided_on is not None else None,
            decided_on=decided_on,
        )


def required_asking(check: InvolvementCheck, name: str) -> Asking:
    """The asking of this id. Refuses `unknown-asking`."""
    asking = check.asking(name)
    if asking is None:
        refuse("unknown-asking", "The check has no such asking.")
    return asking
