"""Pittelo, a proposal for it, and its gates as they read."""

from __future__ import annotations

from typing import Any

PITTELO, BUURT = "WK010604@2020", "BU01060401@2020"
BASE = f"/base-conditions/{PITTELO}"
WORKER, MANAGER, DIRECTOR = "neighbourhood_worker", "area_manager", "area_director"
WELL = [{"step": step, "found": "sufficient"} for step in ("clean", "whole", "safe")]
DARK = {
    "complex": "c",
    "steps": [
        *WELL[:2],
        {"step": "safe", "found": "insufficient", "says": "The back path is unlit"},
    ],
}
OVERRIDE = {"gate": "base-in-order", "reason": "Lighting ordered, done within six weeks"}


async def lines(pittelo: Any, proposal: str) -> dict[str, dict[str, Any]]:
    """Every line by its gate."""
    found = await pittelo.look(f"/effort-proposals/{proposal}/gates")
    return {line["gate"]: line for line in found["lines"]}


async def codes(pittelo: Any, proposal: str) -> dict[str, str]:
    """The code of every line that does not pass."""
    found = await lines(pittelo, proposal)
    return {gate: line["code"] for gate, line in found.items() if line["outcome"] != "passed"}


async def asked_and_counted(pittelo: Any, facts: Any) -> None:
    """Residents were asked and an own home is known; nobody looked at the base."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))
