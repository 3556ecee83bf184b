"""The whole platform on one machine: what `make run` does."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from leefwijk.events import topics
from leefwijk.events.broker import Broker
from leefwijk.events.catalogue import published_language
from leefwijk.events.migrate import migrate
from leefwijk.local.errors import LocalError
from leefwijk.local.kafka import EmbeddedKafka
from leefwijk.local.postgres import EmbeddedPostgres
from leefwijk.local.preflight import preflight
from leefwijk.local.processes import Process
from leefwijk.local.sample import MUNICIPALITIES
from leefwijk.local.supervisor import Supervisor
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.roles import Role
from leefwijk.service.wiring import definitions

SERVICE_TOKEN_SECONDS = 10 * 365 * 24 * 3600
KEEPS_TEXTS = frozenset({"monitoring", "participation"})
"""Services that keep texts encrypted, and so need a key."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens, all on 127.0.0.1."""

    postgres: int = 15432
    kafka: int = 19092
    worker: int = 8110
    services: Mapping[str, int] = field(
        default_factory=lambda: {
            "monitoring": 8105,
            "initiatives": 8101,
            "participation": 8102,
            "housing_mix": 8104,
            "projections": 8100,
        }
    )

    def named(self, *, postgres: bool, kafka: bool) -> dict[int, str]:
        """What each port is for, without the servers that are given."""
        found = {port: f"the service {name}" for name, port in self.services.items()}
        found[self.worker] = "the health of the projection worker"
        if postgres:
            found[self.postgres] = "PostgreSQL"
        if kafka:
            found[self.kafka] = "Apache Kafka"
        return found


@dataclass
class Platform:
    """Starts everything in order in one folder."""

    folder: Path
    ports: Ports = field(default_factory=Ports)
    municipalities: tuple[str, ...] = MUNICIPALITIES
    chamber_number: str = "04016206"
    database_url: str | None = None
    """A given PostgreSQL server instead of the embedded one."""
    kafka_bootstrap: str | None = None
    """A given Kafka instead of the embedded one."""

    def check(self) -> None:
        """Raise LocalError with one sentence per thing that stands in the way."""
        preflight(
            self.folder,
            self.ports.named(
                postgres=self.database_url is None, kafka=self.kafka_bootstrap is None
            ),
            kafka=self.kafka_bootstrap is None,
        )

    async def start(self, supervisor: Supervisor) -> dict[str, str]:
        """Start servers, then services; gives the address of each service."""
        servers: list[Process] = []
        postgres: EmbeddedPostgres | None = None
        if self.database_url is None:
            postgres = EmbeddedPostgres(self.folder / "postgres", self.ports.postgres)
            servers.append(postgres.process())
        bootstrap = self.kafka_bootstrap
        if bootstrap is None:
            kafka = EmbeddedKafka(self.folder / "kafka", self.ports.kafka)
            servers.append(kafka.process())
            bootstrap = kafka.bootstrap
        await supervisor.start(*servers)
        urls = {}
        for name, definition in definitions().items():
            urls[name] = await self._database(postgres, name)
            await migrate(urls[name], *definition.all_migrations)
        await self._topics(bootstrap)
        issuer = DevelopmentIssuer(self.folder / "identity")
        token = self.folder / "identity" / "service-token"
        token.write_text(issuer.token(Role.SERVICE, lifetime=SERVICE_TOKEN_SECONDS), "utf-8")
        token.chmod(0o600)
        processes = []
        for name, url in urls.items():
            environment = self._settings(name, url, bootstrap, issuer)
            processes.append(self._service(name, environment))
            if name == "projections":
                processes.append(self._worker(environment))
        await supervisor.start(*processes)
        return self.addresses()

    def addresses(self) -> dict[str, str]:
        """Where each service answers."""
        return {name: f"http://127.0.0.1:{port}" for name, port in self.ports.services.items()}

    async def _database(self, postgres: EmbeddedPostgres | None, name: str) -> str:
        database = f"leefwijk_{name}"
        if postgres is not None:
            await asyncio.to_thread(postgres.create_database, database)
            return postgres.url(database)
        server = make_url(self.database_url or "").set(drivername="postgresql+asyncpg")
        engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                known = await connection.execute(
                    text("select 1 from pg_database where datname = :name"), {"name": database}
                )
                if known.scalar_one_or_none() is None:
                    await connection.execute(text(f"create database {database}"))
        finally:
            await engine.dispose()
        return server.set(database=database).render_as_string(hide_password=False)

    async def _topics(self, bootstrap: str) -> None:
        wanted = topics.declared_topics(published_language(), self.municipalities)
        async with Broker(bootstrap).admin() as admin:
            difference = await topics.compare(admin, wanted)
            if difference.refused:
                raise LocalError("; ".join(difference.refused))
            await topics.apply(admin, difference, replication=1)

    def _settings(
        self, name: str, url: str, bootstrap: str, issuer: DevelopmentIssuer
    ) -> dict[str, str]:
        settings = {
            "LEEFWIJK_ENVIRONMENT": "development",
            "LEEFWIJK_PORT": str(self.ports.services[name]),
            "LEEFWIJK_DATABASE_URL": url,
            "LEEFWIJK_KAFKA_BOOTSTRAP": bootstrap,
            "LEEFWIJK_MUNICIPALITIES": ",".join(self.municipalities),
            "LEEFWIJK_CHAMBER_NUMBER": self.chamber_number,
            "LEEFWIJK_ISSUER": ISSUER,
            "LEEFWIJK_JWKS": str(issuer.jwks.absolute()),
        }
        if name in KEEPS_TEXTS:
            settings["LEEFWIJK_KEY_ENCRYPTION_KEY"] = self._key()
        if name == "projections":
            addresses = self.addresses()
            settings |= {
                "LEEFWIJK_WORKER_PORT": str(self.ports.worker),
                "LEEFWIJK_MONITORING_URL": addresses["monitoring"],
                "LEEFWIJK_INITIATIVES_URL": addresses["initiatives"],
                "LEEFWIJK_PARTICIPATION_URL": addresses["participation"],
                "LEEFWIJK_HOUSING_MIX_URL": addresses["housing_mix"],
                "LEEFWIJK_SERVICE_TOKEN_FILE": str(
                    (self.folder / "identity" / "service-token").absolute()
                ),
            }
        folder = self.folder / "settings"
        folder.mkdir(exist_ok=True)
        file = folder / f"{name}.env"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), "utf-8")
        file.chmod(0o600)
        return settings

    def _key(self) -> str:
        """The key that wraps the keys of encrypted texts; without it they cannot be read again."""
        file = self.folder / "identity" / "key-encryption-key"
        if not file.exists():
            file.touch(0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode(), "utf-8")
        return file.read_text("utf-8")

    def _service(self, name: str, settings: Mapping[str, str]) -> Process:
        return Process(
            name=name,
            argv=[sys.executable, "-m", "leefwijk.service", "serve", name],
            env=_environment(settings),
            ready=f"http://127.0.0.1:{self.ports.services[name]}/readyz",
            grace=30,
        )

    def _worker(self, settings: Mapping[str, str]) -> Process:
        argv = [sys.executable, "-m", "faust", "-A", "projections.worker", "worker"]
        return Process(
            name="projections-worker",
            argv=[*argv, "--without-web", "--loglevel", "warn"],
            env=_environment(settings),
            ready=f"http://127.0.0.1:{self.ports.worker}/readyz",
            # Kafka's group protocol may take its time to say goodbye
            grace=20,
            # it may give itself up once and be started again
            ready_timeout=120,
            cwd=self.folder,
        )


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LEEFWIJK_")}
    return ours | dict(settings)
