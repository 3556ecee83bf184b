"""Proposing a level and discussing it with partners (MON-30, MON-33)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from leefwijk.events.dates import add_months, day_after
from leefwijk.events.decider import Command, Context, Faults, refuse
from leefwijk.events.event import Event, Validity, Wire
from leefwijk.events.fields import AreaId, EffortLevelName, Identifier, Reason, ShortText
from leefwijk.events.language.monitoring import effort_levels as facts
from leefwijk.events.language.monitoring.effort_levels import (
    ExpectedEffect,
    MeasurementGround,
    Mode,
    StoryGround,
)
from monitoring.domain.effort_level import MODES, EffortLevel, Status
from monitoring.domain.other_levels import AreaLevels
from monitoring.domain.places import KnownPlace
from monitoring.domain.settings import TERMS


@dataclass(frozen=True)
class KnownFigure:
    """A cited measurement as it stands: none where there is no published figure."""

    area: str
    source_edition: str
    indicator: str
    period: str
    figure: str | None
    event_id: UUID | None


@dataclass(frozen=True)
class KnownStory:
    """A cited story: where and when it was told."""

    story: str
    areas: tuple[str, ...]
    """The area it is about, and the experienced areas that are made of it."""
    month: date
    event_id: UUID


@dataclass(frozen=True)
class Grounds:
    """What is known of the measurements and stories that a proposal cites."""

    figures: tuple[KnownFigure, ...] = ()
    stories: tuple[KnownStory, ...] = ()


@dataclass(frozen=True)
class KnownPartner:
    """A registered partner."""

    partner: str
    kind: str
    municipalities: tuple[str, ...]


@dataclass(frozen=True)
class KnownPartners:
    """The partners that a command speaks of, by id."""

    found: dict[str, KnownPartner]


class StatedPeriod(Wire):
    """The days that somebody asks for, both included; in order or refused (MON-37)."""

    from_: date
    through: date | None = None

    @property
    def reversed(self) -> bool:
        """Whether the last day lies before the first."""
        return self.through is not None and self.through < self.from_


class CitedMeasurement(Wire):
    """A figure that the proposal rests on."""

    source_edition: Identifier
    indicator: Identifier
    period: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{4})?$")]
    area: AreaId | None = None
    """Where it is another area than the proposal's: a ground only as a part of it (MON-30)."""


class StatedEffect(ExpectedEffect):
    """An expected effect names an indicator or a theme, a direction and a day."""

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if (self.indicator is None) == (self.theme is None):
            raise ValueError("an effect names an indicator or a theme: one of the two")
        return self


class ProposeEffortLevel(Command[EffortLevel]):
    """Propose a level for an area, from counting and telling, with expected effects up front."""

    area: AreaId
    level: EffortLevelName
    valid: StatedPeriod
    mode: Mode | None = None
    measurements: Annotated[tuple[CitedMeasurement, ...], Field(max_length=50)] = ()
    stories: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    effects: Annotated[tuple[StatedEffect, ...], Field(max_length=50)] = ()
    invited: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    reaction_through: date | None = None
    plan: ShortText | None = None
    """Of `large_scale`: the neighbourhood vision with its programme, so that partners see it."""

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses with every fault at once: nobody has to find them one by one."""
        if level.status is not None:
            refuse("already-proposed", "This proposal exists already.")
        place = context.knowledge(KnownPlace)
        grounds = context.knowledge(Grounds)
        faults = Faults()
        if place.reference_only:
            faults.add("reference-area", "A country is a reference; it has no effort level.")
        counted = _counted(self, grounds, place, faults)
        told = _told(self, grounds, context.today, faults)
        if not self.effects:
            faults.add(
                "expected-effect-missing",
                "Say what should change: an indicator or theme, a direction and a day.",
            )
        if self.valid.reversed:
            faults.add("validity-reversed", "The last day lies before the first.")
        levels = context.knowledge(AreaLevels)
        levels.fault(self.valid.from_, self.valid.through, context.today, faults)
        mode = MODES[self.level]
        if self.mode is not None and self.mode != mode:
            faults.add(
                "mode-follows-level",
                f"{self.level.value} is {mode.stance.value} and {mode.rhythm.value}.",
            )
        _invitable(self.invited, context, place, faults)
        through = self.reaction_through or context.today + timedelta(days=TERMS.reaction_days)
        if through < context.today:
            faults.add("term-in-past", "The partners' term ends before it begins.")
        faults.refuse_any()
        yield facts.EffortLevelProposed(
            area=self.area,
            municipalities=place.municipalities,
            level=self.level,
            mode=mode,
            valid=Validity(from_=self.valid.from_, through=self.valid.through),
            measurements=counted,
            stories=told,
            effects=tuple(ExpectedEffect(**effect.model_dump()) for effect in self.effects),
            invited=self.invited,
            reaction_through=through,
            lapses_on=day_after(add_months(through, TERMS.lapse_months)),
            plan=self.plan,
        )


def _counted(
    command: ProposeEffortLevel, grounds: Grounds, place: KnownPlace, faults: Faults
) -> tuple[MeasurementGround, ...]:
    """Published figures of the area itself; a missing figure is no measurement.

    No source publishes for an experienced area: there the figures of its parts count.
    """
    areas = {command.area, *place.parts}
    own = [figure for figure in grounds.figures if figure.area in areas]
    counted = tuple(
        MeasurementGround(
            area=figure.area,
            source_edition=figure.source_edition,
            indicator=figure.indicator,
            period=figure.period,
            figure=figure.figure,
            event_id=figure.event_id,
        )
        for figure in own
        if figure.figure is not None and figure.event_id is not None
    )
    if not counted:
        name = place.name or place.area
        said = (
            f"{name} has no published value; a missing figure is no measurement."
            if own
            else f"Cite at least one figure of {name} itself."
        )
        faults.add("counting-missing", said)
    return counted


def _told(
    command: ProposeEffortLevel, grounds: Grounds, today: date, faults: Faults
) -> tuple[StoryGround, ...]:
    """Stories about the area that were told recently enough."""
    since = add_months(today.replace(day=1), -TERMS.story_months)
    told = tuple(
        StoryGround(story=story.story, event_id=story.event_id)
        for story in grounds.stories
        if command.area in story.areas and story.month >= since
    )
    if not told:
        faults.add(
            "telling-missing",
            f"Cite a story about this area of the last {TERMS.story_months} months.",
        )
    return told


def _invitable(
    invited: tuple[str, ...], context: Context, place: KnownPlace, faults: Faults
) -> None:
    known = context.knowledge(KnownPartners).found
    for partner in invited:
        found = known.get(partner)
        if found is None:
            faults.add("unknown-partner", f"{partner} is not registered.", partner=partner)
        elif place.municipalities and not set(found.municipalities) & set(place.municipalities):
            faults.add(
                "outside-own-municipality",
                f"{partner} does not work in {', '.join(place.municipalities)}.",
                partner=partner,
            )


class EndorseEffortLevel(Command[EffortLevel]):
    """A partner supports the proposal."""

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses partners from elsewhere and whoever was not invited."""
        partner = _reacting(level, context)
        known = level.reactions.get(partner)
        if known is None or not known.endorses:
            yield facts.EffortLevelEndorsed(partner=partner)


class ObjectToEffortLevel(Command[EffortLevel]):
    """A partner objects, and says why."""

    reason: Reason | None = None

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, and an objection after the level was agreed."""
        partner = _reacting(level, context)
        if self.reason is None:
            refuse("reason-missing", "Say why you object.")
        yield facts.EffortLevelObjected(partner=partner, reason=self.reason)


class AnswerObjection(Command[EffortLevel]):
    """Answer an objection; both stay visible."""

    partner: Identifier
    answer: Reason

    def decide(self, level: EffortLevel, context: Context) -> Iterator[Event]:
        """Refuses `no-objection` where that partner has none."""
        require_open(level, context.today)
        said = level.reactions.get(self.partner)
        if said is None or said.endorses:
            refuse("no-objection", f"{self.partner} has not objected.")
        yield facts.EffortLevelObjectionAnswered(partner=self.partner, answer=self.answer)


def _reacting(level: EffortLevel, context: Context) -> str:
    partner = context.actor.partner or ""
    known = context.knowledge(KnownPartners).found.get(partner)
    if known is None:
        refuse("unknown-partner", "This partner is not registered.")
    if not set(known.municipalities) & set(level.municipalities):
        refuse(
            "outside-own-municipality",
            f"This proposal is about {', '.join(level.municipalities)}, "
            f"you work in {', '.join(known.municipalities)}.",
        )
    require_open(level, context.today)
    if partner not in level.invited:
        refuse("not-invited", "This partner was not asked for its view on this proposal.")
    return partner


def require_open(level: EffortLevel, today: date) -> None:
    """Refuse what can no longer be discussed or agreed, whatever has been recorded of its lapse."""
    if level.agreement is not None:
        refuse(
            "level-already-agreed",
            "The level was agreed. Raise it as a friction in the evaluation.",
        )
    over = level.lapses_on is not None and today >= level.lapses_on
    if level.status is Status.LAPSED or (level.status is Status.PROPOSED and over):
        refuse("proposal-lapsed", f"The proposal lapsed on {level.lapses_on}; propose it anew.")
    if level.status is not Status.PROPOSED:
        refuse("not-proposed", f"The proposal is {level.status}.")
