"""Boundaries out of GeoJSON, attached only to areas of their own edition (MON-08)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitoring.importing.codes import KnownAreas, is_code, not_in_edition
from monitoring.importing.geometry import Box, check_geometry
from monitoring.importing.mapping import BoundariesMapping
from monitoring.importing.rows import BadRow, Reason, RowFault, mismatch


@dataclass(frozen=True, slots=True)
class GoodBoundary:
    """A boundary to set."""

    number: int
    """Of the feature in the file, from 1."""
    area_code: str
    edition: int
    geometry: dict[str, Any]
    """GeoJSON Polygon or MultiPolygon, longitude before latitude."""
    box: Box


def read_boundaries(
    content: bytes, mapping: BoundariesMapping, edition: int, known: KnownAreas
) -> Iterator[GoodBoundary | BadRow]:
    """The features one by one; refuses a file that is no GeoJSON FeatureCollection."""
    features = _features(content)
    return _judged(features, mapping, edition, known)


def _features(content: bytes) -> list[Any]:
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise mismatch("The file is no JSON in UTF-8.") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        raise mismatch("The file is no GeoJSON FeatureCollection.")
    if not features:
        raise mismatch("The file holds no features.")
    return features


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _judged(
    features: list[Any], mapping: BoundariesMapping, edition: int, known: KnownAreas
) -> Iterator[GoodBoundary | BadRow]:
    stands: dict[str, int] = {}
    for number, feature in enumerate(features, start=1):
        code = ""
        try:
            code = _code(feature, mapping.code_property)
            _check_area(code, mapping.code_property, edition, known, stands)
            geometry = feature.get("geometry")
            box = check_geometry(geometry)
        except RowFault as fault:
            yield fault.on(number, code)
            continue
        stands[code] = number
        yield GoodBoundary(number, code, edition, geometry, box)


def _check_area(
    code: str, name: str, edition: int, known: KnownAreas, stands: dict[str, int]
) -> None:
    if code not in known.codes(edition):
        sentence = not_in_edition(code, edition, known)
        raise RowFault(Reason.AREA_NOT_IN_EDITION, sentence, name, code)
    if code in stands:
        sentence = f"{code} stands first in feature {stands[code]}; the first stands."
        raise RowFault(Reason.DUPLICATE_AREA, sentence, name, code)


def _code(feature: Any, name: str) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(code, str) or not is_code(code.strip()):
        text = "" if code is None else str(code)
        sentence = f'"{text}" is no area code: GMxxxx, WKxxxxyy or BUxxxxyyzz.'
        raise RowFault(Reason.MALFORMED_AREA_CODE, sentence, name, text)
    return code.strip()
