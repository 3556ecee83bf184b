"""Participation in one process on a real database, hearing others through its own consumer."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
from sqlalchemy import text

from leefwijk.events.catalogue import published_language
from leefwijk.events.clock import day_of
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.reactions import TodoWorker
from leefwijk.events.deadlines import Ticker
from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import Gate, GateOutcome, GateVerdict
from leefwijk.events.language.initiatives.life import InitiativeProposed
from leefwijk.events.language.initiatives.plans import InitiativePlan
from leefwijk.events.language.initiatives.support import GrantedLine, SupportGranted, SupportKind
from leefwijk.events.testing.clock import FakeClock
from leefwijk.events.testing.hearing import Hearing
from leefwijk.service.context import ServiceContext
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.settings import Environment, ServiceSettings
from participation.app import definition

ASSEN = "GM0106@2020"
LARIKS = "WK010601@2020"
LUCHIESLAND = "BU01060105@2020"
PITTELO, PEELO, HOOGEVEEN = "WK010604@2020", "WK010606@2020", "WK011850@2020"
WORKER, MANAGER = "neighbourhood_worker", "area_manager"
_TABLES = text("""
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname not in ('pg_catalog', 'information_schema')
""")


@dataclass
class Participation:
    """The service as callers meet it, with its clock, its ticker and what others tell it."""

    client: httpx.AsyncClient
    context: ServiceContext
    issuer: DevelopmentIssuer
    clock: FakeClock
    hearing: Hearing
    ticker: Ticker
    url: str

    def headers(self, role: str, **more: Any) -> dict[str, str]:
        """Who asks; a partner is the organisation `hv-assen` of Assen unless said otherwise.

        `key` goes along as the key of the request.
        """
        municipalities = more.pop("of", ("GM0106",)) if role == "partner" else ()
        partner = more.pop("partner", "hv-assen") if role == "partner" else None
        token = self.issuer.token(role, municipalities=municipalities, partner=partner)
        headers = {"Authorization": f"Bearer {token}"}
        if "key" in more:
            headers["Idempotency-Key"] = more["key"]
        return headers

    async def get(self, path: str, role: str = "analyst", **who: Any) -> httpx.Response:
        """Read as a role."""
        return await self.client.get(f"/v1{path}", headers=self.headers(role, **who))

    async def look(self, path: str, role: str = "analyst", **who: Any) -> Any:
        """The JSON of what must be there."""
        answer = await self.get(path, role, **who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        role: str = WORKER,
        *,
        version: int | None = None,
        **who: Any,
    ) -> httpx.Response:
        """Give a command as a role."""
        headers = self.headers(role, **who)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.client.post(f"/v1{path}", json=body or {}, headers=headers)

    async def made(self, path: str, body: dict[str, Any], role: str = WORKER) -> str:
        """The id of something that must be made."""
        answer = await self.post(path, body, role)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def step(
        self,
        thing: str,
        noun: str,
        body: dict[str, Any] | None = None,
        role: str = WORKER,
        **who: Any,
    ) -> httpx.Response:
        """Give a command on something, such as `trajectories/t1`, as it stands now."""
        version = (await self.look(f"/{thing}"))["version"]
        return await self.post(f"/{thing}/{noun}", body, role, version=version, **who)

    async def done(
        self,
        thing: str,
        noun: str,
        body: dict[str, Any] | None = None,
        role: str = WORKER,
        **who: Any,
    ) -> Any:
        """A command that must be accepted; gives its answer."""
        answer = await self.step(thing, noun, body, role, **who)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(
        self,
        thing: str,
        noun: str,
        body: dict[str, Any] | None = None,
        role: str = WORKER,
        *,
        code: str,
        **who: Any,
    ) -> Any:
        """A command that must be refused with this code, which records nothing."""
        before = await self.count()
        answer = await self.step(thing, noun, body, role, **who)
        problem = answer.json()
        assert answer.status_code in {400, 403, 409}, answer.text
        codes = {problem["code"], *(one["code"] for one in problem.get("refusals", ()))}
        assert code in codes, problem
        assert await self.count() == before
        return problem

    async def check(self, area: str, *groups: str, **more: Any) -> str:
        """An open check on meeting, such as `involvement-checks/c1`."""
        body = {"area": area, "themes": ["meeting"], "groups": groups or ("tenants",), **more}
        return f"involvement-checks/{await self.made('/involvement-checks', body)}"

    async def ask(
        self, check: str, form: str, on: str, group: str = "tenants", **more: Any
    ) -> None:
        """A group was asked; counts come by the name of the answer."""
        named = ("invited", "askedIn", "reasons", "total", "onScreen")
        body = {name: more.pop(name) for name in named if name in more}
        body |= {"group": group, "form": form, "on": on, "answers": more}
        await self.done(check, "askings", body)

    async def conclude(self, check: str, role: str = WORKER, **promises: Any) -> Any:
        """A check is concluded: a level by group, or the whole promise."""
        return await self.done(check, "conclusions", concluding(**promises), role)

    async def concluded(
        self,
        promises: dict[str, str],
        *,
        area: str = LARIKS,
        themes: tuple[str, ...] = ("greening",),
        answers: dict[str, dict[str, int]] | None = None,
        explained: dict[str, str] | None = None,
    ) -> str:
        """The id of a check, asked at the door today and concluded with these promises."""
        groups = list(promises)
        body = {"area": area, "themes": list(themes), "groups": groups}
        id_ = await self.made("/involvement-checks", body)
        check = f"involvement-checks/{id_}"
        for group in groups:
            counts = (answers or {}).get(group, {promises[group]: 20})
            asking = {"group": group, "form": "door_to_door", "on": str(day_of(self.clock()))}
            await self.done(check, "askings", {**asking, "invited": 240, "answers": counts})
        said = [
            {"group": group, "promise": promise, **_why((explained or {}).get(group))}
            for group, promise in promises.items()
        ]
        await self.done(check, "conclusions", {"groups": said, "role": "support"}, MANAGER)
        return id_

    async def trajectory(self, promises: dict[str, str], **more: Any) -> str:
        """A trajectory on a check that was concluded just now, such as `trajectories/t1`."""
        level = {"effortLevel": more.pop("level")} if "level" in more else {}
        check = await self.concluded(promises, **more)
        body = {"check": check, "title": "De vijver", **level}
        return f"trajectories/{await self.made('/trajectories', body)}"

    async def plan(self, trajectory: str, form: str, at: str, *groups: str) -> None:
        """A moment is planned."""
        body = {"form": form, "at": at, "groups": list(groups)}
        await self.done(trajectory, "moments", body)

    async def held(self, trajectory: str, moment: int, attendance: int | None, *said: str) -> None:
        """A moment was held, with what came out of it."""
        body = {"moment": moment, "attendance": attendance, "input": [{"what": s} for s in said]}
        await self.done(trajectory, "held-moments", body)

    async def told(
        self, trajectory: str, moment: int, item: int | None, outcome: str = "taken_over"
    ) -> None:
        """People were told by letter today what was done with what they said."""
        body = {"moment": moment, "item": item, "outcome": outcome, "form": "letter"}
        body["toldOn"] = str(day_of(self.clock()))
        await self.done(trajectory, "feedback", body)

    async def time_passes(self, to: str) -> None:
        """It is later now, and the ticker has looked until nothing is due."""
        self.clock.set(to)
        while await self.ticker.tick():
            pass

    async def count(self) -> int:
        """How many facts there are."""
        async with self.context.reading.connect() as connection:
            return int((await connection.execute(text("select count(*) from events"))).scalar_one())

    async def facts(self, like: str = "%") -> list[tuple[str, dict[str, Any]]]:
        """What was recorded on streams that match: short names with what they say, in order."""
        async with self.context.reading.connect() as connection:
            found = await connection.execute(
                text(
                    "select split_part(type, '.', 4) as fact, data from events "
                    "where stream_id like :like order by stream_id, version"
                ),
                {"like": like},
            )
            return [(row.fact, row.data) for row in found]

    async def everything(self) -> str:
        """All that the database keeps, in every table, as text."""
        async with self.context.reading.connect() as connection:
            kept: list[str] = []
            for table in (await connection.execute(_TABLES)).scalars().all():
                rows = await connection.execute(text(f"select t::text from {table} t"))
                kept += list(rows.scalars())
        return "\n".join(kept)


def concluding(own: str = "support", **promises: Any) -> dict[str, Any]:
    """The body of a conclusion: a level by group, or the whole promise; `own` is the role in it."""
    groups = [
        {"group": group, **(said if isinstance(said, dict) else {"promise": said})}
        for group, said in promises.items()
    ]
    return {"groups": groups, "role": own}


def proposed(area: str, *themes: str, complex_: str | None = None) -> InitiativeProposed:
    """An initiative of residents, in one complex or in none."""
    return InitiativeProposed(
        title="De vijver",
        area=area,
        municipalities=("GM0106",),
        themes=tuple(Theme(theme) for theme in themes),
        taker="residents",
        collective_benefit="Iedereen is welkom",
        plan=InitiativePlan(complex=complex_) if complex_ else None,
    )


def granted(area: str, on: date, *evidence: str) -> SupportGranted:
    """Support of 500 euros; the gate of involvement passed where it has evidence."""
    whole = GrantedLine(line=1, kind=SupportKind.MONEY, amount=Decimal("500.00"))
    line = GateVerdict(
        gate=Gate.RESIDENTS_INVOLVEMENT,
        outcome=GateOutcome.PASSED if evidence else GateOutcome.FAILED,
        code=None if evidence else "no-involvement-check",
        evidence=evidence,
        source="own rule",
    )
    return SupportGranted(
        request=1,
        area=area,
        budget_area=area,
        year=on.year,
        lines=(whole,),
        charged=Decimal("500.00"),
        partly=False,
        gate_lines=(line,),
        on=on,
    )


def _why(reason: str | None) -> dict[str, str]:
    if reason is None:
        return {}
    return {"explanation": reason, "explanationText": "Daar is dit jaar geen geld voor"}


def service(url: str, issuer: DevelopmentIssuer) -> Participation:
    """The service on a database, on 1 September 2026."""
    clock = FakeClock("2026-09-01T09:00:00Z")
    settings = ServiceSettings(
        environment=Environment.DEVELOPMENT,
        port=1,
        database_url=url,
        kafka_bootstrap="127.0.0.1:1",
        chamber_number="04016206",
        issuer=ISSUER,
        jwks=str(issuer.jwks),
        municipalities=("GM0106", "GM0118"),
        key_encryption_key=base64.b64encode(b"k" * 32).decode(),
    )
    app = definition.app(settings, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://participation", timeout=120)
    context: ServiceContext = app.state.context
    knowledge, applier = definition.knowledge, definition.consumer()
    assert knowledge is not None
    assert applier is not None
    knows = {command: partial(gather, context) for command, gather in definition.knows.items()}
    core = ConsumerCore(context.engine, applier, published_language())
    starts = frozenset(reaction.name for reaction in knowledge.reactions if reaction.starts)
    todos = TodoWorker(context.engine, context.handler, knowledge.commands, knows, starts)
    ticker = Ticker(context.engine, context.handler, definition.name, definition.states, knows)
    hearing = Hearing(core, todos, clock)
    return Participation(client, context, issuer, clock, hearing, ticker, url)
