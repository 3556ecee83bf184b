"""Areas as lived in, stories and effort levels through the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

LARIKS, PITTELO = "WK010601@2020", "WK010604@2020"
BOSKAMP, ASSEN = "BU01060501@2020", "GM0106@2020"
LONELY = "rivm-eenzaam-18plus"
POOR = "rivm-moeite-met-rondkomen-18plus"
WORDS = "Op dinsdag zwaait de overbuurvrouw vanaf haar galerij"

FILE = """code,eenzaam,moeite_met_rondkomen
GM0106,46.4,12.6
WK010601,54.1,18.4
WK010604,49.7,15.0
BU01060501,.,.
WK008501,43.1,10.0
WK008512,39.9,9.0
WK008504,40.1,9.5
"""
CITED = {"sourceEdition": "two-percentages-2020", "indicator": LONELY, "period": "2020"}
EFFECT = {"indicator": LONELY, "movement": "down", "by": "2028-12-31"}


@pytest.fixture
async def counted(monitoring: Any, two_percentages: Any) -> Any:
    """Monitoring with the figures of a few areas of edition 2020."""
    done = await monitoring.load(FILE, 2020, mapping=two_percentages())
    assert done["status"] == "completed"
    return monitoring


async def tell(service: Any, area: str = LARIKS, text: str = WORDS, **more: str) -> str:
    """A story told to a neighbourhood_worker."""
    body = {"theme": "meeting", "tone": "strength", "teller": "resident", "text": text, **more}
    answer = await service.post(f"/areas/{area}/stories", "neighbourhood_worker", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def partner(service: Any, kind: str = "municipality", municipality: str = "GM0106") -> str:
    """A registered partner."""
    body = {"name": f"Partner {kind}", "kind": kind, "municipalities": [municipality]}
    answer = await service.post("/partners", "area_manager", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def version(service: Any, path: str, role: str = "area_manager") -> int:
    """The version that If-Match needs."""
    answer = await service.get(path, role)
    return int(answer.headers["ETag"].strip('"'))


def proposal(story: str | None, **changes: Any) -> dict[str, Any]:
    """A complete proposal."""
    return {
        "level": "extra",
        "valid": {"from": "2027-01-01", "through": "2028-12-31"},
        "measurements": [CITED],
        "stories": [story] if story else [],
        "effects": [EFFECT],
        **changes,
    }


def codes(answer: Any) -> set[str]:
    """The code of a refusal, and those of every line in it."""
    body = answer.json()
    return {body["code"], *(fault["code"] for fault in body.get("refusals", ()))}


class TestAreas:
    async def test_an_area_without_its_edition_is_refused(self, counted: Any) -> None:
        """MON-02: a code without its edition is refused, and a command with one records nothing."""
        for path in ("/areas/WK008501", "/areas/WK008501/measurements", "/areas/WK008501/boundary"):
            answer = await counted.get(path)
            assert (answer.status_code, answer.json()["code"]) == (400, "area-edition-missing")
        body = {"theme": "meeting", "tone": "strength", "teller": "resident", "text": WORDS}
        answer = await counted.post("/areas/WK008501/stories", "neighbourhood_worker", body)
        assert answer.status_code == 400
        assert "story-recorded" not in await counted.facts()

    async def test_a_partner_reads_figures_of_its_own_municipality(self, counted: Any) -> None:
        """EVA-38: what a partner may not see of an area it may not read as figures either."""
        for path in (f"/areas/{LARIKS}", f"/areas/{LARIKS}/measurements"):
            own = await counted.client.get(f"/v1{path}", headers=counted.headers("partner"))
            other = await counted.client.get(
                f"/v1{path}", headers=counted.headers("partner", of=("GM1690",))
            )
            assert (own.status_code, other.status_code) == (200, 404)

    async def test_a_mapping_carries_figures_by_their_shares(
        self, monitoring: Any, two_percentages: Any
    ) -> None:
        """MON-03: percentages go backward as a weighted mean, and are marked as derived."""
        await monitoring.load(FILE, 2020, mapping=two_percentages())
        head = "code,eenzaam,moeite_met_rondkomen\nWK008505,44.0,8.0\n"
        of_2016 = two_percentages(edition="2016").replace('fixed: "2020"', 'fixed: "2016"')
        await monitoring.load(head, 2016, mapping=of_2016)
        path = "/areas/WK008505@2016/edition-mappings"
        shares = {"WK008501@2020": "0.8645", "WK008512@2020": "0.0722", "WK008504@2020": "0.0633"}

        def body(**changed: str) -> dict[str, Any]:
            to = [{"area": area, "share": share} for area, share in {**shares, **changed}.items()]
            return {"to": to, "basis": "inhabitants 2022"}

        at = await version(monitoring, "/areas/WK008505@2016")
        wrong = await monitoring.post(path, "analyst", body(**{"WK008501@2020": "0.8545"}), at)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "mapping-weights-not-one")
        answer = await monitoring.post(path, "analyst", body(), at)
        assert answer.status_code == 201, answer.text
        old = await monitoring.look("/areas/WK008505@2016/measurements")
        derived = [item for item in old["items"] if item["derivedFrom"]]
        lonely = next(item for item in derived if item["indicator"] == LONELY)
        assert round(Decimal(lonely["number"]), 3) == Decimal("42.679")
        assert lonely["shown"] == "42.7"
        assert set(lonely["derivedFrom"]) == set(shares)
        new = await monitoring.look("/areas/WK008501@2020/measurements")
        own = [item for item in new["items"] if item["indicator"] == LONELY]
        assert {item["number"] for item in own if not item["derivedFrom"]} == {"43.1"}

    async def test_a_class_goes_forward_and_never_backward(
        self, monitoring: Any, two_percentages: Any, small: Any
    ) -> None:
        """MON-03: a class passes unchanged to the area's successor and is never averaged."""
        await monitoring.load(
            "code,eenzaam,moeite_met_rondkomen\nWK990110,1,1\nWK990111,1,1\n",
            2020,
            mapping=two_percentages(),
        )
        await monitoring.load(small("leefbaarometer2.csv"), 2016, "leefbaarometer-2-wijken")
        at = await version(monitoring, "/areas/WK990100@2016")
        answer = await monitoring.post(
            "/areas/WK990100@2016/edition-mappings",
            "analyst",
            {
                "to": [
                    {"area": "WK990110@2020", "share": "0.4"},
                    {"area": "WK990111@2020", "share": "0.6"},
                ],
                "basis": "inhabitants 2022",
            },
            at,
        )
        assert answer.status_code == 201, answer.text
        for area in ("WK990110@2020", "WK990111@2020"):
            found = await monitoring.look(f"/areas/{area}/measurements")
            classes = {
                item["period"]: (item["number"], item["derivedFrom"])
                for item in found["items"]
                if item["derivedFrom"]
            }
            assert classes["2016"] == ("9", ["WK990100@2016"])
        old = await monitoring.look("/areas/WK990100@2016/measurements")
        assert {item["number"] for item in old["items"] if item["period"] == "2016"} == {"9"}

    async def test_a_composed_area_is_weighted_and_says_what_it_covers(self, counted: Any) -> None:
        """MON-04: 52.4 with coverage 1.00; with an unpublished part 0.98, and it is named."""
        parts = [{"area": LARIKS, "inhabitants": 5455}, {"area": PITTELO, "inhabitants": 3600}]
        body = {
            "name": "Lariks en Pittelo",
            "parts": parts,
            "reason": "residents of both use one shopping street",
        }
        drawn = await counted.post("/experienced-areas", "analyst", body)
        assert drawn.status_code == 201, drawn.text
        path = f"/experienced-areas/{drawn.json()['id']}"
        area = (await counted.look(path))["id"]
        lonely = (await counted.figures(area))[LONELY, "2020"]
        assert round(Decimal(lonely["number"]), 4) == Decimal("52.3507")
        assert (lonely["shown"], lonely["coverage"], lonely["note"]) == ("52.4", "1.00", "composed")
        assert lonely["composedOf"] == {LARIKS: 5455, PITTELO: 3600}

        more = {**body, "parts": [*parts, {"area": BOSKAMP, "inhabitants": 150}]}
        redrawn = await counted.post(f"{path}/drawings", "analyst", more, 1)
        assert redrawn.status_code == 201, redrawn.text
        second = (await counted.look(path))["id"]
        lonely = (await counted.figures(second))[LONELY, "2020"]
        assert (lonely["shown"], lonely["coverage"]) == ("52.4", "0.98")
        assert lonely["withoutFigure"] == [BOSKAMP]
        assert (await counted.figures(area))[LONELY, "2020"]["withoutFigure"] == []

        thin = {**body, "parts": [parts[1], {"area": BOSKAMP, "inhabitants": 1200}]}
        assert (await counted.post(f"{path}/drawings", "analyst", thin, 2)).status_code == 201
        third = (await counted.look(path))["id"]
        lonely = (await counted.figures(third))[LONELY, "2020"]
        assert (lonely["number"], lonely["coverage"]) == (None, "0.75")
        assert lonely["note"] == "not published for enough of this area"


class TestStories:
    async def test_words_are_shown_with_consent_only(self, counted: Any) -> None:
        """MON-22: refused without consent; with it published; before, only few read the words."""
        story = await tell(counted)
        path = f"/stories/{story}"
        refused = await counted.post(f"{path}/publications", "neighbourhood_worker", {}, 1)
        assert (refused.status_code, refused.json()["code"]) == (409, "story-consent-missing")
        for role, sees in (
            ("neighbourhood_worker", True),
            ("area_manager", True),
            ("analyst", False),
            ("area_director", False),
        ):
            assert ((await counted.look(path, role))["text"] == WORDS) is sees
        assert (await counted.get(path, "resident")).status_code == 404
        assert (await counted.post(f"{path}/consents", "neighbourhood_worker", {}, 1)).is_success
        assert (
            await counted.post(f"{path}/publications", "neighbourhood_worker", {}, 2)
        ).is_success
        assert (await counted.look(path, "resident"))["text"] == WORDS
        facts = await counted.facts(f"stories-{story}")
        assert facts == {"story-recorded": 1, "story-consent-given": 1, "story-published": 1}

    async def test_no_word_of_a_story_stands_in_a_fact(
        self, counted: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """MON-22: a search for any word of the story in facts, documents and logs finds nothing."""
        story = await tell(counted)
        await counted.look(f"/stories/{story}", "area_manager")
        where = (await counted.everything() + capsys.readouterr().out + caplog.text).lower()
        for word in WORDS.lower().split():
            if len(word) > 4:
                assert word not in where
        assert story in where

    async def test_lists_show_stories_without_their_words(self, counted: Any) -> None:
        """MON-22: a list has no words for anybody; residents find published stories in it only."""
        story = await tell(counted)
        inside = await counted.look(f"/areas/{LARIKS}/stories", "area_manager")
        assert [item["id"] for item in inside["items"]] == [story]
        assert inside["items"][0]["text"] is None
        assert (await counted.look(f"/areas/{LARIKS}/stories", "resident"))["items"] == []

    async def test_withdrawn_consent_takes_the_words_away(self, counted: Any) -> None:
        """MON-24: withdrawn words are nowhere, the fact stays; erased words are gone for good."""
        story = await tell(counted, tone="concern", theme="safety")
        path = f"/stories/{story}"
        for number, step in enumerate(("consents", "publications", "consent-withdrawals"), 1):
            done = await counted.post(f"{path}/{step}", "neighbourhood_worker", {}, number)
            assert done.is_success, done.text
        for role in ("neighbourhood_worker", "area_manager", "analyst"):
            read = await counted.look(path, role)
            assert (read["text"], read["published"]) == (None, False)
            assert read["note"] == "a resident's concern about safety, text withdrawn"
        assert (await counted.get(path, "resident")).status_code == 404
        again = await counted.post(f"{path}/consent-withdrawals", "neighbourhood_worker", {}, 4)
        assert again.is_success
        assert (await counted.facts(f"stories-{story}"))["story-consent-withdrawn"] == 1
        assert await counted.sealed(story) == 1
        erased = await counted.post(f"{path}/erasures", "privacy_officer", {}, 4)
        assert erased.is_success, erased.text
        read = await counted.look(path, "area_manager")
        assert (read["text"], read["note"]) == (None, "the words were erased")
        assert await counted.sealed(story) == 0
        late = await counted.post(f"{path}/publications", "neighbourhood_worker", {}, 5)
        assert (late.status_code, late.json()["code"]) == (410, "story-erased")


class TestProposing:
    async def test_everything_that_is_missing_is_said_at_once(self, counted: Any) -> None:
        """MON-30: without measurement, story and effect one refusal lists the three codes."""
        body = proposal(None, measurements=[], effects=[])
        answer = await counted.post(f"/areas/{LARIKS}/effort-proposals", "area_manager", body)
        assert answer.status_code == 409
        assert codes(answer) >= {
            "counting-missing",
            "telling-missing",
            "expected-effect-missing",
        }
        assert "effort-level-proposed" not in await counted.facts()

    async def test_a_missing_figure_is_no_measurement(self, counted: Any) -> None:
        """MON-30: De Boskamp has no published value, and Assen's is another area's."""
        story = await tell(counted, BOSKAMP)
        for cited in (CITED, {**CITED, "area": ASSEN}):
            body = proposal(story, measurements=[cited])
            answer = await counted.post(f"/areas/{BOSKAMP}/effort-proposals", "area_manager", body)
            assert codes(answer) >= {"counting-missing"}, answer.text
        said = await counted.post(
            f"/areas/{BOSKAMP}/effort-proposals", "area_manager", proposal(story)
        )
        assert "a missing figure is no measurement" in said.text

    async def test_a_story_must_be_of_this_area_and_recent(self, counted: Any) -> None:
        """MON-30: a story about Pittelo or one of 25 months ago is no ground for Lariks."""
        elsewhere = await tell(counted, PITTELO)
        path = f"/areas/{LARIKS}/effort-proposals"
        answer = await counted.post(path, "area_manager", proposal(elsewhere))
        assert codes(answer) >= {"telling-missing"}
        old = await tell(counted)
        counted.clock.set("2028-12-02T09:00:00Z")
        answer = await counted.post(path, "area_manager", proposal(old))
        assert codes(answer) >= {"telling-missing"}
        counted.clock.set("2028-11-02T09:00:00Z")
        assert (await counted.post(path, "area_manager", proposal(old))).status_code == 201

    async def test_mode_follows_level(self, counted: Any) -> None:
        """MON-30: a complete proposal is recorded; one that states another mode is refused."""
        story = await tell(counted)
        path = f"/areas/{LARIKS}/effort-proposals"
        mode = {"stance": "proactive", "rhythm": "structural"}
        answer = await counted.post(path, "area_manager", proposal(story, mode=mode))
        assert codes(answer) >= {"mode-follows-level"}
        answer = await counted.post(path, "area_manager", proposal(story))
        assert answer.status_code == 201
        made = await counted.look(f"/effort-proposals/{answer.json()['id']}", "area_manager")
        assert (made["status"], made["level"], made["inForce"]) == ("proposed", "extra", False)

    @pytest.mark.parametrize("role", ["neighbourhood_worker", "analyst", "partner", "resident"])
    async def test_only_an_area_manager_proposes(self, counted: Any, role: str) -> None:
        """MON-33: proposing and agreeing are the area_manager's."""
        answer = await counted.post(f"/areas/{LARIKS}/effort-proposals", role, proposal("x"))
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")


class TestReacting:
    @pytest.fixture
    async def proposed(self, counted: Any, gates_pass: Any) -> dict[str, str]:
        """2 November 2026: `extra` proposed for Lariks, three partners invited; gates pass."""
        await gates_pass(counted, LARIKS)
        story = await tell(counted)
        known = {
            "assen": await partner(counted),
            "welfare": await partner(counted, "welfare"),
            "tenants": await partner(counted, "tenants_organisation"),
            "hoogeveen": await partner(counted, "municipality", "GM0118"),
        }
        invited = [known[name] for name in ("assen", "welfare", "tenants")]
        answer = await counted.post(
            f"/areas/{LARIKS}/effort-proposals", "area_manager", proposal(story, invited=invited)
        )
        assert answer.status_code == 201, answer.text
        found = await counted.look(f"/effort-proposals/{answer.json()['id']}", "area_manager")
        assert found["reactionThrough"] == "2026-11-30"
        return {**known, "path": f"/effort-proposals/{answer.json()['id']}"}

    async def test_objections_are_answered_before_agreeing(
        self, counted: Any, proposed: dict[str, str]
    ) -> None:
        """MON-33: elsewhere refused, reason asked, term awaited, answered, then agreed."""
        path = proposed["path"]

        async def say(who: str, what: str, body: dict[str, Any], of: str = "GM0106") -> Any:
            at = await version(counted, path)
            return await counted.post(
                f"{path}/{what}", "partner", body, at, partner=proposed[who], of=(of,)
            )

        async def manage(what: str, body: dict[str, Any], role: str = "area_manager") -> Any:
            return await counted.post(f"{path}/{what}", role, body, await version(counted, path))

        elsewhere = await say("hoogeveen", "endorsements", {}, "GM0118")
        assert elsewhere.status_code in {403, 404}, elsewhere.text
        assert elsewhere.json()["code"] in {"outside-own-municipality", "not-found"}
        silent = await say("welfare", "objections", {})
        assert (silent.status_code, silent.json()["code"]) == (409, "reason-missing")
        spoken = await say("welfare", "objections", {"reason": "no youth work until April"})
        assert spoken.status_code == 201, spoken.text

        counted.clock.set("2026-11-20T09:00:00Z")
        assert "reaction-term-running" in codes(await manage("agreements", {}))
        counted.clock.set("2026-12-01T09:00:00Z")
        assert "objection-unanswered" in codes(await manage("agreements", {}))
        answered = await manage(
            "objection-answers", {"partner": proposed["welfare"], "answer": "start in April"}
        )
        assert answered.status_code == 201, answered.text
        worker = await manage("agreements", {}, "neighbourhood_worker")
        assert (worker.status_code, worker.json()["code"]) == (403, "role-not-allowed")
        agreed = await manage("agreements", {"budgets": [{"year": 2027, "amount": "24000.00"}]})
        assert agreed.status_code == 201, agreed.text
        found = await counted.look(path, "area_manager")
        assert found["status"] == "agreed"
        assert found["reactions"][proposed["welfare"]] == {
            "endorses": False,
            "reason": "no youth work until April",
            "answer": "start in April",
        }
        late = await say("tenants", "objections", {"reason": "too late"})
        assert (late.status_code, late.json()["code"]) == (409, "level-already-agreed")
        assert "friction" in late.json()["detail"]

    async def test_silence_is_no_endorsement(self, counted: Any, proposed: dict[str, str]) -> None:
        """MON-33: who did not react is recorded as such when the level is agreed."""
        counted.clock.set("2026-12-01T09:00:00Z")
        agreed = await counted.post(f"{proposed['path']}/agreements", "area_manager", {}, 1)
        assert agreed.status_code == 201, agreed.text
        said = await counted.everything()
        line = next(one for one in said.splitlines() if "effort-level-agreed" in one)
        for name in ("assen", "welfare", "tenants"):
            assert proposed[name] in line
        assert "noReaction" in line

    async def test_a_proposal_that_waits_too_long_lapses(
        self, counted: Any, proposed: dict[str, str]
    ) -> None:
        """MON-33: half a year after the term it can no longer be agreed, recorded or not."""
        found = await counted.look(proposed["path"], "area_manager")
        assert found["lapsesOn"] == "2027-05-31"
        counted.clock.set("2027-05-31T09:00:00Z")
        late = await counted.post(f"{proposed['path']}/agreements", "area_manager", {}, 1)
        assert late.status_code == 409, late.text
        assert "effort-level-agreed" not in await counted.facts()


class TestListsByPlace:
    """An area finds what lies in it."""

    async def test_an_area_finds_what_lies_in_its_parts(self, counted: Any) -> None:
        """A district and an area as people live it find proposals in their parts, and no others."""
        story = await tell(counted)
        path = f"/areas/{LARIKS}/effort-proposals"
        made = await counted.post(path, "area_manager", proposal(story))
        assert made.status_code == 201, made.text
        drawn = await counted.post(
            "/experienced-areas",
            "analyst",
            {
                "name": "De Hofjes",
                "parts": [{"area": LARIKS, "inhabitants": 900}],
                "reason": "zo heet het",
            },
        )
        lived = await counted.look("/areas", kind="experienced")
        assert drawn.status_code == 201
        for area, found in (
            (LARIKS, 1),
            (lived["items"][0]["id"], 1),
            (PITTELO, 0),
        ):
            page = await counted.look("/effort-proposals", "area_manager", area=area)
            assert len(page["items"]) == found, area

    async def test_proposals_are_a_sheet_too(self, counted: Any) -> None:
        """Dutch heads, and the filter holds."""
        answer = await counted.get("/effort-proposals", "area_manager", format="csv", area=LARIKS)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.text.removeprefix("\ufeff").startswith("Kenmerk;Gebied;Inzetniveau;")
