"""What trajectories, advices and agreements must know of other streams of the service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from leefwijk.events.decider import Context, refuse
from leefwijk.events.fields import Theme
from leefwijk.events.store import listing
from leefwijk.service.context import ServiceContext
from leefwijk.service.places import areas_within
from participation.domain.formal_advice import FormalAdvice
from participation.domain.involvement_check import InvolvementCheck
from participation.domain.living_agreement_origin import KnownOrigin
from participation.domain.parties import KnownParty
from participation.domain.places import KnownArea
from participation.domain.trajectory import Trajectory
from participation.domain.trajectory_knowledge import (
    CheckedGroup,
    KnownAdvice,
    KnownAdvices,
    KnownCheck,
)
from participation.domain.wish_panel import WishPanel
from participation.knowledge.areas import known_area
from participation.knowledge.asked import asked_anew
from participation.knowledge.parties import known_party


async def known_check(
    service: ServiceContext, command: Any, state: Any, _context: Context
) -> tuple[KnownCheck]:
    """The check that a trajectory is opened on, or rests on, as it stands now."""
    id_ = getattr(command, "check", None) or state.check
    loaded = await service.handler.load(InvolvementCheck, id_)
    check = loaded.state
    if not loaded.version or check.status is None:
        return (KnownCheck(id_, "not known"),)
    superseded = await asked_anew(service, id_, check)
    standing = "superseded" if superseded else check.status.value.replace("_", " ")
    said = check.conclusion
    if said is None:
        return (KnownCheck(id_, standing),)
    return (
        KnownCheck(
            id_,
            standing,
            check.area,
            check.municipalities,
            tuple(Theme(theme) for theme in check.themes),
            UUID(said.event),
            said.valid_until,
            tuple(
                CheckedGroup(
                    one.group,
                    one.promise,
                    check.answers(one.group),
                    check.by_panel(one.group),
                )
                for one in said.groups
            ),
            said.role,
        ),
    )


async def known_advices(
    service: ServiceContext, _command: Any, _state: Any, context: Context
) -> tuple[KnownAdvices]:
    """The formal advices that name the trajectory."""
    query = listing.Query(FormalAdvice.kind, (f"trajectory:{context.stream}",), limit=200)
    found = await listing.find(service.engine, query)
    advices = []
    for document in found.documents:
        advice = (await service.handler.of_document(FormalAdvice, document)).state
        advices.append(KnownAdvice(document.id, advice.settled_from, advice.stands))
    return (KnownAdvices(tuple(advices)),)


async def known_asked(
    service: ServiceContext, command: Any, state: Any, context: Context
) -> tuple[KnownArea, KnownParty]:
    """The area that advice is asked for, and of whom.

    Refuses a trajectory that does not exist or is elsewhere, `unknown-area` and `unknown-partner`.
    """
    if command.trajectory is not None:
        loaded = await service.handler.load(Trajectory, command.trajectory)
        if not loaded.version:
            refuse("no-such-trajectory", "There is no such trajectory.")
        if not await _meet(service, loaded.state.area, command.area):
            refuse(
                "trajectory-in-other-area",
                f"This trajectory is in {loaded.state.area}; ask those who live there.",
            )
    (area,) = await known_area(service, command, state, context)
    return area, await known_party(service, command.organisation, context.today)


async def known_origin(
    service: ServiceContext, command: Any, state: Any, _context: Context
) -> tuple[KnownOrigin]:
    """The moment or the panel that an agreement names, and whether it shares ground with it."""
    origin = command.origin
    if origin is None:
        return (KnownOrigin(),)
    if origin.moment is not None:
        named = await service.handler.load(Trajectory, origin.moment.trajectory)
        moment = named.state.moment(origin.moment.moment)
        return (KnownOrigin(moment, here=await _meet(service, named.state.area, state.area)),)
    panel = await service.handler.load(WishPanel, origin.panel or "")
    if not panel.version:
        return (KnownOrigin(),)
    here = await _meet(service, panel.state.area, state.area)
    return (KnownOrigin(panel=panel.state, here=here),)


async def _meet(service: ServiceContext, one: str, other: str) -> bool:
    """Whether something lies in both areas."""
    within = await areas_within(service, one) or ()
    return not set(within).isdisjoint(await areas_within(service, other) or ())
