"""Digital panels: open until a moment, counted once when they close."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Municipality, Theme
from leefwijk.events.language.participation.ladder import Answers, ReasonCount
from leefwijk.events.language.participation.words import Group


class VoidingReason(StrEnum):
    """Why tokens count no longer."""

    LOST = "lost"
    LEAKED = "leaked"
    SENT_WRONGLY = "sent_wrongly"
    OTHER = "other"


class ClosedBy(StrEnum):
    """What closed a panel."""

    HAND = "hand"
    TIME = "time"


class PanelGroup(Wire):
    """A group of a panel; fewer than five homes would point at a household."""

    group: Group
    homes: Annotated[int, Field(ge=5)]


class GroupTally(Wire):
    """What a group wished in the end."""

    group: Group
    answers: Answers
    tokens: Annotated[int, Field(ge=0)]
    """Tokens given out to it, those made void not counted."""
    reasons: tuple[ReasonCount, ...] = ()


class PanelOpened(Event, type="nl.leefbaarheid.wish-panels.panel-opened.v1"):
    """Residents can say by token how they want to be involved."""

    area: AreaId
    municipalities: tuple[Municipality, ...]
    complex: Identifier | None = None
    themes: tuple[Theme, ...]
    groups: tuple[PanelGroup, ...]
    check: Identifier | None = None
    """The involvement check that its tally is meant for."""
    closes_at: datetime
    """From this moment on no wish is taken."""


class TokensIssued(Event, type="nl.leefbaarheid.wish-panels.tokens-issued.v1"):
    """Tokens were made for a group; they are known to nobody but who gives them out."""

    area: AreaId
    batch: Identifier
    group: Group
    tokens: Annotated[int, Field(ge=1)]


class TokensVoided(Event, type="nl.leefbaarheid.wish-panels.tokens-voided.v1"):
    """Tokens of a batch take no further wishes; those given stay counted."""

    area: AreaId
    batch: Identifier
    reason: VoidingReason


class PanelClosingBroughtForward(
    Event, type="nl.leefbaarheid.wish-panels.panel-closing-brought-forward.v1"
):
    """Somebody closed the panel by hand; what was under way is counted before it is tallied."""

    area: AreaId
    closes_at: datetime


class PanelClosed(Event, type="nl.leefbaarheid.wish-panels.panel-closed.v1"):
    """The panel takes no more wishes; this is its tally."""

    area: AreaId
    closed_at: datetime
    """The moment from which on no wish was taken."""
    by: ClosedBy
    tally: tuple[GroupTally, ...]
