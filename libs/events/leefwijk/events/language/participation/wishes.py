"""Wishes: one voice each, of nobody that can be found."""

from __future__ import annotations

from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier
from leefwijk.events.language.participation.ladder import NotNowReason, Wish
from leefwijk.events.language.participation.words import Group


class WishGiven(Event, type="nl.leefbaarheid.wishes.wish-given.v1"):
    """Somebody said how they want to be involved."""

    area: AreaId
    panel: Identifier
    group: Group
    wish: Wish
    reasons: tuple[NotNowReason, ...] = ()


class WishChanged(Event, type="nl.leefbaarheid.wishes.wish-changed.v1"):
    """The same voice wishes otherwise; the last one counts."""

    area: AreaId
    panel: Identifier
    group: Group
    wish: Wish
    before: Wish
    reasons: tuple[NotNowReason, ...] = ()
