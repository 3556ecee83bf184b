"""What the commands share: settings of a service, and errors as one sentence."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from leefwijk.events.broker import TopicMissingError
from leefwijk.service.settings import FILE, ServiceSettings, SettingsError, load_settings
from leefwijk.service.wiring import Definition, definitions

T = TypeVar("T")

LOCAL_SETTINGS = Path(".leefwijk/settings")
"""Where a local platform leaves the settings of its services."""


def fail(sentence: str) -> NoReturn:
    """End with a sentence that says what to do."""
    typer.echo(f"leefwijk: {sentence}", err=True)
    raise typer.Exit(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; what the outside world refuses becomes one sentence."""
    try:
        return asyncio.run(work)
    except RuntimeError as error:
        fail(str(error))
    except (OSError, SQLAlchemyError, KafkaError, TopicMissingError) as error:
        said = str(error).partition("\n")[0]
        fail(f"{said} (is the platform running? `make run` starts it)")


def definition_of(service: str) -> Definition:
    """The service of this name."""
    found = definitions()
    if service not in found:
        fail(f"there is no service {service}; there are {', '.join(sorted(found))}")
    return found[service]


def settings_of(definition: Definition) -> ServiceSettings:
    """Its settings: from the environment, or those of the platform that runs in this folder."""
    local = LOCAL_SETTINGS / f"{definition.name}.env"
    if FILE not in os.environ and local.is_file():
        os.environ[FILE] = str(local)
    try:
        return load_settings(definition.settings)
    except SettingsError as error:
        fail(f"settings of {definition.name} are not complete:\n{error}")
    finally:
        if os.environ.get(FILE) == str(local):
            del os.environ[FILE]
