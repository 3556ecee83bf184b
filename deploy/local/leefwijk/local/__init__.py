"""PostgreSQL and Kafka from wheels, and a process manager, for one machine."""

from leefwijk.local.errors import LocalError
from leefwijk.local.jars import ensure_jars
from leefwijk.local.kafka import EmbeddedKafka
from leefwijk.local.ports import free_port, free_ports, is_taken, require_free
from leefwijk.local.postgres import EmbeddedPostgres
from leefwijk.local.preflight import preflight
from leefwijk.local.processes import Process
from leefwijk.local.supervisor import Supervisor, say_on_terminal

__all__ = [
    "EmbeddedKafka",
    "EmbeddedPostgres",
    "LocalError",
    "Process",
    "Supervisor",
    "ensure_jars",
    "free_port",
    "free_ports",
    "is_taken",
    "preflight",
    "require_free",
    "say_on_terminal",
]
