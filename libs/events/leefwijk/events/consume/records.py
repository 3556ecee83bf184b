"""What a consumer reads, and what it hands on once it knows that it is new and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from leefwijk.events.envelope import Received
from leefwijk.events.event import Event
from leefwijk.events.refill import HEADER, Refill, read_refill


# not frozen, both: that would double the time it takes to make one
@dataclass(slots=True)
class Record:
    """A record of a topic, whichever client read it. `offset` is none if it came by another way."""

    topic: str
    partition: int
    offset: int | None
    headers: Sequence[tuple[str, bytes]]
    key: bytes | None
    value: bytes | None
    received: Received | None = field(default=None, init=False, compare=False, repr=False)
    """The envelope once somebody has read it: a record is read once, however many consume it."""
    change: Change | None = field(default=None, init=False, compare=False, repr=False)
    """The event once somebody who uses it has decoded it."""

    @classmethod
    def of(cls, record: Any) -> Record:
        """From a record of aiokafka or a message of Faust; both name the parts alike."""
        return cls(
            record.topic,
            record.partition,
            record.offset,
            record.headers,
            record.key,
            record.value,
        )

    @property
    def refill(self) -> Refill | None:
        """The filling of its topic by which it came, where that was filled again."""
        headers = dict(self.headers) if self.received is None else self.received.headers
        return read_refill(headers.get(HEADER))


@dataclass(slots=True)
class Change:
    """An event to apply: new, of a type the consumer uses, and the next of its stream."""

    received: Received
    event: Event


class Applier(Protocol):
    """What a consumer does with events: a projection, or a service's knowledge."""

    name: str
    """Name of the consumer; also its group at Kafka."""
    handles: frozenset[type[Event]]
    """The events it uses. Others only move the version of their stream on."""

    def follows(self, stream_id: str, /) -> bool:
        """Whether it keeps this stream: mostly by `streams_of`.

        Events of other streams move the offset on and nothing else: their versions are not kept, so
        they can leave no gap. The stream decides, whatever type an event of it has: a stream is
        followed as a whole or not at all.
        """

    async def apply(
        self, connection: AsyncConnection, generation: int, changes: Sequence[Change]
    ) -> None:
        """Write the changes in the given transaction.

        Any error that is not the database going away counts as a fault of an event: the batch is
        taken apart until the faulty event is found and parked.
        """


def streams_of(events: Iterable[type[Event]]) -> Callable[[str], bool]:
    """To be the `follows` of an applier: whether a stream is of an aggregate of these events."""
    beginnings = tuple(sorted({f"{event.aggregate}-" for event in events}))

    def follows(stream_id: str) -> bool:
        return stream_id.startswith(beginnings)

    return follows
