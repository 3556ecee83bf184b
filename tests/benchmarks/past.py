"""Ten years of initiatives in a store: real facts, folded and written by the real code.

Most are over and few are new, as after ten years; so what a filter finds is not spread evenly over
the list: what is proposed stands at its head, what is completed far down.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from tests.benchmarks import filling
from tests.benchmarks.measuring import Say, number

from initiatives.domain.initiative import Initiative
from leefwijk.events.decider import Fact, evolve
from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.handling import document_row
from leefwijk.events.language.initiatives import effects, life, referral, roles, support
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.store.records import Append, Commit, EventRow

START = datetime(2016, 11, 1, tzinfo=UTC)
DAYS = 3_650
MUNICIPALITIES = tuple(f"GM{code:04d}" for code in range(101, 443))
"""As many as the country has."""
DISTRICTS, NEIGHBOURHOODS = 10, 5
"""Of each municipality, and of each district: some 20 000 areas."""
OURS = MUNICIPALITIES[:12]
"""The corporation's own: nearly all of it happens there."""
PARTNERS = tuple(f"partner-{place}" for place in range(40))
BEGINS = ("Koffie", "Tuin", "Buurt", "Eet", "Repair", "Speel", "Klus", "Taal", "Wandel", "Moes")
ENDS = ("ochtend", "dag", "feest", "hoek", "café", "tafel", "groep", "plein", "tuin", "middag")
WHERE = ("in de hal", "aan de Lariks", "voor de flat", "bij de vijver", "op het plein", "in Peelo")
MOST, SOME, FEW = 0.8, 0.35, 0.04
AT_ONCE = 500

_RELAYED = text("""
insert into relays (name, era, xid, position)
select :name, 1, max(xid), max(position) from events
""")
_AREAS = text("""
insert into known_areas (area, name, parent, municipalities, parts)
values (:area, :area, :parent, :municipalities, :parts)
""")


def districts(municipality: str) -> list[str]:
    """The districts of a municipality."""
    return [f"WK{municipality[2:]}{place:02d}@2022" for place in range(DISTRICTS)]


def neighbourhoods(district: str) -> list[str]:
    """The neighbourhoods of a district."""
    return [f"BU{district[2:8]}{place:02d}@2022" for place in range(NEIGHBOURHOODS)]


def experienced(municipality: str) -> str:
    """An area as people live it, of two districts and a neighbourhood of a third."""
    return f"XA{municipality[2:]}0000a0a0@1"


async def filled(url: str, count: int, say: Say) -> None:
    """Write so many initiatives, oldest first, with the areas that initiatives knows."""
    engine = create_engine(url)
    store = EventStore(engine, "bench")
    chance = random.Random(count)  # noqa: S311 - the same past in every run
    group: list[Commit] = []
    for place in range(count):
        group.append(_initiative(chance, place, count))
        if len(group) == AT_ONCE or place == count - 1:
            await store.write(group)
            group = []
        if place % (count // 4 or 1) == 0:
            say(f"lists: {number(place)} of {number(count)} initiatives")
    async with engine.begin() as connection:
        await connection.execute(_AREAS, list(_known_areas()))
        await connection.execute(_RELAYED, {"name": "initiatives"})
    await store.close()
    await engine.dispose()
    async with filling.filler(url) as plain:
        await filling.settle(plain, "events", "documents", "known_areas")


def _known_areas() -> Iterator[dict[str, object]]:
    for code in MUNICIPALITIES:
        shared: dict[str, object] = {"municipalities": [code], "parts": []}
        yield {"area": f"{code}@2022", "parent": "NL01@2022", **shared}
        for district in districts(code):
            yield {"area": district, "parent": f"{code}@2022", **shared}
            for area in neighbourhoods(district):
                yield {"area": area, "parent": district, **shared}
        one, two, three, *_ = districts(code)
        parts = [one, two, neighbourhoods(three)[0]]
        yield {"area": experienced(code), "parent": None, **shared, "parts": parts}


def _initiative(chance: random.Random, place: int, count: int) -> Commit:
    proposed = START + timedelta(days=DAYS) * (place / count)
    stream = f"initiatives-{UUID(int=chance.getrandbits(128))}"
    state, rows = Initiative(), []
    for version, event in enumerate(_facts(chance, proposed.date()), start=1):
        at = proposed
        id_ = UUID(int=chance.getrandbits(128))
        state = evolve(state, event, Fact(id_, version, at))
        rows.append(EventRow(id_, event.type, event.to_json(), "{}", at))
    # what is late was judged in its time, so that no deadline is left to be measured with
    document = replace(document_row(state, {}), due_at=None)
    return Commit((Append(stream, 0, tuple(rows), document),))


def _facts(chance: random.Random, day: date) -> Iterator[Event]:
    code = chance.choice(OURS if chance.random() > FEW else MUNICIPALITIES)
    district = chance.choice(districts(code))
    area = chance.choice([district, *neighbourhoods(district)])
    themes = tuple(chance.sample(list(Theme), chance.choice((1, 1, 2))))
    title = f"{chance.choice(BEGINS)}{chance.choice(ENDS)} {chance.choice(WHERE)}"
    years = (START.date() + timedelta(days=DAYS) - day).days / 365
    yield life.InitiativeProposed(
        title=title,
        area=area,
        municipalities=(code,),
        themes=themes,
        taker=chance.choices(list(life.Taker), (12, 3, 1))[0],
        collective_benefit="Iedereen van het portiek is welkom, elke woensdag",
        on=day,
    )
    if chance.random() > years * 12:  # a month or less: nobody came round to it
        return
    role = chance.choices(list(roles.CorporationRole), (6, 3, 8, 2, 1))[0]
    yield roles.CorporationRoleAgreed(role=role)
    if chance.random() < FEW:
        yield referral.InitiativeReferred(
            title=title,
            area=area,
            partner=chance.choice(PARTNERS),
            reason="Het is hun werk",
            due=day + timedelta(days=28),
            on=day,
        )
        return
    if role is not roles.CorporationRole.NONE and chance.random() < SOME:
        yield _asked()
        yield _granted(chance, area, day)
    yield life.InitiativeStarted(title=title, area=area, themes=themes, on=day)
    if chance.random() < min(MOST, years):
        yield life.InitiativeCompleted(area=area, on=day)
        if chance.random() < FEW:
            yield effects.EffectEvaluationOverdue(due=day, on=day)
        if chance.random() < SOME:
            yield life.InitiativeHandedOver(title=title, area=area, on=day)
    elif chance.random() < FEW:
        by = life.StoppedBy.TAKERS
        yield life.InitiativeStopped(area=area, by=by, reason="Er kwam niemand meer", on=day)


def _asked() -> Event:
    line = support.RequestLine(
        line=1, kind=support.SupportKind.MONEY, purpose="Bankjes", amount=Decimal("400.00")
    )
    return support.SupportRequested(request=1, lines=(line,))


def _granted(chance: random.Random, area: str, day: date) -> Event:
    line = support.GrantedLine(line=1, kind=support.SupportKind.MONEY, amount=Decimal("400.00"))
    return support.SupportGranted(
        request=1,
        area=area,
        budget_area=area,
        year=day.year,
        level=str(UUID(int=chance.getrandbits(128))),
        lines=(line,),
        charged=Decimal("400.00"),
        partly=False,
        on=day,
    )
