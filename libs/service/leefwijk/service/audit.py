"""`GET /v1/events?stream=`: events as they were stored, for audit and for consumers with a gap."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from leefwijk.events.event import Audience
from leefwijk.service.context import context_of
from leefwijk.service.problems import Problem
from leefwijk.service.reads import AuditReader, Page, Resource

router = APIRouter(tags=["audit"])


class EventResource(Resource):
    """An event as it was stored, with its envelope's metadata."""

    id: UUID
    stream: str
    version: int
    type: str
    recorded_at: datetime
    data: dict[str, Any]
    metadata: dict[str, Any]


@router.get("/events")
async def list_events(
    request: Request,
    _reader: AuditReader,
    stream: Annotated[str, Query(max_length=200)],
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Page[EventResource]:
    """The events of a stream above version `after`. Vault events are nobody's to read here."""
    service = context_of(request)
    events = await service.store.events_of(stream, after=after, limit=limit)
    if not events and not after:
        raise Problem("not-found", "There is no such stream.")
    catalogue = service.handler.catalogue
    items = [
        EventResource(
            id=event.id,
            stream=event.stream_id,
            version=event.version,
            type=event.type,
            recorded_at=event.recorded_at,
            data=json.loads(event.data),
            metadata=dict(event.metadata),
        )
        for event in events
        if event.type not in catalogue or catalogue.find(event.type).audience is not Audience.VAULT
    ]
    return Page(items=items, next=None)
