"""Composing the effort status of an area from its rows: pure. Each part has a module in `status`.

A part that the reader may not see is none and named in `withheld`; a part that is seen and of which
nothing is known says so in `knowledge`, so that what is unknown never reads as good or as nought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from projections.answers import EffortStatus
from projections.snapshot import Said
from projections.status import (
    advice,
    agreements,
    base,
    efforts,
    gates,
    greening,
    initiatives,
    involvement,
    levels,
    roles,
    social_base,
    support,
    telling,
    trajectories,
)
from projections.status.common import Asked, Beside, Found, Origin, knowledge_of
from projections.status.levels import level_of

__all__ = ["KINDS", "PARTS", "Asked", "Beside", "compose", "level_of", "municipalities_of"]

PARTS: Mapping[str, Origin] = {
    "level": levels.ORIGIN,
    "counts": telling.COUNTED,
    "stories": telling.TOLD,
    "base": base.ORIGIN,
    "socialBase": social_base.ORIGIN,
    "involvement": involvement.ORIGIN,
    "trajectories": trajectories.ORIGIN,
    "agreements": agreements.ORIGIN,
    "formalAdvice": advice.ORIGIN,
    "initiatives": initiatives.ORIGIN,
    "money": support.ORIGIN,
    "gates": gates.ORIGIN,
    "greening": greening.ORIGIN,
    "areaRoles": roles.ORIGIN,
    "effortSpent": efforts.ORIGIN,
}
"""The parts of the answer, with the rows that each rests on."""
KINDS = ("area", *dict.fromkeys(kind for origin in PARTS.values() for kind in origin.kinds))
"""Rows that are read for an answer."""


def compose(
    asked: Asked,
    rows: Sequence[Said],
    inherited: Sequence[Said],
    indicators: Mapping[str, Mapping[str, Any]],
    held: Mapping[str, str],
    beside: Beside,
) -> EffortStatus:
    """The status: `rows` are of the area and what lies in it.

    `inherited` are levels of what it lies in, those of the nearest first, and those areas.
    """
    by_kind: dict[str, list[Said]] = {kind: [] for kind in KINDS}
    for row in rows:
        by_kind[row.kind].append(row)
    above = [row for row in inherited if row.kind == "level"]
    found = Found(asked, by_kind, held, beside, above)
    own = next((row for row in by_kind["area"] if row.area == asked.area), None)
    stories = telling.stories_of(telling.told_of(found), asked)
    lines = initiatives.initiatives_of(found)
    social = social_base.social_base_of(found)
    inside: dict[str, Any] = {
        "base": base.base_of(found),
        "gates": gates.gates_of(found),
        "effort_spent": efforts.efforts_of(found),
    }
    money = support.money_of(found)
    withheld = [] if asked.internal else [to_camel(name) for name in inside]
    if not asked.discusses:
        withheld += ["formalAdvice", "money"]
    return EffortStatus(
        area=asked.area,
        name=own.body["name"] if own else None,
        name_known=own is not None and own.body["name"] is not None,
        kind=own.body["kind"] if own else None,
        municipalities=municipalities_of(rows, asked.area),
        as_of=asked.as_of,
        known_at=asked.known_at,
        level=level_of(
            [row for row in by_kind["level"] if row.area == asked.area],
            inherited,
            asked,
            beside.shared,
        ),
        counts=telling.counts_of(
            [row for row in by_kind["figures"] if row.area == asked.area], indicators, asked
        ),
        stories=stories,
        strengths_and_concerns=social_base.StrengthsAndConcerns(
            assets=sum(one.assets for one in social.by_kind),
            self_reliant_initiatives=initiatives.self_reliant(lines),
            strength_stories=stories.strengths,
            concern_stories=stories.concerns,
        ),
        social_base=social,
        involvement=involvement.involvement_of(found),
        trajectories=trajectories.trajectories_of(found),
        agreements=agreements.agreements_of(found),
        formal_advice=advice.advice_of(found) if asked.discusses else None,
        initiatives=lines,
        initiatives_running=sum(1 for line in lines if line.status in initiatives.RUNNING),
        initiatives_by_role=initiatives.by_role(lines),
        money=money,
        greening=greening.greening_of(found),
        area_roles=roles.roles_of(found),
        **(inside if asked.internal else {}),
        withheld=sorted(withheld),
        knowledge={
            part: knowledge_of(found, origin)
            for part, origin in PARTS.items()
            if part not in withheld
        },
        held=[
            f"{stream}: {reason}" if asked.internal else reason
            for stream, reason in sorted(held.items())
        ],
    )


def municipalities_of(rows: Sequence[Said], area: str) -> list[str]:
    """What facts about the area say of them, also where its own have not arrived yet."""
    return sorted({code for row in rows if row.area == area for code in row.municipalities})
