"""Residents' involvement: asked about this, here, not too long ago, and told what was promised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import DIRECTOR, UNPROVED, At, Freshness, Knowing, Rule, said_day
from leefwijk.gates.place import Place

RULE = Rule(Gate.RESIDENTS_INVOLVEMENT, "own rule of Leefwijk (vision: with residents)", DIRECTOR)

NONE = "no-involvement-check"
EXPIRED = "involvement-check-expired"
OTHER_SUBJECT = "involvement-check-other-subject"
OTHER_AREA = "involvement-check-other-area"
WITHDRAWN = "involvement-check-withdrawn"
IN_DOUBT = "involvement-check-in-doubt"
NOT_TOLD = "promise-below-wish-not-told"


@dataclass(frozen=True)
class Untold:
    """A group whose promise lies below its wish, and which was not told why."""

    group: str
    share_above: str | None = None
    """Percentage that wanted more, as participation said it: `38.0`; none where not shown."""
    promise: str | None = None


@dataclass(frozen=True)
class Check:
    """A concluded involvement check, as participation told of it."""

    check: str
    themes: tuple[str, ...]
    asked_in: frozenset[str]
    """Areas where people were asked; a complex by its own id."""
    last_asked: date | None
    valid_through: date
    evidence: tuple[str, ...]
    withdrawn: date | None = None
    """The day on which it was withdrawn."""
    doubted: date | None = None
    untold: tuple[Untold, ...] = ()
    remark: str | None = None
    """What must be said with it, such as that nobody answered."""
    more_evidence: tuple[str, ...] = ()
    """Facts that put it in question."""
    supersedes: tuple[str, ...] = ()
    """Checks on the same subject whose place it takes where people were asked anew."""


@dataclass(frozen=True)
class Checks:
    """The checks that may say something about a place, with how fresh that knowledge is."""

    found: tuple[Check, ...] = ()
    fresh: Freshness = UNPROVED


def involvement(themes: tuple[str, ...], place: Place, checks: Checks, at: At) -> GateLine:
    """Whether residents were asked about one of the themes in every part of the place.

    Checks are taken from the soundest to the weakest until every part is covered; the weakest that
    was needed says what is wrong. Validity is judged by the calendar, not by a fact of expiry.
    """
    knowing = at.knowing(checks.fresh)
    if not checks.found:
        return RULE.unknown(NONE, "No involvement check for this area is known yet.", knowing)
    fitting = [
        check for check in _newest(checks.found, at.today) if set(themes) & set(check.themes)
    ]
    if not fitting:
        return _other_subject(themes, checks.found, knowing)
    fitting.sort(key=lambda check: (_weakness(check, at.today), -check.valid_through.toordinal()))
    wanted = place.to_cover()
    if place.complex is not None:
        wanted = {place.complex: frozenset({place.complex, *place.nearest})}
    used: list[Check] = []
    left = dict(wanted)
    for check in fitting:
        newly = [part for part, counts in left.items() if counts & check.asked_in]
        if newly:
            used.append(check)
        for part in newly:
            del left[part]
    if not used:
        return _other_area((place.area,) if place.complex else tuple(wanted), fitting, knowing)
    if left:
        return _other_area(tuple(sorted(left)), used, knowing)
    return _judged(used, knowing, at.today)


def _newest(found: tuple[Check, ...], today: date) -> tuple[Check, ...]:
    """The checks, each without the places where a later one took its place (PAR-09).

    Where people were not asked anew the earlier answer still counts, until its own last day.
    """
    anew: dict[str, frozenset[str]] = {}
    for check in found:
        if check.withdrawn is None or check.withdrawn > today:
            for earlier in check.supersedes:
                anew[earlier] = anew.get(earlier, frozenset()) | check.asked_in
    return tuple(
        replace(check, asked_in=check.asked_in - anew.get(check.check, frozenset()))
        for check in found
    )


def _weakness(check: Check, today: date) -> int:
    """0 is sound; then untold, in doubt, expired, withdrawn."""
    if check.withdrawn is not None and check.withdrawn <= today:
        return 4
    if today > check.valid_through:
        return 3
    if check.doubted is not None and check.doubted <= today:
        return 2
    return 1 if check.untold else 0


def _judged(used: list[Check], knowing: Knowing, today: date) -> GateLine:
    weakest = used[-1]
    weakness = _weakness(weakest, today)
    evidence = (*weakest.evidence, *weakest.more_evidence)
    if weakness == 4:  # noqa: PLR2004 - see _weakness
        assert weakest.withdrawn is not None  # noqa: S101 - that is what makes it 4
        return RULE.failed(
            WITHDRAWN,
            f"The check of involvement was withdrawn on {said_day(weakest.withdrawn)}.",
            knowing,
            evidence,
            since=weakest.withdrawn,
            way_on="Ask residents again.",
        )
    if weakness == 3:  # noqa: PLR2004
        return _expired(weakest, knowing)
    if weakness == 2:  # noqa: PLR2004
        return RULE.failed(
            IN_DOUBT,
            "A corrected count puts the conclusion of the check in doubt; conclude it again.",
            knowing,
            evidence,
            since=weakest.doubted,
            way_on="Conclude the check again, with an explanation or a higher promise.",
        )
    if weakness == 1:
        return RULE.failed(
            NOT_TOLD,
            " ".join(_not_told(untold) for untold in weakest.untold),
            knowing,
            evidence,
            way_on="Tell the group why the promise lies below its wish, and record it.",
        )
    through = min(check.valid_through for check in used)
    remarks = "".join(f" ({check.remark})" for check in used if check.remark)
    return RULE.passed(
        f"Residents were asked; valid through {said_day(through)}{remarks}.",
        knowing,
        tuple(id_ for check in used for id_ in check.evidence),
        valid_through=through,
    )


def _expired(check: Check, knowing: Knowing) -> GateLine:
    asked = ""
    if check.last_asked is not None:
        asked = f" Residents were last asked on {said_day(check.last_asked)}; ask again."
    return RULE.failed(
        EXPIRED,
        f"The check of involvement was valid through {said_day(check.valid_through)}.{asked}",
        knowing,
        check.evidence,
        since=check.valid_through + timedelta(days=1),
        way_on="Ask residents again.",
    )


def _not_told(untold: Untold) -> str:
    group = untold.group.replace("_", " ")
    if untold.share_above is None:
        return f"Among the {group} some wanted more than was promised; tell them why first."
    promise = untold.promise or "was promised"
    doing = {"consulted": "consulting", "informed": "informing", "advise": "advising"}
    more = doing.get(promise, promise.replace("_", " "))
    return f"{untold.share_above} % of the {group} wanted more than {more}; tell them why first."


def _other_subject(
    themes: tuple[str, ...], checks: tuple[Check, ...], knowing: Knowing
) -> GateLine:
    asked = sorted({theme for check in checks for theme in check.themes})
    return RULE.failed(
        OTHER_SUBJECT,
        f"Residents were asked about {', '.join(asked)}, not about {', '.join(themes)}.",
        knowing,
        tuple(id_ for check in checks for id_ in check.evidence),
        way_on="Ask residents about this.",
    )


def _other_area(missing: tuple[str, ...], checks: list[Check], knowing: Knowing) -> GateLine:
    return RULE.failed(
        OTHER_AREA,
        f"Residents were not asked in {', '.join(missing)}.",
        knowing,
        tuple(id_ for check in checks for id_ in check.evidence),
        way_on="Ask residents there too.",
    )
