"""Gates and questions over HTTP, with facts of housing mix and participation as they arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from leefwijk.events.catalogue import published_language
from leefwijk.events.consume.reactions import Reactions, TodoWorker
from leefwijk.events.consume.records import Change
from leefwijk.events.envelope import Received
from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.handling import Handler
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    Dwelling,
    DwellingRegistered,
    Score,
)
from leefwijk.events.language.housing_mix.plans import (
    PlanAnnounced,
    PlanDecided,
    PlanKind,
    PlanWithdrawn,
)
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.language.participation.formal_advices import (
    Advice,
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
    Subject,
    SubjectKind,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    GroupConclusion,
)
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.language.participation.words import Group, Level
from monitoring.app import definition
from monitoring.domain.area import RegisterArea
from monitoring.knowledge.reactions import COMMANDS, CONSUMER, REACTIONS, MonitoringKnowledge
from monitoring.settings import MonitoringSettings

PITTELO = "WK010604@2020"
BUURT = "BU01060401@2020"
BASE = f"/base-conditions/{PITTELO}"
WORKER = "neighbourhood_worker"
WELL = [{"step": step, "found": "sufficient"} for step in ("clean", "whole", "safe")]
_START = text("""
insert into consumer_generations (consumer, started_at)
values (:consumer, '2020-01-01T00:00:00Z') on conflict do nothing
""")
_OWN = text("""
select id, type, cast(data as text) as data, stream_id, version, recorded_at from events
order by xid, position
""")


@dataclass
class Hearing:
    """Feeds facts to the knowledge of monitoring, as its consumer would, and works off todos."""

    monitoring: Any
    mapping: str
    versions: dict[str, int] = field(default_factory=dict)
    heard: set[UUID] = field(default_factory=set)

    async def hears(self, stream: str, *events: Event) -> list[UUID]:
        """Facts of another service arrive; gives their ids."""
        changes = []
        for event in events:
            version = self.versions[stream] = self.versions.get(stream, 0) + 1
            changes.append(self._change(uuid4(), stream, version, event))
        await self._apply(changes)
        return [change.received.id for change in changes]

    async def settle(self) -> None:
        """Its own facts arrive as well, and what they ask for is done, until nothing is new."""
        context = self.monitoring.context
        knows = {command: partial(gather, context) for command, gather in definition.knows.items()}
        handler: Handler = context.handler
        worker = TodoWorker(context.engine, handler, COMMANDS, knows)
        new = True
        while new:
            async with context.reading.connect() as connection:
                rows = (await connection.execute(_OWN)).all()
            changes = [
                self._change(
                    row.id,
                    row.stream_id,
                    row.version,
                    published_language().decode(row.type, row.data),
                )
                for row in rows
                if row.id not in self.heard
            ]
            await self._apply(changes)
            self.heard |= {change.received.id for change in changes}
            new = bool(await worker.once()) or bool(changes)

    def _change(self, id_: UUID, stream: str, version: int, event: Event) -> Change:
        subject = stream.removeprefix(f"{event.aggregate}-")
        now = self.monitoring.clock()
        received = Received(id_, "s", event.type, subject, now, stream, version, b"", None, (), {})
        return Change(received, event)

    async def _apply(self, changes: list[Change]) -> None:
        knowledge = MonitoringKnowledge(Reactions("monitoring", REACTIONS))
        used = [change for change in changes if type(change.event) in knowledge.handles]
        async with self.monitoring.context.engine.begin() as connection:
            await connection.execute(_START, {"consumer": CONSUMER})
            await knowledge.apply(connection, 1, used)


@pytest.fixture
async def hearing(monitoring: Any, two_percentages: Callable[..., str]) -> Hearing:
    """Pittelo and its buurt are registered, and so are a partner and three homes of complex c."""
    for area, kind, parent in (
        (PITTELO, AreaKind.DISTRICT, None),
        (BUURT, AreaKind.NEIGHBOURHOOD, PITTELO),
    ):
        command = RegisterArea(area=area, kind=kind, name="Pittelo", parent=parent)
        await monitoring.context.handler.execute(command, create=True)
    # agreeing is judged by the gates here, as on a platform where they are switched on
    settings = monitoring.context.parts[MonitoringSettings]
    monitoring.context.parts[MonitoringSettings] = settings.model_copy(update={"level_gates": True})
    return Hearing(monitoring, two_percentages("known-only"))


def _home(complex_: str = "c") -> DwellingRegistered:
    return DwellingRegistered(
        dwelling=Dwelling(area=BUURT, complex=complex_, unit="WOO", tenancy="VEH"),
        municipalities=("GM0106",),
        on=date(2026, 1, 1),
        is_home=True,
    )


def _scored(score: int, day: date = date(2026, 10, 1)) -> ConditionRecorded:
    return ConditionRecorded(
        area=BUURT, complex="c", condition=Score(score=score, measured=day), on=day
    )


DELIVERED = DwellingImportCompleted(
    reference_date=date(2026, 1, 1),
    municipalities=("GM0106",),
    read=3,
    taken=3,
    rejected=0,
    warnings=0,
    registered=3,
    changed=0,
    unchanged=0,
)
DEMOLITION = PlanAnnounced(
    kind=PlanKind.DEMOLITION,
    area=BUURT,
    municipalities=("GM0106",),
    complex="c",
    dwellings=("d2",),
)
DECIDED = PlanDecided(
    kind=PlanKind.DEMOLITION,
    area=BUURT,
    municipalities=("GM0106",),
    complex="c",
    homes=1,
    on=date(2026, 10, 1),
    planned=date(2028, 6, 1),
)


def _check(**more: Any) -> CheckConcluded:
    told: dict[str, Any] = {
        "area": PITTELO,
        "themes": (Theme.MEETING,),
        "asked_in": (PITTELO,),
        "groups": (GroupConclusion(group=Group.TENANTS, promise=Level.CONSULTED),),
        "role": OwnRole.SUPPORT,
        "last_asked": date(2026, 9, 1),
        "valid_until": date(2027, 9, 1),
        "on": date(2026, 9, 10),
        **more,
    }
    return CheckConcluded(**told)


async def _three_homes(hearing: Hearing) -> None:
    for home, score in (("d1", 5), ("d2", 6), ("d3", 4)):
        await hearing.hears(f"dwellings-{home}", _home(), _scored(score))
    await hearing.hears("plans-p", DEMOLITION, DECIDED)
    await hearing.hears("dwelling-imports-i", DELIVERED)


async def test_a_home_in_condition_5_breaks_whole_and_a_decided_plan_exempts(
    hearing: Hearing,
) -> None:
    """MON-26: 1 broken and 1 exempt; withdrawn 2; repaired 1; a plan counts when it is decided."""
    monitoring = hearing.monitoring
    await _three_homes(hearing)
    steps = {"complex": "c", "steps": WELL}
    assert (await monitoring.post(f"{BASE}/assessments", WORKER, steps, 0)).status_code == 201

    async def broken() -> tuple[str, int, int]:
        await hearing.settle()
        read = (await monitoring.look(BASE))["base"]
        homes = [step.get("homes", 0) for step in read["because"] if step["step"] == "whole"]
        return read["verdict"], sum(homes), read["exempt"]

    assert await broken() == ("not_in_order", 1, 1)
    assert '"d1"' not in (await monitoring.get(BASE)).text
    await hearing.hears(
        "plans-p",
        PlanWithdrawn(area=BUURT, on=date(2026, 10, 20), reason="No money"),
    )
    assert await broken() == ("not_in_order", 2, 0)
    (measured,) = await hearing.hears("dwellings-d1", _scored(3, date(2026, 10, 25)))
    assert await broken() == ("not_in_order", 1, 0)
    await hearing.hears("plans-q", DEMOLITION)
    assert await broken() == ("not_in_order", 1, 0)
    await hearing.hears("plans-q", DECIDED)
    assert await broken() == ("in_order", 0, 1)
    facts = await monitoring.facts(f"base-conditions-{PITTELO}")
    assert facts["base-verdict-changed"] >= 8
    # the measurement of d1 was recorded wrongly: it is a 6 after all
    wrong = ConditionCorrected(
        area=BUURT,
        complex="c",
        corrects=measured,
        condition=Score(score=6, measured=date(2026, 10, 25)),
        on=date(2026, 10, 25),
        reason="Other home",
    )
    await hearing.hears("dwellings-d1", wrong)
    assert await broken() == ("not_in_order", 1, 1)


async def _proposed(hearing: Hearing) -> str:
    """`extra` is proposed for Pittelo, with nobody invited."""
    monitoring = hearing.monitoring
    story = {"theme": "meeting", "tone": "concern", "teller": "resident", "text": "Het is stil"}
    told = await monitoring.post(f"/areas/{PITTELO}/stories", WORKER, story)
    await monitoring.load(
        "code,eenzaam,moeite_met_rondkomen\nWK010604,50.1,12.0\n", 2020, mapping=hearing.mapping
    )
    figures = (await monitoring.look(f"/areas/{PITTELO}/measurements"))["items"]
    body = {
        "level": "extra",
        "valid": {"from": "2027-01-01", "through": "2027-12-31"},
        "measurements": [
            {
                "sourceEdition": figures[0]["sourceEdition"],
                "indicator": figures[0]["indicator"],
                "period": figures[0]["period"],
            }
        ],
        "stories": [told.json()["id"]],
        "effects": [{"theme": "meeting", "movement": "up", "by": "2027-12-31"}],
    }
    answer = await monitoring.post(f"/areas/{PITTELO}/effort-proposals", "area_manager", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _codes(hearing: Hearing, proposal: str) -> dict[str, str | None]:
    found = await hearing.monitoring.look(f"/effort-proposals/{proposal}/gates")
    return {line["gate"]: line["code"] for line in found["gates"] if line["outcome"] != "passed"}


async def test_gates_are_explained_before_and_judged_when_agreeing(hearing: Hearing) -> None:
    """MON-34, MON-35: unknown until facts arrive; a director sets the base aside; then agreed."""
    monitoring = hearing.monitoring
    proposal = await _proposed(hearing)
    assert await _codes(hearing, proposal) == {
        "residents-involvement": "no-involvement-check",
        "base-in-order": "base-unknown",
        "own-tenants-benefit": "own-dwellings-not-known",
    }
    one = f"/effort-proposals/{proposal}"
    refused = await monitoring.post(f"{one}/agreements", "area_manager", {}, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "gates-not-passed")
    assert "No involvement check for this area is known yet." in refused.json()["detail"]
    await hearing.hears("dwellings-d1", _home())
    await hearing.hears("dwelling-imports-i", DELIVERED)
    await hearing.hears("involvement-checks-k", _check())
    assert await _codes(hearing, proposal) == {"base-in-order": "base-unknown"}
    dirty = {"complex": "c", "steps": [*WELL[:2], {"step": "safe", "found": "insufficient"}]}
    await monitoring.post(f"{BASE}/assessments", WORKER, dirty, 0)
    assert await _codes(hearing, proposal) == {"base-in-order": "base-not-in-order"}
    again = await monitoring.post(f"{one}/agreements", "area_manager", {}, 1)
    assert "complex c" in again.json()["detail"]
    override = {"gate": "base-in-order", "reason": "Lights ordered, done within six weeks"}
    by_manager = await monitoring.post(f"{one}/gate-overrides", "area_manager", override, 1)
    assert (by_manager.status_code, by_manager.json()["code"]) == (403, "role-not-allowed")
    aside = await monitoring.post(f"{one}/gate-overrides", "area_director", override, 1)
    assert aside.status_code == 201, aside.text
    agreed = await monitoring.post(f"{one}/agreements", "area_manager", {}, 2)
    assert agreed.status_code == 201, agreed.text
    shown = await monitoring.look(one)
    base = next(line for line in shown["gates"] if line["gate"] == "base-in-order")
    assert base["outcome"] == "failed"
    assert base["setAside"]["reason"] == override["reason"]


async def test_the_base_falls_away_under_a_level_and_the_question_closes_with_it(
    hearing: Hearing,
) -> None:
    """MON-29: a score 6 in complex C questions the level once; repaired, it closes by itself."""
    monitoring = hearing.monitoring
    proposal = await _proposed(hearing)
    await hearing.hears("dwellings-d1", _home(), _scored(3, date(2026, 1, 1)))
    await hearing.hears("dwelling-imports-i", DELIVERED)
    await hearing.hears("involvement-checks-k", _check())
    whole = {"complex": "c", "steps": WELL}
    await monitoring.post(f"{BASE}/assessments", WORKER, whole, 0)
    await hearing.settle()
    one = f"/effort-proposals/{proposal}"
    assert (await monitoring.post(f"{one}/agreements", "area_manager", {}, 1)).status_code == 201
    monitoring.clock.set("2027-03-01T09:00:00Z")
    await hearing.hears("dwellings-d1", _scored(6, date(2027, 3, 1)))
    await hearing.settle()
    shown = await monitoring.look(one)
    assert shown["inForce"] is True
    assert shown["questions"]["base"]["since"] == "2027-03-01"
    listed = await monitoring.look("/effort-proposals", questioned="base")
    assert [item["id"] for item in listed["items"]] == [proposal]
    answer = {"ground": "base", "reason": "We go on"}
    refused = await monitoring.post(
        f"{one}/question-answers", "area_manager", answer, shown["version"]
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
    await hearing.hears("dwellings-d1", _scored(2, date(2027, 3, 9)))
    await hearing.settle()
    assert (await monitoring.look(one))["questions"] == {}
    facts = await monitoring.facts(f"effort-levels-{proposal}")
    assert facts["effort-level-questioned"] == 1
    assert facts["effort-level-question-answered"] == 1
    assert (await monitoring.look(BASE))["base"]["verdict"] == "in_order"


async def test_formal_advice_is_a_gate_with_a_clock_of_its_own(hearing: Hearing) -> None:
    """PAR-27: against and answered on 14 April; refused on the 16th, possible from the 17th."""
    monitoring = hearing.monitoring
    proposal = await _proposed(hearing)
    about = Subject(kind=SubjectKind.EFFORT_LEVEL, id=proposal)
    asked = FormalAdviceAsked(
        about=about,
        title="Level of Pittelo",
        area=PITTELO,
        municipalities=("GM0106",),
        organisation="tenants",
        informed_on=date(2027, 3, 1),
        advise_by=date(2027, 4, 12),
        on=date(2027, 3, 1),
    )
    received = FormalAdviceReceived(advice=Advice.AGAINST, on=date(2027, 4, 6))
    answered = FormalAdviceAnswered(
        followed=False,
        reasons_given=True,
        on=date(2027, 4, 14),
        effect_from=date(2027, 4, 17),
    )
    await hearing.hears("formal-advices-a", asked, received, answered)
    found = await monitoring.look(f"/effort-proposals/{proposal}/gates")
    line = next(one for one in found["gates"] if one["gate"] == "formal-advice")
    # `extra` where nothing holds needs no advice; what was asked is shown as evidence all the same
    assert line["outcome"] == "passed"
    assert len(line["evidence"]) == 3
