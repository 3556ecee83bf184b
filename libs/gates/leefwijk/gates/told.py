"""What participation told, folded to what gates ask of it: checks and formal advices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from leefwijk.events.language.participation.trajectories import PromiseLowered
from leefwijk.gates import advice_terms
from leefwijk.gates.advice import Advice
from leefwijk.gates.involvement import Check, Untold
from leefwijk.gates.line import Freshness

Told = tuple[Event, str]
"""A fact and the id of the event that told it, in the order of its stream."""


def check_told(
    check_id: str, facts: Iterable[Told], lowered: Iterable[tuple[PromiseLowered, str]] = ()
) -> Check | None:
    """A check as its facts say; none while nothing was concluded.

    A promise that was `lowered` afterwards, and told to the group, is told with that.
    """
    check: Check | None = None
    for event, id_ in facts:
        if isinstance(event, CheckConcluded):
            check = _concluded(check_id, event, id_)
            for down, down_id in lowered:
                if down.on >= event.on:
                    check = _explained(check, down, down_id)
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
        remark="asked twice, no answer" if event.nobody_answered else None,
        supersedes=event.supersedes,
    )


def _explained(check: Check, event: ExplanationTold | PromiseLowered, id_: str) -> Check:
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
