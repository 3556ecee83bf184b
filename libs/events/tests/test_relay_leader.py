import asyncio
import os
import signal
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.log import Cursor
from leefwijk.events.relay import leader
from leefwijk.events.relay.leader import LostLeadershipError, lead
from leefwijk.events.store.postgres import create_engine

_LEADING = """
import asyncio, sys
import structlog
from leefwijk.events.relay import leader
from leefwijk.events.log import Cursor
from leefwijk.events.store.postgres import create_engine
leader.HEARTBEAT_SECONDS = 0.1
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

async def main():
    engine = create_engine(sys.argv[1])
    async with leader.lead(engine, "notes", "first") as leadership:
        position = 0
        while True:
            position += 1
            try:
                await leadership.advance(Cursor(1, 1, position), {})
            except leader.LostLeadershipError:
                print("lost", flush=True)
                return
            if position == 1:
                print("leads", flush=True)
            await asyncio.sleep(0.02)

asyncio.run(main())
"""


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat counts as missing after a second."""
    monkeypatch.setattr(leader, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(leader, "STALE_SECONDS", 1.0)


async def who_leads(engine: AsyncEngine) -> list[str]:
    """What the database knows of leaders, locks and heartbeats."""
    async with engine.connect() as connection:
        found = await connection.execute(
            text("""
            select r.*, l.pid, l.granted, a.state, clock_timestamp() - r.heartbeat_at as age
            from relays r left join pg_locks l on l.locktype = 'advisory'
            left join pg_stat_activity a on a.pid = l.pid
            """)
        )
        return [str(row._asdict()) for row in found]


async def test_a_stopped_leader_is_replaced(
    engine: AsyncEngine, database_url: str, hurried: None
) -> None:
    """G-RELAY-5: a standby takes over from a process that stands still; awake, it has lost."""
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LEADING, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert first.stdout is not None
    try:
        async with asyncio.timeout(30):
            assert await first.stdout.readline() == b"leads\n"
            os.kill(first.pid, signal.SIGSTOP)
            async with lead(engine, "notes", "second", poll=0.1) as leadership:
                assert leadership.cursor.position > 0
                reached = Cursor(1, 1, leadership.cursor.position + 1_000_000)
                await leadership.advance(reached, {})
                os.kill(first.pid, signal.SIGCONT)
                assert await first.stdout.readline() == b"lost\n"
            async with lead(engine, "notes", "third", poll=0.1) as leadership:
                assert leadership.cursor == reached, "a former leader moved the cursor"
    except TimeoutError:
        pytest.fail(f"nobody took over: {await who_leads(engine)}")
    finally:
        if first.returncode is None:
            first.kill()
        await first.wait()


async def test_a_busy_leader_is_left_alone(
    engine: AsyncEngine, database_url: str, hurried: None
) -> None:
    """G-RELAY-5: as long as its heart beats, a leader leads, even with nothing to do."""
    other = create_engine(database_url)
    async with lead(engine, "notes", "first") as leadership:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2), lead(other, "notes", "second", poll=0.1):
                pass
        await leadership.advance(Cursor(1, 1, 1), {})
    await other.dispose()


async def test_there_are_never_two_leaders(database_url: str) -> None:
    """G-RELAY-5: of many that want to lead, one does at a time, and each in its turn."""
    leading, most, turns = 0, 0, 0

    async def contend(number: int) -> None:
        nonlocal leading, most, turns
        engine = create_engine(database_url, pool=2)
        for _ in range(3):
            async with lead(engine, "notes", f"leader {number}", poll=0.01) as leadership:
                leading, turns = leading + 1, turns + 1
                most = max(most, leading)
                await leadership.advance(Cursor(1, 1, turns), {("t", 0): turns})
                await asyncio.sleep(0.005)
                leading -= 1
        await engine.dispose()

    await asyncio.wait_for(asyncio.gather(*(contend(number) for number in range(5))), 30)
    assert (most, turns) == (1, 15)


async def test_the_lead_ends_with_its_block(engine: AsyncEngine, database_url: str) -> None:
    """G-RELAY-5: whoever gives the lead up, by error or not, keeps no lock in the pool."""
    other = create_engine(database_url)
    async with asyncio.timeout(5):
        for turn in range(4):
            with pytest.raises(ValueError, match="enough"):
                async with lead(other if turn % 2 else engine, "notes", "me", poll=0.01):
                    raise ValueError("enough")
    await other.dispose()


async def test_a_leader_whose_connection_ended_cannot_move_the_cursor(
    engine: AsyncEngine, database_url: str
) -> None:
    """G-RELAY-5: the connection that holds the lock is the one that moves the cursor."""
    other = create_engine(database_url)
    async with lead(engine, "notes", "first") as leadership:
        async with other.begin() as connection:
            await connection.exec_driver_sql("select pg_terminate_backend(backend) from relays")
        with pytest.raises(LostLeadershipError):
            await leadership.advance(Cursor(1, 1, 1), {})
    await other.dispose()
