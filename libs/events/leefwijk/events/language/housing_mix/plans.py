"""Plans with homes: demolition, renovation, building."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Audience, Event
from leefwijk.events.fields import AreaId, Identifier, Municipality, Reason


class PlanKind(StrEnum):
    """What is done with the homes."""

    DEMOLITION = "demolition"
    RENOVATION = "renovation"
    NEW_BUILD = "new_build"


Homes = Annotated[int, Field(ge=1)]


class PlanAnnounced(Event, type="nl.leefbaarheid.plans.plan-announced.v1"):
    """A plan is spoken of; nothing is decided and nothing rests on it.

    It alone lists the homes: what is told to partners of the plan afterwards is how many.
    """

    kind: PlanKind
    area: AreaId
    municipalities: tuple[Municipality, ...]
    complex: Identifier | None = None
    dwellings: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class PlanDecided(Event, type="nl.leefbaarheid.plans.plan-decided.v1", audience=Audience.PARTNERS):
    """The plan is decided, with its homes and its date.

    Only such a demolition plan, at most five years ahead, excepts a home from condition 5 or 6.
    """

    kind: PlanKind
    area: AreaId
    municipalities: tuple[Municipality, ...]
    complex: Identifier | None = None
    homes: Homes
    on: date
    planned: date


class DemolitionDateReset(
    Event, type="nl.leefbaarheid.plans.demolition-date-reset.v1", audience=Audience.PARTNERS
):
    """A new planned date, from the day on which it was set (`on`)."""

    area: AreaId
    planned: date
    on: date
    reason: Reason


class PlanWithdrawn(
    Event, type="nl.leefbaarheid.plans.plan-withdrawn.v1", audience=Audience.PARTNERS
):
    """The plan is off; what it excepted counts again."""

    area: AreaId
    on: date
    reason: Reason


class PlanLapsed(Event, type="nl.leefbaarheid.plans.plan-lapsed.v1", audience=Audience.PARTNERS):
    """Its planned date passed with homes still standing. `on` is the first day after it."""

    area: AreaId
    on: date
