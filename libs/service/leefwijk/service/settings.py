"""Settings of a service, from the environment and an optional file.

Every setting has the prefix `LEEFWIJK_`. An unknown or missing one stops the start with its name.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from leefwijk.events.broker import Broker

PREFIX = "LEEFWIJK_"
FILE = f"{PREFIX}SETTINGS_FILE"
"""Names a file with settings, one `NAME=value` a line; the environment goes first."""
NO_SETTINGS = {FILE, *(f"{PREFIX}{name}" for name in ("DATA", "GOLDEN", "MAVEN_MIRROR"))}
"""Names with the prefix that are no setting of a service: the others are for tests."""


class Environment(StrEnum):
    """Where the platform runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsError(Exception):
    """Settings are missing, unknown or wrong; the message names each."""


class ServiceSettings(BaseSettings):
    """What every service needs to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    environment: Environment
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)]
    public_url: str | None = None
    """Where callers find this service, if not at host and port."""
    database_url: str
    database_pool: Annotated[int, Field(ge=2, le=100)] = 8
    kafka_bootstrap: str
    kafka_security: dict[str, str] = {}
    """Further settings of the Kafka client, such as `security_protocol`, as JSON."""
    kafka_replication: Annotated[int, Field(ge=1, le=5)] = 1
    municipalities: Annotated[tuple[str, ...], NoDecode] = ()
    """Municipalities that have partner topics, comma-separated CBS codes."""
    chamber_number: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    """The corporation's number at the chamber of commerce, for the source of events."""
    issuer: str
    audience: str = "leefwijk"
    jwks: str
    """A file or an https URL with the issuer's public keys."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    log_level: str = "INFO"
    key_encryption_key: SecretStr | None = None
    """32 bytes in base64; wraps the keys of texts that are kept encrypted."""

    @field_validator("municipalities", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            if not self.jwks.startswith("https://"):
                raise ValueError("jwks: production needs the https URL of a real issuer")
            if self.issuer.startswith("urn:leefwijk:development"):
                raise ValueError("issuer: the development issuer has no place in production")
        return self

    @property
    def broker(self) -> Broker:
        """Kafka as these settings say."""
        return Broker(self.kafka_bootstrap, self.kafka_security)


T = TypeVar("T", bound=ServiceSettings)


def load_settings(kind: type[T]) -> T:
    """Read the settings. Raises SettingsError naming every missing, unknown or wrong one."""
    file = os.environ.get(FILE)
    if file is not None and not Path(file).is_file():
        raise SettingsError(f"{FILE}: there is no file {file}")
    known = {f"{PREFIX}{name}".upper() for name in kind.model_fields} | NO_SETTINGS
    unknown = sorted(
        name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known
    )
    faults = [f"{name}: unknown setting" for name in unknown]
    try:
        settings = kind(_env_file=file)
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            said = "missing" if fault["type"] == "missing" else fault["msg"]
            faults.append(f"{PREFIX}{name}: {said}" if name else said)
        raise SettingsError("\n".join(faults)) from error
    except SourceError as error:
        # raised past validation, for a value that should be JSON; it names the field in its text
        field = re.search(r'field "(\w+)"', str(error))
        name = f"{PREFIX}{field[1]}".upper() if field else "a setting"
        raise SettingsError("\n".join([*faults, f"{name}: is no JSON"])) from error
    if faults:
        raise SettingsError("\n".join(faults))
    return settings
