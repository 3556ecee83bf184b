"""Homes of the register, for plans that would hold them."""

from __future__ import annotations

from typing import Any

from housing_mix.domain.plan import KnownHome, KnownHomes
from housing_mix.domain.unit import Unit
from leefwijk.events.decider import Context
from leefwijk.service.context import ServiceContext


async def known_homes(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownHomes]:
    """The units that the command names, as far as they are registered."""
    found: dict[str, KnownHome] = {}
    for number in sorted(set(command.dwellings)):
        unit = (await service.handler.load(Unit, number)).state
        if unit.status is not None:
            found[number] = KnownHome(
                unit.place.area, unit.municipalities, unit.place.complex, unit.own_home
            )
    return (KnownHomes(found),)
