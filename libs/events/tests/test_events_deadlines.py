import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events import metrics
from leefwijk.events.deadlines import Ticker
from leefwijk.events.handling import Handler
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.testing import FakeClock
from leefwijk.events.testing.notes import Count, Note, Notes, Overdue, Write
from leefwijk.events.testing.servers import until


class Ticking:
    """A service with a clock that is moved by hand."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.clock = FakeClock()
        self.store = EventStore(engine, "notes")
        self.handler = Handler(self.store, Notes(), clock=self.clock)
        self.engine = engine
        self.ticker = self.another()

    def another(self) -> Ticker:
        """The ticker of another process."""
        return Ticker(self.engine, self.handler, "notes", [Note])

    async def note(self, id_: str, amount: int = 7) -> None:
        """A note; one that counts seven must be looked at ten seconds later."""
        await self.handler.execute(Count(amount=amount), id_=id_, create=True)

    async def types(self, id_: str) -> list[str]:
        """What was recorded on a note."""
        return [event.type for event in await self.store.events_of(f"notes-{id_}")]

    @property
    def stuck(self) -> float:
        """The number of deadlines that are stuck, as it is measured."""
        return float(metrics.DEADLINES_STUCK.labels("notes")._value.get())


@pytest.fixture
async def ticking(engine: AsyncEngine) -> AsyncIterator[Ticking]:
    """A service without anything in it."""
    made = Ticking(engine)
    yield made
    await made.store.close()


async def test_a_deadline_is_judged_when_its_moment_has_come(ticking: Ticking) -> None:
    """G-DEADLINE-1: not before, and once; the fact names the day it fell due."""
    await ticking.note("1")
    assert await ticking.ticker.tick() == 0
    ticking.clock.advance(seconds=10)
    assert await ticking.ticker.tick() == 1
    assert await ticking.ticker.tick() == 0
    assert (await ticking.types("1"))[1:] == [Overdue.type]
    assert ticking.stuck == 0


async def test_late_ticks_name_the_day_it_fell_due(ticking: Ticking) -> None:
    """G-DEADLINE-1: a platform that stood still for days records the day of the deadline."""
    await ticking.note("1")
    due = (ticking.clock() + timedelta(seconds=10)).date()
    ticking.clock.advance(days=5)
    await ticking.ticker.tick()
    event = (await ticking.store.events_of("notes-1"))[-1]
    assert Overdue.from_json(event.data).on == due


async def test_two_tickers_judge_once(ticking: Ticking) -> None:
    """G-DEADLINE-1: several processes may tick at once."""
    for number in range(5):
        await ticking.note(str(number))
    ticking.clock.advance(minutes=1)
    await asyncio.gather(ticking.ticker.tick(), ticking.another().tick())
    for number in range(5):
        assert (await ticking.types(str(number))).count(Overdue.type) == 1
    assert ticking.stuck == 0


async def test_a_deadline_that_stays_due_is_set_aside_with_doubling_delay(
    ticking: Ticking,
) -> None:
    """G-DEADLINE-2: it is tried after 10, 20, 40 seconds, counted, and keeps nobody waiting."""
    await ticking.note("stuck")
    await ticking.handler.execute(Write(amount=13), id_="stuck")
    await ticking.note("sound")
    ticking.clock.advance(seconds=30)
    assert await ticking.ticker.tick() == 2
    assert Overdue.type in await ticking.types("sound")
    assert ticking.stuck == 1
    judged = []
    for second in range(75):
        ticking.clock.advance(seconds=1)
        if await ticking.ticker.tick():
            judged.append(second + 1)
    assert judged == [10, 30, 70]
    assert ticking.stuck == 1


async def test_what_a_user_settled_is_stuck_no_longer(ticking: Ticking) -> None:
    """G-DEADLINE-2: the count falls as soon as the moment lies in the future or is gone."""
    await ticking.note("1")
    await ticking.handler.execute(Write(amount=13), id_="1")
    ticking.clock.advance(seconds=30)
    await ticking.ticker.tick()
    assert ticking.stuck == 1
    await ticking.handler.execute(Count(amount=7), id_="1")
    await ticking.ticker.tick()
    assert ticking.stuck == 0


async def test_a_kind_without_a_deadline_command_stops_nobody(ticking: Ticking) -> None:
    """G-DEADLINE-2: a moment that nobody can judge is set aside and counted."""
    await ticking.note("1")
    ticking.clock.advance(seconds=30)
    ticker = Ticker(ticking.engine, ticking.handler, "notes", [])
    assert await ticker.tick() == 1
    assert ticking.stuck == 1
    assert await ticker.tick() == 0


async def test_the_ticker_goes_on_by_itself(
    ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G-DEADLINE-1: it looks every second, whatever the last look met with."""
    monkeypatch.setattr("leefwijk.events.deadlines.TICK_SECONDS", 0.01)
    await ticking.note("1")
    failing = [OSError("the database is away")]
    tick = ticking.ticker.tick

    async def sometimes() -> int:
        if failing:
            raise failing.pop()
        return await tick()

    monkeypatch.setattr(ticking.ticker, "tick", sometimes)
    ticking.clock.advance(seconds=30)
    task = asyncio.create_task(ticking.ticker.run())

    async def judged() -> bool:
        return Overdue.type in await ticking.types("1")

    await until(judged)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
