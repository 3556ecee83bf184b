"""Renew the lock file of Apache Kafka's jars: `python -m leefwijk.local.resolve`."""

import sys
import tempfile
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

from leefwijk.local.jars import LOCK, Jar, digest, write_lock

ROOTS = (
    "org.apache.kafka:kafka_2.13:4.1.1",
    # without a logger a bad setting makes the broker end without a word
    "org.slf4j:slf4j-simple:1.7.36",
)


def resolve(roots: tuple[str, ...] = ROOTS) -> list[Jar]:
    """Return the jars with all they depend on, each with the checksum of what the registry sent."""
    with tempfile.TemporaryDirectory() as cache:
        registry = MavenContext(resolver=PythonResolver(), repo_cache=Path(cache), timeout=30)
        asked = [registry.create_dependency(root) for root in roots]
        itself, transitive = registry.resolver.resolve(asked)
        return [
            Jar(
                group=found.groupId,
                artifact=found.artifactId,
                version=found.version,
                sha256=digest(found.artifact.resolve()),
            )
            for found in [*itself, *transitive]
        ]


if __name__ == "__main__":
    jars = resolve()
    write_lock(jars)
    sys.stdout.write(f"{len(jars)} jars locked in {LOCK}\n")
