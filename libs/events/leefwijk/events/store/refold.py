"""Folding kept documents anew, beside live traffic: after a change of folding code, or in doubt."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.decider import State
from leefwijk.events.handling import Handler, document_row
from leefwijk.events.store.postgres import EventStore

BATCH = 200

_NEXT = text("""
select stream_id from documents where kind = :kind and stream_id > :after
    and (:all or stale or shape <> :shape)
order by stream_id limit :limit
""")
_WRITE = text("""
update documents set shape = :shape, stale = false, state = cast(:state as jsonb),
    due_at = :due_at, area = :area, municipalities = :municipalities, status = :status,
    title = :title, facets = :facets, partner_sequences = cast(:partner_sequences as jsonb)
where stream_id = :stream_id and version = :version and shape <= :shape
""")


@dataclass
class Refolded:
    """How far it has come."""

    looked_at: int = 0
    written: int = 0
    overtaken: int = 0
    """Changed meanwhile by an append, which wrote the document itself."""


async def refold(
    engine: AsyncEngine, handler: Handler, kind: type[State], *, everything: bool = False
) -> AsyncIterator[Refolded]:
    """Fold what is stale or of another shape (or everything) from its events, batch by batch.

    A document that an append has moved on in the meantime is left to that append.
    """
    store = EventStore(engine, kind.kind)
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    done = Refolded()
    after = ""
    while True:
        asked: dict[str, Any] = {
            "kind": kind.kind,
            "after": after,
            "all": everything,
            "shape": kind.shape,
            "limit": BATCH,
        }
        async with reading.connect() as connection:
            streams = [row.stream_id for row in await connection.execute(_NEXT, asked)]
        if not streams:
            return
        for stream in streams:
            loaded = handler.fold(kind, stream, await store.events_of(stream))
            row = document_row(loaded.state, loaded.partner_sequences)
            values = {
                "stream_id": stream,
                "version": loaded.version,
                "shape": row.shape,
                "state": row.state,
                "due_at": row.due_at,
                "area": row.area,
                "municipalities": list(row.municipalities),
                "status": row.status,
                "title": row.title,
                "facets": list(row.facets),
                "partner_sequences": json.dumps(dict(row.partner_sequences)),
            }
            async with reading.connect() as connection:
                written = (await connection.execute(_WRITE, values)).rowcount
            done.looked_at += 1
            done.written += written
            done.overtaken += 1 - written
        after = streams[-1]
        yield done
