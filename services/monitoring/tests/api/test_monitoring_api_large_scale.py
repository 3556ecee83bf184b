"""Large scale over HTTP: formal advice, what it lacks, and what partners see of its gates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from level_gates import (
    DIRECTOR,
    MANAGER,
    PITTELO,
    codes,
    lines,
)

from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)


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
        line = (await lines(pittelo, path.rpartition("/")[2]))["formal-advice"]
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
        assert await codes(pittelo, proposal) == {}

    async def test_a_lower_level_needs_it_by_the_days_that_are_agreed(
        self, pittelo: Any, gates_pass: Any, propose: Any
    ) -> None:
        """MON-35, EVA-15: `basic` after `extra` is free; in its place it waits for the tenants."""
        await gates_pass(pittelo, PITTELO)
        extra = await propose(pittelo, PITTELO)
        await pittelo.done(f"/effort-proposals/{extra}/agreements", MANAGER)
        after = {"from": "2028-01-01", "through": "2028-12-31"}
        basic = await propose(pittelo, PITTELO, level="basic", valid=after)
        assert await codes(pittelo, basic) == {}
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

    async def test_a_director_that_leaves_the_municipality_directs_no_longer(
        self, pittelo: Any, large: str
    ) -> None:
        """MON-45: its role ends on that day, the level stays and is questioned."""
        assen = await _partner(pittelo, "municipality", "Gemeente Assen")
        welfare = await _partner(pittelo, "welfare", "Welzijn Assen")
        assignments = f"{ROLES}/assignments"
        await pittelo.done(assignments, MANAGER, {"partner": assen, "role": "director"})
        await pittelo.done(assignments, MANAGER, {"partner": welfare, "role": "supports"})
        await _settle_advice(pittelo, large)
        pittelo.clock.set("2027-04-01T09:00:00Z")
        await pittelo.done(f"{large}/agreements", MANAGER, {"plan": PLAN, "valid": LONG})
        await pittelo.settle()
        leaves = {"municipality": "GM0106", "on": "2027-05-01", "reason": "Merged"}
        await pittelo.done(f"/partners/{assen}/departures", MANAGER, leaves)
        await pittelo.settle()
        assert (await pittelo.look(ROLES, asOf="2027-04-30"))["director"] == assen
        then = await pittelo.look(ROLES, asOf="2027-05-01")
        assert (then["director"], [one["partner"] for one in then["roles"]]) == (None, [welfare])
        shown = await pittelo.look(large)
        assert shown["status"] == "agreed"
        assert shown["questions"]["director"]["since"] == "2027-05-01"

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
