import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from leefwijk.events.migrate import migrate
from leefwijk.events.schemas import CONSUME, STORE, Migrations
from leefwijk.events.testing.servers import Databases


async def tables(url: str) -> set[str]:
    """The tables of a database."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.execute(
            text("select tablename from pg_tables where schemaname = 'public'")
        )
        names = set(found.scalars())
    await engine.dispose()
    return names


async def test_migrations_may_run_twice_and_by_two_starters(databases: Databases) -> None:
    """G-MIGRATE-1: any number of processes may start at once on an empty database, and again."""
    url = await databases.fresh()
    await asyncio.gather(*(migrate(url, STORE, CONSUME) for _ in range(4)))
    before = await tables(url)
    await migrate(url, STORE, CONSUME)
    assert await tables(url) == before
    assert {"events", "documents", "consumer_offsets", "migrations_store"} <= before


async def test_parts_may_come_later(databases: Databases) -> None:
    """G-MIGRATE-1: each part counts its own steps, so that one may join an old database."""
    url = await databases.fresh()
    await migrate(url, STORE)
    assert "consumer_offsets" not in await tables(url)
    await migrate(url, STORE, CONSUME)
    assert "consumer_offsets" in await tables(url)


async def test_a_failed_migration_leaves_nothing_and_frees_the_others(
    databases: Databases, tmp_path: Path
) -> None:
    """G-MIGRATE-2: a step goes in as a whole, and the next starter does not wait for ever."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text((STORE.folder / "env.py").read_text("utf-8"), "utf-8")
    step = tmp_path / "versions" / "0001_half.py"
    step.write_text(
        'from alembic import op\nrevision = "0001"\ndown_revision = None\n'
        'def upgrade():\n    op.execute("create table half (n int)")\n'
        '    op.execute("select 1 / 0")\n',
        "utf-8",
    )
    half = Migrations("half", tmp_path)
    url = await databases.fresh()
    with pytest.raises(DBAPIError):
        await migrate(url, STORE, half)
    found = await tables(url)
    assert "half" not in found
    assert "events" in found
    step.write_text(step.read_text("utf-8").replace("1 / 0", "1"), "utf-8")
    async with asyncio.timeout(10):
        await migrate(url, STORE, half)
    assert "half" in await tables(url)
