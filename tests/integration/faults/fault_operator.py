"""What an operator does with the `leefwijk` command, and what is put on a topic by hand."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx
from fault_kit import Scene
from platform_kit import Running


async def leefwijk(platform: Running, service: str, *arguments: str) -> str:
    """Run the command with the settings of a service; gives what it said.

    Raises RuntimeError with what it said when it ends with an error.
    """
    settings = (platform.folder / "settings" / f"{service}.env").absolute()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "leefwijk.service", *arguments),
        cwd=platform.folder,
        env={**platform.hands.environment(service), "LEEFWIJK_SETTINGS_FILE": str(settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    if child.returncode != 0:
        raise RuntimeError(f"leefwijk {' '.join(arguments)}: {said.decode()[-500:]}")
    return said.decode()


async def metric(platform: Running, service: str, name: str) -> float:
    """The sum of a metric of a service over its labels."""
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        answer = await http.get(f"{platform.addresses[service]}/metrics")
    values = [
        float(line.rsplit(" ", 1)[1])
        for line in answer.text.splitlines()
        if line.startswith((f"{name}{{", f"{name} "))
    ]
    return sum(values)


async def held(scene: Scene, area: str) -> list[str]:
    """Streams of an area that are read as held."""
    answer = await scene.platform.get(
        "projections", f"/v1/areas/{area}/effort-status", "area_manager"
    )
    assert answer.status_code == 200, answer.text
    # people of the corporation read the stream and, behind it, the reason
    return [said.partition(": ")[0] for said in answer.json()["held"]]


async def put(platform: Running, topic: str, *records: tuple[str, Sequence[Any], bytes]) -> None:
    """Put records on a topic: key, headers, value."""
    producer = platform.broker.producer()
    await producer.start()
    try:
        for key, headers, value in records:
            await producer.send_and_wait(topic, value, key=key.encode() or None, headers=[*headers])
    finally:
        await producer.stop()


def written(
    type_: str, stream: str, version: int, area: str, data: Mapping[str, Any]
) -> tuple[str, tuple[str, list[tuple[str, bytes]], bytes]]:
    """An event as a stranger would write it: its id, and the record to put."""
    id_ = str(uuid4())
    attributes = {
        "specversion": "1.0",
        "id": id_,
        "source": "urn:nld:kvknr:04016206:systeem:leefwijk-initiatives",
        "type": type_,
        "dataschema": f"urn:nl.leefbaarheid:schema:{type_}",
        "subject": stream.partition("-")[2],
        "time": "2026-01-05T09:00:00.000000Z",
        "sequence": f"{version:010d}",
        "sequencetype": "Integer",
        "partitionkey": stream,
        "area": area,
        "municipalities": f"GM{area[2:6]}",
    }
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    headers.append(("content-type", b"application/json"))
    return id_, (stream, headers, json.dumps(dict(data)).encode())
