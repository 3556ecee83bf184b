"""Gates of a level over HTTP: explained at any time, judged on agreeing, set aside in view."""

from __future__ import annotations

from datetime import date
from typing import Any

from level_gates import (
    BASE,
    BUURT,
    DARK,
    DIRECTOR,
    MANAGER,
    OVERRIDE,
    PITTELO,
    WELL,
    WORKER,
    asked_and_counted,
    codes,
    lines,
)
from sqlalchemy import text

from leefwijk.events.language.housing_mix.plans import PlanAnnounced, PlanKind
from leefwijk.events.language.participation.involvement_checks import (
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
    GroupConclusion,
    WithdrawalReason,
)
from leefwijk.events.language.participation.trajectories import PromiseLowered
from leefwijk.events.language.participation.words import Explanation, Form, Group, Level

ANNOUNCED = PlanAnnounced(
    kind=PlanKind.DEMOLITION,
    area=BUURT,
    municipalities=("GM0106",),
    complex="c",
    dwellings=("d9",),
)


class TestBase:
    async def test_extra_waits_for_the_base_or_for_a_director(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34: unknown, then not in order by complex c; only a director, and with a reason."""
        await asked_and_counted(pittelo, facts)
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
        await asked_and_counted(pittelo, facts)
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
        await asked_and_counted(pittelo, facts)
        await pittelo.done(f"{BASE}/assessments", WORKER, DARK)
        basic = f"/effort-proposals/{await propose(pittelo, PITTELO, level='basic')}"
        await pittelo.done(f"{basic}/agreements", MANAGER)

    async def test_a_look_at_the_wijk_counts_where_nobody_looked_nearer(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34, INI-10: the buurt before the wijk; the wijk where nobody looked at the buurt."""
        await pittelo.hears("participation", "k", facts.check(PITTELO))
        proposal = await propose(pittelo, BUURT)
        assert (await codes(pittelo, proposal))["base-in-order"] == "base-unknown"
        wide = (await pittelo.done(f"{BASE}/assessments", WORKER, {"steps": WELL}))["events"][0]
        line = (await lines(pittelo, proposal))["base-in-order"]
        assert (line["outcome"], line["evidence"]) == ("passed", [wide])
        assert PITTELO in line["reason"]
        near = f"/base-conditions/{BUURT}/assessments"
        await pittelo.done(near, WORKER, {"steps": DARK["steps"]})
        line = (await lines(pittelo, proposal))["base-in-order"]
        assert line["code"] == "base-not-in-order"
        assert BUURT in line["reason"]

    async def test_an_assessment_that_lapsed_is_no_base(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-34, MON-27: too long ago is unknown, by the calendar and not by a message of it."""
        await asked_and_counted(pittelo, facts)
        pittelo.clock.set("2026-10-01T09:00:00Z")
        await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
        years = {"from": "2027-12-01", "through": "2028-12-31"}
        proposal = await propose(pittelo, PITTELO, valid=years, reactionThrough="2027-10-01")
        pittelo.clock.set("2027-10-01T21:00:00Z")
        assert "base-in-order" not in await codes(pittelo, proposal)
        pittelo.clock.set("2027-10-01T22:00:00Z")
        assert (await codes(pittelo, proposal))["base-in-order"] == "base-unknown"
        await pittelo.time_passes("2027-10-02T09:00:00Z")
        assert (await pittelo.facts())["base-assessment-lapsed"] == 1
        assert (await codes(pittelo, proposal))["base-in-order"] == "base-unknown"


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
        line = (await lines(pittelo, proposal))["residents-involvement"]
        assert (line["outcome"], line["evidence"]) == ("passed", [str(heard)])

    async def test_knowledge_says_how_fresh_it_is(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-35: proved read, stale after a day, held while a message waits to be understood."""
        proposal = await propose(pittelo, PITTELO)
        await pittelo.hears("participation", "k", facts.check(PITTELO))
        await pittelo.hearing.prove("participation")

        async def asked() -> tuple[str, str, str | None]:
            line = (await lines(pittelo, proposal))["residents-involvement"]
            return line["outcome"], line["knowledge"], line["asOf"]

        assert await asked() == ("passed", "known", "2026-11-02T09:00:00Z")
        pittelo.clock.set("2026-11-03T10:00:00Z")
        assert await asked() == ("passed", "stale", "2026-11-02T09:00:00Z")
        # a fact of this check is missing before the next one
        pittelo.hearing.versions["involvement-checks-k"] += 1
        await pittelo.hears("participation", "k", facts.check(PITTELO))
        assert await asked() == ("unknown", "held", "2026-11-02T09:00:00Z")
        assert (await codes(pittelo, proposal))["residents-involvement"] == "knowledge-held"

    async def test_the_base_waits_for_what_is_told_of_homes_and_plans(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-35, MON-26: a base that rests on homes does not pass while a fact of one waits."""
        await asked_and_counted(pittelo, facts)
        await pittelo.done(f"{BASE}/assessments", WORKER, {"complex": "c", "steps": WELL})
        proposal = await propose(pittelo, PITTELO)

        async def base() -> tuple[str, str]:
            line = (await lines(pittelo, proposal))["base-in-order"]
            return line["outcome"], line["knowledge"]

        assert await base() == ("passed", "stale")
        await pittelo.hearing.prove("housing_mix")
        assert await base() == ("passed", "known")
        for stream, subject in (("dwellings-d9", "d9"), ("plans-p9", "p9")):
            fact = facts.home(BUURT) if subject == "d9" else ANNOUNCED
            pittelo.hearing.versions[stream] = 1
            await pittelo.hears("housing_mix", subject, fact)
            assert await base() == ("unknown", "held")
            assert (await codes(pittelo, proposal))["base-in-order"] == "knowledge-held"
            async with pittelo.context.engine.begin() as connection:
                await connection.execute(text("delete from parked"))
            assert await base() == ("passed", "known")

    async def test_who_is_responsible_for_something_here_is_looked_at(
        self, pittelo: Any, facts: Any, propose: Any
    ) -> None:
        """MON-35, MON-45: roles are monitoring's own, so known; one for a subject bears on none."""
        await asked_and_counted(pittelo, facts)
        proposal = await propose(pittelo, PITTELO)

        async def read() -> dict[str, Any]:
            return (await lines(pittelo, proposal))["no-other-party-responsible"]

        assert ((await read())["outcome"], (await read())["knowledge"]) == ("passed", "known")
        body = {"name": "Gemeente Assen", "kind": "municipality", "municipalities": ["GM0106"]}
        partner = (await pittelo.post("/partners", MANAGER, body)).json()["id"]
        role = {"partner": partner, "role": "responsible", "subject": "public-space"}
        path = f"/area-roles/{PITTELO}/assignments"
        (assigned,) = (await pittelo.done(path, MANAGER, role))["events"]
        line = await read()
        assert (line["outcome"], line["evidence"]) == ("passed", [assigned])
        assert "not for this: Gemeente Assen for public-space" in line["reason"]

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
        assert await codes(pittelo, proposal) == {}
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
            return (await codes(pittelo, proposal)).get("residents-involvement")

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
        line = (await lines(pittelo, proposal))["residents-involvement"]
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
        read = await codes(pittelo, proposal)
        assert read["residents-involvement"] == "promise-below-wish-not-told"
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
        line = (await lines(pittelo, proposal))["residents-involvement"]
        assert line["outcome"] == "passed"
        assert str(heard) in line["evidence"]
