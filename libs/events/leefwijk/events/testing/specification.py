"""Given events, when a command, then events or a refusal: one shape for every decider.

given(SupportRequested(amount=500)).when(GrantSupport(amount=600)).refused("above-request")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from leefwijk.events.decider import (
    Actor,
    Command,
    Context,
    Decision,
    Fact,
    RefusedError,
    State,
    decide,
    evolve,
    load_state,
)
from leefwijk.events.decider import dump_state as dump
from leefwijk.events.event import Event
from leefwijk.events.testing.clock import moment

DEFAULT_MOMENT = "2026-04-13T09:00:00Z"


def event_id(number: int) -> UUID:
    """The id that the n-th given event has, counted from 1."""
    return UUID(int=number)


@dataclass(frozen=True)
class Specification:
    """What was recorded before, who acts, when, and with which knowledge."""

    events: tuple[tuple[Event, datetime], ...] = ()
    actors: tuple[int, ...] = ()
    """The number of who acted, event by event."""
    ids: dict[int, UUID] = field(default_factory=dict)
    """Ids that a decision chose for its events, by their number counted from 1."""
    beside: tuple[Event, ...] = ()
    now: datetime = field(default_factory=lambda: moment(DEFAULT_MOMENT))
    actor: Actor = field(default_factory=lambda: Actor(number=1, role="area_manager"))
    known: dict[type, Any] = field(default_factory=dict)
    stream: str = "1"

    def at(self, now: str) -> Specification:
        """The moment of what follows: later given events and the command."""
        return replace(self, now=moment(now))

    def and_(self, *events: Event) -> Specification:
        """Further events, recorded at the present moment by who acts in the specification."""
        return replace(
            self,
            events=(*self.events, *((event, self.now) for event in events)),
            actors=(*self.actors, *(self.actor.number for _ in events)),
        )

    def second(self, *events: Event) -> Specification:
        """What the second stream held, for a command with `beside=`."""
        return replace(self, beside=(*self.beside, *events))

    def by(
        self,
        role: str,
        *,
        partner: str | None = None,
        number: int = 1,
        group: str | None = None,
    ) -> Specification:
        """Who acts."""
        actor = Actor(number=number, role=role, partner=partner, group=group)
        return replace(self, actor=actor)

    def knowing(self, *knowledge: Any) -> Specification:
        """Knowledge from elsewhere, each piece found by its class."""
        return replace(self, known={**self.known, **{type(item): item for item in knowledge}})

    def state(self, kind: type[State]) -> Any:
        """The folded state; it must survive being kept as a document."""
        state = kind()
        for number, (event, time) in enumerate(self.events, start=1):
            id_ = self.ids.get(number, event_id(number))
            fact = Fact(id_, number, time, self.actors[number - 1])
            state = evolve(state, event, fact)
        kept = load_state(kind, dump(state))
        assert kept == state, "the state changes when it is kept and loaded"  # noqa: S101
        return state

    def when(self, command: Command[Any]) -> Decided:
        """Decide; the verdict is asked of what this gives."""
        ids: Iterator[int] = count(1000 * (1 + len(self.ids)))
        context = Context(
            self.now,
            self.actor,
            self.known,
            new_id=lambda: UUID(int=next(ids)),
            stream=self.stream,
        )
        second = None
        if command.beside is not None:
            second = command.beside()
            for number, event in enumerate(self.beside, start=1):
                second = evolve(second, event, Fact(event_id(100 + number), number, self.now))
        own = self.state(command.state)
        try:
            decision = decide(command, own, context, second)
        except RefusedError as refused:
            return Decided(self, None, refused)
        for event in (*decision.own, *decision.second):
            assert type(event).from_json(event.to_json()) == event, f"{event} does not travel"  # noqa: S101
        return Decided(self, decision, None)


@dataclass(frozen=True)
class Decided:
    """The outcome of a command, to be compared."""

    before: Specification
    decision: Decision | None
    refusal: RefusedError | None

    def then(self, *events: Event) -> Specification:
        """Exactly these events are recorded on the command's own stream; go on from there."""
        assert self.refusal is None, f"refused: {self.refusal}"  # noqa: S101
        assert self.decision is not None  # noqa: S101
        assert list(self.decision.own) == list(events)  # noqa: S101
        return self.recorded()

    def then_second(self, *events: Event) -> Decided:
        """Exactly these events are recorded on the second stream."""
        assert self.decision is not None, f"refused: {self.refusal}"  # noqa: S101
        assert list(self.decision.second) == list(events)  # noqa: S101
        return self

    def recorded(self) -> Specification:
        """Whatever was recorded, taken as given."""
        assert self.decision is not None, f"refused: {self.refusal}"  # noqa: S101
        before = len(self.before.events)
        chosen = {before + place + 1: id_ for place, id_ in self.decision.ids.items()}
        return replace(
            self.before.and_(*self.decision.own),
            ids={**self.before.ids, **chosen},
            beside=(*self.before.beside, *self.decision.second),
        )

    @property
    def events(self) -> tuple[Event, ...]:
        """What was recorded on the command's own stream."""
        assert self.decision is not None, f"refused: {self.refusal}"  # noqa: S101
        return self.decision.own

    def nothing(self) -> Specification:
        """Accepted, and nothing is recorded."""
        return self.then()

    def refused(self, *codes: str, saying: str = "") -> Specification:
        """Refused with exactly these codes, in any order; a sentence holds the given words."""
        assert self.refusal is not None, f"accepted: {self.decision}"  # noqa: S101
        assert sorted(self.refusal.codes) == sorted(codes)  # noqa: S101
        assert saying in str(self.refusal), f"{saying!r} is not in {self.refusal}"  # noqa: S101
        return self.before


def given(*events: Event, at: str = DEFAULT_MOMENT) -> Specification:
    """Start a specification with what was recorded before."""
    return Specification(now=moment(at)).and_(*events)
