"""Lists of the store: whatever is asked, they hold what looking at every document finds."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.events.store import listing
from leefwijk.events.store.listing import NEWEST_FIRST, OLDEST_FIRST, Either, Query, Unless
from leefwijk.events.store.postgres import EventStore
from leefwijk.events.store.records import Commit
from leefwijk.events.testing import notes

AREAS = ("WK010601@2020", "WK010602@2020", "BU01060100@2020")
STATUSES = ("open", "done", None)
COLOURS = ("red", "green", "blue")
TITLES = ("Koffie in de hal", "Moestuin", "Koffieochtend", None)


@dataclass(frozen=True)
class Said:
    """A document as it was written."""

    stream: str
    at: float
    area: str
    status: str | None
    colour: str
    title: str | None

    @property
    def terms(self) -> set[str]:
        """What it can be found by."""
        found = {f"area:{self.area}", f"colour:{self.colour}"}
        return found | ({f"status:{self.status}"} if self.status else set())

    def commit(self) -> Commit:
        """The append that writes it."""
        append = notes.append(
            self.stream,
            0,
            area=self.area,
            status=self.status,
            title=self.title,
            facets=tuple(sorted(self.terms)),
        )
        moment = notes.moment(self.at)
        rows = tuple(replace(row, recorded_at=moment) for row in append.events)
        return Commit((replace(append, events=rows),))


def _matches(said: Said, query: Query) -> bool:
    begins = (query.title or "").lower()
    words = (said.title or "").lower().split()
    return (
        set(query.terms) <= said.terms
        and all(any(_holds(said, one) for one in group) for group in query.any_of)
        and (query.areas is None or said.area in query.areas)
        and (not begins or any(word.startswith(begins) for word in words))
    )


def _holds(said: Said, one: Either) -> bool:
    if isinstance(one, Unless):
        return one.term in said.terms and not said.terms & set(one.others)
    return one in said.terms


ANY_OF = (
    (),
    (("colour:red", "colour:blue"),),
    (("colour:red", Unless("status:open", ("colour:blue", "colour:pink"))),),
    ((Unless("status:done", ("colour:red",)),), ("colour:blue", "colour:green")),
)
QUERIES = [
    Query("notes", terms, any_of, areas, title, sort, limit=3)
    for terms, any_of, areas, title, sort in itertools.product(
        ((), ("status:open",), ("colour:red",), ("status:done", "colour:blue"), ("colour:pink",)),
        ANY_OF,
        (None, AREAS[:1], AREAS[:2], (), ("WK999999@2020",)),
        (None, "koffie", "moe"),
        (NEWEST_FIRST, OLDEST_FIRST),
    )
]


@pytest.mark.parametrize("near", [1, 5, 4_000])
@pytest.mark.parametrize("few_areas", [0, 300])
async def test_every_query_finds_what_looking_at_all_finds(
    near: int, few_areas: int, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages hold every match once, in order, wherever they lie; so does a list read whole.

    The statuses come after each other in time, as in life: what is done lies behind what is open.
    """
    monkeypatch.setattr(listing, "NEAR", near)
    monkeypatch.setattr(listing, "FEW_AREAS", few_areas)
    chance = random.Random(near)  # noqa: S311 - any documents will do
    written = [
        Said(
            f"notes-{place:02d}",
            # two at a time are of one moment: their names put them in order
            place // 2,
            chance.choice(AREAS),
            STATUSES[(place // 8) % 3],
            chance.choice(COLOURS),
            chance.choice(TITLES),
        )
        for place in range(40)
    ]
    store = EventStore(engine, "notes")
    await store.write([said.commit() for said in written])
    other = notes.append("others-1", 0, kind="others", facets=("colour:red",), status="open")
    await store.write([Commit((other,))])
    for query in QUERIES:
        found = [said.stream for said in written if _matches(said, query)]
        expected = found if query.sort == OLDEST_FIRST else found[::-1]
        whole = await listing.members(engine, query)
        assert [one.stream_id for one in whole] == expected, query
        pages: list[str] = []
        asked = query
        while True:
            page = await listing.find(engine, asked)
            pages += [document.stream_id for document in page.documents]
            if page.next is None:
                break
            assert len(page.documents) == query.limit
            asked = replace(asked, after=page.next)
        assert pages == expected, query
    await store.close()


async def test_a_title_that_changes_is_found_by_its_new_words(engine: AsyncEngine) -> None:
    """Words are kept beside the title: the old ones find nothing any more."""
    store = EventStore(engine, "notes")
    await store.write([Commit((notes.append("notes-1", 0, title="Koffiehoek"),))])
    await store.write([Commit((notes.append("notes-1", 1, title="Moestuinen"),))])
    for title, expected in (("koffiehoek", 0), ("moestuin", 1), ("moes", 1)):
        page = await listing.find(engine, Query("notes", title=title))
        assert len(page.documents) == expected, title
    await store.close()
