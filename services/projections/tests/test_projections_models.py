"""What holds for every read model of the list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import text

from leefwijk.events.consume.rebuild import rebuild
from leefwijk.events.fields import Theme
from leefwijk.events.language.initiatives import assets, greening, life
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.store.records import StoredEvent
from projections.read_models import READ_MODELS, all_topics

LARIKS = "WK010601@2020"
ON = date(2026, 4, 18)


def world(history: Any) -> list[list[StoredEvent]]:
    """A few streams that every read model is made of: an area, an initiative, strengths."""
    proposed = life.InitiativeProposed(
        title="Groene hof",
        area=LARIKS,
        municipalities=("GM0106",),
        themes=(Theme.GREENING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
    )
    green: dict[str, Any] = {
        "area": LARIKS,
        "measure": greening.GreenMeasure.TREE,
        "counted_in": greening.GreenUnit.PIECE,
        "purposes": (greening.GreenPurpose.HEAT,),
    }
    planned = greening.GreeningPlanned(**green, item="p1", quantity=Decimal(12), on=ON)
    anew = greening.GreeningPlanned(**green, item="p1", quantity=Decimal(10), on=date(2026, 5, 1))
    made = greening.GreeningRealised(
        **green, realised="r1", item="p1", quantity=Decimal(14), on=date(2026, 11, 20)
    )
    less = greening.GreeningCorrected(
        area=LARIKS, realised="r1", quantity=Decimal(13), reason="Geteld", on=date(2026, 12, 1)
    )
    lost = greening.GreeningLost(
        area=LARIKS, realised="r1", quantity=Decimal(3), reason="Storm", on=date(2027, 8, 1)
    )
    asset = assets.AssetRegistered(
        asset_kind=assets.AssetKind.NETWORK,
        label="Wandelgroep",
        area=LARIKS,
        municipalities=("GM0106",),
        holder=assets.HolderKind.REFERENCE,
        held_by="r-1",
        open_to=assets.OpenTo.EVERYONE,
        on=ON,
    )
    gone = assets.AssetWithdrawn(area=LARIKS, reason="Gestopt", on=date(2026, 9, 1))
    area = AreaRegistered(
        area=LARIKS,
        kind=AreaKind.DISTRICT,
        name="Lariks",
        parent="GM0106@2020",
        municipalities=("GM0106",),
    )
    told: dict[str, tuple[Any, ...]] = {
        LARIKS: (area,),
        "i1": (proposed, planned, anew, made, less, lost),
        "a1": (asset, gone),
        "a2": (asset,),
    }
    return [
        [history.say(subject, event, f"2026-12-{day + 1:02}") for day, event in enumerate(said)]
        for subject, said in told.items()
    ]


@pytest.fixture
def streams(history: Any) -> list[list[StoredEvent]]:
    """The small world."""
    return world(history)


def test_names_and_tables_are_one_to_one() -> None:
    """Two read models never share rows, books or partitions."""
    models = READ_MODELS.values()
    assert len({model.consumer for model in models}) == len(READ_MODELS)
    assert all(model.projection().handles for model in models)
    assert all(set(model.topics) <= set(all_topics()) for model in models)


@pytest.mark.parametrize("name", READ_MODELS)
async def test_a_rebuild_of_one_model_leaves_the_others_alone(
    read_side: Any,
    streams: list[list[StoredEvent]],
    broker: Any,
    service_name: str,
    name: str,
) -> None:
    """EVA-35: a rebuild says the same, switches one model and drops only its own partitions."""
    said = [event for stream in streams for event in stream]
    await read_side.receive(*said)
    assert all([await read_side.all_rows(model) for model in READ_MODELS.values()])
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
        assert all(model.follows(f"{event.aggregate}-1") for event in model.projection().handles)
    async with read_side.engine.connect() as connection:
        tables = await connection.execute(
            text("select count(*) from pg_inherits where inhparent = cast('rows' as regclass)")
        )
        assert tables.scalar_one() == len(READ_MODELS)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@for_all(st.data())
async def test_rows_of_every_model_are_the_fold_of_its_streams(
    read_sides: Any, streams: list[list[StoredEvent]], data: Any
) -> None:
    """EVA-34: whatever the order between streams and the batches, rows are those of one fold."""
    left = [list(stream) for stream in streams]
    arrival: list[StoredEvent] = []
    while any(left):
        choice = data.draw(st.sampled_from([number for number, one in enumerate(left) if one]))
        arrival.append(left[choice].pop(0))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(arrival) - 1), max_size=4)))
    side, plain = await read_sides(), await read_sides()
    for start, end in zip([0, *cuts], [*cuts, len(arrival)], strict=True):
        await side.receive(*arrival[start:end])
    await plain.receive(*(event for stream in streams for event in stream))
    for model in READ_MODELS.values():
        rows = await side.all_rows(model)
        assert rows == await plain.all_rows(model)
        assert rows
    await side.close()
    await plain.close()
