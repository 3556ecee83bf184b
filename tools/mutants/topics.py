"""Bugs against the second promise: every event reaches its topics, in order."""

from __future__ import annotations

from tools.mutants.places import (
    EVENTS,
    LOG,
    LOG_MODEL,
    RELAY,
    SENDING,
)
from tools.mutants.plant import Mutant

TOPICS = (
    Mutant(
        "a cursor of positions alone",
        2,
        f"{EVENTS}/log.py",
        """where (era, xid, position) > (:era, cast(:xid as xid8), :position)
    and (era < (select max(era) from eras) or xid < pg_snapshot_xmin(pg_current_snapshot()))
order by events.era, events.xid, events.position limit""",
        """where position > :position and (cast(:era as int) is not null)
    and cast(:xid as xid8) is not null order by events.position limit""",
        (LOG_MODEL,),
    ),
    Mutant(
        "a cursor without the horizon",
        2,
        f"{EVENTS}/log.py",
        "xid < pg_snapshot_xmin(pg_current_snapshot()))\norder",
        "true)\norder",
        (LOG_MODEL,),
    ),
    Mutant(
        "positions below the horizon, in the order of positions",
        2,
        f"{EVENTS}/log.py",
        "order by events.era, events.xid, events.position limit",
        "order by events.position limit",
        (LOG_MODEL,),
    ),
    Mutant(
        "transaction numbers of a restored database as if they were ours",
        2,
        f"{EVENTS}/log.py",
        "(era < (select max(era) from eras) or xid < pg",
        "(xid < pg",
        (f"{LOG}::TestEras::test_after_a_restore_the_old_era_comes_first",),
    ),
    Mutant(
        "advance before the broker's acknowledgement",
        2,
        f"{EVENTS}/relay/relay.py",
        "                offsets = await self._send(producer, batch.records, acknowledged)",
        "                await leadership.advance(batch.end, {})\n"
        "                offsets = await self._send(producer, batch.records, acknowledged)",
        (f"{RELAY}::TestFailures::test_a_failed_send_is_sent_again_from_the_cursor",),
    ),
    Mutant(
        "go on after a failed send",
        2,
        f"{EVENTS}/relay/sending.py",
        "        if isinstance(result, BaseException):\n            raise result",
        "        if isinstance(result, BaseException):\n            continue",
        (f"{SENDING}::test_after_a_failure_nothing_leaves_and_nothing_is_on_its_way",),
    ),
    Mutant(
        "tell the first failure while other batches are on their way",
        2,
        f"{EVENTS}/relay/sending.py",
        "asyncio.gather(*sent, return_exceptions=True)",
        "asyncio.gather(*sent)",
        (f"{SENDING}::test_every_answer_is_waited_for_before_a_failure_is_told",),
    ),
    Mutant(
        "records behind a full batch overtake it",
        2,
        f"{EVENTS}/relay/sending.py",
        "            full.add(place)\n",
        "",
        (f"{SENDING}::test_a_short_record_does_not_overtake_a_long_one",),
    ),
    Mutant(
        "another partition than every client gives a key",
        2,
        f"{EVENTS}/relay/sending.py",
        "(murmur2(key) & 0x7FFFFFFF) % count",
        "murmur2(key) % count",
        (f"{SENDING}::test_a_key_has_the_partition_that_every_client_gives_it",),
    ),
    Mutant(
        "a restarted relay begins one event further",
        2,
        f"{EVENTS}/relay/leader.py",
        "cursor = Cursor(row.era, row.xid, row.position)",
        "cursor = Cursor(row.era, row.xid, row.position + 1)",
        (f"{RELAY}::TestFailures::test_a_relay_that_ended_amid_a_transaction_goes_on_there",),
    ),
    Mutant(
        "a topic that lost its tail is left as it is",
        2,
        f"{EVENTS}/relay/relay.py",
        "if ends.get(place, 0) < last + 1}",
        "if ends.get(place, 0) < last - 10**9}",
        (f"{RELAY}::TestRefill::test_a_lost_topic_is_filled_again",),
    ),
    Mutant(
        "advance to the end of what was read ahead",
        2,
        f"{EVENTS}/relay/relay.py",
        "await leadership.advance(batch.end, offsets)",
        "await leadership.advance(following.end or batch.end, offsets)",
        (f"{RELAY}::TestFailures::test_what_was_read_ahead_is_sent_again_after_a_failure",),
    ),
    Mutant(
        "a topic is filled up to the last event, and not with it",
        2,
        f"{EVENTS}/relay/leader.py",
        "if entry.cursor <= through]",
        "if entry.cursor < through]",
        (f"{RELAY}::TestRefill::test_a_lost_topic_is_filled_again",),
    ),
)
