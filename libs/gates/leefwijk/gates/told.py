"""What participation told, folded to what gates ask of it: checks and formal advices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from leefwijk.events.event import Event
from leefwijk.events.language.participation.formal_advices import (
    FormalAdviceAnswered,
    FormalAdviceAsked,
    FormalAdviceReceived,
)
from leefwijk.events.language.participation.involvement_checks import (
    CheckConcluded,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
)
from leefwijk.events.language.participation.ladder import rung
from leefwijk.events.language.participation.trajectories import (
    PromiseBroken,
    PromiseLowered,
    PromiseRaised,
)
from leefwijk.events.language.participation.words import LeadingWish, Level
from leefwijk.gates import advice_terms
from leefwijk.gates.advice import Advice
from leefwijk.gates.involvement import Check, Untold
from leefwijk.gates.line import Freshness

Told = tuple[Event, str]
"""A fact and the id of the event that told it, in the order of its stream."""
Promised = PromiseLowered | PromiseRaised | PromiseBroken
_Promised = (PromiseLowered, PromiseRaised, PromiseBroken)


CHECK_FACTS: tuple[type[Event], ...] = (
    CheckConcluded,
    CheckWithdrawn,
    ConclusionDoubted,
    ExplanationTold,
    PromiseLowered,
    PromiseRaised,
    PromiseBroken,
)
"""What is kept to know checks by; those on promises come from the trajectories that carry them."""
_CHECKS = f"{CheckConcluded.aggregate}-"


def check_found_by(event: Event) -> list[str]:
    """What a fact on a check is found by: where people were asked, or the check's own stream."""
    if isinstance(event, CheckConcluded):
        return [event.area, *event.asked_in, *([event.complex] if event.complex else [])]
    if isinstance(event, _Promised):
        return [f"{_CHECKS}{event.check}"]
    return []


def checks_told(streams: Iterable[tuple[str, Iterable[Told]]]) -> tuple[Check, ...]:
    """The checks among these streams, with what the others say of their promises."""
    of_checks: dict[str, list[Told]] = {}
    changed: defaultdict[str, list[Told]] = defaultdict(list)
    for stream, facts in streams:
        if stream.startswith(_CHECKS):
            of_checks[stream.removeprefix(_CHECKS)] = list(facts)
            continue
        for event, id_ in facts:
            if isinstance(event, _Promised):
                changed[event.check].append((event, id_))
    found = (check_told(id_, facts, changed[id_]) for id_, facts in of_checks.items())
    return tuple(check for check in found if check is not None)


def check_told(check_id: str, facts: Iterable[Told], changed: Iterable[Told] = ()) -> Check | None:
    """A check as its facts say; none while nothing was concluded.

    `changed` are facts on its promises after it was concluded. One that was lowered, and told to
    the group, is told with that; one that was raised to the wish needs no telling any more.
    """
    check: Check | None = None
    for event, id_ in facts:
        if isinstance(event, CheckConcluded):
            check = _concluded(check_id, event, id_)
            wishes = {group.group.value: group.leading_wish for group in event.groups}
            for later, later_id in changed:
                if isinstance(later, _Promised) and later.on >= event.on:
                    check = _changed(check, later, later_id, wishes.get(later.group.value))
        elif check is not None and type(event) in _AFTER:
            check = _AFTER[type(event)](check, event, id_)
    return check


def _concluded(check_id: str, event: CheckConcluded, id_: str) -> Check:
    asked_in = (event.complex,) if event.complex else event.asked_in
    return Check(
        check_id,
        tuple(theme.value for theme in event.themes),
        frozenset(asked_in),
        event.last_asked,
        event.valid_until,
        (id_,),
        untold=tuple(
            Untold(group.group.value, group.share_above, group.promise.value)
            for group in event.groups
            if group.below_wish and group.told_on is None
        ),
        remark="; ".join(_remarks(event)) or None,
        supersedes=event.supersedes,
    )


def _remarks(event: CheckConcluded) -> Iterator[str]:
    """What must be said with it; wishes block nothing, "not now" is an answer (MON-35)."""
    if event.nobody_answered:
        yield "asked twice, no answer"
    for group in event.groups:
        if group.leading_wish is LeadingWish.NONE:
            yield f"what {group.group.value.replace('_', ' ')} wish: not now"


def _changed(check: Check, event: Promised, id_: str, wish: LeadingWish | None) -> Check:
    if isinstance(event, PromiseLowered):
        return _explained(check, event, id_)
    group = event.group.value
    if isinstance(event, PromiseBroken):
        said = f"what {group.replace('_', ' ')} decided is not carried out"
        remark = f"{check.remark}; {said}" if check.remark else said
        return replace(check, remark=remark, evidence=(*check.evidence, id_))
    if wish is None or wish.value not in set(Level) or rung(event.to) < rung(Level(wish.value)):
        untold = tuple(
            replace(one, share_above=None, promise=event.to.value) if one.group == group else one
            for one in check.untold
        )
        return replace(check, untold=untold)
    return _explained(check, event, id_)


def _explained(
    check: Check, event: ExplanationTold | PromiseLowered | PromiseRaised, id_: str
) -> Check:
    """One group was told; another group is not by that."""
    left = tuple(one for one in check.untold if one.group != event.group.value)
    if left == check.untold:
        return check
    return replace(check, untold=left, evidence=(*check.evidence, id_))


def _doubted(check: Check, event: ConclusionDoubted, id_: str) -> Check:
    return replace(check, doubted=event.on, more_evidence=(*check.more_evidence, id_))


def _withdrawn(check: Check, event: CheckWithdrawn, id_: str) -> Check:
    return replace(check, withdrawn=event.on, more_evidence=(*check.more_evidence, id_))


_AFTER: dict[type[Event], Callable[[Check, Any, str], Check]] = {
    ExplanationTold: _explained,
    ConclusionDoubted: _doubted,
    CheckWithdrawn: _withdrawn,
}


def advice_told(streams: Iterable[Iterable[Told]], *, due: bool, fresh: Freshness) -> Advice:
    """How far the advices on one thing are: settled when every one of them is (PAR-27)."""
    each = [_one_advice(facts) for facts in streams]
    asked = [one for one in each if one.asked is not None]
    if not asked:
        return Advice(due=due, fresh=fresh)
    days = [one.settled_from for one in asked]
    settled = None if None in days else max(day for day in days if day is not None)
    return Advice(
        due=due,
        asked=min(one.asked for one in asked if one.asked is not None),
        settled_from=settled,
        stands="; ".join(one.stands for one in asked),
        evidence=tuple(id_ for one in asked for id_ in one.evidence),
        fresh=fresh,
    )


def _one_advice(facts: Iterable[Told]) -> Advice:
    asked: FormalAdviceAsked | None = None
    received: FormalAdviceReceived | None = None
    effect: date | None = None
    evidence: list[str] = []
    for event, id_ in facts:
        evidence.append(id_)
        if isinstance(event, FormalAdviceAsked):
            asked = event
        elif isinstance(event, FormalAdviceReceived):
            received = event
        elif isinstance(event, FormalAdviceAnswered):
            effect = event.effect_from
    if asked is None:
        return Advice()
    says = received.advice if received else None
    on = received.on if received else None
    return Advice(
        due=True,
        asked=asked.on,
        settled_from=advice_terms.settled_from(asked.advise_by, says, on, effect),
        stands=advice_terms.stands(asked.informed_on, asked.advise_by, says, on, effect),
        evidence=tuple(evidence),
    )
