"""Bringing a database to the newest schema: safe to run twice and by two starters at once."""

from __future__ import annotations

import asyncio

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from leefwijk.events.schemas import Migrations

_ONE_AT_A_TIME = 0x4C454546
"""Key of the advisory lock under which migrations run."""


def _upgrade(connection: Connection, migrations: Migrations) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.folder))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = f"migrations_{migrations.name}"
    command.upgrade(config, migrations.through)


async def migrate(url: str, *parts: Migrations) -> None:
    """Apply what each part still lacks, in the order given, under one lock for the database."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as guard:
            await guard.execution_options(isolation_level="AUTOCOMMIT")
            await guard.execute(text("select pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
            for part in parts:
                async with engine.connect() as connection:
                    await connection.run_sync(_upgrade, part)
                    await connection.commit()
            await guard.execute(text("select pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
    finally:
        await asyncio.shield(engine.dispose())
