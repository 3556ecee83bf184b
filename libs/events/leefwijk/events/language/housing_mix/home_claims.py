"""Claims on homes: which plan a home is in, in one place, so that it is never in two."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier


class HomesClaimed(Event, type="nl.leefbaarheid.home-claims.homes-claimed.v1"):
    """These homes are in this plan and in no other, in the append that says so of the plan."""

    plan: Identifier
    dwellings: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class HomesReleased(Event, type="nl.leefbaarheid.home-claims.homes-released.v1"):
    """The plan no longer holds its homes; others may claim them."""

    plan: Identifier
