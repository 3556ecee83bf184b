"""Filling gaps: a missing version of a stream is read from the service that owns it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import structlog

from leefwijk.events.consume import ledger
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.records import Record
from leefwijk.events.consume.sorting import Parked

_log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0


class Healer:
    """Looks for streams with a gap and asks their owners for what is missing."""

    def __init__(
        self, core: ConsumerCore, owners: Mapping[str, str], token_file: str | None
    ) -> None:
        self._core = core
        self._owners = owners
        self._token_file = token_file

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - the next look tries again
                _log.warning("gaps wait", reason=str(error)[:300])
            await asyncio.sleep(LOOK_SECONDS)

    async def once(self) -> int:
        """Heal what can be healed; gives the number of streams that went on."""
        if self._token_file is None:
            return 0
        async with self._core.engine.begin() as connection:
            generation = await ledger.current_generation(connection, self._core.name, hold=False)
            book = ledger.Ledger(connection, self._core.name, generation)
            waiting = [
                found[0]
                for stream in await book.parked_streams()
                if (found := await book.parked(stream)) and found[0].reason == "gap"
            ]
        healed = 0
        for parked in waiting:
            try:
                missing = await self._missing(parked)
                if missing:
                    await self._core.retry(parked.stream_id, missing)
                    healed += 1
            except Exception as error:  # noqa: BLE001 - the other streams go on; this one waits
                said = f"{type(error).__name__}: {error}"[:300]
                _log.warning("a gap waits", stream=parked.stream_id, reason=said)
        return healed

    async def _missing(self, parked: Parked) -> list[Record]:
        """Every event of the stream up to the one that waits; known ones count as duplicates."""
        service = parked.record.topic.split(".")[1].replace("-", "_")
        token = (await asyncio.to_thread(Path(self._token_file or "").read_text, "utf-8")).strip()
        async with httpx.AsyncClient(base_url=self._owners[service], timeout=5) as client:
            answer = await client.get(
                "/v1/events",
                params={"stream": parked.stream_id, "limit": 1000},
                headers={"Authorization": f"Bearer {token}"},
            )
            answer.raise_for_status()
        return [
            _record(item, parked.record)
            for item in answer.json()["items"]
            if item["version"] < parked.version
        ]


def _record(item: Mapping[str, Any], beside: Record) -> Record:
    """An event of the owner's API as a record of the topic, without an offset."""
    metadata = item["metadata"]
    attributes = {
        "specversion": "1.0",
        "id": item["id"],
        "source": dict(beside.headers).get("ce_source", b"").decode(),
        "type": item["type"],
        "subject": item["stream"][len(item["type"].split(".", 3)[2]) + 1 :],
        "time": item["recordedAt"],
        "sequence": str(item["version"]),
        "partitionkey": item["stream"],
        "area": metadata.get("area") or "",
        "municipalities": ",".join(metadata.get("municipalities", ())),
    }
    headers = tuple((f"ce_{name}", value.encode()) for name, value in attributes.items() if value)
    return Record(
        beside.topic,
        beside.partition,
        None,
        headers,
        item["stream"].encode(),
        json.dumps(item["data"]).encode(),
    )
