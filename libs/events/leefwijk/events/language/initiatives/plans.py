"""What an initiative is going to do, as far as gates and funders need to know."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from leefwijk.events.event import Wire
from leefwijk.events.fields import Euro, Identifier, ShortText

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Benefit(Wire):
    """For whom it is good: counted in households, never in persons."""

    open_to_everyone: bool = False
    households: Count | None = None
    """Households that it reaches."""
    own_tenants: Count | None = None
    """Of those, households that rent from the corporation."""
    divisible: bool = False
    """Whether each household gets a part of its own, such as a garden."""
    parts: Count | None = None
    """Of a divisible benefit: how many parts, such as 30 gardens."""
    own_parts: Count | None = None
    """Of those, parts of own tenants."""
    part_name: ShortText | None = None
    """What a part is called: gardens."""
    next_to: ShortText | None = None
    """The own property that it lies right next to."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        for part, whole in ((self.own_tenants, self.households), (self.own_parts, self.parts)):
            if part is not None and whole is not None and part > whole:
                raise ValueError("there cannot be more own tenants than there are in all")
        if self.parts is not None and self.households is not None and self.parts > self.households:
            raise ValueError("there cannot be more parts than households")
        return self


class EffectKind(StrEnum):
    """Whether something changes for people, or is only done."""

    OUTCOME = "outcome"
    OUTPUT = "output"


class StatedEffect(Wire):
    """What should be different afterwards: from what, to what, by when."""

    effect: Identifier
    """Names it within the initiative, such as `e1`."""
    kind: EffectKind
    says: ShortText
    for_own_tenants: bool = True
    start: ShortText | None = None
    """Where it starts: a number with its unit, or a story."""
    aim: ShortText | None = None
    """What is aimed at, or what would be heard afterwards."""
    by: date | None = None
    seen_by: ShortText | None = None
    """How it will be seen, such as an own count."""


class ServiceKind(StrEnum):
    """A kind of service; the first six are never the corporation's own (Btiv 47, text of 2015)."""

    CARE = "care"
    MEALS_AT_HOME = "meals_at_home"
    MEDICAL = "medical"
    SCHOOLING = "schooling"
    CHILD_CARE = "child_care"
    PARENTING_SUPPORT = "parenting_support"
    OTHER = "other"


class ContributionCategory(StrEnum):
    """The four contributions to livability that the law knows (Btiv 51(1)); no fifth exists."""

    SOCIAL_WORK = "social_work"
    INFRASTRUCTURE = "infrastructure"
    CLEAN_NUISANCE_SAFETY = "clean_nuisance_safety"
    MEETING = "meeting"


class Contribution(Wire):
    """The category, with what its condition asks for."""

    category: ContributionCategory
    own_tenants_only: bool = False
    """Social work: only for own tenants."""
    organisation: ShortText | None = None
    """Social work behind the front door: the social organisation responsible for it."""
    behind_the_front_door: bool = False
    small: bool = False
    """Infrastructure: small."""
    property: ShortText | None = None
    """Infrastructure: the own dwellings or other own property that it lies right next to."""
    plan: ShortText | None = None
    """Clean, nuisance, safety: the plan that it contributes to."""
    place: ShortText | None = None
    """Meeting: where."""
    moments: ShortText | None = None
    """Meeting: when."""
    open_to: ShortText | None = None
    """Meeting: for whom."""


class Origin(StrEnum):
    """Whose proposal a request is."""

    RESIDENTS = "residents"
    CORPORATION = "corporation"


class Rhythm(StrEnum):
    """Whether support comes once or returns every year."""

    ONCE = "once"
    YEARLY = "yearly"


class Nature(Wire):
    """Whose proposal, and how often."""

    origin: Origin = Origin.RESIDENTS
    rhythm: Rhythm = Rhythm.ONCE
    years: Annotated[int, Field(ge=1, le=50)] | None = None
    """How many successive years; of yearly support none: without end date."""


class Programme(Wire):
    """A programme of another party that the corporation contributes to."""

    organisation: ShortText
    taken_over: bool = False
    """Whether the corporation would run it instead; then it is no contribution."""


class Size(StrEnum):
    """From small and informal to large and professional."""

    INFORMAL = "informal"
    MEDIUM = "medium"
    PROFESSIONAL = "professional"


class InitiativePlan(Wire):
    """What is going to happen, in the parts that gates and funders look at."""

    size: Size = Size.INFORMAL
    complex: Identifier | None = None
    """The complex it takes place in, where it is in one."""
    benefit: Benefit = Benefit()
    effect: StatedEffect | None = None
    subjects: tuple[Identifier, ...] = ()
    """Fields of work it touches, by the names that roles in the area use: `public-space`."""
    service: ServiceKind | None = None
    other_party: ShortText | None = None
    """The other party that is primarily responsible, where its takers say there is one."""
    programme: Programme | None = None
    builds_on: tuple[Identifier, ...] = ()
    """Assets that it builds on."""
    repairs: tuple[Identifier, ...] = ()
    """Findings of the base assessment that it repairs."""
    costs: Euro | None = None
    """What all of it costs, whoever pays."""
    moments: ShortText | None = None
    """Days and hours, for who wants to come."""
