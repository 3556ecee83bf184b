"""What is left of a grant, in words."""

from __future__ import annotations

from initiatives.domain.grants import EUROS, Grant
from leefwijk.events.language.initiatives.support import SupportKind
from leefwijk.gates.line import said_euros


def left_open(grant: Grant, *, but_space: bool = False) -> str | None:
    """What of a grant is neither used nor ordered: `500.00`, `10 hours`; none: nothing is."""
    for line in grant.lines:
        left = grant.free(line.line)
        if left <= 0 or (but_space and line.kind is SupportKind.SPACE):
            continue
        return said_euros(left) if line.kind in EUROS else f"{left} hours"
    return None
