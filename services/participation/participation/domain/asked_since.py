"""Whether people were asked since a decision: by place, by theme and by complex (PAR-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

Wanted = Mapping[str, frozenset[str]]
"""Each part where people are to be asked, with the areas and complexes of which asking covers it.
"""


@dataclass(frozen=True)
class Concluded:
    """A check that was concluded: about what, and where people were asked."""

    check: str
    on: date
    themes: frozenset[str]
    asked_in: frozenset[str]
    """Areas; a complex by its own id, which covers nothing but itself."""


@dataclass(frozen=True)
class Taken:
    """A decision that rested on no check."""

    on: date
    themes: frozenset[str] = frozenset()
    """None: it is about any subject."""


def asked_everywhere(
    wanted: Wanted, themes: frozenset[str], since: date, checks: Iterable[Concluded]
) -> Concluded | None:
    """The check with which people had been asked in every part, about one of the themes, since.

    `checks` come in the order of their days; no themes: about anything. None: not everywhere yet.
    """
    left = dict(wanted)
    for check in checks:
        if check.on < since or (themes and not themes & check.themes):
            continue
        left = {part: covers for part, covers in left.items() if not covers & check.asked_in}
        if not left:
            return check
    return None


def first_unasked(
    taken: Iterable[Taken], wanted: Wanted, themes: frozenset[str], checks: Iterable[Concluded]
) -> date | None:
    """The day of the first decision on a theme that nobody was asked about since, everywhere."""
    asked = tuple(checks)
    for decision in sorted(taken, key=lambda one: one.on):
        about = themes & decision.themes if decision.themes else themes
        for theme in about:
            if asked_everywhere(wanted, frozenset({theme}), decision.on, asked) is None:
                return decision.on
    return None
