"""A closed loop by `wrk`, where the machine has it: the own load generator's counterpart.

A fresh machine has neither it nor a registry that brings it, so the rows are measured by the own
generator; where `wrk` is found, its count of the same requests stands beside them.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path

_RATE = re.compile(r"Requests/sec:\s+(?P<rate>[\d.]+)")
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (?P<count>\d+)")


def found() -> bool:
    """Whether this machine has it."""
    return shutil.which("wrk") is not None


async def rate(folder: Path, request: str, port: int, clients: int, seconds: float) -> float:
    """Answers per second. Raises RuntimeError where one of them was an error."""
    head, _, body = request.partition("\r\n\r\n")
    first, *headers = head.split("\r\n")
    method, path, _ = first.split(" ")
    script = [f"wrk.method = {json.dumps(method)}", f"wrk.body = {json.dumps(body)}"]
    for header in headers:
        name, _, value = header.partition(": ")
        if name not in {"Host", "Content-Length"}:
            script.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}")
    file = folder / "wrk.lua"
    await asyncio.to_thread(file.write_text, "\n".join(script), "utf-8")
    process = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(file)),
        f"http://127.0.0.1:{port}{path}",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out = (await process.communicate())[0].decode()
    counted = _RATE.search(out)
    if counted is None or _REFUSED.search(out):
        raise RuntimeError(f"wrk: {out}")
    return float(counted["rate"])
