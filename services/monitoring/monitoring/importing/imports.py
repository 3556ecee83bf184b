"""A file from beginning to end: its report and what there is to record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.importing.areas import AreaRow, registrations
from monitoring.importing.boundaries import GoodBoundary, read_boundaries
from monitoring.importing.codes import KnownAreas
from monitoring.importing.hierarchy import read_hierarchy
from monitoring.importing.mapping import (
    BoundariesMapping,
    HierarchyMapping,
    MeasurementsMapping,
)
from monitoring.importing.names import Divisions
from monitoring.importing.reading import read_measurements
from monitoring.importing.records import AreaRecord, records
from monitoring.importing.report import ImportReport, Tally


@dataclass(frozen=True)
class Outcome:
    """What a file comes to.

    Equal for equal input, in equal order, so that a stopped import can go on where it was (MON-19).
    """

    report: ImportReport
    areas: tuple[AreaRow, ...] = ()
    """To register, parents first."""
    records: tuple[AreaRecord, ...] = ()
    """One per area: to record, or to compare with what stands."""
    boundaries: tuple[GoodBoundary, ...] = ()


def import_measurements(
    content: bytes,
    mapping: MeasurementsMapping,
    edition: int,
    known: KnownAreas,
    units: Mapping[str, str],
) -> Outcome:
    """Figures per area; areas that the edition lacks are to be registered if the mapping says so.

    `edition` is that of the areas, `units` are the defined indicators with their units. Raises
    `ImportRefused` before the first row.
    """
    codes = known.codes(edition)
    tally = Tally(content, mapping, edition, codes)
    reading = read_measurements(content, mapping, edition, known, units)
    found = tuple(tally.records(records(tally.rows(reading.rows), mapping)))
    areas = (
        registrations(((record.area_code, record.name) for record in found), edition, codes)
        if mapping.areas.policy == "register-missing"
        else ()
    )
    return Outcome(tally.report(reading.encoding, reading.unknown_columns), areas, found)


def import_hierarchy(
    content: bytes, mapping: HierarchyMapping, edition: int, divisions: Divisions
) -> Outcome:
    """Areas, with the names that may stand with them (MON-01)."""
    tally = Tally(content, mapping, edition)
    reading = read_hierarchy(content, mapping, edition, divisions)
    for _ in tally.rows(reading.rows):
        pass
    return Outcome(tally.report(reading.encoding, reading.unknown_columns), reading.areas)


def import_boundaries(
    content: bytes, mapping: BoundariesMapping, edition: int, known: KnownAreas
) -> Outcome:
    """Boundaries of areas of this edition (MON-08)."""
    tally = Tally(content, mapping, edition, known.codes(edition))
    judged = tuple(tally.rows(read_boundaries(content, mapping, edition, known)))
    good = tuple(one for one in judged if isinstance(one, GoodBoundary))
    return Outcome(tally.report(), boundaries=good)
