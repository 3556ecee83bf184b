"""Verdicts on the base of areas and complexes, by monitoring's facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.consume.records import Change
from leefwijk.events.consume.writing import Write, Writes
from leefwijk.events.language.monitoring.base_conditions import BaseVerdictChanged, Verdict
from leefwijk.gates.base import Base, Bases, FailingStep
from leefwijk.gates.line import Freshness

TABLE = "known_bases"

_KEEP = text("""
insert into known_bases (place, area, verdict, since, valid_through, because, evidence)
values (:place, :area, :verdict, :since, :valid_through, cast(:because as jsonb), :evidence)
on conflict (place) do update set area = excluded.area, verdict = excluded.verdict,
    since = excluded.since, valid_through = excluded.valid_through, because = excluded.because,
    evidence = excluded.evidence
""")
_FIND = text("""
select place, verdict, since, valid_through, cast(because as text) as because, evidence
from known_bases where place = any(cast(:places as text[])) order by place
""")


def _changed(change: Change) -> Write:
    event = change.event
    assert isinstance(event, BaseVerdictChanged)  # noqa: S101 - registered for it
    because = [
        {
            "step": failing.step.value,
            "complex": failing.complex,
            "findings": [str(finding) for finding in failing.findings],
            "says": failing.says,
        }
        for failing in event.because
    ]
    return _KEEP, {
        "place": event.complex or event.area,
        "area": event.area,
        "verdict": event.verdict.value,
        "since": event.on,
        "valid_through": event.valid_through,
        "because": json.dumps(because),
        "evidence": str(change.received.id),
    }


WRITES: Writes = {BaseVerdictChanged: _changed}


async def bases_of(connection: AsyncConnection, places: Sequence[str], fresh: Freshness) -> Bases:
    """The latest verdicts on these areas and complexes."""
    rows = await connection.execute(_FIND, {"places": list(places)})
    return Bases(tuple(_base(row) for row in rows), fresh)


def _base(row: Any) -> Base:
    verdict = Verdict(row.verdict)
    because = json.loads(row.because)
    return Base(
        row.place,
        None if verdict is Verdict.UNKNOWN else verdict is Verdict.IN_ORDER,
        row.since,
        (row.evidence,),
        tuple(
            FailingStep(
                part["step"],
                tuple(part["findings"]),
                (part["says"],) * len(part["findings"]) if part["says"] else (),
            )
            for part in because
        ),
        row.valid_through,
        tuple(dict.fromkeys(part["complex"] for part in because if part["complex"])),
    )
