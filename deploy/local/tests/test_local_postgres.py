import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from leefwijk.local import EmbeddedPostgres, LocalError, Process, Supervisor
from leefwijk.local.account import unprivileged
from leefwijk.local.processes import end_child, spawn

# A statement whose process does not notice that its server is gone.
ENDLESS = "do $$ begin loop perform 1; end loop; end $$"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running server with a database and a table in it."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres")) as server:
        server.create_database("monitoring")
        yield server


async def _ask(server: EmbeddedPostgres, *statements: str) -> object:
    engine = create_async_engine(server.url("monitoring"))
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


async def _keep_busy(server: EmbeddedPostgres) -> asyncio.Task[object]:
    """Let a client work without end; return when the server is at it."""
    busy = asyncio.create_task(_ask(server, ENDLESS))
    working = "select count(*) from pg_stat_activity where state = 'active' and query ^@ 'do '"
    async with asyncio.timeout(30):
        while await _ask(server, working) == 0:  # noqa: ASYNC110 - by others
            await asyncio.sleep(0.02)
    return busy


async def test_settings_keep_what_is_acknowledged(postgres: EmbeddedPostgres) -> None:
    """Nothing is traded for speed: fsync and synchronous commit are on."""
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "shared_buffers": "256MB",
        "max_connections": "200",
        "max_wal_size": "2GB",
        "idle_in_transaction_session_timeout": "5s",
        "server_encoding": "UTF8",
    }
    found = {name: await _ask(postgres, f"select current_setting('{name}')") for name in expected}
    assert found == expected


async def test_creating_a_database_twice_keeps_it(postgres: EmbeddedPostgres) -> None:
    """A database that exists is left as it is."""
    await _ask(postgres, "create table kept (area text)")
    postgres.create_database("monitoring")
    assert await _ask(postgres, "select count(*) from kept") == 0


@pytest.mark.parametrize(
    "name", ["", "two words", 'quo"te', "x; drop database monitoring", "Upper"]
)
def test_only_a_plain_name_makes_a_database(postgres: EmbeddedPostgres, name: str) -> None:
    """A name that would need quoting is refused."""
    with pytest.raises(ValueError, match="no plain name"):
        postgres.create_database(name)


async def test_nobody_gets_in_without_the_password(postgres: EmbeddedPostgres) -> None:
    """Another user of the machine cannot be superuser, and cannot read the password."""
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host="127.0.0.1",
            port=postgres.port,
            user="leefwijk",
            password="guess",
            database="postgres",
        )
    assert (postgres.folder / "password").stat().st_mode & 0o077 == 0


async def test_the_server_listens_on_the_loopback_address_only(postgres: EmbeddedPostgres) -> None:
    """Other machines cannot reach it."""
    assert postgres.pid is not None
    connections = psutil.Process(postgres.pid).net_connections()
    listening = {c.laddr for c in connections if c.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", postgres.port)}


async def test_a_killed_server_comes_back_with_every_row(postgres: EmbeddedPostgres) -> None:
    """After `kill -9`, with clients at work, a start on the same folder has every row."""
    await _ask(
        postgres, "create table effort (area text)", "insert into effort values ('WK010601')"
    )
    before = postgres.pid
    busy = await _keep_busy(postgres)
    postgres.kill()
    assert postgres.pid is None
    postgres.start()
    assert postgres.pid not in {None, before}
    assert await _ask(postgres, "select area from effort") == "WK010601"
    with pytest.raises(DBAPIError, match="connection"):
        await busy


async def test_starting_twice_is_starting_once(postgres: EmbeddedPostgres) -> None:
    """A second start of a running server leaves it alone."""
    before = postgres.pid
    postgres.start()
    assert postgres.pid == before


async def test_a_second_owner_of_the_folder_is_refused(postgres: EmbeddedPostgres) -> None:
    """Two servers never share a folder; the first one runs on."""
    before = postgres.pid
    with pytest.raises(LocalError, match="postgres already runs in"):
        EmbeddedPostgres(postgres.folder).start()
    assert postgres.pid == before


async def test_data_stay_between_runs_also_on_another_port(postgres: EmbeddedPostgres) -> None:
    """A stop and a start by another object, on another port, finds the rows."""
    await _ask(postgres, "create table target (share int)", "insert into target values (30)")
    postgres.stop()
    assert postgres.pid is None
    with EmbeddedPostgres(postgres.folder) as other:
        assert other.port != postgres.port
        assert await _ask(other, "select share from target") == 30
    postgres.start()


async def test_a_stale_process_file_of_another_process_is_no_obstacle(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """A killed server's process id may belong to another program by now: no obstacle."""
    postgres.kill()
    sleeper = Process(name="sleeper", argv=["/bin/sleep", "60"], account=unprivileged(()))
    other = spawn(sleeper, tmp_path / "log", tmp_path / "record.json")
    file = postgres.folder / "data" / "postmaster.pid"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n", encoding="utf-8")
    postgres.start()
    assert await _ask(postgres, "select 1") == 1
    assert other.poll() is None
    end_child(other, signal.SIGTERM, grace=5)


async def test_a_supervisor_brings_a_killed_server_back(postgres: EmbeddedPostgres) -> None:
    """As a supervised process it is the same server on the same data."""
    await _ask(postgres, "create table mix (homes int)", "insert into mix values (7)")
    postgres.stop()
    told: list[str] = []
    async with Supervisor(postgres.folder / "supervised", told.append) as supervisor:
        await supervisor.start(postgres.process())
        busy = await _keep_busy(postgres)
        postgres.kill()
        async with asyncio.timeout(30):
            while sum("ready in" in line for line in told) < 2:  # noqa: ASYNC110 - by others
                await asyncio.sleep(0.02)
        assert await _ask(postgres, "select homes from mix") == 7
    with pytest.raises(DBAPIError, match="connection"):
        await busy
    postgres.start()


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    """A given port that is in use is named, and the folder is free for another try."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(LocalError, match=f"Port {port}, needed for PostgreSQL, is in use"):
            EmbeddedPostgres(tmp_path, port).start()
    with EmbeddedPostgres(tmp_path) as server:
        assert server.pid is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it under another user")
async def test_root_may_keep_its_folders_to_itself(tmp_path: Path) -> None:
    """Started by root below a folder that is root's alone it works, and leaves it closed."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "postgres", settings={"shared_buffers": "8MB"}) as server:
        server.create_database("monitoring")
        assert await _ask(server, "select current_setting('shared_buffers')") == "8MB"
        assert server.pid is not None
        assert psutil.Process(server.pid).uids().effective != 0
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_start_that_fails_tells_why(tmp_path: Path) -> None:
    """A server that cannot start says so with the line of its log that tells."""
    with pytest.raises(LocalError, match="max_connections"):
        EmbeddedPostgres(tmp_path, settings={"max_connections": "none"}).start()
