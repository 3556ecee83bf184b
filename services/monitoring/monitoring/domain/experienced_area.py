"""Experienced areas: the neighbourhood as people live it, drawn and redrawn (MON-04, MON-05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Annotated

from pydantic import Field

from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import Reason, ShortText, area_code
from leefwijk.events.language.monitoring.areas import (
    ExperiencedAreaDrawn,
    ExperiencedAreaRedrawn,
    Part,
)


@dataclass(frozen=True)
class KnownParts:
    """What is known of the parts that a drawing names."""

    municipalities: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """One edition of an experienced area."""

    area: str
    name: str
    parts: tuple[Part, ...]
    reason: str
    municipalities: tuple[str, ...]


@dataclass(frozen=True)
class ExperiencedArea(State, kind="experienced-areas", shape=2):
    """An experienced area with every drawing it has had."""

    drawings: tuple[Drawing, ...] = ()

    @property
    def current(self) -> Drawing | None:
        """The latest drawing."""
        return self.drawings[-1] if self.drawings else None

    def listing(self) -> Listing:
        """Found by its latest drawing and by its parts.

        A municipality that the latest drawing left out hears of that drawing too.
        """
        drawing = self.current
        if drawing is None:
            return Listing()
        lately = {code for one in self.drawings[-2:] for code in one.municipalities}
        return Listing(
            drawing.area,
            tuple(sorted(lately)),
            title=drawing.name,
            facets={
                "kind": "experienced",
                "code": drawing.area.partition("@")[0],
                "part": [part.area for part in drawing.parts],
            },
        )


def experienced_code(id_: str) -> str:
    """The code of an experienced area: `XA` and twelve hexadecimal digits of its id."""
    return f"XA{id_.replace('-', '')[:12]}"


class DrawExperiencedArea(Command[ExperiencedArea]):
    """Compose an area of administrative ones, with inhabitants as the weight of their figures."""

    name: ShortText
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=100)]
    reason: Reason

    def decide(self, area: ExperiencedArea, context: Context) -> Iterator[Event]:
        """Refuses `unknown-area` for parts that are not registered."""
        if area.current is not None:
            refuse("already-drawn", "This area exists; redraw it with a reason.")
        known = _known(self.parts, context)
        yield ExperiencedAreaDrawn(
            area=f"{experienced_code(context.stream)}@1",
            name=self.name,
            parts=self.parts,
            reason=self.reason,
            municipalities=known.municipalities,
        )


class RedrawExperiencedArea(Command[ExperiencedArea]):
    """Move the border: a new edition of the drawing; the earlier one keeps its past."""

    name: ShortText
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=100)]
    reason: Reason | None = None

    def decide(self, area: ExperiencedArea, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`; the same border and name again record nothing."""
        current = area.current
        if current is None:
            refuse("not-drawn", "This area was never drawn.")
        if self.reason is None:
            refuse("reason-missing", "Say why the border moves.")
        if (current.name, current.parts) == (self.name, self.parts):
            return
        known = _known(self.parts, context)
        code = current.area.partition("@")[0]
        yield ExperiencedAreaRedrawn(
            area=f"{code}@{len(area.drawings) + 1}",
            name=self.name,
            parts=self.parts,
            reason=self.reason,
            municipalities=known.municipalities,
        )


def _known(parts: tuple[Part, ...], context: Context) -> KnownParts:
    names = [part.area for part in parts]
    if len(set(names)) != len(names):
        refuse("part-twice", "Each part is named once.")
    for inner, outer in permutations(names, 2):
        if _within(inner, outer):
            refuse("part-twice", f"{inner} lies within {outer}: its people would count twice.")
    known = context.knowledge(KnownParts)
    if known.unknown:
        refuse("unknown-area", f"Not registered: {', '.join(known.unknown)}.")
    return known


def _within(inner: str, outer: str) -> bool:
    """Whether one code of an edition lies in another: BU01060100 in WK010601 in GM0106."""
    same_edition = inner.partition("@")[2] == outer.partition("@")[2]
    return same_edition and area_code(inner)[2:].startswith(area_code(outer)[2:])


def _add(
    area: ExperiencedArea, event: ExperiencedAreaDrawn | ExperiencedAreaRedrawn
) -> ExperiencedArea:
    drawing = Drawing(event.area, event.name, event.parts, event.reason, event.municipalities)
    return replace(area, drawings=(*area.drawings, drawing))


@evolves(ExperiencedAreaDrawn)
def _(area: ExperiencedArea, event: ExperiencedAreaDrawn) -> ExperiencedArea:
    return _add(area, event)


@evolves(ExperiencedAreaRedrawn)
def _(area: ExperiencedArea, event: ExperiencedAreaRedrawn) -> ExperiencedArea:
    return _add(area, event)
