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
_UNTOLD = "less than half of the share of the answers that was to be expected"


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


def ages_of(check: InvolvementCheck) -> tuple[Group, ...]:
    """The groups by age of a check."""
    return tuple(group for group in check.groups if group in AGES)


def ages_by_panel(check: InvolvementCheck) -> bool:
    """Whether a panel counted of any age: the share of one would tell of the others (PAR-20)."""
    return any(check.by_panel(group) for group in ages_of(check))


def expected_shares(check: InvolvementCheck, shares: AgeShares) -> dict[Group, Fraction] | None:
    """The share of the answers to be expected by age, unrounded; none: no figures of the area."""
    groups = ages_of(check)
    if shares.children is None or any(group.value not in shares.by_group for group in groups):
        return None
    living = {group: Fraction(str(shares.by_group[group.value])) for group in groups}
    every_age = len(groups) == len(AGES)
    # who was not asked gave no answers: then only those who were are compared with each other
    whole = Fraction(100) - Fraction(str(shares.children)) if every_age else sum(living.values())
    return {group: share / whole for group, share in living.items()} if whole else None


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
    if not ages_of(check):
        return None
    found, expected = ratios(check, shares), expected_shares(check, shares)
    if found is None or expected is None:
        return False
    answered_for = {one.group for one in heard if one.planned_form or one.reason}
    total = sum(check.answers(group).total for group in expected)
    hidden = ages_by_panel(check)
    for group, ratio in found.items():
        if ratio < Fraction(1, UNDER_REACHED_PARTS) and group not in answered_for:
            told = _UNTOLD if hidden else _told(check.answers(group).total, total, expected[group])
            faults.add(
                "under-reached-group",
                f"People of {AGES[group]} gave {told}; plan another way to reach them, or say why "
                "not.",
                group=group,
                **({} if hidden else {"ratio": said_ratio(ratio)}),
            )
    return True


def _told(answers: int, total: int, share: Fraction) -> str:
    return (
        f"{percent(answers, total)} % of the answers where "
        f"{percent(share.numerator, share.denominator)} % was to be expected"
    )


def said_ratio(ratio: Fraction) -> str:
    """A ratio with two decimals, rounded half up: `0.24`."""
    value = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
