"""The social base of an area: what is strong there already, without saying whose it is; pure.

A talent belongs to somebody. Organisations are named as such; how many people bring something in is
shown from k on only, and not where it could be worked out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from leefwijk.events.language.initiatives.assets import AssetKind, HolderKind, OpenTo
from leefwijk.events.small_counts import NOT_SHOWN, shown_counts
from leefwijk.service.reads import Resource
from projections.folds.assets import KIND
from projections.places import Place
from projections.snapshot import Said
from projections.status.common import Asked, Evidence, evidence
from projections.status.social_base import LABELS_NL, NETWORKS, PLACES, AssetKindCount

KINDS = (KIND,)
Shown = int | Literal["not_shown"]


class Strength(Resource):
    """Something that is there, or that somebody can do."""

    id: str
    kind: str
    label: str
    area: str
    organisation: str | None
    """The organisation that holds it; none: people do, or it is a talent."""
    open_to: str
    themes: list[str]
    since: date | None


class Holders(Resource):
    """How many talents organisations and people bring in; small numbers are not shown."""

    organisations: Shown
    people: Shown


class SocialBaseOfArea(Resource):
    """Assets, networks and places of an area and of all that lies in it."""

    area: str
    name: str | None
    kind: str | None
    municipalities: list[str]
    as_of: date
    known_at: datetime | None
    built_through: datetime | None = None
    """Recording time of the newest event in the read model."""
    by_kind: list[AssetKindCount]
    """All six kinds; nought says that none is known."""
    places: list[Strength]
    """Meeting places and facilities."""
    networks: list[Strength]
    """Networks and collaborations."""
    others: list[Strength]
    """Talents and activities."""
    around: list[Strength]
    """What is meant for a larger area, and is open to everyone here too; counted there."""
    talents_held_by: Holders
    evidence: Evidence
    held: list[str]
    """Streams of which an event is missing or faulty: what they say is behind."""

    def strengths(self) -> list[Strength]:
        """Everything that lies in the area."""
        return [*self.places, *self.networks, *self.others]


def compose(
    asked: Asked, place: Place, rows: Sequence[Said], held: Mapping[str, str]
) -> SocialBaseOfArea:
    """The social base on a day; `rows` are of what lies inside, above and is shared."""
    there = [row for row in rows if row.kind in KINDS and row.holds_on(asked.as_of)]
    inside = set(place.inside)
    here = [row for row in there if row.area in inside]
    own = place.own
    counts = Counter(row.body["kind"] for row in here)
    codes = {code for row in here for code in row.municipalities}
    return SocialBaseOfArea(
        area=asked.area,
        name=own.body["name"] if own else None,
        kind=own.body["kind"] if own else None,
        municipalities=list(own.municipalities) if own else sorted(codes),
        as_of=asked.as_of,
        known_at=asked.known_at,
        by_kind=[
            AssetKindCount(kind=kind.value, label_nl=LABELS_NL[kind], assets=counts[kind.value])
            for kind in AssetKind
        ],
        places=_strengths(row for row in here if row.body["kind"] in PLACES),
        networks=_strengths(row for row in here if row.body["kind"] in NETWORKS),
        others=_strengths(row for row in here if row.body["kind"] not in PLACES | NETWORKS),
        around=_strengths(
            row for row in there if row.area not in inside and row.body["openTo"] == OpenTo.EVERYONE
        ),
        talents_held_by=_holders(row for row in here if row.body["kind"] == AssetKind.TALENT),
        evidence=evidence(here, asked.area),
        held=[
            f"{stream}: {reason}" if asked.internal else reason
            for stream, reason in sorted(held.items())
        ],
    )


def _holders(talents: Iterable[Said]) -> Holders:
    counts = Counter(row.body["holder"] for row in talents)
    shown = shown_counts({holder.value: counts[holder.value] for holder in HolderKind})
    organisations, people = (shown[holder.value] for holder in HolderKind)
    return Holders(
        organisations=NOT_SHOWN if organisations is None else organisations,
        people=NOT_SHOWN if people is None else people,
    )


def _strengths(rows: Iterable[Said]) -> list[Strength]:
    """Newest last; who holds a talent is said of none, so that nobody stands out."""
    return [
        Strength(
            id=row.key,
            kind=row.body["kind"],
            label=row.body["label"],
            area=row.area or "",
            organisation=(
                None if row.body["kind"] == AssetKind.TALENT else row.body["organisation"]
            ),
            open_to=row.body["openTo"],
            themes=row.body["themes"],
            since=row.valid_from,
        )
        for row in rows
    ]
