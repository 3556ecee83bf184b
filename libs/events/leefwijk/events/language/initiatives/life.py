"""The life of an initiative: proposed, changed, started, completed, gone on with, handed over."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from leefwijk.events.catalogue import upcasts
from leefwijk.events.event import Audience, Event, Wire
from leefwijk.events.fields import AreaId, Euro, Identifier, Reason, ShortText, Theme
from leefwijk.events.language.initiatives.plans import EffectKind, InitiativePlan

_PARTNERS = Audience.PARTNERS
_CONTINUED = "nl.leefbaarheid.initiatives.initiative-continued"


class Taker(StrEnum):
    """Who takes the initiative; ownership stays with them."""

    RESIDENTS = "residents"
    PROFESSIONAL_PARTNER = "professional_partner"
    CORPORATION = "corporation"


class InitiativeProposed(Event, type="nl.leefbaarheid.initiatives.initiative-proposed.v1"):
    """Somebody wants to do something for the neighbourhood."""

    title: ShortText
    area: AreaId
    municipalities: tuple[str, ...]
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    taker: Taker
    collective_benefit: ShortText
    expected_effect: ShortText | None = None
    plan: InitiativePlan | None = None
    """What gates and funders need to know of it; added in the second version of the platform."""
    group: Identifier | None = None
    """Opaque reference of the group that takes it."""
    round: Annotated[int, Field(ge=1)] | None = None
    """Which time it is taken up: none or 1 at first, 2 where it was given back once."""


class InitiativeChanged(Event, type="nl.leefbaarheid.initiatives.initiative-changed.v1"):
    """The plan changed; what stands here replaces what stood before."""

    title: ShortText
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    collective_benefit: ShortText
    expected_effect: ShortText | None = None
    plan: InitiativePlan
    change: ShortText
    """What is different now, in one line."""
    on: date


class InitiativeRegisteredAsSelfReliant(
    Event,
    type="nl.leefbaarheid.initiatives.initiative-registered-as-self-reliant.v1",
    audience=_PARTNERS,
):
    """Its takers do it themselves: no gate, no term and no evaluation is asked of them."""

    title: ShortText
    area: AreaId
    themes: tuple[Theme, ...]
    on: date


class InitiativeStarted(
    Event, type="nl.leefbaarheid.initiatives.initiative-started.v1", audience=_PARTNERS
):
    """It is running."""

    title: ShortText
    area: AreaId
    themes: tuple[Theme, ...]
    on: date


class ProgressReported(Event, type="nl.leefbaarheid.initiatives.progress-reported.v1"):
    """How it goes, in a professional's words."""

    says: Reason
    on: date


class InitiativeCompleted(
    Event, type="nl.leefbaarheid.initiatives.initiative-completed.v1", audience=_PARTNERS
):
    """What was planned has been done."""

    area: AreaId
    on: date


class ExpectedEffect(Wire):
    """A stated effect as partners hear it: without where it starts, which may be a small count."""

    effect: Identifier
    kind: EffectKind
    says: ShortText
    for_own_tenants: bool = True
    by: date | None = None


class InitiativeContinued(Event, type=f"{_CONTINUED}.v2", audience=_PARTNERS):
    """After looking back it goes on, with what is expected of it from now on.

    What that is to the figure stands in the plan, which is changed in the same append.
    """

    area: AreaId
    effect: ExpectedEffect | None = None
    """What is expected from now on; none: what was expected before, which was reached."""
    reason: Reason | None = None
    on: date


@upcasts(f"{_CONTINUED}.v1", f"{_CONTINUED}.v2")
def _without_figures(data: dict[str, Any]) -> dict[str, Any]:
    """The first version told start and aim too; they are read past."""
    return data


class StoppedBy(StrEnum):
    """Who wanted it to stop."""

    TAKERS = "takers"
    CORPORATION = "corporation"


class InitiativeStopped(
    Event, type="nl.leefbaarheid.initiatives.initiative-stopped.v1", audience=_PARTNERS
):
    """It goes on no longer."""

    area: AreaId
    by: StoppedBy
    reason: Reason
    on: date


class OpenObligation(Wire):
    """An order that is not wholly paid yet."""

    obligation: Identifier
    request: Annotated[int, Field(ge=1)]
    amount: Euro
    """What may still be billed."""


class RunningSpace(Wire):
    """Use of a space that was granted and runs on after the hand-over, through a day."""

    request: Annotated[int, Field(ge=1)]
    line: Annotated[int, Field(ge=1, le=50)]
    until: date


class InitiativeHandedOver(
    Event, type="nl.leefbaarheid.initiatives.initiative-handed-over.v1", audience=_PARTNERS
):
    """Residents carry it on without the corporation; who they are is told to nobody."""

    title: ShortText
    area: AreaId
    obligations: tuple[OpenObligation, ...] = ()
    space: tuple[RunningSpace, ...] = ()
    on: date
