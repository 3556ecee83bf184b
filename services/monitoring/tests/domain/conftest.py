"""Lariks in Assen and its neighbours, as the scenarios know them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.monitoring.area_roles import AreaRole, AreaRoleAssigned
from leefwijk.events.language.monitoring.effort_levels import (
    EffortLevelAgreed,
    EffortLevelProposed,
    ExpectedEffect,
    MeasurementGround,
    Movement,
    StoryGround,
)
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.testing import Specification, given
from monitoring.domain.area_roles import AreaRoles
from monitoring.domain.effort_level import MODES
from monitoring.domain.level_gates import LevelGates
from monitoring.domain.other_levels import AreaLevels
from monitoring.domain.places import KnownPlace
from monitoring.domain.proposing import (
    Grounds,
    KnownFigure,
    KnownPartner,
    KnownPartners,
    KnownStory,
)

LARIKS = "WK010601@2020"
LONELY = "rivm-eenzaam-18plus"
EDITION = "rivm-gezondheid-18plus-2020"
MEASURED = UUID(int=71)
TOLD = UUID(int=72)
INVITED = ("assen", "welfare", "tenants")

GROUND = MeasurementGround(
    area=LARIKS,
    source_edition=EDITION,
    indicator=LONELY,
    period="2020",
    figure="54.1",
    event_id=MEASURED,
)
EFFECT = ExpectedEffect(indicator=LONELY, movement=Movement.DOWN, by=date(2028, 12, 31))


@pytest.fixture
def place() -> KnownPlace:
    """Lariks, registered."""
    return KnownPlace(LARIKS, "Lariks", ("GM0106",))


@pytest.fixture
def figure() -> KnownFigure:
    """Loneliness in Lariks, published."""
    return KnownFigure(LARIKS, EDITION, LONELY, "2020", "54.1", MEASURED)


@pytest.fixture
def story() -> KnownStory:
    """What somebody told about Lariks in May 2026."""
    return KnownStory("s1", (LARIKS,), date(2026, 5, 1), TOLD)


@pytest.fixture
def partners() -> KnownPartners:
    """The registry: three in Assen, one in Hoogeveen."""
    kinds = {"assen": "municipality", "welfare": "welfare", "tenants": "tenants_organisation"}
    found = {id_: KnownPartner(id_, kind, ("GM0106",)) for id_, kind in kinds.items()}
    found["care"] = KnownPartner("care", "care", ("GM0106",))
    found["hoogeveen"] = KnownPartner("hoogeveen", "municipality", ("GM0118",))
    return KnownPartners(found)


@pytest.fixture
def all_known(
    place: KnownPlace, figure: KnownFigure, story: KnownStory, partners: KnownPartners
) -> tuple[Any, ...]:
    """Everything a complete proposal rests on."""
    return place, Grounds((figure,), (story,)), partners, AreaLevels()


@pytest.fixture
def proposed_as() -> Callable[..., EffortLevelProposed]:
    """The proposal of 2 November 2026 for Lariks; anything in it may differ."""

    def proposal(**more: Any) -> EffortLevelProposed:
        level = more.pop("level", EffortLevelName.EXTRA)
        told: dict[str, Any] = {
            "area": LARIKS,
            "municipalities": ("GM0106",),
            "level": level,
            "mode": MODES[level],
            "valid": Validity(from_=date(2027, 1, 1), through=date(2028, 12, 31)),
            "measurements": (GROUND,),
            "stories": (StoryGround(story="s1", event_id=TOLD),),
            "effects": (EFFECT,),
            "invited": INVITED,
            "reaction_through": date(2026, 11, 30),
            "lapses_on": date(2027, 5, 31),
            **more,
        }
        return EffortLevelProposed(**told)

    return proposal


@pytest.fixture
def agreed_for() -> Callable[..., EffortLevelAgreed]:
    """A level of Lariks agreed from one day through another."""

    def agreed(first: date, last: date | None, **more: Any) -> EffortLevelAgreed:
        level = more.pop("level", EffortLevelName.EXTRA)
        valid = Validity(from_=first, through=last)
        return EffortLevelAgreed(area=LARIKS, level=level, mode=MODES[level], valid=valid, **more)

    return agreed


@pytest.fixture
def held() -> Callable[..., AreaRoles]:
    """The roles in Lariks: each a partner, its role and its kind, from a day on."""

    def roles(*held: tuple[str, AreaRole, PartnerKind], first: date = date(2026, 1, 1)) -> Any:
        spec = given()
        for partner, role, kind in held:
            spec = spec.and_(
                AreaRoleAssigned(
                    area=LARIKS,
                    municipalities=("GM0106",),
                    partner=partner,
                    partner_kind=kind,
                    role=role,
                    valid=Validity(from_=first),
                )
            )
        return spec.state(AreaRoles)

    return roles


@pytest.fixture
def directed(held: Callable[..., AreaRoles]) -> AreaRoles:
    """The municipality of Assen directs Lariks, a welfare organisation supports."""
    return held(
        ("assen", AreaRole.DIRECTOR, PartnerKind.MUNICIPALITY),
        ("welfare", AreaRole.SUPPORTS, PartnerKind.WELFARE),
    )


@pytest.fixture
def proposed(
    proposed_as: Callable[..., EffortLevelProposed], partners: KnownPartners
) -> Specification:
    """`extra` is proposed for Lariks on 2 November 2026; three partners have 28 days."""
    before = given(proposed_as(), at="2026-11-02T09:00:00Z")
    return before.knowing(partners, AreaLevels(), LevelGates(), AreaRoles())
