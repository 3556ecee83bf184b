"""Bugs against the first promise: what is acknowledged is stored, and nothing else."""

from __future__ import annotations

from tools.mutants.places import (
    EVENTS,
    ON_POSTGRES,
    POSTGRES,
    WRITER,
)
from tools.mutants.plant import Mutant

STORE = (
    Mutant(
        "acknowledge before the commit",
        1,
        f"{EVENTS}/store/writer.py",
        "await asyncio.shield(waiting.done)",
        "await asyncio.sleep(0)",
        (f"{ON_POSTGRES}::test_two_streams_go_in_as_a_whole",),
    ),
    Mutant(
        "no check of the version, a free key is enough",
        1,
        f"{EVENTS}/store/statements.py",
        "case when expected = 0 or",
        "case when true or",
        (f"{POSTGRES}::test_a_free_key_alone_does_not_let_an_event_in",),
    ),
    Mutant(
        "append not as a whole: the second stream is forgotten",
        1,
        f"{EVENTS}/store/postgres.py",
        "        for append in commit.appends\n        for step",
        "        for append in commit.appends[:1]\n        for step",
        (f"{ON_POSTGRES}::test_two_streams_go_in_as_a_whole",),
    ),
    Mutant(
        "an outcome that nobody knows is told as success",
        1,
        f"{EVENTS}/store/writer.py",
        "            if there:\n",
        "            if there or error:\n",
        (
            f"{POSTGRES}::TestUnknownOutcome::test_a_connection_that_dies_before_the_commit_is_unavailable",
        ),
    ),
    Mutant(
        "a lost answer is told as a failure without looking",
        1,
        f"{EVENTS}/store/writer.py",
        "found = await self._backend.found([item.commit for item in group])",
        "found = [False] * len(group)",
        (f"{POSTGRES}::TestUnknownOutcome::test_a_commit_whose_answer_is_lost_is_found",),
    ),
    Mutant(
        "a key is not kept, so that a repeated request is done twice",
        1,
        f"{EVENTS}/store/statements.py",
        "    where (select count(*) from appended) >= 0\n), settled",
        "    where (select count(*) from appended) < 0\n), settled",
        (f"{ON_POSTGRES}::test_a_twin_is_told_and_stores_nothing",),
    ),
    Mutant(
        "a todo that another settled is done once more",
        1,
        f"{EVENTS}/store/statements.py",
        "1 / (select 0)",
        "1",
        (f"{POSTGRES}::TestTodos::test_a_done_todo_takes_nobody_along",),
    ),
    Mutant(
        "documents before events: a lock is taken first",
        1,
        f"{EVENTS}/store/statements.py",
        "    where (select count(*) from appended) >= 0\n    order by stream_id",
        "    order by stream_id",
        (f"{POSTGRES}::TestOneStatement::test_the_events_come_before_everything_else",),
    ),
    Mutant(
        "two commits to one stream in one group",
        1,
        f"{EVENTS}/store/writer.py",
        "if taken.isdisjoint(item.touched):",
        "if True:",
        (f"{ON_POSTGRES}::test_what_follows_is_judged_by_what_went_before",),
    ),
    Mutant(
        "a rule that was broken is told as success",
        1,
        f"{EVENTS}/store/writer.py",
        "            return await self._judge(group, error), error",
        "            [self._succeed(item) for item in group]\n            return [], error",
        (f"{ON_POSTGRES}::test_a_stream_that_does_not_exist_has_version_zero",),
    ),
    Mutant(
        "two groups under way touch one stream",
        1,
        f"{EVENTS}/store/writer.py",
        "taken = set(self._busy)",
        "taken: set[object] = set()",
        (f"{WRITER}::TestGroups::test_what_touches_a_group_under_way_waits_for_it",),
    ),
)
