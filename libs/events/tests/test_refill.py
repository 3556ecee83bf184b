"""The marks of fillings: whatever happens to a topic, nothing that comes to lie on it is missed."""

from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from leefwijk.events.broker import Place
from leefwijk.events.refill import NEVER, Refill, begin_refill, read_refill, refilled_below

PLACE: Place = ("leefwijk.notes.events", 0)


@dataclass
class Reader:
    """A consumer of one partition: its next offset, the filling it is in, and what it has read."""

    offset: int = 0
    mark: str = NEVER
    found: set[int] = field(default_factory=set)

    def read(self, log: list[tuple[int, Refill | None]], count: int) -> None:
        """Read so many records from the next offset on."""
        batch = list(enumerate(log))[self.offset : self.offset + count]
        below = refilled_below(
            ((PLACE, at, refill) for at, (_, refill) in batch),
            {PLACE: self.offset},
            {PLACE: self.mark},
        )
        for start, end in below.ranges.values():
            self.found.update(event for event, _ in log[start:end])
        self.found.update(event for _, (event, _) in batch)
        self.mark = below.marks.get(PLACE, self.mark)
        self.offset += len(batch)

    def compare(self, log: list[tuple[int, Refill | None]]) -> None:
        """Look at the end of the partition without a next record."""
        if len(log) < self.offset:
            self.found.update(event for event, _ in log)
            self.offset = len(log)
        elif log and len(log) == self.offset:
            seen = [(PLACE, len(log), log[-1][1])]
            below = refilled_below(seen, {}, {PLACE: self.mark})
            for start, end in below.ranges.values():
                self.found.update(event for event, _ in log[start:end])
            self.mark = below.marks.get(PLACE, self.mark)


class Topic(RuleBasedStateMachine):
    """A relay, a topic that loses tails, and two readers that look at it now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.events = 0
        self.log: list[tuple[int, Refill | None]] = []
        self.mark: Refill | None = None
        self.readers = [Reader(), Reader()]

    @rule(count=st.integers(1, 6))
    def record(self, count: int) -> None:
        """More happens, and is sent."""
        self.log += [(event, self.mark) for event in range(self.events, self.events + count)]
        self.events += count

    @rule(count=st.integers(1, 4))
    def send_again(self, count: int) -> None:
        """A relay started again behind what it had sent."""
        last = range(max(0, self.events - count), self.events)
        self.log += [(event, self.mark) for event in last]

    @rule(kept=st.floats(0, 1), until=st.none() | st.floats(0, 1))
    def lose_and_fill(self, kept: float, until: float | None) -> None:
        """The tail is lost and the topic filled from its start; perhaps only at the second try."""
        del self.log[int(len(self.log) * kept) :]
        if until is not None:
            self.mark = begin_refill(len(self.log))
            self.log += [(event, self.mark) for event in range(int(self.events * until))]
        self.mark = begin_refill(len(self.log))
        self.log += [(event, self.mark) for event in range(self.events)]

    @rule(which=st.integers(0, 1), count=st.integers(1, 8))
    def read(self, which: int, count: int) -> None:
        """A reader reads on."""
        self.readers[which].read(self.log, count)

    @rule(which=st.integers(0, 1))
    def compare(self, which: int) -> None:
        """A reader looks at the end."""
        self.readers[which].compare(self.log)

    @invariant()
    def nothing_is_missed(self) -> None:
        """G-CONSUME-8: whoever reads to the end and looks there has read everything."""
        for reader in self.readers:
            alone = Reader(reader.offset, reader.mark, set(reader.found))
            alone.compare(self.log)
            alone.read(self.log, len(self.log))
            alone.compare(self.log)
            assert alone.found == set(range(self.events))


TestTopic = Topic.TestCase
TestTopic.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_a_header_says_what_the_mark_says() -> None:
    """A mark is read as it was written, and no two are alike."""
    first, second = begin_refill(7), begin_refill(7)
    assert first != second
    assert [read_refill(mark.header[1]) for mark in (first, second)] == [first, second]


def test_only_the_filling_is_read_that_began_last() -> None:
    """Each filling holds everything: what lies before it need not be read again."""
    first, second = begin_refill(3), begin_refill(5)
    seen = [(PLACE, 8, first), (PLACE, 9, second), (PLACE, 10, second)]
    assert refilled_below(seen, {PLACE: 8}, {}) == ({PLACE: (5, 9)}, {PLACE: second.id})


def test_what_comes_once_more_says_nothing() -> None:
    """Records below our offset are of a filling that has been read by now."""
    first, second = begin_refill(3), begin_refill(5)
    seen = [(PLACE, 4, first), (PLACE, 9, second)]
    assert refilled_below(seen, {PLACE: 9}, {PLACE: second.id}) == ({}, {})


def test_a_relay_that_knows_of_no_marks_begins_anew() -> None:
    """Where the marks end, nothing is known of what lies below."""
    seen = [(PLACE, 9, None)]
    assert refilled_below(seen, {PLACE: 9}, {PLACE: "one"}) == ({PLACE: (0, 9)}, {PLACE: NEVER})


@pytest.mark.parametrize("header", [None, b"", b"one", b"one x", b"\xff 1", b"a b 1"])
def test_a_header_that_says_nothing(header: bytes | None) -> None:
    """A malformed mark is none; the record itself is an event all the same."""
    assert read_refill(header) is None
