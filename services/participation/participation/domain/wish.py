"""What a group wishes, computed unrounded; and the words for it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from leefwijk.events.language.participation.ladder import Answers, rung
from leefwijk.events.language.participation.words import Group, LeadingWish, Level
from leefwijk.events.small_counts import SMALLEST
from participation.domain.settings import WISH_PARTS

WISHING = {
    Level.INFORMED: "be informed",
    Level.CONSULTED: "be consulted",
    Level.ADVISE: "advise",
    Level.HELP: "help",
    Level.CO_DECIDE: "decide together",
    Level.SELF_MANAGE: "run it themselves",
}
PROMISING = {
    Level.INFORMED: "inform",
    Level.CONSULTED: "consult",
    Level.ADVISE: "let them advise",
    Level.HELP: "let them help",
    Level.CO_DECIDE: "decide together",
    Level.SELF_MANAGE: "let them run it",
}


def said(group: Group) -> str:
    """A group as people say it: `private renters`."""
    return group.value.replace("_", " ")


def leading_wish(answers: Answers) -> LeadingWish:
    """The highest level that a quarter or more of the ladder reaches (PAR-03)."""
    if not answers.total:
        return LeadingWish.UNKNOWN
    for level in reversed(Level):
        if answers.ladder and WISH_PARTS * answers.reach(level) >= answers.ladder:
            return LeadingWish(level.value)
    return LeadingWish.NONE


def wished_level(answers: Answers) -> Level | None:
    """The leading wish where it is a rung of the ladder."""
    wish = leading_wish(answers)
    return None if wish in {LeadingWish.NONE, LeadingWish.UNKNOWN} else Level(wish.value)


def is_below(promise: Level, answers: Answers) -> bool:
    """Whether a promise lies below what the group wishes."""
    wished = wished_level(answers)
    return wished is not None and rung(promise) < rung(wished)


def percent(part: int, whole: int) -> str:
    """A percentage with one decimal, rounded half up: `38.0`."""
    share = Decimal(100 * part) / Decimal(whole)
    return str(share.quantize(Decimal("0.1"), ROUND_HALF_UP))


def shown_wish(answers: Answers) -> LeadingWish | None:
    """The leading wish as partners may read it: none for a group of fewer than five answers."""
    small = 0 < answers.total < SMALLEST
    return None if small else leading_wish(answers)


def shown_share_above(
    promise: Level, answers: Answers, *, by_panel: bool, beside: Level | None = None
) -> str | None:
    """The share that wished more than is promised; not where it tells of fewer than five people.

    That nobody wished as little as is promised would tell of everybody, so it is not shown either.
    What a panel counted has no share: beside the cells that are shown it would give hidden ones.
    `beside` is a promise whose share was told of the same answers: what lies between two shares
    that are told is a number of people as well.
    """
    above = answers.above(promise)
    if by_panel or min(above, answers.ladder - above) < SMALLEST:
        return None
    if beside is not None and not _stands_apart(promise, beside, answers):
        return None
    return percent(above, answers.ladder)


def _stands_apart(promise: Level, beside: Level, answers: Answers) -> bool:
    """Whether five or more lie between a share and the next one that is told from `beside` on."""
    if promise is beside:
        return True
    low, high = sorted((rung(promise), rung(beside)))
    between = list(Level)[low + 1 : high + 1]
    since = 0
    for level in between if rung(beside) == low else reversed(between):
        since = (0 if since >= SMALLEST else since) + answers.at(level)
    return since >= SMALLEST
