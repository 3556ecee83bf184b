"""What is started in containers agrees with the code, without an engine to start it.

- Every service of docker-compose.yml has an image or a build, a health check (a job that ends by
  itself has it disabled) and ports of its own; what it depends on, mounts or refers to exists.
- Every `LEEFWIJK_` variable is a setting of that service, and every setting without a default is
  given, there or in the settings file that the job `identity` writes.
- What Prometheus scrapes is a service at the port it listens on; JSON of dashboards and realms
  reads, and a dashboard asks for metrics that the code has.
- The Dockerfile takes its base by an argument, ends as an ordinary user, installs by hashes, and
  uses no ADD, no `latest` and no address of a package index. `hadolint` is asked too where it is.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from leefwijk.service.settings import FILE, PREFIX, ServiceSettings
from leefwijk.service.wiring import definitions

ROOT = Path(__file__).parent.parent
COMPOSE = "docker-compose.yml"
IN_FILE = frozenset({"key_encryption_key"})
"""Settings that the settings file of the job `identity` holds."""
KEYS = frozenset({"services", "volumes", "configs", "networks", "secrets", "name"})
METRIC_PARTS = ("_bucket", "_sum", "_count")
WORKER = "projections-worker"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
_METRIC = re.compile(r"\b([a-z]+(?:_[a-z]+)+)(?=\s*[\[{)]|$)")


def filled(text: str) -> str:
    """A value with its variables replaced by their defaults, as without any setting."""
    return _VARIABLE.sub(lambda found: found["default"] or "", text)


def compose_faults(root: Path) -> Iterator[str]:
    """What is wrong with the compose file."""
    found = yaml.safe_load((root / COMPOSE).read_text("utf-8"))
    yield from (
        f"{key}: not part of a compose file"
        for key in found
        if key not in KEYS and not key.startswith("x-")
    )
    services = found.get("services", {})
    for name, service in services.items():
        for fault in service_faults(root, service, found):
            yield f"{name}: {fault}"
    published = Counter(
        filled(str(port)).rpartition(":")[0]
        for service in services.values()
        for port in service.get("ports", ())
    )
    yield from (f"{port} is published twice" for port, count in published.items() if count > 1)


def service_faults(root: Path, service: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one service."""
    yield from image_faults(root, service)
    yield from reference_faults(root, service, found)
    for port in service.get("ports", ()):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to the network"
    if service.get("image") == "leefwijk":
        yield from setting_faults(service)


def image_faults(root: Path, service: dict[str, Any]) -> Iterator[str]:
    """What it runs, and whether it says that it runs well."""
    image = filled(str(service.get("image", "")))
    if not image and "build" not in service:
        yield "neither image nor build"
    if "build" not in service and (":" not in image or image.endswith(":latest")):
        yield f"the image {image or '?'} names no version"
    check = service.get("healthcheck", {})
    if not check.get("test") and not check.get("disable") and not has_own_check(root, service):
        yield "no health check"


def reference_faults(root: Path, service: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """What it depends on, mounts or uses, and is not there."""
    for other, how in _depends(service).items():
        if other not in found["services"]:
            yield f"depends on {other}, which is not there"
        elif how == "service_healthy" and not found["services"][other].get("healthcheck"):
            yield f"waits for the health of {other}, which has no check"
    for mount in service.get("volumes", ()):
        source = str(mount).partition(":")[0]
        there = (root / source).exists() if source[0] in "./" else source in found["volumes"]
        if not there:
            yield f"mounts {source}, which is not there"
    for use in service.get("configs", ()):
        if use["source"] not in found.get("configs", {}):
            yield f"uses the config {use['source']}, which is not there"


def has_own_check(root: Path, service: dict[str, Any]) -> bool:
    """Whether the image that is built here brings a check."""
    return "build" in service and "\nHEALTHCHECK " in (root / "Dockerfile").read_text("utf-8")


def _depends(service: dict[str, Any]) -> dict[str, str]:
    given = service.get("depends_on", {})
    if isinstance(given, list):
        return dict.fromkeys(given, "service_started")
    return {name: str(how.get("condition")) for name, how in given.items()}


def setting_faults(service: dict[str, Any]) -> Iterator[str]:
    """Unknown, wrong and missing settings, judged by the class that the program will use."""
    given = {
        name: filled(str(value))
        for name, value in service.get("environment", {}).items()
        if name.startswith(PREFIX)
    }
    kind = settings_of(service)
    if kind is None:
        return
    fields = kind.model_fields
    known = {f"{PREFIX}{name}".upper() for name in fields} | {FILE}
    yield from (f"{name}: unknown setting" for name in given if name not in known)
    missing = {
        f"{PREFIX}{name}".upper()
        for name, field in fields.items()
        if field.is_required() and not (FILE in given and name in IN_FILE)
    }
    yield from (f"{name}: missing" for name in sorted(missing - given.keys()))
    values = {
        name.removeprefix(PREFIX).lower(): value for name, value in given.items() if name != FILE
    }
    try:
        kind(**{name: value for name, value in values.items() if name in fields})
    except ValueError as error:
        if not missing - given.keys():
            yield f"settings: {error}"


def settings_of(service: dict[str, Any]) -> type[ServiceSettings] | None:
    """The settings class of the program in a container; none for one without settings."""
    words = [str(word) for part in ("entrypoint", "command") for word in service.get(part, ())]
    known = definitions()
    for word in words:
        if word in known:
            return known[word].settings
    if "projections.worker" in words:
        return known["projections"].settings
    if words[:1] == ["topics"]:
        return next(iter(known.values())).settings
    return None


def scrape_faults(root: Path) -> Iterator[str]:
    """Targets that nothing listens on, and dashboards and realms that do not read."""
    services = yaml.safe_load((root / COMPOSE).read_text("utf-8"))["services"]
    config = yaml.safe_load((root / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    for job in config["scrape_configs"]:
        for target in (at for group in job["static_configs"] for at in group["targets"]):
            name, _, port = target.partition(":")
            own = services.get(name, {}).get("environment", {})
            setting = "LEEFWIJK_WORKER_PORT" if name == WORKER else "LEEFWIJK_PORT"
            if own.get(setting) != port:
                yield f"deploy/prometheus: {target} is not where {name} listens"
    for file in sorted((root / "deploy").rglob("*.json")):
        try:
            found = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            yield f"{file.relative_to(root)}: {error}"
            continue
        for panel in found.get("panels", ()) if isinstance(found, dict) else ():
            for target in panel["targets"]:
                for name in unknown_metrics(target["expr"], root):
                    yield f"{file.relative_to(root)}: no metric {name}"


def unknown_metrics(expression: str, root: Path) -> Iterator[str]:
    """Metrics of a query that no module declares."""
    code = "".join(
        path.read_text("utf-8")
        for folder in ("libs", "services")
        for path in (root / folder).rglob("*.py")
        if "tests" not in path.parts
    )
    functions = {"histogram_quantile"}
    for name in set(_METRIC.findall(expression)) - functions:
        base = next((name.removesuffix(part) for part in METRIC_PARTS if name.endswith(part)), name)
        if f'"{base}"' not in code:
            yield name


def dockerfile_faults(root: Path) -> Iterator[str]:
    """What is wrong with the Dockerfile."""
    text = (root / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line[:1] not in {"", "#"}]
    steps = [(words[0], words[1]) for words in lines if len(words) > 1]
    arguments = {rest.partition("=")[0] for word, rest in steps if word == "ARG"}
    bases = [rest for word, rest in steps if word == "FROM"]
    for base in bases:
        used = re.search(r"\$\{?(\w+)", base)
        if used is None or used[1] not in arguments:
            yield f"FROM {base}: the base comes by an argument"
    for word, rest in steps:
        if word == "ADD":
            yield "ADD: use COPY"
        if ":latest" in rest:
            yield f"{word}: latest is no version"
        if re.search(r"index-url|https?://(?!127\.0\.0\.1)", rest):
            yield f"{word}: no address of a package index"
        if " pip install" in rest.replace("/pip", " pip") and not re.search(
            r"--require-hashes|--no-deps", rest
        ):
            yield f"{word}: install by hashes"
    users = [rest for word, rest in steps if word == "USER"]
    if not users or users[-1].split(":")[0] in {"root", "0"}:
        yield "USER: it ends as root"
    if "HEALTHCHECK" not in {word for word, _ in steps}:
        yield "HEALTHCHECK: none"
    yield from hadolint_faults(root)


def hadolint_faults(root: Path) -> Iterator[str]:
    """What hadolint says, where it is installed."""
    program = shutil.which("hadolint") or shutil.which(
        "hadolint", path=str(Path(sys.executable).parent)
    )
    if program is None:
        return
    done = subprocess.run(  # noqa: S603 - found on the path
        [program, "--no-color", str(root / "Dockerfile")],
        check=False,
        capture_output=True,
        text=True,
    )
    yield from done.stdout.splitlines()


def faults(root: Path) -> Iterator[str]:
    """Everything that is wrong."""
    for fault in compose_faults(root):
        yield f"{COMPOSE}: {fault}"
    for fault in dockerfile_faults(root):
        yield f"Dockerfile: {fault}"
    yield from scrape_faults(root)


def main() -> int:
    """Say what is wrong."""
    found = list(faults(ROOT))
    for fault in found:
        print(fault)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
