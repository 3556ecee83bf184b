"""Whether the parts of a row add up to the total it states (MON-14)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from monitoring.importing.mapping import Sum

SHOWN: Final = 4
"""Decimals for people, more where fewer would hide the difference."""


def sum_fault(total: Sum, stated: Decimal | None, parts: Sequence[Decimal | None]) -> str | None:
    """What does not add up, as a sentence; a row with a missing part is not judged."""
    numbers = [part for part in parts if part is not None]
    if stated is None or len(numbers) < len(parts):
        return None
    added = sum(numbers, Decimal(0))
    if abs(added - stated) <= total.tolerance:
        return None
    left, right = _apart(added, stated)
    return f"{total.called} add up to {left}, {total.total} says {right}"


def _apart(one: Decimal, other: Decimal) -> tuple[str, str]:
    for decimals in range(SHOWN, SHOWN + 12):
        left, right = f"{one:.{decimals}f}", f"{other:.{decimals}f}"
        if left != right:
            return left, right
    return str(one), str(other)
