"""Whether people were really asked: more than once, not by screen only, and of every age."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from leefwijk.events.decider import Faults
from leefwijk.events.language.participation.involvement_checks import HardlyHeard
from leefwijk.events.language.participation.words import Group
from participation.domain.involvement_check import Asking, InvolvementCheck
from participation.domain.places import AgeShares
from participation.domain.settings import UNDER_REACHED_PARTS
from participation.domain.wish import percent, said

AGES = {
    Group.RESIDENTS_15_24: "15-24",
    Group.RESIDENTS_25_44: "25-44",
    Group.RESIDENTS_45_64: "45-64",
    Group.RESIDENTS_65PLUS: "65+",
}
"""Groups by age, as figures of inhabitants name them."""
_TRIES = 2


def judge_reach(check: InvolvementCheck, faults: Faults) -> None:
    """Refuses `nobody-answered-yet` and `digital-only-asking` (PAR-05, PAR-06)."""
    for group in check.groups:
        askings = check.of_group(group)
        if not check.answers(group).total and not _asked_twice(askings):
            faults.add("nobody-answered-yet", _unanswered(group, askings), group=group)
    people = [one for one in check.counted if one.group is not Group.TENANTS_ORGANISATION]
    if people and all(asking.on_screen for asking in people):
        faults.add(
            "digital-only-asking",
            "Everyone was asked by screen only; add one form without a screen.",
        )


def _unanswered(group: Group, askings: tuple[Asking, ...]) -> str:
    if not askings:
        return f"The {said(group)} were not asked yet."
    forms = sorted({asking.form.value.replace("_", " ") for asking in askings})
    tries = (
        f"one {forms[0]}" if len(askings) == 1 else f"{len(askings)} tries by {', '.join(forms)}"
    )
    return f"Nobody answered {tries}; ask once more in another form on another day."


def _asked_twice(askings: tuple[Asking, ...]) -> bool:
    """Whether there were two tries in different forms on different days."""
    return any(
        one.form is not other.form and one.on != other.on for one in askings for other in askings
    )


def expected_shares(check: InvolvementCheck, shares: AgeShares) -> dict[Group, Fraction] | None:
    """The share of the answers to be expected by age, unrounded; none: no figures of the area."""
    groups = [group for group in check.groups if group in AGES]
    grown = Fraction(100) - Fraction(str(shares.children)) if shares.children is not None else None
    if not grown or any(group.value not in shares.by_group for group in groups):
        return None
    return {group: Fraction(str(shares.by_group[group.value])) / grown for group in groups}


def ratios(check: InvolvementCheck, shares: AgeShares) -> dict[Group, Fraction] | None:
    """The share among answers against the share expected, by age, unrounded; none: not judged.

    Where nobody of an age lives nobody of it is expected, so that age has no ratio.
    """
    expected = expected_shares(check, shares)
    if expected is None:
        return None
    counts = {group: check.answers(group).total for group in expected}
    total = sum(counts.values())
    if not total:
        return None
    return {
        group: Fraction(counts[group], total) / share for group, share in expected.items() if share
    }


def judge_ages(
    check: InvolvementCheck,
    shares: AgeShares,
    heard: tuple[HardlyHeard, ...],
    faults: Faults,
) -> bool | None:
    """Refuses `under-reached-group` (PAR-07); gives whether ages were judged, none: not by age.

    Answers are never weighted up: the ratio only asks for another way to be heard.
    """
    if not any(group in AGES for group in check.groups):
        return None
    found, expected = ratios(check, shares), expected_shares(check, shares)
    if found is None or expected is None:
        return False
    answered_for = {one.group for one in heard if one.planned_form or one.reason}
    total = sum(check.answers(group).total for group in expected)
    for group, ratio in found.items():
        if ratio < Fraction(1, UNDER_REACHED_PARTS) and group not in answered_for:
            share = expected[group]
            faults.add(
                "under-reached-group",
                f"People of {AGES[group]} gave {percent(check.answers(group).total, total)} % of "
                f"the answers where {percent(share.numerator, share.denominator)} % was to be "
                "expected; plan another way to reach them, or say why not.",
                group=group,
                ratio=said_ratio(ratio),
            )
    return True


def said_ratio(ratio: Fraction) -> str:
    """A ratio with two decimals, rounded half up: `0.24`."""
    value = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
