"""The Faust worker: `faust -A projections.worker worker`. It serves every read model.

An agent per topic, in the one shape that loses nothing: no exception ever leaves the agent's body,
a transient error is retried in place, and the offset in our database leads. A batch is read once
and goes to each read model made of its topic, in a transaction and with offsets of its own: what
holds one up, or is faulty for one, takes nothing from the others. Faust's own tables,
windows and exactly-once mode are not used: they cannot be rebuilt or are known to lose.
"""

from __future__ import annotations

import asyncio
from typing import Any

import faust
import structlog
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from leefwijk.events.consume.catchup import COMPARE_SECONDS, Comparison, apply_with_catch_up
from leefwijk.events.consume.core import ConsumerCore
from leefwijk.events.consume.rebuild import drop_old
from leefwijk.events.consume.records import Record
from leefwijk.events.store.postgres import create_engine
from leefwijk.service import garbage
from leefwijk.service.logs import configure_logs
from leefwijk.service.settings import load_settings
from projections.healing import Healer
from projections.health import Health
from projections.read_models import GROUP, READ_MODELS, ReadModel, all_topics, models_of
from projections.settings import ProjectionsSettings
from projections.standstill import Standstill, answers

_log = structlog.get_logger(__name__)

BATCH = 500
WITHIN_SECONDS = 0.02
LONGEST_PAUSE = 5.0


def _look_for_no_livelock(_thread: AIOKafkaConsumerThread, _now: float, _partition: Any) -> None:
    """Faust's look for a livelock only writes to the log, and can end the worker.

    It asks for the position of every partition; while one is being reset, because its topic lost
    its tail, there is none, and what that raises takes the whole process along (seen with
    faust-streaming 0.15.3). Our own comparison of offsets tells more.
    """


AIOKafkaConsumerThread.verify_event_path = _look_for_no_livelock

settings = load_settings(ProjectionsSettings)
configure_logs("projections-worker", settings.log_level)
topics = all_topics()
engine = create_engine(
    settings.database_url,
    # every agent may write to all its read models at once, and each model is healed and compared
    pool=(len(topics) + 2) * len(READ_MODELS),
    application="leefwijk-projections-worker",
    derived=True,
)
health = Health(settings.worker_port, settings.host)


class Served:
    """A read model as this worker keeps it."""

    def __init__(self, model: ReadModel) -> None:
        self.name = model.name
        self.projection = model.projection()
        self.core: ConsumerCore = model.core(engine)
        self.comparison = Comparison(self.core, settings.broker, model.topics)
        self.healer = Healer(self.core, settings.owners, settings.service_token_file)


served = {name: Served(model) for name, model in READ_MODELS.items()}

app = faust.App(
    GROUP,
    broker=[f"kafka://{address}" for address in settings.kafka_bootstrap.split(",")],
    store="memory://",
    value_serializer="raw",
    key_serializer="raw",
    processing_guarantee="at_least_once",
    topic_allow_declare=False,
    topic_disable_leader=True,
    consumer_auto_offset_reset="earliest",
    broker_commit_interval=1.0,
    # the group waits this long for a worker that was killed before another may take over
    broker_session_timeout=10.0,
    broker_heartbeat_interval=3.0,
    broker_max_poll_interval=600.0,
    stream_wait_empty=False,
    stream_processing_timeout=900.0,
    web_enabled=False,
    loghandlers=[],
    logging_config=None,
    worker_redirect_stdouts=False,
)


async def apply(one: Served, records: list[Record]) -> None:
    """Apply a batch, however long it takes: retried in place, with readiness false meanwhile."""
    pause = 0.1
    while True:
        try:
            await apply_with_catch_up(one.core, settings.broker, records)
        except Exception as error:  # noqa: BLE001 - an exception that left here would lose events
            health.wrong[one.name] = f"{type(error).__name__}"
            reason = f"{type(error).__name__}: {error}"[:300]
            _log.warning("batch waits", read_model=one.name, reason=reason)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            health.wrong.pop(one.name, None)
            return


async def apply_to_all(records: list[Record]) -> None:
    """Apply a batch of one topic to every read model that is made of it."""
    models = models_of(records[0].topic) if records else []
    await asyncio.gather(*(apply(served[model.name], records) for model in models))


async def consume(stream: Any) -> None:
    """The body of every agent."""
    async for events in stream.take_events(BATCH, within=WITHIN_SECONDS):
        await apply_to_all([Record.of(event.message) for event in events])


for _topic in topics:
    app.agent(
        app.topic(_topic, key_serializer="raw", value_serializer="raw"),
        name=f"projections.{_topic}",
        concurrency=1,
    )(consume)


@app.on_worker_init.connect
def watch(*_sender: Any, **_more: Any) -> None:
    """From before it joins the group: what has no tasks yet may stand still already."""
    flow = app.flow_control
    brokers = settings.kafka_bootstrap.split(",")
    Standstill(flow.is_active, lambda: answers(brokers)).watch()


@app.task
async def prepare() -> None:
    """Make sure that first generations have their tables, and begin to fill gaps."""
    for one in served.values():
        await _make_first(one)
    garbage.settle()
    health.started()
    # the first of the two looks that find a lost tail: the timer's first one comes late
    await look_at_all()
    await asyncio.gather(*(one.healer.run() for one in served.values()))


async def _make_first(one: Served) -> None:
    while True:
        try:
            async with engine.begin() as connection:
                await one.projection.prepare(connection, 1)
        except Exception as error:  # noqa: BLE001 - tried again until the database is there
            health.wrong["tables"] = type(error).__name__
            await asyncio.sleep(1)
        else:
            health.wrong.pop("tables", None)
            return


async def look(one: Served) -> None:
    """Compare offsets with the broker's ends, so that a lost tail is found without a next event."""
    try:
        await one.comparison.once()
        await drop_old(engine, one.projection)
    except Exception as error:  # noqa: BLE001 - the next round tries again
        reason = f"{type(error).__name__}: {error}"[:300]
        _log.warning("comparison waits", read_model=one.name, reason=reason)


async def look_at_all() -> None:
    """Compare for every read model; one that fails keeps no other from it."""
    await asyncio.gather(*(look(one) for one in served.values()))


@app.timer(interval=COMPARE_SECONDS, on_leader=False)
async def compare() -> None:
    """Look again and again."""
    await look_at_all()


@app.timer(interval=1.0)
async def beat() -> None:
    """The loop turns."""
    health.beat()
