"""Whether a polygon is a real place in the Netherlands, in CRS84: longitude before latitude.

The self-intersection test finds every proper crossing of two edges of one ring. A ring that only
touches itself, holes that leave their polygon and polygons that overlap each other are not looked
for: the sources publish none, and a map drawn with them still shows the right place.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, TypeAlias

from monitoring.importing.rows import Reason, RowFault

Position: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

NETHERLANDS: Final[Box] = (3.0, 50.5, 7.5, 53.8)
"""European part, with room around it."""
SMALLEST_RING: Final = 4
LARGEST_DEGREE: Final = 180
_EXACT: Final = 10_000_000
"""Degrees as whole numbers of about a centimetre: crossings are then decided without rounding."""


def check_geometry(geometry: Any) -> Box:
    """The box around a Polygon or MultiPolygon whose rings are sound; a `RowFault` otherwise."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    polygons: Any = [coordinates] if kind == "Polygon" else coordinates
    if kind not in {"Polygon", "MultiPolygon"} or not _filled(polygons):
        raise _fault(Reason.BOUNDARY_NOT_CLOSED, "The feature holds no polygon.")
    positions: list[Position] = []
    for polygon in polygons:
        if not _filled(polygon):
            raise _fault(Reason.BOUNDARY_NOT_CLOSED, "The feature holds an empty polygon.")
        for ring in polygon:
            positions.extend(_sound_ring(ring))
    longitudes = [longitude for longitude, _ in positions]
    latitudes = [latitude for _, latitude in positions]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _filled(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _sound_ring(ring: Any) -> list[Position]:
    positions = [_position(position) for position in ring] if isinstance(ring, list) else []
    if len(positions) < SMALLEST_RING or positions[0] != positions[-1]:
        raise _fault(
            Reason.BOUNDARY_NOT_CLOSED, "The last point of a ring must be equal to its first."
        )
    if crosses_itself(positions):
        raise _fault(Reason.BOUNDARY_SELF_INTERSECTS, "A ring crosses itself.")
    if not encloses_something(positions):
        raise _fault(Reason.BOUNDARY_SELF_INTERSECTS, "A ring goes to and fro on one line.")
    return positions


def _position(position: Any) -> Position:
    numbers = position[:2] if isinstance(position, list) else []
    if len(numbers) < len(("longitude", "latitude")) or not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    ):
        raise _fault(Reason.BOUNDARY_NOT_CRS84, "A point is no longitude and latitude.")
    longitude, latitude = numbers
    west, south, east, north = NETHERLANDS
    if west <= longitude <= east and south <= latitude <= north:
        return float(longitude), float(latitude)
    if west <= latitude <= east and south <= longitude <= north:
        raise _fault(Reason.BOUNDARY_NOT_CRS84, "Longitude and latitude seem swapped.")
    if max(abs(longitude), abs(latitude)) > LARGEST_DEGREE:
        raise _fault(Reason.BOUNDARY_NOT_CRS84, "These look like RD coordinates.")
    raise _fault(Reason.BOUNDARY_NOT_CRS84, "A point lies outside the Netherlands.")


def _fault(reason: Reason, sentence: str) -> RowFault:
    return RowFault(reason, sentence, "geometry", "")


_Edge: TypeAlias = tuple[int, int, int, int]


def _exact(ring: list[Position]) -> list[tuple[int, int]]:
    return [(round(x * _EXACT), round(y * _EXACT)) for x, y in ring]


def encloses_something(ring: list[Position]) -> bool:
    """Whether a closed ring has a surface: a line to and fro has none."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(_exact(ring))) != 0


def crosses_itself(ring: list[Position]) -> bool:
    """Whether two edges of a closed ring properly cross."""
    points = _exact(ring)
    edges: list[_Edge] = sorted(
        (*min(one, other), *max(one, other)) for one, other in pairwise(points)
    )
    # sorted by their western end, an edge can only meet those that begin before it ends
    active: list[_Edge] = []
    for edge in edges:
        active = [earlier for earlier in active if earlier[2] >= edge[0]]
        if any(_cross(edge, earlier) for earlier in active):
            return True
        active.append(edge)
    return False


def _cross(one: _Edge, other: _Edge) -> bool:
    return _apart(one, other) and _apart(other, one)


def _apart(line: _Edge, edge: _Edge) -> bool:
    """Whether the ends of the edge lie strictly on two sides of the line."""
    x, y, dx, dy = line[0], line[1], line[2] - line[0], line[3] - line[1]
    first = dx * (edge[1] - y) - dy * (edge[0] - x)
    second = dx * (edge[3] - y) - dy * (edge[2] - x)
    return (first > 0 > second) or (first < 0 < second)
