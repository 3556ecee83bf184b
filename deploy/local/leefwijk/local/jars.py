"""The jars of Apache Kafka, exactly as locked."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import environ
from pathlib import Path

from leefwijk.local.errors import LocalError

_MEMBER = Path(__file__).resolve().parents[2]
LOCK = _MEMBER / "kafka.lock"
TOOLS = _MEMBER.parents[1] / ".tools"
# For networks that reach the public registry through one of their own.
MIRROR_SETTING = "LEEFWIJK_MAVEN_MIRROR"
_TIMEOUT = 30  # seconds per request
_AT_ONCE = 8


@dataclass(frozen=True, order=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Its name in our folder; with the group, because artifacts of two groups share names."""
        return f"{self.group}.{self.artifact}-{self.version}.jar"


def read_lock(lock: Path = LOCK) -> list[Jar]:
    """Return the locked jars. Raises LocalError if the lock file is missing or damaged."""
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
        return [_locked(line) for line in lines if line and not line.startswith("#")]
    except (OSError, ValueError) as error:
        raise LocalError(
            f"The lock file {lock} cannot be read ({error}): take it from the repository again."
        ) from error


def write_lock(jars: list[Jar], lock: Path = LOCK) -> None:
    """Write the lock file."""
    head = "# group:artifact:version sha256; renew with: python -m leefwijk.local.resolve\n"
    lines = [f"{jar.group}:{jar.artifact}:{jar.version} {jar.sha256}\n" for jar in sorted(jars)]
    lock.write_text(head + "".join(lines), encoding="utf-8")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing(folder: Path, jars: list[Jar]) -> list[Jar]:
    """Return the locked jars that the folder lacks; what is there must be what is locked.

    Raises LocalError when a jar differs from the lock or is not in it.
    """
    locked = {jar.file_name: jar for jar in jars}
    present = {path.name: path for path in folder.glob("*.jar")}
    for name, path in sorted(present.items()):
        if name not in locked or digest(path) != locked[name].sha256:
            raise LocalError(
                f"{path} is not the file that kafka.lock names: "
                f"remove the folder {folder} and start again to fetch it anew."
            )
    return [jar for name, jar in locked.items() if name not in present]


def ensure_jars(
    folder: Path | None = None,
    lock: Path = LOCK,
    say: Callable[[str], None] | None = None,
) -> Path:
    """Return the folder that holds exactly the locked jars, fetching those that lack.

    It is shared by all runs. Raises LocalError when a jar differs from the lock or cannot be had.
    """
    jars = read_lock(lock)
    folder = folder or TOOLS / f"kafka-{_kafka_version(jars)}"
    lacking = missing(folder, jars)
    if lacking:
        if say:
            say(f"fetching {len(lacking)} jars of Apache Kafka, once")
        _fetch(lacking, folder)
    return folder


def _fetch(jars: list[Jar], folder: Path) -> None:
    # imported here, because it takes a while and is needed once
    from jgo.maven import MavenContext, PythonResolver

    mirror = environ.get(MIRROR_SETTING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".fetch-", dir=folder))
    except OSError as error:
        raise LocalError(
            f"The jars of Apache Kafka cannot be kept in {folder} ({error.strerror}): "
            "give yourself the right to write there."
        ) from error
    registry = MavenContext(
        resolver=PythonResolver(),
        repo_cache=staging,
        remote_repos={"mirror": mirror} if mirror else None,
        timeout=_TIMEOUT,
    )

    def fetch(jar: Jar) -> None:
        component = registry.project(jar.group, jar.artifact).at_version(jar.version)
        path = component.artifact().resolve()
        if digest(path) != jar.sha256:
            raise LocalError(
                f"The registry sent another {jar.artifact}-{jar.version}.jar than kafka.lock "
                "names: do not use it; check the network, or the mirror, for who changed it."
            )
        path.replace(folder / jar.file_name)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(fetch, jars))
    except (OSError, RuntimeError) as error:  # what requests and jgo raise
        raise LocalError(
            "The jars of Apache Kafka are not here yet and could not be fetched "
            f"({type(error).__name__}): check the network, set {MIRROR_SETTING} to a Maven mirror "
            "you can reach or REQUESTS_CA_BUNDLE to your own certificates, or set KAFKA_BOOTSTRAP "
            "to use a Kafka that runs elsewhere."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _locked(line: str) -> Jar:
    coordinate, sha256 = line.split()
    group, artifact, version = coordinate.split(":")
    return Jar(group=group, artifact=artifact, version=version, sha256=sha256)


def _kafka_version(jars: list[Jar]) -> str:
    return next((jar.version for jar in jars if jar.artifact == "kafka-clients"), "unknown")
