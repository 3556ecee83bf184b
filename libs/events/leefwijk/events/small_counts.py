"""Small counts stay hidden, also against subtraction of what is shown from what is shown.

A whole and its parts are shown together: a group of people by what they answered, a panel by its
groups. A part below k is hidden, zero too, since it tells where the others are known. Where what is
hidden could be worked out from what is shown, the next smallest parts are hidden with it. Nothing
says why a part is hidden.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALLEST = 5
"""The smallest number of people or households that is shown (k)."""
NOT_SHOWN = "not_shown"
"""What stands in the place of a figure that is hidden, whatever the reason."""

P = TypeVar("P", bound=Hashable)


@dataclass(frozen=True)
class ShownCounts(Generic[P]):
    """A whole with its parts as they may be shown; none: hidden."""

    total: int | None
    parts: Mapping[P, int | None]

    def __getitem__(self, part: P) -> int | None:
        """The count of a part, or none where it is hidden."""
        return self.parts[part]


def shown_counts(parts: Mapping[P, int], k: int = SMALLEST) -> ShownCounts[P]:
    """What may be shown of parts and their sum.

    A whole below k shows nothing. Otherwise hidden parts are two or more and come to k or more, and
    none of them can be worked out: equal counts are hidden or shown alike, so hidden counts might
    change places, and where all of them are equal one might be lower and another higher.
    """
    total = sum(parts.values())
    if total < k:
        return ShownCounts(None, dict.fromkeys(parts))
    below = k
    while _tells([count for count in parts.values() if count < below], k):
        rest = [count for count in parts.values() if count >= below]
        if not rest:
            break
        below = min(rest) + 1
    return ShownCounts(
        total, {part: None if count < below else count for part, count in parts.items()}
    )


def _tells(hidden: list[int], k: int) -> bool:
    """Whether hidden counts give themselves away to whoever knows their sum and this rule."""
    all_just_below = sum(hidden) == len(hidden) * (k - 1)
    return bool(hidden) and (len(hidden) == 1 or sum(hidden) < k or all_just_below)


def shown_roughly(count: int, step: int = 10) -> int:
    """A running count rounded down to tens, so that nobody sees who came last."""
    return count - count % step
