"""What a figure rests on: the newest ids, how many there are, and where all of them are read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from projections_scenes import BUURT, LARIKS
from sqlalchemy import text

from leefwijk.events.fields import Theme
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.participation import involvement_checks as checks
from leefwijk.events.language.participation.ladder import Answers
from leefwijk.events.language.participation.words import Form, Group
from leefwijk.events.store.records import StoredEvent
from projections.spans import counted, with_version

MANY = 30
OPENED = checks.CheckOpened(
    area=LARIKS,
    municipalities=("GM0106",),
    themes=(Theme.MEETING,),
    groups=(Group.TENANTS,),
)
OWN = AreaRegistered(
    area=LARIKS,
    kind=AreaKind.DISTRICT,
    name="Wijk 01 Lariks",
    parent="GM0106@2020",
    municipalities=("GM0106",),
)


def asked_often(history: Any, check: str = "c1", times: int = MANY - 1) -> list[StoredEvent]:
    """A check of which one row rests on `times + 1` events."""
    said = [history.say(check, OPENED, "2026-01-05")]
    for number in range(times):
        asking = checks.AskingRecorded(
            area=LARIKS,
            asking=f"a{number}",
            group=Group.TENANTS,
            form=Form.DOOR_TO_DOOR,
            asked_in=(BUURT,),
            answers=Answers(informed=40, help=25),
            on=date(2026, 2, 10),
        )
        said.append(
            history.say(check, asking, f"2026-{2 + number // 28:02d}-{1 + number % 28:02d}")
        )
    return said


@pytest.mark.parametrize("times", [1, 19, 20, 21, MANY])
def test_how_many_there_are_is_right_beyond_the_ids_kept(
    history: Any, folded: Any, times: int
) -> None:
    """EVA-23: twenty ids, and the number of all of them; a link where some are not named."""
    said = asked_often(history, times=times - 1)
    evidence = folded(history.stored).status().involvement.evidence
    assert evidence.count == times
    assert evidence.events == [one.id for one in said][-20:]
    assert (evidence.more is not None) is (times > 20)


def test_rows_of_several_streams_add_up(history: Any, folded: Any) -> None:
    """EVA-23: two checks of thirty and three events rest on thirty-three."""
    asked_often(history, "c1")
    asked_often(history, "c2", 2)
    status = folded(history.stored).status()
    assert status.involvement.evidence.count == MANY + 3
    assert sorted(one.evidence.count for one in status.involvement.checks) == [3, MANY]


@pytest.mark.parametrize("together", [True, False])
async def test_what_arrives_again_counts_once(read_side: Any, history: Any, together: bool) -> None:
    """EVA-23, EVA-34: in one batch or one by one, and once more: the same number and ids."""
    said = [history.say(LARIKS, OWN), *asked_often(history)]
    await read_side.receive(*said, together=together)
    await read_side.receive(*said[5:], together=together)
    evidence = (await read_side.status(asOf="2026-06-30"))["involvement"]["evidence"]
    assert evidence["count"] == MANY
    assert evidence["events"] == [str(one.id) for one in said[-20:]]
    path, _, streams = evidence["more"].removeprefix("/v1").partition("?streams=")
    everything = (await read_side.get(path, streams=streams)).json()["events"]
    assert sorted(everything) == sorted(str(one.id) for one in said[1:])


async def test_rows_of_before_are_counted_by_what_they_name(read_side: Any, history: Any) -> None:
    """EVA-23: a row that does not say how many it rests on counts its ids, until it is rebuilt."""
    said = [history.say(LARIKS, OWN), *asked_often(history)]
    await read_side.receive(*said[:-1])
    async with read_side.engine.begin() as connection:
        await connection.execute(text("update rows set rests_on = null"))
    await read_side.receive(said[-1])
    evidence = (await read_side.status(asOf="2026-06-30"))["involvement"]["evidence"]
    assert (evidence["count"], evidence["more"]) == (20, None)


@for_all(
    st.lists(st.sets(st.integers(1, 40), max_size=20).map(sorted), max_size=4),
    st.integers(1, 3),
)
def test_versions_of_rows_are_counted_once_together(rows: list[list[int]], times: int) -> None:
    """EVA-23: however they overlap, and however often each is added."""
    spans = []
    for versions in rows:
        made: tuple[int, ...] = ()
        for version in (one for one in versions for _ in range(times)):
            made = with_version(made, version)
        assert len(made) <= 2 * len(versions)
        spans.append(made)
    assert counted(spans) == len({version for versions in rows for version in versions})
