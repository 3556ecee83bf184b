"""A service's database is put back from a backup while Kafka is ahead of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from leefwijk.events.broker import Broker, TopicMissingError
from leefwijk.events.envelope import receive
from leefwijk.events.relay.relay import Routing
from leefwijk.events.restore import RelayAliveError
from leefwijk.events.testing.consuming import SOURCE
from leefwijk.events.testing.notes import (
    EVENTS,
    Counted,
    Notes,
)
from leefwijk.events.testing.restoring import BOTH, NotesStoreRestored, Service
from leefwijk.events.testing.servers import make_topics, read_topic, until
from leefwijk.events.topics import partner_topic, platform_topic


@pytest.fixture
async def service(database_url: str, broker: Broker, service_name: str) -> AsyncIterator[Service]:
    """A service with its topics, which lost what it recorded after its backup."""
    catalogue = Notes((*EVENTS, NotesStoreRestored))
    routing = Routing(service_name, SOURCE, catalogue, frozenset(BOTH))
    await make_topics(broker, routing.topics())
    made = Service(database_url, broker, routing)
    yield made
    with suppress(Exception):
        await made.administer(f"drop database if exists {make_url(database_url).database}_copy")
    await made.close()


async def lose(service: Service) -> list[UUID]:
    """Record, back up, record more, send, and put the backup back; gives what was lost."""
    await service.count("notes-1", 0, 1, 2)
    await service.note("notes-2", 0, 1)
    await service.send()
    await service.back_up()
    before = {event.id for event in await service.stored()}
    await service.count("notes-1", 2, 3, 4)
    await service.note("notes-2", 1, 2)
    await service.note("notes-3", 0, 1)
    await service.send()
    lost = [event.id for event in await service.stored() if event.id not in before]
    await service.put_back()
    return lost


async def test_what_the_store_lost_stands_on_no_topic(service: Service) -> None:
    """G-RESTORE-1: topics hold exactly what the store holds, in the order of each stream."""
    lost = await lose(service)
    assert set(lost) <= {event.id for event in await service.on()}
    done = await service.restored()
    await service.require_in_step()
    assert set(done.lost) == set(lost)
    assert done.era == 2
    assert done.topics == service.routing.topics()


async def test_what_was_lost_is_handed_over_before_it_is_deleted(service: Service) -> None:
    """G-RESTORE-2: each lost event is kept once, for people to look at."""
    lost = await lose(service)
    await service.restored()
    ids = [receive(record.headers, record.key, record.value).id for record in service.kept]
    assert sorted(ids) == sorted(lost)


async def test_partners_of_every_municipality_are_told(service: Service) -> None:
    """G-RESTORE-3: after all that was kept, an event says what was kept, with no number of ours."""
    await lose(service)
    kept = (await service.rows("select max(recorded_at) from events"))[0][0]
    await service.restored()
    for code in BOTH:
        told = await service.on(partner_topic(service.routing.service, code))
        assert [event.type for event in told][-1:] == [NotesStoreRestored.type]
        said = NotesStoreRestored.from_json(told[-1].data)
        assert (said.era, said.kept_through) == (2, kept)
        assert said.restored_at <= told[-1].time
        assert told[-1].partner_sequence == 1


async def test_the_history_goes_on(service: Service) -> None:
    """G-RESTORE-1: versions that were lost are given again, to other events, in the new era."""
    await lose(service)
    await service.restored()
    await service.count("notes-1", 2, 30)
    await service.note("notes-3", 0, 10)
    await service.send()
    await service.require_in_step()
    assert [event.era for event in await service.stored()] == [1, 1, 1, 2, 2, 2]


async def test_offsets_go_on(service: Service) -> None:
    """G-RESTORE-4: no record gets an offset that a reader has seen; topics keep their settings."""
    await lose(service)
    before = await service.broker.ends(service.routing.topics())
    await service.restored()
    after = await service.broker.ends(service.routing.topics())
    assert all(after[place] >= end for place, end in before.items())
    for topic in service.routing.topics():
        for record in await read_topic(service.broker, topic):
            assert record.offset >= before[topic, record.partition]


async def test_a_second_run_changes_nothing(service: Service) -> None:
    """G-RESTORE-5: what is in step stays as it is: no era, no event, no record."""
    await lose(service)
    await service.restored()
    ends = await service.broker.ends(service.routing.topics())
    stored = await service.stored()
    again = await service.restored()
    assert again.nothing_to_do
    assert await service.stored() == stored
    assert await service.broker.ends(service.routing.topics()) == ends
    assert len(await service.rows("select era from eras")) == 2


async def test_a_backup_that_lost_nothing_changes_nothing(service: Service) -> None:
    """G-RESTORE-5: and what was not yet sent is sent by the relay, as ever."""
    await service.count("notes-1", 0, 1)
    await service.send()
    await service.count("notes-1", 1, 2)
    await service.back_up()
    await service.put_back()
    assert (await service.restored()).nothing_to_do
    await service.send()
    await service.require_in_step()


STEPS = ("compared", "era", "emptied 0", "emptied 1", "emptied 2")


class KilledError(Exception):
    """The process ended here."""


def killed_after(step: str, topics: list[str]) -> Callable[[str], None]:
    """End the process after a step."""
    wanted = f"emptied {topics[int(step[-1])]}" if step[-1].isdigit() else step

    def tell(said: str) -> None:
        if said.startswith(wanted):
            raise KilledError

    return tell


@pytest.mark.parametrize("step", STEPS)
async def test_a_killed_restore_is_carried_out_by_the_next_run(service: Service, step: str) -> None:
    """G-RESTORE-6: ended after any step, the next run ends the same, in the same era."""
    await lose(service)
    topics = service.routing.topics()
    with pytest.raises(KilledError):
        await service.restored(tell=killed_after(step, topics))
    await service.restored()
    await service.require_in_step()
    assert [tuple(found) for found in await service.rows("select era from eras")] == [(1,), (2,)]
    assert (await service.restored()).nothing_to_do


async def test_a_killed_refill_is_begun_again(service: Service) -> None:
    """G-RESTORE-6: ended while topics are being filled, the next run fills them from the start."""
    await lose(service)
    emptied = asyncio.Event()
    last = f"emptied {service.routing.topics()[-1]}"
    restoring = asyncio.create_task(
        service.restored(tell=lambda said: emptied.set() if said == last else None)
    )
    await emptied.wait()

    async def begun() -> bool:
        return bool(await service.on())

    await until(begun)
    restoring.cancel()
    with suppress(asyncio.CancelledError):
        await restoring
    await service.restored()
    await service.require_in_step()
    assert len(await service.rows("select era from eras")) == 2


async def test_what_a_killed_run_left_unsent_is_sent(service: Service) -> None:
    """G-RESTORE-6: ended after the topics were filled, what follows in the log is sent too."""
    await lose(service)
    await service.restored()
    await service.count("notes-1", 2, 30)
    await service.restored()
    await service.require_in_step()


async def test_a_restore_that_was_killed_may_be_ended_by_the_service(service: Service) -> None:
    """G-RESTORE-6: should the service start in between, a run after it still brings all in step."""
    await lose(service)
    with pytest.raises(KilledError):
        await service.restored(tell=killed_after("era", service.routing.topics()))
    await service.count("notes-1", 2, 30)
    await service.send()
    await service.restored()
    await service.require_in_step()


async def test_a_service_that_was_started_too_early(service: Service) -> None:
    """G-RESTORE-1: it gave lost versions to other events; a run after that still finds them out."""
    lost = await lose(service)
    await service.count("notes-1", 2, 30, 40)
    await service.note("notes-2", 1, 20)
    await service.note("notes-3", 0, 10)
    await service.send()
    done = await service.restored()
    assert set(done.lost) == set(lost)
    await service.require_in_step()


async def test_the_same_backup_twice(service: Service) -> None:
    """G-RESTORE-1: the second restore takes back what followed the first, and says so anew."""
    await lose(service)
    await service.restored()
    first = {event.id for event in await service.on() if event.type == NotesStoreRestored.type}
    await service.count("notes-1", 2, 30)
    await service.send()
    await service.put_back()
    assert (await service.restored()).era == 2
    await service.require_in_step()
    told = {event.id for event in await service.on() if event.type == NotesStoreRestored.type}
    assert len(told) == 1
    assert told.isdisjoint(first)


async def test_a_backup_of_the_first_moment_of_an_era(service: Service) -> None:
    """G-RESTORE-3: partners who heard of the first restore hear of the second, too."""
    await lose(service)
    await service.restored()
    await service.administer(f"drop database {make_url(service.url).database}_copy")
    await service.back_up()
    await service.count("notes-1", 2, 30)
    await service.send()
    await service.put_back()
    assert (await service.restored()).era == 3
    await service.require_in_step()


async def test_transaction_numbers_that_went_back(service: Service) -> None:
    """G-RESTORE-7: on another server numbers begin elsewhere; new events still follow the old."""
    await service.count("notes-1", 0, 1, 2)
    await service.send()
    await service.run("update events set xid = (xid::text::bigint + 1000000000)::text::xid8")
    await service.run("update relays set xid = (xid::text::bigint + 1000000000)::text::xid8")
    assert (await service.restored()).era == 2
    await service.count("notes-1", 2, 3)
    await service.send()
    await service.require_in_step()
    assert (await service.restored()).nothing_to_do


async def test_a_service_that_runs_must_be_stopped(service: Service) -> None:
    """G-RESTORE-8: nothing is changed while a relay sends, and the operator hears which one."""
    await lose(service)
    ends = await service.broker.ends(service.routing.topics())
    before = (await service.rows("select clock_timestamp() as now"))[0].now

    async def leads() -> bool:
        # the backup holds a beat of the leader before
        return bool((await service.rows("select heartbeat_at from relays"))[0][0] > before)

    async with service.relaying():
        await until(leads)
        with pytest.raises(RelayAliveError, match=r"a service.*stop every process"):
            await service.restored(patience=1)
    assert await service.broker.ends(service.routing.topics()) == ends
    assert len(await service.rows("select era from eras")) == 1


async def test_an_era_begins_between_two_appends(service: Service) -> None:
    """G-RESTORE-9: whoever appends meanwhile is in the old era or in the new, and none is missed.

    The first event of an era is that of the restore; no event of an era before comes after it.
    """
    await lose(service)

    async def write(number: int) -> None:
        for version in range(30):
            await service.count(f"notes-{number}", version, version)
            await asyncio.sleep(0)

    writing = [asyncio.create_task(write(number)) for number in range(10, 14)]
    await service.restored()
    await asyncio.gather(*writing)
    await service.send()
    await service.require_in_step()
    stored = await service.stored()
    first = next(place for place, event in enumerate(stored) if event.era == 2)
    assert stored[first].type == NotesStoreRestored.type


async def test_an_append_under_way_is_waited_for(service: Service) -> None:
    """G-RESTORE-9: an event that took the old era is in the log before the new era begins."""
    await lose(service)
    async with service.engine.connect() as slow:
        await slow.execute(text("set idle_in_transaction_session_timeout = 0"))
        await slow.execute(text("set transaction_timeout = 0"))
        await slow.commit()
        await slow.execute(
            text("""
            insert into events (stream_id, version, era, id, type, data, metadata, recorded_at)
            select 'notes-9', 1, max(era), gen_random_uuid(), :type, '{"amount": 1}', '{}', now()
            from eras
            """),
            {"type": Counted.type},
        )
        compared = asyncio.Event()
        restoring = asyncio.create_task(service.restored(tell=lambda _step: compared.set()))
        await compared.wait()
        await asyncio.sleep(0.7)
        assert len(await service.rows("select era from eras")) == 1
        await slow.commit()
    await restoring
    await service.require_in_step()


async def test_what_is_no_event_is_left_out_of_account(service: Service) -> None:
    """G-RESTORE-5: a record without a readable envelope is no event of the store."""
    await service.count("notes-1", 0, 1)
    await service.send()
    producer = service.broker.producer()
    await producer.start()
    await producer.send_and_wait(platform_topic(service.routing.service), b"?", b"?")
    await producer.stop()
    assert (await service.restored()).nothing_to_do


async def test_topics_that_are_not_there_are_named(service: Service) -> None:
    """G-RESTORE-8: a missing topic is an error; nothing is changed."""
    service.routing = Routing(
        service.routing.service, SOURCE, service.routing.catalogue, frozenset({"GM9999"})
    )
    with pytest.raises(TopicMissingError, match="gm9999"):
        await service.restored()
    assert len(await service.rows("select era from eras")) == 1
