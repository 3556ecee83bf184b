"""What partners read of monitoring in their municipality: codes, and no words from inside."""

from __future__ import annotations

from typing import Any

from level_gates import BASE, DARK, DIRECTOR, MANAGER, OVERRIDE, PITTELO, WORKER, asked_and_counted

WORDS = {
    "The back path is unlit",
    OVERRIDE["reason"],
    "Lamps from the store",
    "It was seen on another day",
    "Cleaning day",
    "Misread",
}
"""Words of facts that no partner gets: findings, an override, planned work, bookings."""
WORK = {"complex": "c", "step": "safe", "what": "Lamps from the store", "by": "2026-12-01"}


async def _all_words(pittelo: Any, facts: Any, propose: Any) -> str:
    """An area with a finding, work on it, a correction, an override and a booking."""
    await asked_and_counted(pittelo, facts)
    proposal = str(await propose(pittelo, PITTELO))
    found = (await pittelo.done(f"{BASE}/assessments", WORKER, DARK))["events"][0]
    wrong = {"assessment": found, "on": "2026-10-30", "reason": "It was seen on another day"}
    await pittelo.done(f"{BASE}/corrections", WORKER, wrong)
    await pittelo.done(f"{BASE}/actions", WORKER, WORK)
    await pittelo.done(f"/effort-proposals/{proposal}/gate-overrides", DIRECTOR, OVERRIDE)
    await pittelo.done(f"/effort-proposals/{proposal}/agreements", MANAGER, {"budgets": []})
    booking = {"area": PITTELO, "on": "2026-05-10", "amount": "1250.00"}
    booking |= {"contribution": "clean_nuisance_safety", "category": "physical_activities"}
    booked = await pittelo.post("/efforts", WORKER, {**booking, "description": "Cleaning day"})
    less = {"amount": "1200.00", "reason": "Misread"}
    await pittelo.done(f"/efforts/{booked.json()['id']}/corrections", WORKER, less)
    return proposal


async def _reads(pittelo: Any, role: str, proposal: str) -> str:
    one = f"/effort-proposals/{proposal}"
    paths = (one, f"{one}/gates", "/effort-proposals", BASE, "/base-conditions", "/efforts")
    told = [(await pittelo.get(path, role)).text for path in paths]
    agenda = await pittelo.get("/base-agenda", role, municipality="GM0106")
    return "\n".join([*told, agenda.text])


async def test_partners_are_told_codes_and_no_words(pittelo: Any, facts: Any, propose: Any) -> None:
    """G-PARTNER-4, MON-27, MON-34, MON-41, decision 0035: a manager reads words."""
    proposal = await _all_words(pittelo, facts, propose)
    mine, theirs = [await _reads(pittelo, role, proposal) for role in (MANAGER, "partner")]
    assert [word for word in WORDS if word not in mine] == []
    assert [word for word in WORDS if word in theirs] == []
    assert "base-not-in-order" in theirs
