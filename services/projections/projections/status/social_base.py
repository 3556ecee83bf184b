"""The social base: what is strong in an area, and strengths beside concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from leefwijk.events.language.initiatives.assets import AssetKind
from leefwijk.service.reads import Resource
from projections.snapshot import Said
from projections.status.common import Evidence, Found, Origin

ORIGIN = Origin(("asset",), ("assets",), ("initiatives",))
PLACES = frozenset({AssetKind.MEETING_PLACE.value, AssetKind.FACILITY.value})
NETWORKS = frozenset({AssetKind.NETWORK.value, AssetKind.COLLABORATION.value})
LABELS_NL = {
    AssetKind.TALENT: "talent",
    AssetKind.NETWORK: "netwerk",
    AssetKind.MEETING_PLACE: "ontmoetingsplek",
    AssetKind.FACILITY: "voorziening",
    AssetKind.COLLABORATION: "samenwerking",
    AssetKind.ACTIVITY: "activiteit",
}


class Asset(Resource):
    """A strength of the area; to whom it belongs is never said."""

    id: str
    kind: str
    label: str
    area: str
    open_to: str
    themes: list[str]


class AssetKindCount(Resource):
    """How many strengths of one kind are known."""

    kind: str
    label_nl: str
    assets: int


class SocialBase(Resource):
    """What is there already: by kind, and where people can go and join."""

    by_kind: list[AssetKindCount]
    """All six kinds; nought says that none is known, see the age of the knowledge."""
    places: list[Asset]
    """Meeting places and facilities."""
    networks: list[Asset]
    """Networks and collaborations."""
    others: list[Asset]
    """Talents and activities."""
    evidence: Evidence


class StrengthsAndConcerns(Resource):
    """Strengths and concerns, never one without the other."""

    assets: int
    self_reliant_initiatives: int
    """What residents do themselves; it asks nothing of the corporation and counts as a strength."""
    strength_stories: int
    concern_stories: int


def social_base_of(found: Found) -> SocialBase:
    """Strengths that are there on the day."""
    rows = found.holding("asset")
    counts = Counter(row.body["kind"] for row in rows)
    return SocialBase(
        by_kind=[
            AssetKindCount(kind=kind.value, label_nl=LABELS_NL[kind], assets=counts[kind.value])
            for kind in AssetKind
        ],
        places=_assets(rows, PLACES),
        networks=_assets(rows, NETWORKS),
        others=_assets(rows, {kind.value for kind in AssetKind} - PLACES - NETWORKS),
        evidence=found.evidence(rows),
    )


def _assets(rows: Sequence[Said], kinds: frozenset[str] | set[str]) -> list[Asset]:
    return [
        Asset(
            id=row.key,
            kind=row.body["kind"],
            label=row.body["label"],
            area=row.area or "",
            open_to=row.body["openTo"],
            themes=row.body["themes"],
        )
        for row in rows
        if row.body["kind"] in kinds
    ]
