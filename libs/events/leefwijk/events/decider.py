"""The shape of every decision: state, command, refusal, evolution.

A command is a pydantic model with a `decide` that looks at the folded state of one stream (or two,
with `beside=`) and yields events or refuses. An evolution is a small function per event that gives
the next state. Neither does I/O: time, ids, actor and knowledge come in by the context.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import wraps
from typing import Any, ClassVar, Generic, NoReturn, TypeVar, cast
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter

from leefwijk.events.clock import day_of
from leefwijk.events.event import Event, Wire


@dataclass(frozen=True)
class Listing:
    """What lists, filters and envelopes need to know of a state, beside the state itself."""

    area: str | None = None
    municipalities: tuple[str, ...] = ()
    status: str | None = None
    title: str | None = None
    facets: Mapping[str, str | Iterable[str]] = field(default_factory=dict)
    """What lists can be filtered by: name to value or values."""

    def terms(self) -> list[str]:
        """All filterable facts as sorted `name:value` terms."""
        terms = {f"municipality:{code}" for code in self.municipalities}
        if self.area is not None:
            terms.add(f"area:{self.area}")
        if self.status is not None:
            terms.add(f"status:{self.status}")
        for name, values in self.facets.items():
            for value in (values,) if isinstance(values, str) else values:
                terms.add(f"{name}:{value}")
        return sorted(terms)


@dataclass(frozen=True)
class Fact:
    """Where, when and by whom an event was recorded, for evolutions that keep it."""

    id: UUID
    version: int
    time: datetime
    actor: int = 0
    """The opaque number of who acted; 0 is the platform."""


class State:
    """Base of the folded state of a stream: a frozen dataclass whose defaults are the empty state.

    `kind` is the aggregate's plural as in the event types; `shape` is the version of the folding
    code: raise it whenever an evolution or a field changes, and kept documents are folded anew.
    """

    kind: ClassVar[str]
    shape: ClassVar[int]

    def __init_subclass__(cls, *, kind: str | None = None, shape: int = 1) -> None:
        super().__init_subclass__()
        if kind is not None:
            cls.kind = kind
            cls.shape = shape

    def due(self) -> datetime | None:
        """The moment at which time itself must be judged, or none."""
        return None

    def listing(self) -> Listing:
        """What lists and envelopes show of this state."""
        return Listing()

    def changed_since(self, before: Any) -> str | None:  # noqa: ARG002 - overridden where it helps
        """In words for people, what changed since somebody read `before`; none: nothing to add."""
        return None


S = TypeVar("S", bound=State)
E = TypeVar("E", bound=Event)
K = TypeVar("K")

Evolution = Callable[[Any, Any, Fact], Any]
_evolutions: dict[tuple[type[State], type[Event]], Evolution] = {}


def evolves(
    event: type[Event],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register `(state, event) -> state` or `(state, event, fact) -> state` for one event."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())

        @wraps(function)
        def without_fact(state: Any, event: Any, _fact: Fact) -> Any:
            return function(state, event)

        takes_fact = len(parameters) == 3  # noqa: PLR2004 - state, event, fact
        _evolutions[parameters[0].annotation, event] = function if takes_fact else without_fact
        return function

    return register


def evolutions_of(state: type[State]) -> dict[type[Event], Callable[..., Any]]:
    """The evolutions of a state as they were written, by event."""
    return {
        event: inspect.unwrap(function)
        for (kind, event), function in _evolutions.items()
        if kind is state
    }


def evolve(state: S, event: Event, fact: Fact) -> S:
    """The next state. Raises LookupError for an event without an evolution for this state."""
    evolution = _evolutions.get((type(state), type(event)))
    if evolution is None:
        raise LookupError(f"{type(state).__name__} has no evolution for {type(event).__name__}")
    return cast("S", evolution(state, event, fact))


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(state: type[S]) -> TypeAdapter[S]:
    found = _adapters.get(state)
    if found is None:
        found = _adapters[state] = TypeAdapter(state)
    return cast("TypeAdapter[S]", found)


def dump_state(state: State) -> str:
    """The state as JSON, for its document; what is as it always begins is left out.

    Of a young aggregate that is most of its state, and every append writes it.
    """
    return _adapter(type(state)).dump_json(state, exclude_defaults=True).decode()


def load_state(kind: type[S], data: str | bytes) -> S:
    """The state that `dump_state` wrote."""
    return _adapter(kind).validate_json(data)


@dataclass(frozen=True)
class Fault:
    """One thing that stands in the way of a command: a stable code and a sentence for people."""

    code: str
    sentence: str
    figures: Mapping[str, Any] = field(default_factory=dict)


class RefusedError(Exception):
    """A command was refused: nothing is recorded. It names every fault at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.code}: {fault.sentence}" for fault in faults))
        self.faults = faults

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all faults, in the order found."""
        return tuple(fault.code for fault in self.faults)


def refuse(code: str, sentence: str, **figures: Any) -> NoReturn:
    """Refuse the command with one fault."""
    raise RefusedError(Fault(code, sentence, figures))


class Faults:
    """Collects faults, so that nobody has to find them one by one."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, code: str, sentence: str, **figures: Any) -> None:
        """Note a fault and go on looking."""
        self._found.append(Fault(code, sentence, figures))

    def refuse_any(self) -> None:
        """Refuse with all faults noted so far, if there are any."""
        if self._found:
            raise RefusedError(*self._found)


@dataclass(frozen=True)
class Actor:
    """Who acts, without saying who it is: an opaque number, a role and what the role may see."""

    number: int = 0
    """Opaque number of the person or system, mapped in an erasable table; 0 is the platform."""
    role: str = "service"
    municipalities: frozenset[str] = frozenset()
    """The municipalities a partner is bound to; empty for the corporation's own people."""
    partner: str | None = None
    """Id of the partner organisation, for the role `partner`."""
    group: str | None = None
    """Opaque reference of the group that a resident speaks for, for the role `resident`."""


@dataclass(frozen=True)
class Context:
    """All that a decision may use beside the state: time, actor, ids, knowledge."""

    now: datetime
    """The moment of the decision, UTC."""
    actor: Actor = Actor()
    known: Mapping[type, Any] = field(default_factory=dict)
    new_id: Callable[[], UUID] = field(default=lambda: UUID(int=0))
    stream: str = ""
    """The id of the aggregate that decides, as in its URL."""

    @property
    def today(self) -> date:
        """The calendar day in the Netherlands."""
        return day_of(self.now)

    def knowledge(self, kind: type[K]) -> K:
        """The knowledge of this kind that the route gathered before the decision."""
        return cast("K", self.known[kind])

    def knowing(self, *knowledge: Any) -> Context:
        """The same context with these pieces of knowledge, each found by its class."""
        return replace(self, known={**self.known, **{type(item): item for item in knowledge}})


@dataclass(frozen=True)
class OnSecond:
    """An event for the stream that the command keeps in step with its own."""

    event: Event


def on(state: State, event: Event) -> OnSecond:  # noqa: ARG001 - named for the reader
    """Say that an event belongs to the second stream of the command."""
    return OnSecond(event)


@dataclass(frozen=True)
class Cited:
    """An event whose id the decision chose, for what it records next to cite."""

    event: Event
    id: UUID


class Command(Wire, Generic[S]):
    """A wish to change one stream, and the decision about it; also the body of its request."""

    model_config = ConfigDict(title=None)

    state: ClassVar[type[State]]
    beside: ClassVar[type[State] | None] = None

    def __init_subclass__(cls, **_declaration: Any) -> None:
        """Let the declaration through to pydantic's hook below."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, beside: type[State] | None = None, deadline: bool = False, **kwargs: Any
    ) -> None:
        """Learn the state from `Command[State]`, and what else the class line declares."""
        super().__pydantic_init_subclass__(**kwargs)
        arguments = cls.__pydantic_generic_metadata__["args"]
        if arguments and isinstance(arguments[0], type):
            cls.state = arguments[0]
        if beside is not None:
            cls.beside = beside
        if deadline:
            deadline_commands[cls.state] = cls

    def decide(self, *states_and_context: Any) -> Iterator[Event | OnSecond | Cited]:
        """Yield the events that follow, or refuse: `decide(state, context)`.

        With a second stream: `decide(state, beside, context)`.
        """
        raise NotImplementedError(f"{type(self).__name__} decides nothing")

    def stream(self, context: Context) -> str | None:  # noqa: ARG002 - overridden where needed
        """The id of the aggregate a creating command starts, where it follows from its content."""
        return None

    def second(self, state: Any, context: Context) -> str:
        """The id of the second aggregate, for a command with `beside=`."""
        raise NotImplementedError(f"{type(self).__name__} names no second stream")


deadline_commands: dict[type[State], type[Command[Any]]] = {}
"""The command that judges time for each kind of state: `class …(Command[State], deadline=True)`."""


@dataclass(frozen=True)
class Decision:
    """What a command decided: events of its own stream and of the second one."""

    own: tuple[Event, ...]
    second: tuple[Event, ...] = ()
    ids: Mapping[int, UUID] = field(default_factory=dict)
    """Ids that the decision chose, by the place among its own events."""


def decide(
    command: Command[Any], state: State, context: Context, second: State | None = None
) -> Decision:
    """Run the decision. Raises RefusedError."""
    states = (state,) if second is None else (state, second)
    own: list[Event] = []
    beside: list[Event] = []
    ids: dict[int, UUID] = {}
    for event in command.decide(*states, context):
        if isinstance(event, OnSecond):
            beside.append(event.event)
        elif isinstance(event, Cited):
            ids[len(own)] = event.id
            own.append(event.event)
        else:
            own.append(event)
    return Decision(tuple(own), tuple(beside), ids)
