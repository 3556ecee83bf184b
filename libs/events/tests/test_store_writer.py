import asyncio
from collections.abc import Callable, Mapping, Sequence

import pytest

from leefwijk.events.store.records import (
    AppendError,
    Commit,
    ConflictError,
    TwinError,
    UnavailableError,
)
from leefwijk.events.store.writer import (
    MAX_GROUP,
    GroupedWriter,
    GroupFailedError,
    OutcomeUnknownError,
)
from leefwijk.events.testing.notes import append, commit

Step = Callable[[Sequence[Commit]], None]


class FakeDatabase:
    """Heads of streams and nothing else; what it does next can be said in `script`."""

    def __init__(self) -> None:
        self.heads: dict[str, int] = {}
        self.groups: list[list[str]] = []
        self.script: list[Step] = []
        self.away = False
        self.poison: set[str] = set()
        self.hold: asyncio.Event | None = None

    async def write(self, commits: Sequence[Commit]) -> None:
        """All or nothing."""
        self.groups.append([commit.appends[0].stream_id for commit in commits])
        if self.hold is not None:
            await self.hold.wait()
        await asyncio.sleep(0)
        if self.script:
            self.script.pop(0)(commits)
        if any(commit.appends[0].stream_id in self.poison for commit in commits):
            raise ValueError("the database does not like this one")
        if self._verdicts(commits):
            raise GroupFailedError
        self.store(commits)

    def store(self, commits: Sequence[Commit]) -> None:
        """Make the commits durable."""
        for commit_ in commits:
            for item in commit_.appends:
                self.heads[item.stream_id] = item.version

    async def judge(self, commits: Sequence[Commit]) -> Mapping[int, AppendError]:
        """Compare with the heads."""
        if self.away:
            raise OutcomeUnknownError
        return self._verdicts(commits)

    async def found(self, commits: Sequence[Commit]) -> Sequence[bool]:
        """Whether the heads are where the commits would have left them."""
        if self.away:
            raise OutcomeUnknownError
        return [
            all(self.heads.get(item.stream_id) == item.version for item in commit_.appends)
            for commit_ in commits
        ]

    def _verdicts(self, commits: Sequence[Commit]) -> dict[int, AppendError]:
        return {
            place: ConflictError(item.stream_id, item.expected)
            for place, commit_ in enumerate(commits)
            for item in commit_.appends
            if self.heads.get(item.stream_id, 0) != item.expected
        }


@pytest.fixture
def database() -> FakeDatabase:
    """An empty database."""
    return FakeDatabase()


@pytest.fixture
def writer(database: FakeDatabase) -> GroupedWriter:
    """A writer on it."""
    return GroupedWriter(database, "notes")


async def outcomes(writer: GroupedWriter, *commits: Commit) -> list[type | None]:
    """What became of commits that were handed over at once."""
    results = await asyncio.gather(*map(writer.commit, commits), return_exceptions=True)
    return [type(result) if result is not None else None for result in results]


def raising(error: Exception, before: Step | None = None) -> Step:
    """A step of the script."""

    def step(commits: Sequence[Commit]) -> None:
        if before is not None:
            before(commits)
        raise error

    return step


class TestGroups:
    async def test_concurrent_commits_share_a_transaction(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """What is handed over at once is written at once."""
        assert await outcomes(writer, *(commit(append(f"n-{i}", 0)) for i in range(10))) == (
            [None] * 10
        )
        assert [len(group) for group in database.groups] == [10]

    async def test_many_commits_go_in_two_groups_at_once(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """The database writes one group while the next is on its way to it."""
        database.hold = asyncio.Event()
        tasks = [asyncio.create_task(writer.commit(commit(append(f"n-{i}", 0)))) for i in range(50)]
        await asyncio.sleep(0.01)
        assert sorted(len(group) for group in database.groups) == [25, 25]
        database.hold.set()
        assert await asyncio.gather(*tasks) == [None] * 50

    async def test_what_touches_a_group_under_way_waits_for_it(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-2: two appends to one stream are never under way together."""
        database.hold = asyncio.Event()
        first = asyncio.create_task(writer.commit(commit(append("a", 0))))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(writer.commit(commit(append("a", 1))))
        other = asyncio.create_task(writer.commit(commit(append("b", 0))))
        await asyncio.sleep(0.01)
        assert database.groups == [["a"], ["b"]]
        database.hold.set()
        await asyncio.gather(first, second, other)
        assert database.groups == [["a"], ["b"], ["a"]]
        assert database.heads == {"a": 2, "b": 1}

    async def test_a_group_is_bounded(self, database: FakeDatabase, writer: GroupedWriter) -> None:
        """No transaction holds more than so many commits: it would stall the log's readers."""
        await outcomes(writer, *(commit(append(f"n-{i}", 0)) for i in range(3 * MAX_GROUP)))
        assert max(len(group) for group in database.groups) == MAX_GROUP
        assert len(database.heads) == 3 * MAX_GROUP

    async def test_one_stream_one_key_and_one_todo_stand_in_a_group_once(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-4: what could stand in each other's way goes into groups that follow up."""
        await outcomes(
            writer,
            commit(append("a", 0), key="k"),
            commit(append("b", 0), key="k"),
            commit(append("c", 0)),
            commit(append("a", 1)),
            commit(append("a", 2), append("d", 0)),
            commit(append("d", 0)),
        )
        assert database.groups == [["a", "c"], ["b", "a"], ["a"], ["d"]]


class TestVerdicts:
    async def test_one_bad_member_does_not_take_the_others_along(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-4: a conflict in a group is told to its own caller only."""
        database.heads["b"] = 5
        assert await outcomes(
            writer, commit(append("a", 0)), commit(append("b", 0)), commit(append("c", 0))
        ) == [None, ConflictError, None]
        assert database.heads == {"a": 1, "b": 5, "c": 1}

    async def test_what_the_database_cannot_stomach_fails_alone(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-4: any other error is found member by member."""
        database.poison = {"b"}
        assert await outcomes(
            writer, commit(append("a", 0)), commit(append("b", 0)), commit(append("c", 0))
        ) == [None, ValueError, None]

    async def test_a_second_commit_is_judged_by_the_fate_of_the_first(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-4: where the first fails, what was to follow it conflicts."""
        database.heads["a"] = 1
        assert await outcomes(writer, commit(append("a", 0)), commit(append("a", 1))) == [
            ConflictError,
            None,
        ]
        assert await outcomes(writer, commit(append("b", 3)), commit(append("b", 4))) == [
            ConflictError,
            ConflictError,
        ]

    async def test_a_race_that_was_lost_for_a_moment_is_run_again(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """A deadlock or a lost race without a rule broken is no conflict: the group goes again."""
        database.script = [raising(GroupFailedError()), raising(GroupFailedError())]
        assert await outcomes(writer, commit(append("a", 0)), commit(append("b", 0))) == [None] * 2

    async def test_many_lost_races_in_a_row_leave_the_last_one_its_try(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-4: somebody loses a stream in every round; who lost none goes in at the end."""

        def lose(stream: str) -> Step:
            def step(_commits: Sequence[Commit]) -> None:
                database.heads[stream] = 9

            return step

        database.script = [lose(f"n-{number}") for number in range(5)]
        assert await outcomes(writer, *(commit(append(f"n-{n}", 0)) for n in range(6))) == [
            *[ConflictError] * 5,
            None,
        ]

    async def test_what_fails_for_no_reason_is_unavailable(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: a conflict is only told where a head says so."""
        database.script = [raising(GroupFailedError())] * 3
        assert await outcomes(writer, commit(append("a", 0))) == [UnavailableError]

    async def test_where_nobody_can_judge_nothing_is_a_conflict(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: a database that goes away after a failed group makes its members try again."""
        database.script = [raising(GroupFailedError())]
        database.away = True
        assert await outcomes(writer, commit(append("a", 0)), commit(append("b", 0))) == (
            [UnavailableError] * 2
        )


class TestUnknownOutcome:
    async def test_what_is_found_was_a_success(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: a commit whose answer was lost and whose events are there has succeeded."""
        database.script = [raising(OutcomeUnknownError(), before=database.store)]
        assert await outcomes(writer, commit(append("a", 0)), commit(append("b", 0))) == [None] * 2

    async def test_what_is_absent_may_be_tried_again(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: absent is unavailable and never a conflict, member by member."""
        database.script = [
            raising(OutcomeUnknownError(), before=lambda commits: database.store(commits[:1]))
        ]
        assert await outcomes(writer, commit(append("a", 0)), commit(append("b", 0))) == [
            None,
            UnavailableError,
        ]

    async def test_what_cannot_be_looked_up_may_be_tried_again(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: where the lookup fails too, the outcome is unavailable."""
        database.script = [raising(OutcomeUnknownError(), before=database.store)]
        database.away = True
        assert await outcomes(writer, commit(append("a", 0))) == [UnavailableError]

    async def test_the_writer_goes_on_afterwards(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: the next commit after a lost connection is written as ever."""
        database.script = [raising(OutcomeUnknownError())]
        assert await outcomes(writer, commit(append("a", 0))) == [UnavailableError]
        assert await outcomes(writer, commit(append("a", 0))) == [None]


class TestEnds:
    async def test_a_caller_that_goes_away_does_not_stop_the_group(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-8: a cancelled caller's commit and its neighbours are written all the same."""
        database.hold = asyncio.Event()
        leaving = asyncio.create_task(writer.commit(commit(append("a", 0))))
        staying = asyncio.create_task(writer.commit(commit(append("b", 0))))
        await asyncio.sleep(0.01)
        leaving.cancel()
        database.hold.set()
        await staying
        assert leaving.cancelled()
        assert database.heads == {"a": 1, "b": 1}

    async def test_closing_writes_what_waits_and_what_is_being_written(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-8: closing loses nothing that was handed over; later commits are refused."""
        database.hold = asyncio.Event()
        first = asyncio.create_task(writer.commit(commit(append("a", 0))))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(writer.commit(commit(append("b", 0))))
        closing = asyncio.create_task(writer.close())
        await asyncio.sleep(0.01)
        database.hold.set()
        await asyncio.gather(first, second, closing)
        assert database.heads == {"a": 1, "b": 1}
        with pytest.raises(UnavailableError):
            await writer.commit(commit(append("c", 0)))

    async def test_nobody_waits_for_a_writer_that_was_stopped(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """G-STORE-3: when the writer itself is cancelled, every caller is told."""
        database.hold = asyncio.Event()
        tasks = [asyncio.create_task(writer.commit(commit(append("a", n)))) for n in range(3)]
        await asyncio.sleep(0.01)
        for lane in writer._lanes:
            lane.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [UnavailableError] * 3
        database.hold.set()
        assert await outcomes(writer, commit(append("b", 0))) == [None]

    async def test_a_verdict_nobody_hears_is_not_an_error_of_the_loop(
        self, database: FakeDatabase, writer: GroupedWriter
    ) -> None:
        """A conflict of a caller that went away is dropped quietly."""
        said: list[dict[str, object]] = []
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        loop.set_exception_handler(lambda _loop, context: said.append(context))
        try:
            task = asyncio.create_task(writer.commit(commit(append("a", 5))))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert await outcomes(writer, commit(append("b", 0))) == [None]
        finally:
            loop.set_exception_handler(before)
        assert said == []


async def test_a_twin_in_one_process_is_judged_by_the_first() -> None:
    """G-STORE-5: two requests with one key at once never share a group."""

    class Twins(FakeDatabase):
        keys: set[str]

        async def judge(self, commits: Sequence[Commit]) -> Mapping[int, AppendError]:
            return {
                place: TwinError()
                for place, item in enumerate(commits)
                if item.idempotency is not None and item.idempotency.key in self.keys
            }

        async def write(self, commits: Sequence[Commit]) -> None:
            taken = [item.idempotency.key for item in commits if item.idempotency is not None]
            if self.keys & set(taken) or len(set(taken)) < len(taken):
                raise GroupFailedError
            self.keys |= set(taken)

    database = Twins()
    database.keys = set()
    writer = GroupedWriter(database, "notes")
    assert await outcomes(
        writer, commit(append("a", 0), key="k"), commit(append("b", 0), key="k")
    ) == [None, TwinError]
