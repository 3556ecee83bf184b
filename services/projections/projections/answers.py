"""What the API answers: the shapes of the effort status."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from leefwijk.service.reads import Resource


class Evidence(Resource):
    """The events that a figure rests on."""

    events: list[UUID]
    count: int
    more: str | None = None


class Told(Resource):
    """A level that is proposed or still to come."""

    id: str
    level: str
    status: str
    valid_from: date | None = None
    valid_through: date | None = None
    reactions: dict[str, Any] | None = None


class Level(Resource):
    """The effort level on the day."""

    level: str
    agreed: bool
    id: str | None = None
    mode: dict[str, str] | None = None
    valid_from: date | None = None
    valid_through: date | None = None
    recorded_at: datetime | None = None
    note: str | None = None
    effects: list[dict[str, Any]] = Field(default_factory=list)
    budgets: dict[str, str] | None = None
    end_announced: date | None = None
    by_area: str | None = None
    """The area above whose level holds here."""
    by_level: str | None = None
    upcoming: list[Told] = Field(default_factory=list)
    proposals: list[Told] = Field(default_factory=list)
    evidence: Evidence


class Point(Resource):
    """One figure of a series."""

    period: str
    number: str | None = None
    label: str | None = None
    missing: str | None = None
    revised: list[str] = Field(default_factory=list)


class Count(Resource):
    """An indicator: its latest figure, its series, and the change since the period before."""

    indicator: str
    label: str | None = None
    label_nl: str | None = None
    unit: str | None = None
    direction: str | None = None
    estimate: bool
    latest: Point
    series: list[Point]
    change: str | None = None
    """Never an effect: an area estimate cannot prove what one action did."""
    evidence: Evidence


class Stories(Resource):
    """Strengths beside concerns."""

    strengths: int
    concerns: int
    themes: dict[str, dict[str, int]]
    evidence: Evidence


class InitiativeLine(Resource):
    """An initiative in the area or in a part of it."""

    id: str
    title: str
    area: str
    themes: list[str]
    taker: str
    role: str | None
    status: str
    marks: list[str] = Field(default_factory=list)
    evidence: Evidence


class Money(Resource):
    """Euros granted and spent on initiatives."""

    granted: Decimal
    spent: Decimal
    granted_evidence: Evidence
    spent_evidence: Evidence


class EffortStatus(Resource):
    """What is agreed, counted, told, done and spent in an area."""

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
    stories: Stories
    initiatives: list[InitiativeLine]
    initiatives_running: int
    money: Money | None
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
