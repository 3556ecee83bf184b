"""A check as its readers may see it: inside in counts, outside as far as nobody can be found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from leefwijk.events.handling import Loaded
from leefwijk.events.language.participation.involvement_checks import GroupConclusion
from leefwijk.events.language.participation.ladder import Answers, NotNowReason, OwnRole, Wish
from leefwijk.events.language.participation.words import Group, LeadingWish, Level
from leefwijk.events.small_counts import NOT_SHOWN, SMALLEST, shown_counts
from leefwijk.service.reads import Resource
from participation.api.lists import Figure
from participation.domain.involvement_check import Asking, InvolvementCheck
from participation.domain.places import AgeShares
from participation.domain.reaching import AGES, ages_by_panel, ratios, said_ratio
from participation.domain.wish import leading_wish, percent, shown_wish

UNKNOWN = LeadingWish.UNKNOWN.value
NOT_JUDGED = "not judged: no figures"


class AskingResource(Resource):
    """One time that a group was asked; counts stay inside the corporation.

    Of a digital panel small counts stay hidden inside too, as in the panel itself (PAR-20).
    """

    asking: str
    group: str
    form: str
    on: date
    asked_in: list[str]
    invited: Figure | None
    answers: dict[str, Figure]
    reasons: dict[str, Figure]
    partner: str | None
    panel: str | None
    counted: bool


class GroupResource(Resource):
    """What is known of a group: inside in counts, outside as far as nobody can be found by it."""

    group: str
    answers: Figure | None
    response: str | None
    """Percent of who was invited, or `unknown` where an invitation was open."""
    not_now: str | None
    """Percent of the answers; who did not answer is no part of it (PAR-02)."""
    reach: dict[str, str] | str | None
    """Percent of the ladder that wishes this level or more; `unknown` where nobody answered."""
    ratio: str | None
    """By age: the share among the answers against the one expected; never weighted (PAR-07).

    None where a panel counted of any age (PAR-20).
    """
    leading_wish: str | None
    reasons: dict[str, Figure]
    conclusion: GroupConclusion | None
    told_on: date | None


class LeaningResource(Resource):
    """What leans on a check."""

    initiatives: list[str]
    trajectories: list[str]


class CheckResource(Resource):
    """A check as it stands."""

    id: str
    version: int
    area: str
    complex: str | None
    themes: list[str]
    status: str | None
    superseded_by: str | None = None
    late: bool
    decided_on: date | None
    relates_to: str
    relates_to_id: str | None
    asked_in: list[str]
    groups: list[GroupResource]
    askings: list[AskingResource] | None = None
    role: OwnRole | None
    """What the corporation does in it, as concluded."""
    concluded_on: date | None
    last_asked: date | None
    valid_until: date | None
    doubted_on: date | None
    withdrawn_on: date | None
    remark: str | None
    leaning: LeaningResource | None = None
    """Initiatives whose support rests on its conclusion, and trajectories on it."""


def resource_of(
    id_: str,
    loaded: Loaded[InvolvementCheck],
    *,
    inside: bool,
    shares: AgeShares | None = None,
) -> CheckResource:
    """The check as the reader may see it; with inhabitants by age it says who was hardly heard."""
    check, concluded = loaded.state, loaded.state.conclusion
    by_age = _by_age(check, shares) if inside and shares is not None else {}
    return CheckResource(
        id=id_,
        version=loaded.version,
        area=check.area,
        complex=check.complex,
        themes=list(check.themes),
        status=check.status.value if check.status else None,
        late=check.late,
        decided_on=check.decided_on,
        relates_to=check.relates_to,
        relates_to_id=check.relates_to_id,
        asked_in=list(check.asked_in),
        groups=[_group(check, group, by_age.get(group), inside=inside) for group in check.groups],
        askings=[_asking(asking) for asking in check.askings] if inside else None,
        role=concluded.role if concluded else None,
        concluded_on=concluded.on if concluded else None,
        last_asked=concluded.last_asked if concluded else None,
        valid_until=concluded.valid_until if concluded else None,
        doubted_on=check.doubted,
        withdrawn_on=check.withdrawn,
        remark="asked twice, no answer" if concluded and concluded.nobody_answered else None,
    )


def _by_age(check: InvolvementCheck, shares: AgeShares) -> dict[Group, str]:
    if ages_by_panel(check):
        return {}
    found = ratios(check, shares)
    return {
        group: said_ratio(found[group]) if found is not None and group in found else NOT_JUDGED
        for group in check.groups
        if group in AGES
    }


def _asking(asking: Asking) -> AskingResource:
    return AskingResource(
        asking=asking.asking,
        group=asking.group.value,
        form=asking.form.value,
        on=asking.on,
        asked_in=list(asking.asked_in),
        invited=_invited(asking),
        answers=_shown_answers(asking),
        reasons=_shown_reasons((asking,), inside=True),
        partner=asking.partner,
        panel=asking.panel,
        counted=asking.counted,
    )


def _counts(answers: Answers) -> Mapping[str, int]:
    return {wish.value: getattr(answers, wish.value) for wish in Wish}


def _shown_answers(asking: Asking) -> dict[str, Figure]:
    """The seven counts; of a panel as far as the panel itself shows them."""
    counts = _counts(asking.answers)
    if asking.panel is None:
        return dict(counts)
    if asking.answers_hidden:
        return dict.fromkeys(counts, NOT_SHOWN)
    return {
        name: NOT_SHOWN if count is None else count
        for name, count in shown_counts(counts).parts.items()
    }


def _invited(asking: Asking) -> Figure | None:
    """Who could answer; of a panel not where it tells how few did, or did not."""
    if asking.panel is None or asking.invited is None:
        return asking.invited
    silent = asking.invited - asking.answers.total
    return asking.invited if not asking.answers_hidden and not 0 < silent < SMALLEST else NOT_SHOWN


def _response(askings: tuple[Asking, ...]) -> str:
    """Answers against invitations; unknown where any invitation was open (PAR-02)."""
    invited = [asking.invited for asking in askings]
    if not invited or None in invited or not sum(one or 0 for one in invited):
        return UNKNOWN
    if any(_invited(asking) == NOT_SHOWN for asking in askings):
        return NOT_SHOWN
    answers = sum(asking.answers.total for asking in askings)
    return percent(answers, sum(one or 0 for one in invited))


def _shown_reasons(askings: tuple[Asking, ...], *, inside: bool) -> dict[str, Figure]:
    """Why not now; where small counts are hidden no number of fewer than five, nor of none.

    A sum is not shown to who knows a part of it, nor who had which reason in a panel that does not
    show how many said not now: so many said it at least.
    """
    of_panel = any(asking.panel is not None for asking in askings)
    found: Counter[str] = Counter()
    for asking in askings:
        for count in asking.reasons:
            found[count.reason.value] += count.people
    if not of_panel and (inside or not found):
        return dict(found)
    part_known = of_panel or any(asking.partner is not None for asking in askings)
    untold = len(askings) > 1 and part_known
    untold |= any(_shown_answers(one)[Wish.NOT_NOW.value] == NOT_SHOWN for one in askings)
    return {
        reason.value: NOT_SHOWN if untold or found[reason.value] < SMALLEST else found[reason.value]
        for reason in NotNowReason
    }


def _reach(answers: Answers) -> dict[str, str] | str:
    if not answers.total:
        return UNKNOWN
    if not answers.ladder:
        return {}
    return {level.value: percent(answers.reach(level), answers.ladder) for level in Level}


def _group(
    check: InvolvementCheck, group: Group, ratio: str | None, *, inside: bool
) -> GroupResource:
    askings = check.of_group(group)
    concluded = check.conclusion.of(group) if check.conclusion else None
    answers = check.answers(group)
    of_panel = check.by_panel(group)
    counts = inside and bool(askings)
    # what others said could be taken from a whole that a panel is a part of
    parts = counts and not of_panel
    wish: LeadingWish | None = concluded.leading_wish if concluded else None
    if counts:
        wish = shown_wish(answers) if of_panel else leading_wish(answers)
    shown: Figure | None = answers.total if counts else None
    if counts and any(asking.answers_hidden for asking in askings):
        shown = NOT_SHOWN
    known = counts or concluded is not None
    return GroupResource(
        group=group.value,
        answers=shown,
        response=_response(askings) if counts else None,
        not_now=_share(answers.not_now, answers.total) if parts else None,
        reach=_reach(answers) if parts else None,
        ratio=ratio,
        leading_wish=(wish.value if wish else NOT_SHOWN) if known else None,
        reasons=_shown_reasons(askings, inside=inside) if known else {},
        conclusion=concluded,
        told_on=check.told.get(group.value),
    )


def _share(part: int, whole: int) -> str:
    return percent(part, whole) if whole else UNKNOWN
