"""The involvement check: its state and how facts change it.

The commands stand beside: opening and asking in `asking`, concluding in `concluding`, what follows
in `afterwards`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from leefwijk.events.clock import day_of
from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Fact, Listing, State, evolves
from leefwijk.events.language.participation.involvement_checks import (
    AskingCorrected,
    AskingRecorded,
    CheckConcluded,
    CheckExpired,
    CheckExpiryAnnounced,
    CheckOpened,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
    GroupConclusion,
    PartnerAskingAdopted,
    PartnerAskingHandedIn,
)
from leefwijk.events.language.participation.ladder import Answers, OwnRole, ReasonCount
from leefwijk.events.language.participation.words import Form, Group
from participation.domain.settings import EXPIRY_NOTICE
from participation.domain.wish import PROMISING, said

SCREENS = frozenset({Form.DIGITAL_PANEL, Form.WEBSITE})
"""Forms that are always on a screen; a survey says whether it is."""


class Status(StrEnum):
    """Where a check stands."""

    HANDED_IN = "handed_in"
    """Only a partner's word yet: no check of the corporation."""
    OPEN = "open"
    CONCLUDED = "concluded"
    IN_DOUBT = "in_doubt"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Asking:
    """One time that a group was asked."""

    asking: str
    group: Group
    form: Form
    on: date
    asked_in: tuple[str, ...]
    answers: Answers
    invited: int | None = None
    reasons: tuple[ReasonCount, ...] = ()
    on_screen: bool = False
    partner: str | None = None
    """The partner that asked."""
    counted: bool = True
    """Not before the corporation adopted what a partner handed in."""
    panel: str | None = None
    """The digital panel whose tally it is: then small counts stay hidden inside too (PAR-20)."""
    answers_hidden: bool | None = None


@dataclass(frozen=True)
class Conclusion:
    """What was promised, and until when it counts."""

    groups: tuple[GroupConclusion, ...]
    on: date
    last_asked: date
    valid_until: date
    event: str
    version: int
    """The version of the check at which it was concluded."""
    nobody_answered: bool = False
    supersedes: tuple[str, ...] = ()
    late: bool = False
    role: OwnRole | None = None
    """What the corporation does in it; a promise that changes later still has to fit it."""

    def of(self, group: Group) -> GroupConclusion | None:
        """What was concluded for a group."""
        return next((one for one in self.groups if one.group is group), None)


@dataclass(frozen=True)
class InvolvementCheck(State, kind="involvement-checks", shape=4):
    """A check as it stands; the empty one has no status yet."""

    status: Status | None = None
    area: str = ""
    municipalities: tuple[str, ...] = ()
    complex: str | None = None
    themes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    relates_to: str = "none"
    relates_to_id: str | None = None
    late: bool = False
    decided_on: date | None = None
    late_said: str | None = None
    """The adoption by which it was late; none: it was late, if at all, when it was opened."""
    opened: date | None = None
    askings: tuple[Asking, ...] = ()
    conclusion: Conclusion | None = None
    told: dict[str, date] = field(default_factory=dict)
    """When each group was told why less is promised than it wished."""
    doubted: date | None = None
    announced: bool = False
    withdrawn: date | None = None

    @property
    def counted(self) -> tuple[Asking, ...]:
        """The askings that are the corporation's own or adopted."""
        return tuple(asking for asking in self.askings if asking.counted)

    def of_group(self, group: Group) -> tuple[Asking, ...]:
        """The counted askings of a group."""
        return tuple(asking for asking in self.counted if asking.group is group)

    def by_panel(self, group: Group) -> bool:
        """Whether a digital panel counted of a group: its small counts stay hidden (PAR-20)."""
        return any(asking.panel is not None for asking in self.of_group(group))

    def answers(self, group: Group) -> Answers:
        """All counted answers of a group together."""
        return sum((asking.answers for asking in self.of_group(group)), Answers())

    def asking(self, name: str) -> Asking | None:
        """The asking of this id."""
        return next((asking for asking in self.askings if asking.asking == name), None)

    @property
    def asked_in(self) -> tuple[str, ...]:
        """Where people were asked; a check on a complex covers no area."""
        if self.complex is not None:
            return ()
        return tuple(sorted({area for asking in self.counted for area in asking.asked_in}))

    @property
    def first_asked(self) -> date | None:
        """The first day on which people were asked, by whomever."""
        return min((asking.on for asking in self.askings), default=None)

    @property
    def standing(self) -> bool:
        """Whether there is a conclusion that time may still end."""
        return self.status in {Status.CONCLUDED, Status.IN_DOUBT}

    def due(self) -> datetime | None:
        """When its end is announced, then the begin of the first day on which it does not count."""
        if self.conclusion is None or not self.standing:
            return None
        until = self.conclusion.valid_until
        return begin_of(day_after(until) if self.announced else until - EXPIRY_NOTICE)

    def listing(self) -> Listing:
        """Found by area, theme, complex, role, where people were asked and what it supersedes."""
        facets: dict[str, Any] = {
            "theme": self.themes,
            "late": "yes" if self.late else "no",
            "asked-in": self.asked_in,
        }
        if self.complex is not None:
            facets["complex"] = self.complex
        if self.relates_to_id is not None:
            facets["relates-to"] = self.relates_to_id
        if self.conclusion is not None:
            facets["supersedes"] = self.conclusion.supersedes
            facets["role"] = self.conclusion.role.value if self.conclusion.role else ()
        return Listing(
            self.area or None,
            self.municipalities,
            self.status.value if self.status else None,
            facets=facets,
        )

    def changed_since(self, before: Any) -> str | None:
        """The promises that stand now, where they were made meanwhile (PAR-30)."""
        if self.conclusion is None or self.conclusion == before.conclusion:
            return None
        promises = "; ".join(
            f"the promise to {said(one.group)} is to {PROMISING[one.promise]}"
            for one in self.conclusion.groups
        )
        return f"It was concluded after you opened it: {promises}."


@evolves(CheckOpened)
def _(check: InvolvementCheck, event: CheckOpened, fact: Fact) -> InvolvementCheck:
    return replace(
        check,
        status=Status.OPEN,
        area=event.area,
        municipalities=event.municipalities,
        complex=event.complex,
        themes=tuple(theme.value for theme in event.themes),
        groups=event.groups,
        relates_to=event.relates_to.value,
        relates_to_id=event.relates_to_id,
        late=event.late,
        decided_on=event.decided_on,
        opened=day_of(fact.time),
    )


@evolves(AskingRecorded)
def _(check: InvolvementCheck, event: AskingRecorded) -> InvolvementCheck:
    return replace(
        check,
        askings=(
            *check.askings,
            Asking(
                event.asking,
                event.group,
                event.form,
                event.on,
                event.asked_in,
                event.answers,
                event.invited,
                event.reasons,
                event.on_screen,
                panel=event.panel,
                answers_hidden=event.answers_hidden,
            ),
        ),
    )


@evolves(AskingCorrected)
def _(check: InvolvementCheck, event: AskingCorrected) -> InvolvementCheck:
    return replace(
        check,
        askings=tuple(
            replace(asking, answers=event.to, invited=event.to_invited, reasons=event.reasons)
            if asking.asking == event.asking
            else asking
            for asking in check.askings
        ),
    )


@evolves(PartnerAskingHandedIn)
def _(check: InvolvementCheck, event: PartnerAskingHandedIn, fact: Fact) -> InvolvementCheck:
    groups = check.groups if event.group in check.groups else (*check.groups, event.group)
    return replace(
        check,
        status=check.status or Status.HANDED_IN,
        area=event.area,
        municipalities=event.municipalities,
        themes=tuple(theme.value for theme in event.themes),
        groups=groups,
        opened=check.opened or day_of(fact.time),
        askings=(
            *check.askings,
            Asking(
                event.asking,
                event.group,
                event.form,
                event.on,
                event.asked_in,
                event.answers,
                event.invited,
                event.reasons,
                event.on_screen,
                event.partner,
                counted=False,
            ),
        ),
    )


@evolves(PartnerAskingAdopted)
def _(check: InvolvementCheck, event: PartnerAskingAdopted, fact: Fact) -> InvolvementCheck:
    if check.status is Status.HANDED_IN:
        check = replace(
            check,
            status=Status.OPEN,
            late=bool(event.late),
            decided_on=event.decided_on,
            late_said=str(fact.id) if event.late else None,
        )
    return replace(
        check,
        askings=tuple(
            replace(asking, counted=True) if asking.asking == event.asking else asking
            for asking in check.askings
        ),
    )


@evolves(CheckConcluded)
def _(check: InvolvementCheck, event: CheckConcluded, fact: Fact) -> InvolvementCheck:
    conclusion = Conclusion(
        event.groups,
        event.on,
        event.last_asked,
        event.valid_until,
        str(fact.id),
        fact.version,
        event.nobody_answered,
        event.supersedes,
        event.late,
        event.role,
    )
    told = {one.group.value: one.told_on for one in event.groups if one.told_on is not None}
    return replace(check, status=Status.CONCLUDED, conclusion=conclusion, told=told, doubted=None)


@evolves(ConclusionDoubted)
def _(check: InvolvementCheck, event: ConclusionDoubted) -> InvolvementCheck:
    return replace(check, status=Status.IN_DOUBT, doubted=event.on)


@evolves(ExplanationTold)
def _(check: InvolvementCheck, event: ExplanationTold) -> InvolvementCheck:
    return replace(check, told={**check.told, event.group.value: event.told_on})


@evolves(CheckExpiryAnnounced)
def _(check: InvolvementCheck, _event: CheckExpiryAnnounced) -> InvolvementCheck:
    return replace(check, announced=True)


@evolves(CheckExpired)
def _(check: InvolvementCheck, _event: CheckExpired) -> InvolvementCheck:
    return replace(check, status=Status.EXPIRED)


@evolves(CheckWithdrawn)
def _(check: InvolvementCheck, event: CheckWithdrawn) -> InvolvementCheck:
    return replace(check, status=Status.WITHDRAWN, withdrawn=event.on)
