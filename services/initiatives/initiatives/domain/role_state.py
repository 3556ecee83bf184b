"""What the corporation may do in an initiative, by its takers' leave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from leefwijk.events.language.initiatives.roles import CorporationRole, RoleAnswer

LADDER = (
    CorporationRole.NONE,
    CorporationRole.CONNECT,
    CorporationRole.SUPPORT,
    CorporationRole.CO_INITIATE,
    CorporationRole.LEAD,
)
"""From leaving it to its takers to leading it."""


def further(one: CorporationRole, other: CorporationRole | None) -> bool:
    """Whether a role goes further than another."""
    return other is None or LADDER.index(one) > LADDER.index(other)


@dataclass(frozen=True)
class RoleHeld:
    """A role from a day on."""

    role: CorporationRole
    since: date


@dataclass(frozen=True)
class RoleState:
    """The roles that were agreed, and those that the takers agree to now."""

    held: tuple[RoleHeld, ...] = ()
    agreed_to: dict[CorporationRole, date] = field(default_factory=dict)

    def before(self, role: CorporationRole) -> CorporationRole:
        """The last role agreed that goes less far; `none` where there was none."""
        others = [held.role for held in self.held if further(role, held.role)]
        return others[-1] if others else CorporationRole.NONE

    def take(self, role: CorporationRole, on: date) -> RoleState:
        """A role holds from this day."""
        return replace(self, held=(*self.held, RoleHeld(role, on)))

    def answer(self, role: CorporationRole, answer: RoleAnswer, on: date) -> RoleState:
        """What the takers said last of a role."""
        kept = {one: day for one, day in self.agreed_to.items() if one is not role}
        if answer is RoleAnswer.AGREES:
            kept[role] = on
        return replace(self, agreed_to=kept)
