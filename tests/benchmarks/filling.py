"""Filling tables with millions of rows, set by set, for rows that measure what growth costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url
from tests.benchmarks.measuring import Say, number

_KEYS = """
select conrelid::regclass::text as place, conname as name, pg_get_constraintdef(oid) as definition
from pg_constraint where conrelid = any($1::regclass[]) and contype in ('p', 'u')
"""
_INDEXES = """
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
from pg_index where indrelid = any($1::regclass[])
    and not exists (select from pg_constraint where conindid = indexrelid)
"""


@asynccontextmanager
async def filler(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection for bulk work, which does not wait for the disk."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain, command_timeout=None)
    try:
        await connection.execute("set synchronous_commit = off")
        await connection.execute("set maintenance_work_mem = '512MB'")
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def without_indexes(connection: asyncpg.Connection, *tables: str) -> AsyncIterator[None]:
    """Keys and indexes of these tables go, and come back as they were when the block ends well."""
    keys = await connection.fetch(_KEYS, tables)
    indexes = await connection.fetch(_INDEXES, tables)
    for key in keys:
        await connection.execute(f"alter table {key['place']} drop constraint {key['name']}")
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    yield
    for key in keys:
        await connection.execute(
            f"alter table {key['place']} add constraint {key['name']} {key['definition']}"
        )
    for index in indexes:
        # the definition of a partitioned one names its parent only; its parts need it too
        await connection.execute(index["definition"].replace(" ON ONLY ", " ON ", 1))


async def fill(
    connection: asyncpg.Connection,
    statement: str,
    values: Sequence[Any],
    total: int,
    step: int,
    say: Say,
    what: str,
) -> None:
    """Run a statement on numbers `$1` to `$2`, a set at a time, until `total` is reached."""
    for start in range(1, total + 1, step):
        end = min(start + step - 1, total)
        await connection.execute(statement, start, end, *values)
        if total > step:
            say(f"{what}: {number(end)} of {number(total)}")


async def settle(connection: asyncpg.Connection, *tables: str) -> None:
    """Statistics as autovacuum would make them, and nothing left to be written behind our back."""
    for table in tables:
        await connection.execute(f"vacuum analyze {table}")
    await connection.execute("checkpoint")
