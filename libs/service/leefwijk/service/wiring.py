"""Wiring a service: its definition and settings become a running app, the same way everywhere."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.catalogue import published_language
from leefwijk.events.clock import Clock, system_clock
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.loop import ConsumerLoop
from leefwijk.events.consume.reactions import Reactions, TodoWorker
from leefwijk.events.consume.records import Applier
from leefwijk.events.deadlines import Ticker
from leefwijk.events.decider import Command, State
from leefwijk.events.envelope import source_uri
from leefwijk.events.handling import Handler, Knows
from leefwijk.events.relay.relay import Relay, Routing
from leefwijk.events.schemas import CONSUME, STORE, Migrations
from leefwijk.events.store.postgres import EventStore, create_engine
from leefwijk.events.topics import platform_topic
from leefwijk.service.app import Check, Parts, Task, create_app
from leefwijk.service.commands import Commands, Gather
from leefwijk.service.context import Actors, ServiceContext
from leefwijk.service.identity import Keys, Verifier
from leefwijk.service.logs import configure_logs
from leefwijk.service.settings import ServiceSettings, load_settings

ENTRY_POINTS = "leefwijk.services"
HOUSEKEEPING_SECONDS = 600.0

T = TypeVar("T", bound=ServiceSettings)


@dataclass(frozen=True)
class Knowledge:
    """What a service keeps of other services' facts, and does about them."""

    applier: Callable[[Reactions], Applier]
    services: tuple[str, ...]
    """Services whose platform topics are read."""
    reactions: tuple[Any, ...] = ()
    commands: dict[str, type[Command[Any]]] = field(default_factory=dict)
    """The command of each reaction, by the reaction's name."""


@dataclass(frozen=True)
class Definition:
    """A service, as its composition root describes it."""

    name: str
    title: str
    settings: type[ServiceSettings]
    states: tuple[type[State], ...] = ()
    commands: tuple[Commands, ...] = ()
    routers: tuple[APIRouter, ...] = ()
    migrations: tuple[Migrations, ...] = ()
    knowledge: Knowledge | None = None
    knows: dict[type[Command[Any]], Gather] = field(default_factory=dict)
    """What commands that no user gives, of deadlines and reactions, must know to decide."""
    projections: tuple[Callable[[], Applier], ...] = ()
    """What a service consumes that has a worker of its own, for operators' commands."""
    parts: Callable[[ServiceContext, Any], Sequence[object]] = field(default=lambda _c, _s: ())
    """Further parts for the routes, made from context and settings."""
    tasks: Callable[[ServiceContext, Any], dict[str, Task]] = field(default=lambda _c, _s: {})
    """Further background work."""

    @property
    def all_migrations(self) -> tuple[Migrations, ...]:
        """The kit's migrations and the service's own."""
        return (STORE, CONSUME, *self.migrations)

    def consumer(self) -> Applier | None:
        """What the service keeps of other services' events, to decide with."""
        if self.knowledge is None:
            return None
        return self.knowledge.applier(Reactions(self.name, self.knowledge.reactions))

    def consumers(self) -> list[Applier]:
        """Everything that the service applies events to."""
        own = self.consumer()
        return [*(make() for make in self.projections), *([own] if own is not None else [])]

    def app(self, settings: ServiceSettings | None = None, clock: Clock = system_clock) -> FastAPI:
        """The app with its background work."""
        return assemble(self, settings or load_settings(self.settings), clock)


def definitions() -> dict[str, Definition]:
    """Every installed service, by name."""
    return {point.name: point.load() for point in entry_points(group=ENTRY_POINTS)}


def make_context(
    definition: Definition, settings: ServiceSettings, clock: Clock = system_clock
) -> ServiceContext:
    """Store, handler and identity of a service, without background work."""
    engine = create_engine(
        settings.database_url,
        pool=settings.database_pool,
        application=f"leefwijk-{definition.name}",
    )
    store = EventStore(engine, definition.name)
    handler = Handler(store, published_language(), clock=clock)
    verifier = Verifier(settings.issuer, settings.audience, Keys(settings.jwks))
    return ServiceContext(definition.name, engine, store, handler, verifier, Actors(engine))


def assemble(
    definition: Definition, settings: ServiceSettings, clock: Clock = system_clock
) -> FastAPI:
    """Wire everything: the one place where store, broker, routes and background work meet."""
    configure_logs(definition.name, settings.log_level)
    context = make_context(definition, settings, clock)
    context.add(settings, *definition.parts(context, settings))
    # the leader's connection and the workers must not wait for a request to give one back
    background = create_engine(
        settings.database_url, pool=6, application=f"leefwijk-{definition.name}-background"
    )
    tasks: dict[str, Task] = {}
    checks: dict[str, Check] = {"database": partial(_database, context.engine)}
    if definition.states:
        relay = _relay(definition, settings, background)
        context.store.after_commit(relay.poke)
        ticker = Ticker(
            background,
            context.handler,
            definition.name,
            definition.states,
            knowledge_of(definition, context),
        )
        tasks |= {
            "relay": relay.run,
            "ticker": ticker.run,
            "housekeeping": partial(_forget_answers, context.store),
        }
    if definition.knowledge is not None:
        tasks |= _knowledge(definition, definition.knowledge, settings, background, context)
    tasks |= definition.tasks(context, settings)
    return create_app(
        Parts(
            definition.name,
            definition.title,
            settings,
            context,
            definition.commands,
            definition.routers,
            tasks,
            checks,
            (background.dispose,),
        )
    )


def _relay(definition: Definition, settings: ServiceSettings, engine: AsyncEngine) -> Relay:
    routing = Routing(
        definition.name,
        source_uri(settings.chamber_number, definition.name),
        published_language(),
        frozenset(settings.municipalities),
    )
    return Relay(engine, routing, settings.broker, f"{socket.gethostname()}/{os.getpid()}")


def _knowledge(
    definition: Definition,
    knowledge: Knowledge,
    settings: ServiceSettings,
    engine: AsyncEngine,
    context: ServiceContext,
) -> dict[str, Task]:
    reactions = Reactions(definition.name, knowledge.reactions)
    core = ConsumerCore(engine, knowledge.applier(reactions), published_language())
    topics = [platform_topic(service) for service in knowledge.services]
    loop = ConsumerLoop(core, settings.broker, topics)
    context.add(core, loop)
    tasks: dict[str, Task] = {"knowledge": loop.run}
    if knowledge.commands:
        worker = TodoWorker(
            engine,
            context.handler,
            knowledge.commands,
            knowledge_of(definition, context),
            frozenset(reaction.name for reaction in knowledge.reactions if reaction.starts),
        )
        tasks["todos"] = partial(worker.run, definition.name)
    return tasks


def knowledge_of(
    definition: Definition, context: ServiceContext
) -> dict[type[Command[Any]], Knows]:
    """What each command that the service itself issues has to know, ready to be asked."""
    return {command: partial(gather, context) for command, gather in definition.knows.items()}


async def _forget_answers(store: EventStore) -> None:
    """Delete answers to repeated requests that are older than a day."""
    while True:
        more = await store.forget_answers()
        await asyncio.sleep(0 if more else HOUSEKEEPING_SECONDS)


_ALIVE = text("select 1")


async def _database(engine: AsyncEngine) -> str | None:
    try:
        async with engine.connect() as connection:
            await connection.execute(_ALIVE)
    except Exception as error:  # noqa: BLE001 - whatever it is, the service is not ready
        return f"cannot be reached: {type(error).__name__}"
    return None
