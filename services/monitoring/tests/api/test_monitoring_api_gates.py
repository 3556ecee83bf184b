"""Gates of a level over HTTP: explained at any time, judged on agreeing, set aside in view."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
    GroupConclusion,
    WithdrawalReason,
)
from leefwijk.events.language.participation.trajectories import PromiseLowered
from leefwijk.events.language.participation.words import Explanation, Form, Group, Level

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


async def _lines(pittelo: Any, proposal: str) -> dict[str, dict[str, Any]]:
    found = await pittelo.look(f"/effort-proposals/{proposal}/gates")
    return {line["gate"]: line for line in found["lines"]}


async def _codes(pittelo: Any, proposal: str) -> dict[str, str]:
    """The code of every line that does not pass."""
    lines = await _lines(pittelo, proposal)
    return {gate: line["code"] for gate, line in lines.items() if line["outcome"] != "passed"}


async def _asked_and_counted(pittelo: Any, facts: Any) -> None:
    """Residents were asked and an own home is known; nobody looked at the base."""
    await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
    await pittelo.hears("housing_mix", "i", facts.delivered())
    await pittelo.hears("participation", "k", facts.check(PITTELO))


class TestBase:
    async def test_extra_waits_for_the_base_or_for_a_director(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34: unknown, then not in order by complex c; only a director, and with a reason."""
        await _asked_and_counted(pittelo, facts)
        proposal = await propose(pittelo, PITTELO)
        one = f"/effort-proposals/{proposal}"
        unknown = await pittelo.refused(f"{one}/agreements", MANAGER, "gates-not-passed")
        assert [line["code"] for line in unknown["refusals"][0]["lines"]] == ["base-unknown"]
        found = (await pittelo.done(f"{BASE}/assessments", WORKER, DARK))["events"][0]
        broken = await pittelo.refused(f"{one}/agreements", MANAGER, "gates-not-passed")
        (line,) = broken["refusals"][0]["lines"]
        assert line["code"] == "base-not-in-order"
        for said in ("complex c", "The back path is unlit", found):
            assert said in broken["detail"]
        assert line["overridableBy"] == DIRECTOR

        overrides = f"{one}/gate-overrides"
        await pittelo.refused(overrides, MANAGER, "role-not-allowed", OVERRIDE)
        bare = {"gate": "base-in-order"}
        await pittelo.refused(overrides, DIRECTOR, "reason-missing", bare)
        law = {"gate": "formal-advice", "reason": "It must go on"}
        await pittelo.refused(overrides, DIRECTOR, "nothing-to-override", law)
        await pittelo.done(overrides, DIRECTOR, OVERRIDE)
        assert (await pittelo.facts())["effort-gate-overridden"] == 1
        assert (await pittelo.look(f"{one}/gates"))["clear"] is True
        await pittelo.done(f"{one}/agreements", MANAGER)

        # gate, evidence, reason and role stay visible until its last day
        pittelo.clock.set("2027-12-31T12:00:00Z")
        shown = await pittelo.look(one)
        base = next(one for one in shown["gates"] if one["gate"] == "base-in-order")
        assert (base["outcome"], base["code"]) == ("failed", "base-not-in-order")
        assert (base["setAside"]["reason"], base["setAside"]["role"]) == (
            OVERRIDE["reason"],
            DIRECTOR,
        )
        assert base["setAside"]["until"] == "2027-12-31"
        assert found in base["evidence"]
        (aside,) = shown["overrides"]
        assert (aside["gate"], aside["role"]) == ("base-in-order", DIRECTOR)
        assert (aside["reason"], aside["on"]) == (OVERRIDE["reason"], "2026-11-02")
        assert found in aside["evidence"]
        gates = await pittelo.look(f"{one}/gates")
        assert gates["overrides"] == shown["overrides"]
        assert len(gates["atAgreement"]) == len(gates["lines"]) == 9

    async def test_an_override_holds_for_this_proposal_only(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34: withdrawn and proposed anew, it is needed again."""
        await _asked_and_counted(pittelo, facts)
        await pittelo.done(f"{BASE}/assessments", WORKER, DARK)
        first = f"/effort-proposals/{await propose(pittelo, PITTELO)}"
        await pittelo.done(f"{first}/gate-overrides", DIRECTOR, OVERRIDE)
        await pittelo.done(f"{first}/withdrawals", MANAGER, {"reason": "Another period"})
        again = f"/effort-proposals/{await propose(pittelo, PITTELO)}"
        await pittelo.refused(f"{again}/agreements", MANAGER, "gates-not-passed")
        await pittelo.done(f"{again}/gate-overrides", DIRECTOR, OVERRIDE)
        await pittelo.done(f"{again}/agreements", MANAGER)

    async def test_basic_never_waits_for_the_base(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34: clean, whole and safe is what basic is for."""
        await _asked_and_counted(pittelo, facts)
        await pittelo.done(f"{BASE}/assessments", WORKER, DARK)
        basic = f"/effort-proposals/{await propose(pittelo, PITTELO, level='basic')}"
        await pittelo.done(f"{basic}/agreements", MANAGER)

    async def test_an_assessment_that_lapsed_is_no_base(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34, MON-27: too long ago is unknown, by the calendar and not by a message of it."""
        await _asked_and_counted(pittelo, facts)
        pittelo.clock.set("2026-10-01T09:00:00Z")
        await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
        years = {"from": "2027-12-01", "through": "2028-12-31"}
        proposal = await propose(pittelo, PITTELO, valid=years, reactionThrough="2027-10-01")
        pittelo.clock.set("2027-10-01T21:00:00Z")
        assert "base-in-order" not in await _codes(pittelo, proposal)
        pittelo.clock.set("2027-10-01T22:00:00Z")
        assert (await _codes(pittelo, proposal))["base-in-order"] == "base-unknown"
        await pittelo.time_passes("2027-10-02T09:00:00Z")
        assert (await pittelo.facts())["base-assessment-lapsed"] == 1
        assert (await _codes(pittelo, proposal))["base-in-order"] == "base-unknown"


class TestKnownNow:
    async def test_each_gate_is_listed_with_all_that_it_rests_on(
        self, pittelo: Any, propose: Any
    ) -> None:
        """MON-35: nine lines, each with outcome, reason, source, who may override, freshness."""
        proposal = await propose(pittelo, PITTELO)
        found = await pittelo.look(f"/effort-proposals/{proposal}/gates")
        assert [line["gate"] for line in found["lines"]] == [
            "residents-involvement",
            "base-in-order",
            "collective-interest",
            "expected-effect-stated",
            "legal-basis",
            "performance-agreements",
            "no-other-party-responsible",
            "own-tenants-benefit",
            "formal-advice",
        ]
        for line in found["lines"]:
            assert line["outcome"] in {"passed", "failed", "unknown"}
            assert line["reason"]
            assert line["source"]
            assert {"evidence", "overridableBy", "knowledge", "asOf"} <= line.keys()
        assert (found["clear"], found["atAgreement"], found["lacking"]) == (False, [], [])
        overridable = {line["gate"]: line["overridableBy"] for line in found["lines"]}
        for nobody in ("collective-interest", "legal-basis", "own-tenants-benefit"):
            assert overridable[nobody] is None
        assert overridable["no-other-party-responsible"] is None
        assert overridable["formal-advice"] is None
        asked = found["lines"][0]
        assert (asked["outcome"], asked["code"]) == ("unknown", "no-involvement-check")
        assert asked["reason"] == "No involvement check for this area is known yet."
        assert (asked["evidence"], asked["knowledge"]) == ([], "unknown")
        resident = await pittelo.get(f"/effort-proposals/{proposal}/gates", "resident")
        assert resident.status_code == 403

    async def test_a_check_that_arrives_a_minute_later_counts(
        self, pittelo: Any, facts: Any, gates_pass: Any, propose: Any
    ) -> None:
        """MON-35: refused with `no-involvement-check`; then it is heard, and the gate passes."""
        await gates_pass(pittelo, PITTELO)
        other = "WK010601@2020"
        proposal = await propose(pittelo, other)
        one = f"/effort-proposals/{proposal}"
        refused = await pittelo.refused(f"{one}/agreements", MANAGER, "gates-not-passed")
        codes = {line["gate"]: line["code"] for line in refused["refusals"][0]["lines"]}
        assert codes["residents-involvement"] == "no-involvement-check"
        pittelo.clock.set("2026-11-02T09:01:00Z")
        (heard,) = await pittelo.hears("participation", "late", facts.check(other))
        line = (await _lines(pittelo, proposal))["residents-involvement"]
        assert (line["outcome"], line["evidence"]) == ("passed", [str(heard)])

    async def test_knowledge_says_how_fresh_it_is(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-35: proved read, stale after a day, held while a message waits to be understood."""
        proposal = await propose(pittelo, PITTELO)
        await pittelo.hears("participation", "k", facts.check(PITTELO))
        await pittelo.hearing.prove("participation")

        async def asked() -> tuple[str, str, str | None]:
            line = (await _lines(pittelo, proposal))["residents-involvement"]
            return line["outcome"], line["knowledge"], line["asOf"]

        assert await asked() == ("passed", "known", "2026-11-02T09:00:00Z")
        pittelo.clock.set("2026-11-03T10:00:00Z")
        assert await asked() == ("passed", "stale", "2026-11-02T09:00:00Z")
        # a fact of this check is missing before the next one
        pittelo.hearing.versions["involvement-checks-k"] += 1
        await pittelo.hears("participation", "k", facts.check(PITTELO))
        assert await asked() == ("unknown", "held", "2026-11-02T09:00:00Z")
        assert (await _codes(pittelo, proposal))["residents-involvement"] == "knowledge-held"

    async def test_the_day_of_agreeing_counts_and_not_that_of_proposing(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-35: valid through 15 November; on the 16th it is refused, whatever was recorded."""
        await pittelo.hears("housing_mix", "d1", facts.home(BUURT))
        await pittelo.hears("housing_mix", "i", facts.delivered())
        old = facts.check(PITTELO, valid_until=date(2026, 11, 15))
        await pittelo.hears("participation", "k", old)
        await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
        proposal = await propose(pittelo, PITTELO)
        pittelo.clock.set("2026-11-15T22:00:00Z")
        assert await _codes(pittelo, proposal) == {}
        pittelo.clock.set("2026-11-16T09:00:00Z")
        agree = f"/effort-proposals/{proposal}/agreements"
        refused = await pittelo.refused(agree, MANAGER, "gates-not-passed")
        (line,) = refused["refusals"][0]["lines"]
        assert (line["code"], line["since"]) == ("involvement-check-expired", "2026-11-16")

    async def test_a_promise_below_the_wish_must_have_been_told(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-35: it blocks until told; doubted and withdrawn block too; `not now` does not."""
        below = GroupConclusion(
            group=Group.TENANTS, promise=Level.CONSULTED, share_above="38.0", below_wish=True
        )
        await pittelo.hears("participation", "k", facts.check(PITTELO, groups=(below,)))
        proposal = await propose(pittelo, PITTELO)

        async def code() -> str | None:
            return (await _codes(pittelo, proposal)).get("residents-involvement")

        assert await code() == "promise-below-wish-not-told"
        told = ExplanationTold(
            area=PITTELO, group=Group.TENANTS, form=Form.LETTER, told_on=date(2026, 11, 1)
        )
        await pittelo.hears("participation", "k", told)
        assert await code() is None
        doubted = ConclusionDoubted(
            area=PITTELO, group=Group.TENANTS, promise=Level.CONSULTED, on=date(2026, 11, 2)
        )
        await pittelo.hears("participation", "k", doubted)
        assert await code() == "involvement-check-in-doubt"
        withdrawn = CheckWithdrawn(
            area=PITTELO, reason=WithdrawalReason.WRONG_PLACE, on=date(2026, 11, 2)
        )
        await pittelo.hears("participation", "k", withdrawn)
        assert await code() == "involvement-check-withdrawn"
        silent = facts.check(PITTELO, nobody_answered=True)
        (heard,) = await pittelo.hears("participation", "second", silent)
        line = (await _lines(pittelo, proposal))["residents-involvement"]
        assert (line["outcome"], line["evidence"]) == ("passed", [str(heard)])
        assert "asked twice, no answer" in line["reason"]

    async def test_a_promise_that_came_down_openly_keeps_the_gate_open(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """PAR-26: lowered in a trajectory, and told: it counts as the told explanation."""
        below = GroupConclusion(
            group=Group.TENANTS, promise=Level.ADVISE, share_above="36.1", below_wish=True
        )
        await pittelo.hears("participation", "k", facts.check(PITTELO, groups=(below,)))
        proposal = await propose(pittelo, PITTELO)
        codes = await _codes(pittelo, proposal)
        assert codes["residents-involvement"] == "promise-below-wish-not-told"
        lowered = PromiseLowered(
            check="k",
            group=Group.TENANTS,
            from_=Level.ADVISE,
            to=Level.CONSULTED,
            reason=Explanation.MONEY,
            told_on=date(2026, 11, 1),
            form=Form.MEETING,
            on=date(2026, 11, 2),
        )
        (heard,) = await pittelo.hears("participation", "t", lowered)
        line = (await _lines(pittelo, proposal))["residents-involvement"]
        assert line["outcome"] == "passed"
        assert str(heard) in line["evidence"]


async def _partner(pittelo: Any, kind: str, name: str) -> str:
    body = {"name": name, "kind": kind, "municipalities": ["GM0106"]}
    answer = await pittelo.post("/partners", MANAGER, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


ROLES = f"/area-roles/{PITTELO}"
LONG = {"from": "2027-05-01", "through": "2031-06-30"}
PLAN = "Neighbourhood vision Pittelo 2035 with its programme"


@pytest.fixture
async def large(pittelo: Any, gates_pass: Any, propose: Any) -> str:
    """`large_scale` is proposed for Pittelo for three and a half years; gives its path."""
    await gates_pass(pittelo, PITTELO)
    period = {"from": "2027-05-01", "through": "2030-10-31"}
    proposal = await propose(
        pittelo, PITTELO, level="large_scale", valid=period, reactionThrough="2027-03-31"
    )
    return f"/effort-proposals/{proposal}"


def _about(path: str) -> FormalAdviceAsked:
    """Informed on 1 March 2027, time to advise until 12 April."""
    return FormalAdviceAsked(
        about=Subject(kind=SubjectKind.EFFORT_LEVEL, id=path.rpartition("/")[2]),
        title="Large scale in Pittelo",
        area=PITTELO,
        municipalities=("GM0106",),
        organisation="tenants",
        informed_on=date(2027, 3, 1),
        advise_by=date(2027, 4, 12),
        on=date(2027, 3, 1),
    )


async def _settle_advice(pittelo: Any, path: str) -> None:
    agreed = FormalAdviceReceived(advice=Advice.NO_OBJECTION, on=date(2027, 3, 20))
    await pittelo.hears("participation", "a", _about(path), agreed)


class TestFormalAdvice:
    async def _advice(self, pittelo: Any, path: str) -> tuple[str, list[str]]:
        line = (await _lines(pittelo, path.rpartition("/")[2]))["formal-advice"]
        assert line["overridableBy"] is None
        assert "Wet overleg huurders verhuurder" in line["source"]
        return line["code"] or line["outcome"], line["evidence"]

    async def test_advice_against_waits_for_reasons_and_three_days(
        self, pittelo: Any, large: str
    ) -> None:
        """PAR-27: reasons received on 14 April; refused on the 16th, no longer on the 17th."""
        assert await self._advice(pittelo, large) == ("formal-advice-not-settled", [])
        heard = await pittelo.hears("participation", "a", _about(large))
        against = FormalAdviceReceived(
            advice=Advice.AGAINST, on=date(2027, 4, 6), answer_by=date(2027, 4, 20)
        )
        heard += await pittelo.hears("participation", "a", against)
        # that the six weeks passed meanwhile does not shorten this
        pittelo.clock.set("2027-04-13T09:00:00Z")
        assert (await self._advice(pittelo, large))[0] == "formal-advice-not-settled"
        answered = FormalAdviceAnswered(
            followed=False,
            reasons_given=True,
            on=date(2027, 4, 14),
            effect_from=date(2027, 4, 17),
        )
        heard += await pittelo.hears("participation", "a", answered)
        pittelo.clock.set("2027-04-16T09:00:00Z")
        refused = await pittelo.refused(f"{large}/agreements", MANAGER, "gates-not-passed")
        codes = [line["code"] for line in refused["refusals"][0]["lines"]]
        assert codes == ["formal-advice-not-settled"]
        override = {"gate": "formal-advice", "reason": "It must go on"}
        await pittelo.refused(f"{large}/gate-overrides", DIRECTOR, "gate-not-overridable", override)
        pittelo.clock.set("2027-04-17T09:00:00Z")
        assert await self._advice(pittelo, large) == ("passed", [str(id_) for id_ in heard])

    async def test_no_objection_settles_it_that_day(self, pittelo: Any, large: str) -> None:
        """PAR-27: in writing on 20 March: from that day, and not the day before."""
        await _settle_advice(pittelo, large)
        pittelo.clock.set("2027-03-19T09:00:00Z")
        assert (await self._advice(pittelo, large))[0] == "formal-advice-not-settled"
        pittelo.clock.set("2027-03-20T09:00:00Z")
        assert (await self._advice(pittelo, large))[0] == "passed"

    async def test_no_advice_at_all_settles_it_after_six_weeks(
        self, pittelo: Any, large: str
    ) -> None:
        """PAR-27: not on 12 April, the last day of the term; from 13 April on."""
        await pittelo.hears("participation", "a", _about(large))
        pittelo.clock.set("2027-04-12T21:00:00Z")
        assert (await self._advice(pittelo, large))[0] == "formal-advice-not-settled"
        pittelo.clock.set("2027-04-12T22:00:00Z")
        assert (await self._advice(pittelo, large))[0] == "passed"

    async def test_extra_beside_nothing_needs_no_advice(
        self, pittelo: Any, gates_pass: Any, propose: Any
    ) -> None:
        """MON-35: formal advice where it is due: not for a first level that is no restructuring."""
        await gates_pass(pittelo, PITTELO)
        proposal = await propose(pittelo, PITTELO)
        assert await _codes(pittelo, proposal) == {}

    async def test_a_lower_level_needs_it_by_the_days_that_are_agreed(
        self, pittelo: Any, gates_pass: Any, propose: Any
    ) -> None:
        """MON-35, EVA-15: `basic` after `extra` is free; in its place it waits for the tenants."""
        await gates_pass(pittelo, PITTELO)
        extra = await propose(pittelo, PITTELO)
        await pittelo.done(f"/effort-proposals/{extra}/agreements", MANAGER)
        after = {"from": "2028-01-01", "through": "2028-12-31"}
        basic = await propose(pittelo, PITTELO, level="basic", valid=after)
        assert await _codes(pittelo, basic) == {}
        sooner = {
            "replaces": extra,
            "valid": {"from": "2027-06-01", "through": "2028-12-31"},
        }
        path = f"/effort-proposals/{basic}/replacements"
        refused = await pittelo.refused(path, MANAGER, "gates-not-passed", sooner)
        (line,) = refused["refusals"][0]["lines"]
        assert line["code"] == "formal-advice-not-settled"
        assert "it was not asked" in line["reason"]


class TestLargeScale:
    async def test_it_names_everything_it_lacks_and_is_agreed_when_nothing_is(
        self, pittelo: Any, large: str
    ) -> None:
        """MON-36: director, plan and a commitment over four years; then proactive, structural."""
        welfare = await _partner(pittelo, "welfare", "Welzijn Assen")
        supports = {"partner": welfare, "role": "supports"}
        await pittelo.done(f"{ROLES}/assignments", MANAGER, supports)
        await _settle_advice(pittelo, large)
        pittelo.clock.set("2027-04-01T09:00:00Z")
        shown = await pittelo.look(f"{large}/gates")
        assert shown["clear"] is True
        assert [one["what"] for one in shown["lacking"]] == ["director", "plan", "commitment"]
        refused = await pittelo.refused(f"{large}/agreements", MANAGER, "large-scale-incomplete")
        assert refused["refusals"][0]["lacking"] == ["director", "plan", "commitment"]

        directs = {"partner": welfare, "role": "director"}
        assignments = f"{ROLES}/assignments"
        await pittelo.refused(assignments, MANAGER, "director-must-be-municipality", directs)
        assen = await _partner(pittelo, "municipality", "Gemeente Assen")
        await pittelo.done(assignments, MANAGER, {"partner": assen, "role": "director"})
        ended = {**supports, "on": "2027-04-01", "reason": "Not yet"}
        await pittelo.done(f"{ROLES}/endings", MANAGER, ended)
        whole = {"plan": PLAN, "valid": LONG}
        alone = await pittelo.refused(
            f"{large}/agreements", MANAGER, "large-scale-incomplete", whole
        )
        assert alone["refusals"][0]["lacking"] == ["partners"]
        await pittelo.done(assignments, MANAGER, supports)
        await pittelo.done(f"{large}/agreements", MANAGER, whole)
        agreed = await pittelo.look(large)
        assert (agreed["status"], agreed["validThrough"]) == ("agreed", "2031-06-30")
        assert (agreed["plan"], agreed["director"]) == (PLAN, assen)
        assert agreed["partners"] == [welfare]
        assert agreed["mode"] == {"stance": "proactive", "rhythm": "structural"}
        # a council election within the period is shown, and changes nothing
        assert agreed["elections"] == ["2030-03-20"]
        pittelo.clock.set("2030-03-21T09:00:00Z")
        assert (await pittelo.look(large))["inForce"] is True

    async def test_when_the_director_leaves_the_area_asks_for_another(
        self, pittelo: Any, large: str
    ) -> None:
        """MON-45: questioned, the level stays; a new director closes it; the past is kept."""
        assen = await _partner(pittelo, "municipality", "Gemeente Assen")
        welfare = await _partner(pittelo, "welfare", "Welzijn Assen")
        care = await _partner(pittelo, "care", "Zorg Assen")
        directs = {"partner": assen, "role": "director"}
        assignments = f"{ROLES}/assignments"
        await pittelo.done(assignments, MANAGER, directs)
        await pittelo.done(assignments, MANAGER, {"partner": welfare, "role": "supports"})
        await _settle_advice(pittelo, large)
        pittelo.clock.set("2027-04-01T09:00:00Z")
        await pittelo.done(f"{large}/agreements", MANAGER, {"plan": PLAN, "valid": LONG})
        await pittelo.settle()

        second = await _partner(pittelo, "municipality", "Gemeente Assen Noord")
        another = {"partner": second, "role": "director"}
        await pittelo.refused(assignments, MANAGER, "director-exists", another)
        cares = {"partner": care, "role": "director"}
        await pittelo.refused(assignments, MANAGER, "director-must-be-municipality", cares)
        await pittelo.done(assignments, MANAGER, {"partner": care, "role": "supports"})
        for partner in (assen, welfare, care):
            await pittelo.done(assignments, MANAGER, {"partner": partner, "role": "informed"})

        pittelo.clock.set("2028-04-01T09:00:00Z")
        await pittelo.refused(f"{ROLES}/endings", MANAGER, "reason-missing", directs)
        await pittelo.done(f"{ROLES}/endings", MANAGER, {**directs, "reason": "Reorganised"})
        await pittelo.settle()
        shown = await pittelo.look(large)
        assert shown["inForce"] is True
        assert shown["questions"]["director"]["since"] == "2028-04-01"
        recorded = await pittelo.facts("effort-levels-%")
        assert recorded["effort-level-questioned"] == 1

        pittelo.clock.set("2028-05-01T09:00:00Z")
        await pittelo.done(assignments, MANAGER, another)
        await pittelo.settle()
        after = await pittelo.look(large)
        assert after["questions"] == {}
        assert [(one["ground"], one["answer"]) for one in after["answers"]] == [
            ("director", "restored")
        ]
        assert (await pittelo.look(ROLES, asOf="2028-03-01"))["director"] == assen
        assert (await pittelo.look(ROLES, asOf="2028-04-01"))["director"] is None
        assert (await pittelo.look(ROLES))["director"] == second

    async def test_a_role_for_a_period_ends_by_itself(self, pittelo: Any, large: str) -> None:
        """MON-45: a director for a year is gone the day after, and the level is questioned."""
        assen = await _partner(pittelo, "municipality", "Gemeente Assen")
        welfare = await _partner(pittelo, "welfare", "Welzijn Assen")
        year = {"from": "2027-01-01", "through": "2027-12-31"}
        assignments = f"{ROLES}/assignments"
        directs = {"partner": assen, "role": "director", "valid": year}
        await pittelo.done(assignments, MANAGER, directs)
        await pittelo.done(assignments, MANAGER, {"partner": welfare, "role": "supports"})
        await _settle_advice(pittelo, large)
        pittelo.clock.set("2027-04-01T09:00:00Z")
        await pittelo.done(f"{large}/agreements", MANAGER, {"plan": PLAN, "valid": LONG})
        await pittelo.settle()
        await pittelo.time_passes("2027-12-31T12:00:00Z")
        assert "director" not in (await pittelo.look(large))["questions"]
        await pittelo.time_passes("2028-01-03T12:00:00Z")
        assert (await pittelo.look(large))["questions"]["director"]["since"] == "2028-01-01"
        assert (await pittelo.facts("area-roles-%"))["area-role-ended"] == 1


class TestPartners:
    @pytest.mark.parametrize("field", ["contact", "email", "telephone", "person"])
    async def test_a_partner_has_no_field_for_a_person(self, pittelo: Any, field: str) -> None:
        """MON-45: organisations with a kind and municipalities; nothing else is taken."""
        body = {"name": "Welzijn", "kind": "welfare", "municipalities": ["GM0106"]}
        answer = await pittelo.post("/partners", MANAGER, {**body, field: "x"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")

    @pytest.mark.parametrize("name", ["Welzijn jan@example.nl", "Welzijn 06-12345678"])
    async def test_a_name_that_reaches_a_person_is_refused(self, pittelo: Any, name: str) -> None:
        """MON-45: no private e-mail address or telephone number in the name either."""
        body = {"name": name, "kind": "welfare", "municipalities": ["GM0106"]}
        answer = await pittelo.post("/partners", MANAGER, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "text-holds-personal-data")
