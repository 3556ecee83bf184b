"""The Faust worker: `faust -A projections.worker worker`.

An agent per topic, in the one shape that loses nothing: no exception ever leaves the agent's body,
a transient error is retried in place, and the offset in our database leads. Faust's own tables,
windows and exactly-once mode are not used: they cannot be rebuilt or are known to lose.
"""

from __future__ import annotations

import asyncio
from typing import Any

import faust
import structlog
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from leefwijk.events.catalogue import published_language
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
from projections.read_models import AREA_EFFORT_STATUS
from projections.settings import ProjectionsSettings

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
model = AREA_EFFORT_STATUS
projection = model.projection()
engine = create_engine(
    settings.database_url, pool=8, application="leefwijk-projections-worker", derived=True
)
core = ConsumerCore(engine, projection, published_language())
health = Health(settings.worker_port, settings.host)
comparison = Comparison(core, settings.broker, model.topics)
healer = Healer(
    core,
    {
        "monitoring": settings.monitoring_url,
        "initiatives": settings.initiatives_url,
        "participation": settings.participation_url,
    },
    settings.service_token_file,
)

app = faust.App(
    model.consumer,
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


async def apply(records: list[Record]) -> None:
    """Apply a batch, however long it takes: retried in place, with readiness false meanwhile."""
    pause = 0.1
    while True:
        try:
            await apply_with_catch_up(core, settings.broker, records)
        except Exception as error:  # noqa: BLE001 - an exception that left here would lose events
            health.wrong["database"] = f"{type(error).__name__}"
            _log.warning("batch waits", reason=f"{type(error).__name__}: {error}"[:300])
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            health.wrong.pop("database", None)
            return


async def consume(stream: Any) -> None:
    """The body of every agent."""
    async for events in stream.take_events(BATCH, within=WITHIN_SECONDS):
        await apply([Record.of(event.message) for event in events])


for _topic in model.topics:
    app.agent(
        app.topic(_topic, key_serializer="raw", value_serializer="raw"),
        name=f"projections.{_topic}",
        concurrency=1,
    )(consume)


@app.task
async def prepare() -> None:
    """Make sure that the first generation has its tables, and begin to fill gaps."""
    while True:
        try:
            async with engine.begin() as connection:
                await projection.prepare(connection, 1)
        except Exception as error:  # noqa: BLE001 - tried again until the database is there
            health.wrong["database"] = type(error).__name__
            await asyncio.sleep(1)
        else:
            break
    garbage.settle()
    health.started()
    # the first of the two looks that find a lost tail: the timer's first one comes late
    await look()
    await healer.run()


async def look() -> None:
    """Compare offsets with the broker's ends, so that a lost tail is found without a next event."""
    try:
        await comparison.once()
        await drop_old(engine, projection)
    except Exception as error:  # noqa: BLE001 - the next round tries again
        _log.warning("comparison waits", reason=f"{type(error).__name__}: {error}"[:300])


@app.timer(interval=COMPARE_SECONDS, on_leader=False)
async def compare() -> None:
    """Look again and again."""
    await look()


@app.timer(interval=1.0)
async def beat() -> None:
    """The loop turns."""
    health.beat()
