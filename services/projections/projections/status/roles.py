"""Partners in the area: who directs, who is responsible for what, who supports, who is informed."""

from __future__ import annotations

from datetime import date

from leefwijk.service.reads import Resource
from projections.status.common import Evidence, Found, Origin

ORIGIN = Origin(("area_role",), ("area-roles",), ("monitoring",))


class AreaRole(Resource):
    """A role of an organisation."""

    area: str | None
    partner: str
    name: str | None
    kind: str
    role: str
    subject: str | None = None
    """The field of work, where the role has one."""
    valid_from: date | None
    valid_through: date | None = None
    evidence: Evidence


class AreaRoles(Resource):
    """Who does what here, on the day."""

    director: str | None
    """The municipality that directs the area itself; none: nobody is known to."""
    items: list[AreaRole]
    evidence: Evidence


def roles_of(found: Found) -> AreaRoles:
    """The roles that hold on the day, of the area and of what lies in it."""
    rows = found.holding("area_role")
    directors = [
        row.body["partner"]
        for row in rows
        if row.body["role"] == "director" and row.area == found.asked.area
    ]
    return AreaRoles(
        director=directors[0] if directors else None,
        items=[
            AreaRole(
                area=row.area,
                partner=row.body["partner"],
                name=found.name(row.body["partner"]),
                kind=row.body["partnerKind"],
                role=row.body["role"],
                subject=row.body["subject"],
                valid_from=row.valid_from,
                valid_through=row.valid_through,
                evidence=found.evidence([row]),
            )
            for row in rows
        ],
        evidence=found.evidence(rows),
    )
