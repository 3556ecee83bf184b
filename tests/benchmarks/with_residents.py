"""What is strong in a district, what residents were promised, and how its base reads, as events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from leefwijk.events.event import Event, Validity
from leefwijk.events.fields import Theme
from leefwijk.events.language.initiatives.assets import (
    AssetKind,
    AssetRegistered,
    HolderKind,
    OpenTo,
)
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.events.language.monitoring.area_roles import AreaRole, AreaRoleAssigned
from leefwijk.events.language.monitoring.base_conditions import BaseVerdictChanged, Verdict
from leefwijk.events.language.monitoring.efforts import CostCategory, EffortSpentRecorded
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckOpened,
    GroupConclusion,
)
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.language.participation.trajectories import (
    MomentPlanned,
    Promise,
    TrajectoryOpened,
)
from leefwijk.events.language.participation.words import Form, Group, LeadingWish, Level

ASSETS = 10
CHECKS = 4
TRAJECTORIES = 3
BOOKINGS = 10


def with_residents(area: str, municipality: str, on: date) -> Iterator[tuple[str, Event]]:
    """Streams with their events, for one area."""
    yield f"base-conditions-{area}", _verdict(area, municipality, on)
    yield f"area-roles-{area}", _role(area, municipality, on)
    for _ in range(ASSETS):
        yield f"assets-{uuid4()}", _asset(area, municipality, on)
    for _ in range(BOOKINGS):
        yield f"efforts-{uuid4()}", _booking(area, municipality, on)
    for _ in range(CHECKS):
        check = f"involvement-checks-{uuid4()}"
        for fact in _check(area, municipality, on):
            yield check, fact
    for _ in range(TRAJECTORIES):
        trajectory = f"trajectories-{uuid4()}"
        for fact in _trajectory(area, municipality, on):
            yield trajectory, fact


def _verdict(area: str, municipality: str, on: date) -> BaseVerdictChanged:
    return BaseVerdictChanged(
        area=area,
        municipalities=(municipality,),
        before=Verdict.UNKNOWN,
        verdict=Verdict.IN_ORDER,
        step=1,
        on=on,
    )


def _role(area: str, municipality: str, on: date) -> AreaRoleAssigned:
    return AreaRoleAssigned(
        area=area,
        municipalities=(municipality,),
        partner="assen",
        partner_kind=PartnerKind.MUNICIPALITY,
        role=AreaRole.DIRECTOR,
        valid=Validity(from_=on),
    )


def _asset(area: str, municipality: str, on: date) -> AssetRegistered:
    return AssetRegistered(
        asset_kind=AssetKind.MEETING_PLACE,
        label="De hal van de flat",
        area=area,
        municipalities=(municipality,),
        holder=HolderKind.ORGANISATION,
        held_by="welfare",
        open_to=OpenTo.EVERYONE,
        on=on,
    )


def _booking(area: str, municipality: str, on: date) -> EffortSpentRecorded:
    return EffortSpentRecorded(
        area=area,
        municipalities=(municipality,),
        year=on.year,
        amount=Decimal("120.00"),
        contribution=ContributionCategory.MEETING,
        category=CostCategory.SOCIAL_ACTIVITIES,
        description="Buurtdag",
        on=on,
    )


def _check(area: str, municipality: str, on: date) -> Iterator[Event]:
    themes = (Theme.MEETING,)
    yield CheckOpened(
        area=area, municipalities=(municipality,), themes=themes, groups=(Group.TENANTS,)
    )
    yield CheckConcluded(
        area=area,
        themes=themes,
        asked_in=(area,),
        groups=(
            GroupConclusion(group=Group.TENANTS, leading_wish=LeadingWish.HELP, promise=Level.HELP),
        ),
        role=OwnRole.SUPPORT,
        last_asked=on,
        valid_until=on.replace(year=on.year + 1),
        on=on,
    )


def _trajectory(area: str, municipality: str, on: date) -> Iterator[Event]:
    yield TrajectoryOpened(
        title="Het pleintje",
        area=area,
        municipalities=(municipality,),
        themes=(Theme.MEETING,),
        check="check",
        concluded=uuid4(),
        promises=(Promise(group=Group.TENANTS, level=Level.HELP),),
        on=on,
    )
    for number in range(3):
        at = datetime(on.year, 3 + number, 10, 19, tzinfo=UTC)
        yield MomentPlanned(moment=number + 1, form=Form.MEETING, at=at)
