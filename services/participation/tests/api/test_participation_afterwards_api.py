"""What follows a conclusion over the wire: telling, doubt, partners' counts, debts, two at once."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from participation_kit import HOOGEVEEN, LARIKS, MANAGER, PEELO, WORKER, Participation, concluding

from leefwijk.events.event import Audience
from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import Gate
from leefwijk.events.language.initiatives.gates import GateOverridden, GateOverrideLapsed
from leefwijk.events.language.initiatives.life import InitiativeProposed
from leefwijk.events.language.monitoring.areas import ExperiencedAreaDrawn, Part
from leefwijk.events.language.monitoring.effort_levels import EffortGateOverridden
from leefwijk.events.language.participation.involvement_checks import CheckConcluded

PORCH = "BU01060401@2020"
EXPLAINED = {"promise": "consulted", "explanation": "money", "explanationText": "Het geld is op"}
WISHES = {
    "not_now": 30,
    "informed": 40,
    "consulted": 22,
    "advise": 13,
    "help": 17,
    "co_decide": 6,
    "self_manage": 2,
}


async def asked(service: Participation, *groups: str) -> str:
    """A check of Lariks, in which tenants want to help and owners to advise."""
    service.clock.set("2026-10-05T09:00:00Z")
    check = await service.check(LARIKS, *groups)
    await service.ask(check, "meeting", "2026-10-01", **WISHES)
    if "owners" in groups:
        await service.ask(check, "meeting", "2026-10-01", "owners", consulted=20, advise=20)
    return check


async def test_an_explanation_counts_for_the_group_that_heard_it(
    participation: Participation,
) -> None:
    """PAR-12: on the agenda until told; telling owners is not telling tenants."""
    service = participation
    check = await asked(service, "tenants", "owners")
    await service.conclude(check, tenants=EXPLAINED, owners="advise")
    service.clock.set("2026-10-13T09:00:00Z")
    agenda = "/involvement-agenda?municipality=GM0106"
    (item,) = (await service.look(agenda))["items"]
    assert (item["what"], item["group"], item["by"]) == ("tell_why", "tenants", "2026-10-05")
    tell = {"group": "tenants", "toldOn": "2026-11-01", "form": "letter"}
    await service.refused(check, "told-explanations", tell, code="told-in-future")
    await service.done(
        check, "told-explanations", {**tell, "group": "owners", "toldOn": "2026-10-13"}
    )
    found = {one["group"]: one["toldOn"] for one in (await service.look(f"/{check}"))["groups"]}
    assert found == {"tenants": None, "owners": "2026-10-13"}
    assert len((await service.look(agenda))["items"]) == 1
    await service.done(check, "told-explanations", {**tell, "toldOn": "2026-10-13"})
    told = [data for name, data in await service.facts() if name == "explanation-told"]
    assert (told[-1]["group"], told[-1]["toldOn"], told[-1]["form"]) == (
        "tenants",
        "2026-10-13",
        "letter",
    )
    assert (await service.look(agenda))["items"] == []


async def test_a_correction_and_its_doubt_stand_together(participation: Participation) -> None:
    """PAR-13: both or neither; concluding again ends the doubt and moves no day."""
    service = participation
    service.clock.set("2026-09-21T09:00:00Z")
    check = await service.check(LARIKS)
    counts = {"informed": 30, "consulted": 18, "advise": 6, "help": 4, "co_decide": 2}
    await service.ask(check, "meeting", "2026-09-01", **counts)
    await service.conclude(check, tenants="consulted")
    asking = (await service.look(f"/{check}"))["askings"][0]["asking"]
    service.clock.set("2026-10-21T09:00:00Z")
    body = {
        "asking": asking,
        "answers": {**counts, "informed": 21, "help": 13},
        "explanation": "Negen helpers stonden bij informeren",
    }
    await service.refused(check, "asking-corrections", body, code="reason-missing")
    body["reason"] = "misread"
    answer = await service.done(check, "asking-corrections", body)
    assert len(answer["events"]) == 2
    found = await service.look(f"/{check}")
    assert (found["status"], found["doubtedOn"]) == ("in_doubt", "2026-10-21")
    corrected, doubted = [data for _, data in await service.facts()][-2:]
    assert (corrected["from"]["help"], corrected["to"]["help"]) == (4, 13)
    assert corrected["reason"] == "misread"
    assert (doubted["leadingWish"], doubted["shareAbove"]) == ("help", "35.0")
    assert "Negen helpers" not in await service.everything()
    items = (await service.look("/involvement-agenda?municipality=GM0106"))["items"]
    assert [item["what"] for item in items] == ["conclude_again"]
    too_low = concluding(tenants="consulted")
    code = "promise-below-wish-needs-explanation"
    await service.refused(check, "conclusions", too_low, code=code)
    await service.conclude(check, tenants=EXPLAINED)
    found = await service.look(f"/{check}")
    assert (found["status"], found["validUntil"]) == ("concluded", "2027-09-01")


async def test_a_correction_changes_what_it_names(participation: Participation) -> None:
    """PAR-02, PAR-13: a corrected answer leaves the invitations and the reasons as they were."""
    service = participation
    check = await service.check(LARIKS)
    stress = [{"reason": "stress", "people": 4}]
    await service.ask(check, "letter", "2026-09-01", invited=40, reasons=stress, not_now=5, help=20)
    asking = (await service.look(f"/{check}"))["askings"][0]["asking"]
    body = {"asking": asking, "answers": {"not_now": 5, "help": 36}, "reason": "misread"}
    await service.refused(check, "asking-corrections", body, code="more-answers-than-invited")
    body["answers"] = {"not_now": 3, "help": 22}
    await service.refused(check, "asking-corrections", body, code="counts-do-not-add-up")
    body["answers"] = {"not_now": 5, "help": 25}
    await service.done(check, "asking-corrections", body)
    (group,) = (await service.look(f"/{check}"))["groups"]
    assert (group["response"], group["reasons"]) == ("75.0", {"stress": 4})
    await service.done(check, "asking-corrections", {**body, "invited": None, "reasons": []})
    (group,) = (await service.look(f"/{check}"))["groups"]
    assert (group["response"], group["reasons"]) == ("unknown", {})


async def test_a_check_in_the_wrong_building_is_withdrawn(participation: Participation) -> None:
    """PAR-13: with a reason, for good; it can neither be corrected nor concluded again."""
    service = participation
    check = await asked(service, "tenants")
    await service.conclude(check, tenants="help")
    await service.refused(check, "withdrawals", {}, code="reason-missing")
    await service.done(check, "withdrawals", {"reason": "wrong_place"})
    found = await service.look(f"/{check}", "partner")
    assert (found["status"], found["withdrawnOn"]) == ("withdrawn", "2026-10-05")
    assert [name for name, _ in await service.facts()][-1] == "check-withdrawn"
    asking = (await service.look(f"/{check}"))["askings"][0]["asking"]
    body = {"asking": asking, "answers": {"help": 1}, "reason": "misread"}
    await service.refused(check, "asking-corrections", body, code="check-not-open")
    await service.refused(check, "conclusions", concluding(tenants="help"), code="check-not-open")


async def test_counts_of_a_partner_become_a_check_by_the_corporation(
    participation: Participation,
) -> None:
    """PAR-14: its word is none; its counts are, once adopted and concluded; each for its own."""
    service = participation
    service.clock.set("2026-05-06T09:00:00Z")
    body: dict[str, Any] = {"area": PEELO, "themes": ["greening"], "statement": "Dit voorjaar"}
    says = {"partner": "gemeente-assen"}
    answer = await service.post("/partner-askings", body, "partner", **says)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "statement-without-counts")
    assert problem["detail"] == "Say who was asked, how, when, and how many wished what."
    body["askings"] = [
        {
            "group": "tenants",
            "form": "meeting",
            "on": "2026-04-18",
            "answers": {"informed": 30, "consulted": 12},
        }
    ]
    elsewhere = await service.post("/partner-askings", {**body, "area": HOOGEVEEN}, "partner")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "outside-own-municipality")
    assert (await service.post("/partner-askings", body, WORKER)).status_code == 403
    unknown = await service.post("/partner-askings", body, "partner", partner="niemand")
    assert (unknown.status_code, unknown.json()["code"]) == (409, "unknown-partner")
    assert await service.count() == 0
    made = await service.post("/partner-askings", body, "partner", **says)
    assert made.status_code == 201, made.text
    check = f"involvement-checks/{made.json()['id']}"
    await service.refused(
        check, "conclusions", concluding(tenants="informed"), code="check-not-open"
    )
    asking = (await service.look(f"/{check}"))["askings"][0]
    assert (asking["partner"], asking["counted"]) == ("gemeente-assen", False)
    refused = await service.step(check, "adoptions", {"asking": asking["asking"]}, "partner")
    assert refused.status_code == 403
    await service.done(check, "adoptions", {"asking": asking["asking"]})
    adopted = [data for name, data in await service.facts() if name == "partner-asking-adopted"]
    assert adopted[0]["partner"] == "gemeente-assen"
    assert not [name for name, _ in await service.facts() if name == "check-concluded"]
    await service.conclude(check, tenants="consulted")
    assert (await service.look(f"/{check}"))["validUntil"] == "2027-04-18"


async def test_a_partner_hands_in_what_it_asked_at_home(participation: Participation) -> None:
    """PAR-14: an area that people live in crosses the border; over it the partner did not ask."""
    service, across = participation, "XA0000000000ab@1"
    parts = tuple(Part(area=area, inhabitants=900) for area in (PEELO, HOOGEVEEN))
    drawn = ExperiencedAreaDrawn(
        area=across,
        name="Over de grens",
        parts=parts,
        reason="zo heet het",
        municipalities=("GM0106", "GM0118"),
    )
    await service.hearing.hear("monitoring", across, drawn)
    asking = {"group": "tenants", "form": "meeting", "on": "2026-08-18", "answers": {"help": 9}}
    body: dict[str, Any] = {"area": across, "themes": ["greening"], "askings": [asking]}
    for places in ([], [HOOGEVEEN], [PEELO, HOOGEVEEN]):
        asking["askedIn"] = places
        answer = await service.post("/partner-askings", body, "partner")
        assert (answer.status_code, answer.json()["code"]) == (403, "outside-own-municipality")
    asking["askedIn"] = [PEELO]
    assert (await service.post("/partner-askings", body, "partner")).status_code == 201
    asking["askedIn"] = []
    both = await service.post("/partner-askings", body, "partner", of=("GM0106", "GM0118"))
    assert both.status_code == 201


def overridden(on: date = date(2026, 6, 8), gate: Gate = Gate.RESIDENTS_INVOLVEMENT) -> Any:
    """A director set a gate aside, as initiatives tells it."""
    return GateOverridden(
        override="o1",
        request=1,
        gate=gate,
        code="no-involvement-check",
        reason="acute safety",
        role="area_director",
        until=date(2026, 7, 8),
        on=on,
    )


LIGHTING = InitiativeProposed(
    title="Licht in het portiek",
    area=PORCH,
    municipalities=("GM0106",),
    themes=(Theme.SAFETY,),
    taker="corporation",
    collective_benefit="Iedereen loopt er veilig",
)


async def owing(service: Participation) -> Any:
    """The gate was overridden on 8 June, and participation heard it; gives the debt."""
    service.clock.set("2026-06-08T12:00:00Z")
    fact = overridden()
    await service.hearing.hear("initiatives", "i1", LIGHTING, area=PORCH)
    (id_,) = await service.hearing.hear("initiatives", "i1", fact, area=PORCH)
    service.hearing.versions["initiatives-i1"] -= 1
    again = service.hearing.stored("i1", fact, id_, PORCH)
    await service.hearing.work()
    await service.hearing.deliver("initiatives", again)
    await service.hearing.work()
    return again


async def test_an_override_leaves_one_debt_however_often_it_is_heard(
    participation: Participation, another: Participation
) -> None:
    """PAR-15: told twice, the second time after a restart; overdue when nobody asked."""
    service = participation
    told = await owing(service)
    await another.hearing.deliver("initiatives", told)
    await another.hearing.work()
    owed = [data for name, data in await service.facts() if name == "check-owed"]
    assert len(owed) == 1
    assert (owed[0]["area"], owed[0]["theme"], owed[0]["dueOn"], owed[0]["becauseOf"]) == (
        PORCH,
        "safety",
        "2026-07-06",
        str(told.id),
    )
    (debt,) = (await service.look("/owed-checks?status=owed"))["items"]
    assert (debt["subject"], debt["owedFor"], debt["overdue"]) == ("i1", "support", False)
    await service.time_passes("2026-07-06T21:59:59Z")
    assert (await service.look("/owed-checks?status=overdue"))["items"] == []
    await service.time_passes("2026-07-07T09:00:00Z")
    await service.time_passes("2026-07-08T09:00:00Z")
    (late,) = (await service.look("/owed-checks?status=overdue"))["items"]
    assert (late["reason"], late["role"], late["overdue"]) == (
        "acute safety",
        "area_director",
        True,
    )
    assert [name for name, _ in await service.facts()].count("check-owed-overdue") == 1
    assert (await service.get("/owed-checks", "resident")).status_code == 403


async def test_a_debt_stays_inside_the_corporation(participation: Participation) -> None:
    """PAR-15: what a director decided, and why, is no business of a partner."""
    service = participation
    await owing(service)
    (debt,) = (await service.look("/owed-checks"))["items"]
    assert (await service.look("/owed-checks", "partner"))["items"] == []
    assert (await service.get(f"/owed-checks/{debt['id']}", "partner")).status_code == 404
    sheet = await service.get("/owed-checks?format=csv", "partner")
    assert sheet.status_code == 200
    assert "acute safety" not in sheet.text
    assert "acute safety" in (await service.get("/owed-checks?format=csv")).text


async def test_a_debt_outlives_the_override_that_made_it(participation: Participation) -> None:
    """INI-12: the override lapses when its ground changes; residents are still to be asked."""
    service = participation
    await owing(service)
    lapsed = GateOverrideLapsed(
        override="o1",
        gate=Gate.RESIDENTS_INVOLVEMENT,
        ground="ground-changed",
        on=date(2026, 6, 20),
    )
    await service.hearing.hear("initiatives", "i1", lapsed, area=PORCH)
    await service.hearing.work()
    (debt,) = (await service.look("/owed-checks?status=owed"))["items"]
    assert (debt["subject"], debt["dueOn"]) == ("i1", "2026-07-06")


@pytest.mark.parametrize("where", [PORCH, "WK010604@2020"])
async def test_a_check_in_time_settles_the_debt_and_is_late(
    participation: Participation, where: str
) -> None:
    """PAR-15: concluded on 30 June; shown as late, and the decision stays set aside."""
    service = participation
    told = await owing(service)
    service.clock.set("2026-06-30T09:00:00Z")
    elsewhere = await service.check(LARIKS, themes=["safety"])
    await service.ask(elsewhere, "meeting", "2026-06-29", informed=9)
    await service.conclude(elsewhere, tenants="informed")
    (debt,) = (await service.look("/owed-checks"))["items"]
    assert (await service.look(f"/owed-checks/{debt['id']}"))["askedBy"] is None
    reason = {"reason": "Het was gevaarlijk"} if where == PORCH else {}
    check = await service.check(where, themes=["safety"], **reason)
    await service.ask(check, "meeting", "2026-06-29", informed=9)
    await service.conclude(check, tenants="informed")
    id_ = check.partition("/")[2]
    assert (await service.look(f"/owed-checks/{debt['id']}"))["askedBy"] == id_
    await service.hearing.settle("participation")
    assert (await service.look("/owed-checks?status=owed"))["items"] == []
    await service.time_passes("2026-07-07T09:00:00Z")
    (debt,) = (await service.look("/owed-checks"))["items"]
    assert (debt["status"], debt["askedBy"], debt["askedOn"]) == ("settled", id_, "2026-06-30")
    assert (debt["decidedOn"], debt["becauseOf"]) == ("2026-06-08", str(told.id))
    assert (debt["late"], debt["overdue"]) == (True, False)
    assert not [name for name, _ in await service.facts() if name == "check-owed-overdue"]
    if where == PORCH:
        assert (await service.look(f"/{check}"))["late"] is True


async def test_a_debt_is_late_by_the_calendar_and_stays_so(participation: Participation) -> None:
    """PAR-10, PAR-15: from 7 July, ticker or not, and for good where people are asked in August."""
    service = participation
    await owing(service)
    (debt,) = (await service.look("/owed-checks"))["items"]
    assert (debt["overdue"], debt["late"]) == (False, False)
    service.clock.set("2026-07-06T22:00:00Z")
    (debt,) = (await service.look("/owed-checks"))["items"]
    assert (debt["overdue"], debt["late"]) == (True, True)
    for now in ("2026-07-07T09:00:00Z", "2026-08-10T09:00:00Z"):
        await service.time_passes(now)
    check = await service.check(PORCH, themes=["safety"], reason="Het was gevaarlijk")
    await service.ask(check, "meeting", "2026-08-09", informed=9)
    await service.conclude(check, tenants="informed")
    await service.hearing.settle("participation")
    late = await service.look(f"/owed-checks/{debt['id']}")
    assert (late["askedBy"], late["askedOn"]) == (check.partition("/")[2], "2026-08-10")
    assert (late["overdue"], late["late"], late["status"]) == (True, True, "overdue")


async def test_other_gates_leave_no_debt_and_levels_do(participation: Participation) -> None:
    """PAR-15: a level that went ahead without asking is owed for any subject."""
    service = participation
    service.clock.set("2026-06-08T12:00:00Z")
    await service.hearing.hear(
        "initiatives", "i1", LIGHTING, overridden(gate=Gate.BASE_IN_ORDER), area=PORCH
    )
    level = EffortGateOverridden(
        area=LARIKS,
        gate=Gate.RESIDENTS_INVOLVEMENT,
        code="no-involvement-check",
        reason="Het kon niet wachten",
        role="area_director",
        on=date(2026, 6, 8),
    )
    await service.hearing.hear("monitoring", "l1", level)
    await service.hearing.work()
    (debt,) = (await service.look("/owed-checks"))["items"]
    assert (debt["owedFor"], debt["subject"], debt["themes"]) == ("effort_level", "l1", [])


async def test_of_two_who_conclude_at_once_one_stands(participation: Participation) -> None:
    """PAR-30: one conclusion; the other learns what stands, and none of his words stay with it."""
    service = participation
    check = await asked(service, "tenants")
    for number in range(5):
        await service.ask(check, "pop_up", "2026-10-02", help=number)
    assert (await service.look(f"/{check}"))["version"] == 7
    worker, manager = concluding(tenants=EXPLAINED), concluding(tenants="help")
    path = f"/{check}/conclusions"

    async def conclude(body: Any, role: str, version: int) -> Any:
        return await service.post(path, body, role, version=version, key=f"key-of-{role}")

    both = await asyncio.gather(conclude(worker, WORKER, 7), conclude(manager, MANAGER, 7))
    assert sorted(answer.status_code for answer in both) == [201, 412]
    won = [answer.status_code for answer in both].index(201)
    lost = 1 - won
    problem = both[lost].json()
    says = ["let them help", "consult"][won == 0]
    assert problem["code"] == "version-conflict"
    assert problem["version"] == 8
    assert f"the promise to tenants is to {says}" in problem["detail"]
    found = await service.look(f"/{check}")
    assert found["version"] == 8
    promised = found["groups"][0]["conclusion"]["promise"]
    assert promised == ["consulted", "help"][won]
    concluded = [data for name, data in await service.facts() if name == "check-concluded"]
    assert [data["groups"][0]["promise"] for data in concluded] == [promised]
    assert CheckConcluded.audience is Audience.PARTNERS
    words = (await service.look(f"/{check}/explanations", WORKER))["items"]
    assert [one["text"] for one in words] == (["Het geld is op"] if won == 0 else [])
    bodies, roles = (worker, manager), (WORKER, MANAGER)
    again = await conclude(bodies[lost], roles[lost], 8)
    assert (again.status_code, again.json()["code"]) == (409, "check-not-open")
    repeated = await conclude(bodies[won], roles[won], 7)
    assert (repeated.status_code, repeated.json()) == (201, both[won].json())
    assert (await service.look(f"/{check}"))["version"] == 8


async def test_words_of_who_comes_second_never_replace_the_first_ones(
    participation: Participation,
) -> None:
    """PAR-30: both explain; what is kept with the conclusion is what its author said."""
    service = participation
    check = await asked(service, "tenants")
    version = (await service.look(f"/{check}"))["version"]
    bodies = [concluding(tenants={**EXPLAINED, "explanationText": f"Reden {n}"}) for n in range(8)]
    answers = await asyncio.gather(
        *(service.post(f"/{check}/conclusions", body, WORKER, version=version) for body in bodies)
    )
    (won,) = [place for place, answer in enumerate(answers) if answer.status_code == 201]
    words = (await service.look(f"/{check}/explanations", WORKER))["items"]
    assert [one["text"] for one in words] == [f"Reden {won}"]
