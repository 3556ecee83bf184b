"""Trajectories over the wire: varied moments, people who were counted, promises that are kept."""

from __future__ import annotations

import logging

import pytest
from participation_kit import LARIKS, LUCHIESLAND, MANAGER, WORKER, Participation, concluding

EVENING, TUESDAY = "2026-10-06T19:30:00+02:00", "2026-11-03T16:30:00Z"
SATURDAY = "2026-10-10T10:30:00+02:00"
WISHES = {"informed": 12, "consulted": 14, "advise": 20, "help": 6, "co_decide": 18}
WISHES |= {"self_manage": 2}
"""The tenants' answers of PAR-26: a ladder of 72."""


async def _varied(participation: Participation, promises: dict[str, str], **more: str) -> str:
    """A trajectory that runs, with a meeting on Tuesday evening and a walk on Saturday."""
    trajectory = await participation.trajectory(promises, **more)
    await participation.plan(trajectory, "meeting", EVENING)
    await participation.plan(trajectory, "neighbourhood_walk", SATURDAY)
    await participation.done(trajectory, "starts")
    return trajectory


async def test_two_weekday_evenings_do_not_start(participation: Participation) -> None:
    """PAR-21: moments with an offset or in UTC are judged by the clock of Assen."""
    trajectory = await participation.trajectory({"tenants": "advise"})
    await participation.plan(trajectory, "meeting", EVENING)
    await participation.plan(trajectory, "kitchen_table", TUESDAY)
    problem = await participation.refused(trajectory, "starts", code="moments-not-varied")
    assert problem["detail"] == "Both moments are on a weekday evening."
    await participation.plan(trajectory, "neighbourhood_walk", SATURDAY)
    await participation.done(trajectory, "starts")
    evening = {"moment": 3, "at": "2026-10-10T20:30:00+02:00"}
    await participation.refused(trajectory, "moment-moves", evening, code="reason-missing")
    moved = {**evening, "reason": "De zaal is bezet"}
    await participation.done(trajectory, "moment-moves", moved)
    await participation.done(
        trajectory, "moment-cancellations", {"moment": 3, "reason": "Te weinig tijd"}
    )
    participation.clock.set("2026-11-04T09:00:00Z")
    later = {"moment": 1, "at": "2026-12-01T12:00:00Z", "reason": "Opnieuw"}
    await participation.refused(trajectory, "moment-moves", later, code="moment-already-over")
    for moment in (1, 2):
        await participation.held(trajectory, moment, 12)
        await participation.told(trajectory, moment, None, "nothing_came")
    await participation.refused(trajectory, "closings", code="moments-not-varied")
    await participation.plan(trajectory, "pop_up", "2026-11-07T11:00:00+01:00")
    participation.clock.set("2026-11-08T09:00:00Z")
    await participation.held(trajectory, 4, 9)
    await participation.told(trajectory, 4, None, "nothing_came")
    await participation.done(trajectory, "closings")
    seen = await participation.look(f"/{trajectory}")
    assert (seen["status"], seen["ended"]) == ("closed", "2026-11-08")
    assert [one["status"] for one in seen["moments"]] == ["held", "held", "cancelled", "held"]


async def test_a_trajectory_rests_on_a_check_that_counts(participation: Participation) -> None:
    """PAR-21: on an open or unknown check nothing is opened; one letter is enough to inform."""
    body = {"area": LARIKS, "themes": ["greening"], "groups": ["tenants"]}
    check = await participation.made("/involvement-checks", body)
    for id_ in (check, "nobody-knows"):
        answer = await participation.post("/trajectories", {"check": id_, "title": "De vijver"})
        assert (answer.status_code, answer.json()["code"]) == (409, "check-not-valid")
    trajectory = await participation.trajectory({"tenants": "informed", "owners": "informed"})
    await participation.refused(trajectory, "starts", code="moments-not-varied")
    await participation.plan(trajectory, "letter", EVENING)
    await participation.done(trajectory, "starts")


@pytest.mark.parametrize(
    ("noun", "body", "roles"),
    [
        ("moments", {"form": "meeting", "at": "2026-11-01T12:00:00Z"}, (MANAGER, "partner")),
        ("starts", {}, (MANAGER, "resident")),
        ("held-moments", {"moment": 1}, (MANAGER, "partner", "resident")),
        ("closings", {}, (MANAGER, "partner", "analyst")),
        ("stops", {"reason": "Klaar"}, (WORKER, "partner", "area_director")),
        ("feedback", {"moment": 1, "outcome": "nothing_came"}, ("partner", "resident")),
        ("promise-lowerings", {"group": "tenants", "to": "informed"}, ("partner", "analyst")),
    ],
)
async def test_each_command_is_for_its_role(
    participation: Participation, noun: str, body: dict[str, object], roles: tuple[str, ...]
) -> None:
    """PAR-21, PAR-26: workers carry it out, managers stop it and change what is promised."""
    trajectory = await _varied(participation, {"tenants": "advise"})
    for role in roles:
        answer = await participation.step(trajectory, noun, body, role)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed"), role


async def test_a_promise_needs_a_form_that_carries_it_and_people(
    participation: Participation,
) -> None:
    """PAR-22: promised co_decide, carried advise; with 19 people deciding it closes."""
    counts = {"tenants": WISHES, "owners": {"informed": 20}}
    trajectory = await participation.trajectory(
        {"tenants": "co_decide", "owners": "informed"}, answers=counts
    )
    moments = (
        ("letter", "2026-10-01T08:00:00Z", None),
        ("survey", "2026-10-02T08:00:00Z", 61),
        ("meeting", EVENING, 34),
        ("meeting", SATURDAY, 21),
        ("decision_meeting", "2026-10-15T19:30:00+02:00", 0),
    )
    for form, at, _ in moments:
        await participation.plan(trajectory, form, at)
    await participation.done(trajectory, "starts")
    participation.clock.set("2026-10-16T09:00:00Z")
    for number, (_, _, attendance) in enumerate(moments, start=1):
        await participation.held(trajectory, number, attendance)
        await participation.told(trajectory, number, None, "nothing_came")
    problem = await participation.refused(trajectory, "closings", code="promise-not-kept")
    (only,) = problem["refusals"]
    assert (only["group"], only["promise"], only["carried"]) == ("tenants", "co_decide", "advise")
    await participation.plan(trajectory, "decision_meeting", "2026-11-05T19:30:00+01:00")
    participation.clock.set("2026-11-06T09:00:00Z")
    await participation.held(trajectory, 6, 19)
    await participation.refused(trajectory, "closings", code="feedback-owed")
    await participation.told(trajectory, 6, None, "nothing_came")
    await participation.done(trajectory, "closings")
    last, said = (await participation.facts("trajectories-%"))[-1]
    assert last == "trajectory-closed"
    tenants, owners = said["promises"]
    assert (tenants["leadingWish"], tenants["promise"], tenants["kept"]) == (
        "co_decide",
        "co_decide",
        True,
    )
    assert (owners["leadingWish"], owners["promise"], owners["kept"]) == (
        "informed",
        "informed",
        True,
    )


async def test_what_residents_decided_is_carried_out_or_openly_broken(
    participation: Participation,
) -> None:
    """PAR-23: too costly is refused; for law, told, both facts come together and it is on show."""
    trajectory = await participation.trajectory({"tenants": "co_decide"})
    await participation.plan(trajectory, "neighbourhood_walk", "2026-11-14T10:30:00+01:00")
    await participation.plan(trajectory, "decision_meeting", "2026-11-20T19:30:00+01:00")
    await participation.done(trajectory, "starts")
    participation.clock.set("2026-11-21T09:00:00Z")
    await participation.held(trajectory, 1, 6)
    await participation.told(trajectory, 1, None, "nothing_came")
    benches = {"what": "Bankjes bij de vijver, geen parkeren", "decided": True}
    body = {"moment": 2, "attendance": 19, "input": [benches]}
    await participation.done(trajectory, "held-moments", body)
    answer = {"moment": 2, "item": 1, "outcome": "not_taken_over", "form": "meeting"}
    answer["toldOn"] = "2026-11-21"
    costly, unlawful = {**answer, "reason": "money"}, {**answer, "reason": "law"}
    for role, wrong in ((WORKER, costly), (WORKER, unlawful), (MANAGER, costly)):
        await participation.refused(
            trajectory, "feedback", wrong, role, code="co-decision-is-binding"
        )
    lower = {"group": "tenants", "to": "advise", "reason": "money", "toldOn": "2026-11-21"}
    await participation.done(trajectory, "promise-lowerings", {**lower, "form": "letter"}, MANAGER)
    await participation.refused(
        trajectory, "feedback", costly, MANAGER, code="co-decision-is-binding"
    )
    given = await participation.done(trajectory, "feedback", unlawful, MANAGER)
    assert len(given["events"]) == 2
    facts = await participation.facts("trajectories-%")
    assert [name for name, _ in facts[-2:]] == ["feedback-given", "promise-broken"]
    broken = facts[-1][1]
    assert (broken["group"], broken["item"], broken["reason"]) == ("tenants", 1, "law")
    assert broken["promise"] == "co_decide"
    await participation.done(trajectory, "closings")
    (promise,) = (await participation.look(f"/{trajectory}", "resident"))["promises"]
    assert (promise["promised"], promise["broken"]) == (["co_decide", "advise"], True)
    (kept,) = (await participation.facts("trajectories-%"))[-1][1]["promises"]
    assert (kept["kept"], kept["broken"]) == (False, True)


async def _three(participation: Participation) -> str:
    """The walk, the drop-in and the meeting of PAR-24."""
    trajectory = await participation.trajectory({"tenants": "advise"})
    await participation.plan(trajectory, "neighbourhood_walk", SATURDAY)
    await participation.plan(trajectory, "drop_in", "2026-10-13T14:00:00+02:00")
    await participation.plan(trajectory, "meeting", "2026-10-15T19:30:00+02:00")
    await participation.done(trajectory, "starts")
    return trajectory


async def test_attendance_is_a_number_that_partners_do_not_see(
    participation: Participation,
) -> None:
    """PAR-24: 34 at 1 of 3 moments, 1 without visitors, 1 not counted; no average."""
    trajectory = await _three(participation)
    early = {"moment": 1, "attendance": 3}
    await participation.refused(trajectory, "held-moments", early, code="moment-not-yet-held")
    participation.clock.set("2026-10-16T09:00:00Z")
    for moment, count in ((1, 0), (2, None), (3, 34)):
        await participation.held(trajectory, moment, count)
    names = [name for name, _ in await participation.facts("trajectories-%")]
    assert names.count("moment-held") == 3
    seen = await participation.look(f"/{trajectory}", WORKER)
    assert seen["attendance"] == "34 at 1 of 3 moments, 1 without visitors, 1 not counted"
    for role in ("partner", "resident"):
        outside = await participation.look(f"/{trajectory}", role)
        assert outside["attendance"] is None
        assert {one["attendance"] for one in outside["moments"]} == {None}


async def test_names_of_who_came_are_refused_and_kept_nowhere(
    participation: Participation, caplog: pytest.LogCaptureFixture
) -> None:
    """PAR-24: a list of names is a 400 naming the field, not its value; it is in no log."""
    caplog.set_level(logging.DEBUG)
    trajectory = await _three(participation)
    participation.clock.set("2026-10-16T09:00:00Z")
    for field, value in (("attendees", ["Jan de Vries"]), ("attendance", ["Jan de Vries"])):
        body = {"moment": 1, field: value}
        answer = await participation.step(trajectory, "held-moments", body)
        assert answer.status_code == 400
        assert field in answer.text
        assert "Vries" not in answer.text
    logging.getLogger("leefwijk").info("what is logged is caught here")
    assert "caught here" in caplog.text
    assert "Vries" not in caplog.text
    assert "Vries" not in await participation.everything()


async def test_time_tells_what_nobody_reported(participation: Participation) -> None:
    """PAR-24: nothing by the end of day 7: told once, no closing, and late is shown as late."""
    trajectory = await _three(participation)
    await participation.time_passes("2026-10-17T21:59:59Z")
    assert "moment-unreported" not in dict(await participation.facts("trajectories-%"))
    await participation.time_passes("2026-10-17T22:00:00Z")
    await participation.time_passes("2026-10-19T12:00:00Z")
    told = [one for one in await participation.facts("trajectories-%") if "unreported" in one[0]]
    assert [said["moment"] for _, said in told] == [1]
    assert (told[0][1]["dueOn"], told[0][1]["on"]) == ("2026-10-17", "2026-10-18")
    await participation.refused(trajectory, "closings", code="moment-unreported")
    await participation.held(trajectory, 1, 12)
    first = (await participation.look(f"/{trajectory}"))["moments"][0]
    assert (first["unreported"], first["daysLate"], first["attendance"]) == (True, 2, 12)


async def test_everyone_hears_before_it_closes(participation: Participation) -> None:
    """PAR-25: 23 of 27 answered is 85.2 %; time tells once; only 27 of 27 closes."""
    trajectory = await participation.trajectory({"tenants": "advise"})
    moments = (("meeting", EVENING, 12), ("pop_up", SATURDAY, 9))
    moments = (*moments, ("drop_in", "2026-10-15T14:00:00+02:00", 6))
    for form, at, _ in moments:
        await participation.plan(trajectory, form, at)
    await participation.done(trajectory, "starts")
    participation.clock.set("2026-10-16T09:00:00Z")
    for number, (_, _, items) in enumerate(moments, start=1):
        await participation.held(trajectory, number, 20, *(f"Punt {n}" for n in range(items)))
        for item in range(1, items + 1):
            if number > 1 or item <= 8:
                await participation.told(trajectory, number, item)
    problem = await participation.refused(trajectory, "closings", code="feedback-owed")
    (owed,) = problem["refusals"]
    assert owed["owed"] == [{"moment": 1, "items": [9, 10, 11, 12]}]
    assert (owed["answered"], owed["of"], owed["percentage"]) == (23, 27, "85.2")
    assert (await participation.look(f"/{trajectory}"))["coverage"] == "85.2"
    for outcome in ("partly_taken_over", "not_taken_over", "passed_on"):
        bare = {"moment": 1, "item": 9, "outcome": outcome}
        bare |= {"toldOn": "2026-10-16", "form": "letter"}
        await participation.refused(trajectory, "feedback", bare, code="outcome-needs-reason")
    noted = {"moment": 1, "item": 9, "outcome": "taken_over"}
    await participation.refused(trajectory, "feedback", noted, code="feedback-not-told")
    soon = {**noted, "toldOn": "2026-10-17", "form": "letter"}
    await participation.refused(trajectory, "feedback", soon, code="told-in-future")
    passed = {**noted, "outcome": "passed_on", "reason": "other_party_decides"}
    passed |= {"toParty": "Gemeente Assen", "toldOn": "2026-10-16", "form": "letter"}
    await participation.done(trajectory, "feedback", passed)
    await participation.time_passes("2026-11-03T22:59:59Z")
    assert "feedback-overdue" not in dict(await participation.facts("trajectories-%"))
    await participation.time_passes("2026-11-03T23:00:00Z")
    await participation.time_passes("2026-11-06T12:00:00Z")
    late = [said for name, said in await participation.facts("trajectories-%") if "overdue" in name]
    assert [(one["moment"], one["owed"], one["on"]) for one in late] == [(1, 3, "2026-11-04")]
    listed = await participation.look("/trajectories?feedback=owed")
    assert [one["id"] for one in listed["items"]] == [trajectory.partition("/")[2]]
    for item in (10, 11, 12):
        await participation.refused(trajectory, "closings", code="feedback-owed")
        await participation.told(trajectory, 1, item)
    answers = (await participation.look(f"/{trajectory}", "resident"))["moments"][0]["answers"]
    assert [one["daysLate"] for one in answers] == [0] * 9 + [3] * 3
    assert answers[8]["toParty"] == "Gemeente Assen"
    await participation.done(trajectory, "closings")
    assert (await participation.look("/trajectories?feedback=owed"))["items"] == []


async def test_what_changes_after_closing_opens_it_again(participation: Participation) -> None:
    """PAR-25: people are told again, it runs again, and it is closed anew; a stop owes still."""
    trajectory = await _varied(participation, {"tenants": "advise"})
    participation.clock.set("2026-10-16T09:00:00Z")
    for moment in (1, 2):
        await participation.held(trajectory, moment, 12, "Meer groen")
        await participation.told(trajectory, moment, 1)
    await participation.done(trajectory, "closings")
    again = {"moment": 1, "item": 1, "outcome": "partly_taken_over", "reason": "money"}
    await participation.refused(trajectory, "feedback-revisions", again, code="feedback-not-told")
    told = {**again, "toldOn": "2026-10-16", "form": "meeting"}
    await participation.done(trajectory, "feedback-revisions", told)
    names = [name for name, _ in await participation.facts("trajectories-%")]
    assert names[-2:] == ["feedback-revised", "trajectory-reopened"]
    seen = await participation.look(f"/{trajectory}")
    assert (seen["status"], seen["reopened"], seen["ended"]) == ("running", 1, None)
    await participation.plan(trajectory, "meeting", "2026-10-20T19:30:00+02:00")
    participation.clock.set("2026-10-21T09:00:00Z")
    await participation.held(trajectory, 3, 4, "Een bankje")
    await participation.done(trajectory, "stops", {"reason": "Het project stopt"}, MANAGER)
    await participation.time_passes("2026-11-18T09:00:00Z")
    assert (await participation.facts("trajectories-%"))[-1][0] == "feedback-overdue"
    await participation.told(trajectory, 3, 1)
    assert (await participation.look(f"/{trajectory}"))["coverage"] == "100.0"


async def test_a_promise_comes_down_openly_or_not_at_all(participation: Participation) -> None:
    """PAR-26: not told is refused; told it is on show for ever, and the check is not edited."""
    trajectory = await participation.trajectory(
        {"tenants": "co_decide"}, answers={"tenants": WISHES}
    )
    before = await participation.look(f"/{trajectory}")
    check = f"involvement-checks/{before['check']}"
    version = (await participation.look(f"/{check}"))["version"]
    participation.clock.set("2026-11-10T09:00:00Z")
    lower = {"group": "tenants", "to": "advise", "reason": "money"}
    await participation.refused(
        trajectory, "promise-lowerings", lower, MANAGER, code="lowered-promise-not-told"
    )
    told = {**lower, "toldOn": "2026-11-09", "form": "meeting"}
    await participation.refused(
        trajectory, "promise-lowerings", told, code="decision-room-needs-area-manager"
    )
    await participation.done(trajectory, "promise-lowerings", told, MANAGER)
    name, said = (await participation.facts("trajectories-%"))[-1]
    assert name == "promise-lowered"
    assert (said["from"], said["to"], said["reason"]) == ("co_decide", "advise", "money")
    assert (said["toldOn"], said["form"], said["shareAbove"]) == ("2026-11-09", "meeting", "36.1")
    for role in (WORKER, "partner", "resident"):
        (promise,) = (await participation.look(f"/{trajectory}", role))["promises"]
        assert promise["wished"] == "co_decide"
        assert (promise["promised"], promise["lowered"]) == (["co_decide", "advise"], True)
    assert (await participation.look(f"/{check}"))["version"] == version


async def test_trajectories_are_found_by_where_what_and_how_they_stand(
    participation: Participation,
) -> None:
    """PAR-21: by area with what lies in it, theme, check, status and title; others see nothing."""
    small = await participation.trajectory({"tenants": "advise"}, area=LUCHIESLAND)
    participation.clock.advance(seconds=1)
    large = await _varied(participation, {"tenants": "informed"})
    ids = [one.partition("/")[2] for one in (large, small)]

    async def found(query: str, role: str = "analyst", **who: object) -> list[str]:
        listed = await participation.look(f"/trajectories?{query}", role, **who)
        return [one["id"] for one in listed["items"]]

    assert await found(f"area={LARIKS}") == ids
    assert await found(f"area={LUCHIESLAND}") == ids[1:]
    assert await found("status=prepared") == ids[1:]
    assert await found("theme=greening&title=vijver") == ids
    assert await found("theme=meeting") == []
    check = (await participation.look(f"/{small}"))["check"]
    assert await found(f"check={check}") == ids[1:]
    assert await found("municipality=GM0106", "partner") == ids
    assert await found("", "partner", of=("GM0114",)) == []
    hidden = await participation.get(f"/{small}", "partner", of=("GM0114",))
    assert hidden.status_code == 404


async def test_a_promise_is_raised_as_the_role_of_the_check_allows(
    participation: Participation,
) -> None:
    """PAR-08: who co-initiates hands nothing over, also after the conclusion."""
    check = await participation.check(LARIKS)
    await participation.ask(check, "meeting", "2026-09-01", co_decide=12, self_manage=2)
    said = concluding(own="co_initiate", tenants="co_decide")
    await participation.done(check, "conclusions", said, MANAGER)
    body = {"check": check.partition("/")[2], "title": "De vijver"}
    trajectory = f"trajectories/{await participation.made('/trajectories', body)}"
    raised = {"group": "tenants", "to": "self_manage", "reason": "Ze willen het zelf"}
    code = "role-contradicts-promise"
    await participation.refused(trajectory, "promise-raises", raised, MANAGER, code=code)
