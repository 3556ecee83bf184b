"""Formal advice over the wire: its own clock, and what it holds back (Wohv art. 3 and 5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from participation_kit import ASSEN, LARIKS, LUCHIESLAND, MANAGER, PEELO, WORKER, Participation

from leefwijk.events.language.monitoring.partners import PartnerLeftMunicipality

PORTFOLIO, TENANTS = "portfolio_manager", "partner"
PLAN = {"kind": "plan", "id": "p1"}


def asking(by: str = "2027-04-12", **more: Any) -> dict[str, Any]:
    """Advice on a level, informed in writing on 1 March 2027."""
    return {
        "about": {"kind": "effort_level", "id": LARIKS},
        "title": "Grootschalige inzet",
        "area": LARIKS,
        "organisation": "hv-assen",
        "informedOn": "2027-03-01",
        "adviseBy": by,
        **more,
    }


async def large_scale(participation: Participation) -> str:
    """A trajectory on a large-scale effort, with all but the formal advice done by 1 March."""
    trajectory = await participation.trajectory({"tenants": "advise"}, level="large_scale")
    await participation.plan(trajectory, "meeting", "2026-10-06T19:30:00+02:00")
    await participation.plan(trajectory, "pop_up", "2026-10-10T10:30:00+02:00")
    await participation.done(trajectory, "starts")
    participation.clock.set("2027-03-01T09:00:00Z")
    for moment in (1, 2):
        await participation.held(trajectory, moment, 12)
        await participation.told(trajectory, moment, None, "nothing_came")
    return trajectory


async def test_reasons_and_three_days_hold_back_the_closing(participation: Participation) -> None:
    """PAR-27: against on 6 April, reasons on the 14th: closing fails on the 16th, not the 17th."""
    trajectory = await large_scale(participation)
    problem = await participation.refused(trajectory, "closings", code="formal-advice-not-settled")
    assert "not asked" in problem["detail"]
    mine = {"trajectory": trajectory.partition("/")[2]}
    answer = await participation.post("/formal-advices", asking("2027-04-09", **mine), MANAGER)
    assert answer.json()["code"] == "advice-term-too-short"
    assert answer.json()["detail"] == "Six weeks from 1 March is 12 April."
    advice = (
        f"formal-advices/{await participation.made('/formal-advices', asking(**mine), MANAGER)}"
    )
    await participation.time_passes("2027-04-06T12:00:00Z")
    against = {"advice": "against", "receivedOn": "2027-04-06"}
    await participation.done(advice, "advices", against, TENANTS)
    assert (await participation.look(f"/{advice}"))["answerBy"] == "2027-04-20"
    # the six weeks pass meanwhile, and shorten nothing
    await participation.time_passes("2027-04-14T12:00:00Z")
    await participation.refused(trajectory, "closings", code="formal-advice-not-settled")
    reasons = {"followed": False, "receivedOn": "2027-04-14"}
    await participation.refused(advice, "answers", reasons, MANAGER, code="reason-missing")
    said = {**reasons, "reasons": "Brief van 14 april"}
    await participation.done(advice, "answers", said, MANAGER)
    facts = dict(await participation.facts("formal-advices-%"))
    assert facts["formal-advice-answered"]["reasonsGiven"] is True
    assert "Brief" not in str(facts)
    await participation.time_passes("2027-04-16T12:00:00Z")
    await participation.refused(trajectory, "closings", code="formal-advice-not-settled")
    await participation.time_passes("2027-04-16T22:00:00Z")
    await participation.done(trajectory, "closings")
    seen = await participation.look(f"/{advice}")
    assert (seen["settledFrom"], seen["overdue"]) == ("2027-04-17", False)


async def test_time_tells_of_reasons_that_are_late(participation: Participation) -> None:
    """PAR-27: due on 20 April; the day after it is told once, and the answer shows as late."""
    participation.clock.set("2027-03-01T09:00:00Z")
    advice = f"formal-advices/{await participation.made('/formal-advices', asking(), MANAGER)}"
    participation.clock.set("2027-04-06T12:00:00Z")
    await participation.done(
        advice, "advices", {"advice": "against", "receivedOn": "2027-04-06"}, MANAGER
    )
    await participation.time_passes("2027-04-20T21:59:59Z")
    assert "formal-advice-answer-overdue" not in dict(await participation.facts())
    await participation.time_passes("2027-04-20T22:00:00Z")
    await participation.time_passes("2027-04-23T09:00:00Z")
    told = [said for name, said in await participation.facts() if name.endswith("answer-overdue")]
    assert [(one["dueOn"], one["on"]) for one in told] == [("2027-04-20", "2027-04-21")]
    late = {"followed": False, "reasons": "Brief", "receivedOn": "2027-04-23"}
    await participation.done(advice, "answers", late, MANAGER)
    seen = await participation.look(f"/{advice}")
    assert (seen["overdue"], seen["daysLate"], seen["settledFrom"]) == (True, 3, "2027-04-26")


@pytest.mark.parametrize(
    ("advice", "settled"), [("no_objection", "2027-03-20"), (None, "2027-04-13")]
)
async def test_no_objection_settles_that_day_and_silence_after_the_term(
    participation: Participation, advice: str | None, settled: str
) -> None:
    """PAR-27: in writing on 20 March: that day; no advice at all: from 13 April."""
    trajectory = await large_scale(participation)
    mine = asking(trajectory=trajectory.partition("/")[2])
    id_ = await participation.made("/formal-advices", mine, MANAGER)
    if advice is not None:
        participation.clock.set("2027-03-20T12:00:00Z")
        body = {"advice": advice, "receivedOn": "2027-03-20"}
        await participation.done(f"formal-advices/{id_}", "advices", body, TENANTS)
    assert (await participation.look(f"/formal-advices/{id_}"))["settledFrom"] == settled
    if advice is None:
        participation.clock.set("2027-04-12T21:59:59Z")
        await participation.refused(trajectory, "closings", code="formal-advice-not-settled")
    participation.clock.set(f"{settled}T12:00:00Z")
    await participation.done(trajectory, "closings")


async def test_who_asks_records_and_answers_over_the_wire(participation: Participation) -> None:
    """PAR-27: a plan is for a portfolio manager, else an area manager; only those asked record."""
    participation.clock.set("2027-03-20T09:00:00Z")
    plan = asking(about=PLAN)
    for body, role in ((plan, MANAGER), (asking(), PORTFOLIO), (asking(), WORKER)):
        answer = await participation.post("/formal-advices", body, role)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
    await participation.made("/formal-advices", plan, PORTFOLIO)
    advice = f"formal-advices/{await participation.made('/formal-advices', asking(), MANAGER)}"
    body = {"advice": "no_objection", "receivedOn": "2027-03-20"}
    other = await participation.step(advice, "advices", body, TENANTS, partner="hv-emmen")
    assert (other.status_code, other.json()["code"]) == (403, "role-not-allowed")
    far = await participation.step(advice, "advices", body, TENANTS, of=("GM0114",))
    assert far.status_code in {403, 404}
    counts = {**body, "panel": "p1", "agreeing": 70}
    refused = await participation.step(advice, "advices", counts, TENANTS)
    assert refused.status_code == 400
    await participation.done(advice, "advices", body, TENANTS)
    answer = {"followed": True, "receivedOn": "2027-03-20"}
    for role in (TENANTS, WORKER):
        refused = await participation.step(advice, "answers", answer, role)
        assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")


async def test_advice_is_asked_in_a_known_area_and_trajectory(
    participation: Participation,
) -> None:
    """PAR-27: what nobody registered or opened is refused; lists find advices by what they are."""
    participation.clock.set("2027-03-01T09:00:00Z")
    tried = ((asking(area="WK010699@2020"), "unknown-area"), (asking(trajectory="t9"), "no-such"))
    for body, code in tried:
        answer = await participation.post("/formal-advices", body, MANAGER)
        assert answer.status_code == 409
        assert answer.json()["code"].startswith(code)
    small = await participation.made("/formal-advices", asking(area=LUCHIESLAND), MANAGER)
    participation.clock.advance(seconds=1)
    plan = await participation.made("/formal-advices", asking(about=PLAN), PORTFOLIO)

    async def found(query: str, role: str = "analyst", **who: Any) -> list[str]:
        listed = await participation.look(f"/formal-advices?{query}", role, **who)
        return [one["id"] for one in listed["items"]]

    assert await found(f"area={LARIKS}") == [plan, small]
    assert await found(f"area={LUCHIESLAND}") == [small]
    assert await found("subject=plan&status=asked") == [plan]
    assert await found("title=inzet", TENANTS) == [plan, small]
    assert await found("", TENANTS, of=("GM0114",)) == []
    assert (await participation.get("/formal-advices", "resident")).status_code == 403


async def test_advice_of_another_place_settles_nothing_in_a_trajectory(
    participation: Participation,
) -> None:
    """PAR-27: for a trajectory in Lariks tenants are asked there, in a part, or all around."""
    trajectory = await participation.trajectory({"tenants": "advise"}, level="large_scale")
    named = trajectory.partition("/")[2]
    participation.clock.set("2027-03-01T09:00:00Z")
    body = asking(area=PEELO, trajectory=named)
    answer = await participation.post("/formal-advices", body, MANAGER)
    assert (answer.status_code, answer.json()["code"]) == (409, "trajectory-in-other-area")
    for area in (LUCHIESLAND, LARIKS, ASSEN):
        await participation.made("/formal-advices", asking(area=area, trajectory=named), MANAGER)


async def test_advice_is_asked_of_a_registered_tenants_organisation_of_the_place(
    participation: Participation,
) -> None:
    """PAR-27: not of nobody, of a municipality, nor of tenants of elsewhere or of before."""
    participation.clock.set("2027-03-01T09:00:00Z")

    async def code(organisation: str) -> str:
        body = asking(organisation=organisation)
        answer = await participation.post("/formal-advices", body, MANAGER)
        return str(answer.json().get("code", answer.status_code))

    assert await code("hv-nergens") == "unknown-partner"
    assert await code("gemeente-assen") == "not-a-tenants-organisation"
    assert await code("hv-emmen") == "outside-own-municipality"
    assert await code("hv-assen") == "201"
    left = PartnerLeftMunicipality(municipality="GM0106", on=date(2027, 3, 2), reason="Opgeheven")
    await participation.hearing.hear("monitoring", "hv-assen", left)
    assert await code("hv-assen") == "201"
    participation.clock.set("2027-03-02T09:00:00Z")
    assert await code("hv-assen") == "outside-own-municipality"
