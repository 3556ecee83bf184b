"""What the gates on support said, when they were set aside, and when one was lost or came back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from leefwijk.events.catalogue import upcasts
from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason
from leefwijk.events.language.gates import Gate, GateLine

_GONE = "nl.leefbaarheid.initiatives.gate-no-longer-passed"


class GatesAssessed(Event, type="nl.leefbaarheid.initiatives.gates-assessed.v1"):
    """The gates were judged: advice for a decision, no right to one.

    Before a grant or a top-up in the same append it says, in words for people of the platform, why
    the gates let it through; the grant itself reaches partners and names their outcomes only.
    """

    request: Annotated[int, Field(ge=1)] | None = None
    """The request that they were judged for; none: the initiative as it stood."""
    lines: Annotated[tuple[GateLine, ...], Field(min_length=1)]
    on: date


class GateOverridden(Event, type="nl.leefbaarheid.initiatives.gate-overridden.v1"):
    """A director sets a gate aside for one request and one ground; it does not pass by that."""

    override: Identifier
    request: Annotated[int, Field(ge=1)]
    gate: Gate
    code: str
    """The ground that it is given for, and for no other."""
    evidence: tuple[str, ...] = ()
    reason: Reason
    role: str
    until: date
    """The last day on which it holds."""
    on: date


class GateOverrideWithdrawn(Event, type="nl.leefbaarheid.initiatives.gate-override-withdrawn.v1"):
    """A director takes an override back, before it lapses."""

    override: Identifier
    gate: Gate
    reason: Reason
    on: date


class GateOverrideLapsed(Event, type="nl.leefbaarheid.initiatives.gate-override-lapsed.v1"):
    """An override holds no longer: its date passed, or its ground became another one."""

    override: Identifier
    gate: Gate
    ground: str
    """`date-passed` or `ground-changed`."""
    evidence: tuple[str, ...] = ()
    on: date


class GateNoLongerPassed(Event, type=f"{_GONE}.v2"):
    """A gate that a grant rested on does not pass any more; the grant stands.

    `on` is the first day on which it did not pass, also where word of that came later.
    """

    request: Annotated[int, Field(ge=1)] | None = None
    """The granted request that rested on it; none: every grant that stood."""
    gate: Gate
    code: str
    reason: str = ""
    evidence: tuple[str, ...] = ()
    """Ids of the events that say so."""
    on: date


@upcasts(f"{_GONE}.v1", f"{_GONE}.v2")
def _of_nine_gates(data: dict[str, Any]) -> dict[str, Any]:
    """The first version knew one gate; what it said is said the same way."""
    return data


class GatePassedAgain(Event, type="nl.leefbaarheid.initiatives.gate-passed-again.v1"):
    """A gate that was lost after the grant passes again."""

    request: Annotated[int, Field(ge=1)] | None = None
    """The granted request that rests on it; none: every grant that stood."""
    gate: Gate
    reason: str
    evidence: tuple[str, ...] = ()
    on: date


class SupportReviewRequired(Event, type="nl.leefbaarheid.initiatives.support-review-required.v1"):
    """A grant must come back to the table: what it rested on was not so, or may not go on."""

    request: Annotated[int, Field(ge=1)]
    gate: Gate
    code: str
    reason: str
    evidence: tuple[str, ...] = ()
    since: date
    """Orders from this day on are not paid while it lasts."""
    due: date
    """The last day for the review."""
    on: date
