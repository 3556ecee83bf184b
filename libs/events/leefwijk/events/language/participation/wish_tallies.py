"""What may be shown of a panel: no interim score, and no small number (PAR-20)."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.language.participation.ladder import Wish
from leefwijk.events.language.participation.wish_panels import GroupTally
from leefwijk.events.language.participation.words import Group
from leefwijk.events.small_counts import SMALLEST, shown_counts


@dataclass(frozen=True)
class ShownGroup:
    """What is shown of one group; none: not shown, whatever the reason."""

    group: Group
    answers: int | None
    tokens: int | None
    """How many could answer; not shown where the answers are not."""
    wishes: dict[Wish, int | None]


@dataclass(frozen=True)
class ShownTally:
    """What is shown of a closed panel."""

    answers: int | None
    groups: tuple[ShownGroup, ...]


def shown_tally(tally: tuple[GroupTally, ...]) -> ShownTally:
    """The tally for everybody: by group, and within a group that is shown by wish."""
    across = shown_counts({one.group: one.answers.total for one in tally})
    return ShownTally(across.total, tuple(_shown(one, across[one.group]) for one in tally))


def _shown(one: GroupTally, answers: int | None) -> ShownGroup:
    counts = {wish: getattr(one.answers, wish.value) for wish in Wish}
    if answers is None:
        return ShownGroup(one.group, None, None, dict.fromkeys(counts))
    # who did not answer is a part of those who could, and may be few as well
    silent = one.tokens - answers
    tokens = one.tokens if silent >= SMALLEST or silent <= 0 else None
    return ShownGroup(one.group, answers, tokens, dict(shown_counts(counts).parts))
