"""What the API answers: the effort status as a whole, and its line in a list."""

from __future__ import annotations

from datetime import date, datetime

from leefwijk.service.reads import Resource
from projections.status.advice import FormalAdvice
from projections.status.agreements import Agreements
from projections.status.base import BaseCondition
from projections.status.common import Knowledge
from projections.status.efforts import EffortSpent
from projections.status.gates import Gates
from projections.status.greening import Greening
from projections.status.initiatives import InitiativeLine, RoleCount
from projections.status.involvement import Involvement
from projections.status.levels import Level
from projections.status.roles import AreaRoles
from projections.status.social_base import SocialBase, StrengthsAndConcerns
from projections.status.support import Money
from projections.status.telling import Count, Stories
from projections.status.trajectories import Trajectories


class EffortStatus(Resource):
    """What is agreed, strong, worrying, promised, done and spent in an area, as of a day."""

    area: str
    name: str | None
    name_known: bool
    kind: str | None
    municipalities: list[str]
    as_of: date
    known_at: datetime | None
    built_through: datetime | None = None
    """Recording time of the newest event in the read model."""
    level: Level
    counts: list[Count]
    strengths_and_concerns: StrengthsAndConcerns
    stories: Stories
    social_base: SocialBase
    base: BaseCondition | None = None
    """Clean, whole, safe; for people of the platform, as are gates and effort spent."""
    involvement: Involvement
    trajectories: Trajectories
    agreements: Agreements
    formal_advice: list[FormalAdvice] | None = None
    """For people of the platform and partners."""
    initiatives: list[InitiativeLine]
    initiatives_running: int
    initiatives_by_role: list[RoleCount]
    money: Money | None
    gates: Gates | None = None
    greening: Greening
    area_roles: AreaRoles
    effort_spent: EffortSpent | None = None
    withheld: list[str]
    """Parts that this reader may not see; they are none for that reason and no other."""
    knowledge: dict[str, Knowledge]
    """For each part how old the knowledge is, and whether there is any."""
    held: list[str]
    """Streams of which an event is missing or faulty: figures from them are behind."""


class StatusLine(Resource):
    """An area in the list of effort statuses."""

    area: str
    name: str | None
    kind: str
    municipalities: list[str]
    level: str
    agreed: bool
    valid_through: date | None = None
    level_id: str | None = None
    by_area: str | None = None
    """The area around it whose level leads here."""
    by_name: str | None = None
    by_level: str | None = None
    by_code: str | None = None
    """`experienced-area-leads` where that is an area as people live it."""
    leading_level: str
    """What holds here: the level by that area, else its own."""
