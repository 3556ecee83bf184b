"""Wishes of a panel as they are kept: counted when somebody looks, never in a row of their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from leefwijk.events.clock import day_of
from leefwijk.events.decider import Context, refuse
from leefwijk.events.language.participation.ladder import Answers, NotNowReason, ReasonCount, Wish
from leefwijk.events.language.participation.wish_tallies import shown_tally
from leefwijk.events.language.participation.words import Group
from leefwijk.service.context import ServiceContext
from participation.domain.panel_asking import KnownTally
from participation.domain.panel_wish import PanelWish
from participation.domain.places import KnownPlaces
from participation.domain.wish_panel import PanelStatus, WishPanel
from participation.domain.wish_panel_steps import Counted
from participation.knowledge.areas import within

_OF_PANEL = "kind = 'wishes' and facets @> array[cast(:panel as text)]"
_FRESH = "shape = :shape and not stale"
_WISHES = text(f"""
select state->>'group' as group, state->>'wish' as wish, count(*) as people from documents
where {_OF_PANEL} and {_FRESH} group by 1, 2
""")
_REASONS = text(f"""
select state->>'group' as group, reason, count(*) as people
from documents, jsonb_array_elements_text(state->'reasons') as reason
where {_OF_PANEL} and {_FRESH} group by 1, 2
""")
_OTHERS = text(f"select stream_id from documents where {_OF_PANEL} and not ({_FRESH})")
_ANSWERS = text(f"select count(*) from documents where {_OF_PANEL}")


async def counted(
    service: ServiceContext, _command: Any, panel: WishPanel, context: Context
) -> tuple[Counted]:
    """The tally of a panel that is due; nothing is counted for one that is not."""
    if panel.status is not PanelStatus.OPEN:
        return (Counted({}, {}),)
    return (await count_wishes(service, context.stream),)


async def count_wishes(service: ServiceContext, panel: str) -> Counted:
    """All wishes of a panel, by group; what other folding code kept is folded anew."""
    asked = {"panel": f"panel:{panel}", "shape": PanelWish.shape}
    async with service.reading.connect() as connection:
        wishes = (await connection.execute(_WISHES, asked)).all()
        reasons = (await connection.execute(_REASONS, asked)).all()
        others = (await connection.execute(_OTHERS, asked)).scalars().all()
    by_wish = Counter({(Group(row.group), Wish(row.wish)): int(row.people) for row in wishes})
    by_reason = Counter(
        {(Group(row.group), NotNowReason(row.reason)): int(row.people) for row in reasons}
    )
    for stream in others:
        voice = (await service.handler.load(PanelWish, stream.removeprefix("wishes-"))).state
        if voice.group is not None and voice.wish is not None:
            by_wish[voice.group, voice.wish] += 1
            by_reason.update((voice.group, reason) for reason in voice.reasons)
    return Counted(_answers(by_wish.items()), _reasons(by_reason.items()))


def _answers(found: Iterable[tuple[tuple[Group, Wish], int]]) -> dict[Group, Answers]:
    counts: defaultdict[Group, dict[str, int]] = defaultdict(dict)
    for (group, wish), people in found:
        counts[group][wish.value] = people
    return {group: Answers(**by_wish) for group, by_wish in counts.items()}


def _reasons(
    found: Iterable[tuple[tuple[Group, NotNowReason], int]],
) -> dict[Group, tuple[ReasonCount, ...]]:
    counts: defaultdict[Group, list[ReasonCount]] = defaultdict(list)
    for (group, reason), people in sorted(found):
        counts[group].append(ReasonCount(reason=reason, people=people))
    return {group: tuple(reasons) for group, reasons in counts.items()}


async def known_tally(
    service: ServiceContext, command: Any, _state: Any, _context: Context
) -> tuple[KnownTally, KnownPlaces]:
    """The panel that a check counts, as it closed. Refuses `no-such-panel`."""
    loaded = await service.handler.load(WishPanel, command.panel)
    panel = loaded.state
    if not loaded.version:
        refuse("no-such-panel", "There is no such panel.")
    places = KnownPlaces(await within(service, [panel.area]))
    known = KnownTally(panel.area, panel.complex, frozenset(panel.themes), panel.check)
    if panel.status is not PanelStatus.CLOSED or panel.closes_at is None:
        return known, places
    shown = shown_tally(panel.tally).groups
    closed = replace(
        known,
        closed_on=day_of(panel.closes_at),
        tally=panel.tally,
        shown=frozenset(one.group for one in shown if one.answers is not None),
        voided=frozenset(one.group for one in panel.tally if panel.voided(one.group)),
    )
    return closed, places


async def count_answers(service: ServiceContext, panel: str) -> int:
    """How many voices spoke so far, all groups together."""
    async with service.reading.connect() as connection:
        return int((await connection.execute(_ANSWERS, {"panel": f"panel:{panel}"})).scalar_one())
