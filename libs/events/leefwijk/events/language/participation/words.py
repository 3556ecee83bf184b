"""What checks, panels, trajectories, advices and agreements share: levels, groups, forms, whys."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field


class Level(StrEnum):
    """The ladder: how much influence people have, lowest first."""

    INFORMED = "informed"
    CONSULTED = "consulted"
    ADVISE = "advise"
    HELP = "help"
    CO_DECIDE = "co_decide"
    SELF_MANAGE = "self_manage"


class Group(StrEnum):
    """Whom was asked and promised something; never so small that it points at somebody."""

    TENANTS = "tenants"
    OWNERS = "owners"
    PRIVATE_RENTERS = "private_renters"
    TENANTS_ORGANISATION = "tenants_organisation"
    RESIDENTS_15PLUS = "residents_15plus"
    RESIDENTS_15_24 = "residents_15_24"
    RESIDENTS_25_44 = "residents_25_44"
    RESIDENTS_45_64 = "residents_45_64"
    RESIDENTS_65PLUS = "residents_65plus"
    OTHER = "other"


class LeadingWish(StrEnum):
    """The highest level that a quarter of the ladder wants."""

    INFORMED = "informed"
    CONSULTED = "consulted"
    ADVISE = "advise"
    HELP = "help"
    CO_DECIDE = "co_decide"
    SELF_MANAGE = "self_manage"
    NONE = "none"
    """Everyone who answered said not now."""
    UNKNOWN = "unknown"
    """Nobody answered."""


class Form(StrEnum):
    """How people were asked, met or told."""

    LETTER = "letter"
    NOTICE = "notice"
    WEBSITE = "website"
    SURVEY = "survey"
    DIGITAL_PANEL = "digital_panel"
    DOOR_TO_DOOR = "door_to_door"
    MEETING = "meeting"
    DROP_IN = "drop_in"
    KITCHEN_TABLE = "kitchen_table"
    NEIGHBOURHOOD_WALK = "neighbourhood_walk"
    POP_UP = "pop_up"
    WORKING_DAY = "working_day"
    DESIGN_WORKSHOP = "design_workshop"
    DECISION_MEETING = "decision_meeting"
    HAND_OVER = "hand_over"


class Explanation(StrEnum):
    """Why a promise lies below what people wish."""

    MONEY = "money"
    LAW = "law"
    SAFETY = "safety"
    TIME = "time"
    OTHER_PARTY_DECIDES = "other_party_decides"
    OTHER = "other"


Percentage = Annotated[
    str,
    Field(
        pattern=r"^(100\.0|[0-9]{1,2}\.[0-9])$",
        description="A percentage with one decimal",
        examples=["36.1"],
    ),
]
