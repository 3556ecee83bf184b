"""Statements past SQLAlchemy, for the few that every command runs.

SQLAlchemy took two thirds of the time that this process spends on a small statement, and planning
took as long as carrying it out. What each command reads and writes therefore goes to the driver,
on connections of its own, whose plans are made once; everything else stays with the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Columns = Mapping[Any, Any]
"""A row of the database, by the names of its columns."""

CONNECTIONS = 6
"""The writer's two, and some for readers: a statement by key takes a fraction of a millisecond."""

WAIT_SECONDS = 5.0
"""How long a statement waits for a connection before the database counts as away."""

COMMAND_SECONDS = 10.0
"""How long a statement waits for its answer before its connection is given up."""

_BEGIN = text("select 1")
_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's, without types
_GENERIC_PLANS = {"plan_cache_mode": "force_generic_plan"}


class Statement:
    """An SQL statement with named parameters, and the same in the driver's own notation."""

    def __init__(self, sql: str) -> None:
        self.text = sql
        compiled = text(sql).compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.names: Sequence[str] = tuple(compiled.positiontup or ())


async def fetch(
    connection: AsyncConnection, statement: Statement, parameters: Mapping[str, Any]
) -> list[asyncpg.Record]:
    """Run it on the driver's side of a connection, in its transaction. Raises driver's errors."""
    driver = await driver_of(connection)
    arguments = [parameters[name] for name in statement.names]
    rows: list[asyncpg.Record] = await driver.fetch(statement.sql, *arguments)
    return rows


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The driver's side of a connection, in the transaction that was begun on it."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - the pool gives out open ones only
    if connection.in_transaction() and not driver.is_in_transaction():
        assert connection.sync_connection is not None  # noqa: S101 - it is in a transaction
        options = connection.sync_connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            # SQLAlchemy opens a transaction with its own first statement
            await connection.execute(_BEGIN)
    return driver


def connect_settings(application: str, *, durable: bool = True) -> dict[str, Any]:
    """How every connection of ours behaves, whoever opens it.

    Transactions end after five seconds at most, idle ones after one: every reader of the log waits
    for the oldest writing transaction of the whole cluster.
    """
    settings = {
        "application_name": application,
        "transaction_timeout": "5s",
        "idle_in_transaction_session_timeout": "1s",
    }
    if not durable:
        settings["synchronous_commit"] = "off"
    return {
        "timeout": 5,
        "command_timeout": COMMAND_SECONDS,
        "server_settings": settings,
    }


class Direct:
    """A few connections to the database of an engine; each statement is its own transaction."""

    def __init__(self, engine: AsyncEngine, application: str) -> None:
        _, self._where = engine.dialect.create_connect_args(engine.url)
        self._settings = connect_settings(application)
        self._settings["server_settings"] |= _GENERIC_PLANS
        self._idle: list[asyncpg.Connection] = []
        self._room = asyncio.Semaphore(CONNECTIONS)

    async def fetch(
        self, statement: Statement, parameters: Mapping[str, Any]
    ) -> list[asyncpg.Record]:
        """Run it. Raises ConnectionRefusedError where nothing was sent, else the driver's errors.

        A wait for a connection that lasts too long counts as refused as well.
        """
        connection = await self._take()
        arguments = [parameters[name] for name in statement.names]
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement.sql, *arguments)
        except asyncpg.PostgresError:
            self._give_back(connection)
            raise
        except BaseException:
            # an answer that nobody waits for may still be on its way
            connection.terminate()
            self._room.release()
            raise
        self._give_back(connection)
        return rows

    async def close(self) -> None:
        """Close what is open; whoever still waits gets a new connection."""
        while self._idle:
            await self._idle.pop().close(timeout=1)

    async def _take(self) -> asyncpg.Connection:
        if self._room.locked():
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await self._room.acquire()
            except TimeoutError:
                raise ConnectionRefusedError("no connection became free") from None
        else:
            await self._room.acquire()
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            return await connect(**self._where, **self._settings)
        except BaseException:
            self._room.release()
            raise

    def _give_back(self, connection: asyncpg.Connection) -> None:
        if not connection.is_closed():
            self._idle.append(connection)
        self._room.release()


class GivenUpOnce(asyncpg.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that ends with the statement that nobody waits for any longer.

    The driver asks the server to stop it, and lets whoever uses the connection next wait until the
    server said so: for as long as the line is silent, and for ever where it breaks meanwhile
    (asyncpg 0.31). What still runs on the server ends by its own timeouts.
    """

    __slots__ = ()

    def _cancel_current_command(self, waiter: asyncio.Future[None]) -> None:
        waiter.set_result(None)
        # the driver is amid its own bookkeeping of the statement
        asyncio.get_running_loop().call_soon(self.terminate)


async def connect(*where: Any, **settings: Any) -> asyncpg.Connection:
    """Connect; whatever the server says against it means that the database is away.

    While it starts up, is full or changes its password it answers with errors of its own, which
    the driver raises past SQLAlchemy's.
    """
    try:
        return await asyncpg.connect(*where, connection_class=GivenUpOnce, **settings)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ConnectionRefusedError(f"{type(error).__name__}: {error}") from error
