"""What holds for every read model of the list."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from leefwijk.events.consume.rebuild import rebuild
from leefwijk.events.fields import Theme
from leefwijk.events.language.initiatives import life
from leefwijk.events.store.records import StoredEvent
from projections.read_models import READ_MODELS, all_topics

LARIKS = "WK010601@2020"


def proposed() -> life.InitiativeProposed:
    """An initiative, which every read model may follow."""
    return life.InitiativeProposed(
        title="Koffiehoek",
        area=LARIKS,
        municipalities=("GM0106",),
        themes=(Theme.MEETING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
    )


def test_names_and_tables_are_one_to_one() -> None:
    """Two read models never share rows, books or partitions."""
    models = READ_MODELS.values()
    assert len({model.consumer for model in models}) == len(READ_MODELS)
    assert all(model.projection().handles for model in models)
    assert all(set(model.topics) <= set(all_topics()) for model in models)


@pytest.mark.parametrize("name", READ_MODELS)
async def test_a_rebuild_of_one_model_leaves_the_others_alone(
    read_side: Any, history: Any, broker: Any, service_name: str, name: str
) -> None:
    """DESIGN §5: a rebuild of one model switches that one, and drops only its own partitions."""
    said: list[StoredEvent] = [history.say("s1", proposed()), history.say("s2", proposed())]
    await read_side.receive(*said)
    before = {model.name: await read_side.all_rows(model) for model in READ_MODELS.values()}
    topic = f"leefwijk.{service_name}.events"
    await read_side.publish(broker, topic, said)
    model, core = READ_MODELS[name], read_side.cores[name]
    await rebuild(core, model.projection(), broker, [topic])
    async with read_side.engine.begin() as connection:
        await model.projection().drop(connection, 1)
    for other in READ_MODELS.values():
        assert await read_side.generation(other) == (2 if other is model else 1)
        assert await read_side.all_rows(other) == before[other.name]


async def test_a_token_that_names_streams_of_others_waits_for_nothing(read_side: Any) -> None:
    """DESIGN §6: a read model that does not follow a stream cannot be behind in it."""
    for model in READ_MODELS.values():
        assert not model.follows("nobody-knows-1")
        assert all(model.follows(f"{name}-1") for name in model.projection().aggregates)
    async with read_side.engine.connect() as connection:
        tables = await connection.execute(
            text("select count(*) from pg_inherits where inhparent = cast('rows' as regclass)")
        )
        assert tables.scalar_one() == len(READ_MODELS)
