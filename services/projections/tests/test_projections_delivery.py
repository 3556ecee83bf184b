"""Delivery as it really is: late, twice, out of order, with gaps; on a real database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from leefwijk.events.consume.rebuild import rebuild
from leefwijk.events.event import Validity
from leefwijk.events.fields import EffortLevelName, Theme
from leefwijk.events.language.initiatives import life, support
from leefwijk.events.language.initiatives.spending import SpendingRecorded
from leefwijk.events.language.monitoring import effort_levels as levels
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.measurements import (
    Figure,
    Measured,
    MeasurementsRecorded,
    MeasurementsRevised,
    Revised,
)
from leefwijk.events.language.monitoring.stories import StoryRecorded, Teller, Tone
from leefwijk.events.store.records import StoredEvent
from projections.healing import Healer

LARIKS = "WK010601@2020"
MONEY = "rivm-moeite-met-rondkomen-18plus"


def lariks() -> AreaRegistered:
    """Lariks' own facts."""
    return AreaRegistered(
        area=LARIKS,
        kind=AreaKind.DISTRICT,
        name="Wijk 01 Lariks",
        parent="GM0106@2020",
        municipalities=("GM0106",),
    )


def spending(id_: str, euros: str) -> SpendingRecorded:
    """Money that was spent in May 2026."""
    return SpendingRecorded(
        spending=id_, request=1, line=1, amount=Decimal(euros), on=date(2026, 5, 1)
    )


@pytest.fixture
def s1(history: Any) -> list[StoredEvent]:
    """EVA-34: a stream with a grant of 2,000.00 as its version 3 and spendings as 4 and 5."""
    said = [
        history.say(
            "s1",
            life.InitiativeProposed(
                title="Koffiehoek",
                area=LARIKS,
                municipalities=("GM0106",),
                themes=(Theme.MEETING,),
                taker=life.Taker.RESIDENTS,
                collective_benefit="Iedereen welkom",
            ),
            "2026-04-01",
        ),
        history.say(
            "s1",
            support.SupportRequested(
                request=1,
                lines=(
                    support.RequestLine(
                        line=1,
                        kind=support.SupportKind.MONEY,
                        purpose="koffie",
                        amount=Decimal("2000.00"),
                    ),
                ),
            ),
            "2026-04-02",
        ),
        history.say(
            "s1",
            support.SupportGranted(
                request=1,
                area=LARIKS,
                budget_area=LARIKS,
                year=2026,
                lines=(
                    support.GrantedLine(
                        line=1, kind=support.SupportKind.MONEY, amount=Decimal("2000.00")
                    ),
                ),
                charged=Decimal("2000.00"),
                partly=False,
                on=date(2026, 4, 3),
            ),
            "2026-04-03",
        ),
    ]
    said.append(history.say("s1", spending("x4", "1250.00"), "2026-05-01"))
    said.append(history.say("s1", spending("x5", "400.00"), "2026-05-02"))
    return said


class Owner:
    """A server that owns streams, as far as `GET /v1/events` goes."""

    def __init__(self, events: list[StoredEvent]) -> None:
        self.asked: list[tuple[str, str]] = []
        owner = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stream = parse_qs(urlsplit(self.path).query)["stream"][0]
                owner.asked.append((stream, self.headers["Authorization"]))
                found = [_shown(event) for event in events if event.stream_id == stream]
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"items": found, "next": None}).encode())

            def log_message(self, *_arguments: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def _shown(event: StoredEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "type": event.type,
        "stream": event.stream_id,
        "version": event.version,
        "position": event.position,
        "recordedAt": event.recorded_at.isoformat(),
        "data": json.loads(event.data),
        "metadata": dict(event.metadata),
    }


@pytest.fixture
async def owner(s1: list[StoredEvent]) -> AsyncIterator[Owner]:
    """The owner of the stream, which has all of it."""
    made = Owner(s1)
    yield made
    made.stop()


def spent(status: dict[str, Any]) -> Decimal:
    """The euros spent in a status."""
    return Decimal(status["money"]["spent"])


async def test_a_gap_is_held_healed_and_counted_once(
    read_side: Any, s1: list[StoredEvent], owner: Owner, token_file: str, history: Any
) -> None:
    """EVA-34: 3, 5, 4, 4, 3 and then the area: held while 4 is missing, 1,650.00 afterwards."""
    await read_side.receive(*s1[:2])
    three, four, five = s1[2:]
    await read_side.receive(three)
    await read_side.receive(five)
    status = await read_side.status()
    assert spent(status) == 0
    assert status["held"] == ["initiatives-s1: held: version 4 has not arrived"]
    assert (status["name"], status["nameKnown"]) == (None, False)

    story = StoryRecorded(
        area=LARIKS,
        municipalities=("GM0106",),
        theme=Theme.MEETING,
        tone=Tone.STRENGTH,
        teller=Teller.RESIDENT,
        month=date(2026, 5, 1),
    )
    await read_side.receive(history.say("t1", story, "2026-05-03"))
    assert (await read_side.status())["stories"]["strengths"] == 1

    healer = Healer(
        read_side.core, {"initiatives": owner.url, "monitoring": "http://127.0.0.1:9"}, token_file
    )
    assert await healer.once() == 1
    assert [stream for stream, _ in owner.asked] == ["initiatives-s1"]
    assert owner.asked[0][1].startswith("Bearer ")
    status = await read_side.status()
    assert (spent(status), status["held"]) == (Decimal("1650.00"), [])
    assert await read_side.parked() == 0
    rows = await read_side.all_rows()

    await read_side.receive(four, four, three)
    assert await read_side.all_rows() == rows
    assert await healer.once() == 0

    await read_side.receive(history.say(LARIKS, lariks(), "2026-01-01"))
    status = await read_side.status()
    assert (status["name"], spent(status)) == ("Wijk 01 Lariks", Decimal("1650.00"))


async def test_what_arrives_late_by_itself_closes_the_gap(
    read_side: Any, s1: list[StoredEvent]
) -> None:
    """EVA-34: the missing version need not be fetched where it arrives after all."""
    three, four, five = s1[2:]
    await read_side.receive(*s1[:2], three, five, four, four, three)
    status = await read_side.status()
    assert (spent(status), status["held"]) == (Decimal("1650.00"), [])


async def test_a_stream_of_which_only_the_end_arrived_is_held_too(
    read_side: Any, s1: list[StoredEvent], history: Any
) -> None:
    """EVA-34: an area says that a stream is held although none of its events was applied yet."""
    await read_side.receive(history.say(LARIKS, lariks(), "2026-01-01"))
    await read_side.receive(s1[4])
    status = await read_side.status()
    assert status["initiatives"] == []
    assert status["held"] == ["initiatives-s1: held: version 1 has not arrived"]
    outside = await read_side.status(role="resident")
    assert outside["held"] == ["held: version 1 has not arrived"]


async def test_one_gap_that_cannot_be_filled_does_not_stop_another(
    read_side: Any, s1: list[StoredEvent], owner: Owner, token_file: str, history: Any
) -> None:
    """EVA-34: every other stream goes on: the healer fills what it can."""
    first = [history.say("a0", event, "2026-04-01") for event in (lariks(), lariks())]
    await read_side.receive(first[1], *s1[:3], s1[4])
    healer = Healer(
        read_side.core, {"initiatives": owner.url, "monitoring": "http://127.0.0.1:9"}, token_file
    )
    assert await healer.once() == 1
    assert spent(await read_side.status()) == Decimal("1650.00")
    assert await read_side.parked() == 1


async def test_a_faulty_event_holds_its_stream_without_showing_what_it_says(
    read_side: Any, s1: list[StoredEvent]
) -> None:
    """EVA-34: an event that cannot be read holds its stream; readers learn nothing of its text."""
    bad = replace(s1[3], data='{"spending": "Jan Jansen"}')
    await read_side.receive(*s1[:3], bad, s1[4])
    status = await read_side.status()
    assert spent(status) == 0
    assert status["held"] == ["initiatives-s1: held: an event of this stream cannot be read"]
    assert "Jansen" not in json.dumps(status)
    await read_side.core.skip("initiatives-s1", by="operator", reason="sent broken")
    assert spent(await read_side.status()) == Decimal("400.00")


def everything(history: Any, s1: list[StoredEvent]) -> list[list[StoredEvent]]:
    """The streams of a small world: area, figures, level, story and initiative."""
    figure = Figure(number=Decimal("8.9"))
    ground = levels.MeasurementGround(
        area=LARIKS,
        source_edition="rivm-2020",
        indicator=MONEY,
        period="2020",
        figure="8.9",
        event_id=s1[0].id,
    )
    mode = levels.Mode(stance=levels.Stance.REACTIVE, rhythm=levels.Rhythm.INCIDENTAL)
    valid = Validity(from_=date(2022, 1, 1), through=date(2027, 12, 31))
    world: dict[str, list[tuple[Any, str]]] = {
        LARIKS: [(lariks(), "2020-01-01")],
        "rivm-2020": [
            (
                MeasurementsRecorded(
                    area=LARIKS,
                    source_edition="rivm-2020",
                    import_id="i1",
                    figures=(Measured(indicator=MONEY, period="2020", figure=figure),),
                ),
                "2022-01-10",
            ),
            (
                MeasurementsRevised(
                    area=LARIKS,
                    source_edition="rivm-2020",
                    import_id="i2",
                    changes=(
                        Revised(
                            indicator=MONEY,
                            period="2020",
                            before=figure,
                            after=Figure(number=Decimal("18.4")),
                        ),
                    ),
                ),
                "2022-09-01",
            ),
        ],
        "e1": [
            (
                levels.EffortLevelProposed(
                    area=LARIKS,
                    municipalities=("GM0106",),
                    level=EffortLevelName.EXTRA,
                    mode=mode,
                    valid=valid,
                    measurements=(ground,),
                    stories=(levels.StoryGround(story="t1", event_id=s1[0].id),),
                    effects=(
                        levels.ExpectedEffect(
                            indicator=MONEY,
                            movement=levels.Movement.DOWN,
                            by=date(2027, 12, 31),
                        ),
                    ),
                    invited=("p1",),
                    reaction_through=date(2022, 2, 1),
                    lapses_on=date(2022, 8, 2),
                ),
                "2022-01-05",
            ),
            (levels.EffortLevelEndorsed(partner="p1"), "2022-01-06"),
            (
                levels.EffortLevelAgreed(
                    area=LARIKS, level=EffortLevelName.EXTRA, mode=mode, valid=valid
                ),
                "2022-02-14",
            ),
        ],
    }
    told = [
        [history.say(subject, event, at) for event, at in said] for subject, said in world.items()
    ]
    return [*told, s1]


@pytest.fixture
def streams(history: Any, s1: list[StoredEvent]) -> list[list[StoredEvent]]:
    """The small world."""
    return everything(history, s1)


ANSWERS: tuple[dict[str, str], ...] = (
    {},
    {"asOf": "2022-01-31"},
    {"asOf": "2022-01-31", "knownAt": "2022-01-31"},
    {"asOf": "2022-01-31", "knownAt": "2022-02-14"},
    {"asOf": "2026-05-01", "knownAt": "2026-05-01"},
)


async def answers(side: Any) -> list[dict[str, Any]]:
    """What people read, on both clocks."""
    return [await side.status(**asked) for asked in ANSWERS]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@for_all(st.data())
async def test_any_order_between_streams_reads_the_same(
    read_sides: Any, streams: list[list[StoredEvent]], data: Any
) -> None:
    """EVA-34: rows and answers are those of any other arrival between streams, also in parts."""
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
    assert await side.all_rows() == await plain.all_rows()
    assert await answers(side) == await answers(plain)
    await side.close()
    await plain.close()


async def test_a_rebuild_reads_the_same(
    read_side: Any, streams: list[list[StoredEvent]], broker: Any, service_name: str
) -> None:
    """EVA-24: every answer is the same before and after a rebuild from the topic."""
    topic = f"leefwijk.{service_name}.events"
    arrival = [event for stream in reversed(streams) for event in stream]
    for event in arrival:
        await read_side.receive(event)
    before, rows = await answers(read_side), await read_side.all_rows()
    await read_side.publish(broker, topic, arrival)
    done = await rebuild(read_side.core, read_side.core.applier, broker, [topic])
    assert done == len(arrival)
    assert await read_side.generation() == 2
    assert await answers(read_side) == before
    assert await read_side.all_rows() == rows
