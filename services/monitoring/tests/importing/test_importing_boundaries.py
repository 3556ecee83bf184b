"""Boundaries: sound rings, in the Netherlands, one per area."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitoring.importing import (
    BoundariesMapping,
    ImportRefused,
    KnownAreas,
    Outcome,
    builtin_mappings,
    import_boundaries,
)
from monitoring.importing.geometry import crosses_itself
from monitoring.importing.rows import Reason

KNOWN = KnownAreas({2022: {"WK010601", "WK010602"}})
SQUARE = [[6.55, 52.99], [6.56, 52.99], [6.56, 53.0], [6.55, 53.0], [6.55, 52.99]]


def polygon(*rings: Any) -> dict[str, Any]:
    """A GeoJSON polygon."""
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(geometry: Any, code: Any = "WK010601") -> dict[str, Any]:
    """A GeoJSON feature of an area."""
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def boundaries(*features: Any) -> Outcome:
    """What these features come to."""
    mapping = builtin_mappings()["wijkgrenzen-2022"]
    assert isinstance(mapping, BoundariesMapping)
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return import_boundaries(content, mapping, 2022, KNOWN)


@pytest.mark.parametrize(
    ("ring", "reason", "sentence"),
    [
        (
            [[6.55, 53.0], [6.56, 52.99], [6.55, 52.99], [6.56, 53.0], [6.55, 53.0]],
            Reason.BOUNDARY_SELF_INTERSECTS,
            "crosses itself",
        ),
        (SQUARE[:-1], Reason.BOUNDARY_NOT_CLOSED, "must be equal to its first"),
        ([[6.55, 52.99]] * 3, Reason.BOUNDARY_NOT_CLOSED, "must be equal to its first"),
        (
            [[6.5, 52.9], [6.6, 52.9], [6.5, 52.9], [6.5, 52.9]],
            Reason.BOUNDARY_SELF_INTERSECTS,
            "to and fro",
        ),
        (
            [[233000, 557000], [234000, 557000], [234000, 558000], [233000, 557000]],
            Reason.BOUNDARY_NOT_CRS84,
            "look like RD coordinates",
        ),
        (
            [[y, x] for x, y in SQUARE],
            Reason.BOUNDARY_NOT_CRS84,
            "Longitude and latitude seem swapped",
        ),
        (
            [[x - 5, y] for x, y in SQUARE],
            Reason.BOUNDARY_NOT_CRS84,
            "outside the Netherlands",
        ),
        ([["6.5", 52.9]] * 4, Reason.BOUNDARY_NOT_CRS84, "no longitude and latitude"),
        ([[6.5], [True, 52.9]], Reason.BOUNDARY_NOT_CRS84, "no longitude and latitude"),
        ("ring", Reason.BOUNDARY_NOT_CLOSED, "must be equal to its first"),
    ],
)
def test_unsound_rings(ring: Any, reason: Reason, sentence: str) -> None:
    """A ring that crosses itself, stays open or lies elsewhere makes its feature bad."""
    outcome = boundaries(feature(polygon(ring)), feature(polygon(SQUARE), "WK010602"))
    [bad] = outcome.report.bad_rows
    assert (bad.line, bad.reason, bad.area_code) == (1, reason, "WK010601")
    assert sentence in bad.sentence
    assert [one.area_code for one in outcome.boundaries] == ["WK010602"]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        "polygon",
        {"type": "Point", "coordinates": [6.5, 52.9]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon"},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [5]},
    ],
)
def test_what_is_no_polygon(geometry: Any) -> None:
    """A feature without a polygon is bad, and named."""
    [bad] = boundaries(feature(geometry)).report.bad_rows
    assert bad.reason is Reason.BOUNDARY_NOT_CLOSED


def test_one_boundary_per_area() -> None:
    """The first boundary of an area stands; a bad one does not count as the first."""
    outcome = boundaries(
        feature(polygon(SQUARE[:-1])), feature(polygon(SQUARE)), feature(polygon(SQUARE))
    )
    assert [one.number for one in outcome.boundaries] == [2]
    assert [(row.line, row.reason) for row in outcome.report.bad_rows] == [
        (1, Reason.BOUNDARY_NOT_CLOSED),
        (3, Reason.DUPLICATE_AREA),
    ]


@pytest.mark.parametrize("code", [None, 5, "", "WK0106", {"a": 1}])
def test_features_without_a_code(code: Any) -> None:
    """A feature without an area code is bad."""
    [bad] = boundaries(feature(polygon(SQUARE), code)).report.bad_rows
    assert bad.reason is Reason.MALFORMED_AREA_CODE


def test_features_that_are_none() -> None:
    """Whatever stands among the features, the others are read."""
    outcome = boundaries(None, 5, {}, {"properties": []}, feature(polygon(SQUARE)))
    assert (outcome.report.good, outcome.report.bad) == (1, 4)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": []}',
        b'{"type": "Feature", "features": [1]}',
        b'{"type": "FeatureCollection", "features": [NaN]}',
        b"[" * 100_000,
    ],
)
def test_files_that_are_no_boundaries(content: bytes) -> None:
    """A file that is no GeoJSON collection is refused as a whole."""
    mapping = builtin_mappings()["wijkgrenzen-2022"]
    assert isinstance(mapping, BoundariesMapping)
    with pytest.raises(ImportRefused) as refused:
        import_boundaries(content, mapping, 2022, KNOWN)
    assert refused.value.code == "file-does-not-match-mapping"


def test_touching_is_not_crossing() -> None:
    """Edges that share a point or lie beside each other do not cross; a late loop does."""
    comb = [(6.0 + i / 100, 52.0 + (i % 2) / 10) for i in range(100)]
    ring = [*comb, (7.0, 51.5), (6.0, 51.5), comb[0]]
    assert not crosses_itself(ring)
    looped = [*comb, (7.0, 52.05), (6.0, 52.04), comb[0]]
    assert crosses_itself(looped)
