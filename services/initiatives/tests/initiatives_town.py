"""Initiatives on a real database, hearing other services' facts through its real consumer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from initiatives_facts import ASSEN, BUURT, LARIKS, WIJK, home, id_of, registered
from sqlalchemy import text

from initiatives.app import definition
from leefwijk.events.catalogue import published_language
from leefwijk.events.clock import day_of
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.reactions import Reactions, TodoWorker
from leefwijk.events.deadlines import Ticker
from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.language.housing_mix.dwelling_imports import DwellingImportCompleted
from leefwijk.events.language.housing_mix.dwellings import (
    DwellingLeftStock,
    LeftStock,
)
from leefwijk.events.language.monitoring.areas import AreaKind
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckWithdrawn,
    GroupConclusion,
    WithdrawalReason,
)
from leefwijk.events.language.participation.ladder import OwnRole
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.testing.clock import FakeClock
from leefwijk.events.testing.hearing import Hearing
from leefwijk.service.context import ServiceContext
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.settings import ServiceSettings

PLAN = {
    "size": "informal",
    "benefit": {"openToEveryone": True, "households": 60, "ownTenants": 41},
    "effect": {
        "effect": "e1",
        "kind": "outcome",
        "says": "Households that drop in at least monthly",
        "start": "0",
        "aim": "25",
        "by": "2026-12-31",
        "seenBy": "own count",
    },
    "buildsOn": ["a1"],
    "moments": "Tuesday from ten to twelve",
}
MEETING = {
    "category": "meeting",
    "place": "The hall",
    "moments": "Tuesdays from ten to twelve",
    "openTo": "Everyone in the area",
}


@dataclass
class Town:
    """The service, the clock, and what others told it."""

    client: httpx.AsyncClient
    context: ServiceContext
    issuer: DevelopmentIssuer
    clock: FakeClock
    hearing: Hearing
    ticker: Ticker
    said: dict[str, tuple[str, StoredEvent]] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=lambda: dict(PLAN))
    """The plan of B2."""

    # --- what others say

    async def hear(
        self, service: str, subject: str, event: Event, name: str, *, work: bool = True
    ) -> str:
        """A fact of another service arrives; what it asks for is done."""
        stored = self._stored(subject, event, name)
        self.said[name] = (service, stored)
        await self.hearing.deliver(service, stored)
        if work:
            await self.work()
        return id_of(name)

    async def again(self, name: str) -> None:
        """The same message is delivered once more."""
        service, stored = self.said[name]
        await self.hearing.deliver(service, stored)
        await self.work()

    async def not_understood(self, service: str, subject: str, event: Event, name: str) -> None:
        """A message arrives that holds something nobody can read: it waits, with its stream."""
        stored = self._stored(subject, event, name)
        await self.hearing.deliver(service, replace(stored, data='{"area": 7}'))

    def _stored(self, subject: str, event: Event, name: str) -> StoredEvent:
        return self.hearing.stored(subject, event, UUID(id_of(name)))

    async def homes(self, own: dict[str, int], name: str = "H1") -> None:
        """An import of dwellings has completed, with so many own homes per area."""
        homes = [
            self._stored(f"{area}-{number}".lower(), home(area), f"{name}-{area}-{number}")
            for area, count in own.items()
            for number in range(count)
        ]
        done = DwellingImportCompleted(
            reference_date=date(2026, 4, 1),
            municipalities=("GM0106",),
            read=len(homes),
            taken=len(homes),
            rejected=0,
            warnings=0,
            registered=len(homes),
            changed=0,
            unchanged=0,
        )
        await self.hearing.deliver("housing_mix", *homes, self._stored(name.lower(), done, name))

    async def sold(self, area: str, number: int) -> None:
        """An own home leaves the stock."""
        fact = DwellingLeftStock(area=area, how=LeftStock.SOLD, on=day_of(self.clock()))
        await self.hear("housing_mix", f"{area}-{number}".lower(), fact, f"sold-{area}-{number}")

    async def check(
        self,
        name: str,
        *asked: str,
        theme: str = "meeting",
        through: str = "2026-10-05",
        opened: str = WIJK,
        complex_: str | None = None,
        groups: tuple[GroupConclusion, ...] = (),
        last_asked: str = "2025-10-05",
        again: str = "",
    ) -> None:
        """A concluded check: people were asked in these areas about a theme.

        With `again` it is concluded once more, by an event of that name.
        """
        fact = CheckConcluded(
            area=opened,
            complex=complex_,
            themes=(Theme(theme),),
            asked_in=asked or (BUURT,),
            groups=groups,
            role=OwnRole.SUPPORT,
            last_asked=date.fromisoformat(last_asked),
            valid_until=date.fromisoformat(through),
            on=day_of(self.clock()) if again else date(2025, 10, 6),
        )
        await self.hear("participation", name.lower(), fact, again or name)

    async def withdrawn(self, name: str, on: str) -> None:
        """The check turned out to have been held wrongly."""
        fact = CheckWithdrawn(
            area=WIJK, reason=next(iter(WithdrawalReason)), on=date.fromisoformat(on)
        )
        await self.hear("participation", name.lower(), fact, f"{name}-withdrawn")

    async def read_all(self) -> None:
        """Everything that anybody said had been read just now."""
        await self.hearing.prove("monitoring", "participation", "housing_mix")

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the database holds."""
        async with self.context.reading.connect() as connection:
            found = await connection.execute(text(query), values)
            return [tuple(row) for row in found]

    async def sql(self, statement: str, **values: Any) -> None:
        """Write something that no fact says yet."""
        async with self.context.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def work(self) -> None:
        """Do what was set in motion."""
        await self.hearing.work()

    async def time_passes(self, to: str) -> None:
        """It is later now, and the ticker has looked."""
        self.clock.set(to)
        await self.ticker.tick()

    # --- what callers ask

    def headers(self, role: str, who: str = "somebody") -> dict[str, str]:
        """Who asks: a partner of Assen, or a group of residents, goes by its own name."""
        mine: dict[str, Any] = {}
        if role == "partner":
            mine = {"partner": who, "municipalities": ("GM0106",)}
        elif role == "resident" and who != "somebody":
            mine = {"group": who}
        token = self.issuer.token(role, subject=f"{role}-{who}", **mine)
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, role: str = "area_manager", who: str = "somebody") -> Any:
        """Read what must be there."""
        answer = await self.client.get(f"/v1{path}", headers=self.headers(role, who))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, path: str, body: dict[str, Any], role: str, who: str = "somebody", **more: str
    ) -> httpx.Response:
        """Give a command."""
        headers = {**self.headers(role, who), **more}
        return await self.client.post(f"/v1{path}", json=body, headers=headers)

    async def step(
        self, id_: str, noun: str, body: dict[str, Any], role: str, who: str = "somebody"
    ) -> httpx.Response:
        """Give a command on an initiative as it stands now."""
        version = (await self.get(f"/initiatives/{id_}"))["version"]
        return await self.post(
            f"/initiatives/{id_}/{noun}", body, role, who, **{"If-Match": f'"{version}"'}
        )

    async def done(self, id_: str, noun: str, body: dict[str, Any], role: str, **who: str) -> Any:
        """A command that must be accepted."""
        answer = await self.step(id_, noun, body, role, **who)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(
        self, id_: str, noun: str, body: dict[str, Any], role: str, code: str, **who: str
    ) -> Any:
        """A command that must be refused with this code; gives the problem."""
        answer = await self.step(id_, noun, body, role, **who)
        problem = answer.json()
        assert answer.status_code in {403, 409}, answer.text
        assert problem["code"] == code, problem
        return problem

    async def propose(self, **more: Any) -> str:
        """An initiative with role `support`, as in B2 unless said otherwise."""
        plan = {**PLAN, **more.pop("plan", {})}
        role = more.pop("role", "support")
        body = {
            "title": "Coffee corner in the hall",
            "area": BUURT,
            "themes": ["meeting"],
            "taker": "residents",
            "collectiveBenefit": "Open to everyone in De Lariks Oost",
            "plan": {name: value for name, value in plan.items() if value is not None},
            **more,
        }
        answer = await self.post("/initiatives", body, "neighbourhood_worker")
        assert answer.status_code == 201, answer.text
        id_ = str(answer.json()["id"])
        if role:
            await self.done(id_, "corporation-roles", {"role": role}, "neighbourhood_worker")
        return id_

    async def request(self, id_: str, amount: str = "1500.00", **more: Any) -> None:
        """One line of money, `meeting` unless said otherwise."""
        contribution = more.pop("contribution", MEETING)
        line = {"line": 1, "kind": "money", "purpose": "Furniture", "amount": amount}
        if contribution is not None:
            line["contribution"] = contribution
        line |= more.pop("line", {})
        body = {"lines": [line], **more}
        await self.done(id_, "support-requests", body, "neighbourhood_worker")

    async def coffee(self, amount: str = "1500.00", **more: Any) -> str:
        """I1 with R1: what B2 holds, on 2026-04-13."""
        asked = {
            name: more.pop(name) for name in ("contribution", "line", "nature") if name in more
        }
        costs = {"totalCosts": more.pop("costs")} if "costs" in more else {}
        id_ = await self.propose(**more)
        await self.request(id_, amount, **asked, **costs)
        return id_

    async def grant(self, id_: str, amount: str = "1500.00", who: str = "m1") -> httpx.Response:
        """Grant line 1."""
        body = {"lines": [{"line": 1, "amount": amount, "reason": "As agreed"}]}
        return await self.step(id_, "support-grants", body, "area_manager", who)

    async def granted(self, id_: str, amount: str = "1500.00", who: str = "m1") -> Any:
        """A grant that must succeed."""
        answer = await self.grant(id_, amount, who)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def not_granted(self, id_: str, amount: str = "1500.00") -> dict[str, Any]:
        """A grant that must be refused by its gates; gives each failing line by its gate."""
        answer = await self.grant(id_, amount)
        problem = answer.json()
        assert answer.status_code == 409, answer.text
        assert problem["code"] == "gates-not-passed", problem
        return {line["gate"]: line for line in problem["refusals"][0]["lines"]}

    async def lines(self, id_: str) -> dict[str, Any]:
        """The lines as they read now, by gate."""
        found = await self.get(f"/initiatives/{id_}/gates")
        return {line["gate"]: line for line in found["lines"]}

    async def override(self, id_: str, gate: str, until: str, **more: Any) -> Any:
        """A director sets a gate aside."""
        body = {"gate": gate, "until": until, "reason": "Residents should not wait", **more}
        return await self.done(id_, "gate-overrides", body, "area_director", who="d1")

    async def facts(self, id_: str) -> list[tuple[str, dict[str, Any]]]:
        """What was recorded of an initiative, in order."""
        async with self.context.reading.connect() as connection:
            rows = await connection.execute(
                text("select type, data from events where stream_id = :id order by version"),
                {"id": f"initiatives-{id_}"},
            )
            return [(row.type.split(".")[-2], row.data) for row in rows]

    async def ids(self, id_: str, *names: str) -> list[str]:
        """The ids of the last facts of these names."""
        async with self.context.reading.connect() as connection:
            rows = await connection.execute(
                text("select type, id from events where stream_id = :id order by version"),
                {"id": f"initiatives-{id_}"},
            )
            found = {row.type.split(".")[-2]: str(row.id) for row in rows}
        return [found[name] for name in names]

    async def areas(self) -> None:
        """M3: Assen, Lariks and its six buurten."""
        wanted = [
            (ASSEN, None, AreaKind.MUNICIPALITY),
            (WIJK, ASSEN, AreaKind.DISTRICT),
            *((buurt, WIJK, AreaKind.NEIGHBOURHOOD) for buurt in LARIKS),
        ]
        for area, parent, kind in wanted:
            await self.hear("monitoring", area, registered(area, parent, kind), f"M3-{area}")

    async def assess_small(self, area: str, year: int = 2026) -> None:
        """The area is assessed for small support."""
        own = (
            "residents-involvement",
            "base-in-order",
            "expected-effect-stated",
            "effort-level-and-budget",
        )
        body = {
            "year": year,
            "grounds": [{"gate": gate, "says": "Looked at in January"} for gate in own],
            "reason": "Small support does good here",
        }
        path = f"/area-budgets/{area}/small-support-assessments"
        answer = await self.post(path, body, "area_manager")
        assert answer.status_code == 201, answer.text

    async def id_of_assessment(self, area: str, year: int = 2026) -> str:
        """The id of that assessment."""
        async with self.context.reading.connect() as connection:
            found = await connection.execute(
                text("select id from events where stream_id = :id and type like '%small-support%'"),
                {"id": f"area-budgets-{area}.{year}"},
            )
            return str(found.scalar_one())

    async def facts_named(self, id_: str, *names: str) -> list[dict[str, Any]]:
        """The facts of these names, in order."""
        return [data for name, data in await self.facts(id_) if name in names]


def made_town(url: str, issuer: DevelopmentIssuer) -> Town:
    """The service on this database, with its real consumer."""
    clock = FakeClock("2026-04-13T09:00:00Z")
    settings = ServiceSettings(
        environment="development",
        port=8101,
        database_url=url,
        kafka_bootstrap="127.0.0.1:9",
        chamber_number="04016206",
        issuer=ISSUER,
        jwks=str(issuer.jwks),
    )
    app = definition.app(settings, clock)
    context: ServiceContext = app.state.context
    assert definition.knowledge is not None
    reactions = Reactions(definition.name, definition.knowledge.reactions)
    knows = {command: partial(gather, context) for command, gather in definition.knows.items()}
    core = ConsumerCore(
        context.engine, definition.knowledge.applier(reactions), published_language()
    )
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://initiatives",
        timeout=120,
    )
    todos = TodoWorker(context.engine, context.handler, definition.knowledge.commands, knows)
    ticker = Ticker(context.engine, context.handler, definition.name, definition.states, knows)
    return Town(client, context, issuer, clock, Hearing(core, todos, clock), ticker)
