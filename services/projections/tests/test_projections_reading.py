"""Reading the effort status through the API: freshness, pages, moments, and who sees what."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from projections_scenes import extra_agreed, extra_proposed

from leefwijk.events.fields import Theme
from leefwijk.events.handling import write_token
from leefwijk.events.language.initiatives import life, support
from leefwijk.events.language.monitoring import effort_levels as levels
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
)
from leefwijk.events.language.monitoring.stories import (
    StoryConsentGiven,
    StoryPublished,
    StoryRecorded,
    Teller,
    Tone,
)
from projections import queries

LARIKS = "WK010601@2020"
PITTELO = "WK010604@2020"
APPELSCHA = "WK008501@2020"
BUURT = "BU01060100@2020"
GROUND = "11111111-1111-4111-8111-111111111111"


def area(id_: str, name: str, kind: AreaKind = AreaKind.DISTRICT, parent: str = "") -> Any:
    """An area's own facts."""
    municipality = f"GM{id_[2:6]}"
    return AreaRegistered(
        area=id_,
        kind=kind,
        name=name,
        parent=parent or f"{municipality}@2020",
        municipalities=(municipality,),
    )


def level_facts(id_: str) -> list[Any]:
    """A level `extra` for an area, proposed and agreed."""
    mode = levels.Mode(stance=levels.Stance.REACTIVE, rhythm=levels.Rhythm.INCIDENTAL)
    proposed = extra_proposed(
        date(2026, 1, 1),
        date(2028, 12, 31),
        area=id_,
        mode=mode,
        invited=("p1",),
        reaction_through=date(2026, 1, 29),
        lapses_on=date(2026, 7, 30),
    )
    return [proposed, extra_agreed(proposed)]


def figure(number: str) -> MeasurementsRecorded:
    """A figure of Lariks."""
    return MeasurementsRecorded(
        area=LARIKS,
        source_edition="rivm-2020",
        import_id="i1",
        figures=(
            Measured(indicator="eenzaam", period="2020", figure=Figure(number=Decimal(number))),
        ),
    )


def story(tone: Tone) -> StoryRecorded:
    """A story about Lariks."""
    return StoryRecorded(
        area=LARIKS,
        municipalities=("GM0106",),
        theme=Theme.MEETING,
        tone=tone,
        teller=Teller.RESIDENT,
        month=date(2026, 1, 1),
    )


def proposed_initiative() -> life.InitiativeProposed:
    """A coffee corner in the buurt."""
    return life.InitiativeProposed(
        title="Koffiehoek",
        area=BUURT,
        municipalities=("GM0106",),
        themes=(Theme.MEETING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
        on=date(2026, 2, 1),
    )


def granted() -> support.SupportGranted:
    """900.00 of support."""
    return support.SupportGranted(
        request=1,
        area=BUURT,
        budget_area=LARIKS,
        year=2026,
        lines=(
            support.GrantedLine(line=1, kind=support.SupportKind.MONEY, amount=Decimal("900.00")),
        ),
        charged=Decimal("900.00"),
        partly=False,
        on=date(2026, 3, 1),
    )


@pytest.fixture
async def filled(read_side: Any, history: Any) -> Any:
    """Assen with two wijken and a buurt, and a wijk of Ooststellingwerf."""
    for id_, name, kind, parent in (
        ("GM0106@2020", "Assen", AreaKind.MUNICIPALITY, "NL01@2020"),
        (LARIKS, "Lariks", AreaKind.DISTRICT, ""),
        (PITTELO, "Pittelo", AreaKind.DISTRICT, ""),
        (BUURT, "De Lariks Oost", AreaKind.NEIGHBOURHOOD, LARIKS),
        (APPELSCHA, "Appelscha", AreaKind.DISTRICT, ""),
    ):
        history.say(
            id_, area(id_, name, kind, parent), "2025-12-01", municipalities=(f"GM{id_[2:6]}",)
        )
    for fact, day in zip(level_facts(LARIKS), ("2026-01-02", "2026-01-30"), strict=True):
        history.say("e1", fact, day)
    history.say("rivm-2020", figure("54.1"), "2026-01-01")
    for number, tone in enumerate((Tone.STRENGTH, Tone.STRENGTH, Tone.CONCERN)):
        history.say(f"t{number}", story(tone), "2026-01-15")
    history.say("t2", StoryConsentGiven(), "2026-01-16")
    history.say("t2", StoryPublished(), "2026-01-17")
    history.say("i1", proposed_initiative(), "2026-02-01", area=BUURT)
    history.say("i1", granted(), "2026-03-01", area=BUURT)
    await read_side.receive(*history.stored)
    return read_side


class TestWhoSeesWhat:
    async def test_people_of_the_platform_see_euros_and_every_story(self, filled: Any) -> None:
        """EVA-38: an area_manager sees euros, unpublished counts and requests below the wijk."""
        status = await filled.status()
        assert status["money"]["granted"] == "900.00"
        assert status["level"]["budgets"] == {"2026": "24000.00"}
        assert (status["stories"]["strengths"], status["stories"]["concerns"]) == (2, 1)
        assert [line["status"] for line in status["initiatives"]] == ["supported"]

    @pytest.mark.parametrize("role", ["resident", "case_worker", "safeguarding_officer"])
    async def test_residents_see_what_is_open(self, filled: Any, role: str) -> None:
        """EVA-38: no euros, only published stories, only initiatives that run."""
        status = await filled.status(role=role)
        assert status["money"] is None
        assert status["level"]["budgets"] is None
        assert status["level"]["level"] == "extra"
        assert (status["stories"]["strengths"], status["stories"]["concerns"]) == (0, 1)
        assert status["initiatives"] == []
        assert status["initiativesRunning"] == 0
        assert "900" not in str(status)

    async def test_a_partner_sees_its_own_municipality_only(self, filled: Any) -> None:
        """EVA-38: another municipality is not found, neither in one answer nor in the list."""
        assert (await filled.get(f"/areas/{LARIKS}/effort-status", "partner")).status_code == 200
        other = await filled.get(f"/areas/{LARIKS}/effort-status", "partner", of="GM1690")
        nothing = await filled.get("/areas/WK999999@2020/effort-status", "partner", of="GM1690")
        assert other.status_code == nothing.status_code == 404
        assert other.json()["code"] == "not-found"
        assert other.json()["detail"] == nothing.json()["detail"]
        listed = await filled.get("/effort-statuses", "partner")
        assert {item["area"] for item in listed.json()["items"]} == {LARIKS, PITTELO}
        asked = await filled.get("/effort-statuses", "partner", municipality="GM0085")
        assert asked.json()["items"] == []

    async def test_a_partner_does_not_see_an_area_before_its_own_facts_arrived(
        self, read_side: Any, history: Any
    ) -> None:
        """EVA-34: figures under a code whose name is not known yet stay within its municipality."""
        history.say("rivm-2020", figure("54.1"), "2026-01-01")
        await read_side.receive(*history.stored)
        path = f"/areas/{LARIKS}/effort-status"
        assert (await read_side.get(path, "partner")).status_code == 200
        assert (await read_side.get(path, "partner", of="GM1690")).status_code == 404

    async def test_a_partner_gets_no_evidence_of_another_municipality(self, filled: Any) -> None:
        """EVA-38: provenance follows the rights of the status it belongs to."""
        path, asked = f"/areas/{LARIKS}/evidence", {"streams": "effort-levels-e1"}
        assert (await filled.get(path, "partner", of="GM1690", **asked)).status_code == 404
        assert len((await filled.get(path, "partner", **asked)).json()["events"]) == 2
        assert (await filled.get(path, "resident", **asked)).status_code == 403

    async def test_an_operator_reads_no_content(self, filled: Any) -> None:
        """EVA-38: who keeps the platform running reads no area."""
        for path in (f"/areas/{LARIKS}/effort-status", "/effort-statuses"):
            answer = await filled.get(path, "operator")
            assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")

    async def test_nobody_reads_without_a_token(self, filled: Any) -> None:
        """EVA-38: without a token there is no answer."""
        answer = await filled.client.get(f"/v1/areas/{LARIKS}/effort-status")
        assert answer.status_code == 401


class TestFreshness:
    async def test_after_waits_until_the_read_model_holds_it(
        self, filled: Any, history: Any
    ) -> None:
        """EVA-35: a command's token makes the read side wait and then contains the command."""
        new = history.say("t9", story(Tone.STRENGTH), "2026-02-01")
        token = write_token({new.stream_id: new.version})
        asked = asyncio.create_task(filled.status(after=token))
        await asyncio.sleep(0.2)
        assert not asked.done()
        await filled.receive(new)
        assert (await asked)["stories"]["strengths"] == 3

    async def test_after_waits_for_every_stream_that_was_changed(
        self, filled: Any, history: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """EVA-35: a command that changed two streams is visible when both are, and not before."""
        monkeypatch.setattr(queries, "WAIT_SECONDS", 0.05)
        new = [history.say(name, story(Tone.STRENGTH), "2026-02-01") for name in ("t9", "t10")]
        new.append(history.say("t10", StoryConsentGiven(), "2026-02-02"))
        token = write_token({one.stream_id: one.version for one in new})
        for one in new:
            answer = await filled.get(f"/areas/{LARIKS}/effort-status", after=token)
            assert (answer.status_code, answer.json()["code"]) == (503, "read-side-behind")
            await filled.receive(one)
        assert (await filled.status(after=token))["stories"]["strengths"] == 4

    async def test_what_is_parked_has_not_been_reached(
        self, filled: Any, history: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """EVA-35: never silently an older answer: read-side-behind, with when to ask again."""
        monkeypatch.setattr(queries, "WAIT_SECONDS", 0.05)
        history.say("t9", story(Tone.STRENGTH), "2026-02-01")
        given = history.say("t9", StoryConsentGiven(), "2026-02-02")
        await filled.receive(given)
        token = write_token({given.stream_id: given.version})
        for path in (f"/areas/{LARIKS}/effort-status", "/effort-statuses"):
            answer = await filled.get(path, after=token)
            assert (answer.status_code, answer.json()["code"]) == (503, "read-side-behind")
            assert int(answer.headers["Retry-After"]) >= 1

    async def test_a_token_of_something_else_is_refused(self, filled: Any) -> None:
        """EVA-35: a token that is none is an error of the caller, not a wait."""
        answer = await filled.get(f"/areas/{LARIKS}/effort-status", after="x!")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")

    async def test_the_answer_says_through_when_it_is_built(self, filled: Any) -> None:
        """EVA-35: people always know how fresh what they read is."""
        assert (await filled.status())["builtThrough"].startswith("2026-03-01T11:00:00")


class TestMoments:
    @pytest.mark.parametrize(
        "asked",
        [
            {"asOf": "31-01-2022"},
            {"asOf": "2022-02-30"},
            {"asOf": ""},
            {"knownAt": "yesterday"},
            {"knownAt": "2022-01-31T10:00:00"},
            {"asof": "2022-01-31"},
            {"limit": "0"},
        ],
    )
    async def test_a_moment_that_cannot_be_read_is_refused(
        self, filled: Any, asked: dict[str, str]
    ) -> None:
        """EVA-24: a malformed day, a moment without zone or a misspelt question is answered 400."""
        answer = await filled.get(f"/areas/{LARIKS}/effort-status", **asked)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
        assert answer.headers["Content-Type"].startswith("application/problem+json")

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    async def test_the_ends_of_the_calendar(self, filled: Any, day: str) -> None:
        """EVA-24: any day can be asked for; knowledge lies in years that people can mean."""
        assert (await filled.get(f"/areas/{LARIKS}/effort-status", asOf=day)).status_code == 200
        for known in (day, f"{day}T00:30:00+14:00", f"{day}T23:30:00-12:00"):
            answer = await filled.get(f"/areas/{LARIKS}/effort-status", knownAt=known)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")

    async def test_both_clocks_through_the_api(self, filled: Any) -> None:
        """EVA-24: a past day reads extra today, and basic as known the day before the agreement."""
        said = {}
        for known in (None, "2026-01-29", "2026-01-30"):
            asked = {"asOf": "2026-01-15", **({"knownAt": known} if known else {})}
            said[known] = (await filled.status(**asked))["level"]["level"]
        assert said == {None: "extra", "2026-01-29": "basic", "2026-01-30": "extra"}

    async def test_an_area_needs_its_edition(self, filled: Any) -> None:
        """MON-02: a code without its edition is refused with what to say."""
        answer = await filled.get("/areas/WK010601/effort-status")
        assert (answer.status_code, answer.json()["code"]) == (400, "area-edition-missing")

    async def test_a_buurt_names_the_level_above(self, filled: Any) -> None:
        """MON-06: the buurt of a wijk with a level reads basic, by that wijk."""
        level = (await filled.status(BUURT))["level"]
        assert (level["level"], level["byArea"], level["byLevel"]) == ("basic", LARIKS, "extra")


class TestList:
    async def test_pages_follow_each_other(self, filled: Any) -> None:
        """EVA-36: pages of one give every area once, in the order of their ids."""
        found, path = [], "/effort-statuses?limit=1"
        for _ in range(10):
            answer = await filled.get(path)
            found += [item["area"] for item in answer.json()["items"]]
            if answer.json()["next"] is None:
                assert "Link" not in answer.headers
                break
            path = answer.headers["Link"].split(">")[0][1:].removeprefix("/v1")
        assert found == sorted(found) == [APPELSCHA, LARIKS, PITTELO]

    @pytest.mark.parametrize("limit", [1, 2, 50])
    @pytest.mark.parametrize(
        ("level", "areas"), [("extra", [LARIKS]), ("basic", [APPELSCHA, PITTELO])]
    )
    async def test_a_level_filters_over_pages(
        self, filled: Any, limit: int, level: str, areas: list[str]
    ) -> None:
        """EVA-36: a filter leaves no area out and gives none twice, whatever the page size."""
        found, cursor = [], None
        for _ in range(10):
            asked: dict[str, str] = {"cursor": cursor} if cursor else {}
            answer = await filled.get("/effort-statuses", level=level, limit=limit, **asked)
            found += [item["area"] for item in answer.json()["items"]]
            cursor = answer.json()["next"]
            if cursor is None:
                break
        assert found == areas

    async def test_a_line_says_what_the_status_says(self, filled: Any) -> None:
        """EVA-36: list and status of an area agree, now and as known before."""
        moments: list[dict[str, str]] = [{}, {"asOf": "2026-01-15", "knownAt": "2026-01-20"}]
        for asked in moments:
            answer = await filled.get("/effort-statuses", municipality="GM0106", **asked)
            for line in answer.json()["items"]:
                level = (await filled.status(line["area"], **asked))["level"]
                assert (line["level"], line["agreed"]) == (level["level"], level["agreed"])

    async def test_kinds_can_be_asked_for(self, filled: Any) -> None:
        """EVA-36: buurten and municipalities are listed where they are asked for."""
        answer = await filled.get("/effort-statuses", kind="neighbourhood")
        assert [item["area"] for item in answer.json()["items"]] == [BUURT]
        assert (await filled.get("/effort-statuses", kind="house")).status_code == 400
        assert (await filled.get("/effort-statuses", cursor="'; drop")).status_code == 400
