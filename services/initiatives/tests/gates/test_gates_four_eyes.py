"""Four eyes: who sets a gate aside does not decide, and who decided does not set aside."""

from __future__ import annotations

from typing import Any

GATE = {"gate": "base-in-order", "until": "2026-07-01", "reason": "Lights are ordered"}
MORE = {"line": 1, "amount": "300.00", "reason": "More people come"}
DIRECTOR = "area_director"


async def _broken(town: Any, facts: Any) -> None:
    fact = facts.verdict(on="2026-04-13", safe=["f1"])
    await town.hear("monitoring", "base-lariks-oost", fact, "M6")


async def _as(
    town: Any, id_: str, role: str, subject: str, noun: str, body: dict[str, Any]
) -> dict[str, Any]:
    """A command of a person who has several roles."""
    version = (await town.get(f"/initiatives/{id_}"))["version"]
    token = town.issuer.token(role, subject=subject)
    answer = await town.client.post(
        f"/v1/initiatives/{id_}/{noun}",
        json=body,
        headers={"Authorization": f"Bearer {token}", "If-Match": f'"{version}"'},
    )
    found = answer.json()
    assert isinstance(found, dict)
    return {**found, "status_code": answer.status_code}


async def test_nothing_at_all_is_a_decision_too(town: Any, facts: Any) -> None:
    """INI-11: who set a gate aside does not decline by granting every line at nothing either."""
    await _broken(town, facts)
    i1 = await town.coffee()
    await town.done(i1, "gate-overrides", GATE, DIRECTOR, who="d1")
    nothing = {
        "lines": [{"line": 1, "amount": "0.00", "reason": "Not now"}],
        "nextStep": "Ask again in June",
    }
    same = f"{DIRECTOR}-d1"
    answer = await _as(town, i1, "area_manager", same, "support-grants", nothing)
    assert (answer["status_code"], answer["code"]) == (409, "four-eyes-required")
    await town.done(i1, "support-grants", nothing, "area_manager", who="m1")


async def test_who_agreed_an_experiment_does_not_decide_on_it(town: Any, facts: Any) -> None:
    """INI-11, INI-34: an experiment sets a gate aside as an override does."""
    await _broken(town, facts)
    i1 = await town.coffee()
    body = {"gates": ["base-in-order"], "question": "Does it help?", "until": "2026-09-30"}
    await town.done(i1, "experiments", body, DIRECTOR, who="d1")
    grant = {"lines": [{"line": 1, "amount": "1500.00"}]}
    same = f"{DIRECTOR}-d1"
    answer = await _as(town, i1, "area_manager", same, "support-grants", grant)
    assert (answer["status_code"], answer["code"]) == (409, "four-eyes-required")
    await town.granted(i1)
    answer = await _as(town, i1, "area_manager", same, "support-top-ups", MORE)
    assert (answer["status_code"], answer["code"]) == (409, "four-eyes-required")
    town.clock.set("2026-10-01T09:00:00Z")
    await town.check("P-later", through="2026-12-31")
    fact = facts.verdict(on="2026-09-30")
    await town.hear("monitoring", "base-lariks-oost", fact, "M7")
    # the experiment is over and bears on nothing that is decided now
    answer = await _as(town, i1, "area_manager", same, "support-top-ups", MORE)
    assert answer["status_code"] == 201


async def test_who_granted_does_not_set_aside_what_it_rested_on(town: Any) -> None:
    """INI-11, INI-24: a review of one's own decision is ended by somebody else."""
    i1 = await town.coffee()
    await town.granted(i1, who="m1")
    town.clock.set("2026-04-14T09:00:00Z")
    await town.done(i1, "support-top-ups", MORE, "area_manager", who="m2")
    await town.withdrawn("P1", "2026-04-11")
    body = {**GATE, "gate": "residents-involvement"}
    for who in ("m1", "m2"):
        same = f"area_manager-{who}"
        answer = await _as(town, i1, DIRECTOR, same, "gate-overrides", body)
        assert (answer["status_code"], answer["code"]) == (409, "four-eyes-required")
    await town.done(i1, "gate-overrides", body, DIRECTOR, who="d1")
