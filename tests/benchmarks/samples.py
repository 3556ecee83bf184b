"""What is written: an initiative as residents propose it, with the state that is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from initiatives.domain.gates import KnownArea
from initiatives.domain.life import ProposeInitiative
from leefwijk.events.catalogue import published_language
from leefwijk.events.envelope import Headers, platform_headers, source_uri
from leefwijk.events.event import Event
from leefwijk.events.fields import Theme
from leefwijk.events.handling import Caller, Handler
from leefwijk.events.language.initiatives.life import InitiativeProposed, InitiativeStarted, Taker
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.monitoring.stories import StoryRecorded, Teller, Tone
from leefwijk.events.store.memory import MemoryStore
from leefwijk.events.store.records import Append, Commit, DocumentRow, EventRow, StoredEvent

AREA = "WK010601@2020"
MUNICIPALITIES = ("GM0106",)
CHAMBER_NUMBER = "04016206"
PROPOSAL = ProposeInitiative(
    title="Koffiehoek in de hal van de flat",
    area=AREA,
    themes=(Theme.MEETING, Theme.LIVING_TOGETHER),
    taker=Taker.RESIDENTS,
    collective_benefit="Iedereen van het portiek is welkom, elke woensdag",
)

Wanted = tuple[str, bytes, bytes, Headers]
"""Topic, key, value and headers of a record."""


class _Watched(MemoryStore):
    last: Commit | None = None

    async def commit(self, commit: Commit) -> None:
        self.last = commit
        await super().commit(commit)


async def proposal() -> Append:
    """The append of one proposed initiative, decided and folded by the real code."""

    async def knows(*_: Any) -> tuple[KnownArea]:
        return (KnownArea(AREA, "Lariks", MUNICIPALITIES),)

    store = _Watched()
    handler = Handler(store, published_language())
    caller = Caller(correlation=str(uuid4()))
    await handler.execute(PROPOSAL, caller=caller, knows=knows, create=True)
    if store.last is None:
        raise LookupError("nothing was recorded")
    return store.last.appends[0]


def minimal(append: Append) -> Append:
    """The same events with the least document that the store keeps."""
    return replace(append, document=DocumentRow(append.document.kind, 1, "{}"))


def anew(append: Append) -> Commit:
    """The same append for a stream that does not exist yet."""
    event = append.events[0]
    row = EventRow(uuid4(), event.type, event.data, event.metadata, event.recorded_at)
    stream = f"initiatives-{row.id}"
    return Commit((Append(stream, 0, (row,), append.document),))


_FACTS: tuple[Event, ...] = (
    InitiativeProposed(
        title=PROPOSAL.title,
        area=AREA,
        municipalities=MUNICIPALITIES,
        themes=PROPOSAL.themes,
        taker=PROPOSAL.taker,
        collective_benefit=PROPOSAL.collective_benefit,
        on=datetime(2026, 4, 20, tzinfo=UTC).date(),
    ),
    CorporationRoleAgreed(role=CorporationRole.NONE),
    InitiativeStarted(
        title=PROPOSAL.title,
        area=AREA,
        themes=PROPOSAL.themes,
        on=datetime(2026, 4, 21, tzinfo=UTC).date(),
    ),
)
_STORY = StoryRecorded(
    area=AREA,
    municipalities=MUNICIPALITIES,
    theme=Theme.MEETING,
    tone=Tone.STRENGTH,
    teller=Teller.RESIDENT,
    month=datetime(2026, 4, 1, tzinfo=UTC).date(),
)
_METADATA = {"area": AREA, "municipalities": list(MUNICIPALITIES), "role": "area_manager"}


def history(events: int) -> Iterator[Wanted]:
    """Records of both topics of the read model: of four, three of an initiative and a story."""
    at = datetime(2026, 4, 20, 10, tzinfo=UTC)
    facts = [(event.type, event.to_json()) for event in _FACTS]
    story = (_STORY.type, _STORY.to_json())
    for number in range(events // 4):
        moment = at + timedelta(milliseconds=number)
        initiative, told = f"initiatives-{uuid4()}", f"stories-{uuid4()}"
        for version, (type_, data) in enumerate(facts, start=1):
            event = _stored(initiative, version, type_, data, moment)
            yield _record("initiatives", event)
            moment += timedelta(milliseconds=1)
        yield _record("monitoring", _stored(told, 1, *story, moment))


def _stored(stream: str, version: int, type_: str, data: str, moment: datetime) -> StoredEvent:
    return StoredEvent(stream, version, 0, UUID(int=uuid4().int), type_, data, _METADATA, moment)


def _record(service: str, event: StoredEvent) -> Wanted:
    headers = platform_headers(event, source_uri(CHAMBER_NUMBER, service))
    topic = f"leefwijk.{service}.events"
    return topic, event.stream_id.encode(), event.data.encode(), headers
