"""Checks over the wire: opening, asking and concluding, as each reader may see it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from participation_kit import (
    LARIKS,
    LUCHIESLAND,
    MANAGER,
    PEELO,
    PITTELO,
    WORKER,
    Participation,
    granted,
    proposed,
)

from leefwijk.events.language.monitoring.measurements import Figure, Measured, MeasurementsRecorded

EXPLAINED = {"promise": "consulted", "explanation": "money", "explanationText": "Het geld is op"}
TENANTS = {
    "not_now": 30,
    "informed": 40,
    "consulted": 22,
    "advise": 13,
    "help": 17,
    "co_decide": 6,
    "self_manage": 2,
}
OWNERS = {
    "informed": 45,
    "consulted": 18,
    "advise": 10,
    "help": 15,
    "co_decide": 7,
    "self_manage": 2,
}


async def group(
    service: Participation, check: str, name: str = "tenants", role: str = WORKER
) -> Any:
    """What is known of a group."""
    found = await service.look(f"/{check}", role)
    return next(one for one in found["groups"] if one["group"] == name)


async def test_a_check_is_opened_when_there_is_nothing_yet(participation: Participation) -> None:
    """PAR-01: with no plan; an initiative that later rests on it does not rewrite it."""
    service = participation
    path = await service.check(PITTELO, "tenants", "owners", themes=["meeting", "greening"])
    assert [name for name, _ in await service.facts()] == ["check-opened"]
    found = await service.look(f"/{path}", WORKER)
    assert (found["late"], found["relatesTo"], found["relatesToId"]) == (False, "none", None)
    assert (found["status"], found["themes"]) == ("open", ["meeting", "greening"])
    await service.ask(path, "meeting", "2026-09-01", "tenants", informed=9)
    await service.ask(path, "meeting", "2026-09-01", "owners", informed=9)
    done = await service.conclude(path, tenants="informed", owners="informed")
    version = (await service.look(f"/{path}", WORKER))["version"]
    service.clock.set("2027-02-01T09:00:00Z")
    await service.hearing.hear(
        "initiatives",
        "i1",
        proposed(PITTELO, "meeting"),
        granted(PITTELO, date(2027, 2, 1), *done["events"]),
    )
    after = await service.look(f"/{path}", WORKER)
    assert after["version"] == version
    assert after["leaning"] == {"initiatives": ["i1"], "trajectories": []}


async def test_a_check_after_the_decision_says_why(
    participation: Participation,
) -> None:
    """PAR-01: support was granted on 4 May; a check of 18 May is late in every list."""
    service = participation
    service.clock.set("2026-05-18T09:00:00Z")
    facts = proposed(PITTELO, "meeting"), granted(PITTELO, date(2026, 5, 4))
    await service.hearing.hear("initiatives", "i1", *facts)
    body = {"area": PITTELO, "themes": ["meeting"], "groups": ["tenants"]}
    refused = await service.post("/involvement-checks", body)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "late-check-needs-reason")
    assert problem["detail"] == (
        "The decision of 4 May came first; say why residents are asked only now."
    )
    assert await service.count() == 0
    other = await service.check(PITTELO, themes=["greening"])
    late = await service.check(PITTELO, reason="Het kon niet wachten")
    listed = {item["id"]: item for item in (await service.look("/involvement-checks"))["items"]}
    one = listed[late.rsplit("/", 1)[1]]
    assert (one["late"], one["decidedOn"]) == (True, "2026-05-04")
    assert listed[other.rsplit("/", 1)[1]]["late"] is False
    assert "kon niet wachten" not in await service.everything()
    said = await service.look(f"/{late}/explanations", WORKER)
    assert said["lateBecause"] == "Het kon niet wachten"


async def test_who_was_asked_is_not_asked_late(
    participation: Participation,
) -> None:
    """PAR-01, PAR-09: a decision that rested on a check came second, so renewing it is not late."""
    service = participation
    path = await service.check(PITTELO)
    await service.ask(path, "meeting", "2026-09-01", informed=9)
    done = await service.conclude(path, tenants="informed")
    service.clock.set("2026-10-01T09:00:00Z")
    await service.hearing.hear(
        "initiatives",
        "i1",
        proposed(PITTELO, "meeting"),
        granted(PITTELO, date(2026, 9, 20), *done["events"]),
    )
    again = await service.check(PITTELO)
    assert (await service.look(f"/{again}", WORKER))["late"] is False
    await service.hearing.hear(
        "initiatives", "i2", proposed(PITTELO, "meeting"), granted(PITTELO, date(2026, 9, 25))
    )
    late = await service.check(PITTELO, reason="Het kon niet wachten")
    await service.ask(late, "meeting", "2026-09-30", informed=9)
    await service.conclude(late, tenants="informed")
    since = await service.check(PITTELO)
    assert (await service.look(f"/{since}", WORKER))["late"] is False


async def test_silence_is_unknown_and_never_not_now(participation: Participation) -> None:
    """PAR-02: 88 of 240 answered, 25.0 % of them not now; an open invitation has no response."""
    service = participation
    service.clock.set("2026-09-14T09:00:00Z")
    path = await service.check(LUCHIESLAND)
    door = {
        "not_now": 22,
        "informed": 24,
        "consulted": 14,
        "advise": 10,
        "help": 12,
        "co_decide": 5,
        "self_manage": 1,
    }
    asking = {"group": "tenants", "form": "door_to_door", "on": "2026-09-12", "invited": 240}
    too_many = {**asking, "answers": {**door, "not_now": 175}, "total": 241}
    await service.refused(path, "askings", too_many, code="more-answers-than-invited")
    wrong = {**asking, "answers": door, "total": 87}
    await service.refused(path, "askings", wrong, code="counts-do-not-add-up")
    await service.ask(path, "door_to_door", "2026-09-12", invited=240, total=88, **door)
    found = await group(service, path)
    assert (found["answers"], found["response"], found["notNow"]) == (88, "36.7", "25.0")
    assert (found["reach"]["help"], found["reach"]["co_decide"]) == ("27.3", "9.1")
    assert found["leadingWish"] == "help"
    await service.ask(path, "pop_up", "2026-09-13", informed=9)
    found = await group(service, path)
    assert (found["answers"], found["response"]) == (97, "unknown")


async def test_the_words_of_an_explanation_stand_in_no_fact(participation: Participation) -> None:
    """PAR-03: refused without one, with the figures; kept encrypted with one."""
    service = participation
    service.clock.set("2026-10-05T09:00:00Z")
    path = await service.check(LARIKS, "tenants", "owners")
    await service.ask(path, "meeting", "2026-10-01", "tenants", **TENANTS)
    await service.ask(path, "meeting", "2026-10-01", "owners", **OWNERS)
    groups = [
        {"group": "tenants", "promise": "consulted"},
        {"group": "owners", "promise": "advise"},
    ]
    body = {"groups": groups, "role": "support"}
    problem = await service.refused(
        path, "conclusions", body, code="promise-below-wish-needs-explanation"
    )
    assert problem["detail"] == (
        "A quarter or more of the tenants want to help; you promise to consult. Say why."
    )
    figures = problem["refusals"][0]
    assert (figures["reach"], figures["ladder"], figures["shareAbove"]) == (25, 100, "38.0")
    await service.conclude(path, tenants=EXPLAINED, owners="advise")
    ((_, fact),) = [one for one in await service.facts() if one[0] == "check-concluded"]
    tenants, owners = fact["groups"]
    assert (tenants["leadingWish"], tenants["shareAbove"]) == ("help", "38.0")
    assert (tenants["promise"], tenants["explanation"]) == ("consulted", "money")
    assert (owners["leadingWish"], owners["shareAbove"]) == ("advise", "24.7")
    assert fact["role"] == "support"
    assert (await group(service, path, "owners"))["reach"]["advise"] == "35.1"
    assert "geld is op" not in await service.everything()
    said = await service.look(f"/{path}/explanations", WORKER)
    assert said["items"] == [{"group": "tenants", "text": "Het geld is op"}]
    assert (await service.get(f"/{path}/explanations", "partner")).status_code == 404


async def test_who_says_not_now_stands_on_the_agenda(participation: Participation) -> None:
    """PAR-04: informed and asked again on 1 March; outside, two with bad health are not shown."""
    service = participation
    service.clock.set("2026-09-16T09:00:00Z")
    path = await service.check(LARIKS)
    reasons = [
        {"reason": "stress", "people": 9},
        {"reason": "money_worries", "people": 18},
        {"reason": "health", "people": 2},
    ]
    asking = {"group": "tenants", "form": "kitchen_table", "on": "2026-09-15", "invited": 31}
    body = {**asking, "answers": {"not_now": 17}, "reasons": reasons}
    await service.refused(path, "askings", body, code="counts-do-not-add-up")
    reasons[1]["people"] = 11
    await service.done(path, "askings", body)

    def promise(level: str, again: str | None) -> dict[str, Any]:
        one = {"group": "tenants", "promise": level, "askAgainOn": again}
        return {"groups": [one], "role": "support"}

    said = await service.refused(
        path, "conclusions", promise("not_now", "2027-03-01"), code="promise-not-a-level"
    )
    assert said["detail"] == (
        "Not now is their answer, not our promise; the least is to keep them informed."
    )
    for day in (None, "2027-09-16"):
        await service.refused(
            path, "conclusions", promise("informed", day), code="ask-again-date-missing"
        )
    await service.done(path, "conclusions", promise("informed", "2027-03-01"))
    found = await service.look(f"/{path}", WORKER)
    assert found["validUntil"] == "2027-09-15"
    assert found["groups"][0]["conclusion"]["leadingWish"] == "none"
    agenda = await service.look("/involvement-agenda?municipality=GM0106")
    (item,) = agenda["items"]
    assert (item["by"], item["what"], item["group"], item["check"]) == (
        "2027-03-01",
        "ask_group_again",
        "tenants",
        found["id"],
    )
    elsewhere = await service.look("/involvement-agenda?municipality=GM0118")
    assert elsewhere["items"] == []
    outside = await group(service, path, role="partner")
    assert outside["reasons"]["health"] == outside["reasons"]["no_time"] == "not_shown"
    assert (outside["reasons"]["stress"], outside["answers"]) == (9, None)
    inside = await group(service, path)
    assert inside["reasons"] == {"stress": 9, "money_worries": 11, "health": 2}
    assert (await service.look("/involvement-agenda?municipality=GM0106", "partner")) == {
        "items": []
    }


async def test_two_tries_without_an_answer_read_unknown(participation: Participation) -> None:
    """PAR-05: never `none`, `not_now` or 0 % on each level; with the remark, for six months."""
    service = participation
    service.clock.set("2026-09-21T09:00:00Z")
    path = await service.check(PEELO, complex="flat-1", homes=64)
    await service.ask(path, "letter", "2026-09-01", invited=64)
    body = {"groups": [{"group": "tenants", "promise": "informed"}], "role": "support"}
    problem = await service.refused(path, "conclusions", body, code="nobody-answered-yet")
    assert problem["detail"] == (
        "Nobody answered one letter; ask once more in another form on another day."
    )
    await service.ask(path, "door_to_door", "2026-09-19", invited=64)
    await service.done(path, "conclusions", body)
    found = await service.look(f"/{path}", WORKER)
    one = found["groups"][0]
    assert (found["validUntil"], found["remark"]) == ("2027-03-19", "asked twice, no answer")
    assert (one["leadingWish"], one["reach"], one["notNow"]) == ("unknown", "unknown", "unknown")
    assert one["response"] == "0.0"
    assert (await group(service, path, role="partner"))["leadingWish"] == "unknown"


AGES = {
    "residents_15_24": (6, 11, "0.24"),
    "residents_25_44": (41, 27, "0.67"),
    "residents_45_64": (52, 24, "0.95"),
    "residents_65plus": (101, 26, "1.71"),
}


@pytest.mark.parametrize("known", [True, False])
async def test_answers_have_their_ratios(participation: Participation, known: bool) -> None:
    """PAR-07: by the figures of monitoring; without them it is not judged, and no ratio of 0."""
    service = participation
    service.clock.set("2026-09-21T09:00:00Z")
    if known:
        shares = [
            (f"cbs-pop-{name[10:].replace('_', '-')}", share)
            for name, (_, share, _) in AGES.items()
        ]
        figures = tuple(
            Measured(indicator=name, period="2022", figure=Figure(number=Decimal(share)))
            for name, share in [("cbs-pop-0-14", 12), *shares]
        )
        fact = MeasurementsRecorded(
            area=LARIKS, source_edition="cbs-kwb-2022", import_id="i", figures=figures
        )
        await service.hearing.hear("monitoring", f"{LARIKS}-cbs", fact)
    path = await service.check(LARIKS, *AGES)
    for name, (answers, _, _) in AGES.items():
        await service.ask(path, "meeting", "2026-09-01", name, informed=answers)
    body = {
        "groups": [{"group": name, "promise": "informed"} for name in AGES],
        "role": "support",
    }
    if known:
        problem = await service.refused(path, "conclusions", body, code="under-reached-group")
        assert problem["detail"].startswith(
            "People of 15-24 gave 3.0 % of the answers where 12.5 %"
        )
        assert problem["refusals"][0]["ratio"] == "0.24"
        body["hardlyHeard"] = [{"group": "residents_15_24", "plannedForm": "pop_up"}]
    await service.done(path, "conclusions", body)
    found = {one["group"]: one for one in (await service.look(f"/{path}", WORKER))["groups"]}
    for name, (answers, _, ratio) in AGES.items():
        said = ratio if known else "not judged: no figures"
        assert (found[name]["answers"], found[name]["ratio"]) == (answers, said)
    ((_, fact_),) = [one for one in await service.facts() if one[0] == "check-concluded"]
    assert fact_["agesJudged"] is known


async def test_room_to_decide_is_given_by_the_area_manager(participation: Participation) -> None:
    """PAR-08: the same command of a worker is refused; nobody else may conclude at all."""
    service = participation
    path = await service.check(PITTELO)
    await service.ask(path, "meeting", "2026-09-01", informed=20, co_decide=20)
    groups = [{"group": "tenants", "promise": "co_decide"}]
    body = {"groups": groups, "role": "co_initiate"}
    await service.refused(path, "conclusions", body, code="decision-room-needs-area-manager")
    refused = await service.step(path, "conclusions", body, "area_director")
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
    none = {**body, "role": "none"}
    await service.refused(path, "conclusions", none, MANAGER, code="role-contradicts-promise")
    groups[0]["promise"] = "self_manage"
    body["role"] = "support"
    code = "self-management-not-wished"
    alone = await service.refused(path, "conclusions", body, MANAGER, code=code)
    assert alone["detail"] == (
        "No one asked to run this; ownership cannot be handed to people who did not ask for it."
    )
    groups[0]["promise"], body["role"] = "co_decide", "co_initiate"
    await service.done(path, "conclusions", body, MANAGER)


async def test_the_end_is_announced_once_and_a_new_check_takes_the_place(
    participation: Participation,
) -> None:
    """PAR-09: on 13 January, with what leans on it; superseded, both stay readable."""
    service = participation
    service.clock.set("2026-02-11T09:00:00Z")
    path = await service.check(PITTELO)
    await service.ask(path, "letter", "2026-01-12", informed=9)
    await service.ask(path, "meeting", "2026-02-10", informed=9)
    service.clock.set("2026-10-05T09:00:00Z")
    done = await service.conclude(path, tenants="informed")
    id_ = path.rsplit("/", 1)[1]
    assert (await service.look(f"/{path}", WORKER))["validUntil"] == "2027-02-10"
    await service.hearing.hear(
        "initiatives",
        "i1",
        proposed(PITTELO, "meeting"),
        granted(PITTELO, date(2026, 10, 6), *done["events"]),
    )
    asking = {"group": "tenants", "form": "meeting", "on": "2026-10-01", "answers": {"help": 9}}
    problem = await service.refused(path, "askings", asking, code="check-not-open")
    assert problem["detail"] == "Concluded; open a new check."
    started = await service.post("/trajectories", {"check": id_, "title": "De vijver"})
    assert started.status_code == 201, started.text
    await service.time_passes("2027-01-12T22:59:59Z")
    assert (await service.look("/involvement-agenda?municipality=GM0106"))["items"] == []
    for now in ("2027-01-12T23:00:00Z", "2027-01-20T09:00:00Z"):
        await service.time_passes(now)
    announced = [data for name, data in await service.facts() if name == "check-expiry-announced"]
    assert [data["on"] for data in announced] == ["2027-01-13"]
    (item,) = (await service.look("/involvement-agenda?municipality=GM0106"))["items"]
    leaning = {"initiatives": ["i1"], "trajectories": [started.json()["id"]]}
    assert (item["what"], item["by"], item["leaning"]) == ("ask_anew", "2027-02-10", leaning)
    (listed,) = (await service.look("/involvement-checks"))["items"]
    assert listed["leaning"] == leaning
    new = await service.check(PITTELO)
    await service.ask(new, "meeting", "2027-01-19", informed=9)
    assert (await service.look(f"/{path}", WORKER))["supersededBy"] is None
    await service.conclude(new, tenants="informed")
    assert (await service.look(f"/{path}", WORKER))["supersededBy"] == new.rsplit("/", 1)[1]
    assert (await service.look(f"/{path}", WORKER))["validUntil"] == "2027-02-10"
    listed = {one["id"]: one for one in (await service.look("/involvement-checks"))["items"]}
    assert listed[id_]["supersededBy"] == new.rsplit("/", 1)[1]
    assert (await service.look("/involvement-agenda?municipality=GM0106"))["items"] == []


async def test_older_answers_take_no_place_of_younger_ones(participation: Participation) -> None:
    """PAR-09: only asking again renews, whoever is concluded last."""
    service = participation
    service.clock.set("2026-10-05T09:00:00Z")
    young, old, as_old = [await service.check(PITTELO) for _ in range(3)]
    await service.ask(young, "meeting", "2026-09-20", informed=9)
    await service.ask(old, "meeting", "2026-09-10", informed=9)
    await service.ask(as_old, "meeting", "2026-09-10", informed=9)
    for check in (young, old, as_old):
        await service.conclude(check, tenants="informed")
    found = [(await service.look(f"/{check}"))["supersededBy"] for check in (young, old, as_old)]
    assert found == [None, as_old.partition("/")[2], None]


async def test_of_two_checks_one_always_stands(participation: Participation) -> None:
    """PAR-09, PAR-13: concluded again after a correction, the first takes no place back."""
    service = participation
    service.clock.set("2026-10-05T09:00:00Z")
    first = await service.check(PITTELO)
    await service.ask(first, "meeting", "2026-09-10", informed=30, advise=6)
    await service.conclude(first, tenants="informed")
    second = await service.check(PITTELO)
    await service.ask(second, "meeting", "2026-10-01", informed=9)
    await service.conclude(second, tenants="informed")
    asking = (await service.look(f"/{first}"))["askings"][0]["asking"]
    counts = {"informed": 20, "advise": 16}
    correction = {"asking": asking, "answers": counts, "reason": "misread"}
    await service.done(first, "asking-corrections", correction)
    assert (await service.look(f"/{first}"))["status"] == "in_doubt"
    await service.conclude(first, tenants="advise")
    assert (await service.look(f"/{first}"))["supersededBy"] == second.partition("/")[2]
    assert (await service.look(f"/{second}"))["supersededBy"] is None


async def test_a_check_ends_by_the_calendar(participation: Participation) -> None:
    """PAR-09, PAR-10: the fact of the end names the first day on which it does not count."""
    service = participation
    service.clock.set("2026-02-11T09:00:00Z")
    path = await service.check(PITTELO)
    await service.ask(path, "meeting", "2026-02-10", informed=9)
    await service.conclude(path, tenants="informed")
    await service.time_passes("2027-02-10T22:30:00Z")
    assert (await service.look(f"/{path}", WORKER))["status"] == "concluded"
    await service.time_passes("2027-02-14T09:00:00Z")
    expired = [data for name, data in await service.facts() if name == "check-expired"]
    assert [(data["validUntil"], data["on"]) for data in expired] == [("2027-02-10", "2027-02-11")]
    assert (await service.look(f"/{path}", WORKER))["status"] == "expired"
    old = await service.check(PITTELO)
    await service.ask(old, "meeting", "2026-02-13", informed=9)
    body = {"groups": [{"group": "tenants", "promise": "informed"}], "role": "support"}
    await service.refused(old, "conclusions", body, code="answers-too-old")


async def test_covered_is_where_people_were_asked(participation: Participation) -> None:
    """PAR-11: opened for Lariks, asked in three of its buurten; what lies elsewhere is refused."""
    service = participation
    path = await service.check(LARIKS, themes=["greening"])
    asked = ["BU01060100@2020", "BU01060102@2020", "BU01060103@2020"]
    await service.ask(path, "meeting", "2026-09-01", askedIn=asked[:2], informed=9)
    await service.ask(path, "pop_up", "2026-09-01", askedIn=asked[2:], informed=9)
    elsewhere = {
        "group": "tenants",
        "form": "meeting",
        "on": "2026-09-01",
        "askedIn": [PITTELO],
        "answers": {"informed": 9},
    }
    await service.refused(path, "askings", elsewhere, code="unknown-area")
    await service.conclude(path, tenants="informed")
    ((_, fact),) = [one for one in await service.facts() if one[0] == "check-concluded"]
    assert (fact["area"], fact["askedIn"], fact["themes"]) == (LARIKS, asked, ["greening"])
    building = await service.check(LARIKS, complex="flat-1", homes=64)
    await service.ask(building, "meeting", "2026-09-01", informed=9)
    await service.conclude(building, tenants="informed")
    facts = [data for name, data in await service.facts() if name == "check-concluded"]
    (covered,) = [data for data in facts if data.get("complex") == "flat-1"]
    assert covered["askedIn"] == []
